"""A linear programme as it is passed to a backend, and the checks and trivial presolve that all backends share."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from .answer import Answer, Method, PointStatus, Stop
from .caps import Caps
from .crossed_bounds import crossed, meeting
from .errors import SolverFailedError
from .programme import Booleans, Floats

BOUNDLESS = 1e20
"""Bounds at least this large count as infinite: HiGHS has the same limit, other solvers have others."""

CROSSED = "bounds that cross"
"""Message of an answer that is infeasible because of crossed bounds."""

UNIT = 1.0
"""Size of the values of columns and rows, which come scaled: rounding of their bounds is relative to it."""

SUPPORTED = 1e-6
"""Largest violation, relative to the terms of a row, at which a solver's optimum is accepted as one.

Coarse on purpose: it refuses wrong answers, while the stages prove right ones a thousand times more closely.
"""


@dataclass(frozen=True, eq=False)
class LinearProblem:
    """Minimise ``cost · x`` within bounds of columns and rows; matrix by columns, rows × columns.

    ``limits`` are for solvers in a process of their own; the others are limited by who calls them.
    """

    matrix: sparse.csc_array
    cost: Floats
    column_lower: Floats
    column_upper: Floats
    row_lower: Floats
    row_upper: Floats
    method: Method
    limits: Caps | None = None

    def cleaned(self) -> LinearProblem:
        """Return the problem without huge bounds and without bounds that cross by rounding.

        Bounds meet that cross by rounding alone, see :mod:`~singlepot.solver.crossed_bounds`.

        Raises
        ------
        SolverFailedError
            NaN anywhere, infinity in the objective or the matrix, a bound on the wrong side of infinity.
        """
        for name, array in (("objective", self.cost), ("matrix", self.matrix.data)):
            if not np.isfinite(array).all():
                raise SolverFailedError(f"a programme with NaN or infinity in the {name}", "report this as a defect")
        columns = meeting(_lower(self.column_lower, "column"), -_lower(-self.column_upper, "column"), UNIT)
        rows = meeting(_lower(self.row_lower, "row"), -_lower(-self.row_upper, "row"), UNIT)
        return replace(self, column_lower=columns[0], column_upper=columns[1], row_lower=rows[0], row_upper=rows[1])

    @property
    def crossed(self) -> bool:
        """Whether the bounds of a column or row cross, so that the problem is infeasible."""
        columns, rows = (self.column_lower, self.column_upper), (self.row_lower, self.row_upper)
        return bool(crossed(*columns, UNIT).any() or crossed(*rows, UNIT).any())


def opaque_names(problem: LinearProblem) -> tuple[list[str], list[str]]:
    """Return short names of columns and rows that every file format keeps as they are."""
    rows, columns = problem.matrix.shape
    return [f"x{j}" for j in range(columns)], [f"r{i}" for i in range(rows)]


def finite(bound: float) -> float | None:
    """Return a bound as modelling layers take it: None where it is infinite."""
    return bound if np.isfinite(bound) else None


def _lower(bound: Floats, noun: str) -> Floats:
    if np.isnan(bound).any():
        raise SolverFailedError(f"a programme with NaN in the bounds of a {noun}", "report this as a defect")
    if (bound >= BOUNDLESS).any():
        raise SolverFailedError(f"a {noun} with a bound on the wrong side of infinity", "report this as a defect")
    return np.where(bound <= -BOUNDLESS, -np.inf, bound)


@dataclass(frozen=True, eq=False)
class Reduced:
    """A problem without its empty rows and columns, which modelling layers drop or mishandle.

    ``core`` is what is left for a solver; ``answer`` is the answer where nothing is left or empty rows are infeasible,
    else None.
    """

    whole: LinearProblem
    rows: Booleans
    columns: Booleans
    core: LinearProblem
    answer: Answer | None
    unbounded: bool

    @staticmethod
    def of(problem: LinearProblem) -> Reduced:
        """Remove the empty rows and columns."""
        matrix = problem.matrix
        rows = np.bincount(matrix.indices[matrix.data != 0], minlength=matrix.shape[0]) > 0
        columns = np.asarray(abs(matrix).sum(axis=0)).ravel() > 0
        zero = np.zeros(int((~rows).sum()))
        empty_broken = (
            crossed(problem.row_lower[~rows], zero, UNIT).any() or crossed(zero, problem.row_upper[~rows], UNIT).any()
        )
        core = replace(
            problem,
            matrix=sparse.csc_array(sparse.csr_array(matrix)[rows][:, columns]),
            cost=problem.cost[columns],
            column_lower=problem.column_lower[columns],
            column_upper=problem.column_upper[columns],
            row_lower=problem.row_lower[rows],
            row_upper=problem.row_upper[rows],
        )
        resting = _resting(problem)
        unbounded = bool(np.isinf(resting[~columns]).any())
        reduced = Reduced(problem, rows, columns, core, None, unbounded)
        if problem.crossed or empty_broken:
            return replace(reduced, answer=nothing(problem, Stop.INFEASIBLE, CROSSED))
        if not columns.any():
            none = Answer(
                Stop.OPTIMAL,
                PointStatus.FEASIBLE,
                PointStatus.FEASIBLE,
                np.zeros(0),
                np.zeros(0),
                "nothing to solve",
            )
            return replace(reduced, answer=reduced.postsolve(none))
        return reduced

    def postsolve(self, answer: Answer) -> Answer:
        """Return the answer to the whole problem from that to the core."""
        shape = self.whole.matrix.shape
        if answer.x.size != int(self.columns.sum()):
            return replace(answer, x=np.zeros(0), row_dual=np.zeros(0))
        if answer.stop is Stop.OPTIMAL and self.unbounded:
            return nothing(self.whole, Stop.UNBOUNDED, "a column without rows and without a bound")
        x = _resting(self.whole)
        x[self.columns] = answer.x
        dual = np.zeros(shape[0])
        if answer.row_dual.size:
            dual[self.rows] = answer.row_dual
        return replace(answer, x=x, row_dual=dual if answer.row_dual.size or not self.rows.any() else np.zeros(0))


def _resting(problem: LinearProblem) -> Floats:
    """Return the best value of an empty column: its cheapest bound, or without a cost the one nearest zero."""
    nearest = np.clip(
        np.zeros_like(problem.cost), problem.column_lower, np.maximum(problem.column_upper, problem.column_lower)
    )
    cheapest = np.where(problem.cost > 0, problem.column_lower, problem.column_upper)
    return np.asarray(np.where(problem.cost != 0, cheapest, nearest))


def nothing(problem: LinearProblem, stop: Stop, detail: str) -> Answer:
    """Return an answer without a point."""
    return Answer(stop, PointStatus.NONE, PointStatus.NONE, np.zeros(0), np.zeros(0), detail)


def judged(problem: LinearProblem, x: Floats, row_dual: Floats, detail: str, late: bool) -> Answer:
    """Return an answer whose statuses follow from the violations of its points, not from what the solver reported.

    Parameters
    ----------
    late
        Whether the time limit had passed: a point that is not optimal is then explained by it.
    """
    primal = PointStatus.FEASIBLE if violation(problem, x) <= SUPPORTED else PointStatus.INFEASIBLE
    dual = PointStatus.NONE
    if row_dual.size == problem.matrix.shape[0] and np.isfinite(row_dual).all():
        dual = PointStatus.FEASIBLE if dual_violation(problem, row_dual) <= SUPPORTED else PointStatus.INFEASIBLE
    good = primal is PointStatus.FEASIBLE and dual is not PointStatus.INFEASIBLE
    stop = Stop.OPTIMAL if good else Stop.LIMIT if late else Stop.FAILED
    if not good:
        detail = f"{detail}, which its own numbers contradict"
    return Answer(stop, primal, dual, x, row_dual if dual is not PointStatus.NONE else np.zeros(0), detail)


def violation(problem: LinearProblem, x: Floats) -> float:
    """Return the largest primal violation of a row or bound, relative to its terms."""
    if not np.isfinite(x).all():
        return float("inf")
    activity = np.asarray(problem.matrix @ x)
    size = 1 + np.asarray(abs(problem.matrix) @ np.abs(x))
    rows = np.maximum(problem.row_lower - activity, activity - problem.row_upper) / size
    columns = np.maximum(problem.column_lower - x, x - problem.column_upper) / (1 + np.abs(x))
    return float(max(rows.max(initial=0.0), columns.max(initial=0.0)))


def dual_violation(problem: LinearProblem, row_dual: Floats) -> float:
    """Return the largest dual or reduced cost whose sign needs an infinite bound, relative to its terms."""
    reduced = problem.cost - problem.matrix.T @ row_dual
    size = 1 + np.abs(problem.cost) + abs(problem.matrix).T @ np.abs(row_dual)
    wrong = np.where(np.isneginf(problem.column_lower), np.maximum(reduced, 0), 0)
    wrong = wrong + np.where(np.isposinf(problem.column_upper), np.maximum(-reduced, 0), 0)
    rows = np.where(np.isneginf(problem.row_lower), np.maximum(row_dual, 0), 0)
    rows = rows + np.where(np.isposinf(problem.row_upper), np.maximum(-row_dual, 0), 0)
    largest = 1 + np.abs(row_dual).max(initial=0.0)
    return float(max((wrong / size).max(initial=0.0), (rows / largest).max(initial=0.0)))
