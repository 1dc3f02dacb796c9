r"""Symmetry reduction: columns and rows that colour refinement cannot tell apart are merged, so equal areas become one.

Columns and rows are coloured by what they are (bounds, cost), then again and again by the colours and values of what
they touch, until no colour splits any more. Among the best points there is then one that gives all columns of a colour
the same value: the mean of any best point over each colour. So one column stands for all of its colour, and one row.

Source: M. Grohe, K. Kersting, M. Mladenov, E. Selman, "Dimension reduction via colour refinement", ESA 2014.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ..programme import Floats
from .problem import RowwiseProblem

Positions = npt.NDArray[np.intp]
Colours = npt.NDArray[np.uint64]

COLOURINGS = 60
"""Most rounds of colour refinement: each reaches a step further through rows, and chains of years are short."""

_START, _FIRST, _SECOND = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
_SHIFTS = tuple(np.uint64(n) for n in (30, 27, 31))
"""Constants of the generator SplitMix64 (Steele, Lea, Flood 2014), whose last step spreads bits well."""


@dataclass(frozen=True, eq=False)
class Classes:
    """A partition of columns or rows: the class of each, and of each class its first member and its size."""

    of: Positions
    first: Positions
    size: Positions


@dataclass(frozen=True, eq=False)
class Merged:
    """Columns and rows merged into their classes, and their postsolve."""

    columns: Classes
    rows: Classes

    def postsolve(self, x: Floats, dual: Floats) -> tuple[Floats, Floats]:
        """Turn point and row duals of the merged programme into those of the whole.

        Every column has the value of its class, every row an equal part of the dual of its class. What is feasible or
        optimal stays so: values of rows and the objective are the same, and the reduced cost of a column is that of its
        class divided by its size.

        Parameters
        ----------
        x, dual
            One number for each class of columns, and of rows.
        """
        return x[self.columns.of], (dual / self.rows.size)[self.rows.of]


def merge(problem: RowwiseProblem) -> tuple[RowwiseProblem, Merged] | None:
    """Merge the columns of each class, and the rows; None where no two columns are in one class.

    Classes depend on numbers alone, to the last bit, and not on the order of columns and rows. Columns
    and rows of the merged programme stand in the order of the first of each class. A column costs as much as all of its
    class, and counts as much in rows that its class shares.

    Parameters
    ----------
    problem
        Finite costs and entries, none of which stands at the place of another; bounds may be infinite but never NaN.
    """
    colours = _colour(problem)
    if colours is None:
        return None
    columns, rows = (_classes(of) for of in colours)
    if not _equitable(problem, columns, rows):
        return None
    kept = problem.matrix[rows.first]
    shape = (len(rows.first), len(columns.first))
    matrix = sparse.csr_array((kept.data, columns.of[kept.indices], kept.indptr), shape=shape)
    matrix.sum_duplicates()
    merged = replace(
        problem,
        matrix=matrix,
        cost=problem.cost[columns.first] * columns.size,
        lower=problem.lower[columns.first],
        upper=problem.upper[columns.first],
        row_lower=problem.row_lower[rows.first],
        row_upper=problem.row_upper[rows.first],
    )
    return merged, Merged(columns, rows)


def _colour(problem: RowwiseProblem) -> tuple[Colours, Colours] | None:
    """Return the coarsest equitable colouring of columns and rows; None where all columns differ."""
    columns = _mix(_mix(_mix(_bits(problem.cost)) + _bits(problem.lower)) + _bits(problem.upper))
    rows = _mix(_mix(_bits(problem.row_lower)) + _bits(problem.row_upper))
    matrix = problem.matrix
    values = sparse.csr_array((_mix(_bits(matrix.data)), matrix.indices, matrix.indptr), shape=matrix.shape)
    across = values.T
    known = 0
    for _ in range(COLOURINGS):
        rows = _mix(rows + values @ columns)  # sums of products are the same in any order, modulo 2⁶⁴
        columns = _mix(columns + across @ rows)
        different = _distinct(columns)
        if different == len(columns):
            return None
        count = different + _distinct(rows)
        if count == known:
            return columns, rows
        known = count
    return None


def _bits(numbers: Floats) -> Colours:
    """The bits of each number; zero has no sign."""
    return np.asarray(numbers + 0.0, dtype=np.float64).view(np.uint64)


def _mix(numbers: Colours) -> Colours:
    """Spread the bits of each number over all of it."""
    numbers = numbers + _START
    numbers = (numbers ^ (numbers >> _SHIFTS[0])) * _FIRST
    numbers = (numbers ^ (numbers >> _SHIFTS[1])) * _SECOND
    return np.asarray(numbers ^ (numbers >> _SHIFTS[2]))


def _distinct(colours: Colours) -> int:
    ordered = np.sort(colours)
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + (len(colours) > 0)


def _classes(colours: Colours) -> Classes:
    _, first, of, size = np.unique(colours, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    return Classes(rank[of], first[order], size[order])


def _equitable(problem: RowwiseProblem, columns: Classes, rows: Classes) -> bool:
    """Return whether the partition is equitable, so that two colours that are alike by chance do no harm."""
    bounds = ((problem.cost, problem.lower, problem.upper), (problem.row_lower, problem.row_upper))
    for classes, arrays in zip((columns, rows), bounds, strict=True):
        if any((array != array[classes.first][classes.of]).any() for array in arrays):
            return False
    matrix = problem.matrix
    several_rows, several_columns = (np.flatnonzero((classes.size > 1)[classes.of]) for classes in (rows, columns))
    across = sparse.csr_array(matrix[:, several_columns].T)
    return _alike(matrix[several_rows], several_rows, rows, columns) and _alike(across, several_columns, columns, rows)


def _alike(lines: sparse.csr_array, position: Positions, classes: Classes, others: Classes) -> bool:
    """Whether lines have the same values in the same classes of others as the first of their class, in any order.

    ``position`` is that of each line among all rows, or columns; all members of a class are among them.
    """
    size, start = np.diff(lines.indptr), lines.indptr[:-1]
    line = np.repeat(np.arange(len(position)), size)
    first = np.searchsorted(position, classes.first[classes.of[position]])
    if (size != size[first]).any():
        return False
    model = np.arange(len(line)) + (start[first] - start)[line]
    of, value = others.of[lines.indices], _bits(lines.data)
    if (of == of[model]).all() and (value == value[model]).all():
        return True
    order = np.lexsort((value, of, line))
    of, value = of[order], value[order]
    return bool((of == of[model]).all() and (value == value[model]).all())
