"""Newton systems solved block by block by compiled loops."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.linalg import lu_factor, lu_solve

from ..programme import Floats
from . import block_kernels as kernels
from .block_plan import CHUNKS, make_plan
from .structure import Structure


class CompiledSystem:
    """The systems of :class:`singlepot.solver.interior_point.newton_numpy.BatchSystem`, one block after the other."""

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
        self, right: Floats, diagonals: tuple[Floats, Floats], answer: Floats, image: Floats, activity: Floats
    ) -> None:
        """Solve for one right-hand side; see :meth:`singlepot.solver.interior_point.newton_numpy.BatchSystem.solve`."""
        plan, border, n = self.plan, self._border, self.matrix.shape[1]
        at_columns, at_rows = plan.border_columns, plan.border_rows
        gains = np.empty((CHUNKS, border))
        made = self._rest, self._halves, gains
        kernels.descend(plan, 0, CHUNKS, (right[:n], right[n:]), self._theta, self._roots, self._weights, made)
        edge = np.concatenate([right[:n][at_columns] + gains.sum(axis=0), right[n:][at_rows]])
        edge -= self._halves @ self._ties
        if self._corner is not None:
            edge = self._corner_scale * lu_solve(self._corner, self._corner_scale * edge, check_finite=False)
        columns, rows = edge[:border], -edge[border:]
        dx, dy, made_a, made_b = answer[:n], answer[n:], image[:n], image[n:]
        dx[at_columns], dy[at_rows] = columns, rows
        self._halves -= self._ties @ edge
        kernels.ascend(
            plan,
            0,
            CHUNKS,
            (right[:n], self._rest, self._halves, plan.link @ rows),
            (*diagonals, self._theta),
            self._roots,
            self._weights,
            (dx, dy, made_a, made_b, activity),
            gains,
        )
        sigma, inverse = diagonals
        made_a[at_columns] = sigma[at_columns] * columns - gains.sum(axis=0) - rows @ self._corner_part
        activity[at_rows] = self._halves @ plan.link + self._corner_part @ columns
        made_b[at_rows] = activity[at_rows] + inverse[at_rows] * rows
