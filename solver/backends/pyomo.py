"""Pyomo, and the solvers that it drives. Runs in a child process, see :mod:`worker`.

HiGHS is driven by Pyomo's current interface; other solvers by the interfaces that Pyomo's factory has, which pass
duals in a suffix.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pyomo.environ as pyo

from ..answer import Answer, Features, Method, Stop
from ..errors import SolverNotFound
from .problem import Problem, judged, nothing

TOLERANCE = 1e-10
COARSER_TOLERANCE = 1e-9

_HOW_TO_GET = {
    "cbc": "install COIN-OR CBC so that the command cbc is found",
    "glpk": "install GLPK so that the command glpsol is found",
}

_STOPS = {
    "optimal": Stop.OPTIMAL,
    "convergencecriteriasatisfied": Stop.OPTIMAL,
    "infeasible": Stop.INFEASIBLE,
    "proveninfeasible": Stop.INFEASIBLE,
    "locallyinfeasible": Stop.INFEASIBLE,
    "infeasibleorunbounded": Stop.INFEASIBLE,
    "unbounded": Stop.UNBOUNDED,
    "maxtimelimit": Stop.LIMIT,
    "maxiterations": Stop.LIMIT,
    "iterationlimit": Stop.LIMIT,
}


def open_solver(name: str) -> tuple[str, str, Features]:
    """Name, versions and features of a solver, or the error that says how to get it."""
    from importlib.metadata import version

    versions, in_process = f"pyomo {version('pyomo')}", name.lower() == "highs"
    if in_process:
        versions += f", highspy {version('highspy')}"
    else:
        _factory(name)
    features = Features(duals=True, exact=in_process, methods=in_process, basis=False, warm_start=False, interrupt=True)
    return name.lower(), versions, features


def solve(problem: Problem, name: str) -> Answer:
    """Build the programme in Pyomo and solve it."""
    start = time.monotonic()
    model = _build(problem)
    stop, duals = (_by_highs if name.lower() == "highs" else _by_factory)(model, problem, name)
    late = problem.time_limit_s is not None and time.monotonic() - start >= 0.9 * problem.time_limit_s
    detail = f"{stop.value}, says Pyomo"
    values = [column.value for column in model.x.values()]
    if stop is not Stop.OPTIMAL or any(value is None for value in values):
        return nothing(problem, stop if stop is not Stop.OPTIMAL else Stop.FAILED, detail)
    return judged(problem, np.asarray(values, dtype=np.float64), duals, detail, late)


def _build(problem: Problem) -> Any:
    """Columns ``x``, rows ``r``; a row without bounds is left out."""
    model = pyo.ConcreteModel()
    model.x = pyo.Var(range(len(problem.cost)))
    for j, (low, high) in enumerate(zip(problem.column_lower.tolist(), problem.column_upper.tolist(), strict=True)):
        model.x[j].setlb(_bound(low))
        model.x[j].setub(_bound(high))
    by_row = problem.matrix.tocsr()
    lower, upper = problem.row_lower.tolist(), problem.row_upper.tolist()

    def row(_: Any, i: int) -> Any:
        entries = slice(by_row.indptr[i], by_row.indptr[i + 1])
        body = _sum(model, by_row.data[entries].tolist(), by_row.indices[entries].tolist())
        if lower[i] == upper[i]:
            return body == lower[i]
        if _bound(lower[i]) is None and _bound(upper[i]) is None:
            return pyo.Constraint.Skip
        return pyo.inequality(_bound(lower[i]), body, _bound(upper[i]))

    model.r = pyo.Constraint(range(len(lower)), rule=row)
    priced = np.flatnonzero(problem.cost)
    model.objective = pyo.Objective(expr=_sum(model, problem.cost[priced].tolist(), priced.tolist()))
    return model


def _sum(model: Any, values: list[float], columns: list[int]) -> Any:
    return pyo.quicksum((value * model.x[j] for value, j in zip(values, columns, strict=True)), linear=True)


def _bound(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _by_highs(model: Any, problem: Problem, name: str) -> tuple[Stop, Any]:
    from pyomo.contrib.solver.solvers.highs import Highs

    solver = Highs()
    solver.config.load_solutions = False
    solver.config.raise_exception_on_nonoptimal_result = False
    solver.config.threads = 1
    solver.config.time_limit = problem.time_limit_s
    safe = {"solver": "simplex", "presolve": "off"}
    solver.config.solver_options = {
        "primal_feasibility_tolerance": TOLERANCE,
        "dual_feasibility_tolerance": TOLERANCE,
        "ipm_optimality_tolerance": COARSER_TOLERANCE,
        "small_matrix_value": 1e-12,
        "parallel": "off",
        **(safe if problem.method is Method.SAFE else {"solver": "ipx"}),
    }
    results = solver.solve(model)
    stop = _STOPS.get(results.termination_condition.name.lower(), Stop.FAILED)
    if stop is not Stop.OPTIMAL:
        return stop, np.zeros(0)
    results.solution_loader.load_vars()
    return stop, _in_order(model, results.solution_loader.get_duals())


def _by_factory(model: Any, problem: Problem, name: str) -> tuple[Stop, Any]:
    model.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    solver = _factory(name)
    limit = {} if problem.time_limit_s is None else {"timelimit": max(1, int(problem.time_limit_s))}
    results = solver.solve(model, load_solutions=False, tee=False, **limit)
    stop = _STOPS.get(str(results.solver.termination_condition).lower(), Stop.FAILED)
    if stop is Stop.OPTIMAL:
        model.solutions.load_from(results)
    return stop, _in_order(model, model.dual)


def _in_order(model: Any, duals: Any) -> Any:
    """Duals by row; empty where one is missing, zero for a row without bounds."""
    if any(row not in duals for row in model.r.values()):
        return np.zeros(0)
    return np.asarray([duals[model.r[i]] if i in model.r else 0.0 for i in model.r.index_set()], dtype=np.float64)


def _factory(name: str) -> Any:
    solver = pyo.SolverFactory(name.lower())
    try:
        there = solver.available(exception_flag=False)
    except Exception as error:  # noqa: BLE001  # interfaces raise what they like for what is not there
        there = False
        del error
    if not there:
        remedy = _HOW_TO_GET.get(name.lower(), f"install {name}, with its licence where it needs one, or choose highs")
        raise SolverNotFound(f"Pyomo does not find the solver {name}", remedy)
    return solver
