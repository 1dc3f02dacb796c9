"""Everyday habits of tables that can mean but one thing: they are read as what they mean, with a note.

Years across become rows; a year is written with a slash or dash; the name of an area stands for its code; a key has
capitals. Nothing that is only likely is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..diagnostics.problems import Diagnostic, Report, one_of, shown
from ..settings.settings import year_written
from ..tables.raw import Cells, Place, RawTable, is_missing
from ..tables.schema import TABLES, Table
from .headers import is_year
from .parsing import Parsed
from .text_cells import KEY

ACROSS = {"bids": "amount", "targets": "target", "national": "target", "pot": "amount"}
"""Tables whose years may stand across, and the column that the numbers below them are of."""

CONSTANT = ("weight",)
"""Numbers that are the same in all years, so that they may stand beside years across."""

_MARK = re.compile(r"\s*(?:\[[^\]]*\]|[¹²³⁰-⁹*†‡]+)\s*$")


@dataclass(frozen=True)
class AcrossPlace(Place):
    """Place of the cells of a table that was turned: each row is a cell of the table as it came.

    Parameters
    ----------
    before
        Place of the table as it came.
    positions, headers
        Row and header of each cell there.
    turned
        Columns of the turned table that the header and the cell below it became.
    """

    before: Place = field(default_factory=lambda: Place(""))
    positions: Sequence[int] = ()
    headers: Sequence[str] = ()
    turned: tuple[str, ...] = ()

    def row(self, position: int) -> str:
        """Name the row that the cell stands in."""
        return self.before.row(self.positions[position])

    def cell(self, position: int, column: str) -> str:
        """Name the cell, or that of its row in another column."""
        return self.before.cell(self.positions[position], self.heading(position, column))

    def heading(self, position: int, column: str) -> str:
        """Name the year that the cell stands below."""
        return self.headers[position] if column in self.turned else column

    def whole(self, column: str) -> str:
        """Name a column as the table came."""
        return self.before.whole(column)

    def missing(self, column: str) -> str:
        """Say how an absent column might be supplied, as of the table that came."""
        return self.before.missing(column)


def turn_years(raw: RawTable, table: Table, report: Report) -> RawTable:
    """Return a table whose years stand across with a row for each filled cell; any other table as it is.

    Nothing is turned where the numbers could be of more than one kind, or the years be others than financial ones.
    """
    value = ACROSS.get(table.name, "")
    across = {header: _year_of(header) for header in raw.columns if is_year(header)} if value else {}
    others = [column.name for column in table if column.numeric and column.name not in (value, *CONSTANT)]
    years = list(across.values())
    present = {"year", value, *others} & set(raw.columns)
    if not across or present or "" in years or len(set(years)) < len(years) or set(across) & set(raw.repeated):
        return raw
    below = {header: list(raw.columns[header]) for header in across}
    cells = [(row, header) for row in range(raw.rows) for header in across if not _is_empty(below[header][row])]
    positions, headers = [row for row, _ in cells], [header for _, header in cells]
    columns: dict[str, Cells] = {}
    for header, column in raw.columns.items():
        if header not in across:
            listed = list(column)
            columns[header] = [listed[row] for row in positions]
    columns |= {"year": [across[header] for header in headers], value: [below[header][row] for row, header in cells]}
    filled = set(cells)
    empty = [(row, header) for row in range(raw.rows) for header in across if (row, header) not in filled]
    note = f"the years {one_of(years, 6)} as columns"
    remedy = f"read as rows, the numbers below them as {value}{_left_out(raw.place, empty)}"
    _note(raw, report, table.name, "SP-D062", note, remedy)
    place = AcrossPlace(raw.place.file, before=raw.place, positions=positions, headers=headers, turned=("year", value))
    return RawTable(columns, place, len(cells), raw.complete, raw.repeated, raw.lenient)


def _left_out(place: Place, empty: Sequence[tuple[int, str]]) -> str:
    """Say how many empty cells are no row, and where the first stand."""
    if not empty:
        return ""
    first = one_of([f"{header} in {place.cell(row, header)}" for row, header in empty], 3)
    return f"; {len(empty)} empty cell{'s are' if len(empty) > 1 else ' is'} no row: {first}"


def _note(raw: RawTable, report: Report, table: str, code: str, value: str, remedy: str) -> None:
    """Note something of a table as a whole."""
    number = list(TABLES).index(table)
    report.add(Diagnostic(code, table, raw.place.file, raw.place.whole(""), "", value, "", remedy), table=number)


def _year_of(header: str) -> str:
    while (bare := _MARK.sub("", header)) != header:
        header = bare
    return year_written(header)


def _is_empty(cell: object) -> bool:
    return not cell.strip() if isinstance(cell, str) else is_missing(cell)


def in_small_letters(raw: RawTable, known: Iterable[str], report: Report, table: str) -> RawTable:
    """Return a table with the headers that are keys but for their capitals in small letters."""
    keys = set(known) - set(raw.columns)
    meant = {header: header.lower() for header in raw.columns if header != header.lower() and header.lower() in keys}
    return _with_headers(raw, meant, report, table, ("SP-D064", "read in small letters"))


def in_financial_years(raw: RawTable, years: Iterable[str], report: Report, table: str) -> RawTable:
    """Return a table with the headers that are the scenario's years in another writing as these years."""
    known = set(years) - set(raw.columns)
    meant = {header: _year_of(header) for header in raw.columns if is_year(header) and _year_of(header) in known}
    return _with_headers(raw, meant, report, table, ("SP-D061", "read as the financial years"))


