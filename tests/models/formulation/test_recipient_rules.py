"""The rows of recipients' sums and of capacities, rebuilt by hand, and the words of their problems."""

from __future__ import annotations

import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.formulation.formulation import Formulation, formulate
from singlepot.models.formulation.recipients import concerned_together
from singlepot.models.scenario.arrays import arrays
from singlepot.models.tables.rule_kinds import RECIPIENT, RULES

from .test_terms import SNAPSHOTS, TIERED, printed, small
from .tiered import tiered


@pytest.fixture(scope="module")
def formulation() -> Formulation:
    return formulate(sp.Scenario.from_tables(**tiered()))


@pytest.mark.parametrize("term", sorted(TIERED))
def test_the_rows_are_those_of_the_snapshot(formulation: Formulation, term: str) -> None:
    """The snapshot is written by hand from the page on levelling up; there is no switch that rewrites it."""
    assert printed(formulation, term) == (SNAPSHOTS / f"{term}.lp").read_text(encoding="utf-8")


def test_no_rule_adds_no_row() -> None:
    names = {
        family.name for family in formulate(sp.Scenario.from_tables(**small())).programme.row_families if family.size
    }
    assert not names & TIERED


def test_cells_without_a_bid_or_target_are_not_in_a_sum(formulation: Formulation) -> None:
    """Neither county bids for capital in the second year, and A alone proposes a target for carbon."""
    data = formulation.data
    floor, target = (
        concerned_together(RULES[name], data) for name in ("recipient_grant_floor", "recipient_target_floor")
    )
    union = data.recipients.index("Union")
    assert floor[union].tolist() == [[True, False], [True, True]]
    assert target[union].tolist() == [[True, True], [False, True]]


def test_the_row_that_names_the_recipient_wins_within_its_level_and_both_levels_hold() -> None:
    """0.5 for all recipients, 0.75 for the union; and 0.625 for each area, which no row of recipients replaces."""
    made = tiered()
    rows = [
        {"rule": "grant_floor", "value": 0.5, "level": "recipient"},
        {"rule": "grant_floor", "value": 0.75, "level": "recipient", "recipient": "Union"},
        {"rule": "grant_floor", "value": 0.625, "recipient": "Union"},
    ]
    limits = formulate(sp.Scenario.from_tables(**{**made, "rule_rows": pd.DataFrame(rows)})).rules
    assert set(limits["recipient_grant_floor"].value[limits["recipient_grant_floor"].binds]) == {4.5, 10.5, 16.5}
    assert limits["grant_floor"].value[0, 0, 0] == 0.625 * 4


def test_a_recipient_may_be_named_by_the_exact_name_of_an_area() -> None:
    made = tiered()
    made["areas"] = made["areas"].assign(recipient=["Barton", "Barton", ""])
    for named in ("Barton", "B"):
        rows = pd.DataFrame({"rule": ["capacity"], "value": [1.5], "level": RECIPIENT, "recipient": named})
        scenario = sp.Scenario.from_tables(**{**made, "rule_rows": rows})
        assert formulate(scenario).rules["recipient_capacity"].binds.sum() == 2
        assert arrays(scenario).recipients == ("B", "Z")


def problem(**row: object) -> str:
    made = tiered()
    rows = pd.DataFrame([{"rule": "grant_floor", "value": 0.75, "area": "A", "level": ""}, row])
    rows = rows.fillna(dict.fromkeys(rows.columns.drop(["rule", "value"]), ""))
    with pytest.raises(sp.BadInputError) as caught:
        sp.Scenario.from_tables(**{**made, "rule_rows": rows})
    assert len(caught.value.problems) == 1
    return str(caught.value)


def test_a_ceiling_below_the_floors_of_the_members_is_a_problem() -> None:
    """A keeps at least 3 of 4 for capital, by its row, and B half of 2, by the general rule."""
    said = problem(
        rule="grant_ceiling", value=3.5, basis="amount", level="recipient", recipient="Union", envelope="capital"
    )
    assert 'SP-D081 table rules row label 1, column "value": got 3.5 for "Union" in 2026-27 of capital' in said
    assert "expected at least 4, which floors of the members A, B add up to" in said
    year = problem(rule="capacity", value=11.0, basis="amount", level="recipient", recipient="Union", year="2026-27")
    assert "got 11 for" in year and "at least 12.5" in year
    assert "SP-D081" in problem(rule="grant_lock", value=12.0, basis="amount", level="recipient", envelope="resource")


def test_other_rules_have_no_level_of_recipients() -> None:
    said = problem(rule="take_up_floor", value=0.5, level="recipient")
    assert (
        'SP-D080 table rules row label 1, column "level": got "recipient"; expected level area for take_up_floor'
        in said
    )


def test_recipients_are_chosen_by_themselves_and_no_area() -> None:
    assert "SP-D051" in problem(rule="grant_floor", value=0.5, level="recipient", area="A")
    said = problem(rule="grant_floor", value=0.5, level="recipient", recipient="Onion")
    assert "SP-D052" in said and 'did you mean "Union"?' in said


def test_rows_of_both_levels_are_no_tie() -> None:
    made = tiered()
    rows = pd.DataFrame({"rule": "grant_floor", "value": [0.5, 0.5], "level": ["area", "recipient"], "year": "2026-27"})
    assert len(sp.Scenario.from_tables(**{**made, "rule_rows": rows}).rules) == 2
