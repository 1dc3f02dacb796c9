"""Parsing of tables: headers are matched with the known columns, and cells read by their kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ..diagnostics.codes import NOTES
from ..diagnostics.problems import Diagnostic, Report, shown
from ..tables.labels import UNUSABLE, Integers, Labels
from ..tables.raw import Cells, Place, RawTable, is_missing, values_of
from ..tables.schema import TABLES, Column, Table, kept
from ..tables.stored_table import StoredTable
from .headers import check_headers
from .number_cells import Floats, read_numbers
from .text_cells import read_texts

_NUMBER_OF = {name: number for number, name in enumerate(TABLES)}


@dataclass(eq=False)
class Parsed:
    """A table whose cells have been read.

    Parameters
    ----------
    table
        What the table should hold.
    raw
        The table as it came.
    report
        Takes the problems.
    headers
        The columns that could be used, in the user's order.
    labels, numbers, notes
        Cells by column: texts, numbers (NaN empty), and those kept and ignored.
    faulty
        Rows of cells whose problem is named, by column.
    """

    table: Table
    raw: RawTable
    report: Report
    headers: list[str] = field(default_factory=list)
    labels: dict[str, Labels] = field(default_factory=dict)
    numbers: dict[str, Floats] = field(default_factory=dict)
    notes: dict[str, Labels] = field(default_factory=dict)
    faulty: dict[str, set[int]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.raw.rows

    @property
    def complete(self) -> bool:
        """Whether all rows of the source are here, so that what is missing is really missing."""
        return self.raw.complete

    def text(self, column: str) -> Labels:
        """A column of texts, with its default where it is absent or empty."""
        default = str(self.table[column].default)
        if column not in self.labels:
            return Labels.same(default, self.rows)
        return self.labels[column].defaulting_to(default)

    def number(self, column: str) -> Floats:
        """A column of numbers, with its default where it is absent or empty."""
        default = float(self.table[column].default or 0)
        if column not in self.numbers:
            return np.full(self.rows, default)
        numbers = self.numbers[column]
        return np.where(np.isnan(numbers), default, numbers)

    def complain(
        self,
        code: str,
        row: int | None = None,
        column: str = "",
        value: str = "",
        expected: str = "",
        remedy: str = "",
    ) -> None:
        """Report a problem of a cell, of a row (without column) or of the table (without row)."""
        place = self.raw.place
        where = place.whole(column) if row is None else place.cell(row, column)
        header = column if row is None or not column else place.heading(row, column)
        problem = Diagnostic(code, self.table.name, place.file, where, header, value, expected, remedy)
        self.report.add(problem, table=_NUMBER_OF[self.table.name], row=-1 if row is None else row)

    def stored(self) -> StoredTable:
        """The table with its columns as the user ordered them.

        Without rows only the required columns are left, as if the table were absent.
        """
        cells: Mapping[str, Floats | Labels] = {**self.notes, **self.labels, **self.numbers}
        headers = self.headers if self.rows else [column.name for column in self.table if column.required]
        return StoredTable({header: cells[header] for header in headers}, self.rows)


def parse(
    raw: RawTable,
    table: Table,
    further: Mapping[str, Column],
    money: str,
    report: Report,
    closed: bool = True,
) -> Parsed:
    """Read the columns of a table.

    Parameters
    ----------
    raw
        The table as it came.
    table
        What it should hold.
    further
        Columns beyond the fixed ones: attributes, objectives, grants of envelopes.
    money
        The scenario's unit of money.
    report
        Takes the problems.
    closed
        False where further columns are not known: unknown columns are then let pass.
    """
    parsed = Parsed(table, raw, report)
    if not raw.columns and not raw.complete:
        return parsed
    known = {**table.by_name, **further}
    meant = check_headers(raw, table, known, closed, parsed.complain)
    for header, cells in raw.columns.items():
        if header in known or header in meant:
            parsed.headers.append(header)
            _read_column(parsed, known[meant.get(header, header)], cells, money)
        elif kept(header):
            parsed.headers.append(header)
            parsed.notes[header] = Labels.of(_as_texts(cells))
    if table.required and raw.rows == 0 and raw.complete:
        parsed.complain("SP-D005", expected="at least one row")
    return parsed


def absent(table: Table, report: Report) -> Parsed:
    """Stand in for a table that a scenario may do without: no rows, only its required columns."""
    columns: dict[str, Cells] = {column.name: [] for column in table if column.required}
    return parse(RawTable(columns, Place(f"table {table.name}"), 0), table, {}, "", report)


def _read_column(parsed: Parsed, column: Column, cells: Cells, money: str) -> None:
    def complain(row: int, code: str, value: str, expected: str, remedy: str) -> None:
        if code not in NOTES:
            parsed.faulty.setdefault(column.name, set()).add(row)
        parsed.complain(code, row, column.name, value, expected, remedy)

    if column.numeric:
        parsed.numbers[column.name] = read_numbers(column, cells, money, complain, parsed.raw.lenient)
    else:
        parsed.labels[column.name] = read_texts(column, cells, complain)


def _as_texts(cells: Cells) -> list[str]:
    """Keep the cells of a column that is not read, as text."""
    return [cell if isinstance(cell, str) else "" if is_missing(cell) else str(cell) for cell in values_of(cells)]


def combined(
    parsed: Parsed, columns: Sequence[str], meaning: Callable[[str], str] | None = None
) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """Code the rows by several label columns together.

    Parameters
    ----------
    parsed
        The table.
    columns
        Its label columns.
    meaning
        Years, or ranges of years, of one meaning count as one.

    Returns
    -------
    A code for each row, the same where all the columns say the same, and which rows are usable.
    """
    codes = np.zeros(parsed.rows, dtype=np.int64)
    usable, different = np.ones(parsed.rows, dtype=bool), 1
    for name in columns:
        labels = parsed.text(name)
        if meaning is not None and parsed.table[name].kind == "years":
            labels = labels.renamed(meaning)
        usable &= labels.codes != UNUSABLE
        if different * (len(labels.words) + 1) > np.iinfo(np.int64).max:
            codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
            different = len(codes)
        codes = codes * (len(labels.words) + 1) + labels.codes + 1
        different *= len(labels.words) + 1
    return codes, usable


def say(parsed: Parsed, row: int, columns: Sequence[str]) -> str:
    """Show what some label columns say in a row."""
    return shown(" ".join(word for word in (parsed.text(name)[row] for name in columns) if word))
