r"""Which duals of a stage are the only ones: those of rows that can be moved by themselves.

At an optimum, every dual y satisfies :math:`A_{TI}^T y_T = c_I`, with T the rows at a bound and I the columns strictly
between theirs. Two of them differ by a vector that is orthogonal to the columns I, so :math:`y_r` is the same in all
where the unit vector of r is a combination of those columns: there is a move that changes row r and no other row at a
bound. Where there is none, there may be several.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from .faces import AT_BOUND
from .programme import Booleans, Floats, Integers
from .stages import Staged

INSIDE = 1e-9
"""Distance from its bounds (scaled) above which a column is strictly between them."""

DAMPING = 1e-9
"""What is added to the squares of the rows, relative to the largest, so that they can be inverted."""

LEFT = 1e-3
"""Part of the unit vector that is left over, below which none is."""


def determined(staged: Staged, position: int, rows: Integers) -> Booleans:
    """Say which of some rows have but one dual in a stage.

    Parameters
    ----------
    position
        Of the stage among ``staged.results``; it minimised something.
    rows
        Positions of rows.

    Returns
    -------
    One entry for each row; False where there may be several duals.
    """
    result = staged.results[position]
    face, x = result.face, result.x
    if face is None or x is None:
        raise ValueError(f"stage {result.stage.name} has nothing to minimise")
    matrix = staged.scaled.matrix
    inside = (x > face.column_lower + INSIDE) & (x < face.column_upper - INSIDE)
    activity = np.asarray(matrix @ x)
    tight = (activity <= face.row_lower + AT_BOUND) | (activity >= face.row_upper - AT_BOUND)
    chosen = np.flatnonzero(tight)
    found = ~tight[rows]
    asked = np.flatnonzero(tight[rows])
    if not len(asked):
        return found
    part = matrix[:, np.flatnonzero(inside)].tocsr()[chosen]
    square = sparse.csc_array(part @ part.T)
    damping = DAMPING * max(float(square.diagonal().max(initial=0.0)), 1.0)
    factors = splu((square + damping * sparse.eye_array(len(chosen))).tocsc())
    units = np.zeros((len(chosen), len(asked)))
    units[np.searchsorted(chosen, rows[asked]), np.arange(len(asked))] = 1.0
    left: Floats = damping * factors.solve(units)
    found[asked] = np.abs(left).max(axis=0) <= LEFT
    return found
