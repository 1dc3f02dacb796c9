r"""Presolve: a smaller programme with the same optima, and postsolve, which turns its answers into those of the whole.

Fixed columns, free columns, aggregation, redundant rows, empty columns and symmetric columns, in this order. Most
columns of a settlement are defined by the take-ups through equality rows: what is left is several times smaller.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..programme import Booleans, Floats
from .aggregation import Aggregation, aggregate
from .problem import RowwiseProblem
from .symmetry import Merged, merge

PRESOLVE_PASSES = 20
"""Most rounds of each kind of reduction: a guard, for each round removes something or is the last."""

USES = 4
"""Most entries of a column that is substituted: more would fill the matrix. What others would do was not recorded."""

PRESOLVE_PIVOT = 1e-2
"""Least size of a defining entry, relative to the largest of its row: smaller ones would magnify rounding."""

REDUNDANT = 1e-9
"""Distance (scaled) from ever binding at which a row is redundant."""


@dataclass(frozen=True, eq=False)
class _Removed:
    """Columns fixed at a value, and rows whose dual is zero."""

    columns: Booleans
    rows: Booleans
    value: Floats

    def postsolve(self, x: Floats, dual: Floats) -> tuple[Floats, Floats]:
        whole_x, whole_dual = self.value.copy(), np.zeros(len(self.rows))
        whole_x[~self.columns] = x
        whole_dual[~self.rows] = dual
        return whole_x, whole_dual


@dataclass(frozen=True, eq=False)
class _FreeColumns:
    """Columns without a cost and without a bound on one side that can meet their rows whatever the others do.

    In postsolve each takes its least value. ``matrix``, ``lower`` and ``upper`` are those rows and their bounds, over
    all columns; ``least`` is the bound of a free column on its other side, with its ``sign``.
    """

    columns: Booleans
    rows: Booleans
    matrix: sparse.csr_array
    lower: Floats
    upper: Floats
    least: Floats
    sign: Floats

    def postsolve(self, x: Floats, dual: Floats) -> tuple[Floats, Floats]:
        whole_x, whole_dual = np.zeros(len(self.columns)), np.zeros(len(self.rows))
        whole_x[~self.columns] = x
        whole_dual[~self.rows] = dual
        position = np.cumsum(self.columns) - 1
        others = np.asarray(self.matrix @ whole_x)
        entries = self.matrix.tocoo()
        is_free = self.columns[entries.col]
        row, column = entries.row[is_free], position[entries.col[is_free]]
        value = entries.data[is_free] * self.sign[column]
        with np.errstate(invalid="ignore"):
            asked = (np.where(value > 0, self.lower[row], self.upper[row]) - others[row]) / value
        first = np.unique(row, return_index=True)[1]  # one free column meets each row; it may then be met twice over
        need = self.least.copy()
        np.maximum.at(need, column[first], asked[first])
        whole_x[self.columns] = self.sign * np.where(np.isfinite(need), need, 0.0)
        return whole_x, whole_dual


Step = _Removed | _FreeColumns | Aggregation | Merged
"""One reduction, and how to undo it."""


@dataclass(frozen=True, eq=False)
class Presolved:
    """The presolved programme, and the reductions that led to it, in order."""

    core: RowwiseProblem
    steps: tuple[Step, ...]

    def postsolve(self, x: Floats, row_dual: Floats) -> tuple[Floats, Floats]:
        """Turn point and row duals of the presolved programme into those of the whole."""
        for step in reversed(self.steps):
            x, row_dual = step.postsolve(x, row_dual)
        return x, row_dual


def presolve(whole: RowwiseProblem) -> Presolved:
    """Reduce a programme; its bounds do not cross."""
    steps: list[Step] = []
    core = _removed(whole, whole.lower == whole.upper, np.zeros(len(whole.row_lower), dtype=bool), steps)
    for _ in range(PRESOLVE_PASSES):
        without = _without_free_columns(core, steps)
        if without is None:
            break
        core = without
    for _ in range(PRESOLVE_PASSES):
        few = np.bincount(core.matrix.indices, minlength=len(core.cost)) <= USES
        aggregated = aggregate(core, few, PRESOLVE_PIVOT)
        if aggregated is None:
            break
        core = aggregated[0]
        steps.append(aggregated[1])
    core = _removed(core, np.zeros(len(core.cost), dtype=bool), _redundant_rows(core), steps)
    core = _removed(core, _empty_columns(core), np.zeros(len(core.row_lower), dtype=bool), steps)
    merged = merge(core)
    if merged is not None:
        core = merged[0]
        steps.append(merged[1])
    return Presolved(core, tuple(steps))


def _empty_columns(problem: RowwiseProblem) -> Booleans:
    """Mark columns without entries whose best value is finite."""
    empty = np.bincount(problem.matrix.indices, minlength=len(problem.cost)) == 0
    decided: Booleans = empty & np.isfinite(_best_alone(problem))
    return decided


def _best_alone(problem: RowwiseProblem) -> Floats:
    """Return the best value of a column without entries: its cheapest bound, or without a cost the one nearest zero."""
    nearest = np.clip(np.zeros(len(problem.cost)), problem.lower, problem.upper)
    cheapest = np.where(problem.cost > 0, problem.lower, problem.upper)
    return np.where(problem.cost != 0, cheapest, nearest)


def _removed(problem: RowwiseProblem, columns: Booleans, rows: Booleans, steps: list[Step]) -> RowwiseProblem:
    if not (columns.any() or rows.any()):
        return problem
    value = np.where(columns, _best_alone(problem), 0.0)
    steps.append(_Removed(columns, rows, value))
    return problem.part(~columns, ~rows, np.asarray(problem.matrix @ value))


def _without_free_columns(problem: RowwiseProblem, steps: list[Step]) -> RowwiseProblem | None:
    entries = problem.matrix.tocoo()
    up_open, low_open = np.isposinf(problem.row_upper), np.isneginf(problem.row_lower)
    count = len(problem.cost)

    def blocked(sign: int) -> Booleans:
        harmless = np.where(entries.data * sign > 0, up_open[entries.row], low_open[entries.row])
        return np.bincount(entries.col[~harmless], minlength=count) > 0

    used = np.bincount(entries.col, minlength=count) > 0
    upwards = used & (problem.cost == 0) & np.isposinf(problem.upper) & ~blocked(1)
    downwards = used & (problem.cost == 0) & np.isneginf(problem.lower) & ~blocked(-1) & ~upwards
    free = upwards | downwards
    if not free.any():
        return None
    rows = np.zeros(len(problem.row_lower), dtype=bool)
    rows[entries.row[free[entries.col]]] = True
    sign = np.where(downwards, -1.0, 1.0)[free]
    least = np.where(sign > 0, problem.lower[free], -problem.upper[free])
    met = problem.matrix[np.flatnonzero(rows)]
    steps.append(_FreeColumns(free, rows, met, problem.row_lower[rows], problem.row_upper[rows], least, sign))
    return problem.part(~free, ~rows)


def _redundant_rows(problem: RowwiseProblem) -> Booleans:
    """Mark empty rows, and rows that no values of their columns within bounds can break."""
    least, most = problem.activity_bounds()
    redundant: Booleans = (most <= problem.row_upper - REDUNDANT) & (least >= problem.row_lower + REDUNDANT)
    return np.asarray(redundant | (np.diff(problem.matrix.indptr) == 0), dtype=bool)
