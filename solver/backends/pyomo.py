"""Pyomo, and the solvers that it drives. Runs in a child process, see :mod:`worker`.

HiGHS is driven by Pyomo's current interface; other solvers by the interfaces that Pyomo's factory has, which pass
duals in a suffix.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyomo.environ as pyo

from ..answer import Answer, Features, Method, Stop
from ..caps import LATE, Caps, caps
from ..errors import SolverNotFoundError
from ..linear_problem import LinearProblem, finite, judged, nothing, opaque_names

TOLERANCE = 1e-10
COARSER_TOLERANCE = 1e-9

_HOW_TO_GET = {
    "cbc": "install COIN-OR CBC so that the command cbc is found",
    "glpk": "install GLPK so that the command glpsol is found",
}

_VAGUE = {"glpk": {"nopresol": ""}}
"""Solvers whose presolve ends without a verdict, and the options that make them give one."""

_ITERATIONS = {"cbc": ("maxIterations",)}
"""Options of solvers that limit simplex iterations; GLPK's command has none, and its time is limited."""

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


def solve(problem: LinearProblem, name: str) -> Answer:
    """Build the programme in Pyomo and solve it."""
    start, limits = time.monotonic(), problem.limits or caps(problem.matrix.shape)
    built = model(problem, *opaque_names(problem))
    stop, duals = (_by_highs if name.lower() == "highs" else _by_factory)(built, problem, name, limits)
    late = time.monotonic() - start >= LATE * limits.seconds
    detail = f"{stop.value}, says Pyomo"
    values = [column.value for column in built.x.values()]
    if stop is not Stop.OPTIMAL or any(value is None for value in values):
        return nothing(problem, stop if stop is not Stop.OPTIMAL else Stop.FAILED, detail)
    return judged(problem, np.asarray(values, dtype=np.float64), duals, detail, late)


def model(problem: LinearProblem, column_names: Sequence[str], row_names: Sequence[str]) -> pyo.ConcreteModel:
    """Columns ``x``, rows ``r``; a row without bounds or entries is left out."""
    built = pyo.ConcreteModel()
    built.x = pyo.Var(column_names)
    columns = [built.x[name] for name in column_names]
    bounds = zip(columns, problem.column_lower.tolist(), problem.column_upper.tolist(), strict=True)
    for column, low, high in bounds:
        column.setlb(finite(low))
        column.setub(finite(high))
    by_row = problem.matrix.tocsr()
    limits = zip(row_names, problem.row_lower.tolist(), problem.row_upper.tolist(), strict=True)
    built.r = pyo.Constraint(row_names)
    for i, (name, low, high) in enumerate(limits):
        entries = slice(by_row.indptr[i], by_row.indptr[i + 1])
        if entries.start < entries.stop and (np.isfinite(low) or np.isfinite(high)):
            body = _sum(by_row.data[entries].tolist(), [columns[j] for j in by_row.indices[entries]])
            built.r.add(name, body == low if low == high else pyo.inequality(finite(low), body, finite(high)))
    priced = np.flatnonzero(problem.cost)
    built.objective = pyo.Objective(expr=_sum(problem.cost[priced].tolist(), [columns[j] for j in priced]))
    return built


def _sum(values: list[float], columns: list[Any]) -> Any:
    return pyo.quicksum((value * column for value, column in zip(values, columns, strict=True)))


def _by_highs(built: Any, problem: LinearProblem, name: str, limits: Caps) -> tuple[Stop, Any]:
    from pyomo.contrib.solver.solvers.highs import Highs

    solver = Highs()
    solver.config.load_solutions = False
    solver.config.raise_exception_on_nonoptimal_result = False
    solver.config.threads = 1
    solver.config.time_limit = limits.seconds
    safe = {"solver": "simplex", "presolve": "off"}
    solver.config.solver_options = {
        "primal_feasibility_tolerance": TOLERANCE,
        "dual_feasibility_tolerance": TOLERANCE,
        "ipm_optimality_tolerance": COARSER_TOLERANCE,
        "small_matrix_value": 1e-12,
        "parallel": "off",
        **limits.of_highs,
        **(safe if problem.method is Method.SAFE else {"solver": "ipx"}),
    }
    results = solver.solve(built)
    stop = _STOPS.get(results.termination_condition.name.lower(), Stop.FAILED)
    if stop is not Stop.OPTIMAL:
        return stop, np.zeros(0)
    results.solution_loader.load_vars()
    return stop, _in_order(built, problem, results.solution_loader.get_duals())


def _by_factory(built: Any, problem: LinearProblem, name: str, limits: Caps) -> tuple[Stop, Any]:
    built.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    solver = _factory(name)
    options = dict.fromkeys(_ITERATIONS.get(name.lower(), ()), limits.simplex)
    common = {"load_solutions": False, "tee": False, "timelimit": max(1, int(limits.seconds))}
    results = solver.solve(built, options=options, **common)
    stop = _STOPS.get(str(results.solver.termination_condition).lower(), Stop.FAILED)
    if stop is Stop.FAILED and name.lower() in _VAGUE:
        results = solver.solve(built, options=_VAGUE[name.lower()], **common)
        stop = _STOPS.get(str(results.solver.termination_condition).lower(), Stop.FAILED)
    if stop is Stop.OPTIMAL:
        built.solutions.load_from(results)
    return stop, _in_order(built, problem, built.dual)


def _in_order(built: Any, problem: LinearProblem, duals: Any) -> Any:
    """Duals by row, zero for a row that is left out; empty where one is missing."""
    in_order = np.zeros(problem.matrix.shape[0])
    for i, name in enumerate(opaque_names(problem)[1]):
        if name in built.r:
            if built.r[name] not in duals:
                return np.zeros(0)
            in_order[i] = duals[built.r[name]]
    return in_order


def _factory(name: str) -> Any:
    solver = pyo.SolverFactory(name.lower())
    try:
        there = solver.available(exception_flag=False)
    except Exception as error:  # noqa: BLE001  # interfaces raise what they like for what is not there
        there = False
        del error
    if not there:
        remedy = _HOW_TO_GET.get(name.lower(), f"install {name}, with its licence where it needs one, or choose highs")
        raise SolverNotFoundError(f"Pyomo does not find the solver {name}", remedy)
    return solver
