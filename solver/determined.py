r"""Which duals of a stage are the only ones: those of rows that can be moved by themselves.

Every optimal dual y satisfies :math:`A_{TI}^T y_T = c_I`, with T the rows that are at a bound in all known optima of
the stage (where it ended, and where later stages did on its face), and I the columns that are strictly between theirs
in any. Two of them differ by a vector that is orthogonal to the columns I, so :math:`y_r` is the same in all where the
unit vector of r is a combination of those columns: there is a move that changes row r and no other row at a bound.
Where there is none, there may be several.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from .faces import AT_BOUND
from .programme import Booleans, Floats, Integers
from .stages import Staged

INSIDE = 1e-7
"""Distance from its bounds (scaled) above which a column is strictly between them."""

DAMPING = 1e-12
"""What is added to the squares of the rows, relative to the largest, so that they can be inverted."""

LEFT = 1e-3
"""Part of a vector that is left over, below which it counts as a combination: what damping leaves is smaller."""


LEFT_OF_A_COLUMN = 1e-5
"""The same for a column, whose entries are of several sizes."""

AT_ONCE = 64
"""How many vectors are tried at once."""


def determined(staged: Staged, position: int, rows: Integers, columns: Integers | None = None) -> Booleans:
    """Say which of some rows have but one dual in a stage, and which columns but one reduced cost.

    Parameters
    ----------
    position
        Of the stage among ``staged.results``; it minimised something.
    rows
        Positions of rows.
    columns
        Positions of columns; none by default.

    Returns
    -------
    One entry for each row, then for each column; False where there may be several.
    """
    result = staged.results[position]
    face, x = result.face, result.x
    if face is None or x is None:
        raise ValueError(f"stage {result.stage.name} has nothing to minimise")
    matrix = staged.scaled.matrix
    columns = np.zeros(0, dtype=np.int64) if columns is None else columns
    inside, tight = np.zeros(len(x), dtype=bool), np.ones(matrix.shape[0], dtype=bool)
    for point in _optima(staged, position):
        inside |= (point > face.column_lower + INSIDE) & (point < face.column_upper - INSIDE)
        activity = np.asarray(matrix @ point)
        tight &= (activity <= face.row_lower + AT_BOUND) | (activity >= face.row_upper - AT_BOUND)
    units = sparse.csc_array((np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=(matrix.shape[0], len(rows)))
    wanted = sparse.csc_array(sparse.hstack([units, matrix[:, columns]]))[np.flatnonzero(tight)]
    found = np.ones(wanted.shape[1], dtype=bool)
    asked = np.flatnonzero(np.diff(wanted.indptr))
    if not len(asked):
        return found
    part = matrix[:, np.flatnonzero(inside)].tocsr()[np.flatnonzero(tight)]
    square = part @ part.T
    damping = DAMPING * max(float(square.diagonal().max(initial=0.0)), 1.0)
    limit = np.where(np.arange(wanted.shape[1]) < len(rows), LEFT, LEFT_OF_A_COLUMN)
    factors = splu((square + damping * sparse.eye_array(square.shape[0])).tocsc())
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        vectors = wanted[:, some].toarray()
        left: Floats = damping * factors.solve(vectors)
        found[some] = np.abs(left).max(axis=0) <= limit[some] * np.abs(vectors).max(axis=0)
    return found


def _optima(staged: Staged, position: int) -> list[Floats]:
    """Points at which a stage is at its optimum: its own, and those of later stages unless it may give."""
    own = staged.results[position]
    later = staged.results[position + 1 :] if own.stage.give == 0 else ()
    return [each.x for each in (own, *later) if each.x is not None]
