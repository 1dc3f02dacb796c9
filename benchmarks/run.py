"""Measure workloads, ours beside bare HiGHS and the peers: ``python -m benchmarks.run [--quick|--full] [--page]``.

Every measurement runs in a process of its own, on one thread. A row counts only if the settlement's certificate holds
and the others find the same optimum. ``--quick`` compares the ratios with ``baseline.json`` and fails where one fell by
more than the margin; ``--full`` writes ``results.json`` row by row, and ``--page`` makes docs/performance.md of it.
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from . import cases, judging
from .cases import OURS, Case
from .machine import describe
from .process import LIMIT_S, measure

HERE = Path(__file__).parent
BASELINE = HERE / "baseline.json"
RESULTS = HERE / "results.json"

MARGIN = 1.5
"""By what factor a ratio may be worse than the baseline; docs/decisions/0068 says why."""

NEEDS = {"PuLP": "pulp", "PuLP, CBC": "pulp", "Pyomo": "pyomo", "linopy": "linopy", "cvxpy": "cvxpy"}
"""Library that a subject needs; subjects without theirs are left out and named."""


def main() -> None:
    """Measure, print, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="a minute or two, compared with the baseline (the default)")
    size.add_argument("--full", action="store_true", help="every workload: an hour or so; writes results.json")
    parser.add_argument("--page", action="store_true", help="make docs/performance.md of results.json")
    parser.add_argument("--case", action="append", help="only this workload; may be repeated")
    parser.add_argument("--subject", action="append", help="only this subject; may be repeated")
    parser.add_argument("--limit", type=int, default=LIMIT_S, help="CPU seconds for one measurement")
    parser.add_argument("--missing", action="store_true", help="of the full set, only what results.json does not hold")
    parser.add_argument("--update-baseline", action="store_true", help="keep the ratios of this quick run")
    chosen = parser.parse_args()
    if chosen.full:
        run_full(chosen)
    if chosen.page:
        from .page import write_page

        write_page(load(RESULTS))
    if not chosen.full and (chosen.quick or not chosen.page):
        run_quick(chosen)


def run_quick(chosen: argparse.Namespace) -> None:
    """Measure the quick set and compare it with the baseline."""
    rows = {}
    for case in picked(cases.QUICK, chosen.case):
        for subject in subjects(case, chosen.subject):
            measured = [measure("QUICK", case.name, subject, chosen.limit) for _ in range(case.times)]
            rows[case.name, subject] = judging.median_row(measured)
        judging.judge(rows, case.name)
        show(rows, case)
    ratios = {case.name: judging.ratios(rows, case.name) for case in picked(cases.QUICK, chosen.case)}
    baseline: dict[str, Any] = json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.is_file() else {}
    if chosen.update_baseline:
        kept = {**baseline.get("ratios", {}), **_rounded(ratios)}
        verdict = {"margin": baseline.get("margin", MARGIN), "ratios": kept, "machine": describe()}
        BASELINE.write_text(json.dumps(verdict, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"the ratios are kept in {BASELINE.name}")
    wanted = {name: value for name, value in baseline.get("ratios", {}).items() if name in ratios}
    verdict = judging.wrong(rows.values())
    if not chosen.update_baseline and chosen.subject is None:
        verdict += judging.fallen(ratios, wanted, baseline.get("margin", MARGIN))
    if verdict:
        sys.exit("\n".join(["the benchmarks fail:", *verdict]))
    print("every row counts, and no ratio fell by more than the margin")


def run_full(chosen: argparse.Namespace) -> None:
    """Measure the full set, keeping every row as soon as it is there."""
    if not (chosen.case or chosen.subject or chosen.missing):
        RESULTS.unlink(missing_ok=True)
    rows = by_key(load(RESULTS)["rows"])
    for case in picked(cases.FULL, chosen.case):
        for subject in subjects(case, chosen.subject):
            if chosen.missing and (case.name, subject) in rows:
                continue
            measured = [measure("FULL", case.name, subject, chosen.limit) for _ in range(case.times)]
            rows[case.name, subject] = judging.median_row(measured)
            rows = keep([rows[case.name, subject]])
        show(rows, case)
    verdict = judging.wrong(rows.values())
    if verdict:
        print("\n".join(["these rows of ours do not count:", *verdict]))


def picked(registry: tuple[Case, ...], names: list[str] | None) -> list[Case]:
    """Cases by name, all of them where none is named."""
    known = [case.name for case in registry]
    unknown = [name for name in names or [] if name not in known]
    if unknown:
        sys.exit(f"no workload is called {unknown[0]!r}; choose from: {', '.join(known)}")
    return [case for case in registry if names is None or case.name in names]


def subjects(case: Case, names: list[str] | None) -> list[str]:
    """Subjects of a case whose library is there."""
    chosen = [subject for subject in case.subjects if names is None or subject in names]
    absent = [subject for subject in chosen if subject in NEEDS and find_spec(NEEDS[subject]) is None]
    if absent:
        print(f"{', '.join(absent)} left out: pip install 'singlepot[benchmarks]'")
    return [subject for subject in chosen if subject not in absent]


def load(path: Path) -> dict[str, Any]:
    """Results kept so far."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {"rows": []}


def by_key(rows: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Rows by case and subject."""
    return {(row["case"], row["subject"]): row for row in rows}


def keep(new: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Add rows to those kept so far, judge all, and write them in the order of the registry."""
    known = {(case.name, subject) for case in cases.FULL for subject in case.subjects}
    rows = {key: row for key, row in by_key([*load(RESULTS)["rows"], *new]).items() if key in known}
    for name in {case for case, _ in rows}:
        judging.judge(rows, name)
    keys = [(case.name, subject) for case in cases.FULL for subject in case.subjects]
    order = {key: position for position, key in enumerate(keys)}
    ordered = sorted(rows.values(), key=lambda row: order.get((row["case"], row["subject"]), len(order)))
    draft = RESULTS.with_suffix(".draft")
    text = {"machine": describe(), "rows": ordered}
    draft.write_text(json.dumps(text, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(RESULTS)
    return rows


def show(rows: dict[tuple[str, str], dict[str, Any]], case: Case) -> None:
    """Print the rows and ratios of a case."""
    print(f"\n{case.name}")
    for (name, subject), row in rows.items():
        if name != case.name:
            continue
        if "failed" in row:
            print(f"  {subject:<16} {row['failed']}")
            continue
        words = "counts" if row.get("counts") else "DOES NOT COUNT"
        off = f", off by {row['off']:.0e}" if "off" in row else ""
        spread = f", × {row['spread']:.2f} between runs" if row.get("times", 1) > 1 else ""
        print(f"  {subject:<16} {judging.total(row):8.2f} CPU s  {judging.peak_mb(row):7.0f} MB  {words}{off}{spread}")
        if subject == OURS:
            stages = {k: p["cpu_s"] for k, p in row["phases"].items() if ":" in k or k in ("check", "write")}
            print("    " + ", ".join(f"{name} {seconds:.2f}" for name, seconds in stages.items()))
    print(
        "  " + ", ".join(f"{name} {value:.2f}" for name, value in judging.ratios(rows, case.name).items()), flush=True
    )


def _rounded(ratios: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    return {case: {name: float(f"{value:.3g}") for name, value in found.items()} for case, found in ratios.items()}


if __name__ == "__main__":
    main()
