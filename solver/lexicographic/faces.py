"""Optimal faces, described by fixed columns and equality rows, so that no tolerance is spent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..programme import Booleans, Floats, Integers
from ..scaling import OBJECTIVE_SIZE, ScaledProgramme

FREEZE_ABOVE = 1e-9
"""A reduced cost or dual above this (scaled, objective of mean size 128) holds its column or row.

Set on prototypes of England, 2026 (design.md section 5): small areas have small duals, true ones lie between 1e-9 and
1e-7, and a threshold of 1e-7 moved a later stage by 1e-6.
"""

NOISE_BELOW = 1e-12
"""Duals below this are rounding; one between this and FREEZE_ABOVE calls for a tighter solve."""

ROUNDING_OF_DUALS = 1e-11
"""A reduced cost below this, relative to the terms it is the difference of, is what rounding leaves of zero.

Measured, rounding leaves up to 1e-14 and true reduced costs begin near 1e-9.
"""

ECHO = 2e-14
"""Duals below this, relative to the largest, are rounding of the others.

Seen in 2026 on a drawn scenario (tests/properties/test_uniqueness.py): 1e-14 of the largest dual in rows that the
objective does not depend on. Without it equal areas are held at different bounds.
"""

CALM = 1e-7
"""Rounding of the largest duals, as :data:`ECHO` has it, up to which they count; a reduced cost above it is none.

Duals beyond it come from a basis that leans on a tiny entry. They prove an optimum, and no face: seen in 2026 on stress
scenarios with entries of 1e-11, where every reduced cost was taken for rounding of a dual of 1e15.
"""

STEEP = 16.0
"""How much more than the whole objective the price of a row may be, for a move of a column through its range.

Chosen in 2026: the last unit costs more than the mean one. Prices of 3,143 areas were up to 11 times the whole
objective, those of 24,000 once; a scenario of few areas is held to :data:`CALM` alone.
"""

AT_BOUND = 1e-7
"""Largest distance from its bound (scaled) at which a column or row is held there."""

IMMOVABLE = 1e-11
"""Range (scaled) below which a row or column counts as fixed: ten times less than the tolerance of HiGHS."""


@dataclass(frozen=True, eq=False)
class Face:
    """A face of the feasible polyhedron: bounds, scaled, of the points that keep every earlier stage at its optimum."""

    column_lower: Floats
    column_upper: Floats
    row_lower: Floats
    row_upper: Floats
    frozen: Booleans

    @staticmethod
    def whole(scaled: ScaledProgramme) -> Face:
        """Return the face before any stage: the programme's own bounds."""
        return Face(
            scaled.column_lower,
            scaled.column_upper,
            scaled.row_lower,
            scaled.row_upper,
            scaled.column_lower == scaled.column_upper,
        )

    @property
    def column_bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper bounds of the columns."""
        return self.column_lower, self.column_upper

    @property
    def row_bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper bounds of the rows."""
        return self.row_lower, self.row_upper

    @property
    def freedom(self) -> int:
        """Estimate of the dimension: columns that may move, less equality rows."""
        return int((~self.frozen).sum()) - int((self.row_lower == self.row_upper).sum())

    def freeze(self, x: Floats, activity: Floats, reduced_cost: Floats, row_dual: Floats) -> Face:
        """Keep the points that are optimal by these duals.

        Any optimal dual describes the whole optimal face: a column with a reduced cost stays at its bound, a
        row with a dual stays an equality. Both are held where the point stands, which is the bound up to
        rounding, so the face contains the point exactly and cannot become inconsistent.
        """
        columns = _held(x, self.column_lower, self.column_upper, reduced_cost)
        rows = _held(activity, self.row_lower, self.row_upper, row_dual)
        return Face(
            np.where(columns, x, np.minimum(self.column_lower, x)),
            np.where(columns, x, np.maximum(self.column_upper, x)),
            np.where(rows, activity, np.minimum(self.row_lower, activity)),
            np.where(rows, activity, np.maximum(self.row_upper, activity)),
            self.frozen | columns,
        )

    def limit_row(self, row: int, upper: float) -> Face:
        """Put an upper bound on one row, for instance a stage's optimum and what may be given."""
        row_upper = self.row_upper.copy()
        row_upper[row] = upper
        return Face(self.column_lower, self.column_upper, self.row_lower, row_upper, self.frozen)


