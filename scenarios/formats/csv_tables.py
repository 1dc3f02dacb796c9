"""CSV reader: cells are taken as text and nothing is guessed; a fault is reported with its row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice

from singlepot.models.checks.headers import columns_called
from singlepot.models.diagnostics.problems import Diagnostic, Report, shown
from singlepot.models.tables.raw import Place, RawTable, lost
from singlepot.models.tables.schema import TABLES

from .column_letters import letters
from .decoding import SAVE_AS, decode
from .read_options import HowToRead

LONGEST_CELL = 131_072
"""Characters in a cell at which the reader suspects a quotation mark that is never closed."""


def read_csv(
    table: str, file: str, content: bytes, number: int, report: Report, how: HowToRead | None = None
) -> RawTable:
    """Read the cells of a CSV file; rows are numbered as in a spreadsheet, the header being row 1.

    Parameters
    ----------
    table, number
        Name of the table and its number, for the order of problems.
    file
        What to call the file.
    content
        The bytes of the file.
    report
        Takes the problems.
    how
        What the caller allows; None where it has no options of reading.

    Returns
    -------
    The cells; not ``complete``, and perhaps without columns, where the file is not as it should be.
    """
    reader = _Reader(table, file, number, report, how is not None and how.lenient_numbers)
    text = decode(content, how, reader.complain)
    return lost(file) if text is None else reader.read(text)


SEARCHED = 20
"""Rows in which a header is looked for."""

ROWS_AT_ONCE = 500
"""Rows held as rows: fewer than set off the garbage collector, which would walk through all columns each time."""


class _Reader:
    """CSV parser of one file, which reports every fault and takes the rows that fit the header."""

    def __init__(self, table: str, file: str, number: int, report: Report, lenient: bool) -> None:
        self.table, self.file, self.number, self.report, self.lenient = table, file, number, report, lenient
        self.complete = True
        self.blank: list[int] = []
        self.last, self.surplus, self.beyond = 1, 0, 0  # surplus: cells behind the last column, in the first rows

    def complain(
        self, code: str, row: int | None = None, column: str = "", value: str = "", expected: str = "", remedy: str = ""
    ) -> None:
        where = "" if row is None else f"row {row}"
        problem = Diagnostic(code, self.table, self.file, where, column, value, expected, remedy)
        self.report.add(problem, table=self.number, row=-1 if row is None else row - 2)
        self.complete = self.complete and problem.level != "problem"

    def read(self, text: str) -> RawTable:
        """Parse the text into rows and sort the cells into columns."""
        if "\0" in text:
            self._report_nul(text)
            text = text.replace("\0", "")
        if not text.strip(" ,\t\r\n"):
            self.complain("SP-F006", expected="a header and rows", remedy="fill it in, or delete the file")
            return lost(self.file)
        rows = _rows(text)
        try:
            header = next(rows)
            if not self._is_header(header) or self._stands_below(header, text):
                return lost(self.file)
            first = list(islice(rows, 2))
            rows = chain(first, rows)
            self.surplus = max(0, min((len(row) - len(header) for row in first), default=0))
            cells: list[list[str]] = [[] for _ in header]
            numbers = self._collect(rows, cells)
        except csv.Error as fault:
            self._report_quotes(text, str(fault))
            return lost(self.file)
        columns: dict[str, Sequence[str]] = {}
        for name, column in self._named(header, cells, numbers):
            columns.setdefault(name, column)
        repeated = tuple(dict.fromkeys(name for name in columns if header.count(name) > 1))
        self._report_end(text, max([self.last, *numbers[-1:]]))
        return RawTable(columns, Place(self.file, numbers), len(numbers), self.complete, repeated, self.lenient)

    def _named(
        self, header: Sequence[str], cells: Sequence[Sequence[str]], numbers: Sequence[int]
    ) -> Iterator[tuple[str, Sequence[str]]]:
        """Yield the columns that have a name; empty ones without are passed over, others reported by their letters."""
        empty: list[str] = []
        for position, (name, column) in enumerate(zip(header, cells, strict=True), start=1):
            filled = [] if name.strip() else [row for row, cell in zip(numbers, column, strict=True) if cell.strip()]
            if name.strip():
                yield name, column
            elif filled:
                value = f"no name for column {letters(position)}, which holds {_count(len(filled))}"
                value += f", the first in row {filled[0]}"
                remedy = "give the column a name; note, or one that begins with _, is kept and not read"
                problem = Diagnostic(
                    "SP-D003", self.table, self.file, "", "", value, "a name over every column", remedy
                )
                self.report.add(problem, table=self.number)
            else:
                empty.append(letters(position))
        if empty:
            which = empty[0] if len(empty) == 1 else f"{empty[0]} to {empty[-1]}"
            self.complain("SP-F024", value=f"{_count(len(empty), 'empty column')}, {which}", remedy="passed over")
        if self.beyond:
            value = f"empty cells behind the last column in {_count(self.beyond, 'row')}"
            self.complain("SP-F024", value=value, remedy="passed over")

    def _is_header(self, header: list[str]) -> bool:
        if header and header[0].lower().startswith("sep="):
            remedy = f"delete the row; {SAVE_AS} if the columns are not separated by commas"
            self.complain("SP-F007", 1, value=shown(header[0]), expected="the names of columns", remedy=remedy)
        elif not any(cell.strip() for cell in header):
            self.complain("SP-F006", 1, expected="a header in the first row", remedy="delete the empty rows")
        elif len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
            expected = "columns separated by commas"
            self.complain("SP-F007", 1, value=shown(header[0]), expected=expected, remedy=SAVE_AS)
        return self.complete

    def _stands_below(self, first: list[str], text: str) -> bool:
        """Whether a later row is the header and the first is not, which is reported."""
        table = TABLES.get(self.table)
        if table is None or set(first) & set(table.by_name) or columns_called(first, table):
            return False
        for number, row in enumerate(islice(_rows(text), SEARCHED), start=1):
            if len(set(row) & set(table.by_name)) > 1 or len(columns_called(row, table)) > 1:
                value = ", ".join(map(shown, [cell for cell in first if cell.strip()][:4]))
                remedy = f"the header seems to be in row {number}: delete the rows above it"
                self.complain("SP-F025", 1, value=value, expected="the names of columns", remedy=remedy)
                return True
        return False

    def _collect(self, rows: Iterator[list[str]], cells: list[list[str]]) -> Sequence[int]:
        """Sort the cells of all rows into columns; return the number of each row that was taken."""
        numbers: list[int] = []
        before = 1
        while block := list(islice(rows, ROWS_AT_ONCE)):
            fitting: Sequence[int] = range(len(block))
            if any(len(row) != len(cells) or not row[0].strip() for row in block):
                fitting = [at for at, row in enumerate(block) if self._fits(before + at + 1, row, len(cells))]
            for column, texts in zip(cells, zip(*(block[at] for at in fitting), strict=True), strict=False):
                column.extend(texts)
            numbers.extend(before + at + 1 for at in fitting)
            before += len(block)
        return numbers

    def _fits(self, number: int, row: list[str], width: int) -> bool:
        """Whether a row has the width of the header; an empty row is reported later, if others follow it."""
        if not any(cell.strip() for cell in row):
            self.blank.append(number if row else -number)
        elif len(row) == width:
            return True
        elif len(row) == width + self.surplus and not any(cell.strip() for cell in row[width:]):
            del row[width:]
            self.beyond += 1
            return True
        else:
            remedy = "cells that hold a comma go in quotation marks" if len(row) > width else ""
            remedy = "delete the row if it is a note below the table" if len(row) == 1 else remedy
            expected = f"{_count(width)}, as in the header"
            self.last = number
            self.complain("SP-F008", number, value=_count(len(row)), expected=expected, remedy=remedy)
        return False

    def _report_end(self, text: str, last: int) -> None:
        """Report empty rows between others (a line that is wholly blank is passed over) and a missing last line end."""
        for number in self.blank:
            if 0 < number < last:
                self.complain("SP-F010", number, value="empty cells only", expected="a row", remedy="delete the row")
        end = [number for number in map(abs, self.blank) if number > last]
        if end:
            self.complain("SP-F022", end[0], value=_count(len(end), "empty row"), remedy="passed over")
        if not text.endswith(("\n", "\r")):
            line = text[max(text.rfind("\n"), text.rfind("\r")) + 1 :]
            remedy = "see that nothing is missing; a complete file ends with a new line"
            self.complain("SP-F015", last, value=shown(line[-40:]), expected="a line end after it", remedy=remedy)

    def _report_nul(self, text: str) -> None:
        """Report every cell with a NUL character."""
        header: list[str] = []
        with suppress(csv.Error):
            for number, row in enumerate(_rows(text), start=1):
                header = header or row
                for position, cell in enumerate(row):
                    if "\0" in cell:
                        name = header[position] if position < len(header) else ""
                        self.complain("SP-F005", number, name, shown(cell), "text", "delete the character")

    def _report_quotes(self, text: str, fault: str) -> None:
        """Report the row at which the quotation marks do not match."""
        number = 1
        with suppress(csv.Error):
            for _ in _rows(text):
                number += 1
        expected = "quotation marks that match"
        if "field larger" in fault:
            expected = f"cells of at most {LONGEST_CELL} characters and {expected}"
        remedy = "a quotation mark inside a cell is written twice, and the cell is put in quotation marks"
        self.complain("SP-F009", number, expected=expected, remedy=remedy)


def _rows(text: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), strict=True)


def _count(number: int, noun: str = "cell") -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"
