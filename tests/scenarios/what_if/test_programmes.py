"""What-ifs change programme lines, assumptions and given rows; derived rows follow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import singlepot as sp
from singlepot.scenarios.what_if.differences import differences

LINES = "bucks-and-burnley-lines"
BUCKS = "E06000060"


@pytest.fixture(scope="module")
def lines() -> sp.Scenario:
    return sp.read_scenario(LINES)


def option(scenario: sp.Scenario, name: str, column: str) -> float:
    table = scenario.filled("option_years")
    return float(table.loc[(table["area"] == BUCKS) & (table["option"] == name), column].sum())


def test_a_change_of_lines_changes_what_follows(lines: sp.Scenario) -> None:
    """A theme stands on one row of a line and chooses all of them."""
    change = {"table": "programmes", "where": {"theme": "homes", "item": "grant"}, "multiply": {"2026-27": 1.1}}
    more = sp.apply_what_if(lines, change)
    assert np.isclose(option(more, "Retrofit raise 1", "grant_total"), 0.3 * (12 * 1.1 + 12))
    assert np.isclose(option(more, "Planting raise 1", "grant_total"), option(lines, "Planting raise 1", "grant_total"))
    outcomes = {"table": "programmes", "where": {"theme": "homes", "item": "carbon"}, "multiply": {"2027-28": 0.9}}
    assert len(differences(lines, sp.apply_what_if(lines, outcomes))) == 3


def test_assumptions_change_and_go(lines: sp.Scenario) -> None:
    """A key of [derive] is set, removed, or taken out of a theme."""
    flat = sp.apply_what_if(lines, {"derive": {"elasticity": 0.5, "theme": {"homes": {"elasticity": 0.6}}}})
    assert np.isclose(option(flat, "Planting raise 1", "trees"), 45 * (1.2**0.5 - 1))
    assert flat.settings.derive is not None
    assert flat.settings.derive.tiers == 1
    plain = sp.apply_what_if(flat, {"remove": ["derive.elasticity", "derive.theme.homes.elasticity"]})
    assert plain.assumptions["derive.elasticity"]["value"] == "0.75"
    assert "derive.theme.homes.elasticity" not in plain.assumptions


def test_an_empty_section_derives_by_the_defaults() -> None:
    bare = sp.read_scenario("bucks-and-burnley").with_(options=None, option_years=None)
    assert len(bare.options) == 0
    assert len(sp.apply_what_if(bare, {"derive": {}}).options) == 12
    assert len(bare.with_(derive={}).options) == 12
    assert len(bare.with_(derive={}).with_(derive=None).options) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"table": "options", "where": {"option": "Retrofit raise 1"}, "set": {"own_cost": 1.0}},
        {"table": "options", "where": {"origin": "assumed"}, "set": {"own_cost": 1.0}},
        {"table": "option_years", "where": {"component": "homes"}, "multiply": {"grant": 1.1}},
        {"table": "option_years", "multiply": {"grant": 1.1}},
    ],
)
def test_a_change_that_matches_derived_rows_alone_says_so(lines: sp.Scenario, change: dict[str, Any]) -> None:
    with pytest.raises(sp.BadInputError) as refusal:
        sp.apply_what_if(lines, change)
    assert [problem.code for problem in refusal.value.problems] == ["SP-W022"]
    assert "change programmes or [derive]" in refusal.value.problems[0].remedy
    assert sp.apply_what_if(lines.derived(), change) != lines.derived()


def test_a_change_of_given_rows_leaves_derived_ones_alone(lines: sp.Scenario) -> None:
    mine = {"area": BUCKS, "option": "Retrofit raise 1"}
    years = {**mine, "year": "2026-27", "grant": 5.0, "carbon": 1.0}
    given = sp.apply_what_if(lines, [{"table": "options", "append": mine}, {"table": "option_years", "append": years}])
    assert option(given, "Retrofit raise 1", "grant_total") == 5.0
    doubled = sp.apply_what_if(given, {"table": "option_years", "multiply": {"grant": 2.0}})
    assert option(doubled, "Retrofit raise 1", "grant_total") == 10.0
    assert option(doubled, "Planting raise 1", "grant_total") == option(lines, "Planting raise 1", "grant_total")


def test_check_says_what_is_assumed_of_a_what_if() -> None:
    notes = {note.code: note.value for note in sp.check_scenario(LINES).warnings}
    assert notes["SP-P001"] == "17 of 18 options are assumed: illustrative"
