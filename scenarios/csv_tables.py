"""Tables from CSV files, cell by cell and nothing guessed: what is not plain CSV in UTF-8 is named."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

from singlepot.models.problems import Problem, Report, shown
from singlepot.models.raw_tables import Place, RawTable, lost

KINDS_OF_FILE = {
    b"PK\x03\x04": "an Excel or zip file",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a compressed file",
}
"""What a file is by its first bytes."""

SAVE_AS = 'save it as "CSV UTF-8 (comma delimited)"'

LONGEST_CELL = 131_072
"""Characters in a cell at which the reader suspects a quotation mark that is never closed."""


def read_csv(table: str, file: str, content: bytes, number: int, report: Report) -> RawTable:
    """Take the cells of a CSV file; rows are named as a spreadsheet numbers them, the header being row 1.

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

    Returns
    -------
    The cells; not ``complete``, and perhaps without columns, where the file is not as it should be.
    """
    reader = _Reader(table, file, number, report)
    text = reader.decode(content)
    return lost(file) if text is None else reader.read(text)


ROWS_AT_ONCE = 500
"""Rows held as rows: fewer than set off the garbage collector, which would walk through all columns each time."""


class _Reader:
    """The steps from bytes to columns, each naming what it cannot take."""

    def __init__(self, table: str, file: str, number: int, report: Report) -> None:
        self.table, self.file, self.number, self.report = table, file, number, report
        self.complete = True

    def complain(
        self, code: str, row: int | None = None, column: str = "", value: str = "", expected: str = "", remedy: str = ""
    ) -> None:
        place = "" if row is None else f"row {row}"
        problem = Problem(code, self.table, self.file, place, column, value, expected, remedy)
        self.report.add(problem, table=self.number, row=-1 if row is None else row - 2)
        self.complete = False

    def decode(self, content: bytes) -> str | None:
        """The text of the file, or None if it is not UTF-8."""
        kind = next((kind for start, kind in KINDS_OF_FILE.items() if content.startswith(start)), "")
        if kind:
            self.complain("SP-F004", value=kind, expected="CSV in UTF-8", remedy=SAVE_AS)
            return None
        if content[:2] in (b"\xff\xfe", b"\xfe\xff") or _looks_like_utf16(content):
            self.complain("SP-F004", value="UTF-16", expected="UTF-8", remedy=SAVE_AS)
            return None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            row = content.count(b"\n", 0, fault.start) + 1
            value = f"byte {fault.start + 1} that is not UTF-8"
            self.complain("SP-F004", row, value=value, expected="UTF-8", remedy=_other_encoding(content))
            return None

    def read(self, text: str) -> RawTable:
        """Cut the text into rows and sort the cells into columns."""
        if "\0" in text:
            self._name_nul(text)
            text = text.replace("\0", "")
        if not text.strip(" ,\t\r\n"):
            self.complain("SP-F006", expected="a header and rows", remedy="fill it in, or delete the file")
            return lost(self.file)
        rows = _rows(text)
        try:
            header = next(rows)
            if not self._is_header(header):
                return lost(self.file)
            cells: list[list[str]] = [[] for _ in header]
            numbers = self._collect(rows, cells)
        except csv.Error as fault:
            self._name_quotes(text, str(fault))
            return lost(self.file)
        columns: dict[str, Sequence[str]] = {}
        for name, column in zip(header, cells, strict=True):
            columns.setdefault(name, column)
        repeated = tuple(dict.fromkeys(name for name in header if header.count(name) > 1))
        return RawTable(columns, Place(self.file, numbers), len(numbers), self.complete, repeated)

    def _is_header(self, header: list[str]) -> bool:
        if not any(cell.strip() for cell in header):
            self.complain("SP-F006", 1, expected="a header in the first row", remedy="delete the empty rows")
        elif len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
            expected = "columns separated by commas"
            self.complain("SP-F007", 1, value=shown(header[0]), expected=expected, remedy=SAVE_AS)
        return self.complete

    def _collect(self, rows: Iterator[list[str]], cells: list[list[str]]) -> Sequence[int]:
        """Sort the cells of all rows into columns; return the number of each row that was taken."""
        numbers: list[int] = []
        before = 1
        while block := list(islice(rows, ROWS_AT_ONCE)):
            fitting: Sequence[int] = range(len(block))
            if any(len(row) != len(cells) or not row[0] for row in block):
                fitting = [place for place, row in enumerate(block) if self._fits(before + place + 1, row, len(cells))]
            for column, found in zip(cells, zip(*(block[place] for place in fitting), strict=True), strict=False):
                column.extend(found)
            numbers.extend(before + place + 1 for place in fitting)
            before += len(block)
        return numbers

    def _fits(self, number: int, row: Sequence[str], width: int) -> bool:
        """Whether a row can be used: a line that is wholly blank is passed over."""
        if len(row) == width:
            if any(row):
                return True
            self.complain("SP-F010", number, value="empty cells only", expected="a row", remedy="delete the row")
        elif row:
            remedy = "cells that hold a comma go in quotation marks" if len(row) > width else ""
            expected = f"{_count(width)}, as in the header"
            self.complain("SP-F008", number, value=_count(len(row)), expected=expected, remedy=remedy)
        return False

    def _name_nul(self, text: str) -> None:
        """Name every cell with a NUL."""
        header: list[str] = []
        with suppress(csv.Error):
            for number, row in enumerate(_rows(text), start=1):
                header = header or row
                for position, cell in enumerate(row):
                    if "\0" in cell:
                        name = header[position] if position < len(header) else ""
                        self.complain("SP-F005", number, name, shown(cell), "text", "delete the character")

    def _name_quotes(self, text: str, fault: str) -> None:
        """Name the row at which the quotation marks go wrong."""
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


def _count(cells: int) -> str:
    return f"{cells} cell{'s' if cells != 1 else ''}"


def _looks_like_utf16(content: bytes) -> bool:
    """Whether every other byte of the beginning is zero."""
    start = content[:200]
    return len(start) >= 4 and 0 in (start[::2].count(0) - len(start[::2]), start[1::2].count(0) - len(start[1::2]))


def _other_encoding(content: bytes) -> str:
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return SAVE_AS
    return f"it looks like Windows-1252; {SAVE_AS}"
