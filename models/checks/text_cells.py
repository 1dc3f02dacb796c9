"""Parsing of text cells: taken letter by letter, with everything that could be mistaken for another text named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np

from ..diagnostics.problems import did_you_mean, shown
from ..settings.settings import year_meant, year_start, year_written
from ..tables.labels import UNUSABLE, Integers, Labels
from ..tables.raw import Cells, Complain, Refused, is_missing, values_of
from ..tables.schema import Column

LONGEST_LABEL = 200
"""Characters of a label or name: it stands in file names, charts and messages."""

LONGEST_TEXT = 32_000
"""Characters of any other text: about what a spreadsheet's cell can hold."""

_FILL_IN = "fill it in, or delete the row"

KEY = re.compile(r"[a-z][a-z0-9_]*")


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
    codes, cells_of_code = _factorised(cells)
    words: dict[str, int] = {}
    moved = np.full(len(cells_of_code) + 1, UNUSABLE, dtype=np.int64)
    bad: dict[int, tuple[str, str, str, str]] = {}
    clean = column.kind in ("label", "text") and _all_clean(cells_of_code)
    if clean:
        words, moved[:-1] = {str(word): code for code, word in enumerate(cells_of_code)}, np.arange(len(cells_of_code))
    else:
        for code, cell in enumerate(cells_of_code):
            word, fault = _word(column, cell)
            if fault is not None:
                bad[code] = fault
            if word is not None:
                moved[code] = words.setdefault(word, len(words))
        _note_trimmed(codes, cells_of_code, set(bad), complain)
        if column.kind in ("year", "years"):
            _note_years(codes, cells_of_code, words, complain)
    if (codes == -1).any():
        if column.required:
            bad[-1] = ("SP-D010", "an empty cell", column.expected(), _FILL_IN)
        else:
            moved[-1] = words.setdefault("", len(words))
    if bad:
        for position in np.flatnonzero(np.isin(codes, list(bad))):
            complain(int(position), *bad[int(codes[position])])
    return Labels(moved[codes], tuple(words))


def _all_clean(cells: Sequence[object]) -> bool:
    """Whether all cells are short plain texts, the usual case, in which none needs a closer look."""
    if set(map(type, cells)) != {str}:
        return False
    words = list(map(str, cells))
    whole, length = "".join(words), list(map(len, words))
    short = min(length) > 0 and max(length) <= LONGEST_LABEL
    return short and whole.isascii() and whole.isprintable() and list(map(str.strip, words)) == words


def _note_trimmed(codes: Integers, cells: Sequence[object], bad: set[int], complain: Complain) -> None:
    """Note once that spaces were taken off, and from how many cells."""
    trimmed = [c for c, cell in enumerate(cells) if isinstance(cell, str) and c not in bad and cell.strip() != cell]
    if trimmed:
        where = np.flatnonzero(np.isin(codes, trimmed))
        number = f"{len(where)} cell{'s' if len(where) > 1 else ''}"
        complain(int(where[0]), "SP-D060", shown(cells[codes[where[0]]]), "", f"taken off in {number} of the column")


def _note_years(codes: Integers, cells: Sequence[object], words: Mapping[str, int], complain: Complain) -> None:
    """Note once that years were written in another way, and in how many cells."""
    other = [c for c, cell in enumerate(cells) if isinstance(cell, str) and cell.strip() not in words]
    other = [code for code in other if _plain_years(str(cells[code]).strip()) in words]
    if other:
        where = np.flatnonzero(np.isin(codes, other))
        number = f"{len(where)} cell{'s' if len(where) > 1 else ''}"
        first = cells[codes[where[0]]]
        remedy = f"read as {_plain_years(str(first).strip())}; so in {number} of the column"
        complain(int(where[0]), "SP-D061", shown(first), "", remedy)


def _plain_years(word: str) -> str:
    """Write a year, or both ends of a range of years, as 2026-27, where both calendar years are named."""
    ends = word.split(":")
    return ":".join(year_written(end) or end for end in ends) if len(ends) <= 2 else word


