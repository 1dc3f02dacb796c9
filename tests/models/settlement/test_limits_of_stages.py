"""A settlement stays put: what it gave is not given again where it is settled with its own limits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp

from ...strategies import Draft, HypothesisPicker, Picker, SeededPicker, chance, draft, number, scenario

NEAR = 1e-7
"""Part of a bid within which two grants are the same."""


def with_gives(pick: Picker) -> Draft:
    """A drawn scenario in which shortfalls give, under no rule on take-ups and without limits."""
    made = draft(pick, objectives=1)
    gives = {"shortfall.largest": number(pick, 0.0, 0.05, 3), "shortfall.total": number(pick, 0.001, 0.05, 3)}
    order = ["shortfall.largest", "shortfall.total", "concession.total", "burden"]
    stages = {key: value for key, value in (made["stages"] or {}).items() if key == "bands"}
    rows = made.get("rule_rows")
    if rows is not None and "option" in rows:
        made["rule_rows"] = rows[rows["option"] == ""].drop(columns="option").reset_index(drop=True)
    rules = {key: value for key, value in made["rules"].items() if not key.startswith("take_up")}
    return {**made, "rules": rules, "stages": {**stages, "order": order, "give": gives}}


@st.composite
def giving(draw: st.DrawFn) -> tuple[Draft, Picker]:
    pick = HypothesisPicker(draw)
    return with_gives(pick), pick


def restricted(settlement: sp.Settlement, pick: Picker) -> sp.Scenario:
    """The scenario with floors and ceilings of take-ups that the settlement keeps, drawn for half of the options.

    Rules on take-ups count what was taken before.
    """
    made, rows = settlement.scenario, []
    options = made.filled("options").set_index(["area", "option"])
    most, used = options["max_take_up"].to_dict(), (options["max_take_up"] * options["used"]).to_dict()
    for area, option, taken in settlement.take_up.itertuples(index=False):
        if not chance(pick, 50) or most.get((area, option)) == 0:
            continue
        taken += used.get((area, option), 0.0)
        largest, chosen = most.get((area, option), 1.0), {"area": area, "option": option, "basis": "amount"}
        ceiling = taken + number(pick, 0.0, 0.5) * (largest - taken) if chance(pick, 50) else taken
        rows.append({"rule": "take_up_ceiling", "value": max(ceiling, 0.0), **chosen})
        if chance(pick, 30):
            rows.append({"rule": "take_up_floor", "value": max(number(pick, 0.0, 1.0) * taken, 0.0), **chosen})
    table = made.filled("rules")
    return made.with_(rule_rows=pd.concat([table, pd.DataFrame(rows)], ignore_index=True).fillna("") if rows else None)


def accepted(settlement: sp.Settlement) -> sp.Scenario:
    """The scenario in which every option of the table goes no further than the settlement uses it."""
    asked = settlement.take_up[~settlement.take_up["option"].str.startswith("scale-back")]
    rows = asked.rename(columns={"take_up": "value"}).assign(rule="take_up_ceiling", basis="amount")
    given = settlement.scenario.rules
    return settlement.scenario.with_(rule_rows=pd.concat([given, rows], ignore_index=True).fillna(""))


def furthest(one: sp.Settlement, other: sp.Settlement) -> float:
    """The largest difference of two grants, in the scenario's money."""
    return float((one.grants["grant"] - other.grants["grant"]).abs().max())


@given(giving())
def test_a_settlement_stays_put_under_its_own_limits(drawn: tuple[Draft, Picker]) -> None:
    """Whatever is taken away that it does not use: the same grants, to the pound, and the same limits."""
    made, pick = drawn
    before = sp.settle(scenario(made))
    after = sp.settle(restricted(before, pick).with_(stages={"limits": before.limits()}))
    size = max(float(made["bids"]["amount"].mean()), 1.0)
    np.testing.assert_allclose(after.grants["grant"], before.grants["grant"], rtol=0, atol=NEAR * size)
    assert (after.grants["pounds"] - before.grants["pounds"]).abs().max() <= 1
    assert after.limits() == pytest.approx(before.limits(), abs=1e-9)


