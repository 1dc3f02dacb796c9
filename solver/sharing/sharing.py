r"""The sharing step: a strictly convex quadratic programme on the face that the stages leave, which has one optimum.

.. math:: \min \sum_j h_j x_j^2 \quad \text{over the face}

It is stated in displacements from the last stage's point, so that the face is consistent by construction,
solved by interior point and then polished: the active bounds are found and the remaining problem with
equalities is solved directly.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

import numpy as np

from ..backends.clarabel import solve_quadratic
from ..control import Control
from ..errors import SolverFailedError
from ..lexicographic.stage import EVERY_CURE, Staged, Technique
from ..programme import Booleans, Floats
from ..quadratic_programme import Polished, QuadraticProgramme
from .apart import Apart
from .displacements import Displacements, aggregate, displacements_of, quadratic, tighten
from .polish import polish

LOG = logging.getLogger("singlepot")

LEAST_CURVATURES = (0.0, 1e-6, 1e-3)
"""Curvatures, relative to the mean, below which a column keeps its own unit; the next is tried where one fails.

The first is exact for every column. The others leave columns that hardly count less exact, and rows more so: where
weights are 1e12 apart, units are 1e6 apart, and a row that is held to 1e-12 in one is not in the other.
"""


@dataclass(frozen=True, eq=False)
class Shared:
    """The final point in original units, and how good it is.

    ``moved`` columns were free to move; ``residual`` is the largest error of the optimality conditions,
    relative; ``rounds`` how often the set of active bounds was corrected.
    """

    x: Floats
    moved: int
    residual: float
    rounds: int


def share(
    staged: Staged,
    curvature: Floats,
    control: Control,
    technique: Technique = EVERY_CURE,
    idle: Booleans | None = None,
) -> Shared:
    """Find the point of the face with the least ``Σ curvature · x²``.

    Columns that others define keep their value of the last stage; the caller works them out afresh.

    Parameters
    ----------
    staged
        The end of the stages.
    curvature
        h, one for each column, original units; zero for columns that follow from the others.
    idle
        Columns that have no say: they take the least squares that are left once the others stand. Where rows tie them
        to columns that follow from others, their curvature counts.
    """
    by_displacement = technique.share_by_displacement
    scaled_curvature = curvature * staged.scaled.column_scale**2
    apart = None if idle is None else Apart.of(staged, scaled_curvature, idle)
    if apart is not None:
        scaled_curvature = np.where(apart.marked, 0.0, scaled_curvature)
    origin = staged.x if by_displacement else np.zeros_like(staged.x)
    free = displacements_of(staged, origin, nominal=not by_displacement)
    if by_displacement:
        free = tighten(free, scaled_curvature)
        free = tighten(aggregate(free, scaled_curvature), scaled_curvature)
    x = origin.copy()
    moved, polished = _moved(free, scaled_curvature, origin, control)
    x[free.columns] += moved
    if apart is not None:
        last, _ = _moved(apart.beside(x), apart.curvature, np.zeros_like(x), control)
        x[apart.marked] = last
    return Shared(x * staged.scaled.column_scale, len(free.columns), polished.residual, polished.rounds)


def _moved(free: Displacements, curvature: Floats, origin: Floats, control: Control) -> tuple[Floats, Polished]:
    """Displacements of the columns that can move, and how good they are."""
    if not len(free.columns):
        return np.zeros(0), Polished(np.zeros(0), 0.0, 0)
    for least in LEAST_CURVATURES:
        problem, unit = quadratic(free, curvature[free.columns], origin[free.columns], least)
        try:
            polished = _solved(problem, control)
        except SolverFailedError as failure:
            if least == LEAST_CURVATURES[-1]:
                raise
            LOG.info("%s; trying other units", failure.cause)
        else:
            break
    return polished.x * unit, polished


def _solved(problem: QuadraticProgramme, control: Control) -> Polished:
    answer = solve_quadratic(problem, control)
    cancel = threading.Event()
    polished = control.run(lambda: polish(problem, answer.x, answer.slack, answer.multiplier, cancel), cancel)
    LOG.info(
        "sharing: %d columns, %d rows; %s; %d rounds, residual %.1e",
        len(answer.x),
        problem.rows.shape[0],
        answer.detail,
        polished.rounds,
        polished.residual,
    )
    return polished
