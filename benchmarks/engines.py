"""Every engine on the shipped scenarios of England: do they agree, and what does each cost?

``python -m benchmarks.engines`` prints a Markdown table. CPU seconds are those of settling, the engine's own processes
included; a row counts only if its certificate holds, and the double build judges HiGHS's settlement.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

import singlepot as sp
from singlepot.models.assurance.double_build import Position, rebuild
from singlepot.solver.errors import SolverNotFoundError

SCENARIOS = ("england", "england-tight")
ENGINES = (
    ("highs", None), ("pulp", "highs"), ("pulp", "cbc"), ("pulp", "glpk"),
    ("pyomo", "highs"), ("pyomo", "cbc"), ("pyomo", "glpk"),
)  # fmt: skip


def cpu_s() -> float:
    """CPU seconds of this process and of those it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def settle_in_a_child(scenario: str, backend: str, solver: str | None) -> tuple[sp.Settlement, float]:
    """Settle, and wait for the engine's workers so that their time is counted."""
    from singlepot.solver.backends.worker import end_all

    made = sp.read_scenario(scenario)
    start = cpu_s()
    settlement = sp.settle(made, backend=backend, solver=solver)
    end_all()
    return settlement, cpu_s() - start


def row(scenario: str, engine: str, settlement: sp.Settlement, reference: sp.Settlement, seconds: float) -> str:
    """One row of the table."""
    moved = float(np.abs(settlement.grants["grant"] - reference.grants["grant"]).max())
    stages = ", ".join(f"{value:.10g}" for value in settlement.stages["value"])
    again = len(settlement.certificate.notes)
    return f"| {scenario} | {engine} | {stages} | {moved:.1e} | {again} | {seconds:.1f} |"


def main(scenarios: tuple[str, ...] = SCENARIOS) -> None:
    """Print the table."""
    print("| scenario | engine | optimum of each stage | largest difference of a grant, £m | solved again | CPU s |")
    print("|---|---|---|---|---|---|")
    for scenario in scenarios:
        reference, _ = settle_in_a_child(scenario, "highs", None)
        for backend, solver in ENGINES:
            try:
                settlement, seconds = settle_in_a_child(scenario, backend, solver)
            except SolverNotFoundError:
                continue
            name = backend if solver is None else f"{backend}, {solver}"
            print(row(scenario, name, settlement, reference, seconds), flush=True)
        start = cpu_s()
        rebuilt = rebuild(reference.scenario)
        take_up = reference.take_up.set_index(["area", "option"])["take_up"].to_dict()
        carried = reference.pot.set_index(["envelope", "year"])["carried"].to_dict()
        judged = rebuilt.judge(Position(take_up, carried, {}))
        stages = ", ".join(f"{value:.10g}" for value in rebuilt.optima.values())
        print(f"| {scenario} | double build | {stages} | {judged.distance:.1e} of a bid | | {cpu_s() - start:.1f} |")


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or SCENARIOS)
