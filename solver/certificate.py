"""Certificates of feasibility and optimality, computed from the programme and not from what a solver reports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .programme import Floats, LinearProgramme

ROUNDING = 1e-12
"""Size of a bound, relative to the largest term that its row can have, up to which it is rounding."""

RESOLVED = 1e-5
"""Least size of a row relative to the largest term that it can have: doubles resolve about a billionth of it."""


@dataclass(frozen=True)
class Violation:
    """The largest violation of a row or bound, relative to its size, and the label of that row or column."""

    relative: float
    where: str


def relative_gap(value: float, bound: float, size: float) -> float:
    """Return the duality gap of a value and a bound, relative to the largest of both and a natural size."""
    return abs(value - bound) / max(abs(value), abs(bound), size)


def largest_violation(programme: LinearProgramme, x: Floats) -> Violation:
    """Return the largest relative violation of a constraint at a point.

    Parameters
    ----------
    programme
        In original units, unscaled.
    x
        Column values, shape (columns,).

    Returns
    -------
    Violation
        Relative to the larger of the bound and the sum of the absolute terms of the row (for a column, of
        the bound and the value), and at least 1e-5 of the largest term that the row can have. A row that only
        compares columns, with a bound of zero but for rounding, has at least the size of that whole term: there nothing
        else says what is small.
    """
    matrix = programme.matrix
    activity = np.asarray(matrix @ x)
    terms = np.maximum(np.asarray(abs(matrix) @ np.abs(x)), _largest_terms(programme))
    rows = _excess(activity, programme.row_lower, programme.row_upper, terms)
    upper, lower = np.abs(programme.implied_upper), np.abs(programme.implied_lower)
    columns = _excess(x, programme.column_lower, programme.column_upper, np.where(upper > 0, upper, lower))
    row = int(rows.argmax()) if rows.size else -1
    column = int(columns.argmax()) if columns.size else -1
    of_row = float(rows[row]) if rows.size else 0.0
    of_column = float(columns[column]) if columns.size else 0.0
    if max(of_row, of_column) == 0.0:
        return Violation(0.0, "")
    if of_row >= of_column:
        return Violation(of_row, programme.row_label(row))
    return Violation(of_column, programme.column_label(column))


def _largest_terms(programme: LinearProgramme) -> Floats:
    """The largest term that each row with a bound of zero, but for rounding, can have; a small share for the others."""
    matrix, (rows, _) = programme.matrix, programme.shape
    largest = np.zeros(rows)
    furthest = np.maximum(np.abs(programme.implied_upper), np.abs(programme.implied_lower))
    np.maximum.at(largest, matrix.indices, np.abs(matrix.data) * np.repeat(furthest, np.diff(matrix.indptr)))
    nearest = np.minimum(np.abs(programme.row_lower), np.abs(programme.row_upper))
    return np.where(nearest <= ROUNDING * largest, largest, RESOLVED * largest)


def _excess(value: Floats, lower: Floats, upper: Floats, size: Floats) -> Floats:
    below, above = lower - value, value - upper
    excess = np.maximum(np.maximum(below, above), 0.0)
    bound = np.where(below > above, lower, upper)
    scale = np.maximum(size, np.abs(np.where(np.isfinite(bound), bound, 0.0)))
    relative = np.divide(excess, scale, out=np.zeros_like(excess), where=scale > 0)
    return np.where((scale == 0) & (excess > 0), np.inf, relative)
