"""Convergence and inclusion as axes of a frontier, and their price."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.analysis.price_of_convergence import without_levelling
from singlepot.reports import regimes_text
from singlepot.reports.outputs import outputs
from singlepot.reports.page import regimes_html, report_html

from ...reports.report_pages import read_page
from ..formulation.levelled import levelled, ruled


@pytest.fixture(scope="module")
def scenario() -> sp.Scenario:
    return sp.Scenario.from_tables(**levelled())


@pytest.mark.parametrize("stage", ["convergence.total", "inclusion.total"])
def test_a_stage_of_levelling_up_is_an_axis(scenario: sp.Scenario, stage: str) -> None:
    """Named in the order or not: what is missed falls as the other axis gives way."""
    order = [name for name in scenario.settings.stages.order if name not in ("convergence.total", "inclusion.total")]
    frontier = sp.trace_frontier(scenario.with_(stages={"order": order}), stage, "burden")
    points = frontier.corners
    assert len(points) and (np.diff(points.sort_values("first")["second"]) <= 1e-9).all()


def test_a_stage_without_its_section_is_no_axis() -> None:
    with pytest.raises(sp.BadInputError, match="SP-S021"):
        sp.trace_frontier(sp.read_scenario("bucks-and-burnley"), "convergence.total", "burden")


def test_the_price_compares_with_the_same_scenario_without_aims_and_rules() -> None:
    scenario = sp.Scenario.from_tables(**{**ruled(), "rule_rows": None})
    settled, plain = sp.settle(scenario), without_levelling(scenario)
    assert plain is not None and not plain.settings.sections
    assert without_levelling(plain) is None and sp.price_convergence(sp.settle(plain)) is None
    price = sp.price_convergence(settled)
    assert price is not None
    expected = sp.settle(plain).stages.set_index("name")["final"]
    pd.testing.assert_series_equal(
        price.stages.set_index("name")["without"], expected, check_names=False, check_index_type=False
    )
    assert price.regions["grant"].sum() == pytest.approx(settled.grants["grant"].sum())


def test_growth_is_measured_by_its_definitions() -> None:
    """Beta of two areas is the slope between them; kinds are those above the median of the people."""
    made = levelled()
    made["objectives"] = made["objectives"].assign(baseline=["trained", "trained"], per=["adults", "adults"])
    growth = sp.measure_growth(sp.settle(sp.Scenario.from_tables(**made)))
    skills = growth.convergence.set_index("objective").loc["skills"]
    targets = sp.settle(sp.Scenario.from_tables(**made)).targets
    last = targets[(targets["objective"] == "skills") & (targets["year"] == "2027-28")].set_index("area")["agreed"]
    grown = last["A"] / 20 - last["B"] / 90
    assert skills["beta"] == pytest.approx(grown / np.log(0.2 / 0.6))
    assert skills["sigma_before"] == pytest.approx(np.sqrt(0.25 * 0.75) * np.log(3))
    assert set(growth.areas["kind_after"]) <= {"neither", "prosperous", "inclusive", "both"}


def test_regimes_are_compared_by_the_aims_that_they_meet(scenario: sp.Scenario) -> None:
    """What is met is 1 less the stage's value, and the sum of the table of inclusion."""
    regimes = sp.compare_regimes(scenario, ["single-pot", "pro-rata"])
    summary = regimes.summary.groupby("regime")[["aims_met", "together"]].first()
    for key, settlement in regimes.settlements.items():
        stages = settlement.stages.set_index("name")["final"]
        assert summary.at[key, "aims_met"] == pytest.approx(1 - stages["convergence.total"], abs=1e-9)
        assert summary.at[key, "together"] == pytest.approx(settlement.inclusion["together"].sum())
    text, page = regimes_text(regimes), regimes_html(regimes)
    assert "levelling up" in text and "Aims met" in page
    assert f"{summary.at['pro-rata', 'aims_met']:.1%}" in text


def test_what_aims_cost_is_not_said_where_a_program_added_rows() -> None:
    """They would be lost in the settlement without aims; the report is made without that section."""

    def every(rows: sp.ExtraRows) -> None:
        rows.at_most("all", rows.labels("grant")["column"], 1.0, 1e6)

    settled = sp.settle(sp.Scenario.from_tables(**ruled()), extra=every)
    with pytest.raises(sp.BadOptionError, match="the price of convergence cannot be worked out: it settles again"):
        sp.price_convergence(settled)
    assert "report.html" in outputs(settled, sp.price_fairness(settled)).files


def test_the_report_shows_whole_gaps_and_who_pays() -> None:
    """Every number of its tables is a sum of the settlement's, or of the one without aims."""
    made = {**ruled(), "rule_rows": None}
    made["areas"] = made["areas"].assign(region=["North", "South", ""])
    settled = sp.settle(sp.Scenario.from_tables(**made))
    cost = sp.price_convergence(settled)
    assert cost is not None
    page = read_page(report_html(settled, sp.price_fairness(settled), cost=cost))
    aims, table = page.tables["aims"]["skills"], settled.convergence.query("objective == 'skills'")
    for name in ("gap", "aim", "agreed", "short"):
        assert aims[name].value == pytest.approx(table[name].sum())
    assert aims["narrows"].value == pytest.approx(1 - table["gap_end"].clip(lower=0).sum() / table["gap"].sum())
    paid = cost.regions.set_index("region")
    for region in ("North", "South"):
        between = page.tables["between"][f"{region} skills"]
        mine = settled.scenario.areas.query(f"region == '{region}'")
        rate = mine["trained"].sum() / mine["adults"].sum()
        assert between["before"].value == pytest.approx(rate / (110 / 250) - 1)
    moved = page.tables["pays"]["North"]["moved"].value
    assert moved == pytest.approx(paid.at["North", "grant"] - paid.at["North", "without"])
    assert page.tables["cost-of-aims"]["burden"]["value"].value == settled.stages.set_index("name")["final"]["burden"]
