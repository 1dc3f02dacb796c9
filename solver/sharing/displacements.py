"""What is left to decide on a face: columns that can still move, rows that can still bind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ..lexicographic.faces import IMMOVABLE, around
from ..lexicographic.stages import Staged
from ..programme import Booleans, Floats
from ..quadratic_programme import QuadraticProgramme

PASSES = 50
"""Most rounds of tightening or writing out; each round removes something or is the last."""

PIVOT = 1e-3
"""Least size of a defining entry, relative to the largest of its row."""

CANCELLED = 1e-14
"""Entries below this (scaled) are what rounding leaves of a cancellation."""


@dataclass(frozen=True, eq=False)
class Room:
    """Displacements from a point: bounds of columns and rows, scaled; frozen ones are left out.

    ``columns`` are the positions, in the programme, of the columns that can move.
    """

    matrix: sparse.csr_array
    columns: np.ndarray[tuple[int], np.dtype[np.int64]]
    down: Floats
    up: Floats
    row_down: Floats
    row_up: Floats


def room_of(staged: Staged, origin: Floats, *, nominal: bool = False) -> Room:
    """State the face as displacements from a point.

    ``nominal`` keeps the bounds as they are even where rounding makes them exclude the point.
    """
    scaled, face = staged.scaled, staged.face
    activity = np.asarray(scaled.matrix @ origin)
    if nominal:
        down, up = face.column_lower - origin, face.column_upper - origin
        row_down, row_up = face.row_lower - activity, face.row_upper - activity
    else:
        down, up = around(face.column_bounds, origin)
        row_down, row_up = around(face.row_bounds, activity)
    return Room(scaled.matrix.tocsr(), np.arange(len(origin)), down, up, row_down, row_up)


def write_out(room: Room, curvature: Floats) -> Room:
    """Replace columns without curvature by the equality rows that define them, until none is left to replace.

    The bounds of a column that is written out become a row. ``curvature`` covers the whole programme.
    """
    for _ in range(PASSES):
        rows, columns, pivots = _definitions(room, curvature[room.columns] == 0)
        if not len(rows):
            return room
        keep = np.ones(room.matrix.shape[0], dtype=bool)
        keep[rows] = False
        rest = np.ones(len(room.columns), dtype=bool)
        rest[columns] = False
        by_column = room.matrix.tocsc()
        left = by_column[:, np.flatnonzero(rest)].tocsr()
        definition = sparse.diags_array(-1.0 / pivots, format="csr") @ left[rows]
        others = left[keep] + by_column[:, columns].tocsr()[keep] @ definition
        bounded = np.isfinite(room.down[columns]) | np.isfinite(room.up[columns])
        matrix = sparse.vstack([others, definition[bounded]]).tocsr()
        matrix.data[np.abs(matrix.data) < CANCELLED] = 0.0
        matrix.eliminate_zeros()
        room = Room(
            matrix,
            room.columns[rest],
            room.down[rest],
            room.up[rest],
            np.concatenate([room.row_down[keep], room.down[columns][bounded]]),
            np.concatenate([room.row_up[keep], room.up[columns][bounded]]),
        )
    return room


def _definitions(room: Room, plain: Booleans) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats]:
    """Choose equality rows and, in each, a column without curvature that no other chosen row holds."""
    entries = room.matrix.tocoo()
    equal = (room.row_down == 0) & (room.row_up == 0)
    largest = _largest(room.matrix)
    uses = np.bincount(entries.col, minlength=len(room.columns))
    value = np.abs(entries.data)
    fit = equal[entries.row] & plain[entries.col] & (value >= PIVOT * largest[entries.row])
    row, column, pivot = entries.row[fit], entries.col[fit], entries.data[fit]
    order = np.lexsort((column, uses[column], row))
    row, column, pivot = row[order], column[order], pivot[order]
    first = np.concatenate([[True], row[1:] != row[:-1]]) if len(row) else np.zeros(0, dtype=bool)
    row, column, pivot = row[first], column[first], pivot[first]
    _, unique = np.unique(column, return_index=True)
    row, column, pivot = row[unique], column[unique], pivot[unique]
    while len(row):
        block = room.matrix[row].tocsc()[:, column].tocoo()
        clash = block.row[(block.row != block.col) & (block.data != 0)]
        if not len(clash):
            break
        keep = np.ones(len(row), dtype=bool)
        keep[clash] = False
        if not keep.any():
            keep[0] = True
        row, column, pivot = row[keep], column[keep], pivot[keep]
    return row, column, pivot


def _largest(matrix: sparse.csr_array) -> Floats:
    """Return the size of the largest entry of each row."""
    if 0 in matrix.shape:
        return np.zeros(matrix.shape[0])
    return np.asarray(abs(matrix).max(axis=1).toarray()).ravel()


def tighten(room: Room, curvature: Floats) -> Room:
    """Leave out columns that rows hold still and rows that cannot bind, until nothing changes.

    A column without curvature that no row needs is left out too. ``curvature`` covers the whole programme.
    """
    for _ in range(PASSES):
        smaller = _tighten_once(room, curvature[room.columns])
        if smaller is None:
            return room
        room = smaller
    return room


def _tighten_once(room: Room, curvature: Floats) -> Room | None:
    positive, negative = room.matrix.maximum(0).tocsr(), room.matrix.minimum(0).tocsr()
    most = _times(positive, room.up) + _times(negative, room.down)
    least = _times(positive, room.down) + _times(negative, room.up)
    entries = np.diff(room.matrix.indptr)
    loose = (entries == 0) | ((most <= room.row_up + IMMOVABLE) & (least >= room.row_down - IMMOVABLE))
    forcing = ~loose & ((most - room.row_down <= IMMOVABLE) | (room.row_up - least <= IMMOVABLE))
    down, up, single = _single(room, entries == 1)
    held = _touched(room, forcing) | (up - down <= 0)
    unused = (curvature == 0) & ~_touched(room, ~loose & ~single)
    keep_columns, keep_rows = ~held & ~unused, ~loose & ~forcing & ~single
    if keep_columns.all() and keep_rows.all():
        return None
    matrix = room.matrix[keep_rows][:, np.flatnonzero(keep_columns)].tocsr()
    return Room(
        matrix,
        room.columns[keep_columns],
        down[keep_columns],
        up[keep_columns],
        room.row_down[keep_rows],
        room.row_up[keep_rows],
    )


def _single(room: Room, candidates: Booleans) -> tuple[Floats, Floats, Booleans]:
    """Turn rows with one entry into bounds of their column."""
    rows = np.flatnonzero(candidates)
    at = room.matrix.indptr[:-1][rows]
    column, value = room.matrix.indices[at], room.matrix.data[at]
    with np.errstate(invalid="ignore"):
        first, second = room.row_down[rows] / value, room.row_up[rows] / value
    lower, upper = np.where(value > 0, first, second), np.where(value > 0, second, first)
    down, up = room.down.copy(), room.up.copy()
    np.maximum.at(down, column, np.where(np.abs(lower) <= IMMOVABLE, 0.0, lower))
    np.minimum.at(up, column, np.where(np.abs(upper) <= IMMOVABLE, 0.0, upper))
    return down, up, candidates


def _touched(room: Room, rows: Booleans) -> Booleans:
    touched = np.zeros(room.matrix.shape[1], dtype=bool)
    touched[room.matrix[np.flatnonzero(rows)].indices] = True
    return touched


def _times(matrix: sparse.csr_array, vector: Floats) -> Floats:
    """Multiply, with infinite entries of the vector giving infinite rows and never NaN."""
    finite = np.where(np.isfinite(vector), vector, 0.0)
    endless = np.asarray(matrix @ np.where(np.isposinf(vector), 1.0, np.where(np.isneginf(vector), -1.0, 0.0)))
    result = np.asarray(matrix @ finite)
    return np.where(endless > 0, np.inf, np.where(endless < 0, -np.inf, result))


def quadratic(room: Room, curvature: Floats, origin: Floats) -> tuple[QuadraticProgramme, Floats]:
    """Minimise the squares of ``origin + displacement`` in units in which each square counts the same.

    ``curvature`` and ``origin`` belong to the room's columns. Rows are scaled to a largest entry of 1; equalities
    come first, then rows and bounds as ``≤``. Returns the programme and the size of its units.
    """
    h = curvature / (curvature[curvature > 0].mean() if (curvature > 0).any() else 1.0)
    unit = np.where(h > 0, 1 / np.sqrt(np.where(h > 0, h, 1.0)), 1.0)
    body = room.matrix @ sparse.diags_array(unit, format="csr")
    size = 1 / np.maximum(_largest(body), np.finfo(float).tiny)
    body = sparse.diags_array(size, format="csr") @ body
    row_down, row_up = room.row_down * size, room.row_up * size
    equal = row_down == row_up
    above, below = ~equal & np.isfinite(row_up), ~equal & np.isfinite(row_down)
    each = sparse.eye_array(len(room.columns), format="csr")
    up, down = np.isfinite(room.up), np.isfinite(room.down)
    rows = sparse.vstack([body[equal], body[above], -body[below], each[up], -each[down]]).tocsc()
    limit = np.concatenate(
        [row_up[equal], row_up[above], -row_down[below], (room.up / unit)[up], -(room.down / unit)[down]]
    )
    curved = (h > 0).astype(np.float64)
    return QuadraticProgramme(curved, curved * origin / unit, rows, limit, int(equal.sum())), unit
