r"""Slack columns: rows that a column without cost satisfies whatever the others are, and what is left without them.

A column that costs nothing and has no upper bound, and stands in one row alone of those that are left, is a slack of
that row: where it can only help, the row asks nothing of the others. Both are left out, which may make slacks of other
columns; what then stands in no row that is left stays at its lower bound, but for helpers: columns of that row alone
that have an upper bound. Backwards, helpers take what their row lacks, one after another, and the slack the rest:

.. math:: x_j = l_j + \max\left(0, \frac{L_i - a_i x}{a_{ij}}\right)

A basis of what is left becomes one of all: of each row left out its slack, a helper or the row itself is basic.

Source: E. D. Andersen, K. D. Andersen, "Presolving in linear programming", Mathematical Programming 71 (1995), where
these are implied free column singletons without cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ..programme import Booleans, Floats, Integers

Bounds = tuple[Floats, Floats]
Statuses = npt.NDArray[np.int_]

LOWER, BASIC, UPPER = 0, 1, 2
"""Status of a column or row in a basis."""

MOST_HELPERS = 8
"""Helpers of a row that are used; four bands have three."""

Helpers = tuple[Integers, Integers, Floats]
"""At most one helper of each row: columns, places of their rows in the level, entries without sign."""


@dataclass(frozen=True, eq=False)
class Level:
    """Rows that leave together, each with its slack, the slack's entry, and helpers in their order."""

    rows: Integers
    slacks: Integers
    entries: Floats
    helpers: tuple[Helpers, ...]
    matrix: sparse.csr_array


@dataclass(frozen=True, eq=False)
class Restored:
    """The whole point, and the status of what was left out; what is left says its own."""

    x: Floats
    columns: Statuses
    rows: Statuses


@dataclass(frozen=True, eq=False)
class SlackColumns:
    """What a programme can do without, for costs and bounds of one kind.

    Attributes
    ----------
    levels
        Rows that leave, in order.
    columns, rows
        What is left, over the whole programme.
    """

    levels: tuple[Level, ...]
    columns: Booleans
    rows: Booleans

    def are_idle(self, cost: Floats, column_bounds: Bounds, row_bounds: Bounds) -> bool:
        """Whether all that is left out can be, for these costs and bounds."""
        out, (lower, upper) = ~self.columns, column_bounds
        idle = (cost[out] == 0) & np.isfinite(lower[out]) & (lower[out] <= upper[out])
        return bool(idle.all()) and all(
            bool((np.isposinf(upper[level.slacks]) & _helped(level.entries, level.rows, row_bounds)).all())
            for level in self.levels
        )

    def restored(self, x: Floats, column_bounds: Bounds, row_bounds: Bounds) -> Restored:
        """Work out what was left out from the point of what is left."""
        whole = column_bounds[0].copy()
        whole[self.columns] = x
        columns, rows = np.full(len(whole), LOWER), np.full(len(self.rows), BASIC)
        for level in reversed(self.levels):
            activity = level.matrix @ whole
            bound = np.where(level.entries > 0, row_bounds[0][level.rows], row_bounds[1][level.rows])
            short = np.where(level.entries > 0, bound - activity, activity - bound)
            rows[level.rows[short > 0]] = np.where(level.entries > 0, LOWER, UPPER)[short > 0]
            lack, settled = np.maximum(short, 0.0), short <= 0
            for helpers, places, entries in level.helpers:
                most = (column_bounds[1] - column_bounds[0])[helpers] * entries
                basic, full = ~settled[places] & (lack[places] < most), ~settled[places] & (lack[places] >= most)
                whole[helpers] += np.minimum(lack[places], most) / entries
                columns[helpers] = np.where(basic, BASIC, np.where(full, UPPER, LOWER))
                lack[places] = np.maximum(lack[places] - most, 0.0)
                settled[places] |= basic
            whole[level.slacks] += lack / np.abs(level.entries)
            columns[level.slacks[~settled]] = BASIC
        return Restored(whole, columns, rows)


def slack_columns(
    matrix: sparse.csc_array, cost: Floats, column_bounds: Bounds, row_bounds: Bounds
) -> SlackColumns | None:
    """Find what a programme can do without; None where that is nothing.

    Parameters
    ----------
    matrix
        Rows by columns.
    cost
        Shape (columns,).
    column_bounds, row_bounds
        Lower and upper, infinities allowed.
    """
    row, data = matrix.indices.astype(np.int64), matrix.data
    column = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
    idle = (cost == 0) & np.isfinite(column_bounds[0])
    open_above = idle & np.isposinf(column_bounds[1])
    candidate = open_above[column] & (data != 0)
    candidate[candidate] = _helped(data[candidate], row[candidate], row_bounds)
    stays = np.ones(matrix.shape[0], dtype=bool)
    found = []
    while True:
        left = stays[row]
        alone = np.bincount(column[left], minlength=len(cost)) == 1
        at = np.flatnonzero(candidate & left & alone[column])
        at = at[np.unique(row[at], return_index=True)[1]]
        if not len(at):
            break
        found.append(at)
        stays[row[at]] = False
    if not found:
        return None
    kept = ~idle | (np.bincount(column[stays[row]], minlength=len(cost)) > 0)
    by_rows, several = matrix.tocsr(), np.diff(matrix.indptr) > 1
    bounded = np.isfinite(column_bounds[1]) & (column_bounds[1] > column_bounds[0]) & ~kept & ~several
    helper = np.flatnonzero(bounded[column] & (data != 0))
    helper = helper[_helped(data[helper], row[helper], row_bounds)]
    rank = _rank_in_row(row[helper])
    levels = []
    for at in found:
        place = np.full(matrix.shape[0], -1)
        place[row[at]] = np.arange(len(at))
        of_level = [helper[(place[row[helper]] >= 0) & (rank == number)] for number in range(MOST_HELPERS)]
        helpers = tuple((column[of], place[row[of]], np.abs(data[of])) for of in of_level if len(of))
        levels.append(Level(row[at], column[at], data[at], helpers, by_rows[row[at]]))
    return SlackColumns(tuple(levels), kept, stays)


def _helped(entries: Floats, rows: Integers, row_bounds: Bounds) -> Booleans:
    """Whether rows take any increase of a column with these entries."""
    return np.where(entries > 0, np.isposinf(row_bounds[1][rows]), np.isneginf(row_bounds[0][rows]))


def _rank_in_row(rows: Integers) -> Integers:
    """Number the members of each row in their order, from 0."""
    order = np.argsort(rows, kind="stable")
    first = np.searchsorted(rows[order], rows[order])
    rank = np.empty(len(rows), dtype=np.int64)
    rank[order] = np.arange(len(rows)) - first
    return rank
