"""How the entries of a matrix lie in its blocks: padded arrays, so that numpy works on many blocks at once."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from ..programme import Floats
from .structure import Positions, Structure

ROUND = 8
"""Sizes of blocks are rounded up to a multiple of this, so that few different ones are left."""


def batches(group: Positions, count: int, round_to: int) -> list[Positions]:
    """Members of each group as rows of arrays, padded with ``count``; groups of similar size share an array."""
    order = np.argsort(group, kind="stable")
    _, start, size = np.unique(group[order], return_index=True, return_counts=True)
    padded = np.where(size <= 2, size, -(-size // round_to) * round_to)
    found = []
    for width in np.unique(padded):
        chosen = np.flatnonzero(padded == width)
        slot = np.arange(width)
        at = start[chosen][:, None] + slot
        inside = slot < size[chosen][:, None]
        found.append(np.where(inside, order[np.minimum(at, len(order) - 1)], count))
    return found


class Batches:
    """A matrix laid out by its blocks, as dense arrays of one shape for blocks of similar size."""

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
            places = np.append(with_leaf, count)[members]
            self.leaves.append((places, self._leaf_dense(places, count)))

    def _leaf_dense(self, places: Positions, count: int) -> tuple[Floats, Positions]:
        """Dense rows of each leaf over its own columns, and the columns (padding: one past the last)."""
        number, width = places.shape
        own = np.full(count + 1, -1)
        slot = np.full(count + 1, -1)
        own[places.ravel()] = np.repeat(np.arange(number), width)
        slot[places.ravel()] = np.tile(np.arange(width), number)
        own[count] = -1
        entries = self.leaf_part.tocoo()
        used = own[entries.row] >= 0
        row, column, value = entries.row[used], entries.col[used], entries.data[used]
        leaf_columns = len(self.structure.leaf_columns)
        leaf = np.full(leaf_columns, -1)
        leaf[column] = own[row]
        mine = np.flatnonzero(leaf >= 0)
        grouped = np.argsort(leaf[mine], kind="stable")
        size = np.bincount(leaf[mine], minlength=number)
        most = int(size.max(initial=0))
        start = np.cumsum(size) - size
        rank = np.empty(leaf_columns, dtype=np.intp)
        rank[mine[grouped]] = np.arange(len(mine)) - start[leaf[mine[grouped]]]
        dense = np.zeros((number, width, most))
        dense[own[row], slot[row], rank[column]] = value
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
            own = np.full(self.cores + 1, -1)
            slot = np.zeros(self.cores + 1, dtype=np.intp)
            own[members.ravel()] = np.repeat(np.arange(number), width)
            slot[members.ravel()] = np.tile(np.arange(width), number)
            own[self.cores] = -1
            mine = np.flatnonzero(index[block_rows] >= 0)
            size = np.bincount(index[block_rows[mine]], minlength=number)
            most = int(size.max(initial=0))
            start = np.cumsum(size) - size
            owner = index[block_rows[mine]]
            by_owner = np.argsort(owner, kind="stable")
            rank = np.empty(len(mine), dtype=np.intp)
            rank[by_owner] = np.arange(len(mine)) - start[owner[by_owner]]
            row_places = np.full((number, most), rows)
            row_places[owner, rank] = touching[mine]
            row_slot = np.zeros(rows, dtype=np.intp)
            row_slot[touching[mine]] = rank
            row_own = np.full(rows, -1)
            row_own[touching[mine]] = owner
            dense = np.zeros((number, most, width + border))
            used = row_own[entries.row] >= 0
            row, column, value = entries.row[used], entries.col[used], entries.data[used]
            in_core = column < self.cores
            place = np.where(in_core, slot[np.minimum(column, self.cores)], width + column - self.cores)
            dense[row_own[row], row_slot[row], place] = value
            tie = np.zeros((number, width, len(s.border_rows)))
            used = own[np.minimum(links.col, self.cores)] >= 0
            column = links.col[used]
            tie[own[column], slot[column], links.row[used]] = links.data[used]
            self.blocks.append((members, row_places, dense, tie))
        self.edge = width_link
        self.rows = rows
        orphan = np.ones(rows + 1, dtype=bool)
        for _, row_places, _, _ in self.blocks:
            orphan[row_places.ravel()] = False
        orphan[rows] = False
        orphan &= np.append(np.diff(self.core_part.indptr) > 0, False)
        self.orphans = np.flatnonzero(orphan)  # rows that tie leaves to the border and to no core
