"""Clarabel, the interior-point solver of the sharing step's quadratic programme."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import clarabel
import numpy as np
from scipy import sparse

from ..control import Control
from ..errors import SolverFailed
from ..polish import QuadraticProgramme
from ..programme import Floats

ACCURACY = 1e-11
"""Gap and feasibility asked of Clarabel, relative; what it reaches is polished afterwards."""

_USABLE = {"Solved", "AlmostSolved", "InsufficientProgress", "MaxIterations"}
"""Statuses whose point may be polished; the polish proves the answer or refuses it."""


@dataclass(frozen=True, eq=False)
class ConicAnswer:
    """Point, and slack and multiplier of each row (equalities first)."""

    x: Floats
    slack: Floats
    multiplier: Floats
    detail: str


def version() -> str:
    """Version of Clarabel."""
    from importlib.metadata import version as installed

    return installed("clarabel")


def solve_quadratic(problem: QuadraticProgramme, control: Control, accuracy: float = ACCURACY) -> ConicAnswer:
    """Solve a quadratic programme by interior point.

    Parameters
    ----------
    problem
        Equalities first.
    control
        Ends the run by raising :class:`~singlepot.solver.control.Halt`.
    accuracy
        Gap and feasibility asked for, relative.
    """
    rows, equalities = problem.rows, problem.equalities
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = accuracy
    settings.max_iter = 200
    cones = [clarabel.ZeroConeT(equalities), clarabel.NonnegativeConeT(rows.shape[0] - equalities)]
    solver = clarabel.DefaultSolver(
        sparse.csc_matrix(sparse.diags_array(problem.curvature, format="csc")),
        problem.gradient,
        sparse.csc_matrix(rows),
        problem.limit,
        [cone for cone, size in zip(cones, (equalities, rows.shape[0] - equalities), strict=True) if size],
        settings,
    )
    cancel = threading.Event()
    solver.set_termination_callback(lambda info: cancel.is_set() or control.overdue)
    solution = control.run(solver.solve, cancel)
    detail = str(solution.status)
    x = np.asarray(solution.x)
    if detail not in _USABLE or not np.isfinite(x).all():
        raise SolverFailed(f"Clarabel answered {detail} to the sharing step", "report this scenario as a defect")
    return ConicAnswer(x, np.asarray(solution.s), np.asarray(solution.z), detail)
