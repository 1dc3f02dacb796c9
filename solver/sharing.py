r"""The sharing step: one strictly convex answer on the face that the stages leave.

.. math:: \min \sum_j h_j x_j^2 \quad \text{over the face}

It is stated in displacements from the last stage's point, so that the face is consistent by construction,
solved by interior point and then polished: the active bounds are found and the remaining problem with
equalities is solved directly.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from .backends.clarabel import solve_quadratic
from .control import Control
from .faces import IMMOVABLE, around
from .polish import Polished, QuadraticProgramme, polish
from .programme import Booleans, Floats
from .scaling import ScaledProgramme
from .stages import Staged, Technique

LOG = logging.getLogger("singlepot")

@dataclass(frozen=True, eq=False)
class Shared:
    """The final point in original units, and how good it is.

    ``moved`` columns were free to move; ``residual`` is the largest error of the optimality conditions,
    relative; ``rounds`` how often the set of active bounds was corrected.
    """

    x: Floats
    moved: int
    residual: float
    rounds: int


def share(staged: Staged, curvature: Floats, control: Control, technique: Technique | None = None) -> Shared:
    """Find the point of the face with the least ``Σ curvature · x²``.

    Parameters
    ----------
    staged
        The end of the stages.
    curvature
        h, one for each column, original units; zero for columns that follow from the others.
    """
    technique = technique or Technique()
    scaled, face = staged.scaled, staged.face
    scaled_curvature = curvature * scaled.column_scale**2
    if technique.share_by_displacement:
        origin = staged.x
    else:
        origin = np.zeros_like(staged.x)
    room = _Room.around(scaled, face.column_bounds, face.row_bounds, origin, nominal=not technique.share_by_displacement)
    if technique.share_by_displacement:
        room = room.tightened(scaled_curvature)
    if not room.free.any():
        return Shared(staged.x * scaled.column_scale, 0, 0.0, 0)
    problem = room.quadratic(scaled_curvature, origin)
    answer = solve_quadratic(
        problem.curvature, problem.gradient, problem.rows, problem.limit, problem.equalities, control
    )
    polished: Polished = polish(problem, answer.x, answer.slack, answer.multiplier)
    LOG.info("sharing: %d free columns, %d rounds, residual %.1e", room.free.sum(), polished.rounds, polished.residual)
    x = origin.copy()
    x[room.free] = origin[room.free] + polished.x
    return Shared(x * scaled.column_scale, int(room.free.sum()), polished.residual, polished.rounds)


@dataclass(frozen=True, eq=False)
class _Room:
    """How far columns and rows can still move from the origin, scaled."""

    matrix: sparse.csr_array
    down: Floats
    up: Floats
    row_down: Floats
    row_up: Floats
    free: Booleans
    rows: Booleans

    @staticmethod
    def around(
        scaled: ScaledProgramme,
        column_bounds: tuple[Floats, Floats],
        row_bounds: tuple[Floats, Floats],
        origin: Floats,
        *,
        nominal: bool,
    ) -> _Room:
        activity = np.asarray(scaled.matrix @ origin)
        if nominal:
            down, up = column_bounds[0] - origin, column_bounds[1] - origin
            row_down, row_up = row_bounds[0] - activity, row_bounds[1] - activity
        else:
            down, up = around(column_bounds, origin)
            row_down, row_up = around(row_bounds, activity)
        free = down < up
        return _Room(scaled.matrix.tocsr(), down, up, row_down, row_up, free, np.isfinite(row_down) | np.isfinite(row_up))

    def tightened(self, curvature: Floats) -> _Room:
        """Fix columns that rows hold still, and drop rows that cannot bind, until nothing changes."""
        free, rows = self.free.copy(), self.rows.copy()
        positive = self.matrix.maximum(0).tocsr()
        negative = self.matrix.minimum(0).tocsr()
        while True:
            up = np.where(free, self.up, 0.0)
            down = np.where(free, self.down, 0.0)
            most = _product(positive, up) + _product(negative, down)
            least = _product(positive, down) + _product(negative, up)
            loose = (most <= self.row_up + IMMOVABLE) & (least >= self.row_down - IMMOVABLE)
            forcing_up = rows & (most - self.row_down <= IMMOVABLE)
            forcing_down = rows & (self.row_up - least <= IMMOVABLE)
            held = self._columns_of(forcing_up | forcing_down, free)
            unused = free & (curvature == 0) & ~self._columns_of(rows & ~loose, free)
            kept_free = free & ~held & ~unused
            kept_rows = rows & ~loose
            if (kept_free == free).all() and (kept_rows == rows).all():
                return _Room(self.matrix, self.down, self.up, self.row_down, self.row_up, free, rows)
            free, rows = kept_free, kept_rows

    def _columns_of(self, rows: Booleans, free: Booleans) -> Booleans:
        touched = np.zeros(self.matrix.shape[1], dtype=bool)
        touched[self.matrix[np.flatnonzero(rows)].indices] = True
        return touched & free

    def quadratic(self, curvature: Floats, origin: Floats) -> QuadraticProgramme:
        """Write the problem over the free columns: equalities first, then rows and bounds as ``≤``."""
        free = np.flatnonzero(self.free)
        body = self.matrix[:, free]
        touched = np.diff(body.indptr) > 0
        equal = touched & self.rows & (self.row_down == self.row_up)
        above = touched & self.rows & ~equal & np.isfinite(self.row_up)
        below = touched & self.rows & ~equal & np.isfinite(self.row_down)
        unit = sparse.eye_array(len(free), format="csr")
        up, down = np.isfinite(self.up[free]), np.isfinite(self.down[free])
        rows = sparse.vstack([body[equal], body[above], -body[below], unit[up], -unit[down]]).tocsc()
        limit = np.concatenate(
            [self.row_up[equal], self.row_up[above], -self.row_down[below], self.up[free][up], -self.down[free][down]]
        )
        h = 2 * curvature[free]
        size = h[h > 0].mean() if (h > 0).any() else 1.0
        return QuadraticProgramme(h / size, h / size * origin[free], rows, limit, int(equal.sum()))


def _product(matrix: sparse.csr_array, vector: Floats) -> Floats:
    """Multiply, with infinite entries of the vector giving infinite rows and never NaN."""
    finite = np.where(np.isfinite(vector), vector, 0.0)
    endless = np.asarray(matrix @ np.where(np.isposinf(vector), 1.0, np.where(np.isneginf(vector), -1.0, 0.0)))
    result = np.asarray(matrix @ finite)
    return np.where(endless > 0, np.inf, np.where(endless < 0, -np.inf, result))
