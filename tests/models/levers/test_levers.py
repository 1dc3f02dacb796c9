"""Levers: what they are called, what their values mean, and what pulling them changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tomli_w
from hypothesis import assume, given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.levers.lever import MONEY, Lever
from singlepot.models.levers.values import UnreadableValueError, change_words, read_value

from ...examples import tries
from ...strategies import Draft, drafts, scenario

POT = Lever("pot", "pot", "factor", 10600.0, unit=MONEY, linear=True, table="pot")
FLOOR = Lever("rules.grant_floor", "grant floor", "value", 0.7, 0, 1, "share", True, path=("rules", "grant_floor"))


@pytest.fixture(scope="module")
def england() -> sp.Scenario:
    return sp.read_scenario("england")


@pytest.mark.parametrize(
    ("lever", "text", "value"),
    [
        (POT, 0.9, 0.9),
        (POT, "0.9", 0.9),
        (POT, "-10%", 0.9),
        (POT, "\N{MINUS SIGN}10 %", 0.9),
        (POT, "+2.5%", 1.025),
        (POT, "9.54bn", 0.9),
        (POT, "£9,540m", 0.9),
        (POT, "9540 million", 0.9),
        (POT, "£9540000000", 0.9),
        (POT, "£9,540,000,000.00", 0.9),
        (POT, "9e-1", 0.9),
        (FLOOR, "80%", 0.8),
        (FLOOR, ".8", 0.8),
        (FLOOR, "Off", None),
    ],
)
def test_a_value_is_read_as_people_write_it(lever: Lever, text: object, value: float | None) -> None:
    assert read_value(lever, text, "GBP million") == (None if value is None else pytest.approx(value, rel=1e-12))


@pytest.mark.parametrize(
    ("lever", "text", "words"),
    [
        (POT, "10%", r"with \+ or -"),
        (POT, "off", "a factor"),
        (POT, "-110%", "0 or more"),
        (POT, "9.5xx", "a factor"),
        (POT, "£9,5bn", "a factor"),
        (POT, "9540,00m", "a factor"),
        (POT, "0,9", "a factor"),
        (POT, "0_9", "a factor"),
        (POT, "", "a factor"),
        (POT, float("inf"), "a factor"),
        (POT, "nan", "a factor"),
        (FLOOR, "+5%", "a number, 0 to 1, or off"),
        (FLOOR, "120%", "0 to 1"),
        (FLOOR, "£1m", "0 to 1"),
        (Lever("equity", "equity", "switch", path=("equity",)), "1", "off"),
    ],
)
def test_what_can_be_meant_in_two_ways_or_none_is_refused(lever: Lever, text: object, words: str) -> None:
    with pytest.raises(UnreadableValueError, match=words):
        read_value(lever, text, "GBP million")


def test_a_change_is_said_in_the_units_of_what_it_changes() -> None:
    assert change_words(POT, 1.1, "GBP million") == "pot £10,600.0m → £11,660.0m (+10%)"
    assert change_words(FLOOR, None, "GBP") == "grant floor 70% → off"
    trees = Lever("national.trees.2026-27", "national target for Trees 2026-27", "factor", 1200.0, unit="trees")
    assert change_words(trees, 1.5, "GBP") == "national target for Trees 2026-27 1,200 trees → 1,800 trees (+50%)"
    assert change_words(Lever("bids", "national targets", "factor"), 0.5, "GBP") == "national targets \N{MINUS SIGN}50%"


def test_every_lever_of_england_can_be_pulled_and_says_so(england: sp.Scenario) -> None:
    """Each changes the scenario, and its what-if gives the same one."""
    table = england.levers().set_index("lever")
    assert {"pot", "pot.2027-28", "bids", "national.carbon.2029-30", "weight.carbon", "rules.virement"} <= set(
        table.index
    )
    assert {"give.burden", "equity", "equity.elasticity", "lock.E06000052"} <= set(table.index)
    assert table.at["pot", "now"] == 10600.0
    for name, lever in table[~table.index.str.startswith("lock.")].iterrows():
        values: dict[str, Any] = {"switch": "off", "factor": 0.5, "value": 2.0 if lever["most"] > 1 else 0.5}
        value = values[lever["kind"]]
        changed = england.with_levers({str(name): value})
        assert changed.settings.title.startswith(lever["label"]), name
        assert changed.settings.title.endswith(england.settings.title)
        assert changed != england
        assert changed == sp.apply_what_if(england, {"levers": {str(name): value}})


def test_factors_multiply_and_of_other_values_the_last_holds(england: sp.Scenario) -> None:
    twice = england.with_levers([("pot", 0.5), ("grant_floor", 0.5), ("POT", 0.5), ("rules.grant_floor", 0.6)])
    assert twice.pot["amount"].tolist() == (england.pot["amount"] / 4).tolist()
    assert twice.settings.rules["grant_floor"] == 0.6
    assert [note.code for note in twice.notes if note.code.startswith("SP-W")] == ["SP-W021"]


@pytest.mark.parametrize(
    ("value", "doubted"), [(180, True), ("180", True), ("180m", False), ("+1700%", False), (1.8, False)]
)
def test_a_factor_that_may_be_an_amount_is_doubted(value: object, doubted: bool) -> None:
    """180 for a pot of £196m is 180 times as much, where 180m is a pot of £180m."""
    pulled = sp.read_scenario("bucks-and-burnley").with_levers({"pot": value})
    (note, *_) = [*(note for note in pulled.notes if note.code == "SP-W023"), None]
    assert (note is not None) == doubted
    assert note is None or (note.level, note.remedy) == ("warning", "write 180m if an amount is meant, or leave it")


def test_a_pot_of_one_year_or_envelope_moves_alone() -> None:
    """A total is shared as it stands."""
    start = sp.read_scenario("england-authorities")
    for name in start.levers()["lever"]:
        if not name.startswith("pot."):
            continue
        before, after = start.filled("pot"), start.with_levers({name: 0.5}).filled("pot")
        parts = name.split(".")
        of_year, of_envelope = (before[column].isin(parts).to_numpy() for column in ("year", "envelope"))
        moved = (of_year if of_year.any() else ~of_year) & (of_envelope if of_envelope.any() else ~of_envelope)
        amount = before["amount"].to_numpy()
        assert after["amount"].tolist() == np.where(moved, amount / 2, amount).tolist()
    total = start.with_levers({"pot": "1bn"}).pot["amount"]
    assert total.sum() == pytest.approx(1000.0)
    assert (total / start.pot["amount"]).std() < 1e-12


def test_a_lock_takes_the_place_of_those_that_the_area_has(england: sp.Scenario) -> None:
    """By code or by name; off lets the grant free, and other rows stay."""
    locked = england.with_levers({"lock.cornwall": "90%"})
    assert locked.rules.to_dict("records") == [{"rule": "grant_lock", "area": "E06000052", "value": 0.9}]
    year = {"table": "rules", "append": {"rule": "grant_lock", "area": "E06000052", "year": "2026-27", "value": 0.8}}
    other = {"table": "rules", "append": {"rule": "grant_floor", "area": "E06000052", "value": 0.8}}
    more = sp.apply_what_if(locked, [year, other])
    again = more.with_levers({"lock.E06000052": 1})
    assert sorted(again.rules["rule"]) == ["grant_floor", "grant_lock"]
    assert again.with_levers({"lock.E06000052": "off"}).rules["rule"].tolist() == ["grant_floor"]
    free = locked.with_levers({"lock.Cornwall": "off"})
    assert free.tables["rules"].empty
    assert free.documents().keys() == england.documents().keys()


def test_what_is_wrong_with_levers_is_said_at_once(england: sp.Scenario) -> None:
    with pytest.raises(sp.BadInputError) as refusal:
        england.with_levers({"pots": 1, "rules.grant_floor": 2, "lock.Nowhere": 1})
    assert [problem.code for problem in refusal.value.problems] == ["SP-W016", "SP-W020", "SP-W016"]


@tries(60)
@given(drafts(), st.data())
def test_levers_in_turn_are_what_ifs_in_turn(made: Draft, data: st.DataObject) -> None:
    """Neutral values change no byte, order is kept, and a file of what was set gives the same scenario."""
    start = scenario(made)
    table = start.levers().set_index("lever")
    table = table[table["kind"] != "switch"]
    neutral = {str(name): 1.0 if row["kind"] == "factor" else row["now"] for name, row in table.iterrows()}
    neutral = {name: value for name, value in neutral.items() if value == value}
    assert start.with_levers(neutral).documents() == start.documents()
    names = data.draw(st.lists(st.sampled_from(sorted(table.index)), min_size=1, max_size=3, unique=True))
    levers: dict[str, float] = {}
    for name in names:
        row = table.loc[name]
        levers[name] = 1.0 if row["least"] == 1.0 else data.draw(st.sampled_from([0.25, 0.5, 0.75, 1.0]), label=name)
    try:
        together = start.with_levers(levers)
    except sp.BadInputError:  # such as a step of one envelope
        assume(False)
    assert together == sp.apply_what_if(start, {"levers": levers})
    one_by_one = start
    for name, value in levers.items():
        one_by_one = one_by_one.with_levers({name: value})
    assert one_by_one.tables.keys() == together.tables.keys()
    assert all(table.equals(together.tables[name]) for name, table in one_by_one.tables.items())
    assert tomli_w.dumps({"levers": levers})


def test_levers_reach_programme_lines_and_what_is_assumed_of_them() -> None:
    """Bids of lines are multiplied like those that are given; an assumption of one theme leaves the others."""
    start = sp.read_scenario("bucks-and-burnley-lines")
    bare = start.with_(bids=start.given["bids"].query("area != 'E06000060'"))
    assert len(bare.derived_rows["bids"]) > 0
    for scenario_of_lines in (start, bare):
        half = scenario_of_lines.with_levers({"bids": 0.5})
        assert half.bids["amount"].tolist() == pytest.approx((scenario_of_lines.bids["amount"] / 2).tolist())
        assert half.targets.equals(scenario_of_lines.targets)
        assert half.settings.title.startswith("bids £200.0m → £100.0m") or scenario_of_lines is bare
    assert bare.with_levers({"lock.Buckinghamshire": 1}).rules["area"].tolist() == ["E06000060"]
    homes = start.with_levers({"derive.theme.homes.elasticity": 0.6, "derive.tiers": 2})
    assert homes.settings.derive.as_dict()["theme"] == {"homes": {"elasticity": 0.6}}
    assert homes.settings.derive.tiers == 2
    assert len(homes.options) > len(start.options)
    with pytest.raises(sp.BadInputError, match=r"derive.least = 1.5; expected a number, 0 to 1"):
        start.with_levers({"derive.least": 1.5})
