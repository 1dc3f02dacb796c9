"""Newton systems solved block by block by compiled loops."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.linalg import lu_factor, lu_solve

from . import block_kernels as kernels
from .block_plan import CHUNKS, make_plan
from .blocks import Structure
from .programme import Floats


class CompiledSystem:
    """The systems of :class:`singlepot.solver.block_batches.BatchSystem`, one block after the other."""

    def __init__(self, matrix: sparse.csr_array, structure: Structure) -> None:
        self.matrix, self.transposed = matrix, sparse.csr_array(matrix.T)
        self.plan = plan = make_plan(matrix, structure)
        self._corner_part = matrix[structure.border_rows][:, structure.border_columns].toarray()
        self._border, self._tied = len(plan.border_columns), len(plan.border_columns) + len(plan.border_rows)
        self._roots, self._weights = np.zeros(plan.root_start[-1]), np.zeros(plan.weight_start[-1])
        self._ties = np.empty((len(plan.core_at), self._tied))
        self._rest, self._halves = np.empty(len(plan.row_at)), np.empty(len(plan.core_at))

    def factorise(self, diagonal: Floats, row_diagonal: Floats) -> None:
        """Take new diagonals: Σ of each column and W⁻¹ of each row."""
        plan, border = self.plan, self._border
        self._theta = 1 / diagonal[plan.leaf_at]
        gains = np.empty((CHUNKS, border, border))
        if not kernels.factorise(
            plan, 0, CHUNKS, (diagonal, row_diagonal, self._theta), self._roots, self._weights, self._ties, gains
        ):
            raise np.linalg.LinAlgError("a block that is not positive definite")
        gain = np.triu(gains.sum(axis=0))
        corner = -(self._ties.T @ self._ties)
        corner[:border, :border] += gain + np.triu(gain, 1).T + np.diag(diagonal[plan.border_columns])
        corner[border:, border:] -= np.diag(row_diagonal[plan.border_rows])
        corner[border:, :border] += self._corner_part
        corner[:border, border:] += self._corner_part.T
        self._corner_scale = 1 / np.sqrt(np.abs(np.diag(corner)))
        unit = corner * self._corner_scale[:, None] * self._corner_scale
        self._corner = lu_factor(unit, check_finite=False) if self._tied else None

    def solve(
        self, a: Floats, b: Floats, diagonals: tuple[Floats, Floats]
    ) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
        """Solve for one right-hand side; see :meth:`singlepot.solver.block_batches.BatchSystem.solve`."""
        plan, border = self.plan, self._border
        sigma, inverse = diagonals
        gains = np.empty((CHUNKS, border))
        kernels.descend(
            plan,
            0,
            CHUNKS,
            (a, b),
            self._theta,
            self._roots,
            self._weights,
            (self._rest, self._halves, gains),
        )
        right = np.concatenate([a[plan.border_columns] + gains.sum(axis=0), b[plan.border_rows]])
        right -= self._halves @ self._ties
        tied = right
        if self._corner is not None:
            tied = self._corner_scale * lu_solve(self._corner, self._corner_scale * right, check_finite=False)
        dx, dy, made_a, made_b = np.empty(len(a)), np.empty(len(b)), np.empty(len(a)), np.empty(len(b))
        dx[plan.border_columns] = tied[:border]
        dy[plan.border_rows] = ties = -tied[border:]
        of_columns, of_rows = np.empty((CHUNKS, border)), np.empty((CHUNKS, self._tied - border))
        kernels.ascend(
            plan,
            0,
            CHUNKS,
            (a, self._rest, self._halves - self._ties @ tied, ties),
            (sigma, inverse, self._theta),
            self._roots,
            self._weights,
            (dx, dy, made_a, made_b),
            (of_columns, of_rows),
        )
        made_a[plan.border_columns] = (
            sigma[plan.border_columns] * tied[:border] - of_columns.sum(axis=0) - ties @ self._corner_part
        )
        made_b[plan.border_rows] = (
            inverse[plan.border_rows] * ties + of_rows.sum(axis=0) + self._corner_part @ tied[:border]
        )
        return (dx, dy), (made_a, made_b)
