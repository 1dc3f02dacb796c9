"""Linear programmes by PuLP and Pyomo, and the solvers behind them, in a child process."""

from __future__ import annotations

import threading
from dataclasses import replace

from scipy import sparse

from ..answer import Answer, Features, Method, Stop
from ..caps import OVERDUE, caps
from ..control import Control
from ..errors import SolverFailedError
from ..linear_problem import LinearProblem, Reduced, nothing
from ..programme import Floats
from .worker import Worker, worker


class RemoteEngine:
    """Solver of linear programmes that share one matrix, by a modelling layer.

    Every programme is built anew: layers that change a model in place have given wrong answers.

    Parameters
    ----------
    backend
        Module of the layer: ``pulp`` or ``pyomo``.
    solver
        Which solver behind it; None for HiGHS.

    Raises
    ------
    SolverNotFoundError
        The solver is not there; the message says how to get it.
    """

    def __init__(self, backend: str, matrix: sparse.csc_array, solver: str | None) -> None:
        self._backend, self._solver, self._matrix = backend, solver or "highs", matrix
        with worker(backend) as child:
            name, self._version, self.features = child.ask("open_solver", self._solver)
        self.name = f"{backend} with {name}"

    features: Features

    @property
    def version(self) -> str:
        """Versions of the layer and of the solver."""
        return str(self._version)

    def solve(
        self,
        cost: Floats,
        column_bounds: tuple[Floats, Floats],
        row_bounds: tuple[Floats, Floats],
        method: Method,
        control: Control,
    ) -> Answer:
        """Minimise ``cost`` within the bounds."""
        limits = caps(self._matrix.shape)
        if control.remaining_s is not None:
            limits = replace(limits, seconds=min(limits.seconds, control.remaining_s))
        problem = LinearProblem(self._matrix, cost, *column_bounds, *row_bounds, method, limits)
        reduced = Reduced.of(problem.cleaned())
        if reduced.answer is not None:
            return reduced.answer
        answer = self._ask(reduced.core, control)
        if answer.stop in (Stop.INFEASIBLE, Stop.UNBOUNDED):
            answer = self._which(reduced.core, answer, control)
        return reduced.postsolve(answer)

    def _which(self, problem: LinearProblem, answer: Answer, control: Control) -> Answer:
        """Tell infeasible from unbounded: layers confuse them. A point within the rows exists or it does not."""
        possible = self._ask(replace(problem, cost=0.0 * problem.cost), control)
        if possible.stop is Stop.OPTIMAL:
            return nothing(problem, Stop.UNBOUNDED, answer.detail)
        return nothing(problem, Stop.INFEASIBLE, answer.detail)

    def _ask(self, problem: LinearProblem, control: Control) -> Answer:
        assert problem.limits is not None
        patience_s = OVERDUE * problem.limits.seconds
        with worker(self._backend) as child:
            over, cancel, late = threading.Event(), threading.Event(), threading.Event()
            guard = threading.Thread(target=_guard, args=(child, over, cancel, late, patience_s), daemon=True)
            guard.start()
            try:
                answer: Answer = control.run(lambda: child.ask("solve", problem, self._solver), cancel)
            except SolverFailedError:
                if not late.is_set():
                    raise
                answer = nothing(problem, Stop.LIMIT, f"no answer within {patience_s:.0f} s")
            finally:
                over.set()
                cancel.set()
                guard.join()
            return answer


def _guard(
    child: Worker, over: threading.Event, cancel: threading.Event, late: threading.Event, patience_s: float
) -> None:
    """Kill the child when the run is cancelled before it is over, or when nothing has come of it for too long."""
    if not cancel.wait(patience_s):
        late.set()
    if not over.is_set():
        child.kill()
