"""Convex quadratic programmes by Clarabel, an interior-point solver."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import clarabel
import numpy as np
from scipy import sparse

from ..control import Control
from ..errors import SolverFailedError
from ..programme import Floats
from ..quadratic_programme import QuadraticProgramme

ACCURACY = 1e-11
"""Relative gap and feasibility asked of Clarabel: as close as it gets; what it reaches is polished afterwards."""

_USABLE = {"Solved", "AlmostSolved", "InsufficientProgress", "MaxIterations"}
"""Statuses whose point is polished; the residual afterwards decides."""


class PrimalInfeasibleError(SolverFailedError):
    """No point satisfies the rows of a quadratic programme."""


@dataclass(frozen=True, eq=False)
class ConicAnswer:
    """Minimiser, and slack and multiplier of each row (equalities first)."""

    x: Floats
    slack: Floats
    multiplier: Floats
    detail: str


def version() -> str:
    """Version of Clarabel."""
    from importlib.metadata import version as installed

    return installed("clarabel")


def solve_quadratic(
    problem: QuadraticProgramme, control: Control, accuracy: float = ACCURACY, last: int = 0, *, refine: bool = True
) -> ConicAnswer:
    """Solve a quadratic programme by interior point.

    Parameters
    ----------
    problem
        Equalities first.
    control
        Ends the run by raising :class:`~singlepot.solver.control.Halt`.
    accuracy
        Gap and feasibility asked for, relative.
    last
        How many columns, from the first, are best eliminated last: those that many blocks share. Stored zeros couple
        them, so that the fill-reducing ordering does not take them early.
    refine
        Whether the linear systems are solved with iterative refinement.

    Raises
    ------
    PrimalInfeasibleError
        No point satisfies the rows.
    SolverFailedError
        Clarabel ended without a usable point.
    """
    rows, equalities = problem.rows, problem.equalities
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = accuracy
    settings.max_iter = 200
    settings.iterative_refinement_enable = refine
    cones = [clarabel.ZeroConeT(equalities), clarabel.NonnegativeConeT(rows.shape[0] - equalities)]
    solution = _solution(
        (
            _curvature(problem, last),
            problem.gradient,
            sparse.csc_matrix(rows),
            problem.limit,
            [cone for cone, size in zip(cones, (equalities, rows.shape[0] - equalities), strict=True) if size],
            settings,
        ),
        control,
    )
    detail = str(solution.status)
    x, slack, multiplier = (np.asarray(values) for values in (solution.x, solution.s, solution.z))
    if "PrimalInfeasible" in detail:
        raise PrimalInfeasibleError(f"Clarabel answered {detail}", "report this scenario as a defect")
    complete = (slack.size, x.size) == rows.shape and multiplier.size == slack.size
    finite = all(bool(np.isfinite(values).all()) for values in (x, slack, multiplier))
    if detail not in _USABLE or not complete or not finite:
        raise SolverFailedError(f"Clarabel answered {detail} to the sharing step", "report this scenario as a defect")
    return ConicAnswer(x, slack, multiplier, detail)


def _solution(task: tuple[Any, ...], control: Control) -> Any:
    """Run Clarabel; a defect of it, which reaches Python as an exception that is no Exception, is an error of ours."""
    cancel = threading.Event()

    def solve() -> Any:
        try:
            solver = clarabel.DefaultSolver(*task)
            solver.set_termination_callback(lambda info: cancel.is_set() or control.overdue)
            return solver.solve()
        except BaseException as error:
            what = f"Clarabel broke off ({type(error).__name__}: {error})"
            raise SolverFailedError(what, "report this scenario as a defect") from error

    return control.run(solve, cancel)


def _curvature(problem: QuadraticProgramme, last: int) -> sparse.csc_matrix:
    """The diagonal, with stored zeros between the columns that are to be eliminated last."""
    size = len(problem.curvature)
    row, column = np.triu_indices(last, 1)
    diagonal = np.arange(size)
    values = np.concatenate([problem.curvature, np.zeros(len(row))])
    positions = (np.concatenate([diagonal, row]), np.concatenate([diagonal, column]))
    matrix: sparse.csc_matrix = sparse.csc_matrix((values, positions), shape=(size, size))
    return matrix
