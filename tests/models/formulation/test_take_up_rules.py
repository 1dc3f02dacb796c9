"""Take-up rules: what they limit, how they explain themselves, and what they leave alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

import singlepot as sp
from singlepot.models.formulation.formulation import formulate
from singlepot.models.formulation.rules import resolve
from singlepot.models.scenario.arrays import arrays

from ...strategies import Draft, drafts, scenario

RULE_COLUMNS = ["rule", "value", "basis", "area", "region", "type", "option"]
AREAS = {"area": ["", "A", "C"], "region": ["", "North"], "type": ["", "county"]}


def bucks(*rows: tuple[Any, ...], **general: float) -> sp.Scenario:
    """Buckinghamshire and Burnley under take-up rules: rule, value, area, option."""
    made = sp.read_scenario("bucks-and-burnley")
    table = pd.DataFrame(rows, columns=["rule", "value", "area", "option"]) if rows else None
    return made.with_(rules=general, rule_rows=table)


def taken(settlement: sp.Settlement) -> pd.Series[float]:
    return settlement.take_up.set_index(["area", "option"])["take_up"]


def limits_by_hand(made: sp.Scenario, rule: str) -> dict[tuple[str, str], float]:
    """The limit of every option: the row with most selectors, else the general value; scale-backs only if named."""
    data, areas = arrays(made), made.filled("areas").set_index("code")
    limits = {}
    for a, name, most, back in zip(
        data.options.area, data.options.name, data.options.limit, data.options.scale_back, strict=True
    ):
        code = data.areas[a]
        there = {"area": code, "region": areas.at[code, "region"], "type": areas.at[code, "type"], "option": name}
        best = (-1, np.nan if back else made.settings.rules.get(rule, np.nan) * most)
        for row in made.filled("rules").query("rule == @rule").to_dict("records"):
            named = {column: row[column] for column in there if row[column]}
            if all(there[column] == word for column, word in named.items()) and ("option" in named or not back):
                value = row["value"] * (1 if row["basis"] == "amount" else most)
                best = max(best, (len(named), value), key=lambda item: item[0])
        limits[code, name] = best[1]
    return limits


@given(drafts())
def test_the_row_with_most_selectors_limits_each_option(made: Draft) -> None:
    drawn = scenario(made)
    data, rules = arrays(drawn), resolve(drawn, arrays(drawn))
    for rule in ("take_up_floor", "take_up_ceiling"):
        by_hand = list(limits_by_hand(drawn, rule).values())
        np.testing.assert_allclose(rules[rule].value, by_hand, rtol=1e-12)
    assert len(data.options.name) == len(by_hand)


@given(drafts())
def test_a_ceiling_of_one_and_a_floor_of_nothing_change_no_bound(made: Draft) -> None:
    """And with the same programme, the same bytes."""
    plain = scenario({name: value for name, value in made.items() if name != "rule_rows"})
    plain = plain.with_(rules={"take_up_ceiling": None})
    neutral = plain.with_(rules={"take_up_ceiling": 1.0, "take_up_floor": 0.0})
    one, other = (formulate(of).programme for of in (plain, neutral))
    assert (one.column_lower == other.column_lower).all() and (one.column_upper == other.column_upper).all()
    assert (one.row_lower == other.row_lower).all() and (one.matrix != other.matrix).nnz == 0


def test_a_ceiling_of_one_and_a_floor_of_nothing_change_no_table() -> None:
    """Reasons, stops and prices too."""
    plain = sp.settle(bucks())
    neutral = sp.settle(bucks(take_up_ceiling=1.0, take_up_floor=0.0))
    for name, table in plain.tables.items():
        pd.testing.assert_frame_equal(table, neutral.tables[name])
    pd.testing.assert_frame_equal(plain.best_placed.table, neutral.best_placed.table)
    assert [price.label for price in plain.prices] == [price.label for price in neutral.prices]


@pytest.mark.parametrize("option", ["retrofit-more", "efficiency"])
def test_a_ceiling_of_nothing_is_as_if_the_option_were_not_there(option: str) -> None:
    barred = sp.settle(bucks(("take_up_ceiling", 0.0, "E07000117", option)))
    made = sp.read_scenario("bucks-and-burnley")
    tables = {"options": made.options, "option_years": made.option_years}
    barring = {"area": "E07000117", "option": option}
    kept = {name: table[(table[list(barring)] != barring).any(axis=1)] for name, table in tables.items()}
    without = sp.settle(made.with_(**kept))
    assert taken(barred)["E07000117", option] == 0
    for column in ("grant", "pounds"):
        np.testing.assert_allclose(barred.grants[column], without.grants[column], atol=1e-9)


def test_a_ceiling_says_what_the_area_offers_and_has_a_price() -> None:
    """Half of what Buckinghamshire could do, by hand: carbon is dearer in Burnley."""
    settlement = sp.settle(bucks(("take_up_ceiling", 0.5, "E06000060", "")))
    assert taken(settlement)["E06000060", "retrofit-more"] == pytest.approx(0.5)
    reasons = settlement.asks.set_index(["area", "option"])["reason"]
    assert reasons["E06000060", "retrofit-more"].endswith("; 50% of it is all that Buckinghamshire offers.")
    stops = settlement.best_placed.table.query("need == 'carbon'").set_index("area")["stop"]
    assert stops["E06000060"] == "take-up ceiling"
    [price] = [p for p in settlement.prices if p.place == ("E06000060", "retrofit-more")]
    assert (price.kind, price.stage) == ("take-up ceiling", "shortfall.largest[1]")
    assert price.words("GBP million") in (
        "£4.00m per unit, in money of 2026-27",
        "£5.33m per unit, in money of 2027-28",
    )


def test_a_floor_says_that_it_asks() -> None:
    settlement = sp.settle(bucks(("take_up_floor", 0.9, "E07000117", "retrofit-more")))
    assert taken(settlement)["E07000117", "retrofit-more"] == pytest.approx(0.9)
    reason = settlement.asks.set_index(["area", "option"])["reason"]["E07000117", "retrofit-more"]
    assert reason.endswith("; the take-up floor asks for 90% of it.")
    assert "it is dearer than that, and used for what the rules ask" in reason
    assert {p.kind for p in settlement.prices if p.place[-1] == "retrofit-more"} >= {"take-up floor"}


def test_only_a_row_that_names_a_scale_back_limits_it() -> None:
    """All options barred: the bids give way; the scale-backs of Cornwall barred too, and it keeps its bid."""
    barred = sp.settle(bucks(take_up_ceiling=0.0))
    back = [name for name in barred.take_up["option"] if name.startswith("scale-back")]
    assert (taken(barred).loc[:, back] > 0).any() and (taken(barred).drop(back, level=1) == 0).all()
    rows = [("take_up_ceiling", 0.0, "E06000052", f"scale-back {year}") for year in ("2026-27", "2027-28")]
    kept = sp.settle(bucks(*rows, take_up_ceiling=0.0))
    cornwall = kept.grants[kept.grants["area"] == "E06000052"]
    np.testing.assert_allclose(cornwall["grant"], cornwall["bid"], rtol=1e-12)


def test_an_amount_is_take_up_itself() -> None:
    made = sp.read_scenario("bucks-and-burnley")
    doubled = made.with_(options=made.options.assign(max_take_up=2.0))
    row = pd.DataFrame([{"rule": "take_up_ceiling", "value": 0.25, "basis": "amount", "option": "retrofit-more"}])
    assert (taken(sp.settle(doubled.with_(rule_rows=row))).loc[:, "retrofit-more"] <= 0.25 + 1e-12).all()


def test_a_clash_names_the_option_and_a_repair_lowers_its_floor() -> None:
    """Burnley must use all of an option that the pot cannot pay beside the floors of all grants."""
    made = bucks(("take_up_floor", 1.0, "E07000117", "retrofit-more"), grant_floor=0.98)
    with pytest.raises(sp.NoSettlementError) as refused:
        sp.settle(made)
    assert "the take-up floor of “Retrofit another 2 kt of homes” in Burnley" in str(refused.value)
    repaired = sp.repair(made, ["take_up_floor"])
    assert repaired.changes["rule"].tolist() == ["take_up_floor"]
    assert repaired.changes["to"].item() < 1
    sp.settle(repaired.repaired())
    single = sp.repair(made, ["take_up_floor"], limit_by_limit=True)
    assert single.changes[["area", "option", "unit"]].to_numpy().tolist() == [["E07000117", "retrofit-more", "take-up"]]
    assert "of an option in all" in single.summary()
    sp.settle(single.repaired())


def test_a_lever_moves_the_general_rule() -> None:
    moved = bucks(take_up_ceiling=0.8).with_levers({"rules.take_up_ceiling": 0.5})
    assert moved.settings.rules["take_up_ceiling"] == 0.5
    assert sp.goal(bucks(take_up_ceiling=0.1), "rules.take_up_ceiling").value > 0.1


def test_a_what_if_changes_a_row() -> None:
    made = bucks(("take_up_ceiling", 0.5, "E06000060", "retrofit-more"))
    change = {"table": "rules", "where": {"rule": "take_up_ceiling", "option": "retrofit-more"}, "set": {"value": 0.25}}
    assert sp.apply_what_if(made, {"change": [change]}).rules["value"].tolist() == [0.25]


def test_a_settlement_under_take_up_rules_is_verified(tmp_path: Any) -> None:
    """And one that passes a ceiling is found out."""
    made = bucks(("take_up_ceiling", 0.5, "E06000060", ""), ("take_up_floor", 0.75, "E07000117", "retrofit-more"))
    settlement = sp.settle(made)
    settlement.write(tmp_path / "out")
    assert sp.verify(tmp_path / "out").passed


@pytest.mark.parametrize(("bid", "there"), [(6.0, True), (0.0, False)])
def test_a_rule_on_a_scale_back_needs_a_bid_to_scale_back(bid: float, there: bool) -> None:
    """A bid of nothing implies no scale-back, so that no rule can name it."""
    bids = pd.DataFrame({"area": ["A", "B"], "year": "2026-27", "amount": [bid, 6.0]})
    rule = pd.DataFrame({"rule": ["take_up_ceiling"], "value": [0.5], "area": ["A"], "option": ["scale-back 2026-27"]})
    tables = {
        "areas": pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
        "pot": pd.DataFrame({"year": ["2026-27"], "amount": [10.0]}),
        "years": ["2026-27"],
    }
    if there:
        sp.Scenario.from_tables(**tables, bids=bids, rule_rows=rule)
        return
    with pytest.raises(sp.BadInputError) as refused:
        sp.Scenario.from_tables(**tables, bids=bids, rule_rows=rule)
    assert [(problem.code, problem.column) for problem in refused.value.problems] == [("SP-D058", "option")]
