"""The dual bound of a linear programme: a proof that an optimum cannot be smaller, from any duals."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from ..programme import Floats
from .faces import Face

RESOLVED = 1e-6
"""Share of the largest term of a dual bound to which a gap is relative at least: doubles resolve 1e-16 of the term."""


def largest_term(row_dual: Floats, face: Face) -> float:
    """Return the largest term of the dual bound that a row's limit makes: what the bound is a difference of."""
    limit = np.where(row_dual > 0, face.row_lower, face.row_upper)
    return float(np.abs(row_dual * np.where(np.isfinite(limit), limit, 0.0)).max(initial=0.0))


def dual_bound(
    matrix: sparse.csc_array,
    cost: Floats,
    row_dual: Floats,
    face: Face,
    implied_lower: Floats,
    implied_upper: Floats,
) -> float:
    r"""Return a value that no point of a face can fall below, proved by any duals.

    .. math:: \sum_i \min(y_i L_i, y_i U_i) + \sum_j \min(r_j l_j, r_j u_j), \qquad r = c - A^T y

    Parameters
    ----------
    matrix, cost
        A, shape (rows, columns), and c, shape (columns,).
    row_dual
        y, shape (rows,). A dual at an absent row bound counts as 0.
    face
        L and U, l and u.
    implied_lower, implied_upper
        Finite bounds of the columns that no optimum needs to pass, used where a column has none.
    """
    usable = np.where(row_dual > 0, np.isfinite(face.row_lower), np.isfinite(face.row_upper))
    dual = np.where(usable, row_dual, 0.0)
    reduced = cost - matrix.T @ dual
    lower = np.where(np.isfinite(face.column_lower), face.column_lower, implied_lower)
    upper = np.where(np.isfinite(face.column_upper), face.column_upper, np.maximum(implied_upper, implied_lower))
    row_limit = np.where(dual > 0, face.row_lower, face.row_upper)
    rows = dual[dual != 0] @ row_limit[dual != 0]
    return float(rows + reduced @ np.where(reduced > 0, lower, upper))
