"""PuLP, version 3.3 or 4, and the solvers that it drives. Runs in a child process, see :mod:`worker`.

The two versions differ: 4 returns an object where 3.3 returns a number, bundles no CBC, and gives the duals of a
maximisation another sign. What is used here is the same in both: minimisation, ``add_variable``, ``prob += row, name``,
``constraints()``, ``pi``; and no status is believed that the numbers contradict.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pulp

from ..answer import Answer, Features, Method, Stop
from ..caps import LATE, Caps, caps
from ..errors import SolverNotFoundError
from ..linear_problem import LinearProblem, finite, judged, nothing, opaque_names

TOLERANCE = 1e-10
COARSER_TOLERANCE = 1e-9

_BY_COMMAND = {"cbc": "COIN_CMD", "glpk": "GLPK_CMD", "cplex": "CPLEX_CMD", "gurobi": "GUROBI_CMD", "scip": "SCIP_CMD"}
"""PuLP's names of solvers that have several."""

_WITHOUT_DUALS = {"GLPK_CMD", "SCIP_CMD", "FSCIP_CMD", "SCIP_PY"}
"""Solvers whose duals PuLP does not read."""

_NOT_FOR_THIS = {"CPSAT", "CHOCO_CMD", "MIPCL_CMD"}
"""Solvers that take whole numbers only, and would round."""

_HOW_TO_GET = {
    "cbc": "install COIN-OR CBC so that the command cbc is found, or PuLP's own copy with: pip install 'pulp[cbc]'",
    "glpk": "install GLPK so that the command glpsol is found",
}

_VAGUE = {"GLPK_CMD": ["--nopresol"]}
"""Solvers whose presolve ends without a verdict, and the options that make them give one."""

_OPTIMAL, _NOT_SOLVED, _INFEASIBLE, _UNBOUNDED, _UNDEFINED = 1, 0, -1, -2, -3


def open_solver(name: str) -> tuple[str, str, Features]:
    """Name, versions and features of a solver, or the error that says how to get it."""
    _, kind = _solver(name, Method.SAFE, caps((0, 0)))
    in_process = kind == "HiGHS"
    features = Features(
        duals=kind not in _WITHOUT_DUALS,
        exact=in_process,
        methods=in_process,
        basis=False,
        warm_start=False,
        interrupt=True,
    )
    versions = f"pulp {_version('pulp')}" + (f", highspy {_version('highspy')}" if in_process else "")
    return name.lower(), versions, features


def solve(problem: LinearProblem, name: str) -> Answer:
    """Build the programme in PuLP and solve it."""
    start, limits = time.monotonic(), problem.limits or caps(problem.matrix.shape)
    built, columns, rows = model(problem, *opaque_names(problem))
    solver, kind = _solver(name, problem.method, limits)
    status = int(_status(built.solve(solver)))
    if status == _UNDEFINED and kind in _VAGUE:
        solver.options = [*solver.options, *_VAGUE[kind]]
        status = int(_status(built.solve(solver)))
    late = status == _NOT_SOLVED or time.monotonic() - start >= LATE * limits.seconds
    detail = f"status {status} of PuLP"
    if status == _INFEASIBLE:
        return nothing(problem, Stop.INFEASIBLE, detail)
    if status == _UNBOUNDED:
        return nothing(problem, Stop.UNBOUNDED, detail)
    values = [column.varValue for column in columns]
    if status != _OPTIMAL or any(value is None for value in values):
        return nothing(problem, Stop.LIMIT if late else Stop.FAILED, detail)
    return judged(problem, np.asarray(values, dtype=np.float64), _duals(built, rows), detail, late)


