"""Scenarios without a settlement, each of another cause: the repair names it, restores a settlement, and is least."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.infeasibility.relaxable import relaxable
from singlepot.models.tables.rule_kinds import KINDS, RULES
from singlepot.solver import Control
from singlepot.solver.infeasibility.farkas import is_possible

YEARS = ["2026-27", "2027-28"]
Made = dict[str, Any]


def base(**settings: Any) -> Made:
    """Three areas and two years; a and b are equal, in the north; bids of 110 a year, pots of 110."""
    return {
        "areas": pd.DataFrame(
            {
                "code": ["a", "b", "c"],
                "name": ["Aston", "Barton", "Colne"],
                "region": ["North", "North", "South"],
                "population": [100.0, 100.0, 50.0],
            }
        ),
        "pot": pd.DataFrame({"year": YEARS, "amount": [110.0, 110.0]}),
        "bids": pd.DataFrame(
            {"area": list("aabbcc"), "year": YEARS * 3, "amount": [40.0, 40.0, 40.0, 40.0, 30.0, 30.0]}
        ),
        "years": YEARS,
        **settings,
    }


def pots(*amounts: float) -> pd.DataFrame:
    return pd.DataFrame({"year": YEARS, "amount": amounts})


def rows(*of: Made) -> pd.DataFrame:
    return pd.DataFrame(list(of)).fillna("")


def with_targets(**settings: Any) -> Made:
    """Targets of 10 for each area in the second year, and an option that raises them for money or own costs."""
    made = base(
        objectives=pd.DataFrame({"key": ["trees"], "name": ["Trees"], "unit": ["thousand"]}),
        targets=pd.DataFrame({"area": list("abc"), "objective": "trees", "year": YEARS[1], "target": [10.0] * 3}),
        options=pd.DataFrame({"area": list("abc"), "option": "more", "own_cost": [4.0] * 3}),
        option_years=pd.DataFrame(
            {"area": list("abc"), "option": "more", "year": YEARS[1], "grant": [8.0] * 3, "trees": [5.0] * 3}
        ),
    )
    return {**made, **settings}


def two_envelopes(**settings: Any) -> Made:
    made = base(**settings)
    both = [made["bids"].assign(envelope=name, amount=made["bids"]["amount"] / 2) for name in ("capital", "resource")]
    made["bids"] = pd.concat(both, ignore_index=True)
    made["pot"] = pd.DataFrame(
        {"year": YEARS * 2, "envelope": ["capital"] * 2 + ["resource"] * 2, "amount": [40.0, 40.0, 70.0, 70.0]}
    )
    return made


@dataclass(frozen=True)
class Case:
    """A scenario, what may change, the total that a hand finds, and words that name the cause."""

    made: Made
    may_change: tuple[str, ...] | None
    total: dict[str, float]
    words: tuple[str, ...]
    kinds: frozenset[str]


M, S = "GBP million", "share"


def case(made: Made, may: Sequence[str] | None, total: dict[str, float], words: Sequence[str], *kinds: str) -> Case:
    return Case(made, None if may is None else tuple(may), total, tuple(words), frozenset(kinds))


CASES = {
    "floors above the pot": case(
        base(rules={"grant_floor": 0.9}, pot=pots(110, 80)),
        ["grant_floor"],
        {M: 19.0},
        ["the grant floor of Aston, Barton and Colne in 2027-28 (£99.0m)", "the pot in 2027-28 (£80.0m)", "£19.0m"],
        "pot",
        "grant_floor",
    ),
    "floors above the pots of two years, by default": case(
        base(rules={"grant_floor": 0.9}, pot=pots(90, 80)),
        None,
        {M: 28.0},
        ["the grant floor", "2026-27 and 2027-28", "the pot", "£28.0m"],
        "pot",
        "grant_floor",
    ),
    "carry-over that does not suffice": case(
        base(rules={"grant_floor": 0.9, "carry_over": 0.05}, pot=pots(110, 90)),
        ["carry_over"],
        {M: 3.5},
        ["the grant floor", "the carry-over", "2026-27"],
        "pot",
        "grant_floor",
        "carry_over",
    ),
    "carry-over that is not allowed at all": case(
        base(rules={"grant_floor": 0.9}, pot=pots(110, 90)),
        ["carry_over"],
        {M: 9.0},
        ["the grant floor", "the pot"],
        "pot",
        "grant_floor",
    ),
    "a lock above the ceiling": case(
        base(
            rule_rows=rows(
                {"rule": "grant_lock", "value": 1.0, "area": "a"},
                {"rule": "grant_ceiling", "value": 36.0, "basis": "amount", "area": "a"},
            )
        ),
        ["grant_ceiling"],
        {M: 8.0},
        ["the grant lock of Aston", "the grant ceiling of Aston"],
        "grant_ceiling",
        "grant_lock",
    ),
    "a step against a floor": case(
        base(
            rules={"grant_step": 0.0},
            rule_rows=rows({"rule": "grant_floor", "value": 1.0, "area": "a", "year": YEARS[0]}),
            pot=pots(110, 30),
        ),
        ["grant_step"],
        {M: 10.0},
        ["the grant floor of Aston in 2026-27", "the grant step of Aston in 2027-28", "the pot in 2027-28"],
        "pot",
        "grant_floor",
        "grant_step",
    ),
    "a region's share against the pot": case(
        base(rule_rows=rows({"rule": "pot_share_floor", "value": 0.9, "region": "North"}), pot=pots(40, 110)),
        ["pot_share"],
        {M: 15.0},
        ["the least share of the pot of North (£135.0m)", "the pot in 2026-27 (£40.0m) and bids (£80.0m) by £15.0m"],
        "pot",
        "pot_share",
    ),
    "a region's largest share against its floors": case(
        base(
            rules={"grant_floor": 0.9}, rule_rows=rows({"rule": "pot_share_ceiling", "value": 0.5, "region": "North"})
        ),
        ["pot_share"],
        {M: 34.0},
        ["the grant floor of Aston and Barton", "the largest share of the pot of North (£110.0m)", "£34.0m"],
        "grant_floor",
        "pot_share",
    ),
    "a target floor against a grant ceiling": case(
        with_targets(
            rules={"grant_ceiling": 1.0},
            rule_rows=rows({"rule": "target_floor", "value": 15.0, "basis": "amount", "area": "a", "year": YEARS[1]}),
        ),
        ["target_floor"],
        {S: 3 / 22},
        ["the target floor of Aston", "the grant ceiling of Aston"],
        "target_floor",
        "grant_ceiling",
    ),
    "a target lock that is too high": case(
        with_targets(
            rule_rows=rows({"rule": "target_lock", "value": 20.0, "basis": "amount", "area": "b", "year": YEARS[1]})
        ),
        ["target_lock"],
        {S: 0.5},
        ["the target lock of Barton for Trees in 2027-28"],
        "target_lock",
    ),
    "an own-cost ceiling": case(
        with_targets(
            rules={"own_cost_ceiling": 0.01},
            rule_rows=rows({"rule": "target_floor", "value": 15.0, "basis": "amount", "area": "c", "year": YEARS[1]}),
            pot=pots(110, 150),
        ),
        ["own_cost_ceiling"],
        {M: 3.4},
        ["the target floor of Colne", "the own-cost ceiling of Colne"],
        "target_floor",
        "own_cost_ceiling",
    ),
    "two shares that come to more than all": case(
        base(
            pot=pots(80, 80),
            rule_rows=rows(
                {"rule": "pot_share_floor", "value": 0.8, "region": "North"},
                {"rule": "pot_share_floor", "value": 0.3, "region": "South"},
            ),
        ),
        ["pot_share"],
        {M: 16.0},
        ["the least share of the pot of North and South (£176.0m)", "the pot", "(£160.0m)", "£16.0m"],
        "pot",
        "pot_share",
    ),
    "virement that does not suffice": case(
        two_envelopes(rules={"grant_floor": 0.9, "virement": 0.1}),
        ["virement"],
        {M: 5.0},
        ["the grant floor", "the moves between parts of the pot", "resource"],
        "pot",
        "grant_floor",
        "virement",
    ),
    "floors per head": case(
        base(rule_rows=rows({"rule": "grant_floor", "value": 0.4, "basis": "per_head"}), pot=pots(110, 92)),
        ["pot"],
        {M: 8.0},
        ["the grant floor", "in 2027-28 (£100.0m)", "the pot in 2027-28 (£92.0m)"],
        "pot",
        "grant_floor",
    ),
    "a target floor that needs the money": case(
        with_targets(rules={"target_floor": 1.0}, option_years=None, options=None, pot=pots(100, 100)),
        ["pot"],
        {M: 20.0},
        ["the target floor", "the pot"],
        "pot",
        "target_floor",
    ),
}


def least(scenario: sp.Scenario, may_change: Sequence[str] | None = None, **how: Any) -> sp.Repair:
    """The least change of single limits."""
    return sp.repair(scenario, may_change, limit_by_limit=True, **how)


def settles(scenario: sp.Scenario) -> bool:
    try:
        sp.settle(scenario)
    except sp.NoSettlementError:
        return False
    return True


def moved(found: sp.Repair, share: float) -> bool:
    """Whether some point exists when every limit goes this share of the way."""
    from singlepot.scenarios.repair.changes import as_changes

    limits = relaxable(found.scenario).limits
    keys = ["rule", "area", "envelope", "objective", "year"]
    both = found.changes.merge(limits[[*keys, "unit", "share"]], on=keys)
    unit = both["unit_y"].where(both["share"], 1.0)
    part = both.assign(value=(both["from"] + share * both["change"]) * unit)
    changed = sp.apply_what_if(found.scenario, {"change": as_changes(found.scenario, part)})
    return is_possible(sp.formulate(changed).programme, Control())


@pytest.mark.parametrize("name", CASES)
def test_a_repair_restores_a_settlement_and_is_least(name: str) -> None:
    one = CASES[name]
    scenario = sp.Scenario.from_tables(**one.made)
    repaired = least(scenario, one.may_change)
    assert settles(repaired.repaired())
    assert repaired.total == pytest.approx(one.total, abs=1e-4)
    assert moved(repaired, 1.0)
    assert not moved(repaired, 0.99)


@pytest.mark.parametrize("name", CASES)
def test_the_cause_is_named_and_nothing_else(name: str) -> None:
    """Every kind of the clash is needed: without any one of them, the rest can hold."""
    one = CASES[name]
    scenario = sp.Scenario.from_tables(**one.made)
    repaired = least(scenario, one.may_change)
    for words in one.words:
        assert words in repaired.clash
    (clash,) = repaired.clashes
    assert set(clash.kinds) == one.kinds
    written = relaxable(scenario)
    assert not is_possible(written.keeping(clash.kinds), Control())
    for kind in clash.kinds:
        assert is_possible(written.keeping([other for other in clash.kinds if other != kind]), Control())


@pytest.mark.parametrize("name", CASES)
def test_the_error_points_to_repair(name: str) -> None:
    with pytest.raises(sp.NoSettlementError, match="singlepot repair"):
        sp.settle(sp.Scenario.from_tables(**CASES[name].made))


@pytest.mark.parametrize("name", ["floors above the pots of two years, by default", "floors above the pot"])
def test_equal_areas_are_changed_equally(name: str) -> None:
    repaired = least(sp.Scenario.from_tables(**CASES[name].made), ["grant_floor"])
    by_area = repaired.changes.pivot_table(index="year", columns="area", values="change")
    np.testing.assert_allclose(by_area["a"], by_area["b"], atol=2e-6)
    np.testing.assert_allclose(by_area["c"] / 30, by_area["a"] / 40, atol=2e-6)


def shuffled(made: Made, seed: int) -> Made:
    return {
        key: table.sample(frac=1, random_state=seed).reset_index(drop=True)
        if isinstance(table, pd.DataFrame)
        else table
        for key, table in made.items()
    }


@pytest.mark.parametrize("name", CASES)
def test_row_order_changes_nothing(name: str) -> None:
    one = CASES[name]
    repaired = least(sp.Scenario.from_tables(**one.made), one.may_change)
    other = least(sp.Scenario.from_tables(**shuffled(one.made, 7)), one.may_change)
    pd.testing.assert_frame_equal(repaired.changes, other.changes, check_exact=False, rtol=0, atol=2e-6)
    assert repaired.clash == other.clash


def test_a_scenario_that_settles_is_left_alone() -> None:
    repaired = least(sp.Scenario.from_tables(**base()))
    assert not len(repaired.changes)
    assert repaired.clash == ""
    assert repaired.what_if()["change"] == []


def test_where_nothing_allowed_helps_the_error_says_what_would() -> None:
    scenario = sp.Scenario.from_tables(**CASES["floors above the pot"].made)
    with pytest.raises(sp.NoRepairError, match="also allow pot or grant_floor") as refused:
        least(scenario, ["target_floor"])
    assert refused.value.exit_code == 4


def test_two_clashes_are_both_named_and_repaired() -> None:
    made = base(
        rules={"grant_floor": 0.9},
        pot=pots(110, 80),
        rule_rows=rows(
            {"rule": "grant_lock", "value": 1.0, "area": "a", "year": YEARS[0]},
            {"rule": "grant_ceiling", "value": 36.0, "basis": "amount", "area": "a"},
        ),
    )
    repaired = least(sp.Scenario.from_tables(**made))
    kinds = {frozenset(clash.kinds) for clash in repaired.clashes}
    assert kinds == {frozenset({"pot", "grant_floor"}), frozenset({"grant_ceiling", "grant_lock"})}
    assert settles(repaired.repaired())


def test_every_rule_can_be_moved() -> None:
    """A rule that is new to the checks must be new to repairs too."""
    of_rates = {rule.name for rule in RULES.values() if rule.over.of_rates}
    assert set(KINDS) == {"pot", *("pot_share" if rule.startswith("pot_share") else rule for rule in RULES)} - of_rates


def test_a_clash_says_what_each_kind_alone_would_take() -> None:
    repaired = least(sp.Scenario.from_tables(**CASES["a target floor that needs the money"].made))
    assert repaired.clashes[0].alone == {
        "pot": (pytest.approx(20.0), pytest.approx(0.0)),
        "target_floor": (pytest.approx(0.0), pytest.approx(3 * 20 / 220)),
    }


def test_equal_weights_are_split_by_size() -> None:
    """Raising the pot and lowering floors count the same: both give way, each in proportion to its size."""
    repaired = least(sp.Scenario.from_tables(**CASES["floors above the pot"].made), ["pot", "grant_floor"])
    change = repaired.changes.set_index(["rule", "area"])["change"]
    assert change["pot", ""] == pytest.approx(19 * 80 / 190, abs=1e-5)
    assert change["grant_floor", "c"] == pytest.approx(-19 * 30 / 190, abs=1e-5)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(sp.CannotChangeError, match='did you mean "grant_floor"'):
        sp.repair(sp.Scenario.from_tables(**base()), ["grant_flor"])


def below(limit: float) -> Callable[[sp.ExtraRows], None]:
    def add(further: sp.ExtraRows) -> None:
        further.at_most("all of it", further.labels("grant")["column"], 1.0, limit)

    return add


def test_constraints_of_ones_own_stay_and_are_named() -> None:
    scenario = sp.Scenario.from_tables(**base(rules={"grant_floor": 0.9}))
    repaired = least(scenario, extra=below(150.0))
    assert "the added constraint all of it" in repaired.clash
    assert repaired.total[M] == pytest.approx(48.0, abs=1e-4)
    sp.settle(repaired.repaired(), extra=below(150.0))
    with pytest.raises(sp.NoRepairError, match="added constraint"):
        least(scenario, KINDS, extra=below(-1.0))


def test_how_far_a_national_objective_goes() -> None:
    national = pd.DataFrame({"objective": ["trees"], "year": [YEARS[1]], "target": [60.0]})
    attainable = sp.find_attainable(sp.Scenario.from_tables(**with_targets(national=national, pot=pots(110, 200))))
    assert attainable["most"].tolist() == pytest.approx([45.0])
    assert attainable["share"].tolist() == pytest.approx([0.75])
    assert not attainable["reached"].any()


def test_a_pot_of_several_sources_gets_one_more() -> None:
    pot = pd.DataFrame({"year": [*YEARS, YEARS[1]], "amount": [110.0, 50.0, 30.0], "source": ["one", "one", "two"]})
    repair_ = least(sp.Scenario.from_tables(**base(rules={"grant_floor": 0.9}, pot=pot)), ["pot"])
    repaired = repair_.repaired()
    assert repaired.pot["source"].tolist() == ["one", "one", "two", "repair"]
    assert repaired.pot["amount"].tolist() == pytest.approx([110, 50, 30, 19])
    assert settles(repaired)


@pytest.mark.parametrize(
    "selectors",
    [
        {"area": "a"},
        {"area": "a", "year": YEARS[1]},
        {"area": "a", "region": "North", "year": YEARS[1]},
        {"region": "North", "envelope": "total", "year": YEARS[1]},
        {"area": "a", "region": "North", "envelope": "total", "year": YEARS[1]},
    ],
)
def test_a_repair_wins_over_every_row_that_binds_a_cell(selectors: dict[str, str]) -> None:
    """However particular the rows are, the repaired limit holds, and the rows of other cells stay."""
    rule_rows = rows({"rule": "grant_floor", "value": 0.9}, {"rule": "grant_floor", "value": 1.0, **selectors})
    scenario = sp.Scenario.from_tables(**base(rule_rows=rule_rows, pot=pots(110, 80)))
    repaired = least(scenario, ["grant_floor"])
    after = relaxable(repaired.repaired()).limits.set_index(["rule", "area", "year"])["value"]
    for row in repaired.changes.to_dict("records"):
        assert after["grant_floor", row["area"], row["year"]] == pytest.approx(row["to"])
    before = relaxable(scenario).limits.set_index(["rule", "area", "year"])["value"]
    pd.testing.assert_series_equal(after.xs(YEARS[0], level="year"), before.xs(YEARS[0], level="year"))
    assert settles(repaired.repaired())


@pytest.mark.parametrize(("money", "factor"), [("GBP", 1e6), ("GBP thousand", 1e3)])
def test_units_of_money_change_nothing(money: str, factor: float) -> None:
    made = base(rules={"grant_floor": 0.9}, pot=pots(110, 80))
    other = {**made, "money": money}
    for name in ("pot", "bids"):
        other[name] = made[name].assign(amount=made[name]["amount"] * factor)
    repaired, scaled = (least(sp.Scenario.from_tables(**item)) for item in (made, other))
    np.testing.assert_allclose(scaled.changes["change"] / factor, repaired.changes["change"], atol=2e-6)
    assert (scaled.changes["unit"] == money).all()
    assert settles(scaled.repaired())
