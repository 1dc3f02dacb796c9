"""Remedies of scenarios without a settlement are carried out: each leaves a settlement, or less to be mended."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.money import POUNDS_PER
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.tables.rule_kinds import KINDS

from .test_repair import CASES, base, pots, rows

NUMBER = r"£?(?P<amount>[0-9][0-9,]*(?:\.[0-9]+)?(?:e-[0-9]+)?)(?P<suffix>[mk]?)"
POT = re.compile(rf"(?:the pot of (?P<envelope>\S+) |the pot )?by {NUMBER}(?: in (?P<year>[0-9-]+))?")
VALUE = re.compile(rf"\((?P<rule>\w+)\)(?: of (?P<of>.*?))?(?: in (?P<year>[0-9-]+))? to {NUMBER}")
BASIS = re.compile(r"^give .* \((?P<rule>\w+)\) the basis (?P<basis>\w+)")

MORE = {
    "a pot short by less than the digits of everyday amounts": base(rules={"grant_floor": 0.9}, pot=pots(99, 98.97)),
    "a pot short by a few pounds": base(rules={"grant_floor": 0.9}, pot=pots(99, 98.999996)),
    "a pot short by a few pounds, in thousands": base(
        rules={"grant_floor": 0.9}, pot=pots(99, 98.9997), money="GBP thousand"
    ),
    "a pot short by a few pounds, in pounds": base(rules={"grant_floor": 0.9}, pot=pots(99, 96.6), money="GBP"),
    "a damping floor above bids": base(
        rule_rows=rows({"rule": "grant_floor", "value": 0.95, "basis": "reference"}),
        bids=base()["bids"].assign(reference=[40.0, 60.0, 40.0, 40.0, 55.0, 30.0]),
    ),
    "two floors, of which one is too high": base(
        rules={"grant_floor": 0.6},
        rule_rows=rows({"rule": "grant_floor", "value": 1.0, "region": "North", "year": "2027-28"}),
        pot=pots(110, 90),
    ),
    "a step of nothing": base(
        rules={"grant_step": 0.0, "grant_floor": 0.5},
        pot=pots(110, 50),
        rule_rows=rows({"rule": "grant_lock", "value": 1.0, "area": "a", "year": "2026-27"}),
    ),
}


def scenarios() -> dict[str, Scenario]:
    """The broken inputs of the tests of repair, and some whose remedies need many digits."""
    made = {name: one.made for name, one in CASES.items()} | MORE
    return {name: Scenario.from_tables(**settings) for name, settings in made.items()}


def carried_out(scenario: Scenario, remedy: str) -> Iterator[Scenario]:
    """The scenario after each way out that a message names; one that only points to a command yields nothing."""
    for way in re.split(r", or |; ", remedy):
        if basis := BASIS.search(way):
            table = scenario.rules.assign(basis=scenario.filled("rules")["basis"])
            table.loc[table["rule"] == basis["rule"], "basis"] = basis["basis"]
            yield scenario.with_(rule_rows=table)
        elif way.startswith("raise the pot"):
            yield with_pots(scenario, list(POT.finditer(way)))
        elif values := list(VALUE.finditer(way)):
            yield with_values(scenario, values)
        else:
            assert "singlepot repair" in way, way


def money(match: re.Match[str], scenario: Scenario) -> float:
    """An amount in the scenario's unit: £2 beside millions is two pounds."""
    number = float(match["amount"].replace(",", ""))
    pounds = {"m": 1e6, "k": 1e3, "": 1.0}[match["suffix"]]
    in_money = match.group(0).find("£") >= 0
    return number * pounds / POUNDS_PER[scenario.settings.money] if in_money else number


def with_pots(scenario: Scenario, amounts: list[re.Match[str]]) -> Scenario:
    assert amounts
    table = scenario.filled("pot")
    for match in amounts:
        chosen = table["year"] == (match["year"] or scenario.settings.years[0])
        if match["envelope"]:
            chosen &= table["envelope"] == match["envelope"]
        table.loc[chosen.idxmax(), "amount"] += money(match, scenario)
    return scenario.with_(pot=table)