def test_drawn_settlements_give_and_are_restricted() -> None:
    """Else the lemma would be about nothing: a third of 60 gave something, and some move without limits."""
    given_in, moved = 0, 0
    for seed in range(60):
        pick = SeededPicker(seed)
        before = sp.settle(scenario(with_gives(pick)))
        given_in += bool((before.stages["final"] > before.stages["value"] + 1e-6).any())
        moved += furthest(before, sp.settle(restricted(before, pick))) > 1e-4
    assert given_in >= 20
    assert moved >= 5


def test_without_limits_what_was_given_is_given_again_in_england() -> None:
    """Everything accepted, a grant differs by £26.6m; with the limits none does by a pound."""
    england = sp.settle(sp.read_scenario("england"))
    agreed = accepted(england)
    again = sp.settle(agreed)
    assert furthest(england, again) == pytest.approx(26.6, abs=0.05)
    held = sp.settle(agreed.with_(stages={"limits": england.limits()}))
    assert (england.grants["pounds"] == held.grants["pounds"]).all()


def test_a_limit_below_the_optimum_is_passed_over() -> None:
    made = sp.read_scenario("england-tight")
    free = sp.settle(made)
    low = sp.settle(made.with_(stages={"limits": {"shortfall.largest[1]": 0.0}}))
    assert (free.grants["pounds"] == low.grants["pounds"]).all()


def test_a_limit_between_optimum_and_give_holds_the_stage_there() -> None:
    made = sp.read_scenario("england-tight")
    optimum = float(sp.settle(made).stages.set_index("name")["value"]["shortfall.largest[1]"])
    held = sp.settle(made.with_(stages={"limits": {"shortfall.largest[1]": optimum + 0.001}}))
    stage = held.stages.set_index("name").loc["shortfall.largest[1]"]
    assert stage["final"] <= optimum + 0.001 + 1e-9
    assert held.limits()["shortfall.largest[1]"] == optimum + 0.001


@pytest.mark.parametrize("target", ["folder", "one.json", "book.xlsx"])
def test_limits_come_back_from_every_format_to_the_last_digit(target: str, tmp_path: Path) -> None:
    limits = {"shortfall.largest[1]": 0.1 + 0.2 - 0.25, "shortfall.total[1]": 1 / 3e3}
    made = sp.read_scenario("england-tight").with_(stages={"limits": limits})
    sp.write_scenario(made, tmp_path / target)
    assert sp.read_scenario(tmp_path / target).settings.stages.limits == limits


def test_a_limit_of_a_priority_that_no_objective_has_is_refused() -> None:
    with pytest.raises(sp.BadInputError) as refused:
        sp.read_scenario("england").with_(stages={"limits": {"shortfall.largest[7]": 0.1}})
    [problem] = refused.value.problems
    assert problem.code == "SP-S018"
    assert "a priority of objectives: shortfall.largest[1]" in str(problem)


def test_a_stage_that_gives_nothing_any_more_loses_its_limit() -> None:
    made = sp.read_scenario("england").with_(stages={"limits": {"shortfall.largest[1]": 0.1}})
    assert made.with_levers({"give.shortfall.largest": "off"}).settings.stages.limits == {}
    assert made.with_levers({"give.shortfall.largest": 0.01}).settings.stages.limits == {"shortfall.largest[1]": 0.1}
    assert sp.price_fairness(sp.settle(made)).without_give


def test_a_settlement_with_limits_is_verified_and_built_twice(tmp_path: Path) -> None:
    made = sp.read_scenario("bucks-and-burnley").with_(stages={"give": {"shortfall.total": 0.01}})
    limits = {name: value - 0.004 for name, value in sp.settle(made).limits().items()}
    sp.settle(made.with_(stages={"limits": limits})).write(tmp_path / "out")
    assert sp.verify(tmp_path / "out", independent=True).passed
