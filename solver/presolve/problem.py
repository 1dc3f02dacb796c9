"""A linear programme stored by rows, the form in which presolve and the interior point work on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..programme import Booleans, Floats


@dataclass(frozen=True, eq=False)
class RowwiseProblem:
    """Minimise ``cost · x`` within bounds of columns and rows; bounds may be infinite but never NaN."""

    matrix: sparse.csr_array
    cost: Floats
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats

    def activity_bounds(self) -> tuple[Floats, Floats]:
        """Return the least and the largest activity of each row that the bounds of its columns allow."""
        positive, negative = self.matrix.maximum(0).tocsr(), self.matrix.minimum(0).tocsr()
        most = _times(positive, self.upper) + _times(negative, self.lower)
        least = _times(positive, self.lower) + _times(negative, self.upper)
        return least, most

    def largest_entries(self) -> Floats:
        """Return the size of the largest entry of each row, 0 for an empty row."""
        if 0 in self.matrix.shape:
            return np.zeros(self.matrix.shape[0])
        return np.asarray(abs(self.matrix).max(axis=1).toarray()).ravel()

    def part(self, columns: Booleans, rows: Booleans, shift: Floats | float = 0.0) -> RowwiseProblem:
        """Return the problem of some columns and rows, with ``shift`` taken off the row bounds."""
        return RowwiseProblem(
            sparse.csr_array(self.matrix[np.flatnonzero(rows)][:, np.flatnonzero(columns)]),
            self.cost[columns],
            self.lower[columns],
            self.upper[columns],
            (self.row_lower - shift)[rows],
            (self.row_upper - shift)[rows],
        )


def _times(matrix: sparse.csr_array, vector: Floats) -> Floats:
    """Multiply, with infinite entries of the vector giving infinite rows and never NaN."""
    endless = np.asarray(matrix @ np.where(np.isinf(vector), np.sign(vector), 0.0))
    result = np.asarray(matrix @ np.where(np.isfinite(vector), vector, 0.0))
    return np.where(endless > 0, np.inf, np.where(endless < 0, -np.inf, result))
