"""A scenario built from baselines: lines by written assumptions, which its log lists; faults are refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp

YEARS = ["2026-27", "2027-28"]
AREAS = pd.DataFrame(
    {
        "code": ["A", "B", "C"],
        "name": ["Aston", "Barton", "Caston"],
        "co2": [300.0, 100.0, np.nan],
        "jobs": [20.0, 20.0, 9.0],
        "people": [50.0, 40.0, 10.0],
    }
)
OBJECTIVES = pd.DataFrame(
    {
        "key": ["carbon", "work"],
        "name": ["Carbon", "Work"],
        "unit": ["kt", "jobs"],
        "direction": ["decrease", "increase"],
        "baseline": ["co2", "jobs"],
        "per": ["people", "people"],
    }
)
POT = pd.DataFrame({"year": YEARS, "amount": [50.0, 60.0]})
ASSUMED: dict[str, Any] = {
    "years": YEARS,
    "unit_cost": {"carbon": 6.5, "work": 2.0},
    "national_share": {"carbon": 0.6, "work": 0.4},
}


def built(areas: pd.DataFrame = AREAS, objectives: pd.DataFrame = OBJECTIVES, **assumed: Any) -> sp.Scenario:
    return sp.build.from_baselines(areas, objectives, POT, **{**ASSUMED, **assumed})


def last_targets(scenario: sp.Scenario) -> pd.Series:
    return scenario.targets[scenario.targets["year"] == YEARS[-1]].set_index(["objective", "area"])["target"]


def test_what_areas_propose_may_differ_by_objective() -> None:
    scenario = built(ambition={"carbon": 0.5, "work": 1.2})
    proposed = scenario.derived().targets.groupby(["objective", "year"])["target"].sum()
    national = scenario.national.set_index(["objective", "year"])["target"]
    share = (proposed / national).groupby("objective").last()
    assert share["carbon"] == pytest.approx(0.5, rel=1e-4) and share["work"] == pytest.approx(1.2, rel=1e-4)
    assert "ambition_carbon" in scenario.settings.log["assumptions"]


def test_bids_targets_and_national_objectives_are_in_the_proportions_that_are_assumed() -> None:
    scenario = built(over_bid=1.3, ambition=0.8, national_margin=0.5)
    assert scenario.bids["amount"].sum() == pytest.approx(1.3 * 110, abs=1e-5)
    national = scenario.national.set_index(["objective", "year"])["target"]
    assert national["carbon"].tolist() == pytest.approx([0.5 * 0.6 * 110 / 6.5 * share for share in (0.5, 1)], rel=1e-5)
    proposed = last_targets(scenario).groupby("objective").sum()
    assert (proposed / national.xs(YEARS[-1], level="year")).tolist() == pytest.approx([0.8, 0.8], rel=1e-5)


def test_targets_and_unit_costs_follow_headroom() -> None:
    """By the words of the manual: two areas, 0.9 quantile, mirrored for carbon, a floor of 5% there, power −0.3."""
    areas = AREAS.iloc[:2]
    scenario = built(areas)
    rates = {"A": 6.0, "B": 2.5}
    frontier = 2.5 + 0.1 * 3.5
    headroom = {"A": (rates["A"] - frontier) * 50 + 0.05 * 300, "B": 0.05 * 100}
    shares = {"A": (headroom["A"] * 300) ** 0.5, "B": (headroom["B"] * 100) ** 0.5}
    targets = last_targets(scenario)["carbon"]
    assert targets["A"] / targets["B"] == pytest.approx(shares["A"] / shares["B"], rel=1e-5)
    rows = scenario.programmes[scenario.programmes["line"] == "Carbon"]
    money = rows[rows["item"] == "grant"].set_index("area")[YEARS].sum(axis=1)
    cost = money / targets
    relative = (headroom["A"] / 50) / (headroom["B"] / 40)
    assert cost["A"] / cost["B"] == pytest.approx(relative**-0.3, rel=1e-5)


def test_lines_say_where_they_come_from_and_options_are_derived() -> None:
    scenario = built(derive={"tiers": 1})
    rows = scenario.programmes
    assert set(rows["_from"]) == {"baselines"}
    assert set(rows["line"]) == {"Carbon", "Work"}
    assert set(rows[rows["item"] != "grant"]["holds"]) == {"level"}
    assert set(scenario.options["origin"]) == {"assumed"}
    assert len(scenario.options) == 2 * 5  # a raise and a saving of each line


def test_an_area_without_a_baseline_has_no_line_for_it() -> None:
    rows = built().programmes
    assert set(rows[rows["area"] == "C"]["line"]) == {"Work"}


def test_a_floor_of_one_objective_leaves_the_others_at_their_default() -> None:
    scenario = built(headroom_floor={"work": 0.03})
    assert scenario.programmes.equals(built(headroom_floor={"carbon": 0.05, "work": 0.03}).programmes)
    assert not scenario.programmes.equals(built().programmes)


def test_an_area_without_headroom_has_no_line_and_no_cost() -> None:
    scenario = built(headroom_floor=0, frontier_quantile=1.0)
    rows = scenario.programmes
    assert set(rows[rows["line"] == "Work"]["area"]) == {"A", "B"}  # C has the best rate
    assert np.isfinite(rows[YEARS].to_numpy()).all()


def test_profiles_spread_money_and_outcomes() -> None:
    rows = built(spend_profile=[0.25, 0.75], outcome_profile=[0.1, 1.0]).programmes
    money = rows["item"] == "grant"
    assert (rows[money][YEARS[1]] / rows[money][YEARS[0]]).to_numpy() == pytest.approx(3, rel=1e-5)
    assert (rows[~money][YEARS[1]] / rows[~money][YEARS[0]]).to_numpy() == pytest.approx(10, rel=1e-5)


def test_all_assumptions_enter_the_log_and_given_entries_win() -> None:
    sources = {"co2": {"what": "CO2", "publisher": "a ministry"}}
    ambition = {"value": "0.92", "confidence": "high", "source": "the ministry's letter"}
    scenario = built(log={"sources": sources, "assumptions": {"ambition": ambition}}, over_bid=1.2)
    log = scenario.settings.as_dict()["log"]
    assert set(log["assumptions"]) == {
        *("unit_cost_carbon", "unit_cost_work", "national_share_carbon", "national_share_work", "national_margin"),
        *("over_bid", "ambition", "frontier_quantile", "headroom_floor", "headroom_exponent"),
        *("spend_profile", "outcome_profile"),
    }
    assert log["assumptions"]["over_bid"]["value"] == "1.2"
    assert log["assumptions"]["headroom_floor"]["value"] == "carbon 0.05; work 0.02"
    assert log["assumptions"]["ambition"]["confidence"] == "high"
    assert log["sources"]["co2"]["publisher"] == "a ministry"


@pytest.mark.parametrize(
    ("assumed", "words"),
    [
        ({"unit_cost": {"carbon": 6.5}}, "unit_cost has no number for work"),
        ({"national_share": {"carbon": 0.6, "work": 0.4, "wrok": 1}}, "national_share names wrok"),
        ({"headroom_floor": {"steel": 0.1}}, "headroom_floor names steel"),
        ({"unit_cost": {"carbon": 6.5, "work": 0}}, "unit_cost carbon 6.5; work 0 is out of range"),
        ({"over_bid": float("nan")}, "over_bid nan is out of range"),
        ({"frontier_quantile": 1.5}, "frontier_quantile 1.5 is out of range"),
        ({"spend_profile": [0.5, 0.6]}, "spend_profile 0.5; 0.6 does not fit"),
        ({"spend_profile": [1.0]}, "spend_profile 1 does not fit"),
        ({"outcome_profile": [0.5, 0.9]}, "outcome_profile 0.5; 0.9 does not fit"),
        ({"over_bid": "much"}, "no over_bid"),
    ],
)
def test_an_assumption_that_cannot_be_is_refused_by_its_name(assumed: dict[str, Any], words: str) -> None:
    with pytest.raises(sp.BadOptionError, match=words):
        built(**assumed)


def test_several_envelopes_are_refused() -> None:
    pot = POT.assign(envelope=["capital", "revenue"])
    pot = pd.concat([pot, pot.assign(envelope=["revenue", "capital"])])
    with pytest.raises(sp.BadOptionError, match="several envelopes"):
        sp.build.from_baselines(AREAS, OBJECTIVES, pot, **ASSUMED)


@pytest.mark.parametrize(
    ("column", "values", "code"),
    [
        ("co2", [-1.0, 100.0, 1.0], "SP-D013"),
        ("people", [50.0, 0.0, 10.0], "SP-D013"),
        ("jobs", ["many", 1, 2], "SP-D011"),
    ],
)
def test_a_baseline_that_cannot_be_is_an_error_with_its_place(column: str, values: list[Any], code: str) -> None:
    with pytest.raises(sp.BadInputError) as refused:
        built(AREAS.assign(**{column: values}))
    assert [(problem.code, problem.column) for problem in refused.value.problems] == [(code, column)]


def test_an_objective_without_baseline_is_an_error() -> None:
    with pytest.raises(sp.BadInputError) as refused:
        built(objectives=OBJECTIVES.assign(baseline=["co2", ""]), attributes=["co2", "jobs", "people"])
    assert [(problem.code, problem.column) for problem in refused.value.problems] == [("SP-D010", "baseline")]


@given(order=st.permutations([0, 1, 2]))
def test_the_order_of_areas_changes_nothing(order: list[int]) -> None:
    keys = ["area", "line", "item"]
    one, other = (built(AREAS.iloc[rows]).programmes.sort_values(keys) for rows in ([0, 1, 2], order))
    assert one[keys].to_numpy().tolist() == other[keys].to_numpy().tolist()
    assert one[YEARS].to_numpy() == pytest.approx(other[YEARS].to_numpy(), rel=2e-5)


def test_a_built_scenario_settles_and_reads_back() -> None:
    scenario = built()
    assert sp.settle(scenario).certificate.passed
    tables = {name: table for name, table in scenario.given.items() if len(table)}
    again = sp.Scenario.from_tables(**tables, years=YEARS, attributes=scenario.settings.attributes, derive={})
    assert again.options.equals(scenario.options)


@pytest.mark.parametrize(
    ("jobs", "pot", "assumed", "named"),
    [
        ([20.0, 20.0, 9.0], 0.0, {}, "less than a pound"),
        ([np.nan] * 3, 60.0, {}, "no area has a baseline of work"),
        ([0.0] * 3, 60.0, {}, "no area has a baseline of work"),
        ([50.0, 40.0, 10.0], 60.0, {"headroom_floor": {"work": 0.0}}, "no area has headroom in work"),
    ],
)
def test_a_pot_or_an_objective_from_which_nothing_follows_is_refused(
    jobs: list[float], pot: float, assumed: dict[str, Any], named: str
) -> None:
    with pytest.raises(sp.BadOptionError, match=named):
        sp.build.from_baselines(AREAS.assign(jobs=jobs), OBJECTIVES, POT.assign(amount=pot), **{**ASSUMED, **assumed})
