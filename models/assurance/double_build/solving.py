"""Pyomo's current interface to HiGHS, with tight tolerances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyomo.contrib.solver.common.results import TerminationCondition
from pyomo.contrib.solver.solvers.highs import Highs

TOLERANCE = 1e-10
"""Primal and dual feasibility; the tightest that HiGHS accepts."""

SMALLEST_ENTRY = 1e-12
"""HiGHS drops matrix entries below this; its default of 1e-9 changes answers."""


@dataclass(frozen=True)
class Prices:
    """Duals of the rows and reduced costs of the variables at an optimum."""

    duals: Mapping[Any, float]
    reduced: Mapping[Any, float]


def solve(model: Any, options: Mapping[str, str]) -> Prices | None:
    """Minimise a Pyomo model and leave the optimum in its variables; None where there is none."""
    solver = Highs()
    solver.config.load_solutions = False
    solver.config.raise_exception_on_nonoptimal_result = False
    solver.config.threads = 1
    solver.config.solver_options = {
        "primal_feasibility_tolerance": TOLERANCE,
        "dual_feasibility_tolerance": TOLERANCE,
        "ipm_optimality_tolerance": TOLERANCE,
        "small_matrix_value": SMALLEST_ENTRY,
        "parallel": "off",
        **options,
    }
    results = solver.solve(model)
    if results.termination_condition != TerminationCondition.convergenceCriteriaSatisfied:
        return None
    loader = results.solution_loader
    loader.load_vars()
    return Prices(loader.get_duals(), loader.get_reduced_costs())