def with_values(scenario: Scenario, values: list[re.Match[str]]) -> Scenario:
    general, table = {}, scenario.filled("rules")
    names = dict(scenario.areas[["name", "code"]].to_numpy())
    goals = dict(scenario.objectives[["name", "key"]].to_numpy())
    for match in values:
        value, chosen = money(match, scenario), table["rule"] == match["rule"]
        if match.group(0).find("£") >= 0 or match["year"]:
            row = {"rule": match["rule"], "value": value, "basis": "amount", "year": match["year"] or ""}
            of = [names.get(word, word) for word in (match["of"] or "").split(", ")]
            row |= {"area": of[0], "objective": next((goals[word] for word in of[1:] if word in goals), "")}
            standing = chosen & (table["area"] == row["area"]) & (table["basis"] == "amount")
            if standing.any():
                table.loc[standing, "value"] = value
            else:
                table = pd.concat([table, pd.DataFrame([row])], ignore_index=True).fillna("")
        elif chosen.any() and (match["of"] or match["rule"] not in scenario.settings.rules):
            if match["of"]:
                named = table.assign(
                    area=table["area"].replace({code: name for name, code in names.items()}),
                    objective=table["objective"].replace({key: name for name, key in goals.items()}),
                )
                selected = named[["area", "region", "type", "envelope", "objective", "year"]].agg(
                    lambda row: ", ".join(filter(None, row)), axis=1
                )
                chosen &= selected == match["of"]
            table.loc[chosen, "value"] = value
        else:
            general[match["rule"]] = value
    return scenario.with_(rules=general, **({"rule_rows": table} if len(table) else {}))


def missing(scenario: Scenario) -> float:
    """What the least change of every kind together is: 0 where a settlement exists."""
    repaired = sp.repair(
        scenario, [kind for kind in KINDS if kind not in ("carry_over", "virement")], limit_by_limit=True
    )
    return repaired.least


@pytest.mark.parametrize("name", scenarios())
def test_every_way_out_that_a_message_names_makes_the_input_better(name: str) -> None:
    scenario = scenarios()[name]
    with pytest.raises(sp.NoSettlementError) as refused:
        sp.settle(scenario)
    ways = list(carried_out(scenario, refused.value.remedy))
    assert ways, refused.value.remedy
    for changed in ways:
        try:
            sp.settle(changed)
        except sp.NoSettlementError as still:
            assert missing(changed) < missing(scenario), f"{refused.value.remedy} left {still}"


@pytest.mark.parametrize("name", scenarios())
def test_every_repair_that_is_offered_settles(name: str) -> None:
    scenario = scenarios()[name]
    repaired = sp.repair(scenario)
    sp.settle(repaired.repaired())
    assert "pot" not in set(repaired.changes["rule"])
    for clash in repaired.clashes:
        for changed in carried_out(scenario, ", or ".join(clash.ways_out)):
            assert missing(changed) < missing(scenario), clash.ways_out


def test_a_damping_floor_above_bids_is_told_as_a_share_and_as_a_basis() -> None:
    with pytest.raises(sp.NoSettlementError) as refused:
        sp.settle(scenarios()["a damping floor above bids"])
    assert "to 0.545 (0.666 is enough for Aston), or give the grant floor (grant_floor) the basis least" in str(
        refused.value
    )


def test_one_uniform_change_is_offered_where_it_is_enough() -> None:
    """A floor of 0.97 where 10/11 would do: one value is written, the pot stays, whatever the number of areas."""
    many = base(rules={"grant_floor": 0.97}, pot=pots(100, 100))
    repaired = sp.repair(Scenario.from_tables(**many))
    assert repaired.what_if()["rules"] == {"grant_floor": 0.909}
    assert repaired.what_if()["change"] == []
    assert repaired.uniform


@given(st.floats(1e-7, 0.5), st.sampled_from(list(POUNDS_PER)))
def test_amounts_and_values_of_any_size_are_said_so_that_they_work(part: float, unit: str) -> None:
    short = Scenario.from_tables(**base(rules={"grant_floor": 1.0}, pot=pots(110, 110 * (1 - part)), money=unit))
    with pytest.raises(sp.NoSettlementError) as refused:
        sp.settle(short)
    lowered, raised = (next(pattern.finditer(refused.value.remedy)) for pattern in (VALUE, re.compile(rf"by {NUMBER}")))
    assert 0 <= 1 - part - float(lowered["amount"]) <= max(0.1 * part, 1e-12)
    assert 0 <= money(raised, short) - 110 * part * (1 - 1e-9) <= 110 * part * 0.01
    for changed in carried_out(short, refused.value.remedy):
        sp.settle(changed)
