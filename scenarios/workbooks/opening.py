"""Open a workbook in a process of its own, and take what it found."""

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

from .archive import UnopenedError
from .child import folded
from .scan import Facts, number

SECONDS = 30.0
"""Wall time for opening a small workbook."""

SECONDS_FOR_EACH_MB = 20.0
"""Further wall time for each megabyte of the file: about ten times what is usual."""

_START = "import sys; sys.path[:] = sys.argv[1].split(sys.argv[-1]); sys.argv.pop()\nfrom {child} import main; main()"

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]


class Date(str):
    """A cell that Excel holds as a date or time: its text, ``2026-04-01``."""

    __slots__ = ()


@dataclass(frozen=True, eq=False)
class Column:
    """The cells of a column: numbers (NaN: none) with what else there is, or codes of different cells.

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
        """A column as the child packed it."""
        kind, cells, others = packed
        if kind == "numbers":
            odd = {position: _cell(cell) for position, cell in others.items()}
            return cls(np.frombuffer(cells, dtype=np.float64), odd, np.zeros(0, np.uint32), ())
        return cls(None, {}, np.frombuffer(cells, dtype=np.uint32), [_cell(cell) for cell in others])

    def at(self, position: int) -> Any:
        """The cell at a position, "" where it is empty."""
        if self.numbers is None:
            return self.words[self.codes[position]]
        number = float(self.numbers[position])
        return number if number == number else self.odd.get(position, "")

    def cells(self, positions: Positions) -> Floats | list[Any]:
        """The cells at some positions: an array where all are numbers or empty (NaN), else a list (empty: "")."""
        if self.numbers is None:
            return [self.words[code] for code in self.codes[positions].tolist()]
        if not any(position in self.odd for position in positions.tolist()) if self.odd else True:
            return self.numbers[positions]
        return [self.at(position) for position in positions.tolist()]

    def filled(self, positions: Positions) -> npt.NDArray[np.bool_]:
        """Which positions hold anything."""
        if self.numbers is None:
            return np.asarray([word != "" for word in self.words], dtype=bool)[self.codes[positions]]
        held = ~np.isnan(self.numbers)
        held[list(self.odd)] = True
        return np.asarray(held[positions])

    def find(self, chosen: Callable[[str], bool]) -> list[int]:
        """The positions of the texts that are chosen; each different text is looked at once."""

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
    """A sheet as it came.

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
        What the cells themselves do not tell.
    """

    name: str
    rows: Positions
    blank: int
    columns: Mapping[str, Column]
    facts: Facts

    def row(self, position: int) -> dict[str, Any]:
        """The cells of a row by the letters of their columns, empty ones left out."""
        cells = {letters: column.at(position) for letters, column in self.columns.items()}
        return {letters: cell for letters, cell in cells.items() if cell != ""}

    @property
    def letters(self) -> list[str]:
        """The columns that hold anything, in order."""
        return list(self.columns)


@dataclass(frozen=True, eq=False)
class Opened:
    """A workbook as it came: its sheets that were asked for, the names of all, and what else it holds."""

    sheets: Mapping[str, Sheet]
    names: Sequence[str]
    hidden: frozenset[str]
    extras: Sequence[str]


def open_workbook(path: Path, wanted: Iterable[str]) -> Opened:
    """Read the wanted sheets of a workbook, in a process that is capped in memory and time.

    Raises
    ------
    UnopenedError
        The workbook cannot be taken, and why.
    """
    answer = _ask(path, [folded(name) for name in wanted])
    if "refused" in answer:
        raise UnopenedError(*answer["refused"])
    sheets = {}
    for said in answer["tables"]:
        facts = said["facts"]
        for kind in ("percent", "padded"):
            facts[kind] = {letters: array("I", rows) for letters, rows in facts[kind].items()}
        rows = np.frombuffer(said["rows"], dtype=np.uint32).astype(np.int64)
        columns = {
            letters: Column.unpacked(said["columns"][letters]) for letters in sorted(said["columns"], key=number)
        }
        sheets[said["name"]] = Sheet(said["name"], rows, said["blank"], columns, Facts(**facts))
    names = [name for name, _ in answer["sheets"]]
    return Opened(sheets, names, frozenset(name for name, hidden in answer["sheets"] if hidden), answer["extras"])


def _ask(path: Path, wanted: list[str]) -> dict[str, Any]:
    """Start the child, isolated: no folder of the user's is searched for modules but those in use already."""
    mark = "\x1f"
    searched = mark.join(place for place in sys.path if place)
    code = _START.format(child=f"{__package__}.child")
    command = [sys.executable, "-I", "-c", code, searched, os.path.abspath(path), *wanted, mark]  # noqa: PTH100
    seconds = SECONDS + SECONDS_FOR_EACH_MB * path.stat().st_size / 1e6
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise UnopenedError(
            "SP-X006", "", f"more than {seconds:.0f} seconds", "a workbook that opens", _SPLIT
        ) from None
    if done.returncode == 0 and done.stdout:
        answer: dict[str, Any] = marshal.loads(done.stdout)
        return answer
    why = done.stderr.decode(errors="replace").strip().rpartition("\n")[2][:120]
    if done.returncode > 0:
        raise UnopenedError(
            "SP-X002", "", "a damaged file", f"a workbook ({why})", "open it in Excel and save it again"
        )
    value = f"the reader was stopped ({why or f'signal {-done.returncode}'})"
    raise UnopenedError("SP-X006", "", value, "a workbook that opens in the memory its size suggests", _SPLIT)


_SPLIT = "copy the tables into a new workbook, or save them as CSV"
