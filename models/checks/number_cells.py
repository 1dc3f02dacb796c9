"""Parsing of numeric cells: plain decimals only, with a remedy for everything else."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from numbers import Real

import numpy as np
import numpy.typing as npt

from ..diagnostics.problems import shown
from ..tables.raw import Cells, Complain, Refused, is_missing, is_series, values_of
from ..tables.schema import Column
from .lenient_numbers import read_leniently

Floats = npt.NDArray[np.float64]

_PLAIN = frozenset("0123456789.eE+-")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def read_numbers(column: Column, cells: Cells, money: str, complain: Complain, lenient: bool = False) -> Floats:
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
        Called for every cell that cannot be used, and once with a note on those read leniently.
    lenient
        Whether numbers that are not plain are read by the rules of :mod:`~singlepot.models.checks.lenient_numbers`.
    """
    expected = column.expected(money)
    numbers, bad = _quickly(cells)
    bad = _rescue(numbers, bad, column, cells, money, complain, lenient)
    for position in bad:
        _complain_of_number(position, cells, column, money, complain)
    if any(_DECIMAL_COMMA.fullmatch(str(_at(cells, position)).strip()) for position in bad):
        _complain_of_points(cells, expected, complain)
    empty = np.isnan(numbers)
    if column.required and empty.any():
        empty[list(bad)] = False
        for row in np.flatnonzero(empty):
            complain(int(row), "SP-D010", "an empty cell", expected, "fill it in, or delete the row")
    outside = (numbers <= column.above) | (numbers >= column.below)
    for limit, passes in ((column.least, np.less), (column.most, np.greater)):
        if np.isfinite(limit):
            outside |= passes(numbers, limit)
    broken = (numbers != np.floor(numbers)) & ~np.isnan(numbers) if column.kind == "whole" else np.zeros(0, bool)
    for code, wrong in (("SP-D013", outside), ("SP-D014", broken)):
        for row in np.flatnonzero(wrong):
            complain(int(row), code, _number_shown(_at(cells, int(row))), expected, "")
    return np.asarray(numbers + 0.0)


def _rescue(
    numbers: Floats, bad: list[int], column: Column, cells: Cells, money: str, complain: Complain, lenient: bool
) -> list[int]:
    """Fill in what can be read leniently and note it; return the positions that are left."""
    if not lenient:
        return bad
    left: list[int] = []
    kinds: Counter[str] = Counter()
    for position in bad:
        cell = _at(cells, position)
        reading = read_leniently(cell, column, money) if isinstance(cell, str) else None
        if reading is None:
            left.append(position)
        else:
            numbers[position] = reading[0]
            kinds.update(reading[1])
    if kinds:
        first = min(set(bad) - set(left))
        counts = ", ".join(f"{kind} {count}" for kind, count in kinds.items())
        number = len(bad) - len(left)
        value = f"{number} number{'s' if number > 1 else ''}, the first {shown(_at(cells, first))}"
        complain(first, "SP-N001", value, "", f"read as {numbers[first]:.15g}; by kind: {counts}")
    return left


def _quickly(cells: Cells) -> tuple[Floats, list[int]]:
    """Numbers of all cells, NaN for the empty ones, and the positions of those that are no finite number."""
    if is_series(cells):
        import pandas as pd

        if pd.api.types.is_numeric_dtype(cells.dtype) and cells.dtype.kind in "iuf":
            numbers = cells.to_numpy(dtype=np.float64, na_value=np.nan)
            return np.array(numbers), [int(p) for p in np.flatnonzero(np.isinf(numbers))]
        cells = values_of(cells)
    try:
        if set("".join(cells)) <= _PLAIN:  # type: ignore[arg-type]
            filled = [str(cell) or "nan" for cell in cells] if "" in cells else cells
            numbers = np.fromiter(map(float, filled), dtype=np.float64, count=len(cells))
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
        text = cell.strip()
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


_DECIMAL_COMMA = re.compile(r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[0-9]+,(?:[0-9]{1,2}|[0-9]{4,}))")
_POINTED = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+")


def _complain_of_points(cells: Cells, expected: str, complain: Complain) -> None:
    """Name the numbers in a column with decimal commas whose one point may part thousands: 1.000 is then no one."""
    for position in range(len(cells)):
        cell = _at(cells, position)
        if isinstance(cell, str) and cell.count(".") == 1 and _POINTED.fullmatch(cell.strip()):
            text = cell.strip()
            remedy = f"write {text.replace('.', '')} if the point parts thousands, as decimal commas beside it suggest"
            complain(position, "SP-D011", shown(cell), expected, remedy)


