"""How the entries of a matrix lie in its blocks: flat arrays in the order in which blocks are worked through.

The rows of a block come in groups: those that a leaf ties to one another, or a single row. A group holds its rows as
one dense part over the columns it touches (slots: columns of the block's core, then those of the border) and one over
its leaf's columns.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ..programme import Floats
from .structure import Positions, Structure

Slots = npt.NDArray[np.uint32]

CHUNKS = 8
"""Runs of blocks that are summed one after the other: the same whoever works on them."""


class Plan(NamedTuple):
    """Where everything of a block is; ``x_start[i]`` to ``x_start[i + 1]`` are what x belongs to the i-th."""

    core_start: Positions
    core_at: Positions
    group_start: Positions
    row_start: Positions
    row_at: Positions
    slot_start: Positions
    slots: Slots
    values_start: Positions
    values: Floats
    leaf_start: Positions
    leaf_at: Positions
    leaf_values_start: Positions
    leaf_values: Floats
    link: Floats
    border_columns: Positions
    border_rows: Positions
    root_start: Positions
    weight_start: Positions
    chunks: Positions


def make_plan(matrix: sparse.csr_array, structure: Structure) -> Plan:
    """Lay out a matrix by its blocks."""
    s = structure
    border = len(s.border_columns)
    label, block = np.unique(np.concatenate([s.block_of_core, s.block_of_row]), return_inverse=True)
    core_block, row_block = block[: len(s.core)], block[len(s.core) :]
    blocks = len(label) + 1  # the last holds leaf columns without rows
    core_order = np.argsort(core_block, kind="stable")
    core_start = _starts(core_block, blocks)
    row_order = np.lexsort((s.leaf_of_row, row_block))
    leaf = s.leaf_of_row[row_order]
    first = np.ones(len(leaf), dtype=bool)
    first[1:] = leaf[1:] != leaf[:-1]
    group = np.cumsum(first) - 1
    groups = int(first.sum()) + 1  # and so does the last
    group_block = np.append(row_block[row_order][first], blocks - 1)
    row_start = _starts(group, groups)
    rank = np.arange(len(group)) - row_start[group]
    local = matrix[s.local_rows[row_order]]

    width = np.diff(core_start)
    slot_of = np.full(matrix.shape[1], -1)
    slot_of[s.core[core_order]] = np.arange(len(s.core)) - np.repeat(core_start[:-1], width)
    slot_of[s.border_columns] = np.arange(border)
    upper = local[:, np.concatenate([s.core, s.border_columns])].tocoo()
    is_core = upper.col < len(s.core)
    slot = slot_of[np.concatenate([s.core, s.border_columns])[upper.col]]
    slot += np.where(is_core, 0, width[group_block[group[upper.row]]])
    slot_start, slots, values_start, values = _dense(group[upper.row], rank[upper.row], slot, upper.data, row_start)

    leaves = local[:, s.leaf_columns].tocoo()
    owner = np.full(len(s.leaf_columns), groups - 1)
    owner[leaves.col] = group[leaves.row]
    leaf_order = np.argsort(owner, kind="stable")
    leaf_start = _starts(owner, groups)
    leaf_rank = np.empty(len(owner), dtype=np.intp)
    leaf_rank[leaf_order] = np.arange(len(owner)) - leaf_start[owner[leaf_order]]
    leaf_values_start, leaf_values = _filled(
        group[leaves.row], rank[leaves.row], leaf_rank[leaves.col], leaves.data, row_start, leaf_start
    )

    group_start = _starts(group_block, blocks)
    size = np.diff(row_start)
    return Plan(
        core_start=core_start,
        core_at=s.core[core_order].astype(np.intp),
        group_start=group_start,
        row_start=row_start,
        row_at=s.local_rows[row_order].astype(np.intp),
        slot_start=slot_start,
        slots=slots.astype(np.uint32),
        values_start=values_start,
        values=values,
        leaf_start=leaf_start,
        leaf_at=s.leaf_columns[leaf_order].astype(np.intp),
        leaf_values_start=leaf_values_start,
        leaf_values=leaf_values,
        link=np.ascontiguousarray(matrix[s.border_rows][:, s.core[core_order]].T.toarray()),
        border_columns=s.border_columns.astype(np.intp),
        border_rows=s.border_rows.astype(np.intp),
        root_start=_summed(width**2),
        weight_start=_summed(size**2),
        chunks=_chunks(values_start[group_start] + _summed(width**2)),
    )


def _summed(sizes: Positions) -> Positions:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.intp)


def _starts(owner: Positions, count: int) -> Positions:
    """Where the members of each owner start once they are in their owners' order."""
    return _summed(np.bincount(owner, minlength=count))


def _dense(
    group: Positions, rank: Positions, slot: Positions, data: Floats, row_start: Positions
) -> tuple[Positions, Positions, Positions, Floats]:
    """The slots of each group in ascending order, and its rows over them."""
    most = int(slot.max(initial=0)) + 1
    keys, place = np.unique(group * most + slot, return_inverse=True)
    start = _starts(keys // most, len(row_start) - 1)
    return start, keys % most, *_filled(group, rank, place - start[group], data, row_start, start)


def _filled(
    group: Positions, rank: Positions, place: Positions, data: Floats, row_start: Positions, start: Positions
) -> tuple[Positions, Floats]:
    """Dense parts, one for each group, row by row."""
    width = np.diff(start)
    begin = _summed(np.diff(row_start) * width)
    values = np.zeros(int(begin[-1]))
    values[begin[group] + rank * width[group] + place] = data
    return begin, values


def _chunks(work: Positions) -> Positions:
    """Runs of blocks of about the same work."""
    aims = work[-1] * np.arange(1, CHUNKS) / CHUNKS
    return np.concatenate([[0], np.searchsorted(work, aims), [len(work) - 1]]).astype(np.intp)
