"""Rows of published tables that are totals: by the class of their code, by their label, or as the sum of the others."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from singlepot.models.checks.area_codes import is_total
from singlepot.models.checks.plausibility.rounding import Floats, last_digit, sum_rows
from singlepot.models.checks.plausibility.totals import LOWEST_TIERS

from .keys import Keys
from .map import Take
from .numbers import read_number
from .published.left_out import LeftOut
from .records import Record, key_columns

Column = tuple[str, ...]
"""Labels that tell the rows of an area apart, then column and year."""


def without_totals(records: Sequence[Record], take: Take, keys: Keys, left: LeftOut) -> list[Record]:
    """Leave out the rows that are totals."""
    remaining = []
    for record in records:
        named = record.labels.get("name", "") if take.into == "areas" else ""
        if (record.area and keys.is_total(record.area, take.classes)) or (named and is_total(named)):
            record.leave_out(left, "total")
        else:
            remaining.append(record)
    sums = {record.area for record in remaining if record.area} & _sums(remaining, take)
    kept = []
    for record in remaining:
        if record.area in sums and not _stays(record.area, take, keys):
            record.leave_out(left, "sum of the others")
        else:
            kept.append(record)
    return kept


def _stays(area: str, take: Take, keys: Keys) -> bool:
    """Whether an area is one though its numbers are the sums of all others'; roll-up looks at members by itself."""
    code = keys.code_of(area)
    return keys.is_certain(area) or LOWEST_TIERS.match(code) is not None or (bool(take.roll_up) and bool(code))


def _sums(records: Sequence[Record], take: Take) -> set[str]:
    """Return the areas, as written, whose numbers are the sums of all others' on one of the sheets."""
    result: set[str] = set()
    for sheet in dict.fromkeys(record.sheet for record in records):
        areas, columns, values = values_of([record for record in records if record.sheet is sheet], take)
        result |= {areas[row] for row in sum_rows(values, digits_of(columns, values))}
    return result


def values_of(records: Sequence[Record], take: Take, by_code: bool = False) -> tuple[list[str], list[Column], Floats]:
    """Lay out the numbers of records: areas (as written, or by code), columns, and values, NaN where there is none."""
    cells: dict[tuple[str, Column], float] = {}
    for record in records:
        labels = tuple(record.labels.get(name, "") for name in key_columns(take.into))
        for (name, year), cell in record.numbers.items():
            number = read_number(record.sheet, take, *cell)
            if isinstance(number, Decimal):
                cells.setdefault((record.code if by_code else record.area, (*labels, name, year)), float(number))
    areas = list(dict.fromkeys(area for area, _ in cells))
    columns = list(dict.fromkeys(column for _, column in cells))
    values = np.full((len(areas), len(columns)), np.nan)
    at_area, at_column = {area: at for at, area in enumerate(areas)}, {column: at for at, column in enumerate(columns)}
    for (area, column), value in cells.items():
        values[at_area[area], at_column[column]] = value
    return areas, columns, values


def digits_of(columns: Sequence[Column], values: Floats) -> Floats:
    """Return the last digit of each column; columns of years of one number have one."""
    names = [column[-2] for column in columns]
    of_name = {
        name: last_digit(values[:, [at for at, one in enumerate(names) if one == name]])
        for name in dict.fromkeys(names)
    }
    return np.asarray([of_name[name] for name in names], dtype=np.float64)
