"""Child process that opens a workbook: a crash or a memory limit ends it and not its parent.

It is started with the path of the workbook, checks the archive, sets itself a memory limit proportional to the
expanded size, and writes the result to standard output: plain values, columns packed.
"""

from __future__ import annotations

import marshal
import os
import sys
import zipfile
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from ..formats.column_letters import letters
from .archive import (
    SheetPart,
    UnopenedError,
    asks_for_calculation,
    check_expansion,
    damaged,
    extras_of,
    formats_of,
    sheets_of,
    was_calculated,
)
from .limits import limit
from .scan import Facts, check_range, scan_sheet

BASE_MEMORY = 400_000_000
"""Bytes of memory for the process itself and a small workbook."""

MEMORY_FOR_EACH_BYTE = 4
"""Bytes of memory for each byte that the workbook expands to; one for text and three for short numbers are usual."""

SECONDS_FOR_EACH_MB = 2
"""CPU seconds for each expanded megabyte, at most; a second and a half for a sheet of a million cells is usual."""

LONGEST_CELL = 32_767
"""Characters that Excel lets a cell hold; a file with more was made by something else, to no good end."""

ROWS_AT_ONCE = 2_000
"""Rows held as rows before they are sorted into columns."""


EVERY = "*"
"""Stands for the names of all sheets; none can be called so."""


def main() -> None:
    """Read the workbook of the first argument and the sheets of the others, and write their contents."""
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    path, *wanted = sys.argv[2:]
    marshal.dump(_read_or_refuse(path, frozenset(wanted)), answer)
    answer.flush()


def _read_or_refuse(path: str, wanted: frozenset[str]) -> dict[str, Any]:
    try:
        return read(path, wanted)
    except UnopenedError as unopened:
        return {"refused": unopened.parts}
    except MemoryError:
        return {"refused": ("SP-X006", "", "more memory than the file should need", "", "")}
    except Exception as fault:  # noqa: BLE001  # a damaged archive can fail in any library that looks at it
        return {"refused": damaged(f"{type(fault).__name__}: {fault}").parts}


