"""Linear programmes by HiGHS: interior point with crossover and simplex."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from ..answer import Answer, Features, Method, PointStatus, Stop
from ..caps import caps
from ..control import Control
from ..errors import SolverFailedError
from ..linear_problem import CROSSED, LinearProblem, Reduced, nothing
from ..programme import Floats

TOLERANCE = 1e-10
"""Primal and dual feasibility, absolute on the scaled programme; the tightest that HiGHS accepts."""

INTERIOR_TOLERANCE = 1e-9
"""Relative gap at which interior point hands over to crossover; crossover makes it exact."""

SMALLEST_ENTRY = 1e-12
"""Matrix entries below this would be dropped by HiGHS; its default of 1e-9 changes answers."""

PRIMAL, DUAL = 4, 1
"""What HiGHS calls the two simplex methods."""

UPDATES = 100
"""Steps of the simplex method after which a basis is factorised afresh; HiGHS lets thousands pass, see :data:`STRAYED`.

Of 50 to 5,000, 100 and 200 were as fast as any on england and faster on england-authorities, in November 2026.
"""

STRAYED = 1e-9
"""Largest difference between a row as HiGHS has it and as its columns give it: beyond, the basis is factorised afresh.

Seen in November 2026 on draws of england: after hundreds of steps of the primal simplex method rows were up to 8e-6
off, and HiGHS called them feasible to 1e-12. Factorised afresh they are right to 1e-13, for 5 ms.
"""

FACTORISATIONS = 3
"""How often, at most, in one solve."""

_STOPS = {
    highspy.HighsModelStatus.kOptimal: Stop.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Stop.INFEASIBLE,
    highspy.HighsModelStatus.kUnboundedOrInfeasible: Stop.INFEASIBLE,
    highspy.HighsModelStatus.kUnbounded: Stop.UNBOUNDED,
    highspy.HighsModelStatus.kTimeLimit: Stop.LIMIT,
    highspy.HighsModelStatus.kInterrupt: Stop.LIMIT,
    highspy.HighsModelStatus.kIterationLimit: Stop.LIMIT,
}


_OF_IPX = int(highspy.cb.HighsCallbackType.kCallbackIpmInterrupt)


class _Silent(highspy.Highs):
    """HiGHS without the lines that its own constructor prints to standard output."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()
        _accept(self.setOptionValue("output_flag", False), "option output_flag")


class Basis:
    """A basis of HiGHS, which goes to another process as the status of each column and row."""

    def __init__(self, basis: Any) -> None:
        self.basis = basis

    @classmethod
    def of(cls, columns: list[Any], rows: list[Any]) -> Basis:
        """Make a basis of the status of each column and row."""
        basis = highspy.HighsBasis()
        basis.col_status, basis.row_status = columns, rows
        basis.valid = True
        return cls(basis)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (bytes(map(int, self.basis.col_status)), bytes(map(int, self.basis.row_status)))


def _restored(columns: bytes, rows: bytes) -> Basis:
    return Basis.of([*map(highspy.HighsBasisStatus, columns)], [*map(highspy.HighsBasisStatus, rows)])


