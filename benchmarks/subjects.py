"""Who is measured: our package, bare HiGHS on the same arrays, the peers, files and reports, draws, the command.

Each function runs in a process of its own. It measures phases and returns what is needed to judge the row: the value
of every stage (of the first one for bare HiGHS) and whether the certificate holds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import singlepot as sp

from .bare import Found, bare
from .cases import (
    BARE,
    CBC,
    COMMANDS,
    CVXPY,
    DRAW,
    FILES,
    LINOPY,
    OURS,
    OUTPUTS,
    PLAIN,
    PULP,
    PYOMO,
    ROBUST,
    SMALL,
    Case,
)
from .commands import commands
from .meter import Meter, Phase, cpu_s
from .robust import robust
from .small import small

TINY = "bucks-and-burnley"
"""Solved before the clock starts: what is loaded when it is first used belongs to the start."""


def ours(case: Case, meter: Meter) -> Found:
    """From tables in memory to a certified settlement, and to its files."""
    sp.settle(sp.read_scenario(TINY))
    meter.started()
    tables = case.tables()
    with meter("check"):
        scenario = sp.Scenario.from_tables(**tables)  # type: ignore[arg-type]  # as named there
    del tables
    seen: list[tuple[str, float]] = []

    def note(progress: sp.Progress) -> None:
        if not seen or seen[-1][0] != progress.stage:
            seen.append((progress.stage, cpu_s()))

    with meter("settle"):
        settlement = sp.settle(scenario, progress=note)
    with meter("settle: tables"):
        settlement.tables  # noqa: B018  # worked out when they are asked for
    for phase, seconds in settlement.timings.items():
        meter.phases[f"settle: {phase}"] = Phase(seconds)
    for (stage, start), (_, end) in pairwise(seen):
        meter.phases[f"stage: {stage}"] = Phase(end - start)
    with tempfile.TemporaryDirectory() as folder, meter("write"):
        settlement.write(Path(folder) / "settlement")
    certificate = settlement.certificate
    return {
        "stages": dict(zip(settlement.stages["name"], map(float, settlement.stages["value"]), strict=True)),
        "sizes": _sizes(settlement),
        "certificate": bool(certificate.passed),
        "violation": float(certificate.violation),
        "gap": max((float(stage.gap) for stage in certificate.stages), default=0.0),
        "methods": dict(settlement.provenance["methods"]),  # type: ignore[call-overload]  # a mapping
    }


def _sizes(settlement: sp.Settlement) -> dict[str, float]:
    """Natural size of each stage: 1 for shares, all bids or the pot for money."""
    money = float(max(settlement.grants["bid"].sum(), settlement.pot["amount"].sum()))
    return {name: money if name in ("burden", "cost") else 1.0 for name in settlement.stages["name"]}


def peer(case: Case, meter: Meter, *, module: str, **options: str) -> Found:
    """All stages by another tool, from the checked tables; no sharing, no certificate."""
    from .peers.prepared import prepare
    from .peers.solving import Clock

    stages = import_module(f"benchmarks.peers.{module}").stages
    stages(prepare(sp.read_scenario(TINY)), Clock(), **options)
    meter.started()
    scenario = case.scenario()
    with meter("prepare"):
        data = prepare(scenario)
    with meter("stages"):
        return {"stages": {name: float(value) for name, value in stages(data, meter, **options).items()}}


def files(case: Case, meter: Meter) -> Found:
    """Read a scenario's folder of CSV, checks included; for shipped scenarios also the web report of its settlement."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "scenario"
        sp.write_scenario(case.scenario(), written)
        with meter("read"):
            scenario = sp.read_scenario(written)
        page = _page() if isinstance(case.load, str) else None
        if page is not None:
            settlement = sp.settle(scenario)
            price = sp.price_fairness(settlement)
            with meter("report"):
                (Path(folder) / "report.html").write_text(page(settlement, price), encoding="utf-8")
    return {"rows": sum(len(table) for table in scenario.tables.values())}


def _page() -> Callable[..., str] | None:
    """What writes the web page of a settlement, where this version has one and its libraries are there."""
    wanted = ("singlepot.reports.page", "jinja2", "vl_convert")
    try:
        modules = [import_module(name) for name in wanted]
    except ModuleNotFoundError:
        return None
    return modules[0].report_html  # type: ignore[no-any-return]  # imported by name


def draws(case: Case, meter: Meter) -> Found:
    """Draws of an ensemble, pot and national targets uncertain by a tenth: the difference of a long and a short run."""
    from singlepot.scenarios.ensemble.plan import make_plan

    uncertain = [
        {
            "name": table,
            "table": table,
            "columns": [column],
            "each": "row",
            "distribution": "uniform",
            "low": 0.9,
            "high": 1.1,
        }
        for table, column in (("pot", "amount"), ("national", "target"))
    ]
    text = {"schema": 1, "base": case.load, "draws": 1, "seed": 1, "uncertain": uncertain}
    plan = make_plan(text, "benchmark")
    counts = {"short": 4, "long": 12}
    settled = []
    for workers in (1, 2):
        for length, number in counts.items():
            with tempfile.TemporaryDirectory() as folder, meter(f"{length}, {workers}"):
                ensemble = sp.run_ensemble(plan, Path(folder) / "out", draws=number, workers=workers)
            settled.append(bool((ensemble.draws["status"] == "settled").all()))
    more = counts["long"] - counts["short"]
    for workers in (1, 2):
        long, short = meter.phases[f"long, {workers}"], meter.phases[f"short, {workers}"]
        item = Phase((long.cpu_s - short.cpu_s) / more, (long.wall_s - short.wall_s) / more, long.peak_mb)
        meter.phases[f"draw, {workers} process{'es' if workers > 1 else ''}"] = item
    return {"certificate": all(settled)}


def all_outputs(case: Case, meter: Meter) -> Found:
    """``singlepot settle`` of a shipped scenario in a new process, with every output that it can write."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "settlement"
        words = ["settle", str(case.load), "--out", str(out), "--area-pages", "--pictures", "png", "--quiet"]
        with meter("command"):
            subprocess.run([sys.executable, "-m", "singlepot", *words], check=True, capture_output=True)
        settled = json.loads((out / "settlement.json").read_text(encoding="utf-8"))
    return {"certificate": bool(settled["certificate"]["passed"])}


SUBJECTS: dict[str, Callable[[Case, Meter], Found]] = {
    OURS: ours,
    FILES: files,
    DRAW: draws,
    SMALL: small,
    COMMANDS: commands,
    OUTPUTS: all_outputs,
    ROBUST: robust,
    BARE: lambda case, meter: bare(case, meter, crossover=True),
    PLAIN: lambda case, meter: bare(case, meter, crossover=False),
    PULP: lambda case, meter: peer(case, meter, module="pulp_model", solver="highs"),
    CBC: lambda case, meter: peer(case, meter, module="pulp_model", solver="cbc"),
    PYOMO: lambda case, meter: peer(case, meter, module="pyomo_model"),
    LINOPY: lambda case, meter: peer(case, meter, module="linopy_model"),
    CVXPY: lambda case, meter: peer(case, meter, module="cvxpy_model"),
}
