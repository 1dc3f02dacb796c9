"""What cells say: texts and numbers, taken literally, with everything that cannot be taken so named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real

import numpy as np
import numpy.typing as npt
import pandas as pd

from .columns import Column
from .problems import did_you_mean, shown
from .raw_tables import Cells
from .settings import year_meant, year_start

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

UNUSABLE = -1
"""Code of a cell whose problem is already named."""

LONGEST_LABEL = 200
"""Characters of a label or name: it stands in file names, charts and messages."""

LONGEST_TEXT = 32_000
"""Characters of any other text: about what a spreadsheet's cell can hold."""

_PLAIN = frozenset("0123456789.eE+-")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
KEY = re.compile(r"[a-z][a-z0-9_]*")

Complain = Callable[[int, str, str, str, str], None]
"""Take a position, a code, the value found, what was expected and the remedy."""


@dataclass(frozen=True, eq=False)
class Labels:
    """A column of texts: each cell is a code into the list of different words.

    Parameters
    ----------
    codes
        Code of each cell; :data:`UNUSABLE` where the cell's problem is already named.
    words
        The different words.
    """

    codes: Integers
    words: tuple[str, ...]

    @classmethod
    def same(cls, word: str, rows: int) -> Labels:
        """A column that says the same in every row."""
        return cls(np.zeros(rows, dtype=np.int64), (word,))

    @property
    def values(self) -> npt.NDArray[np.object_]:
        """The text of each cell; empty where unusable."""
        return np.asarray([*self.words, ""], dtype=object)[self.codes]

    def defaulting_to(self, word: str) -> Labels:
        """The same column with a word in place of empty cells."""
        if word == "" or "" not in self.words:
            return self
        return self.renamed(lambda old: old or word)

    def renamed(self, new: Callable[[str], str]) -> Labels:
        """The same column with other words; words that become the same become one."""
        words = [new(old) for old in self.words]
        place = {word: code for code, word in enumerate(dict.fromkeys(words))}
        moved = np.asarray([*(place[word] for word in words), UNUSABLE], dtype=np.int64)
        return Labels(moved[self.codes], tuple(place))

    def __getitem__(self, position: int) -> str:
        """The text of one cell."""
        return "" if self.codes[position] == UNUSABLE else self.words[self.codes[position]]

    def where(self, words: Callable[[str], bool]) -> npt.NDArray[np.bool_]:
        """The usable cells whose word is chosen."""
        chosen = np.asarray([*map(words, self.words), False], dtype=bool)
        return np.asarray(chosen[self.codes])


def read_texts(column: Column, cells: Cells, complain: Complain) -> Labels:
    """Read a column of texts.

    Parameters
    ----------
    column
        What the cells should hold.
    cells
        The cells as they came.
    complain
        Called for every cell that cannot be used.
    """
    codes, found = _factorised(cells)
    words: dict[str, int] = {}
    moved = np.full(len(found) + 1, UNUSABLE, dtype=np.int64)
    bad: dict[int, tuple[str, str, str, str]] = {}
    for code, cell in enumerate(found):
        word, fault = _word(column, cell)
        if fault is not None:
            bad[code] = fault
        if word is not None:
            moved[code] = words.setdefault(word, len(words))
    if column.required:
        bad[-1] = ("SP-D010", "an empty cell", column.expected(), "fill it in, or delete the row")
    elif (codes == -1).any():
        moved[-1] = words.setdefault("", len(words))
    if bad:
        for position in np.flatnonzero(np.isin(codes, list(bad))):
            complain(int(position), *bad[int(codes[position])])
    return Labels(moved[codes], tuple(words))


def _factorised(cells: Cells) -> tuple[Integers, list[object]]:
    """Code the different cells; -1 is an empty one."""
    values = cells.astype(object).to_numpy() if isinstance(cells, pd.Series) else _objects(cells)
    try:
        codes, found = pd.factorize(values)
    except TypeError:
        codes, found = pd.factorize(_objects([cell if isinstance(cell, str) else repr(cell) for cell in values]))
    different = list(found)
    if "" in different:
        empty = different.index("")
        codes = np.where(codes == empty, -1, codes)
    return np.asarray(codes, dtype=np.int64), different


def _objects(cells: Sequence[object]) -> npt.NDArray[np.object_]:
    values = np.empty(len(cells), dtype=object)
    values[:] = cells
    return values


