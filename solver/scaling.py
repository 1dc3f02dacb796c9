"""Scaling of columns, rows and objectives by powers of two, so that absolute tolerances mean the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from .negligible import COUNTED
from .programme import Floats, LinearProgramme

NARROWEST = 1e-6
"""Range of a column, relative to its values, below which the values themselves are its size.

Rounding leaves a range of 1e-16 between two limits that are meant to be one; scaled by it, every digit would be lost.
"""

OBJECTIVE_SIZE = 128.0
"""Mean size of the non-zero coefficients of a scaled objective.

Within the 1 to 1,000 that design.md asks for: unscaled coefficients such as 1/Q fall under the absolute dual tolerance
of HiGHS, which then answers "optimal" with values 1e-4 too high (prototypes, 2026).
"""


@dataclass(frozen=True, eq=False)
class ScaledProgramme:
    """A programme in scaled units: ``x = column_scale · x'`` and row ``i`` multiplied by ``row_scale[i]``."""

    matrix: sparse.csc_array
    column_lower: Floats
    column_upper: Floats
    row_lower: Floats
    row_upper: Floats
    column_scale: Floats
    row_scale: Floats


def scale(
    programme: LinearProgramme,
    sizes_of_rows: Mapping[int, float] | None = None,
    *,
    counted: float = COUNTED,
    enabled: bool = True,
) -> ScaledProgramme:
    """Scale a programme: each column by its range, each row by the geometric mean of its entries.

    Powers of two change no digit, so scaling back is exact. Terms too small to be counted are left out, see
    :data:`COUNTED`.

    Parameters
    ----------
    programme
        What to scale.
    sizes_of_rows
        Natural size of some rows, by position: a violation that is large beside it is not small once it is scaled.
    counted
        Terms below this, relative to the geometric mean of their row, are left out.
    enabled
        False only shows what goes wrong without.
    """
    matrix, columns = programme.matrix, programme.shape[1]
    highest = np.minimum(programme.implied_upper, programme.column_upper)
    lowest = np.maximum(programme.implied_lower, programme.column_lower)
    ranges, values = highest - lowest, np.maximum(np.abs(highest), np.abs(lowest))
    sizes = np.where(ranges > NARROWEST * values, ranges, values)
    sizes = np.where(sizes > 0, sizes, np.maximum(np.abs(programme.implied_lower), np.abs(programme.implied_upper)))
    column_scale = np.where(sizes > 0, _power_of_two(np.where(sizes > 0, sizes, 1.0)), 1.0)
    row_scale = _row_scale(matrix, column_scale)
    for row, size in (sizes_of_rows or {}).items():
        row_scale[row] = max(row_scale[row], float(_power_of_two(np.asarray(1 / size))))
    if not enabled:
        column_scale, row_scale = np.ones(columns), np.ones(matrix.shape[0])
    of_column = np.repeat(np.arange(columns), np.diff(matrix.indptr))
    entries = matrix.data * column_scale[of_column] * row_scale[matrix.indices]
    scaled = sparse.csc_array((entries, matrix.indices, matrix.indptr), shape=matrix.shape)
    if enabled and (np.abs(entries) < counted).any():
        scaled = scaled.copy()
        scaled.data[np.abs(entries) < counted] = 0.0
        scaled.eliminate_zeros()
    return ScaledProgramme(
        matrix=scaled,
        column_lower=programme.column_lower / column_scale,
        column_upper=programme.column_upper / column_scale,
        row_lower=programme.row_lower * row_scale,
        row_upper=programme.row_upper * row_scale,
        column_scale=column_scale,
        row_scale=row_scale,
    )


def _row_scale(matrix: sparse.csc_array, column_scale: Floats) -> Floats:
    """Return the power of two nearest to one over the geometric mean of each row's terms."""
    rows = matrix.shape[0]
    size = np.log2(np.abs(matrix.data)) + np.repeat(np.log2(column_scale), np.diff(matrix.indptr))
    count = np.maximum(np.bincount(matrix.indices, minlength=rows), 1)
    return np.asarray(np.exp2(-np.round(np.bincount(matrix.indices, weights=size, minlength=rows) / count)))


def objective_factor(cost: Floats) -> float:
    """Return the power of two that gives the non-zero coefficients a mean size near :data:`OBJECTIVE_SIZE`."""
    used = np.abs(cost[cost != 0])
    return float(_power_of_two(np.asarray(OBJECTIVE_SIZE / used.mean()))) if used.size else 1.0


def _power_of_two(values: Floats) -> Floats:
    return np.asarray(np.exp2(np.round(np.log2(values))), dtype=np.float64)
