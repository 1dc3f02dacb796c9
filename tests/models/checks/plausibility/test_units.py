"""Attributes of which a number would fit in another unit, and years with more bids than a country spends."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.diagnostics.problems import Diagnostic

from ....examples import tries


def doubts(code: str, amounts: list[float], money: str = "GBP million", **areas: list[float]) -> list[Diagnostic]:
    """The warnings of a code for areas that bid these amounts in one year."""
    codes = [f"A{number}" for number in range(len(amounts))]
    scenario = sp.Scenario.from_tables(
        years=["2026-27"],
        money=money,
        attributes=[name for name in areas if name != "population"],
        areas=pd.DataFrame({"code": codes, "name": codes, **areas}),
        bids=pd.DataFrame({"area": codes, "year": "2026-27", "amount": amounts}),
        pot=pd.DataFrame({"year": ["2026-27"], "amount": [sum(amounts)]}),
    )
    return [note for note in scenario.notes if note.code == code]


def attribute(*values: float, population: list[float] | None = None) -> list[Diagnostic]:
    people = {} if population is None else {"population": population}
    return doubts("SP-N021", [10.0] * len(values), income=list(values), **people)


@pytest.mark.parametrize("unit", [1e3, 1e6])
@tries(40)
@given(
    others=st.lists(st.floats(20, 60), min_size=3, max_size=12),
    share=st.floats(0.01, 0.99),
    up=st.booleans(),
    data=st.data(),
)
def test_one_number_in_another_unit_is_doubted(
    unit: float, others: list[float], share: float, up: bool, data: st.DataObject
) -> None:
    """Unless the column already has a gap that tells it by itself, which SP-N020 says."""
    true = min(others) + share * (max(others) - min(others))
    at = data.draw(st.integers(0, len(others)))
    values = [*others[:at], true * unit if up else true / unit, *others[at:]]
    noted = doubts("SP-N021", [10.0] * len(values), income=values)
    noted += doubts("SP-N020", [10.0] * len(values), income=values)
    assert [note.place for note in noted] == [f"row label {at}"]


def test_a_number_just_outside_a_tenfold_that_would_fit_is_doubted_and_one_just_inside_is_not() -> None:
    wide = [1.0, 9.0, 80.0, 500.0]
    assert [note.place for note in attribute(*wide, 5_001.0)] == ["row label 4"]
    assert not attribute(*wide, 4_999.0)


def test_a_number_that_no_other_unit_brings_in_is_not_doubted() -> None:
    """As the City of London's product for each resident, twenty times the next."""
    assert not attribute(20.0, 30.0, 40.0, 50.0, 1000.0)
    assert attribute(20.0, 30.0, 40.0, 0.045, 50.0)
    assert not attribute(20.0, 30.0, 40.0, 0.9, 50.0)
    assert not attribute(30.0, 31.0, 0.5), "two are no range"


def test_amounts_are_compared_per_head_where_that_is_closer() -> None:
    people = [100.0, 1_000.0, 10_000.0, 200_000.0, 150_000.0]
    product = [each * factor for each, factor in zip(people, (20, 25, 30, 27, 28), strict=True)]
    assert not attribute(*product, population=people), "wide, as the people are"
    product[3] /= 1000
    assert [note.place for note in attribute(*product, population=people)] == ["row label 3"]


def test_amounts_that_do_not_grow_with_people_are_compared_as_they_are() -> None:
    """Incomes are alike, and areas are not: a thousandth of an income is seen though it would fit per head."""
    noted = attribute(20.0, 30.0, 0.03, 40.0, 50.0, population=[20_000.0, 10_000.0, 3.0, 2_000.0, 1_000.0])
    assert [note.place for note in noted] == ["row label 2"]


def test_a_year_of_bids_above_all_public_spending_is_doubted() -> None:
    assert [note.place for note in doubts("SP-N022", [600_000.0, 400_001.0])] == ["row label 0"], (
        "the first of its year"
    )
    assert not doubts("SP-N022", [600_000.0, 400_000.0])


@pytest.mark.parametrize(("money", "pounds"), [("GBP", 1.0), ("GBP thousand", 1e3), ("GBP million", 1e6)])
def test_a_year_of_bids_above_20000_a_head_is_doubted(money: str, pounds: float) -> None:
    people = [1_000_000.0, 500_000.0]
    most = 20_000 * 1_500_000 / pounds
    assert doubts("SP-N022", [most * 0.7, most * 0.301], money, population=people)
    assert not doubts("SP-N022", [most * 0.7, most * 0.299], money, population=people)
    assert not doubts("SP-N022", [most * 0.7, most * 0.301], money)
    assert doubts("SP-N022", [most * 0.7, most * 0.301, 0.0], money, population=[*people, 1e9]), "of those who bid"


@pytest.mark.parametrize(("bid", "doubted"), [(3000.0, True), (2999.0, False), (1 / 30, True), (1 / 29, False)])
def test_a_bid_per_head_three_hundred_times_the_median_is_doubted(bid: float, doubted: bool) -> None:
    noted = doubts("SP-N004", [10.0, 10.0, bid, 10.0, 10.0], population=[1_000.0] * 5, money="GBP thousand")
    assert [note.place for note in noted] == ["row label 2"] * doubted


@pytest.mark.parametrize(("cost", "doubted"), [(30_001.0, True), (30_000.0, False)])
def test_own_costs_in_pounds_are_doubted_beside_options_that_cost_nothing(cost: float, doubted: bool) -> None:
    """Of those above nothing the median is compared, with three hundred times all bids."""
    options = pd.DataFrame({"area": "A", "option": ["a", "b", "c", "d"], "own_cost": [0.0, 0.0, cost, cost]})
    scenario = sp.Scenario.from_tables(
        years=["2026-27"],
        areas=pd.DataFrame({"code": ["A"], "name": ["Aston"]}),
        bids=pd.DataFrame({"area": ["A"], "year": "2026-27", "amount": 100.0}),
        pot=pd.DataFrame({"year": ["2026-27"], "amount": 90.0}),
        options=options,
        option_years=options[["area", "option"]].assign(year="2026-27", grant=-1.0),
    )
    assert [note.column for note in scenario.notes if note.code == "SP-N006"] == ["own_cost"] * doubted