def _word(column: Column, cell: object) -> tuple[str | None, tuple[str, str, str, str] | None]:
    """Return the word that a cell stands for, if any, and what is wrong with it, if anything."""
    if not isinstance(cell, str):
        meant = year_meant(str(cell)) if column.kind == "year" else ""
        remedy = f"write {shown(meant)}" if meant else f"write it as text, {shown(str(cell))}"
        return None, ("SP-D016", shown(cell), column.expected() + " as text", remedy)
    word = unicodedata.normalize("NFC", cell).strip()
    longest = LONGEST_LABEL if column.kind != "text" or column.name == "name" else LONGEST_TEXT
    if len(word) > longest:
        return word, ("SP-D017", shown(cell), f"at most {longest} characters", "shorten it")
    if not word.isprintable():
        odd = sorted({f"U+{ord(c):04X}" for c in word if not c.isprintable()})
        clean = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in word)
        word = " ".join(clean.split())
        return word, ("SP-D017", shown(cell), f"text without {', '.join(odd)}", f"write {shown(word)}")
    if word != cell:
        what = "text without spaces around it" if word == cell.strip() else "composed letters (Unicode NFC)"
        return word or None, (
            "SP-D017",
            shown(cell),
            what,
            f"write {shown(word)}" if word else "leave it empty",
        )
    return _special(column, word)


def _special(column: Column, word: str) -> tuple[str | None, tuple[str, str, str, str] | None]:
    """Check what the kind of column asks of a word."""
    if column.kind == "word" and word not in column.words:
        return None, ("SP-D015", shown(word), column.expected(), did_you_mean(word, column.words))
    if column.kind == "key" and not KEY.fullmatch(word):
        remedy = f"write {shown(made)}" if (made := _as_key(word)) else "choose another key"
        return word, ("SP-D026", shown(word), "lower-case letters, digits and _, a letter first", remedy)
    if column.kind == "year" and year_start(word) is None:
        return None, ("SP-D018", shown(word), column.expected(), _year_remedy(word))
    if column.kind == "years":
        ends = word.split(":")
        starts = [year_start(end) for end in ends]
        if len(ends) > 2 or None in starts:
            remedy = _year_remedy(word) if len(ends) == 1 else "write both ends as 2026-27"
            return None, ("SP-D018", shown(word), column.expected(), remedy)
        if (starts[0] or 0) > (starts[-1] or 0):
            turned = f"{ends[-1]}:{ends[0]}"
            return None, ("SP-D019", shown(word), "the first year before the last", f"write {shown(turned)}")
    return word, None


def _as_key(word: str) -> str:
    made = re.sub(r"[^a-z0-9]+", "_", word.lower()).strip("_")
    return made if KEY.fullmatch(made) else ""


def _year_remedy(word: str) -> str:
    meant = year_meant(word)
    return f"write {shown(meant)}" if meant else ""


def read_numbers(column: Column, cells: Cells, money: str, complain: Complain) -> Floats:
    """Read a column of numbers; NaN where a cell is empty or its problem is named.

    Parameters
    ----------
    column
        What the cells should hold.
    cells
        The cells as they came.
    money
        The scenario's unit of money, for messages.
    complain
        Called for every cell that cannot be used.
    """
    expected = column.expected(money)
    numbers, bad = _quickly(cells)
    for position in bad:
        _complain_of_number(position, cells, expected, complain)
    empty = np.isnan(numbers)
    if column.required and empty.any():
        empty[list(bad)] = False
        for row in np.flatnonzero(empty):
            complain(int(row), "SP-D010", "an empty cell", expected, "fill it in, or delete the row")
    outside = (numbers < column.least) | (numbers > column.most) | (numbers <= column.above)
    broken = (numbers != np.floor(numbers)) & ~np.isnan(numbers) if column.kind == "whole" else np.zeros(0, bool)
    for code, wrong in (("SP-D013", outside), ("SP-D014", broken)):
        for row in np.flatnonzero(wrong):
            complain(int(row), code, _number_shown(_at(cells, int(row))), expected, "")
    return np.asarray(numbers + 0.0)


def _quickly(cells: Cells) -> tuple[Floats, list[int]]:
    """Numbers of all cells, NaN for the empty ones, and the positions of those that are no finite number."""
    if isinstance(cells, pd.Series):
        if pd.api.types.is_numeric_dtype(cells.dtype) and cells.dtype.kind in "iuf":
            numbers = cells.to_numpy(dtype=np.float64, na_value=np.nan)
            return np.array(numbers), [int(p) for p in np.flatnonzero(np.isinf(numbers))]
        cells = cells.astype(object).tolist()
    try:
        if set("".join(cells)) <= _PLAIN:  # type: ignore[arg-type]
            filled = [str(cell) or "nan" for cell in cells]
            numbers = np.array(list(map(float, filled)), dtype=np.float64)
            if not np.isinf(numbers).any():
                return numbers, []
    except (TypeError, ValueError):
        pass
    numbers, bad = np.full(len(cells), np.nan), []
    for position, cell in enumerate(cells):
        number = _number(cell)
        if number is None:
            bad.append(position)
        else:
            numbers[position] = number
    return numbers, bad


