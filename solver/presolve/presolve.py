r"""Take out of a programme what decides itself or stands there twice, and put it back.

Fixed columns, free riders, definitions, loose rows, equals: most columns of a settlement follow from the take-ups, by
equality rows that define grants and targets. Written out, what is left is several times smaller, and every answer to it
is an answer to the whole, with duals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ..programme import Booleans, Floats
from .symmetry import Merged, merge

Positions = npt.NDArray[np.intp]

PASSES = 20
"""Most rounds of each kind of reduction."""

USES = 4
"""Most other rows of a column that is written out: more would fill the matrix."""

PIVOT = 1e-2
"""Least size of a defining entry, relative to the largest of its row."""

CANCELLED = 1e-14
"""Entries below this (scaled) are what rounding leaves of a cancellation."""

LOOSE = 1e-9
"""How far (scaled) a row must be from ever binding to be left out."""


@dataclass(frozen=True, eq=False)
class Linear:
    """Minimise ``cost · x`` within bounds of columns and rows."""

    matrix: sparse.csr_array
    cost: Floats
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats


@dataclass(frozen=True, eq=False)
class _Dropped:
    """Columns held at a value and rows that need no dual."""

    columns: Booleans
    rows: Booleans
    value: Floats

    def restore(self, x: Floats, dual: Floats) -> tuple[Floats, Floats]:
        whole_x, whole_dual = self.value.copy(), np.zeros(len(self.rows))
        whole_x[~self.columns] = x
        whole_dual[~self.rows] = dual
        return whole_x, whole_dual


@dataclass(frozen=True, eq=False)
class _Riders:
    """Columns without a cost that can meet their rows whatever the others do; each takes its least value.

    ``matrix``, ``lower`` and ``upper`` are those rows and their limits, over all columns; ``least`` is the limit of a
    rider, with its ``sign``.
    """

    columns: Booleans
    rows: Booleans
    matrix: sparse.csr_array
    lower: Floats
    upper: Floats
    least: Floats
    sign: Floats

    def restore(self, x: Floats, dual: Floats) -> tuple[Floats, Floats]:
        whole_x, whole_dual = np.zeros(len(self.columns)), np.zeros(len(self.rows))
        whole_x[~self.columns] = x
        whole_dual[~self.rows] = dual
        place = np.cumsum(self.columns) - 1
        others = np.asarray(self.matrix @ whole_x)
        entries = self.matrix.tocoo()
        riding = self.columns[entries.col]
        row, rider = entries.row[riding], place[entries.col[riding]]
        value = entries.data[riding] * self.sign[rider]
        with np.errstate(invalid="ignore"):
            asked = (np.where(value > 0, self.lower[row], self.upper[row]) - others[row]) / value
        first = np.unique(row, return_index=True)[1]  # one rider meets each row; it may then be met twice over
        need = self.least.copy()
        np.maximum.at(need, rider[first], asked[first])
        whole_x[self.columns] = self.sign * np.where(np.isfinite(need), need, 0.0)
        return whole_x, whole_dual


@dataclass(frozen=True, eq=False)
class _Definitions:
    """Columns that equality rows define, written out everywhere; their bounds became rows."""

    rows: Positions
    columns: Positions
    pivots: Floats
    keep: Booleans
    rest: Booleans
    bounded: Booleans
    definition: sparse.csr_array
    constant: Floats
    entries: sparse.csc_array
    cost: Floats

    def restore(self, x: Floats, dual: Floats) -> tuple[Floats, Floats]:
        whole_x, whole_dual = np.zeros(len(self.rest)), np.zeros(len(self.keep))
        whole_x[self.rest] = x
        whole_x[self.columns] = self.constant + self.definition @ x
        kept = int(self.keep.sum())
        whole_dual[self.keep] = dual[:kept]
        own = np.zeros(len(self.columns))
        own[self.bounded] = dual[kept:]
        whole_dual[self.rows] = (self.cost - self.entries.T @ dual[:kept] - own) / self.pivots
        return whole_x, whole_dual


Step = _Dropped | _Riders | _Definitions | Merged
"""What was done to a programme, and how to undo it."""


@dataclass(frozen=True, eq=False)
class Reduction:
    """What is left to solve, and the steps that lead back."""

    core: Linear
    steps: tuple[Step, ...]

    def restore(self, x: Floats, row_dual: Floats) -> tuple[Floats, Floats]:
        """Turn point and row duals of the core into those of the whole."""
        for step in reversed(self.steps):
            x, row_dual = step.restore(x, row_dual)
        return x, row_dual


def reduce(whole: Linear) -> Reduction:
    """Take out what decides itself."""
    steps: list[Step] = []
    core = _drop(whole, whole.lower == whole.upper, np.zeros(len(whole.row_lower), dtype=bool), steps)
    for _ in range(PASSES):
        ridden = _without_riders(core, steps)
        if ridden is None:
            break
        core = ridden
    for _ in range(PASSES):
        written = _written_out(core, steps)
        if written is None:
            break
        core = written
    core = _drop(core, np.zeros(len(core.cost), dtype=bool), _loose(core), steps)
    core = _drop(core, _idle(core), np.zeros(len(core.row_lower), dtype=bool), steps)
    merged = merge(core)
    if merged is not None:
        core = merged[0]
        steps.append(merged[1])
    return Reduction(core, tuple(steps))


def _idle(problem: Linear) -> Booleans:
    """Columns without rows, whose best value is one of their bounds."""
    unused = np.bincount(problem.matrix.indices, minlength=len(problem.cost)) == 0
    idle: Booleans = unused & np.isfinite(_resting(problem))
    return idle


def _resting(problem: Linear) -> Floats:
    """Where a column that no row touches stands: its cheapest bound, or without a cost the value nearest zero."""
    nearest = np.clip(np.zeros(len(problem.cost)), problem.lower, problem.upper)
    cheapest = np.where(problem.cost > 0, problem.lower, problem.upper)
    return np.where(problem.cost != 0, cheapest, nearest)


def _drop(problem: Linear, columns: Booleans, rows: Booleans, steps: list[Step]) -> Linear:
    if not (columns.any() or rows.any()):
        return problem
    value = np.where(columns, _resting(problem), 0.0)
    steps.append(_Dropped(columns, rows, value))
    shift = np.asarray(problem.matrix @ value)
    return _part(problem, ~columns, ~rows, shift)


def _part(problem: Linear, columns: Booleans, rows: Booleans, shift: Floats | float = 0.0) -> Linear:
    return Linear(
        sparse.csr_array(problem.matrix[np.flatnonzero(rows)][:, np.flatnonzero(columns)]),
        problem.cost[columns],
        problem.lower[columns],
        problem.upper[columns],
        (problem.row_lower - shift)[rows],
        (problem.row_upper - shift)[rows],
    )


def _without_riders(problem: Linear, steps: list[Step]) -> Linear | None:
    entries = problem.matrix.tocoo()
    up_open, low_open = np.isposinf(problem.row_upper), np.isneginf(problem.row_lower)
    count = len(problem.cost)

    def blocked(sign: int) -> Booleans:
        harmless = np.where(entries.data * sign > 0, up_open[entries.row], low_open[entries.row])
        return np.bincount(entries.col[~harmless], minlength=count) > 0

    used = np.bincount(entries.col, minlength=count) > 0
    upwards = used & (problem.cost == 0) & np.isposinf(problem.upper) & ~blocked(1)
    downwards = used & (problem.cost == 0) & np.isneginf(problem.lower) & ~blocked(-1) & ~upwards
    riders = upwards | downwards
    if not riders.any():
        return None
    rows = np.zeros(len(problem.row_lower), dtype=bool)
    rows[entries.row[riders[entries.col]]] = True
    sign = np.where(downwards, -1.0, 1.0)[riders]
    least = np.where(sign > 0, problem.lower[riders], -problem.upper[riders])
    met = problem.matrix[np.flatnonzero(rows)]
    steps.append(_Riders(riders, rows, met, problem.row_lower[rows], problem.row_upper[rows], least, sign))
    return _part(problem, ~riders, ~rows)


def _written_out(problem: Linear, steps: list[Step]) -> Linear | None:
    rows, columns, pivots = _choose(problem)
    if not len(rows):
        return None
    keep, rest = np.ones(len(problem.row_lower), dtype=bool), np.ones(len(problem.cost), dtype=bool)
    keep[rows], rest[columns] = False, False
    by_column = problem.matrix.tocsc()
    left = by_column[:, np.flatnonzero(rest)].tocsr()
    definition = sparse.csr_array(sparse.diags_array(-1.0 / pivots, format="csr") @ left[rows])
    constant = problem.row_lower[rows] / pivots
    entries = sparse.csc_array(by_column[:, columns].tocsr()[np.flatnonzero(keep)].tocsc())
    others = left[np.flatnonzero(keep)] + entries.tocsr() @ definition
    lower, upper = problem.lower[columns], problem.upper[columns]
    bounded = np.isfinite(lower) | np.isfinite(upper)
    matrix = sparse.csr_array(sparse.vstack([others, definition[np.flatnonzero(bounded)]]))
    matrix.data[np.abs(matrix.data) < CANCELLED] = 0.0
    matrix.eliminate_zeros()
    shift = np.asarray(entries @ constant)
    cost = problem.cost[columns]
    steps.append(_Definitions(rows, columns, pivots, keep, rest, bounded, definition, constant, entries, cost))
    return Linear(
        matrix,
        problem.cost[rest] + definition.T @ cost,
        problem.lower[rest],
        problem.upper[rest],
        np.concatenate([problem.row_lower[keep] - shift, (lower - constant)[bounded]]),
        np.concatenate([problem.row_upper[keep] - shift, (upper - constant)[bounded]]),
    )


def _choose(problem: Linear) -> tuple[Positions, Positions, Floats]:
    """Choose equality rows and, in each, a column of few uses that no other chosen row holds."""
    entries = problem.matrix.tocoo()
    uses = np.bincount(entries.col, minlength=len(problem.cost))
    largest = np.zeros(len(problem.row_lower))
    np.maximum.at(largest, entries.row, np.abs(entries.data))
    equal = problem.row_lower == problem.row_upper
    fit = equal[entries.row] & (uses[entries.col] <= USES) & (np.abs(entries.data) >= PIVOT * largest[entries.row])
    row, column, pivot = entries.row[fit], entries.col[fit], entries.data[fit]
    order = np.lexsort((column, uses[column], row))
    row, column, pivot = row[order], column[order], pivot[order]
    first = np.unique(row, return_index=True)[1]
    row, column, pivot = row[first], column[first], pivot[first]
    _, unique = np.unique(column, return_index=True)
    row, column, pivot = row[unique], column[unique], pivot[unique]
    while len(row):
        block = problem.matrix[row].tocsc()[:, column].tocoo()
        clash = block.row[(block.row != block.col) & (block.data != 0)]
        if not len(clash):
            break
        keep = np.ones(len(row), dtype=bool)
        keep[clash] = False
        if not keep.any():
            keep[0] = True
        row, column, pivot = row[keep], column[keep], pivot[keep]
    return row.astype(np.intp), column.astype(np.intp), pivot


def _loose(problem: Linear) -> Booleans:
    """Rows that no values of their columns within bounds can break."""
    positive, negative = problem.matrix.maximum(0).tocsr(), problem.matrix.minimum(0).tocsr()
    most = _times(positive, problem.upper) + _times(negative, problem.lower)
    least = _times(positive, problem.lower) + _times(negative, problem.upper)
    loose: Booleans = (most <= problem.row_upper - LOOSE) & (least >= problem.row_lower + LOOSE)
    return np.asarray(loose | (np.diff(problem.matrix.indptr) == 0), dtype=bool)


def _times(matrix: sparse.csr_array, vector: Floats) -> Floats:
    """Multiply, with infinite entries of the vector giving infinite rows and never NaN."""
    endless = np.asarray(matrix @ np.where(np.isinf(vector), np.sign(vector), 0.0))
    result = np.asarray(matrix @ np.where(np.isfinite(vector), vector, 0.0))
    return np.where(endless > 0, np.inf, np.where(endless < 0, -np.inf, result))
