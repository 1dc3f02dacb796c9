"""Bordered block-diagonal structure of a matrix: blocks of columns that only a few linking rows connect.

Given the duals of the few rows that touch every area, areas are independent: many small blocks and a small border.
The constants came with decision 71 (November 2026) and its workloads; what each is worth by itself is not recorded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ..programme import Booleans

Positions = npt.NDArray[np.intp]

WIDE = (4096, 1024, 256, 128, 64, 32, 16, 8)
"""Numbers of entries above which a row or column is taken for a linking one, tried in turn."""

WIDEST_COLUMN = 256
"""Entries up to which a column stays within its block."""

MOST_BORDER = 600
"""Most rows and columns of the border: its dense factors are their cube."""

LARGEST = 120
"""Most columns of a block, and most rows of a leaf: their factors are dense."""


@dataclass(frozen=True, eq=False)
class Structure:
    """The structure: columns of the border, of leaves and of the cores of blocks, and linking rows.

    A leaf is a set of columns of one block that no row of the border touches: the block sees only its rows.
    """

    border_columns: Positions
    border_rows: Positions
    leaf_of_row: Positions
    leaf_columns: Positions
    core: Positions
    block_of_core: Positions
    local_rows: Positions
    block_of_row: Positions


def find_structure(matrix: sparse.csr_array) -> Structure | None:
    """Return the structure of a matrix; None where it has no small border and small blocks."""
    row_size = np.diff(matrix.indptr)
    column_size = np.bincount(matrix.indices, minlength=matrix.shape[1])
    for wide in WIDE:
        border_row, border_column = row_size > wide, column_size > max(wide, WIDEST_COLUMN)
        if border_row.sum() + border_column.sum() > MOST_BORDER:
            return None
        structure = structure_around(matrix, border_row, border_column)
        if structure is not None:
            return structure
    return None


def structure_around(matrix: sparse.csr_array, border_row: Booleans, border_column: Booleans) -> Structure | None:
    """Return the structure around a border; None where what it leaves connected is too large."""
    rows, columns = matrix.shape
    entries = matrix.tocoo()
    inner = ~border_row[entries.row] & ~border_column[entries.col]
    label = _components(entries.row[inner], entries.col[inner], rows, columns)
    touched = border_column.copy()
    touched[entries.col[border_row[entries.row]]] = True
    leafy = ~touched
    block_of_column, block_of_row = label[rows:], label[:rows]
    core = np.flatnonzero(touched & ~border_column)
    if np.bincount(block_of_column[core]).max(initial=0) > LARGEST:
        return None
    among = inner & leafy[entries.col]
    leaf = _components(entries.row[among], entries.col[among], rows, columns)[:rows]
    local = np.flatnonzero(~border_row)
    if np.bincount(leaf[local]).max(initial=0) > LARGEST:
        return None
    return Structure(
        border_columns=np.flatnonzero(border_column),
        border_rows=np.flatnonzero(border_row),
        leaf_of_row=np.unique(leaf[local], return_inverse=True)[1],
        leaf_columns=np.flatnonzero(leafy),
        core=core,
        block_of_core=block_of_column[core],
        local_rows=local,
        block_of_row=block_of_row[local],
    )


def _components(row: npt.NDArray[np.integer], column: npt.NDArray[np.integer], rows: int, columns: int) -> Positions:
    """Label each row, then each column, by connected component."""
    size = rows + columns
    graph = sparse.coo_array((np.ones(len(row), dtype=np.int8), (row, rows + column)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.intp)
