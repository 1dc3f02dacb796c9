"""Goals: the tightest value of a lever, against bisection over settlements and against finite differences."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.reports import goal_text

from ...examples import tries
from ...strategies import Draft, drafts, scenario

MET = 1e-9
LEVERS = (
    "pot",
    "national",
    "rules.grant_floor",
    "rules.grant_ceiling",
    "rules.target_ceiling",
    "rules.own_cost_ceiling",
)


def strict(start: sp.Scenario) -> sp.Scenario:
    """Shortfalls come first and give nothing; all targets weigh alike, so that the largest is as small as can be."""
    objectives = start.filled("objectives").assign(weight=1.0, priority=1.0)
    order = [*dict.fromkeys(["shortfall.largest", "shortfall.total", *start.settings.stages.order])]
    give = {"shortfall.largest": 0.0, "shortfall.total": 0.0}
    limits = dict.fromkeys(start.settings.stages.limits)
    national = start.filled("national").drop(
        columns="base", errors="ignore"
    )  # the largest share of a target, not of a base
    return start.with_(
        national=national, objectives=objectives, stages={"order": order, "give": give, "limits": limits}
    )


def worst(start: sp.Scenario) -> float:
    """The largest share of a target that a settlement misses; 1 where there is none."""
    try:
        national = sp.settle(start).national
    except sp.NoSettlementError:
        return 1.0
    return float((national["shortfall"] / national["target"]).max())


def worst_at(start: sp.Scenario, lever: str, value: float) -> float:
    """The largest share of a target that is missed at a value of a lever; 1 where the scenario cannot be."""
    try:
        changed = start.with_levers({lever: value})
    except sp.BadInputError as refusal:  # floors of members above a limit of their recipient
        assert {problem.code for problem in refusal.problems} == {"SP-D081"}
        return 1.0
    return worst(changed)


def bisected(start: sp.Scenario, lever: str, tight: float, loose: float, miss: float) -> float:
    """The tightest value by settling again and again, to 1e-7 of the range.

    At the very edge of what can be, no solver can tell whether the rules hold together; such a value counts as tight.
    """
    for _ in range(24):
        middle = (tight + loose) / 2
        try:
            reached = worst_at(start, lever, middle) <= miss + 1e-8
        except sp.SolverFailedError as failure:
            assert "miss by less than a solver can tell" in str(failure)
            reached = False
        tight, loose = (tight, middle) if reached else (middle, loose)
    return loose


@tries(25)
@given(drafts(), st.sampled_from(LEVERS), st.sampled_from([0.0, 0.02, 0.1]))
def test_a_goal_is_what_bisection_finds(made: Draft, lever: str, miss: float) -> None:
    """Settled at the value no target is missed by more; a thousandth tighter one is, unless the bound is reached."""
    start = strict(scenario(made))
    assume(len(start.national) > 0)
    table = start.levers().set_index("lever").loc[lever]
    try:
        found = sp.goal(start, lever, miss=miss)
    except sp.NoSettlementError:
        loosest = (
            1e-3 if lever == "national" else table["least"] if lever.endswith("floor") else min(table["most"], 1e3)
        )
        assert worst_at(start, lever, loosest) > miss + MET
        return
    except sp.BadOptionError as refusal:
        assert "nothing that counts depends on it" in str(refusal)
        return
    assert worst(found.scenario) <= miss + 1e-8
    tighter = found.value * (1.001 if found.most else 0.999)
    if not table["least"] <= tighter <= table["most"] or abs(found.value - table["least"]) < 1e-9:
        return
    assert worst_at(start, lever, tighter) > miss
    reached = bisected(start, lever, tighter, found.value, miss)
    assert found.exact == pytest.approx(reached, rel=1e-6, abs=1e-8)  # the 1e-8 of a miss that bisection allows


def test_the_least_pot_grows_as_less_may_be_missed() -> None:
    start = sp.read_scenario("england-tight")
    pots = [sp.goal(start, "pot", miss=miss).exact for miss in (0.1, 0.05, 0.02)]
    assert pots == sorted(pots)
    one = sp.goal(start, "pot", miss=0.02, objective="carbon")
    assert one.exact <= pots[-1]
    assert one.prices["objective"].unique().tolist() == ["carbon"]


def test_the_least_pot_of_england_and_the_price_of_its_last_units() -> None:
    """Less money misses a target; the price of one carbon target, either way, is what a pot for one unit more costs."""
    start = sp.read_scenario("england")
    found = sp.goal(start, "pot")
    assert found.amount == pytest.approx(11289.2, abs=0.1)
    assert worst(strict(start).with_levers({"pot": found.exact * (1 - 1e-4)})) > 1e-7
    assert float(found.settlement.national["shortfall"].max()) <= 1e-6
    last = found.prices[(found.prices["objective"] == "carbon") & (found.prices["year"] == "2029-30")].iloc[0]
    more = sp.apply_what_if(
        start, {"table": "national", "where": {"objective": "carbon", "year": "2029-30"}, "add": {"target": 1.0}}
    )
    assert last["more"] == pytest.approx((sp.goal(more, "pot").exact - found.exact) * 10600, rel=1e-6)
    assert 0 < last["less"] < last["more"]
    assert sp.apply_what_if(start, found.what_if()) == found.scenario


@pytest.mark.parametrize(
    ("lever", "words"),
    [
        ("bids", "no linear programme in the bids"),
        ("weight.carbon", "do not change what can be reached"),
        ("lock.E07000117", "no tight side"),
        ("pott", "is no lever"),
    ],
)
def test_a_lever_without_a_goal_is_refused_with_the_reason(lever: str, words: str) -> None:
    with pytest.raises(sp.BadOptionError, match=words):
        sp.goal(sp.read_scenario("bucks-and-burnley"), lever)


@pytest.mark.long
def test_where_no_value_is_enough_it_is_said_how_far_one_gets() -> None:
    with pytest.raises(sp.NoSettlementError, match=r"at best one is missed by 4\.\d+%"):
        sp.goal(sp.read_scenario("england"), "grant_floor")


def test_a_floor_goes_no_higher_than_a_lock_beside_it() -> None:
    """Also where the lock lies between the values at which the programme is looked at."""
    start = strict(sp.read_scenario("bucks-and-burnley"))
    locked = start.with_levers({"lock.Burnley": 0.81})
    found = sp.goal(locked, "rules.grant_floor", miss=0.9)
    assert found.exact == pytest.approx(0.81, rel=1e-9)
    assert worst(found.scenario) <= 0.9


def test_a_ceiling_below_what_was_taken_before_leaves_nothing_and_is_no_clash() -> None:
    start = sp.read_scenario("bucks-and-burnley")
    ceiling = {"rule": "take_up_ceiling", "value": 0.1, "area": "E07000117", "option": "retrofit-more"}
    rows = pd.concat([start.filled("rules"), pd.DataFrame([ceiling])], ignore_index=True)
    taken = start.with_(options=start.filled("options").assign(used=0.5), rule_rows=rows)
    assert not sp.repair(taken).clashes
    pots = [sp.goal(one, "pot", miss=0.5).exact for one in (start.with_(options=taken.filled("options")), taken)]
    assert 0 < pots[0] <= pots[1]


def test_a_goal_for_one_objective_says_where_the_settlement_misses_it_for_others() -> None:
    """The least pot at which no tree need be missed: settled there, some are, for carbon counts too."""
    found = sp.goal(sp.read_scenario("bucks-and-burnley"), "pot", objective="trees")
    national = found.settlement.national.set_index("objective")
    missed = (national["shortfall"] / national["target"])["trees"].max()
    said = " ".join(goal_text(found).split())
    assert missed > 1e-3 and f"the largest shortfall of Trees is {missed:.1%}. That is more than is asked" in said
    first = found.scenario.with_(
        objectives=found.scenario.objectives.assign(
            priority=[2 if key == "carbon" else 1 for key in ("carbon", "trees")]
        )
    )
    national = sp.settle(first).national.set_index("objective")
    assert (national["shortfall"] / national["target"])["trees"].max() <= 1e-6
