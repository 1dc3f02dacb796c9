"""Cell values of a column: numbers stored as text, dates and percentages are accepted with a note or refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from singlepot.models.files.csv_text import number_text
from singlepot.models.settings.settings import year_start
from singlepot.models.tables.raw import Cells, Refused
from singlepot.models.tables.schema import Column

from .opening import Date

EXACT = 10**15
"""Smallest whole number that may have lost digits: Excel keeps fifteen."""

LARGEST_PLAIN_RULE = 2.0
"""Largest plain value of a rule beside percentages: 1.2 is a ceiling of 120%, 5 is 500% or 5%."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass
class Notes:
    """Positions of the cells of a column that were accepted with a note, by reason."""

    trimmed: list[int] = field(default_factory=list)
    texts_of_numbers: list[int] = field(default_factory=list)
    numbers_as_text: list[int] = field(default_factory=list)
    years_of_dates: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Context:
    """Facts about a column beside its cells.

    Parameters
    ----------
    refused
        Refused cells, by position.
    percent, padded
        Positions of the cells shown as a percentage, or with zeros before the number.
    shares
        Positions whose number is a share or may be, where ``percent`` is filled; None for all.
    zero_led
        Numbers that some code of the workbook writes with zeros before them, and how.
    letters, rows
        The column's letters, and the row of each position, for messages.
    largest_plain
        The largest plain number that stands beside percentages without doubt.
    """

    refused: Mapping[int, Refused]
    percent: frozenset[int]
    padded: frozenset[int]
    zero_led: Mapping[int, str]
    letters: str
    rows: npt.NDArray[np.int64]
    shares: frozenset[int] | None = None
    largest_plain: float = 1.0


def read_kept(cells: Any) -> list[str]:
    """Convert the cells of a column that is kept and not read into text, unchanged."""
    return [_as_text(cell) for cell in _listed(cells)]


def read_cells(column: Column | None, cells: Any, context: Context, notes: Notes) -> Cells:
    """Read the cells of a column; ``column`` is None for an unknown one, which is read as numbers."""
    if column is None or column.numeric:
        return _read_numbers(column, cells, context, notes)
    taken: list[object] = []
    dates = [position for position, cell in enumerate(_listed(cells)) if isinstance(cell, Date)]
    for position, cell in enumerate(_listed(cells)):
        if position in context.refused:
            taken.append(context.refused[position])
        elif isinstance(cell, Date):
            taken.append(_date(column, cell, position, notes))
        elif isinstance(cell, float):
            year = column.kind in ("year", "years")
            taken.append(_year_number(cell, dates, context) if year else _code(cell, position, context, notes))
        elif isinstance(cell, str):
            taken.append(_trimmed(cell, position, notes))
        else:
            taken.append(cell)
    return taken


def _read_numbers(column: Column | None, cells: Any, context: Context, notes: Notes) -> Cells:
    odd = dict(context.refused)
    for position in _ambiguous(column, cells, context):
        odd.setdefault(position, _percentage(cells, position, context))
    if isinstance(cells, np.ndarray) and not odd:
        return pd.Series(cells)
    taken: list[object] = []
    for position, cell in enumerate(_listed(cells)):
        if position in odd:
            taken.append(odd[position])
        elif isinstance(cell, Date):
            taken.append(
                Refused("SP-X022", f"the date {cell}", "write the number, and format the cell as a number", cell)
            )
        elif isinstance(cell, str):
            text = _trimmed(cell, position, notes)
            if _NUMBER.fullmatch(text):
                notes.texts_of_numbers.append(position)
            taken.append(text)
        else:
            taken.append(cell)
    return taken


def _ambiguous(column: Column | None, cells: Any, context: Context) -> list[int]:
    """List the cells that may or may not be percentages."""
    if not context.percent:
        return []
    if column is not None and column.unit:
        return sorted(context.percent)
    large = [
        position
        for position, cell in enumerate(_listed(cells))
        if isinstance(cell, float) and abs(cell) > context.largest_plain and position not in context.percent
    ]
    return [position for position in large if context.shares is None or position in context.shares]