def _factorised(cells: Cells) -> tuple[Integers, list[object]]:
    """Code the different cells; -1 is an empty one."""
    values = values_of(cells)
    try:
        different = dict.fromkeys(values)
    except TypeError:
        values = [cell if isinstance(cell, str) or is_missing(cell) else _Odd(cell) for cell in values]
        different = dict.fromkeys(values)
    words = [cell for cell in different if (cell != "" if isinstance(cell, str) else not is_missing(cell))]
    code_of = dict.fromkeys(different, -1) | {word: code for code, word in enumerate(words)}
    return np.fromiter(map(code_of.__getitem__, values), dtype=np.int64, count=len(values)), words


class _Odd:
    """A cell that cannot be told apart from others: a list, say."""

    def __init__(self, cell: object) -> None:
        self._cell = cell

    def __repr__(self) -> str:
        return repr(self._cell)


def _word(column: Column, cell: object) -> tuple[str | None, tuple[str, str, str, str] | None]:
    """Return the word that a cell stands for, if any, and what is wrong with it, if anything."""
    if isinstance(cell, Refused):
        return None, (cell.code, cell.value, column.expected(), cell.remedy)
    if not isinstance(cell, str):
        meant = year_meant(str(cell)) if column.kind == "year" else ""
        remedy = f"write {shown(meant)}" if meant else f"write it as text, {shown(str(cell))}"
        return None, ("SP-D016", shown(cell), column.expected() + " as text", remedy)
    longest = LONGEST_LABEL if column.kind != "text" or column.name == "name" else LONGEST_TEXT
    word = unicodedata.normalize("NFC", cell[: 4 * LONGEST_TEXT]).strip()
    if len(word) > longest:
        return word, ("SP-D017", shown(cell[:LONGEST_LABEL]), f"at most {longest} characters", "shorten it")
    if not word.isprintable():
        odd = sorted({f"U+{ord(c):04X}" for c in word if not c.isprintable()})
        clean = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in word)
        word = " ".join(clean.split())
        return word, ("SP-D017", shown(cell), f"text without {', '.join(odd)}", f"write {shown(word)}")
    if word != cell.strip():
        return word, ("SP-D017", shown(cell), "composed letters (Unicode NFC)", f"write {shown(word)}")
    if not word:
        return ("", None) if not column.required else (None, ("SP-D010", "an empty cell", column.expected(), _FILL_IN))
    return _special(column, word)


def _special(column: Column, word: str) -> tuple[str | None, tuple[str, str, str, str] | None]:
    """Check what the kind of column asks of a word."""
    if column.kind == "word" and word not in column.words:
        return None, ("SP-D015", shown(word), column.expected(), did_you_mean(word, column.words))
    if column.kind == "key" and not KEY.fullmatch(word.lower()):
        remedy = f"write {shown(made)}" if (made := _as_key(word)) else "choose another key"
        return word, ("SP-D026", shown(word), "lower-case letters, digits and _, a letter first", remedy)
    if column.kind in ("year", "years"):
        word = _plain_years(word)
    if column.kind == "year" and year_start(word) is None:
        return None, ("SP-D018", shown(word), column.expected(), _year_remedy(word))
    if column.kind == "years":
        ends = word.split(":")
        starts = [year_start(end) for end in ends]
        if len(ends) > 2 or None in starts:
            return None, ("SP-D018", shown(word), column.expected(), _year_remedy(word, range_too=True))
        if (starts[0] or 0) > (starts[-1] or 0):
            turned = f"{ends[-1]}:{ends[0]}"
            return None, ("SP-D019", shown(word), "the first year before the last", f"write {shown(turned)}")
    return word, None


def _as_key(word: str) -> str:
    made = re.sub(r"[^a-z0-9]+", "_", word.lower()).strip("_")
    return made if KEY.fullmatch(made) else ""


def _year_remedy(word: str, range_too: bool = False) -> str:
    years = [year_meant(match) for match in re.findall(r"(?:19|20)[0-9]{2}(?:[-/][0-9]{2,4})?", word)]
    if len(years) == 2:
        return f"write {shown(':'.join(years))}" if range_too else "write one row for each year"
    meant = year_meant(word)
    return f"write {shown(meant)}" if meant else ""
