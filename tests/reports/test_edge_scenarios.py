"""Every chart, page, workbook and text is made of scenarios at their edges, with warnings as errors."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

import singlepot as sp
from singlepot.reports import (
    alternatives_chart,
    alternatives_text,
    comparison_text,
    comparison_workbook,
    frontier_chart,
    frontier_text,
    regimes_chart,
    regimes_text,
    robust_chart,
    robust_text,
    stability_text,
    sweep_chart,
    sweep_text,
)
from singlepot.reports.outputs import Wanted, outputs
from singlepot.reports.text.why import why, why_area
from singlepot.solver import BadOptionError, SinglepotError

from .titled import titled


def pot_of_nothing() -> sp.Scenario:
    """Three areas and a pot without money, floors taken away."""
    scenario = titled()
    rules = dict.fromkeys(scenario.settings.rules)
    return scenario.with_(pot=scenario.pot.assign(amount=0.0), rules=rules, rule_rows=None)


EDGES: dict[str, Callable[[], sp.Scenario]] = {
    "no area bids": lambda: titled(bids=0.0),
    "one area": lambda: titled(areas=1),
    "the pot is nothing": pot_of_nothing,
    "no objective is short": lambda: titled(national=0.2),
    "no national target": lambda: titled(national=0.0),
    "no options": lambda: titled(options=False),
    "nothing at all": lambda: titled(bids=0.0, national=0.0, options=False),
}


PARTLY = ("one area", "no options", "nothing at all")
"""Edges that are tried each time; all are in the long run."""


@pytest.fixture(
    params=[pytest.param(made, marks=[] if name in PARTLY else pytest.mark.long) for name, made in EDGES.items()],
    ids=EDGES,
    scope="module",
)
def settlement(request: pytest.FixtureRequest) -> sp.Settlement:
    return sp.settle(request.param())


@pytest.fixture(autouse=True)
def strict() -> None:
    warnings.simplefilter("error")


def test_the_documents_of_a_settlement(settlement: sp.Settlement, tmp_path: Path) -> None:
    """Report, pages of areas, pictures, workbook, reasons and accounts."""
    made = outputs(settlement, sp.price_fairness(settlement), Wanted(area_pages=True, pictures="svg"))
    assert not made.failed
    assert why(settlement)
    for code in settlement.scenario.areas["code"]:
        assert why_area(sp.explain_area(settlement, code), settlement.scenario)


def test_regimes(settlement: sp.Settlement) -> None:
    regimes = sp.compare_regimes(settlement.scenario)
    assert regimes_text(regimes)
    assert regimes_chart(regimes)


def test_sweep_comparison_and_stability(settlement: sp.Settlement) -> None:
    pages = pytest.importorskip("singlepot.reports.page.many.report")
    scenario = settlement.scenario
    for swept in (sp.sweep(scenario, {"pot": [0.9, 1.0]}), sp.sweep(scenario, {"pot": [1.0], "bids": [0.5, 1.0]})):
        assert sweep_text(swept)
        assert sweep_chart(swept)
        assert pages.sweep_html(swept)
    comparison = sp.compare([settlement, scenario.with_(title="The same")], stability=[scenario.areas["code"].iloc[0]])
    assert comparison_text(comparison)
    assert comparison_workbook(comparison)
    assert pages.comparison_html(comparison)
    assert stability_text(comparison.stability, scenario.settings)


def test_choices(settlement: sp.Settlement) -> None:
    """Alternatives and frontiers, where there is something to choose between."""
    made = 0
    for by in ("area", "region", "objective"):
        try:
            choices = sp.find_alternatives(settlement, 0.05, 1, by=by)  # type: ignore[arg-type]
        except BadOptionError:
            continue
        assert alternatives_text(choices)
        assert alternatives_chart(choices)
        made += 1
    frontier = sp.trace_frontier(settlement.scenario, "concession.total", "cost")
    assert frontier_text(frontier)
    assert frontier_chart(frontier)
    assert made or not settlement.grants["bid"].any()


def test_draws(settlement: sp.Settlement, tmp_path: Path) -> None:
    """An ensemble of the targets that areas propose, and robust grants where a shortfall can be minimised."""
    from singlepot.reports import ensemble_chart
    from singlepot.reports.page.many.report import ensemble_html
    from singlepot.reports.text.ensemble import ensemble_text

    sp.write_scenario(settlement.scenario, tmp_path / "s")
    plan = tmp_path / "plan.toml"
    uncertain = (
        'table = "targets"\ncolumns = ["target"]\neach = "area"\ndistribution = "uniform"\nlow = 0.9\nhigh = 1.1'
    )
    plan.write_text(
        f'schema = 1\nbase = "s"\ndraws = 2\nseed = 1\nregret = true\n[[uncertain]]\nname = "t"\n{uncertain}\n'
    )
    drawn = sp.run_ensemble(plan, tmp_path / "out")
    assert ensemble_text(drawn)
    assert ensemble_chart(drawn)
    assert ensemble_html(drawn)
    try:
        robust = sp.settle_robust(plan, draws=2)
    except SinglepotError:
        return
    assert robust_text(robust)
    assert robust_chart(robust)