def around(bounds: tuple[Floats, Floats], value: Floats, finer: float = 1.0) -> tuple[Floats, Floats]:
    """Return bounds relative to a value, in units ``finer`` times smaller; rounding never excludes the value itself."""
    down, up = (bounds[0] - value) * finer, (bounds[1] - value) * finer
    down = np.where(np.abs(down) <= IMMOVABLE, 0.0, np.minimum(down, 0.0))
    up = np.where(np.abs(up) <= IMMOVABLE, 0.0, np.maximum(up, 0.0))
    return down, up


def without_rounding(matrix: sparse.csc_array, cost: Floats, row_dual: Floats) -> tuple[Floats, Floats]:
    """Return reduced costs and row duals with what is only rounding set to zero.

    An objective that is large, or duals that are, leave differences that no absolute threshold can tell from small
    true ones: equal areas would be held at different bounds. A row's dual counts where it is a part, larger than
    rounding, of the reduced cost of some column.
    """
    of_column = np.repeat(np.arange(len(cost)), np.diff(matrix.indptr))
    part = matrix.data * row_dual[matrix.indices]
    reduced = cost - np.bincount(of_column, part, len(cost))
    part = np.abs(part)
    of_duals = np.bincount(of_column, part, len(cost))
    calm = CALM / OBJECTIVE_SIZE * np.abs(cost[cost != 0]).mean() if cost.any() else np.inf
    echo = min(ECHO * of_duals.max(initial=0.0), calm) * _reach(matrix, row_dual != 0, of_column)
    rounding = np.maximum(ROUNDING_OF_DUALS * (np.abs(cost) + of_duals), echo)
    reduced = np.where(np.abs(reduced) > rounding, reduced, 0.0)
    counts = np.zeros(len(row_dual), dtype=bool)
    counts[matrix.indices[part > rounding[of_column]]] = True
    return reduced, np.where(counts, row_dual, 0.0)


def _reach(matrix: sparse.csc_array, priced: Booleans, of_column: Integers) -> Floats:
    """Return how much of an error of the duals of ``priced`` rows reaches each column's reduced cost, at most 1.

    The largest entry of a row bounds the error of its dual, and so does what reaches its columns by other rows, where
    they have any: one of them fixes the dual. A column whose entries are small in their rows takes over as little.
    """
    size, rows = np.abs(matrix.data), matrix.indices
    largest, by_others = np.zeros(matrix.shape[0]), np.zeros(matrix.shape[0])
    np.maximum.at(largest, rows, size)
    error = np.where(priced, 1 / np.maximum(largest, np.finfo(float).tiny), 0.0)
    part = size * error[rows]
    others = np.bincount(of_column, part, matrix.shape[1])[of_column] - part
    np.maximum.at(by_others, rows, others / size)
    part = size * np.where(by_others > 0, np.minimum(error, by_others), error)[rows]
    return np.minimum(np.bincount(of_column, part, matrix.shape[1]), 1.0)


def largest_part(matrix: sparse.csc_array, row_dual: Floats) -> float:
    """Return the largest term of the reduced costs: an entry, in size, times its row's dual."""
    return float(np.abs(matrix.data * row_dual[matrix.indices]).max(initial=0.0))


def describes_a_face(part: float, cost: Floats) -> bool:
    """Whether duals whose largest part, see :func:`largest_part`, is this describe the face of an objective."""
    return part * ECHO <= CALM or part <= STEEP * float(np.abs(cost).sum())


def ambiguous(duals: Floats) -> bool:
    """Whether a dual is too large for rounding and too small to be held."""
    size = np.abs(duals)
    return bool(((size > NOISE_BELOW) & (size <= FREEZE_ABOVE)).any())


def _held(value: Floats, lower: Floats, upper: Floats, dual: Floats) -> Booleans:
    at_lower = (dual > FREEZE_ABOVE) & (value <= lower + AT_BOUND)
    at_upper = (dual < -FREEZE_ABOVE) & (value >= upper - AT_BOUND)
    held: Booleans = at_lower | at_upper
    return held
