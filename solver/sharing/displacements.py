"""Displacements from a point of a face: the columns that can still move, and the rows that can still bind."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from ..lexicographic.faces import IMMOVABLE, around
from ..lexicographic.stage import Staged
from ..presolve import aggregation
from ..presolve.problem import RowwiseProblem
from ..programme import Booleans, Floats, Integers
from ..quadratic_programme import QuadraticProgramme

SHARING_PASSES = 50
"""Most rounds of tightening or aggregation; each round removes something or is the last."""

SHARING_PIVOT = 1e-3
"""Least size of a defining entry, relative to the largest of its row.

Smaller than that of presolve: every column without curvature should go here, and the polish removes rounding.
"""


@dataclass(frozen=True, eq=False)
class Displacements:
    """Displacements of some columns, scaled: the bounds of ``within`` are what is left of those of the face.

    ``columns`` are their positions in the programme. The cost is zero, for the objective is a quadratic one.
    """

    columns: Integers
    within: RowwiseProblem


def displacements_of(staged: Staged, origin: Floats, *, nominal: bool = False) -> Displacements:
    """State the face of the stages as displacements from a point.

    ``nominal`` keeps the bounds as they are even where rounding makes them exclude the point.
    """
    scaled, face = staged.scaled, staged.face
    activity = np.asarray(scaled.matrix @ origin)
    if nominal:
        columns = face.column_lower - origin, face.column_upper - origin
        rows = face.row_lower - activity, face.row_upper - activity
    else:
        columns, rows = around(face.column_bounds, origin), around(face.row_bounds, activity)
    within = RowwiseProblem(scaled.matrix.tocsr(), np.zeros(len(origin)), *columns, *rows)
    return Displacements(np.arange(len(origin)), within)


def aggregate(displacements: Displacements, curvature: Floats) -> Displacements:
    """Substitute columns without curvature by the equality rows that define them, until none is left.

    ``curvature`` covers the whole programme.
    """
    for _ in range(SHARING_PASSES):
        flat = curvature[displacements.columns] == 0
        aggregated = aggregation.aggregate(displacements.within, flat, SHARING_PIVOT)
        if aggregated is None:
            return displacements
        within, step = aggregated
        displacements = Displacements(displacements.columns[step.rest], within)
    return displacements


def tighten(displacements: Displacements, curvature: Floats) -> Displacements:
    """Leave out columns that rows hold still and rows that cannot bind, until nothing changes.

    A column without curvature that no row needs is left out too. ``curvature`` covers the whole programme.
    """
    for _ in range(SHARING_PASSES):
        smaller = _tighten_once(displacements, curvature[displacements.columns])
        if smaller is None:
            return displacements
        displacements = smaller
    return displacements


def _tighten_once(displacements: Displacements, curvature: Floats) -> Displacements | None:
    within = displacements.within
    least, most = within.activity_bounds()
    entries = np.diff(within.matrix.indptr)
    redundant = (most <= within.row_upper + IMMOVABLE) & (least >= within.row_lower - IMMOVABLE)
    forcing = ~redundant & ((most - within.row_lower <= IMMOVABLE) | (within.row_upper - least <= IMMOVABLE))
    singleton = entries == 1
    lower, upper = _implied_by_singletons(within, singleton)
    held = within.columns_in(forcing) | (upper - lower <= 0)
    unused = (curvature == 0) & ~within.columns_in(~redundant & ~singleton)
    columns, rows = ~held & ~unused, ~redundant & ~forcing & ~singleton
    if columns.all() and rows.all():
        return None
    return Displacements(displacements.columns[columns], replace(within, lower=lower, upper=upper).part(columns, rows))


def _implied_by_singletons(within: RowwiseProblem, singleton: Booleans) -> tuple[Floats, Floats]:
    """Return the bounds of the columns with those that rows of one entry imply."""
    rows = np.flatnonzero(singleton)
    at = within.matrix.indptr[:-1][rows]
    column, value = within.matrix.indices[at], within.matrix.data[at]
    with np.errstate(invalid="ignore"):
        first, second = within.row_lower[rows] / value, within.row_upper[rows] / value
    least, most = np.where(value > 0, first, second), np.where(value > 0, second, first)
    lower, upper = within.lower.copy(), within.upper.copy()
    np.maximum.at(lower, column, np.where(np.abs(least) <= IMMOVABLE, 0.0, least))
    np.minimum.at(upper, column, np.where(np.abs(most) <= IMMOVABLE, 0.0, most))
    return lower, upper


def quadratic(
    displacements: Displacements, curvature: Floats, origin: Floats, least: float = 0.0
) -> tuple[QuadraticProgramme, Floats]:
    """State the least squares of ``origin + displacement``, in units in which each square counts the same.

    ``curvature`` and ``origin`` belong to the displaced columns; a curvature below ``least`` times the mean sets no
    unit, so that none is very large. Rows are scaled to a largest entry of 1; equalities come first, then rows and
    bounds as ``≤``. Returns the programme and the size of its units.
    """
    within = displacements.within
    h = curvature / (curvature[curvature > 0].mean() if (curvature > 0).any() else 1.0)
    unit = np.where(h > 0, 1 / np.sqrt(np.maximum(np.where(h > 0, h, 1.0), least)), 1.0)
    matrix = within.matrix @ sparse.diags_array(unit, format="csr")
    body = replace(within, matrix=matrix)
    size = 1 / np.maximum(body.largest_entries(), np.finfo(float).tiny)
    matrix = sparse.diags_array(size, format="csr") @ matrix
    row_lower, row_upper = within.row_lower * size, within.row_upper * size
    equal = row_lower == row_upper
    above, below = ~equal & np.isfinite(row_upper), ~equal & np.isfinite(row_lower)
    identity = sparse.eye_array(len(unit), format="csr")
    up, down = np.isfinite(within.upper), np.isfinite(within.lower)
    rows = sparse.vstack([matrix[equal], matrix[above], -matrix[below], identity[up], -identity[down]]).tocsc()
    bounds = (within.upper / unit)[up], -(within.lower / unit)[down]
    limit = np.concatenate([row_upper[equal], row_upper[above], -row_lower[below], *bounds])
    curved = np.where(h >= least, (h > 0).astype(np.float64), h * unit**2)
    whole = 1 / np.maximum(size * within.largest_entries(), np.finfo(float).tiny)
    row_unit = np.maximum(np.concatenate([whole[equal], whole[above], whole[below], unit[up], unit[down]]), 1.0)
    return QuadraticProgramme(curved, curved * origin / unit, rows, limit, int(equal.sum()), row_unit), unit
