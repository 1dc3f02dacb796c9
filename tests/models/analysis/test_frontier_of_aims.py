"""Convergence and inclusion as axes of a frontier, and their price."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.analysis.price_of_convergence import without_levelling

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
