"""Ties between rules, checked against going through every cell one by one."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.diagnostics.problems import BadInputError
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.tables.rule_kinds import SELECTORS

from ...strategies import HypothesisPicker, Picker, SeededPicker, choice

YEARS = ["2026-27", "2027-28"]
AREAS = pd.DataFrame(
    {
        "code": ["A", "B", "C", "D"],
        "name": ["Aston", "Barton", "Carton", "Denton"],
        "region": ["North", "North", "South", ""],
        "type": ["county", "unitary", "county", "unitary"],
    }
)
ENVELOPES = ["capital", "resource"]
POT = pd.DataFrame(
    [(year, envelope, 9.0) for year in YEARS for envelope in ENVELOPES], columns=["year", "envelope", "amount"]
)
BIDS = pd.DataFrame({"area": ["A"], "year": YEARS[:1], "envelope": ["capital"], "amount": [1.0]})

Row = dict[str, str]

SELECTIONS = {
    "area": ["", "", "", "A", "C"],
    "region": ["", "", "North", "South"],
    "type": ["", "", "county", "unitary"],
    "envelope": ["", "", *ENVELOPES],
    "year": ["", "", *YEARS],
}


def rows_of(pick: Picker) -> list[Row]:
    """One to seven different rows of a rule, each of which selects some cell."""
    drawn = [{column: choice(pick, words) for column, words in SELECTIONS.items()} for _ in range(pick.integer(1, 6))]
    first = dict.fromkeys(SELECTIONS, "") | {"type": choice(pick, ["", "county"])}
    rows = {tuple(row.items()): row for row in [first, *drawn]}
    return [row for row in rows.values() if any(matches(row, cell) for cell in cells())]


@st.composite
def drawn_rows(draw: Any) -> list[Row]:
    return rows_of(HypothesisPicker(draw))


def matches(row: Row, cell: Row) -> bool:
    return all(not word or cell[column] == word for column, word in row.items())


def cells() -> list[Row]:
    return [
        {"area": area["code"], "region": area["region"], "type": area["type"], "envelope": envelope, "year": year}
        for area, envelope, year in product(AREAS.to_dict("records"), ENVELOPES, YEARS)
    ]


def tied_rows(rows: list[Row]) -> set[int]:
    """The later row of every pair that is tied in some cell with the first of the most particular ones."""
    tied = set()
    for cell in cells():
        result = [number for number, row in enumerate(rows) if matches(row, cell)]
        most = max((sum(map(bool, rows[number].values())) for number in result), default=0)
        top = [number for number in result if sum(map(bool, rows[number].values())) == most]
        if len(top) > 1:
            tied |= set(top)
    return tied


def test_rows_with_and_without_ties_are_drawn() -> None:
    """Of 100 draws at least 30 each."""
    tied = [bool(tied_rows(rows_of(SeededPicker(seed)))) for seed in range(100)]
    assert 30 <= sum(tied) <= 70


@given(drawn_rows())
def test_ties_are_those_of_the_cells(rows: list[Row]) -> None:
    table = pd.DataFrame([{"rule": "grant_floor", "value": 0.5, **row} for row in rows])
    given_tables: dict[str, Any] = {"areas": AREAS, "pot": POT, "bids": BIDS, "years": YEARS}
    expected = tied_rows(rows)
    try:
        Scenario.from_tables(**given_tables, rules=table)
    except BadInputError as refused:
        assert {problem.code for problem in refused.problems} == {"SP-D054"}
        named = {int(problem.place.removeprefix("row label ")) for problem in refused.problems}
        named |= {int(problem.expected.partition("row label ")[2].partition(",")[0]) for problem in refused.problems}
        assert named == expected
    else:
        assert not expected


def test_selectors_are_columns_of_the_table() -> None:
    assert set(SELECTORS) == {"area", "region", "type", "recipient", "envelope", "objective", "year", "option"}


def test_a_missing_reference_is_counted_for_the_rule_that_needs_it() -> None:
    """Each of two rules names the first bid without a reference where it holds itself, and counts the others there."""
    years = ["2026-27", "2027-28"]
    bids = {"area": ["A", "A", "B"], "year": [*years, years[0]], "amount": 5.0, "reference": [np.nan] * 3}
    with pytest.raises(sp.BadInputError) as refused:
        sp.Scenario.from_tables(
            years=years,
            areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
            bids=pd.DataFrame(bids),
            pot=pd.DataFrame({"year": years, "amount": 10.0}),
            rules=pd.DataFrame({"rule": "grant_floor", "value": 0.5, "basis": "reference", "area": ["A", "B"]}),
        )
    first, second = refused.value.problems
    assert "row label 0" in first.expected and "and 1 more" in first.expected
    assert "row label 2" in second.expected and "more" not in second.expected