def _number(cell: object) -> float | None:
    """The number in a cell, NaN if the cell is empty, None if it holds no finite number."""
    if isinstance(cell, str):
        text = cell.strip(" ")
        if not text:
            return float("nan")
        number = float(text) if _NUMBER.fullmatch(text) else float("inf")
    elif is_missing(cell):
        return float("nan")
    elif isinstance(cell, (bool, np.bool_)) or not isinstance(cell, (Real, Decimal)):
        return None
    else:
        try:
            number = float(cell)
        except (OverflowError, ValueError):
            return None
    return None if number in (float("inf"), float("-inf")) else number


def is_missing(cell: object) -> bool:
    """Whether a cell that is no text is an empty one: None, NaN or pandas' own."""
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, Real) and cell != cell)


def _at(cells: Cells, position: int) -> object:
    return cells.iloc[position] if isinstance(cells, pd.Series) else cells[position]


def _cell_shown(cell: object) -> str:
    if isinstance(cell, np.generic):
        cell = cell.item()
    return shown(cell)


def _number_shown(cell: object) -> str:
    """Show a cell that holds a number: as it was written, or without a needless ``.0``."""
    return shown(cell, quoted=False) if isinstance(cell, str) else f"{cell:.15g}"


def _complain_of_number(position: int, cells: Cells, expected: str, complain: Complain) -> None:
    cell = _at(cells, position)
    code, remedy = number_fault(cell)
    complain(position, code, _cell_shown(cell), expected, remedy)


_NOTHING = frozenset({"na", "n/a", "null", "none", "nil", "-", "–", "—", "..", ":", "x", "nan", "tbc"})


def number_fault(cell: object) -> tuple[str, str]:
    """Return code and remedy for a cell that is no finite number."""
    if not isinstance(cell, str):
        if isinstance(cell, (bool, np.bool_)):
            return "SP-D011", "write 1 or 0 if a number is meant"
        if isinstance(cell, (Real, Decimal)):
            return "SP-D012", "leave the cell empty if the number is not known"
        return "SP-D011", "write a plain number"
    text = cell.strip()
    lower = text.lower()
    if _NUMBER.fullmatch(text) or lower.lstrip("+-") in ("inf", "infinity", "∞"):
        return "SP-D012", "write a number below 1e308"
    if lower in _NOTHING:
        return "SP-D011", "leave the cell empty if the number is not known"
    if text.startswith("#"):
        return "SP-D011", "the spreadsheet had an error here; correct it there"
    if lower in ("true", "false", "yes", "no"):
        return "SP-D011", "write 1 or 0 if a number is meant"
    return "SP-D011", _plainly(text)


def _plainly(text: str) -> str:
    """Say how the number that was probably meant is written."""
    bare = text.replace("−", "-").strip()
    left_out: list[str] = []
    if re.fullmatch(r"\(.*\)", bare):
        bare, left_out = "-" + bare[1:-1], ["brackets"]
    if bare.endswith("-"):
        bare = "-" + bare[:-1].strip()
    for sign in "£$€":
        if sign in bare:
            bare, left_out = bare.replace(sign, ""), [*left_out, f"{sign} sign"]
    if percent := bare.endswith("%"):
        bare, left_out = bare[:-1].rstrip(), [*left_out, "% sign"]
    if re.fullmatch(r"[+-]?[0-9]{1,3}([,  _'][0-9]{3})+(\.[0-9]+)?", bare.strip()):
        bare, left_out = re.sub(r"[,  _']", "", bare), [*left_out, "thousands separators"]
    elif re.fullmatch(r"[+-]?[0-9]+,[0-9]+", bare.strip()):
        bare, left_out = bare.replace(",", "."), [*left_out, "decimal comma"]
    bare = bare.strip()
    if not _NUMBER.fullmatch(bare):
        return "write a plain number"
    if percent:
        bare = f"{float(bare) / 100:g}"
    return f"write {bare} (no {', no '.join(left_out)})" if left_out else f"write {bare}"
