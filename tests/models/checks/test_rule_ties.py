"""Ties between rules, checked against going through every cell one by one."""

from __future__ import annotations

from itertools import product
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from singlepot.models.diagnostics.problems import BadInputError
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.tables.schema import SELECTORS

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

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "area": st.sampled_from(["", "", "", "A", "C"]),
            "region": st.sampled_from(["", "", "North", "South"]),
            "type": st.sampled_from(["", "", "county", "unitary"]),
            "envelope": st.sampled_from(["", "", *ENVELOPES]),
            "year": st.sampled_from(["", "", *YEARS]),
        }
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda row: tuple(sorted(row.items())),
)


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
        found = [number for number, row in enumerate(rows) if matches(row, cell)]
        most = max((sum(map(bool, rows[number].values())) for number in found), default=0)
        top = [number for number in found if sum(map(bool, rows[number].values())) == most]
        if len(top) > 1:
            tied |= set(top)
    return tied


@given(ROWS)
def test_ties_are_those_of_the_cells(rows: list[Row]) -> None:
    rows = [row for row in rows if any(matches(row, cell) for cell in cells())]
    table = pd.DataFrame(
        [{"rule": "grant_floor", "value": 0.5, **row} for row in rows],
        columns=["rule", "value", *rows[0]] if rows else None,
    )
    given_tables: dict[str, Any] = {"areas": AREAS, "pot": POT, "bids": BIDS, "years": YEARS}
    expected = tied_rows(rows)
    try:
        Scenario.from_tables(**given_tables, rules=table if rows else None)
    except BadInputError as refused:
        assert {problem.code for problem in refused.problems} == {"SP-D054"}
        named = {int(problem.place.removeprefix("row label ")) for problem in refused.problems}
        named |= {int(problem.expected.partition("row label ")[2].partition(",")[0]) for problem in refused.problems}
        assert named == expected
    else:
        assert not expected


def test_selectors_are_columns_of_the_table() -> None:
    assert set(SELECTORS) == {"area", "region", "type", "envelope", "objective", "year"}