class HighsEngine:
    """Solver of linear programmes that share one matrix, each with its own objective and bounds.

    Parameters
    ----------
    matrix
        Rows by columns, finite entries.
    """

    name = "highs"
    features = Features(duals=True, exact=True, methods=True, basis=True, warm_start=True, interrupt=True)

    def __init__(self, matrix: sparse.csc_array) -> None:
        self._matrix = matrix
        self._cancel = threading.Event()
        self._most_steps = 0
        self._highs: Any = None
        self._start: Any = None
        self._by_dual = False

    @property
    def basis(self) -> Any:
        """The basis of the last answer, for another engine of as many rows and columns; opaque, and can be pickled."""
        return None if self._highs is None else Basis(self._highs.getBasis())

    def start_from(self, basis: Any) -> None:
        """Begin the first solve, by ``WARM`` or ``AGAIN``, at a basis of another engine."""
        self._start = basis

    @property
    def version(self) -> str:
        """Version of HiGHS."""
        return str(highspy.Highs.version(_Silent()))

    def solve(
        self,
        cost: Floats,
        column_bounds: tuple[Floats, Floats],
        row_bounds: tuple[Floats, Floats],
        method: Method,
        control: Control,
    ) -> Answer:
        """Minimise ``cost`` over the columns.

        Parameters
        ----------
        cost
            Shape (columns,), finite.
        column_bounds, row_bounds
            Lower and upper, infinities allowed.
        method
            ``WARM`` and ``AGAIN`` start from the basis of the last answer and need one.
        control
            Ends the run by raising :class:`~singlepot.solver.control.Halt`.
        """
        clean = LinearProblem(self._matrix, cost, *column_bounds, *row_bounds, method).cleaned()
        decided = nothing(clean, Stop.INFEASIBLE, CROSSED) if clean.crossed else None
        if not len(cost):  # HiGHS calls any programme without columns empty, one that is infeasible too
            decided = Reduced.of(clean).answer
        if decided is not None:
            return decided
        column_bounds = clean.column_lower, clean.column_upper
        row_bounds = clean.row_lower, clean.row_upper
        if self._highs is None:
            self._highs = _open()
            self._pass(cost, column_bounds, row_bounds)
            if self._start is not None:
                _accept(self._highs.setBasis(self._start.basis), "setBasis")
        else:
            self._update(cost, column_bounds, row_bounds)
        warm = method in (Method.WARM, Method.AGAIN)
        most = caps(self._matrix.shape, warm=warm)
        self._most_steps = most.steps
        for option, value in {**_options(method), **most.of_highs}.items():
            _accept(self._highs.setOptionValue(option, value), f"option {option}")
        if not warm:
            _accept(self._highs.clearSolver(), "clearSolver")
        elif method is Method.WARM and self._by_dual:
            self._keep_basis_only()
        self._by_dual = method in (Method.AGAIN, Method.AFRESH, Method.SAFE)
        self._cancel.clear()
        returned = control.run(self._run, self._cancel)
        for _ in range(FACTORISATIONS if method is not Method.INTERIOR else 0):
            if not self._has_strayed(warm=warm):
                break
            self._keep_basis_only()
            returned = control.run(self._run, self._cancel)
        if self._highs.getModelStatus() == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            _accept(self._highs.setOptionValue("presolve", "off"), "option presolve")
            _accept(self._highs.clearSolver(), "clearSolver")
            returned = control.run(self._run, self._cancel)
        if method is Method.SAFE and self._highs.getModelStatus() == highspy.HighsModelStatus.kUnknown:
            # the dual method doubts its own ray where entries below 1e-9 count, as in stocfor1 with a row for its value
            _accept(self._highs.setOptionValue("simplex_strategy", PRIMAL), "option simplex_strategy")
            _accept(self._highs.clearSolver(), "clearSolver")
            self._by_dual = False
            returned = control.run(self._run, self._cancel)
        return self._answer(returned)

    def _has_strayed(self, *, warm: bool) -> bool:
        """Whether an optimal basic solution has rows that its columns do not give, or a bounded one seems to have none.

        What had a basis is bounded, for its objective is.
        """
        status = self._highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            return warm and bool(status == highspy.HighsModelStatus.kUnbounded)
        solution = self._highs.getSolution()
        x, rows = np.asarray(solution.col_value), np.asarray(solution.row_value)
        return (rows.size, x.size) == self._matrix.shape and bool((np.abs(self._matrix @ x - rows) > STRAYED).any())

    def _keep_basis_only(self) -> None:
        """Drop the factors of the basis, and the edge weights of the dual simplex method.

        The primal keeps those up to date, at twice the cost.
        """
        basis = self._highs.getBasis()
        _accept(self._highs.clearSolver(), "clearSolver")
        _accept(self._highs.setBasis(basis), "setBasis")

    def _run(self) -> Any:
        """Run HiGHS. No option limits its crossover, so the steps of IPX are counted as it asks whether to go on."""
        cancel, left = self._cancel, self._most_steps

        def look(kind: int, message: str, out: Any, into: Any, data: Any) -> None:
            nonlocal left
            left -= kind == _OF_IPX
            if cancel.is_set() or left < 0:
                into.user_interrupt = True

        _accept(self._highs.setCallback(look, None), "setCallback")
        for kind in ("kCallbackSimplexInterrupt", "kCallbackIpmInterrupt"):
            _accept(self._highs.startCallback(getattr(highspy.cb.HighsCallbackType, kind)), kind)
        return self._highs.run()

    def _pass(self, cost: Floats, column_bounds: tuple[Floats, Floats], row_bounds: tuple[Floats, Floats]) -> None:
        lp = _lp(LinearProblem(self._matrix, cost, *column_bounds, *row_bounds, Method.SAFE))
        _accept(self._highs.passModel(lp), "passModel")

    def _update(self, cost: Floats, column_bounds: tuple[Floats, Floats], row_bounds: tuple[Floats, Floats]) -> None:
        columns = len(cost)
        _accept(self._highs.changeColsCost(columns, np.arange(columns, dtype=np.int32), cost), "changeColsCost")
        _set_bounds(self._highs, column_bounds, row_bounds)

    def _answer(self, returned: Any) -> Answer:
        status = self._highs.getModelStatus()
        stop = _STOPS.get(status, Stop.FAILED)
        detail = str(self._highs.modelStatusToString(status))
        if status == highspy.HighsModelStatus.kInterrupt:  # by nobody: a run that is stopped takes no answer
            detail = "Step limit reached"
        if returned == highspy.HighsStatus.kError:
            stop = Stop.FAILED
        info = self._highs.getInfo()
        solution = self._highs.getSolution()
        x = np.asarray(solution.col_value, dtype=np.float64)
        row_dual = np.asarray(solution.row_dual, dtype=np.float64)
        complete = (row_dual.size, x.size) == self._matrix.shape
        if stop is Stop.OPTIMAL and not (complete and solution.value_valid and solution.dual_valid):
            stop, detail = Stop.FAILED, f"{detail}, without a complete solution"
        return Answer(
            stop,
            _worth(info.primal_solution_status, bool(solution.value_valid)),
            _worth(info.dual_solution_status, bool(solution.dual_valid)),
            x,
            row_dual,
            detail,
        )


