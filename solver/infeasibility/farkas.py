"""Farkas certificates: multipliers of rows and bounds whose sum proves that a programme is infeasible."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from ..control import Control
from ..errors import SolverFailedError
from ..lexicographic.stage import InfeasibleError, Stage, StageResult
from ..lexicographic.stages import minimise_in_turn
from ..programme import Booleans, Family, Floats, LinearProgramme
from ..scaling import scale

NEGLIGIBLE = 1e-9
"""Multipliers below this, relative to the largest, are taken for zero."""

PREFERRED = 1e-4
"""Price of violating a preferred row, relative to others: certificates then use preferred rows where they can."""


@dataclass(frozen=True, eq=False)
class Conflict:
    r"""Farkas certificate of infeasibility.

    For every point within the column bounds, :math:`\sum_i y_i a_i x = \sum_j (y A)_j x_j`; the bounds of the
    rows make the left side at least :math:`\sum_i y_i \text{bound}_i`, those of the columns make the right side
    smaller than that. ``excess`` is the difference.

    Attributes
    ----------
    row_multiplier
        y, shape (rows,): positive uses the lower bound of the row, negative the upper.
    column_multiplier
        -yA, shape (columns,): positive uses the lower bound of the column, negative the upper.
    """

    row_multiplier: Floats
    column_multiplier: Floats
    excess: float


def find_conflict(programme: LinearProgramme, preferred: Booleans, control: Control) -> Conflict:
    """Find a Farkas certificate with as few unpreferred rows as the least violation needs.

    Parameters
    ----------
    preferred
        Rows that people would change first, such as pots; shape (rows,).
    """
    multiplier = _least_violation(programme, preferred, control).row_dual
    multiplier = np.where(np.abs(multiplier) > NEGLIGIBLE * np.abs(multiplier).max(initial=0.0), multiplier, 0.0)
    reduced = -np.asarray(programme.matrix.T @ multiplier)
    terms = abs(programme.matrix).T @ np.abs(multiplier)
    reduced = np.where(np.abs(reduced) > NEGLIGIBLE * terms, reduced, 0.0)
    excess = _pair(multiplier, programme.row_lower, programme.row_upper)
    excess += _pair(reduced, programme.column_lower, programme.column_upper)
    if not excess > 0:
        raise SolverFailedError("no settlement was found and none was disproved", "report this scenario as a defect")
    return Conflict(multiplier, reduced, excess)


def is_possible(programme: LinearProgramme, control: Control) -> bool:
    """Return whether the programme is feasible, to :data:`NEGLIGIBLE` where no solver proves either."""
    try:
        minimise_in_turn(programme, [], control)
    except InfeasibleError:
        return False
    except SolverFailedError:
        nobody = np.zeros(programme.shape[0], dtype=bool)
        return _least_violation(programme, nobody, control).value <= NEGLIGIBLE
    return True


def _least_violation(programme: LinearProgramme, preferred: Booleans, control: Control) -> StageResult:
    """Minimise the total violation of rows, scaled, with a lower price on the preferred ones."""
    rows, columns = programme.shape
    size = scale(programme).row_scale
    below, above = np.isfinite(programme.row_lower), np.isfinite(programme.row_upper)
    unit = sparse.eye_array(rows, format="csc")
    short, over = np.flatnonzero(below), np.flatnonzero(above)
    extra = len(short) + len(over)
    relaxed = replace(
        programme,
        matrix=sparse.hstack([programme.matrix, unit[:, short], -unit[:, over]]).tocsc(),
        column_lower=np.concatenate([programme.column_lower, np.zeros(extra)]),
        column_upper=np.concatenate([programme.column_upper, np.full(extra, np.inf)]),
        implied_lower=np.concatenate([programme.implied_lower, np.zeros(extra)]),
        implied_upper=np.concatenate([programme.implied_upper, 1 / np.concatenate([size[short], size[over]])]),
        column_families=(
            *programme.column_families,
            Family("short", columns, len(short), {"row": [str(i) for i in short]}),
            Family("over", columns + len(short), len(over), {"row": [str(i) for i in over]}),
        ),
    )
    price = size * np.where(preferred, PREFERRED, 1.0)
    cost = np.concatenate([np.zeros(columns), price[short], price[over]])
    return minimise_in_turn(relaxed, [Stage("least violation", "", cost)], control).results[0]


def _pair(multiplier: Floats, lower: Floats, upper: Floats) -> float:
    bound = np.where(multiplier > 0, lower, upper)
    return float(multiplier[multiplier != 0] @ bound[multiplier != 0])
