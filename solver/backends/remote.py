"""Linear programmes by PuLP and Pyomo, and the solvers behind them, in a child process."""

from __future__ import annotations

import threading
from dataclasses import replace

from scipy import sparse

from ..answer import Answer, Features, Method, Stop
from ..control import Control
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
        problem = LinearProblem(self._matrix, cost, *column_bounds, *row_bounds, method, control.remaining_s)
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
        with worker(self._backend) as child:
            over, cancel = threading.Event(), threading.Event()
            guard = threading.Thread(target=_guard, args=(child, over, cancel), daemon=True)
            guard.start()
            try:
                answer: Answer = control.run(lambda: child.ask("solve", problem, self._solver), cancel)
            finally:
                over.set()
                cancel.set()
                guard.join()
            return answer


def _guard(child: Worker, over: threading.Event, cancel: threading.Event) -> None:
    """Kill the child when the run is cancelled before it is over."""
    cancel.wait()
    if not over.is_set():
        child.kill()
