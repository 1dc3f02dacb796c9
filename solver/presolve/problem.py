"""A linear programme stored by rows, the form in which presolve and the interior point work on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from ..programme import Booleans, Floats, Integers


@dataclass(frozen=True, eq=False)
class RowwiseProblem:
    """Minimise ``cost · x`` within bounds of columns and rows; bounds may be infinite but never NaN."""

    matrix: sparse.csr_array
    cost: Floats
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats

    @cached_property
    def row_of_entry(self) -> Integers:
        """The row of each entry of the matrix, in the order in which they are stored."""
        return np.repeat(np.arange(self.matrix.shape[0]), np.diff(self.matrix.indptr))

    def activity_bounds(self) -> tuple[Floats, Floats]:
        """Return the least and the largest activity of each row that the bounds of its columns allow."""
        row, column, value = self.row_of_entry, self.matrix.indices, self.matrix.data
        with np.errstate(invalid="ignore"):  # an entry of nothing times infinity
            by_lower, by_upper = value * self.lower[column], value * self.upper[column]
        least, most = np.where(value > 0, by_lower, by_upper), np.where(value > 0, by_upper, by_lower)
        counts = value != 0

        def total(end: Floats) -> Floats:
            return np.asarray(np.bincount(row, np.where(counts, end, 0.0), len(self.row_lower)), dtype=np.float64)

        return total(least), total(most)

    def largest_entries(self) -> Floats:
        """Return the size of the largest entry of each row, 0 for an empty row."""
        largest = np.zeros(self.matrix.shape[0])
        np.maximum.at(largest, self.row_of_entry, np.abs(self.matrix.data))
        return largest

    def columns_in(self, rows: Booleans) -> Booleans:
        """Mark the columns that have an entry in one of these rows."""
        touched = np.zeros(self.matrix.shape[1], dtype=bool)
        touched[self.matrix.indices[rows[self.row_of_entry]]] = True
        return touched

    def part(self, columns: Booleans, rows: Booleans, shift: Floats | float = 0.0) -> RowwiseProblem:
        """Return the problem of some columns and rows, with ``shift`` taken off the row bounds."""
        stays = rows[self.row_of_entry] & columns[self.matrix.indices]
        entries = np.bincount(self.row_of_entry[stays], minlength=len(rows))[rows]
        inside = self.matrix.data[stays], (np.cumsum(columns) - 1)[self.matrix.indices[stays]]
        return RowwiseProblem(
            sparse.csr_array((*inside, np.append(0, np.cumsum(entries))), (len(entries), int(columns.sum()))),
            self.cost[columns],
            self.lower[columns],
            self.upper[columns],
            (self.row_lower - shift)[rows],
            (self.row_upper - shift)[rows],
        )
