"""Settle workloads beside bare HiGHS on the same arrays, in one run: ``python -m benchmarks.run [--quick|--full]``.

CPU seconds of this process, one solver thread. A row counts only if the certificate holds and bare HiGHS found the
same first-stage optimum.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import highspy
import numpy as np

import singlepot as sp
from benchmarks.workloads import Workload, tables
from singlepot.models.formulation import Formulation, formulate
from singlepot.solver.scaling import objective_factor, scale

Result = TypeVar("Result")

QUICK = ("england", "england-tight", Workload(374, 20, 5))
FULL = (*QUICK, Workload(374, 20, 5, pot=1.05, ambition=1.0), Workload(3143, 20, 5))

SAME = 1e-6
"""Largest relative difference of the first stage's optimum between bare HiGHS and ours."""


@dataclass(frozen=True)
class Row:
    """One workload. Seconds are CPU seconds; ``ratio`` is solving all stages and sharing over the bare first stage."""

    workload: str
    columns: int
    rows: int
    entries: int
    make: float
    formulate: float
    bare_hand_over: float
    bare_solve: float
    solve: float
    share: float
    certify: float
    tables: float
    ratio: float
    outside_solver: float
    memory_mb: float
    violation: float
    gap: float
    counts: bool


def measure(load: str | Workload) -> Row:
    """Settle one workload and solve its first stage bare."""
    if isinstance(load, str):
        scenario, make = timed(lambda: sp.read_scenario(load))
    else:
        made = tables(load)
        scenario, make = timed(lambda: sp.Scenario.from_tables(**made))
    formulation = formulate(scenario)
    optimum, hand_over, bare = bare_first_stage(formulation)
    settlement = sp.settle(scenario)
    spent = settlement.timings
    total = sum(spent.values())
    first = next(i for i, stage in enumerate(formulation.stages) if not stage.empty)
    ours = float(settlement.stages["value"].iloc[first])
    size = max(abs(ours), formulation.stages[first].size)
    certificate = settlement.certificate
    rows, columns = formulation.programme.shape
    return Row(
        workload=load if isinstance(load, str) else f"{load.name} pot {load.pot:g}",
        columns=columns,
        rows=rows,
        entries=int(formulation.programme.matrix.nnz),
        make=make,
        formulate=spent["formulate"],
        bare_hand_over=hand_over,
        bare_solve=bare,
        solve=spent["solve"],
        share=spent["share"],
        certify=spent["certify"],
        tables=spent["tables"],
        ratio=(spent["solve"] + spent["share"]) / bare,
        outside_solver=(total - spent["solve"] - spent["share"]) / total,
        memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2),
        violation=certificate.violation,
        gap=max(stage.gap for stage in certificate.stages),
        counts=certificate.passed and abs(optimum - ours) <= SAME * size,
    )


def bare_first_stage(formulation: Formulation) -> tuple[float, float, float]:
    """Solve the first stage with HiGHS alone, interior point with crossover, on the arrays that we solve."""
    stage = next(stage for stage in formulation.stages if not stage.empty)
    scaled = scale(formulation.programme)
    cost = stage.cost * scaled.column_scale
    factor = objective_factor(cost)
    highs = highspy.Highs()
    highs.silent()
    for option, value in (("solver", "ipx"), ("threads", 1), ("parallel", "off"), ("run_crossover", "on")):
        highs.setOptionValue(option, value)
    lp = highspy.HighsLp()
    rows, columns = scaled.matrix.shape
    lp.num_col_, lp.num_row_, lp.col_cost_ = columns, rows, cost * factor
    lp.col_lower_, lp.col_upper_ = scaled.column_lower, scaled.column_upper
    lp.row_lower_, lp.row_upper_ = scaled.row_lower, scaled.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = scaled.matrix.indptr, scaled.matrix.indices
    lp.a_matrix_.value_ = scaled.matrix.data
    _, hand_over = timed(lambda: highs.passModel(lp))
    _, solve = timed(highs.run)
    x = np.asarray(highs.getSolution().col_value)
    return float(cost @ x) + stage.constant, hand_over, solve


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """Return the result of some work and its CPU seconds."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def main() -> None:
    """Measure, print a table, and fail if a row does not count."""
    parser = argparse.ArgumentParser(description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="a minute or two (the default)")
    size.add_argument("--full", action="store_true", help="with 3,143 areas: ten minutes or so, 2 GiB")
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    chosen = parser.parse_args()
    rows = []
    for load in FULL if chosen.full else QUICK:
        row = measure(load)
        rows.append(row)
        print("\n".join(f"{name:>16}  {_show(value)}" for name, value in asdict(row).items()), flush=True)
        print()
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")
    wrong = [row.workload for row in rows if not row.counts]
    if wrong:
        sys.exit(f"these rows do not count: {', '.join(wrong)}")


def _show(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