def model(
    problem: LinearProblem, column_names: Sequence[str], row_names: Sequence[str]
) -> tuple[pulp.LpProblem, list[Any], list[tuple[int, ...]]]:
    """Return the problem, its variables, and for each row the positions of the constraints that state it."""
    built = pulp.LpProblem("singlepot", pulp.LpMinimize)
    bounds = zip(column_names, problem.column_lower.tolist(), problem.column_upper.tolist(), strict=True)
    columns = [built.add_variable(name, finite(low), finite(high)) for name, low, high in bounds]
    priced = np.flatnonzero(problem.cost)
    built += pulp.lpDot(problem.cost[priced].tolist(), [columns[j] for j in priced]), "objective"
    by_row = problem.matrix.tocsr()
    rows: list[tuple[int, ...]] = []
    count = 0
    for i, (low, high) in enumerate(zip(problem.row_lower.tolist(), problem.row_upper.tolist(), strict=True)):
        entries = slice(by_row.indptr[i], by_row.indptr[i + 1])
        values, where = by_row.data[entries].tolist(), [columns[j] for j in by_row.indices[entries]]
        stated = {}
        if where and low == high:
            stated[""] = pulp.lpDot(values, where) == low
        elif where:
            both = np.isfinite(low) and np.isfinite(high)
            if np.isfinite(low):
                stated["_low" if both else ""] = pulp.lpDot(values, where) >= low
            if np.isfinite(high):
                stated["_high" if both else ""] = pulp.lpDot(values, where) <= high
        for ending, row in stated.items():
            built += row, row_names[i] + ending
        rows.append(tuple(range(count, count + len(stated))))
        count += len(stated)
    return built, columns, rows


def _duals(built: Any, rows: list[tuple[int, ...]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Dual of each row: the sum over the constraints that state it; empty where the solver gave none."""
    given = [row.pi for row in built.constraints()]
    if any(dual is None for dual in given):
        return np.zeros(0)
    return np.asarray([sum(given[k] for k in stated) for stated in rows], dtype=np.float64)


def _status(returned: Any) -> Any:
    return getattr(returned, "status", returned)


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)


def _solver(name: str, method: Method, limits: Caps) -> tuple[Any, str]:
    kind = _kind(name)
    common = {"msg": False, "timeLimit": limits.seconds}
    if kind == "HiGHS":
        chosen = pulp.HiGHS(threads=1, **common, **_highs_options(method, limits))
    elif kind == "COIN_CMD":
        options = [f"primalTolerance {COARSER_TOLERANCE}", f"dualTolerance {COARSER_TOLERANCE}"]
        options += [f"maxIterations {limits.simplex}"]
        chosen = pulp.COIN_CMD(mip=False, options=options, path=_bundled_cbc(), **common)
    else:
        chosen = pulp.getSolver(kind, **common)
    if hasattr(chosen, "tmpDir"):  # the child's own folder by a relative path: CBC reads none that has a space in it
        chosen.tmpDir = ""
    if not chosen.available():
        remedy = _HOW_TO_GET.get(name.lower(), f"install {name}, with its licence where it needs one")
        there = ", ".join(sorted({_named(kind) for kind in pulp.listSolvers(onlyAvailable=True)}))
        raise SolverNotFoundError(f"PuLP does not find the solver {name}", f"{remedy}; available now: {there}")
    return chosen, kind


def _kind(name: str) -> str:
    known = {kind.lower(): kind for kind in pulp.listSolvers() if kind not in _NOT_FOR_THIS}
    for candidate in (_BY_COMMAND.get(name.lower(), name).lower(), f"{name}_cmd".lower()):
        if candidate in known:
            return str(known[candidate])
    names = ", ".join(sorted({_named(kind) for kind in known.values()}))
    raise SolverNotFoundError(f"PuLP has no solver {name!r} for linear programmes", f"choose one of {names}")


def _named(kind: str) -> str:
    """The short name of one of PuLP's solvers."""
    if kind == "PULP_CBC_CMD":
        return "cbc"
    return next((name for name, full in _BY_COMMAND.items() if full == kind), kind.removesuffix("_CMD").lower())


def _bundled_cbc() -> str | None:
    """The copy of CBC that PuLP 3 brings; PuLP 4 finds one itself."""
    path = getattr(getattr(pulp.apis, "PULP_CBC_CMD", None), "pulp_cbc_path", None)
    return path if path and Path(path).exists() else None


def _highs_options(method: Method, limits: Caps) -> dict[str, Any]:
    safe = {"solver": "simplex", "presolve": "off"}
    return {
        "primal_feasibility_tolerance": TOLERANCE,
        "dual_feasibility_tolerance": TOLERANCE,
        "ipm_optimality_tolerance": COARSER_TOLERANCE,
        "small_matrix_value": 1e-12,
        "parallel": "off",
        **limits.of_highs,
        **(safe if method is Method.SAFE else {"solver": "ipx"}),
    }