def _at(cells: Cells, position: int) -> object:
    return cells.iloc[position] if is_series(cells) else cells[position]


def _number_shown(cell: object) -> str:
    """Show a cell that holds a number: as it was written, or without a needless ``.0``."""
    return shown(cell, quoted=False) if isinstance(cell, str) else f"{cell:.15g}"


def _complain_of_number(position: int, cells: Cells, column: Column, money: str, complain: Complain) -> None:
    cell = _at(cells, position)
    code, remedy = number_fault(cell, column.remedy_for_absent)
    if isinstance(cell, str) and read_leniently(cell, column, money) is not None:
        remedy += ", or pass --lenient-numbers"
    complain(position, code, shown(cell), column.expected(money), remedy)


_ABSENT = re.compile(
    r"""
    [-–—−.:…*~?_/\\]+ | [a-z] | \[[a-z]{1,12}\] | \([a-z]\) | low | high | nan | n\.?d\.? | n\s?[./]?\s?a\.?
    | null | none | tb[acd] | (?:to\ be|not|un|no)\W?(?:yet\W)?[a-z]+(?:\ (?:yet|to\ report))? | data\ not\ available
    | missing | blank | suppressed | redacted | confidential | withheld | restricted | disclosive | pending | awaited
    | awaiting\ data | [+-]?(?:inf|infinity|∞)
    """,
    re.VERBOSE,
)
"""Marks of published tables for a number that is not there, in small letters."""

_MARKED = re.compile(r"(.*[0-9])\s*(?:\[[a-z0-9 ]{1,12}\]|\([a-z]\)|[*†‡¹²³]+|(?<=[0-9])[eprub])\s*", re.IGNORECASE)
"""A number with a mark behind it: provisional, revised, estimated, a footnote."""


def number_fault(cell: object, unknown: str) -> tuple[str, str]:
    """Return code and remedy for a cell that is no finite number; ``unknown`` is the remedy where it is not known."""
    if isinstance(cell, Refused):
        return cell.code, cell.remedy
    if not isinstance(cell, str):
        if isinstance(cell, (bool, np.bool_)):
            return "SP-D011", "write 1 or 0 if a number is meant"
        if isinstance(cell, (Real, Decimal)):
            return "SP-D012", unknown
        return "SP-D011", "write a plain number"
    text = cell.strip()
    lower = text.lower()
    if _NUMBER.fullmatch(text):
        return "SP-D012", "write a number below 1e308"
    if text.startswith("#"):
        return "SP-D011", "the spreadsheet had an error here; correct it there"
    if lower in ("yes", "no"):
        return "SP-D011", "write 1 or 0 if a number is meant"
    if _ABSENT.fullmatch(" ".join(lower.split())):
        return "SP-D012" if "inf" in lower or "∞" in lower else "SP-D011", unknown
    if lower in ("true", "false"):
        return "SP-D011", "write 1 or 0 if a number is meant"
    if (marked := _MARKED.fullmatch(text)) and _NUMBER.fullmatch(marked[1]):
        return "SP-D011", f"write {marked[1]}, and the mark behind it into a column note"
    return "SP-D011", _plainly(text)


def without_mark(text: str) -> str:
    """Take a mark behind a number off it: provisional, revised, a footnote.

    >>> without_mark("12.5 [p]"), without_mark("1,234*"), without_mark("[x]")
    ('12.5', '1,234', '[x]')
    """
    marked = _MARKED.fullmatch(text.strip())
    return marked[1] if marked else text


def is_absent(text: str) -> bool:
    """Whether a text is a mark of published tables for a number that is not there, or could be one."""
    return _ABSENT.fullmatch(" ".join(text.lower().split())) is not None


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
    elif re.fullmatch(r"[+-]?[0-9]{1,3}(\.[0-9]{3})*,[0-9]+|[+-]?[0-9]+,[0-9]+", bare.strip()):
        left_out += ["points between thousands"] * ("." in bare) + ["decimal comma"]
        bare = bare.replace(".", "").replace(",", ".")
    elif bare.count(".") > 1 and _POINTED.fullmatch(bare.strip()):
        bare, left_out = bare.replace(".", ""), [*left_out, "points between thousands"]
    bare = bare.strip()
    if not _NUMBER.fullmatch(bare):
        return "write a plain number"
    if percent:
        bare = f"{float(bare) / 100:g}"
    return f"write {bare} (no {', no '.join(left_out)})" if left_out else f"write {bare}"