def read(path: str, wanted: frozenset[str]) -> dict[str, Any]:
    """Read the sheets with these names, or all: names are compared in lower case, without spaces around them.

    Raises
    ------
    UnopenedError
        The workbook must not be opened.
    """
    with zipfile.ZipFile(path) as archive:
        expanded = check_expansion(archive)
        limit(BASE_MEMORY + MEMORY_FOR_EACH_BYTE * expanded, 20 + SECONDS_FOR_EACH_MB * expanded // 1_000_000)
        sheets = sheets_of(archive)
        chosen = [sheet for sheet in sheets if EVERY in wanted or folded(sheet.name) in wanted]
        formats = formats_of(archive)
        asked = asks_for_calculation(archive)
        facts = {sheet.name: scan_sheet(archive, sheet.part, formats, asked) for sheet in chosen}
        for name, seen in facts.items():
            check_range(seen, name)
        if not was_calculated(archive) and not any(seen.valued for seen in facts.values()):
            for seen in facts.values():
                seen.uncalculated = list(dict.fromkeys([*seen.uncalculated, *seen.formulas]))
        _drain(archive, "xl/sharedStrings.xml")
        extras = extras_of(archive)
    return {
        "sheets": [(sheet.name, sheet.hidden) for sheet in sheets],
        "extras": extras,
        "tables": _cells(path, chosen, facts),
    }


def folded(name: str) -> str:
    """Normalise a sheet's name for comparison: Excel itself ignores case."""
    return name.strip().casefold()


def _drain(archive: zipfile.ZipFile, part: str) -> None:
    """Read a part to its end, which checks its length and checksum."""
    if part in archive.namelist():
        with archive.open(part) as file:
            while file.read(1 << 20):
                pass


def _cells(path: str, chosen: Sequence[SheetPart], facts: dict[str, Facts]) -> list[dict[str, Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    tables = []
    try:
        with open(path, "rb") as file:  # noqa: PTH123  # by its content: from a path, by its ending
            workbook = CalamineWorkbook.from_filelike(file)
        for part in chosen:
            sheet = workbook.get_sheet_by_name(part.name)
            packed = pack(sheet.iter_rows(), sheet.start[1], part.name) if sheet.start else pack([], 0)
            seen = asdict(facts[part.name])
            for kind in ("percent", "padded", "scaled"):
                seen[kind] = {column: rows.tobytes() for column, rows in seen[kind].items()}
            tables.append({"name": part.name, "facts": seen, **packed})
    except CalamineError as fault:
        raise damaged(str(fault)) from fault
    return tables


def pack(rows: Iterable[list[Any]], first_column: int, sheet: str = "") -> dict[str, Any]:
    """Transpose rows into columns, blank rows left out.

    Raises
    ------
    UnopenedError
        A text is longer than a cell can hold.

    Returns
    -------
    ``rows``, the number of each row as Excel counts; ``blank``, how many rows were left out; ``columns`` by their
    letters: numbers packed, or the different cells with a code for each.
    """
    iterator, numbers, columns, before = iter(rows), array("I"), list[_Column](), 0
    while block := list(islice(iterator, ROWS_AT_ONCE)):
        columns = columns or [_Column() for _ in block[0]]
        kept = [position for position, row in enumerate(block) if not _blank(row)]
        numbers.extend(before + position + 1 for position in kept)
        for column, cells in zip(columns, zip(*(block[position] for position in kept), strict=True), strict=False):
            column.extend(cells)
        before += len(block)
    for at, column in enumerate(columns):
        position = column.too_long()
        if position is not None:
            cell = f"{sheet}!{letters(first_column + 1 + at)}{numbers[position]}"
            value, expected = f"a text of more than {LONGEST_CELL:,} characters", "texts that a cell can hold"
            raise UnopenedError("SP-X031", cell, value, expected, "shorten it")
    packed = {letters(first_column + 1 + at): column.packed() for at, column in enumerate(columns) if column.filled}
    return {"rows": numbers.tobytes(), "blank": before - len(numbers), "columns": packed}


def _blank(row: Sequence[Any]) -> bool:
    first = row[0]
    if first.__class__ is not str or first.strip():
        return False
    return row.count("") == len(row) or all(cell.__class__ is str and not cell.strip() for cell in row)


MOST_ODD = 100
"""Cells among numbers that are none, up to which they are held apart: a header, a few typing errors."""

NOTHING = float("nan")
"""An empty cell among numbers; no cell of a workbook is NaN."""


class _Column:
    """Column in dictionary encoding, or as numbers with the few other cells held apart."""

    def __init__(self) -> None:
        self.numbers: array[float] | None = array("d")
        self.odd: dict[int, Any] = {}
        self.codes = array("I")
        self.words: dict[tuple[type, Any], int] = {}
        self.filled = False

    def extend(self, cells: Sequence[Any]) -> None:
        self.filled = self.filled or any(cell != "" for cell in cells)
        if self.numbers is None:
            self.codes.extend(map(self._code, cells))
            return
        before = len(self.numbers)
        self.numbers.extend([cell if cell.__class__ is float else NOTHING for cell in cells])
        for position, cell in enumerate(cells):
            if cell.__class__ is not float and cell != "":
                self.odd[before + position] = cell
        if len(self.odd) > max(MOST_ODD, len(self.numbers) // 4):
            self._give_up_numbers()

    def _give_up_numbers(self) -> None:
        numbers, self.numbers = self.numbers or (), None
        for position, value in enumerate(numbers):
            self.codes.append(self._code(self.odd.get(position, "") if value != value else value))

    def _code(self, cell: Any) -> int:
        return self.words.setdefault((cell.__class__, cell), len(self.words))

    def too_long(self) -> int | None:
        """Return the position of a text that is too long for a cell; None where there is none."""
        for code, (kind, word) in enumerate(self.words):
            if kind is str and len(word) > LONGEST_CELL:
                return self.codes.index(code)
        long = (at for at, cell in self.odd.items() if cell.__class__ is str and len(cell) > LONGEST_CELL)
        return next(long, None)

    def packed(self) -> tuple[Any, ...]:
        if self.numbers is not None:
            return ("numbers", self.numbers.tobytes(), {at: _plain(cell) for at, cell in self.odd.items()})
        return ("words", self.codes.tobytes(), [_plain(cell) for _, cell in self.words])


def _plain(cell: Any) -> Any:
    """Convert a cell into a value that marshal can write: dates and times as ("date", text)."""
    if isinstance(cell, datetime):
        return ("date", cell.isoformat(sep=" "))
    if isinstance(cell, date | time):
        return ("date", cell.isoformat())
    if isinstance(cell, timedelta):
        return ("date", str(cell))
    return cell