def _with_headers(
    raw: RawTable, meant: Mapping[str, str], report: Report, table: str, note: tuple[str, str]
) -> RawTable:
    """Put other headers in the place of some, and note it once; not where two would be one."""
    if not meant or len(set(meant.values())) < len(meant):
        return raw
    columns = {meant.get(header, header): cells for header, cells in raw.columns.items()}
    value = f"the columns {one_of([shown(header, quoted=False) for header in meant])}"
    _note(raw, report, table, note[0], value, note[1])
    return RawTable(columns, raw.place, raw.rows, raw.complete, raw.repeated, raw.lenient)


def take_names_and_capitals(tables: Mapping[str, Parsed]) -> None:
    """Read unique names of areas as their codes, and keys of objectives and envelopes in small letters."""
    codes = set(tables["areas"].text("code").words) if "code" in tables["areas"].labels else set()
    named = tables["areas"].labels
    by_name = unique_names(named["code"].values, named["name"].values) if {"code", "name"} <= set(named) else {}
    pot = tables["pot"]
    for stating, name in ((pot, "envelope"), (tables["objectives"], "key")):
        words = stating.labels[name].words if name in stating.labels else ()
        lower = {word: word.lower() for word in words if not KEY.fullmatch(word) and KEY.fullmatch(word.lower())}
        _rename(stating, name, lower, "SP-D064", "read in small letters")
    envelopes = frozenset(pot.text("envelope").words)
    objectives = frozenset(tables["objectives"].text("key").words if "key" in tables["objectives"].labels else ())
    for parsed in tables.values():
        for column in parsed.table:
            if column.name not in parsed.labels:
                continue
            if column.refers == "area" and codes:
                meant = {
                    word: by_name[word.casefold()]
                    for word in parsed.labels[column.name].words
                    if word not in codes and word.casefold() in by_name
                }
                _rename(parsed, column.name, meant, "SP-D063", "read as their codes")
            elif column.refers in ("objective", "envelope") and parsed is not pot:
                known = objectives if column.refers == "objective" else envelopes
                meant = {
                    word: word.lower()
                    for word in parsed.labels[column.name].words
                    if word not in known and word.lower() in known
                }
                _rename(parsed, column.name, meant, "SP-D064", "read in small letters")


def unique_names(codes: Iterable[object], names: Iterable[object]) -> dict[str, str]:
    """Return the code of each name that one area has alone, in small letters."""
    found: dict[str, set[str]] = {}
    for code, name in zip(codes, names, strict=True):
        if code and name:
            found.setdefault(str(name).casefold(), set()).add(str(code))
    return {name: of.pop() for name, of in found.items() if len(of) == 1}


def _rename(parsed: Parsed, column: str, words: Mapping[str, str], code: str, remedy: str) -> None:
    """Put other words in the place of some of a column, and note it once."""
    if not words:
        return
    labels = parsed.labels[column]
    rows = np.flatnonzero(labels.where(words.__contains__))
    if len(rows):
        listed = one_of([shown(word) for word in words], 3)
        value = f"{listed} in {len(rows)} cell{'s' if len(rows) > 1 else ''}"
        parsed.complain(code, int(rows[0]), column, value, "", remedy)
        parsed.labels[column] = labels.renamed(lambda word: words.get(word, word))
