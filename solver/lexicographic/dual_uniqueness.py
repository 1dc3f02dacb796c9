r"""Uniqueness of duals: which row duals and reduced costs are the same in all optimal duals of a stage.

Every optimal dual y satisfies :math:`A_{TI}^T y_T = c_I`, with T the rows that are at a bound in all known optima of
the stage (where it ended, and where later stages did on its face), and I the columns that are strictly between theirs
in any. Two of them differ by a vector that is orthogonal to the columns I, so :math:`y_r` is the same in all where the
unit vector of r is a combination of those columns: there is a move that changes row r and no other row at a bound.
Where there is none, there may be several. The part of a vector that is no combination is what a projection leaves of
it; the projections of a few random vectors show for all rows and columns at once where nothing is left.
"""

from __future__ import annotations

import logging

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from ..programme import Booleans, Floats
from .stage import Staged

LOG = logging.getLogger("singlepot")

INSIDE = 1e-7
"""Distance from its bounds (scaled) above which a column is strictly between them."""

TIGHT = 1e-6
"""Distance from its bound (scaled) up to which a row counts as at it: pots are used up to rounding."""

DAMPING = 1e-12
"""What is added to the squares of the rows, relative to the largest, so that they can be inverted."""

PROBES, SEED = 12, 20260401
"""Number of random vectors that are projected, and the seed of their generator."""

LONG_ROW, MOST_LONG = 50, 100
"""Rows of more entries than this, the longest at most so many of them, tie all others together; they come last."""

LEFT = 1e-2
"""Length of what is left of a row's unit vector below which nothing is: what damping leaves is shorter."""

LEFT_OF_A_COLUMN = 1e-4
"""The same for a column, relative to its length; its entries are of several sizes."""


def unique_duals(staged: Staged, position: int, *, of_columns: bool = False) -> Booleans:
    """Mark rows that have one dual in a stage, or columns that have one reduced cost.

    Parameters
    ----------
    position
        Of the stage among ``staged.results``; it minimised something.
    of_columns
        Whether columns are asked for.

    Returns
    -------
    One entry for each row, or for each column; False where there may be several.
    """
    result = staged.results[position]
    face, x = result.face, result.x
    if face is None or x is None:
        raise ValueError(f"stage {result.stage.name} has nothing to minimise")
    matrix = staged.scaled.matrix
    inside, tight = np.zeros(len(x), dtype=bool), np.ones(matrix.shape[0], dtype=bool)
    for point in _optima(staged, position):
        inside |= (point > face.column_lower + INSIDE) & (point < face.column_upper - INSIDE)
        activity = np.asarray(matrix @ point)
        tight &= (activity <= face.row_lower + TIGHT) | (activity >= face.row_upper - TIGHT)
    if not tight.any():
        return np.ones(matrix.shape[int(of_columns)], dtype=bool)
    whole = matrix.tocsr()[np.flatnonzero(tight)]
    part = whole[:, np.flatnonzero(inside)]
    left = _left(part, np.random.default_rng(SEED).standard_normal((whole.shape[0], PROBES)))
    if of_columns:
        length = np.sqrt(np.asarray((whole * whole).sum(axis=0)).ravel())
        return np.asarray(np.abs(whole.T @ left).max(axis=1) <= LEFT_OF_A_COLUMN * length)
    rows = np.ones(len(tight), dtype=bool)
    rows[tight] = np.abs(left).max(axis=1) <= LEFT
    return rows


def _left(part: sparse.csr_array, probes: Floats) -> Floats:
    r"""Return the residual of projecting vectors on the columns of a matrix P: :math:`d (P P^T + d I)^{-1} v`.

    Without the long rows the equations fall into small blocks. What the long rows come to is found first, from what
    the blocks leave of them.
    """
    damping = DAMPING * max(float((part * part).sum(axis=1).max(initial=0.0)), 1.0)
    entries = np.diff(part.indptr)
    is_long = np.zeros(len(entries), dtype=bool)
    is_long[np.argsort(-entries, kind="stable")[: min(MOST_LONG, int((entries > LONG_ROW).sum()))]] = True
    long, short = np.flatnonzero(is_long), np.flatnonzero(~is_long)
    many, few = part[short], part[long]
    square, across, corner = many @ many.T, many @ few.T, (few @ few.T).toarray()
    damped = (square + damping * sparse.eye_array(len(short))).tocsc()
    try:
        factors = splu(damped, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    except RuntimeError as error:  # more memory than there is: nothing is known to be the only one
        LOG.info("which duals are the only ones is not known: %s", error)
        return probes
    corner += damping * np.eye(len(long))
    for start in range(0, len(long), PROBES):
        some = slice(start, start + PROBES)
        corner[:, some] -= across.T @ factors.solve(across[:, some].toarray())
    left = np.empty(probes.shape)
    left[long] = np.linalg.solve(corner, probes[long] - across.T @ factors.solve(probes[short]))
    left[short] = factors.solve(probes[short] - across @ left[long])
    return damping * left


def _optima(staged: Staged, position: int) -> list[Floats]:
    """Points at which a stage is at its optimum: its result, and those of later stages unless it may give."""
    result = staged.results[position]
    later = staged.results[position + 1 :] if result.stage.give == 0 else ()
    return [one.x for one in (result, *later) if one.x is not None]
