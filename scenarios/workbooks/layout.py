"""Layout of a sheet: the header, columns and rows of the table are found, and other content is reported."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from singlepot.models.checks.headers import columns_called
from singlepot.models.diagnostics.problems import one_of, shown
from singlepot.models.files.csv_text import number_text
from singlepot.models.tables.schema import TABLES, Table, kept

from ..formats.column_letters import number
from .opening import Sheet

Rows = npt.NDArray[np.int64]

SEARCHED = 20
"""Rows in which a header is looked for."""

TOTAL = re.compile(
    r"\s*(?:grand |overall |sub-?\s?)?totals?\s*:?\s*|\s*sum\s*:?\s*|\s*all areas\s*:?\s*", re.IGNORECASE
)
"""Labels of total rows."""

NAMING = ("code", "area", "objective", "option", "key", "year", "rule")
"""Columns whose cells identify a row: ``Total`` in one of them is no name."""

_NAMES = frozenset(column.name for table in TABLES.values() for column in table) | {"note", "value"}

Complain = Callable[[str, str, str, str, str, str], None]
"""Callback for a diagnostic: code, position, column, value, what was expected and the remedy."""


@dataclass(frozen=True, eq=False)
class Layout:
    """Position of the table on a sheet.

    Parameters
    ----------
    header
        Row of the header, as Excel counts.
    columns
        Letters of the columns of each header, in order.
    positions
        Rows of the sheet that are rows of the table.
    repeated
        Repeated headers.
    trimmed
        Headers that had spaces around them.
    """

    header: int
    columns: Mapping[str, Sequence[str]]
    positions: Rows
    repeated: tuple[str, ...]
    trimmed: tuple[str, ...]


def lay_out(sheet: Sheet, table: Table, complain: Complain) -> Layout | None:
    """Find the table on a sheet; None where no header is found, which is reported."""
    at = _find_header(sheet, table, complain)
    if at is None:
        return None
    headers = {letters: _text(cell) for letters, cell in sheet.row(at).items()}
    headers = {letters: text for letters, text in headers.items() if text.strip()}
    texts = {letters: text if text.startswith("_") else text.strip() for letters, text in headers.items()}
    header = int(sheet.rows[at])
    end = _second_table_below(sheet, at, texts, complain)
    _check_nameless(sheet, at, end, texts, header, complain)
    columns: dict[str, list[str]] = {}
    for letters in _without_second_table(texts, header, sheet.name, complain):
        columns.setdefault(texts[letters], []).append(letters)
    positions = np.arange(at + 1, end, dtype=np.int64)
    positions = _without_totals(sheet, table, columns, positions, complain)
    repeated = tuple(name for name, letters in columns.items() if len(letters) > 1)
    trimmed = tuple(texts[letters] for letters in texts if texts[letters] != headers[letters])
    return Layout(header, columns, positions, repeated, trimmed)


def _is(wanted: str, word: str) -> bool:
    return word.strip() == wanted


def _text(cell: Any) -> str:
    return number_text(cell) if isinstance(cell, float) else str(cell)


def _named(texts: Iterable[str], table: Table) -> set[str]:
    """Return the cells of a row as names of columns might be written, and the columns that they are usual names of."""
    return {text.strip().lower().replace(" ", "_").rstrip("_") for text in texts} | columns_called(texts, table)


def _find_header(sheet: Sheet, table: Table, complain: Complain) -> int | None:
    """Find the position of the header; rows above it are reported."""
    required = {column.name for column in table if column.required}
    known = set(table.by_name)
    rows = [_named(list(map(_text, sheet.row(at).values())), table) for at in range(min(SEARCHED, len(sheet.rows)))]
    if not rows:
        return None
    if required <= rows[0]:
        return 0
    at = next((at for at, texts in enumerate(rows) if required <= texts), None)
    if at is None and rows[0] & known:
        return 0
    if at is None:
        at = next((at for at, texts in enumerate(rows) if len(texts & known) > 1), None)
    first = sheet.row(0)
    letters = next(iter(first), "A")
    cells = ", ".join(shown(_text(cell)) for cell in list(first.values())[:4])
    remedy = "write the names of the columns there"
    if at is not None:
        remedy = f"the header seems to be in row {sheet.rows[at]}: delete the rows above it"
    expected = "a header: " + one_of([*sorted(required), *sorted(known - required)], 6)
    complain("SP-X012", f"{sheet.name}!{letters}{sheet.rows[0]}", "", cells, expected, remedy)
    return at


def _second_table_below(sheet: Sheet, at: int, texts: Mapping[str, str], complain: Complain) -> int:
    """Find the end of the table: before a second header, which is reported, or with the sheet."""
    hits = np.zeros(len(sheet.rows), dtype=np.int64)
    same = np.zeros(len(sheet.rows), dtype=np.int64)
    for letters in sheet.letters:
        for position in sheet.columns[letters].find(lambda word: word.strip().lower() in _NAMES):
            hits[position] += 1
        for position in sheet.columns[letters].find(partial(_is, texts.get(letters, ""))):
            same[position] += 1
    after_gap = np.diff(sheet.rows, prepend=0) > 1
    header_like = ((hits > 1) & after_gap) | ((same == len(texts)) & (same > 1))
    header_like[: at + 1] = False
    if not header_like.any():
        return len(sheet.rows)
    second = int(np.argmax(header_like))
    letters = next(iter(sheet.row(second)))
    _complain_of_second(f"{sheet.name}!{letters}{sheet.rows[second]}", complain)
    return second


def _complain_of_second(cell: str, complain: Complain) -> None:
    remedy = "move the second table to a sheet of its own"
    complain("SP-X014", cell, "", "the header of a second table", "one table on the sheet", remedy)


def _without_second_table(texts: Mapping[str, str], header: int, sheet: str, complain: Complain) -> list[str]:
    """List the columns of the table; columns after a blank one that repeat its headers are a second table."""
    taken: list[str] = []
    for letters in sorted(texts, key=number):
        gap = bool(taken) and number(letters) - number(taken[-1]) > 1
        if gap and texts[letters] in [texts[before] for before in taken]:
            _complain_of_second(f"{sheet}!{letters}{header}", complain)
            break
        taken.append(letters)
    return taken


def _check_nameless(sheet: Sheet, at: int, end: int, texts: Mapping[str, str], header: int, complain: Complain) -> None:
    """Report the columns that hold cells under no header."""
    for letters in sheet.letters:
        if letters in texts:
            continue
        filled = sheet.columns[letters].filled(np.arange(at + 1, end, dtype=np.int64))
        if filled.any():
            first = int(sheet.rows[at + 1 + int(np.argmax(filled))])
            value = f"{int(filled.sum())} cells under no header, the first in {letters}{first}"
            remedy = "give the column a header (note, or one that begins with _, is kept and not read), or delete it"
            complain("SP-X013", f"{sheet.name}!{letters}{header}", "", value, "a header above every column", remedy)


def _without_totals(
    sheet: Sheet, table: Table, columns: Mapping[str, Sequence[str]], positions: Rows, complain: Complain
) -> Rows:
    """Leave out the rows with totals, which are reported."""
    totals: dict[int, str] = {}
    for name in NAMING:
        if name in columns and name in table.by_name:
            for position in sheet.columns[columns[name][0]].find(lambda word: TOTAL.fullmatch(word) is not None):
                totals.setdefault(position, f"{columns[name][0]}{sheet.rows[position]}")
    if len(positions) > 2 and int(positions[-1]) not in totals and _sums(sheet, table, columns, positions):
        totals[int(positions[-1])] = f"{sheet.letters[0]}{sheet.rows[positions[-1]]}"
    for position, cell in sorted(totals.items()):
        if position in positions:
            row = f"row {sheet.rows[position]}, which looks like a total"
            complain("SP-X015", f"{sheet.name}!{cell}", "", row, "rows of the table only", "delete the row")
    return positions[~np.isin(positions, list(totals))]


def _sums(sheet: Sheet, table: Table, columns: Mapping[str, Sequence[str]], positions: Rows) -> bool:
    """Whether the last row has no label and holds the sums of the others."""
    last = sheet.row(int(positions[-1]))
    for name, letters in columns.items():
        column = table.by_name.get(name)
        if column is not None and column.required and not column.numeric and letters[0] in last:
            return False
    sums = []
    for name, letters in columns.items():
        cells = sheet.columns[letters[0]].cells(positions)
        if not kept(name) and letters[0] in last and isinstance(cells, np.ndarray):
            above = float(np.nansum(cells[:-1]))
            sums.append(abs(above - float(cells[-1])) <= 1e-6 * max(abs(above), 1.0))
    return bool(sums) and all(sums)
