"""The price on one side of a bound by solving every stage again, where the faces of the present bound do not reach.

Where a stage's dual is one end of a range, the face that it leaves is that of one side only. On the other side the
stages are solved from the start with the bound moved, over steps that shrink until two of them show one slope.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from singlepot.solver import Bound, Control, InfeasibleError, LinearProgramme, minimise_in_turn

from ..explanation.solved_stages import SolvedStages
from ..scenario.array_types import Floats

STEPS = (1e-3, 2e-4, 4e-5)
"""Steps away from a bound, as shares of its size."""

STRAIGHT = 1e-4
"""Largest relative difference of the slopes over a step and half of it that are one."""

CHANGED = 1e-8
"""Change of a stage's optimum, relative to its size, above which it has changed: optima are proved to 1e-9."""

WIDENED = 4
"""How often a step is made four times as long to see how far its slope holds."""


@dataclass(frozen=True)
class Afresh:
    """The first stage that changes (its place among the stages; -1 where none does), its slope, and how far it held."""

    position: int
    slope: float
    held: float


def afresh(workings: SolvedStages, bound: Bound, direction: int, size: float, most: float) -> Afresh:
    """Find the first stage that changes on one side of a bound, and by how much.

    Parameters
    ----------
    direction
        1 upwards, -1 downwards.
    size
        Natural size of the bound.
    most
        Farthest move of the bound.
    """
    found = Afresh(-1, 0.0, 0.0)
    for share in STEPS:
        step = min(share * size, most / 2)
        first, half = (_first(workings, bound, direction * each) for each in (step, step / 2))
        if first is None or half is None:
            found = Afresh(0, float("inf"), 0.0)
            continue
        found = Afresh(*first, step)
        if first[0] == half[0] and abs(first[1] - half[1]) <= STRAIGHT * max(abs(first[1]), abs(half[1])):
            return _widened(workings, bound, direction, found, most)
    return found


def _widened(workings: SolvedStages, bound: Bound, direction: int, found: Afresh, most: float) -> Afresh:
    for _ in range(WIDENED):
        step = min(4 * found.held, most)
        further = _first(workings, bound, direction * step)
        same = further is not None and further[0] == found.position
        if step <= found.held or not same or further is None:
            break
        if abs(further[1] - found.slope) > STRAIGHT * abs(found.slope):
            break
        found = replace(found, held=step)
    return found


def _first(workings: SolvedStages, bound: Bound, change: float) -> tuple[int, float] | None:
    """The first stage whose optimum a move of the bound changes, and the slope; None where nothing is possible."""
    try:
        again = minimise_in_turn(moved(workings.programme, bound, change), workings.formulation.stages, Control())
    except InfeasibleError:
        return None
    for position, (new, old) in enumerate(zip(again.results, workings.staged.results, strict=True)):
        if abs(new.value - old.value) > CHANGED * max(old.stage.size, abs(old.value)):
            return position, (new.value - old.value) / change
    return -1, 0.0


def moved(programme: LinearProgramme, bound: Bound, change: float) -> LinearProgramme:
    """The programme with one bound moved."""
    columns = [programme.column_lower.copy(), programme.column_upper.copy()]
    rows = [programme.row_lower.copy(), programme.row_upper.copy()]
    for moves, array in zip((bound.lower, bound.upper), columns if bound.of_column else rows, strict=True):
        array[bound.index] += change if moves else 0.0
    implied_upper: Floats = programme.implied_upper + abs(change)
    implied_lower: Floats = np.where(programme.implied_lower != 0, programme.implied_lower - abs(change), 0.0)
    if not bound.of_column and programme.row_family(bound.index).name == "national":
        implied_upper[programme.columns("largest_shortfall")] += abs(change) / max(float(rows[0][bound.index]), 1e-3)
    implied_upper = np.where(np.isfinite(columns[1]), np.maximum(programme.implied_upper, columns[1]), implied_upper)
    return replace(
        programme,
        column_lower=columns[0],
        column_upper=columns[1],
        row_lower=rows[0],
        row_upper=rows[1],
        implied_upper=implied_upper,
        implied_lower=implied_lower,
    )
