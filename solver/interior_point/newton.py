"""Newton systems of an interior point, factorised block by block: blocks of similar size are padded to one array."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.linalg import lu_factor, lu_solve

from ..programme import Floats
from .structure import Positions, Structure

DIAGONAL_SHIFT = 1e-14
"""Added to unit diagonals so that rounding leaves no pivot below zero: 45 times the precision of a double."""

ROUND = 8
"""Sizes of blocks are rounded up to a multiple of this: fewer arrays, more padding."""


def batches(group: Positions, count: int, round_to: int) -> list[Positions]:
    """Return the members of each group as rows of arrays, padded with ``count``; similar sizes share an array."""
    order = np.argsort(group, kind="stable")
    _, start, size = np.unique(group[order], return_index=True, return_counts=True)
    padded = np.where(size <= 2, size, -(-size // round_to) * round_to)
    arrays = []
    for width in np.unique(padded):
        chosen = np.flatnonzero(padded == width)
        slot = np.arange(width)
        at = start[chosen][:, None] + slot
        inside = slot < size[chosen][:, None]
        arrays.append(np.where(inside, order[np.minimum(at, len(order) - 1)], count))
    return arrays


class BlockLayout:
    """The entries of a matrix by blocks: one dense array for all blocks of similar size, padded with zeros."""

    def __init__(self, matrix: sparse.csr_array, structure: Structure) -> None:
        self.matrix, self.structure = matrix, structure
        s = structure
        self.transposed = sparse.csr_array(matrix.T)
        local = matrix[s.local_rows]
        self.leaf_part = sparse.csr_array(local[:, s.leaf_columns])
        upper = np.concatenate([s.core, s.border_columns])
        self.upper_columns = upper
        self.core_part = sparse.csr_array(local[:, upper])
        self.link = sparse.csr_array(matrix[s.border_rows][:, upper])
        self.cores = len(s.core)
        self._plan_leaves()
        self._plan_blocks()

    def _plan_leaves(self) -> None:
        s = self.structure
        count = len(s.local_rows)
        touches_leaf = np.diff(self.leaf_part.indptr) > 0
        self.plain_rows = np.flatnonzero(~touches_leaf)
        touches_core = np.diff(self.core_part.indptr) > 0
        with_leaf = np.concatenate(
            [np.flatnonzero(touches_leaf & ~touches_core), np.flatnonzero(touches_leaf & touches_core)]
        )
        self.leaves: list[tuple[Positions, tuple[Floats, Positions]]] = []
        for members in batches(s.leaf_of_row[with_leaf], len(with_leaf), 4):
            positions = np.append(with_leaf, count)[members]
            self.leaves.append((positions, self._leaf_dense(positions, count)))

    def _leaf_dense(self, positions: Positions, count: int) -> tuple[Floats, Positions]:
        """Dense rows of each leaf over the columns that it touches, and those columns (padding: one past the last)."""
        number, width = positions.shape
        owner_of = np.full(count + 1, -1)
        slot = np.full(count + 1, -1)
        owner_of[positions.ravel()] = np.repeat(np.arange(number), width)
        slot[positions.ravel()] = np.tile(np.arange(width), number)
        owner_of[count] = -1
        entries = self.leaf_part.tocoo()
        used = owner_of[entries.row] >= 0
        row, column, value = entries.row[used], entries.col[used], entries.data[used]
        leaf_columns = len(self.structure.leaf_columns)
        leaf = np.full(leaf_columns, -1)
        leaf[column] = owner_of[row]
        mine = np.flatnonzero(leaf >= 0)
        grouped = np.argsort(leaf[mine], kind="stable")
        size = np.bincount(leaf[mine], minlength=number)
        most = int(size.max(initial=0))
        start = np.cumsum(size) - size
        rank = np.empty(leaf_columns, dtype=np.intp)
        rank[mine[grouped]] = np.arange(len(mine)) - start[leaf[mine[grouped]]]
        dense = np.zeros((number, width, most))
        dense[owner_of[row], slot[row], rank[column]] = value
        at = np.full((number, most), leaf_columns)
        at[leaf[mine], rank[mine]] = mine
        return dense, at

    def _plan_blocks(self) -> None:
        s = self.structure
        rows = len(s.local_rows)
        touching = np.flatnonzero(np.diff(self.core_part.indptr) > 0)
        block_rows = s.block_of_row[touching]
        order = np.argsort(block_rows, kind="stable")
        touching, block_rows = touching[order], block_rows[order]
        entries = self.core_part.tocoo()
        links = self.link.tocoo()
        border = len(s.border_columns)
        width_link = border + len(s.border_rows)
        self.blocks = []
        for members in batches(s.block_of_core, self.cores, ROUND):
            number, width = members.shape
            block = s.block_of_core[members[:, 0]]
            index = np.full(int(s.block_of_row.max(initial=0)) + int(s.block_of_core.max(initial=0)) + 2, -1)
            index[block] = np.arange(number)
            owner_of = np.full(self.cores + 1, -1)
            slot = np.zeros(self.cores + 1, dtype=np.intp)
            owner_of[members.ravel()] = np.repeat(np.arange(number), width)
            slot[members.ravel()] = np.tile(np.arange(width), number)
            owner_of[self.cores] = -1
            mine = np.flatnonzero(index[block_rows] >= 0)
            size = np.bincount(index[block_rows[mine]], minlength=number)
            most = int(size.max(initial=0))
            start = np.cumsum(size) - size
            owner = index[block_rows[mine]]
            by_owner = np.argsort(owner, kind="stable")
            rank = np.empty(len(mine), dtype=np.intp)
            rank[by_owner] = np.arange(len(mine)) - start[owner[by_owner]]
            row_positions = np.full((number, most), rows)
            row_positions[owner, rank] = touching[mine]
            row_slot = np.zeros(rows, dtype=np.intp)
            row_slot[touching[mine]] = rank
            row_own = np.full(rows, -1)
            row_own[touching[mine]] = owner
            dense = np.zeros((number, most, width + border))
            used = row_own[entries.row] >= 0
            row, column, value = entries.row[used], entries.col[used], entries.data[used]
            in_core = column < self.cores
            slot_of_column = np.where(in_core, slot[np.minimum(column, self.cores)], width + column - self.cores)
            dense[row_own[row], row_slot[row], slot_of_column] = value
            tie = np.zeros((number, width, len(s.border_rows)))
            used = owner_of[np.minimum(links.col, self.cores)] >= 0
            column = links.col[used]
            tie[owner_of[column], slot[column], links.row[used]] = links.data[used]
            self.blocks.append((members, row_positions, dense, tie))
        self.edge = width_link
        self.rows = rows
        orphan = np.ones(rows + 1, dtype=bool)
        for _, row_positions, _, _ in self.blocks:
            orphan[row_positions.ravel()] = False
        orphan[rows] = False
        orphan &= np.append(np.diff(self.core_part.indptr) > 0, False)
        self.orphans = np.flatnonzero(orphan)  # rows that tie leaves to the border and to no core


class NewtonSystem(BlockLayout):
    r"""The Newton system of an interior point, solved by Schur complements of its blocks.

    .. math::
        \begin{pmatrix} \Sigma & -M^T \\ M & W^{-1} \end{pmatrix} \begin{pmatrix} dx \\ dy \end{pmatrix}
        = \begin{pmatrix} a \\ b \end{pmatrix}

    for diagonal Σ (one for each column) and W⁻¹ (one for each row), both above zero.
    """

    def factorise(self, diagonal: Floats, row_diagonal: Floats) -> None:
        """Take new diagonals: Σ of each column and W⁻¹ of each row."""
        s = self.structure
        self._theta = 1 / diagonal[s.leaf_columns]
        theta = np.append(self._theta, 0.0)
        local = np.append(row_diagonal[s.local_rows], 1.0)
        self._plain = 1 / local[:-1]
        self._leaf_inverse = []
        for positions, (dense, at) in self.leaves:
            kernel = (dense * theta[at][:, None, :]) @ dense.transpose(0, 2, 1)
            span = np.arange(positions.shape[1])
            kernel[:, span, span] += local[positions]
            self._leaf_inverse.append(_root(kernel))
        border = len(s.border_columns)
        count = self.edge
        corner = np.zeros((count, count))
        corner[np.arange(border), np.arange(border)] = diagonal[s.border_columns]
        corner[np.arange(border, count), np.arange(border, count)] = -row_diagonal[s.border_rows]
        inside = self.link[:, self.cores :].toarray()
        corner[border:, :border] += inside
        corner[:border, border:] += inside.T
        if len(self.orphans):
            part = self.core_part[self.orphans][:, self.cores :]
            weight = self._weight_matrix()[self.orphans][:, self.orphans]
            corner[:border, :border] += (part.T @ (weight @ part)).toarray()
        upper = np.append(diagonal[self.upper_columns[: self.cores]], 1.0)
        self._core_inverse, self._ties = [], []
        weights = self._scatter_weights()
        for members, row_positions, dense, tie in self.blocks:
            width = members.shape[1]
            half = self._weighted(dense, row_positions, weights)
            whole = half.transpose(0, 2, 1) @ half
            kernel = np.ascontiguousarray(whole[:, :width, :width])
            span = np.arange(width)
            kernel[:, span, span] += upper[members]
            root = _root(kernel)
            solved = root @ np.concatenate([whole[:, :width, width:], tie], axis=2)
            corner[:border, :border] += whole[:, width:, width:].sum(axis=0)
            flat = solved.reshape(-1, count)
            corner -= flat.T @ flat
            self._core_inverse.append(root)
            self._ties.append(solved)
        self._corner_scale = 1 / np.sqrt(np.abs(np.diag(corner)))
        unit = corner * self._corner_scale[:, None] * self._corner_scale
        self._corner = lu_factor(unit, check_finite=False) if count else None

    def _scatter_weights(self) -> list[tuple[Positions, Floats]]:
        return [(positions, inverse) for (positions, _), inverse in zip(self.leaves, self._leaf_inverse, strict=True)]

    def _weight_matrix(self) -> sparse.csr_array:
        """Return the weights of all local rows as one sparse matrix."""
        count = self.rows
        plain = np.where(np.isin(np.arange(count), self.plain_rows), self._plain, 0.0)
        rows, columns, values = [np.arange(count)], [np.arange(count)], [plain]
        for positions, inverse in self._scatter_weights():
            width = positions.shape[1]
            rows.append(np.repeat(positions, width, axis=1).ravel())
            columns.append(np.tile(positions, (1, width)).ravel())
            values.append((inverse.transpose(0, 2, 1) @ inverse).ravel())
        row, column, value = (np.concatenate(item) for item in (rows, columns, values))
        inside = (row < count) & (column < count)
        return sparse.coo_array((value[inside], (row[inside], column[inside])), shape=(count, count)).tocsr()

    def _weighted(self, dense: Floats, row_positions: Positions, weights: list[tuple[Positions, Floats]]) -> Floats:
        """Return the root of the eliminated row weights times the dense rows of each block."""
        plain = np.append(self._plain, 0.0)
        half = dense * np.sqrt(plain)[row_positions][:, :, None]
        if not weights:
            return np.asarray(half)
        number, most = row_positions.shape
        owner_of = np.full(self.rows + 1, -1)
        slot = np.zeros(self.rows + 1, dtype=np.intp)
        owner_of[row_positions.ravel()] = np.repeat(np.arange(number), most)
        slot[row_positions.ravel()] = np.tile(np.arange(most), number)
        owner_of[self.rows] = -1
        for positions, inverse in weights:
            here = owner_of[positions]
            chosen = np.flatnonzero((here >= 0).any(axis=1))
            if not len(chosen):
                continue
            owner, at = here[chosen], slot[positions[chosen]]
            good = owner >= 0
            rows = np.where(good[:, :, None], dense[np.maximum(owner, 0), at], 0.0)
            product = inverse[chosen] @ rows
            half[owner[good], at[good]] = product[good]
        return np.asarray(half)

    def solve(
        self, right: Floats, diagonals: tuple[Floats, Floats], answer: Floats, image: Floats, activity: Floats
    ) -> None:
        """Solve for one right-hand side, (a, b).

        Fills ``answer`` (dx, dy), ``image`` (what the system with other ``diagonals`` makes of it) and ``activity``
        (M dx).
        """
        columns = self.matrix.shape[1]
        a, b = right[:columns], right[columns:]
        s = self.structure
        leaf_a = a[s.leaf_columns]
        t = b[s.local_rows] - self.leaf_part @ (self._theta * leaf_a)
        rt = self._apply_weights(t)
        upper = a[self.upper_columns] + self.core_part.T @ rt
        core = np.append(upper[: self.cores], 0.0)
        border = len(s.border_columns)
        edge = np.concatenate([upper[self.cores :], b[s.border_rows]])
        first = np.zeros(self.cores + 1)
        halves = []
        for (members, *_), inverse, solved in zip(self.blocks, self._core_inverse, self._ties, strict=True):
            got = (inverse @ core[members][:, :, None])[:, :, 0]
            halves.append(got)
            edge -= solved.reshape(-1, solved.shape[2]).T @ got.ravel()
        tied = edge
        if self._corner is not None:
            tied = self._corner_scale * lu_solve(self._corner, self._corner_scale * edge, check_finite=False)
        for (members, *_), inverse, solved, got in zip(
            self.blocks, self._core_inverse, self._ties, halves, strict=True
        ):
            first[members] = (inverse.transpose(0, 2, 1) @ (got - solved @ tied)[:, :, None])[:, :, 0]
        dx, dy = answer[:columns], answer[columns:]
        dx[s.core] = first[:-1]
        dx[s.border_columns] = tied[:border]
        dy[s.border_rows] = -tied[border:]
        local = self._apply_weights(t - self.core_part @ dx[self.upper_columns])
        dy[s.local_rows] = local
        dx[s.leaf_columns] = self._theta * (leaf_a + self.leaf_part.T @ local)
        sigma, inverse = diagonals
        image[:columns] = sigma * dx - self.transposed @ dy
        activity[:] = self.matrix @ dx
        image[columns:] = activity + inverse * dy

    def _apply_weights(self, vector: Floats) -> Floats:
        out = np.zeros(self.rows + 1)
        out[:-1] = self._plain * vector
        padded = np.append(vector, 0.0)
        for (positions, _), inverse in zip(self.leaves, self._leaf_inverse, strict=True):
            out[positions] = (inverse.transpose(0, 2, 1) @ (inverse @ padded[positions][:, :, None]))[:, :, 0]
        return np.asarray(out[:-1])


def _root(kernel: Floats) -> Floats:
    """Return the inverse Cholesky factor of each matrix, scaled to a unit diagonal first."""
    span = np.arange(kernel.shape[1])
    scale = 1 / np.sqrt(kernel[:, span, span])
    unit = kernel * scale[:, :, None] * scale[:, None, :]
    unit[:, span, span] = 1.0 + DIAGONAL_SHIFT
    return np.asarray(np.linalg.inv(np.linalg.cholesky(unit)) * scale[:, None, :])
