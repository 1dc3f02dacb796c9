"""Subprocess that opens a workbook: it is started, timed, and its answer unpacked into columns."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..formats.column_letters import number
from .archive import UnopenedError, damaged
from .child import folded
from .interpreter import find_interpreter
from .limits import OVER_LIMIT
from .scan import Facts

SECONDS = 120.0
"""Wall time for opening a small workbook."""

SECONDS_FOR_EACH_MB = 20.0
"""Further wall time for each megabyte of the file: about ten times what is usual."""

_START = "import sys; sys.path[:] = sys.argv[1].split(sys.argv[-1]); sys.argv.pop()\nfrom {child} import main; main()"

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]


class Date(str):
    """Cell that Excel holds as a date or time, as text: ``2026-04-01``."""

    __slots__ = ()


@dataclass(frozen=True, eq=False)
class Column:
    """Column of cells: numbers (NaN: none) and the other cells, or a dictionary encoding.

    Parameters
    ----------
    numbers, odd
        Numbers by position, and the cells that are neither numbers nor empty.
    codes, words
        Where there are no numbers: a code for each position, and what it stands for.
    """

    numbers: Floats | None
    odd: Mapping[int, Any]
    codes: npt.NDArray[np.uint32]
    words: Sequence[Any]

    @classmethod
    def unpacked(cls, packed: tuple[Any, ...]) -> Column:
        """Unpack a column from the child's answer."""
        kind, cells, others = packed
        if kind == "numbers":
            odd = {position: _cell(cell) for position, cell in others.items()}
            return cls(np.frombuffer(cells, dtype=np.float64), odd, np.zeros(0, np.uint32), ())
        return cls(None, {}, np.frombuffer(cells, dtype=np.uint32), [_cell(cell) for cell in others])

    def at(self, position: int) -> Any:
        """Return the cell at a position, "" where it is empty."""
        if self.numbers is None:
            return self.words[self.codes[position]]
        number = float(self.numbers[position])
        return number if number == number else self.odd.get(position, "")

    def cells(self, positions: Positions) -> Floats | list[Any]:
        """Return the cells at some positions: an array of numbers (empty: NaN) if all are, else a list (empty: "")."""
        if self.numbers is None:
            return [self.words[code] for code in self.codes[positions].tolist()]
        if not any(position in self.odd for position in positions.tolist()) if self.odd else True:
            return self.numbers[positions]
        return [self.at(position) for position in positions.tolist()]

    def filled(self, positions: Positions) -> npt.NDArray[np.bool_]:
        """Whether the cell at each position is filled."""
        if self.numbers is None:
            return np.asarray([word != "" for word in self.words], dtype=bool)[self.codes[positions]]
        held = ~np.isnan(self.numbers)
        held[list(self.odd)] = True
        return np.asarray(held[positions])

    def find(self, chosen: Callable[[str], bool]) -> list[int]:
        """List the positions of the texts for which a predicate holds; it is called once for each different text."""

        def right(cell: Any) -> bool:
            return isinstance(cell, str) and not isinstance(cell, Date) and chosen(cell)

        if self.numbers is not None:
            return [position for position, cell in self.odd.items() if right(cell)]
        codes = [code for code, word in enumerate(self.words) if right(word)]
        return [int(at) for at in np.flatnonzero(np.isin(self.codes, codes))] if codes else []


def _cell(cell: Any) -> Any:
    return Date(cell[1]) if isinstance(cell, tuple) else cell


@dataclass(frozen=True, eq=False)
class Sheet:
    """Sheet as it was read.

    Parameters
    ----------
    name
        Its name.
    rows
        Number of each row that is not blank, as Excel counts.
    blank
        How many blank rows were passed over.
    columns
        The columns that hold anything by their letters, in order.
    facts
        Facts from the XML beside the cells.
    """

    name: str
    rows: Positions
    blank: int
    columns: Mapping[str, Column]
    facts: Facts

    def row(self, position: int) -> dict[str, Any]:
        """Return the cells of a row by the letters of their columns, empty ones left out."""
        cells = {letters: column.at(position) for letters, column in self.columns.items()}
        return {letters: cell for letters, cell in cells.items() if cell != ""}

    @property
    def letters(self) -> list[str]:
        """Letters of the filled columns, in order."""
        return list(self.columns)


@dataclass(frozen=True, eq=False)
class Opened:
    """Workbook as it was read: the sheets that were asked for, the names of all, and the extras."""

    sheets: Mapping[str, Sheet]
    names: Sequence[str]
    hidden: frozenset[str]
    extras: Sequence[str]


def open_workbook(path: Path, wanted: Iterable[str]) -> Opened:
    """Read sheets of a workbook by name, in a process that is limited in memory and time.

    Raises
    ------
    UnopenedError
        The workbook cannot be opened.
    """
    answer = _ask(path, [folded(name) for name in wanted])
    if "refused" in answer:
        raise UnopenedError(*answer["refused"])
    sheets = {}
    for table in answer["tables"]:
        facts = table["facts"]
        for kind in ("percent", "padded", "scaled"):
            facts[kind] = {letters: array("I", rows) for letters, rows in facts[kind].items()}
        rows = np.frombuffer(table["rows"], dtype=np.uint32).astype(np.int64)
        packed = table["columns"]
        columns = {letters: Column.unpacked(packed[letters]) for letters in sorted(packed, key=number)}
        sheets[table["name"]] = Sheet(table["name"], rows, table["blank"], columns, Facts(**facts))
    names = [name for name, _ in answer["sheets"]]
    return Opened(sheets, names, frozenset(name for name, hidden in answer["sheets"] if hidden), answer["extras"])


def _ask(path: Path, wanted: list[str]) -> dict[str, Any]:
    """Start the child in isolated mode, with the module search path of the parent."""
    mark = "\x1f"
    searched = mark.join(folder for folder in sys.path if folder)
    code = _START.format(child=f"{__package__}.child")
    command = [find_interpreter(), "-I", "-c", code, searched, os.path.abspath(path), *wanted, mark]  # noqa: PTH100
    seconds = SECONDS + SECONDS_FOR_EACH_MB * path.stat().st_size / 1e6
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False)
    except OSError as fault:
        value = f"the reader could not be started ({fault.strerror or type(fault).__name__})"
        remedy = "let the system start another process, or save the tables as CSV"
        raise UnopenedError("SP-X008", "", value, "a process of its own to open the workbook", remedy) from None
    except subprocess.TimeoutExpired:
        value = f"more than {seconds:.0f} seconds"
        raise UnopenedError("SP-X006", "", value, "a workbook that opens", _SPLIT) from None
    if done.returncode == 0 and done.stdout:
        answer: dict[str, Any] = marshal.loads(done.stdout)
        return answer
    reason = done.stderr.decode(errors="replace").strip().rpartition("\n")[2][:120]
    if 0 < done.returncode < 256 and done.returncode != OVER_LIMIT:  # Windows ends a process with larger numbers
        raise damaged(reason)
    value = f"the reader was stopped ({reason or f'code {done.returncode}'})"
    raise UnopenedError("SP-X006", "", value, "a workbook that opens in the memory its size suggests", _SPLIT)


_SPLIT = "copy the tables into a new workbook, or save them as CSV"