def write(problem: LinearProblem, column_names: Sequence[str], row_names: Sequence[str], path: Path) -> None:
    """Write a problem as a file of the kind that its ending names."""
    highs = _open()
    lp = _lp(_without_bounds(problem) if problem.crossed else problem)
    lp.col_names_, lp.row_names_ = list(column_names), list(row_names)
    _accept(highs.passModel(lp), "passModel")
    if problem.crossed:  # passModel of 1.15 warns of such bounds
        _set_bounds(highs, (problem.column_lower, problem.column_upper), (problem.row_lower, problem.row_upper))
    written = highs.writeModel(str(path))
    if 0 not in problem.matrix.shape or written == highspy.HighsStatus.kError:  # of names that are not there it warns
        _accept(written, "writeModel")


def _without_bounds(problem: LinearProblem) -> LinearProblem:
    column, row = np.full(len(problem.column_lower), np.inf), np.full(len(problem.row_lower), np.inf)
    return replace(problem, column_lower=-column, column_upper=column, row_lower=-row, row_upper=row)


def _set_bounds(highs: Any, column_bounds: tuple[Floats, Floats], row_bounds: tuple[Floats, Floats]) -> None:
    columns, rows = len(column_bounds[0]), len(row_bounds[0])
    _accept(highs.changeColsBounds(columns, np.arange(columns, dtype=np.int32), *column_bounds), "changeColsBounds")
    _accept(highs.changeRowsBounds(rows, np.arange(rows, dtype=np.int32), *row_bounds), "changeRowsBounds")


def _lp(problem: LinearProblem) -> Any:
    rows, columns = problem.matrix.shape
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns, rows
    lp.col_cost_ = problem.cost
    lp.col_lower_, lp.col_upper_ = problem.column_lower, problem.column_upper
    lp.row_lower_, lp.row_upper_ = problem.row_lower, problem.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = columns, rows
    lp.a_matrix_.start_ = problem.matrix.indptr
    lp.a_matrix_.index_ = problem.matrix.indices
    lp.a_matrix_.value_ = problem.matrix.data
    return lp


def _open() -> Any:
    highs = _Silent()
    settings: dict[str, str | int | float] = {
        "threads": 1,
        "parallel": "off",
        "random_seed": 0,
        "primal_feasibility_tolerance": TOLERANCE,
        "dual_feasibility_tolerance": TOLERANCE,
        "ipm_optimality_tolerance": INTERIOR_TOLERANCE,
        "small_matrix_value": SMALLEST_ENTRY,
        "run_crossover": "on",
        "simplex_update_limit": UPDATES,
    }
    for option, value in settings.items():
        _accept(highs.setOptionValue(option, value), f"option {option}")
    return highs


def _options(method: Method) -> dict[str, str | int | float]:
    """Options of a method; bounds are not perturbed where the start is near, so that no error of them is left."""
    devex = 1
    options: dict[Method, dict[str, str | int | float]] = {
        Method.INTERIOR: {"solver": "ipx", "presolve": "choose", "simplex_strategy": DUAL},
        Method.WARM: {
            "solver": "simplex",
            "presolve": "choose",
            "simplex_strategy": PRIMAL,
            "primal_simplex_bound_perturbation_multiplier": 0.0,
        },
        Method.AGAIN: {
            "solver": "simplex",
            "presolve": "choose",
            "simplex_strategy": DUAL,
            "simplex_dual_edge_weight_strategy": devex,
        },
        Method.AFRESH: {"solver": "simplex", "presolve": "choose", "simplex_strategy": DUAL},
        Method.SAFE: {"solver": "simplex", "presolve": "off", "simplex_strategy": DUAL},
    }
    usual = {"primal_simplex_bound_perturbation_multiplier": 1.0, "simplex_dual_edge_weight_strategy": -1}
    return {**usual, **options[method]}


def _accept(status: Any, action: str) -> None:
    if status != highspy.HighsStatus.kOk:
        raise SolverFailedError(f"HiGHS refused {action} ({status})", "report this as a defect")


def _worth(status: int, valid: bool) -> PointStatus:
    if not valid or status == 0:
        return PointStatus.NONE
    return PointStatus.FEASIBLE if status == 2 else PointStatus.INFEASIBLE
