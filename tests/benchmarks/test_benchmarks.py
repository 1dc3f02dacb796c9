"""The benchmarks: which rows count, when a ratio has fallen, what the page says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks import cases, judging, run
from benchmarks.cases import BARE, OURS, OUTPUTS, PULP, PYOMO
from benchmarks.goals import goals


def row(subject: str, value: float = 0.05, **seconds: float) -> dict[str, Any]:
    phases = {name: {"cpu_s": s, "wall_s": s, "peak_mb": 100.0} for name, s in seconds.items()}
    return {"case": "england", "subject": subject, "phases": phases, "stages": {"cost": 10_000.0 + value}}


def rows(pulp: float = 0.0, bare: float = 0.0, certificate: bool = True) -> dict[tuple[str, str], dict[str, Any]]:
    ours = row(OURS, 0.0, check=0.5, settle=1.5, **{"settle: solve": 1.0, "settle: share": 0.5})
    ours |= {"certificate": certificate, "sizes": {"cost": 10_000.0}}
    others = (
        row(BARE, bare, solve=0.5),
        row(PULP, pulp, prepare=1.0, stages=14.0),
        row(PYOMO, prepare=1.0, stages=29.0),
    )
    result = {("england", one["subject"]): one for one in (ours, *others)}
    result["england", PYOMO]["stages"] = dict(ours["stages"])
    judging.judge(result, "england")
    return result


def test_ratios_are_taken_of_what_each_has_to_do() -> None:
    assert judging.ratios(rows(), "england") == {
        "settle ÷ bare": 4.0,
        "PuLP ÷ ours": 10.0,
        "Pyomo ÷ ours": 20.0,
        "outside the solver": 0.25,
    }


def test_the_command_with_all_outputs_is_measured_in_bare_solves() -> None:
    """Where its certificate holds."""
    made = rows()
    made["england", OUTPUTS] = row(OUTPUTS, command=6.0) | {"certificate": True}
    del made["england", OUTPUTS]["stages"]
    judging.judge(made, "england")
    assert judging.ratios(made, "england")[judging.ALL_OUTPUTS] == 12.0
    made["england", OUTPUTS]["certificate"] = False
    judging.judge(made, "england")
    assert judging.ALL_OUTPUTS not in judging.ratios(made, "england")


def test_a_row_that_is_a_millionth_off_does_not_count() -> None:
    assert rows(pulp=0.009)["england", PULP]["counts"]
    result = rows(pulp=0.011)
    assert not result["england", PULP]["counts"]
    assert not result["england", OURS]["counts"], "one of the two is wrong, and we do not know which"
    assert judging.wrong(result.values()) == ["england, singlepot: does not count"]


def test_ours_counts_only_with_its_certificate() -> None:
    assert not rows(certificate=False)["england", OURS]["counts"]
    assert judging.ratios(rows(certificate=False), "england") == {}


def test_a_ratio_that_falls_by_more_than_the_margin_is_named() -> None:
    before = {"england": {"settle ÷ bare": 4.0, "PuLP ÷ ours": 10.0}}
    assert judging.fallen({"england": {"settle ÷ bare": 5.9, "PuLP ÷ ours": 6.7}}, before, 1.5) == []
    verdict = judging.fallen({"england": {"settle ÷ bare": 6.1, "PuLP ÷ ours": 6.6}}, before, 1.5)
    assert verdict == [
        "england: settle ÷ bare was 4 and is 6.1, more than 1.5 × worse",
        "england: PuLP ÷ ours was 10 and is 6.6, more than 1.5 × worse",
    ]
    assert judging.fallen({}, before, 1.5)[0].startswith("england: settle ÷ bare was 4 and is gone")


OF_ITS_OWN = {
    "small": {"settle ÷ bare, median", "settle ÷ bare, 90th", "worst ÷ median"},
    "commands": {"start ÷ Python", "check ÷ libraries"},
}
"""Ratios of the cases that are measured beside themselves."""


def test_a_ratio_that_a_row_holds_is_kept_as_the_median_of_its_runs() -> None:
    runs = [
        {"case": "small", "phases": {}, "certificate": True, "ratios": {"worst ÷ median": n}} for n in (3.0, 9.0, 4.0)
    ]
    found = {("small", "small"): judging.median_row(runs)}
    judging.judge(found, "small")
    assert judging.ratios(found, "small") == {"worst ÷ median": 4.0}
    assert judging.worse(5.0, 4.0, "worst ÷ median") == 1.25


def test_the_baseline_holds_every_ratio_of_the_quick_set() -> None:
    baseline = json.loads(run.BASELINE.read_text(encoding="utf-8"))
    assert list(baseline["ratios"]) == [case.name for case in cases.QUICK]
    for case in cases.QUICK:
        peers = {f"{peer} ÷ ours" for peer in case.subjects if peer in cases.EXACT_PEERS}
        ours = {"settle ÷ bare", "outside the solver"} if OURS in case.subjects else OF_ITS_OWN[case.name]
        outputs = {judging.ALL_OUTPUTS} if OUTPUTS in case.subjects else set()
        assert set(baseline["ratios"][case.name]) == {*ours, *peers, *outputs}


def test_growth_is_the_slope_of_the_logarithms() -> None:
    assert judging.exponent([(100, 1.0), (1_000, 10.0**1.2), (10_000, 10.0**2.4)]) == pytest.approx(1.2)


def test_goals_say_reached_missed_or_not_measured() -> None:
    text = {goal: (measured, verdict) for goal, _, measured, verdict in goals(rows())}
    assert text["england: settle ÷ bare"] == ("4.00", "missed")
    assert text["england: Pyomo ÷ ours"] == ("20.00", "reached")
    assert text["33755x12x3: peak memory, GiB"] == ("", "not measured")


def test_medians_are_taken_phase_by_phase() -> None:
    three = [row(BARE, solve=seconds) for seconds in (3.0, 1.0, 1.1)]
    assert judging.total(judging.median_row(three)) == 1.1


def test_a_workload_is_measured_in_a_process_of_its_own() -> None:
    """What the child found comes back, and what failed says why."""
    from benchmarks.process import measure

    result = measure("QUICK", "374x6x2", BARE)
    assert result["phases"]["solve"]["cpu_s"] > 0
    assert result["phases"]["solve"]["peak_mb"] > 50
    assert result["status"] == "Optimal"
    assert "not done after 1 CPU s" in measure("QUICK", "374x6x2", OURS, limit_s=1)["failed"]
