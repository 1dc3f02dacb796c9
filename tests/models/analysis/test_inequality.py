"""Measures of inequality: against their definitions, and what must hold of them."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.analysis.inequality import (
    coefficient_of_variation,
    gini,
    hoover,
    pairing,
    percentile_ratio,
    theil,
    theil_by_group,
)

YEAR = "2026-27"
MEASURES = {"gini": gini, "theil": theil, "variation": coefficient_of_variation, "hoover": hoover}

people = st.lists(st.tuples(st.floats(0.1, 1000), st.floats(0.5, 50), st.sampled_from("nsw")), min_size=2, max_size=9)


def apart(rows: list[tuple[float, float, str]]) -> tuple[np.ndarray, np.ndarray, list[str]]:
    values, weights, groups = zip(*rows, strict=True)
    return np.asarray(values), np.asarray(weights), list(groups)


@given(people)
def test_measures_are_their_definitions(rows: list[tuple[float, float, str]]) -> None:
    """Summed over every pair, or written out with weights that are shares."""
    x, w, _ = apart(rows)
    p = w / w.sum()
    mean = float((p * x).sum())
    pairs = sum(p[i] * p[j] * abs(x[i] - x[j]) for i, j in product(range(len(x)), repeat=2))
    assert gini(x, w) == pytest.approx(pairs / (2 * mean), abs=1e-12)
    assert theil(x, w) == pytest.approx(sum(p[i] * x[i] / mean * np.log(x[i] / mean) for i in range(len(x))), abs=1e-12)
    assert hoover(x, w) == pytest.approx(sum(p[i] * max(x[i] / mean - 1, 0) for i in range(len(x))), abs=1e-12)
    deviation = np.sqrt(np.cov(x, aweights=w, ddof=0))
    assert coefficient_of_variation(x, w) == pytest.approx(float(deviation) / mean, abs=1e-9)


@given(people)
def test_theil_is_what_lies_between_and_what_lies_within(rows: list[tuple[float, float, str]]) -> None:
    x, w, groups = apart(rows)
    between, within = theil_by_group(x, w, groups)
    assert between + within == pytest.approx(theil(x, w), abs=1e-12)
    assert between >= 0 <= within
    assert theil_by_group(x, w, range(len(x)))[1] == pytest.approx(0, abs=1e-12)
    assert theil_by_group(x, w, ["all"] * len(x))[0] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("measure", [*MEASURES.values(), percentile_ratio])
@given(people)
def test_units_and_halves_change_nothing(measure: object, rows: list[tuple[float, float, str]]) -> None:
    """Pounds or pence, people or thousands, an area or its two halves."""
    x, w, _ = apart(rows)
    assert callable(measure)
    expected = pytest.approx(measure(x, w), rel=1e-9, abs=1e-12)
    assert measure(100 * x, w / 1000) == expected
    assert measure(np.append(x, x[0]), np.append(np.append(w[0] / 2, w[1:]), w[0] / 2)) == expected
    assert measure(np.full(4, 7.0), np.arange(1.0, 5.0)) == pytest.approx(1.0 if measure is percentile_ratio else 0.0)


@pytest.mark.parametrize("measure", [gini, theil, coefficient_of_variation])
def test_a_pound_from_rich_to_poor_lowers_inequality(measure: object) -> None:
    """The principle of transfers of Pigou and Dalton."""
    assert callable(measure)
    x, w = np.asarray([1.0, 4.0, 6.0, 9.0]), np.ones(4)
    assert measure(x + np.asarray([0, 0.5, -0.5, 0]), w) < measure(x, w)


def test_measures_have_their_textbook_values() -> None:
    """1 to 5: Gini 4/15. One has all of n: Gini 1 - 1/n, Theil ln n, Hoover 1 - 1/n, variation √(n - 1)."""
    assert gini(np.arange(1.0, 6.0), np.ones(5)) == pytest.approx(4 / 15)
    one = np.asarray([0.0, 0.0, 0.0, 8.0])
    assert [item(one, np.ones(4)) for item in (gini, theil, hoover, coefficient_of_variation)] == pytest.approx(
        [3 / 4, np.log(4), 3 / 4, np.sqrt(3)]
    )
    assert np.isnan(percentile_ratio(one, np.ones(4)))
    assert percentile_ratio(np.arange(1.0, 101.0), np.ones(100)) == 9.0


def test_what_has_no_meaning_is_missing() -> None:
    assert np.isnan(gini(np.zeros(3), np.ones(3)))
    assert np.isnan(theil(np.asarray([-1.0, 5.0]), np.ones(2)))
    assert np.isnan(hoover(np.ones(2), np.zeros(2)))


def test_prosperity_and_inclusion_are_paired_by_hand() -> None:
    """Ranks 1 2 3 4 and 2 1 4 3: correlation 1 - 6 · 4 / (4 · 15) = 0.6. Medians 2 and 2, of equal people."""
    measures = pairing(
        np.asarray([1.0, 2.0, 3.0, 4.0]), np.asarray([2.0, 1.0, 4.0, 3.0]), np.asarray([1.0, 2.0, 2.0, 1.0])
    )
    assert measures["rank_correlation"] == pytest.approx(0.6)
    assert measures["both"] == pytest.approx(0.5)
    assert measures["neither"] == pytest.approx(0.5)
    assert measures["prosperous"] == measures["inclusive"] == 0
    assert pairing(np.arange(4.0), -np.arange(4.0), np.ones(4))["rank_correlation"] == pytest.approx(-1)
    tied = pairing(np.asarray([1.0, 1.0, 2.0, 3.0]), np.arange(4.0), np.ones(4))  # ranks 1.5, 1.5, 3, 4
    assert tied["rank_correlation"] == pytest.approx(4.5 / np.sqrt(4.5 * 5))


@pytest.fixture
def small() -> sp.Scenario:
    """Two areas in the north, one in the south; pay per head is to rise and poverty to fall."""
    codes = ["a", "b", "c"]
    return sp.Scenario.from_tables(
        areas=pd.DataFrame(
            {
                "code": codes,
                "name": codes,
                "region": ["north", "north", "south"],
                "population": [1000, 1000, 2000],
                "pay": [10.0, 20.0, 70.0],
                "poor": [400.0, 300.0, 200.0],
            }
        ),
        attributes=["pay", "poor"],
        pot=pd.DataFrame({"year": [YEAR], "amount": [100.0]}),
        bids=pd.DataFrame({"area": codes, "year": YEAR, "amount": [30.0, 30.0, 40.0]}),
        objectives=pd.DataFrame(
            {
                "key": ["productivity", "inclusiveness"],
                "name": ["Pay", "Poverty"],
                "unit": ["£", "people"],
                "direction": ["increase", "decrease"],
                "baseline": ["pay", "poor"],
                "per": ["population", "population"],
            }
        ),
        targets=pd.DataFrame(
            {
                "area": codes,
                "objective": ["productivity", "productivity", "inclusiveness"],
                "year": YEAR,
                "target": 10.0,
            }
        ),
        years=[YEAR],
    )


def test_a_settlement_is_measured_by_hand(small: sp.Scenario) -> None:
    """Grants 30, 30, 40 for 1, 1 and 2 thousand people: £30,000 and £20,000 a head, all between regions."""
    settlement = sp.measure_inequality(sp.settle(small))
    table = settlement.measures.set_index(["what", "when"])
    grant = table.loc[("grant per head", "after")]
    assert grant["mean"] == pytest.approx(25_000)
    assert grant["gini"] == pytest.approx(0.1)  # a half of the people apart by 10, over 2 · 25, times a half
    assert grant["hoover"] == pytest.approx(0.1)
    assert grant["between"] == pytest.approx(grant["theil"])
    assert grant["within"] == pytest.approx(0, abs=1e-12)
    before, after = table.loc[("productivity", "before")], table.loc[("productivity", "after")]
    assert before["mean"] == pytest.approx(100 / 4000)
    assert after["mean"] == pytest.approx(120 / 4000)
    assert after["theil"] < before["theil"]
    assert table.loc[("inclusiveness", "after"), "mean"] == pytest.approx(890 / 4000)
    north = settlement.regions[
        (settlement.regions["region"] == "north") & (settlement.regions["what"] == "grant per head")
    ].iloc[0]
    assert (north["people"], north["mean"]) == pytest.approx((0.5, 30_000))
    assert settlement.pairing["when"].tolist() == ["before", "after"]
    assert settlement.pairing["rank_correlation"].tolist() == pytest.approx([1, 1])  # less poverty is more inclusion


def test_a_settlement_and_a_frame_of_the_same_are_the_same(small: sp.Scenario) -> None:
    settlement = sp.settle(small)
    areas = small.areas[["population", "region"]].assign(
        grant=1e6 * settlement.grants["grant"] / small.areas["population"]
    )
    by_frame = sp.measure_inequality(areas).measures.iloc[0]
    by_settlement = sp.measure_inequality(settlement).measures.iloc[1]
    for name in (*MEASURES, "between", "within", "p90_p10", "mean"):
        assert by_frame[name] == pytest.approx(by_settlement[name])


def test_without_people_each_area_counts_once(small: sp.Scenario) -> None:
    objectives = small.objectives.drop(columns=["baseline", "per"])
    bare = small.with_(areas=small.areas.drop(columns="population"), objectives=objectives)
    settlement = sp.measure_inequality(sp.settle(bare))
    assert settlement.measures["what"].tolist() == ["bid per head", "grant per head"]
    assert settlement.measures["mean"].tolist() == pytest.approx([1e8 / 3, 1e8 / 3])
    assert not len(settlement.pairing)


def test_a_frame_without_numbers_is_refused() -> None:
    with pytest.raises(sp.BadOptionError, match="no column of numbers"):
        sp.measure_inequality(pd.DataFrame({"population": [1], "region": ["north"]}))
    with pytest.raises(sp.BadOptionError, match="a value of type list is no result"):
        sp.measure_inequality([1, 2])  # type: ignore[arg-type]
