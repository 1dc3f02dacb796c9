"""The rows of convergence and inclusion, rebuilt by hand."""

from __future__ import annotations

import pytest

import singlepot as sp
from singlepot.models.formulation.formulation import Formulation, formulate

from .levelled import levelled, ruled
from .test_terms import LEVELLING, SNAPSHOTS, printed


@pytest.fixture(scope="module")
def formulation() -> Formulation:
    return formulate(sp.Scenario.from_tables(**ruled()))


@pytest.mark.parametrize("term", sorted(LEVELLING))
def test_the_rows_are_those_of_the_snapshot(formulation: Formulation, term: str) -> None:
    """The snapshot is written by hand from the page on levelling up; there is no switch that rewrites it."""
    assert printed(formulation, term) == (SNAPSHOTS / f"{term}.lp").read_text(encoding="utf-8")


def test_no_section_adds_a_row_or_column() -> None:
    """A scenario without the sections has none of their families, and one with them alone no more than bounds."""
    made = levelled()
    stages = made.pop("stages") | {"order": ["shortfall.total"]}
    bare = formulate(sp.Scenario.from_tables(**made, stages=stages)).programme
    names = {family.name for family in (*bare.row_families, *bare.column_families)}
    assert not names & {"convergence", "short_of_aim", "prosperity", "inclusion", "together", "apart"}


def test_the_most_that_can_be_missed_of_an_aim_by_hand(formulation: Formulation) -> None:
    """A misses most where options take from it, and add elsewhere, all that they change in the year of the aim.

    Of 12, A's own 8 make up 0.6 and B's 16 take away 0.4: 13.6. Options of A change 2, 5 and, by scaling back, 8, of
    which 0.6 counts; those of B 16, of which 0.4 counts: 15.4 more.
    """
    programme = formulation.programme
    labels = [programme.column_label(column) for column in range(programme.shape[1])]
    assert programme.implied_upper[labels.index("short_of_aim[A,skills]")] == pytest.approx(13.6 + 15.4)


def test_side_effects_do_not_take_from_who_is_below_the_line() -> None:
    """Lowest target of A in skills, which it is below the line in and proposes nothing for in the first year."""
    made = levelled()
    made["targets"] = made["targets"][made["targets"]["area"] != "A"]
    made["rules"] = {}
    lower = formulate(sp.Scenario.from_tables(**made)).programme
    labels = [lower.column_label(column) for column in range(lower.shape[1])]
    bounds = dict(zip(labels, lower.column_lower, strict=True))
    assert bounds["target[A,skills,2027-28]"] == 0
    del made["convergence"]
    made["stages"] = {"order": ["shortfall.total"]}
    free = formulate(sp.Scenario.from_tables(**made)).programme
    assert dict(zip(labels, free.column_lower, strict=False))["target[A,skills,2027-28]"] == float("-inf")
