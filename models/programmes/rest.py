"""Rest of a programme: the bid and targets of an area less its lines, as one more line or one for each objective."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..tables.line_columns import FIGURES
from .levels import Floats
from .lines import Booleans, Lines, sums_by_area

POUND, TARGET = 1.0, 1e-6
"""Differences of a total and its lines that are rounding: pounds of a bid, share of a target."""

REST, WHOLE = "rest", "whole programme"
"""Name of the rest, beside lines and where an area has none."""


@dataclass(frozen=True, eq=False)
class Totals:
    """Totals of an area beside the sums of its lines, of money (A×E×T) or of one unit an objective (A×K×T).

    Parameters
    ----------
    total
        As the area states it, and the sum of its lines where it states none; NaN where there is neither.
    sums
        Sum of the lines; NaN where no line has the cell.
    stated
        Which areas state totals, A.
    rest
        Total less sum, 0 where that is rounding.
    below
        Cells whose sum is above the total, by more than rounding.
    uncovered
        Cells of lines that a stated total leaves out.
    """

    total: Floats
    sums: Floats
    stated: Booleans
    rest: Floats
    below: Booleans
    uncovered: Booleans


def totals_of(given: Floats, lines: Floats, lines_of: Lines, tolerance: Floats | float) -> Totals:
    """Compare stated totals with the sums of the lines that are in the bid.

    Parameters
    ----------
    given
        Totals as stated, A×M×T; NaN where none is.
    lines
        Money or outcomes of the lines, L×M×T.
    lines_of
        The lines.
    tolerance
        Difference that is rounding: a number, or one for each cell.
    """
    inside = ~lines_of.reserve
    sums = sums_by_area(lines[inside], lines_of.area[inside], len(given))
    stated = np.asarray(~np.isnan(given).all(axis=(1, 2)))
    total = np.where(stated[:, None, None], given, sums)
    uncovered: Booleans = stated[:, None, None] & np.isnan(given) & (np.nan_to_num(sums) != 0)
    rest = np.nan_to_num(total) - np.nan_to_num(sums)
    below: Booleans = stated[:, None, None] & ~np.isnan(given) & (rest < -np.asarray(tolerance))
    rest = np.where(np.abs(rest) <= tolerance, 0.0, rest)
    return Totals(total, sums, stated, rest, below, uncovered)


def rest_lines(
    money: Totals,
    outcome: Totals,
    which: Booleans,
    lined: Booleans,
    objectives: Mapping[str, str],
    unit_cost: Mapping[str, float],
) -> Lines:
    """Make lines of the rest of areas, those with money alone.

    Parameters
    ----------
    money, outcome
        Totals of bids and targets.
    which
        Areas whose rest is wanted, A.
    lined
        Areas with a line, A.
    objectives
        Title of each objective by its key, in the order of the arrays.
    unit_cost
        Grant of all years for one unit in the last year, by objective. Where it has every objective of a rest, the
        rest is parted by objective: its money in proportion to unit cost × the last year's target.
    """
    keys = list(objectives)
    rows: list[tuple[int, str, str, Floats, Floats]] = []
    for area in np.flatnonzero(which & (money.rest > 0).any(axis=(1, 2))):
        rest, grown = money.rest[area], outcome.rest[area]
        name = REST if lined[area] else WHOLE
        title = "Rest of the programme" if lined[area] else "Whole programme"
        parts = _weights(grown, keys, unit_cost)
        if not len(parts):
            rows.append((int(area), name, title, rest, grown))
        for k, share in parts:
            alone = np.zeros_like(grown)
            alone[k] = grown[k]
            rows.append((int(area), f"{REST}: {keys[k]}", f"{title}, {objectives[keys[k]]}", rest * share, alone))
    return _lines(rows, money.rest.shape, outcome.rest.shape)


def _weights(outcome: Floats, keys: Sequence[str], unit_cost: Mapping[str, float]) -> list[tuple[int, float]]:
    """Return the share of the money of each objective of a rest; nothing where it moves as one."""
    there = np.flatnonzero((outcome != 0).any(axis=1)).tolist()
    if not there or any(keys[k] not in unit_cost for k in there):
        return []
    weights = np.asarray([unit_cost[keys[k]] * outcome[k, -1] for k in there])
    if (weights <= 0).any():
        return []
    return list(zip(there, (weights / weights.sum()).tolist(), strict=True))


def _lines(
    rows: Sequence[tuple[int, str, str, Floats, Floats]], money: tuple[int, ...], outcome: tuple[int, ...]
) -> Lines:
    size = len(rows)
    return Lines(
        np.asarray([row[0] for row in rows], dtype=np.int64),
        np.asarray([row[1] for row in rows], dtype=object),
        np.asarray([row[2] for row in rows], dtype=object),
        np.asarray([""] * size, dtype=object),
        np.zeros(size, dtype=bool),
        {name: np.full(size, np.nan) for name in FIGURES},
        np.asarray([row[3] for row in rows], dtype=float).reshape(size, *money[1:]),
        np.asarray([row[4] for row in rows], dtype=float).reshape(size, *outcome[1:]),
    )
