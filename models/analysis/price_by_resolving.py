"""One-sided derivative of a stage by solving again, where the optimal faces of the present bound do not reach.

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
class ResolvedPrice:
    """First stage that changes (its position; -1 where none does), its slope, and how far the slope held."""

    position: int
    slope: float
    held: float


def resolve_price(
    solved: SolvedStages, bound: Bound, direction: int, size: float, most: float, control: Control
) -> ResolvedPrice:
    """Find the first stage that changes on one side of a bound, and by how much.

    Parameters
    ----------
    direction
        1 upwards, -1 downwards.
    size
        Natural size of the bound.
    most
        Farthest move of the bound.
    control
        Ends the run by raising :class:`~singlepot.solver.control.Halt`.
    """
    resolved = ResolvedPrice(-1, 0.0, 0.0)
    for share in STEPS:
        step = min(share * size, most / 2)
        first, half = (_first(solved, bound, direction * move, control) for move in (step, step / 2))
        if first is None or half is None:
            resolved = ResolvedPrice(0, float("inf"), 0.0)
            continue
        resolved = ResolvedPrice(*first, step)
        if first[0] == half[0] and abs(first[1] - half[1]) <= STRAIGHT * max(abs(first[1]), abs(half[1])):
            return _widened(solved, bound, direction, resolved, most, control)
    return resolved


def _widened(
    solved: SolvedStages, bound: Bound, direction: int, resolved: ResolvedPrice, most: float, control: Control
) -> ResolvedPrice:
    for _ in range(WIDENED):
        step = min(4 * resolved.held, most)
        further = _first(solved, bound, direction * step, control)
        same = further is not None and further[0] == resolved.position
        if step <= resolved.held or not same or further is None:
            break
        if abs(further[1] - resolved.slope) > STRAIGHT * abs(resolved.slope):
            break
        resolved = replace(resolved, held=step)
    return resolved


def _first(solved: SolvedStages, bound: Bound, change: float, control: Control) -> tuple[int, float] | None:
    """First stage whose optimum a move of the bound changes, and the slope; None where it is infeasible."""
    try:
        again = minimise_in_turn(moved(solved.programme, bound, change), solved.formulation.stages, control)
    except InfeasibleError:
        return None
    for position, (new, old) in enumerate(zip(again.results, solved.staged.results, strict=True)):
        if abs(new.value - old.value) > CHANGED * max(old.stage.size, abs(old.value)):
            return position, (new.value - old.value) / change
    return -1, 0.0


def moved(programme: LinearProgramme, bound: Bound, change: float) -> LinearProgramme:
    """Return the programme with one bound moved."""
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