def _percentage(cells: Any, position: int, context: Context) -> Refused:
    cell = _listed(cells)[position] if not isinstance(cells, np.ndarray) else float(cells[position])
    if position in context.percent:
        value = f"{number_text(round(cell * 100, 9))}%" if isinstance(cell, float) else str(cell)
        remedy = "format it as a number, and see that it is the one meant"
        return Refused("SP-X024", f"a cell shown as {value}", remedy, value)
    first = min(context.percent)
    value = f"{number_text(cell)}, while {context.letters}{context.rows[first]} is shown as a percentage"
    remedy = f"write {cell / 100:g} if {number_text(cell)}% is meant, and format the whole column alike"
    return Refused("SP-X024", value, remedy)


def _date(column: Column, cell: Date, position: int, notes: Notes) -> object:
    if column.kind in ("year", "years"):
        if year := financial_year(cell):
            notes.years_of_dates.append(position)
            return year
        return Refused("SP-X022", f"the date {cell}", "format the cell as text and write the year, 2026-27", cell)
    return Refused(
        "SP-X022", f"the date {cell}", "format the cell as text and write it again: Excel made a date of it", cell
    )


def financial_year(cell: str) -> str:
    """Convert a date into the financial year that it stands for; empty where it stands for none.

    The first and the last day of a financial year stand for it, and so does the date that Excel makes of ``2011-12``.

    >>> financial_year("2026-04-01"), financial_year("2027-03-31"), financial_year("2011-12-01")
    ('2026-27', '2026-27', '2011-12')
    >>> financial_year("2026-06-01")
    ''
    """
    try:
        day = date.fromisoformat(cell[:10])
    except ValueError:
        return ""
    plain = (day.month, day.day) == (4, 1) or (day.day == 1 and day.month == (day.year + 1) % 100)
    start = day.year if plain else day.year - 1 if (day.month, day.day) == (3, 31) else 0
    year = f"{start}-{(start + 1) % 100:02d}"
    return year if start and year_start(year) is not None else ""


def _year_number(cell: float, dates: Sequence[int], context: Context) -> object:
    if dates and 20_000 < cell < 80_000:
        other = f"{context.letters}{context.rows[dates[0]]}"
        return Refused(
            "SP-X023", f"the number {number_text(cell)}, while {other} is a date", "write every year as text, 2026-27"
        )
    return int(cell) if cell.is_integer() else cell


def _code(cell: float, position: int, context: Context, notes: Notes) -> object:
    text = number_text(cell)
    remedy = "format the cell as text and write it again, with every digit"
    if not cell.is_integer() or abs(cell) >= EXACT:
        why = "of which Excel keeps fifteen digits" if abs(cell) >= EXACT else "where text is meant"
        return Refused("SP-X025", f"the number {text}, {why}", remedy, text)
    if position in context.padded:
        return Refused("SP-X025", f"the number {text}, shown with zeros before it", remedy, text)
    if int(cell) in context.zero_led:
        written = context.zero_led[int(cell)]
        return Refused("SP-X025", f'the number {text}, while the workbook also has the text "{written}"', remedy, text)
    notes.numbers_as_text.append(position)
    return text


def _trimmed(cell: str, position: int, notes: Notes) -> str:
    text = cell.strip()
    if text != cell:
        notes.trimmed.append(position)
    return text


def _as_text(cell: Any) -> str:
    if isinstance(cell, float):
        return number_text(cell)
    return ("TRUE" if cell else "FALSE") if isinstance(cell, bool) else str(cell)


def _listed(cells: Any) -> list[Any]:
    """Convert cells into a list, "" where empty."""
    if not isinstance(cells, np.ndarray):
        return list(cells)
    return ["" if cell != cell else cell for cell in cells.tolist()]
