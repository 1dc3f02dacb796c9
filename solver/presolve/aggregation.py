r"""Aggregation: columns that equality rows define are substituted everywhere, and the rows leave with them.

.. math:: a_{ij} x_j + \sum_{k \ne j} a_{ik} x_k = b_i \quad\Rightarrow\quad
    x_j = \frac{b_i}{a_{ij}} - \sum_{k \ne j} \frac{a_{ik}}{a_{ij}} x_k

The bounds of a column that is substituted become a row.

Source: E. D. Andersen, K. D. Andersen, "Presolving in linear programming", Mathematical Programming 71 (1995).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ..programme import Booleans, Floats
from .problem import RowwiseProblem

Positions = npt.NDArray[np.intp]

CANCELLED = 1e-14
"""Entries below this (scaled) are what rounding leaves of a cancellation."""


@dataclass(frozen=True, eq=False)
class Aggregation:
    """Columns substituted by equality rows, and what postsolve needs to put them back.

    Attributes
    ----------
    rows, columns, pivots
        Each defining row, the column that it defines, and the entry of that column in it.
    keep, rest
        Rows and columns that stay, over all of the problem before.
    bounded
        Which substituted columns have a bound: it is a row at the end of the problem after.
    definition, constant
        The columns in terms of those that stay: ``constant + definition @ x``.
    entries, cost
        Entries of the substituted columns in the rows that stay, and their cost.
    """

    rows: Positions
    columns: Positions
    pivots: Floats
    keep: Booleans
    rest: Booleans
    bounded: Booleans
    definition: sparse.csr_array
    constant: Floats
    entries: sparse.csr_array
    cost: Floats

    def postsolve(self, x: Floats, dual: Floats) -> tuple[Floats, Floats]:
        """Turn point and row duals of the problem after into those of the problem before."""
        whole_x, whole_dual = np.zeros(len(self.rest)), np.zeros(len(self.keep))
        whole_x[self.rest] = x
        whole_x[self.columns] = self.constant + self.definition @ x
        kept = int(self.keep.sum())
        whole_dual[self.keep] = dual[:kept]
        of_bounds = np.zeros(len(self.columns))
        of_bounds[self.bounded] = dual[kept:]
        whole_dual[self.rows] = (self.cost - self.entries.T @ dual[:kept] - of_bounds) / self.pivots
        return whole_x, whole_dual


def aggregate(
    problem: RowwiseProblem, candidates: Booleans, least_pivot: float
) -> tuple[RowwiseProblem, Aggregation] | None:
    """Substitute as many columns at once as do not define one another; None where there is none.

    Parameters
    ----------
    problem
        Scaled.
    candidates
        Columns that may be substituted; shape (columns,).
    least_pivot
        Least size of a column's entry in the row that defines it, relative to the largest of that row.
    """
    rows, columns, pivots = _pivots(problem, candidates, least_pivot)
    if not len(rows):
        return None
    keep, rest = np.ones(len(problem.row_lower), dtype=bool), np.ones(len(problem.cost), dtype=bool)
    keep[rows], rest[columns] = False, False
    row, column, value = problem.row_of_entry, problem.matrix.indices, problem.matrix.data
    row_at, column_at = np.cumsum(keep) - 1, np.cumsum(rest) - 1
    row_at[rows] = column_at[columns] = np.arange(len(rows))
    row, column, stays, remains = row_at[row], column_at[column], keep[row], rest[column]

    def block(chosen: Booleans, values: Floats, height: int, width: int) -> sparse.csr_array:
        return sparse.csr_array((values[chosen], (row[chosen], column[chosen])), shape=(height, width))

    height, width = int(keep.sum()), int(rest.sum())
    scaled = -value / pivots[np.where(stays, 0, row)]
    definition = block(~stays & remains, scaled, len(rows), width)
    constant = problem.row_lower[rows] / pivots
    entries = block(stays & ~remains, value, height, len(rows))
    others = block(stays & remains, value, height, width) + entries @ definition
    lower, upper = problem.lower[columns], problem.upper[columns]
    bounded = np.isfinite(lower) | np.isfinite(upper)
    matrix = sparse.csr_array(sparse.vstack([others, definition[np.flatnonzero(bounded)]]))
    matrix.data[np.abs(matrix.data) < CANCELLED] = 0.0
    matrix.eliminate_zeros()
    shift = np.asarray(entries @ constant)
    cost = problem.cost[columns]
    after = RowwiseProblem(
        matrix,
        problem.cost[rest] + definition.T @ cost,
        problem.lower[rest],
        problem.upper[rest],
        np.concatenate([problem.row_lower[keep] - shift, (lower - constant)[bounded]]),
        np.concatenate([problem.row_upper[keep] - shift, (upper - constant)[bounded]]),
    )
    return after, Aggregation(rows, columns, pivots, keep, rest, bounded, definition, constant, entries, cost)


def _pivots(problem: RowwiseProblem, candidates: Booleans, least_pivot: float) -> tuple[Positions, Positions, Floats]:
    """Choose equality rows and, in each, the candidate of fewest entries that no other chosen row holds."""
    largest = problem.largest_entries()  # before the entries are taken: it may sort them where they stand
    entries = problem.matrix.tocoo()
    uses = np.bincount(entries.col, minlength=len(problem.cost))
    equal = problem.row_lower == problem.row_upper
    large = np.abs(entries.data) >= least_pivot * largest[entries.row]
    fit = equal[entries.row] & candidates[entries.col] & large
    row, column, pivot = entries.row[fit], entries.col[fit], entries.data[fit]
    order = np.lexsort((column, uses[column], row))
    row, column, pivot = row[order], column[order], pivot[order]
    first = np.unique(row, return_index=True)[1]
    row, column, pivot = row[first], column[first], pivot[first]
    _, unique = np.unique(column, return_index=True)
    row, column, pivot = row[unique], column[unique], pivot[unique]
    while len(row):
        chosen_row, chosen_column = np.full(problem.matrix.shape[0], -1), np.full(problem.matrix.shape[1], -1)
        chosen_row[row] = chosen_column[column] = np.arange(len(row))
        first, second = chosen_row[entries.row], chosen_column[entries.col]
        clash = first[(first >= 0) & (second >= 0) & (first != second) & (entries.data != 0)]
        if not len(clash):
            break
        keep = np.ones(len(row), dtype=bool)
        keep[clash] = False
        if not keep.any():
            keep[0] = True
        row, column, pivot = row[keep], column[keep], pivot[keep]
    return row.astype(np.intp), column.astype(np.intp), pivot
