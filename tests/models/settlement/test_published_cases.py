"""Published cases with known answers, and cases of the design's own history."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

import singlepot as sp

from ...places import TESTS

CASES = TESTS / "cases"
DISPATCH, CLAIMS, ROUNDING = (
    json.loads((CASES / name).read_text(encoding="utf-8"))
    for name in (
        "04_economic_dispatch_three_units.json",
        "08_claims_classic_tables.json",
        "10_rounding_to_whole_pounds.json",
    )
)
YEAR = "2026-27"
SEGMENTS = 400


def settle_bids(bids: list[float], pot: float, **settings: Any) -> sp.Settlement:
    codes = [f"area-{i:02d}" for i in range(len(bids))]
    return sp.settle(
        sp.Scenario.from_tables(
            areas=pd.DataFrame({"code": codes, "name": codes}),
            pot=pd.DataFrame({"year": [YEAR], "amount": [pot]}),
            bids=pd.DataFrame({"area": codes, "year": YEAR, "amount": bids}),
            years=[YEAR],
            **settings,
        )
    )


@pytest.mark.parametrize("case", ["case_3A", "case_3B"])
def test_economic_dispatch_meets_the_load_at_least_cost(case: str) -> None:
    """Three units with quadratic costs meet one load at least cost: options are slices of each cost curve."""
    units, expected = DISPATCH["inputs"][case], DISPATCH["expected"][case]
    options, years = [], []
    for unit in units:
        edges = np.linspace(unit["floor"], unit["cap"], SEGMENTS + 1)
        cost = unit["c1"] * edges + unit["c2"] * edges**2
        for i in range(SEGMENTS):
            key = {"area": unit["area"], "option": f"slice-{i:03d}"}
            options.append(key)
            years.append({**key, "year": YEAR, "grant": cost[i + 1] - cost[i], "load": edges[i + 1] - edges[i]})
    names = [unit["area"] for unit in units]
    at_floor = [u["c1"] * u["floor"] + u["c2"] * u["floor"] ** 2 for u in units]
    settlement = sp.settle(
        sp.Scenario.from_tables(
            areas=pd.DataFrame({"code": names, "name": names}),
            objectives=pd.DataFrame({"key": ["load"], "name": ["Load"], "unit": ["MW"]}),
            national=pd.DataFrame(
                {"objective": ["load"], "year": [YEAR], "target": [DISPATCH["inputs"]["national_target"]]}
            ),
            pot=pd.DataFrame({"year": [YEAR], "amount": [1e5]}),
            bids=pd.DataFrame({"area": names, "year": YEAR, "amount": at_floor}),
            targets=pd.DataFrame(
                {"area": names, "objective": "load", "year": YEAR, "target": [u["floor"] for u in units]}
            ),
            options=pd.DataFrame(options),
            option_years=pd.DataFrame(years),
            years=[YEAR],
        )
    )
    widths = [(unit["cap"] - unit["floor"]) / SEGMENTS for unit in units]
    agreed = settlement.targets.set_index("area")["agreed"]
    for name, width, allocation in zip(names, widths, expected["allocation"], strict=True):
        assert abs(agreed[name] - allocation) <= width
    fixed = sum(unit["c0"] for unit in units)  # paid whatever is run, so it belongs to no bid
    assert abs(fixed + settlement.grants["grant"].sum() - expected["total_cost"]) <= 0.05
    assert settlement.national["shortfall"].iloc[0] == 0


def claims_rows() -> list[tuple[list[float], float, list[float]]]:
    inputs, expected = CLAIMS["inputs"], CLAIMS["expected"]
    claims = inputs["three_creditors"]["claims"]
    rows = [(claims, float(pot), rules["proportional"]) for pot, rules in expected["three_creditors"].items()]
    names = ("ibn_ezra", "small", "bankruptcy")
    return rows + [(inputs[n]["claims"], inputs[n]["pot"], expected[n]["proportional"]) for n in names]


@pytest.mark.parametrize(("claims", "pot", "awards"), claims_rows())
def test_bids_alone_are_met_in_proportion(claims: list[float], pot: float, awards: list[float]) -> None:
    """Where areas only bid and nothing else tells them apart, the settlement is the proportional rule."""
    grants = settle_bids(claims, pot).grants["grant"]
    assert grants.to_numpy() == pytest.approx(awards, abs=CLAIMS["tolerance"]["abs"])


@pytest.mark.parametrize("bids", [[100.0, 200.0, 300.0], [2.0, 4.0, 7.0, 8.0]])
def test_a_pot_of_all_bids_returns_them_and_an_empty_one_nothing(bids: list[float]) -> None:
    assert settle_bids(bids, sum(bids)).grants["grant"].tolist() == bids
    assert settle_bids(bids, 0.0).grants["grant"].abs().max() <= 1e-12


@pytest.mark.parametrize(
    ("weights", "pot", "expected"),
    [
        (ROUNDING["inputs"]["paradox"]["weights"], 25, ROUNDING["expected"]["largest_remainder"]["25"]),
        (ROUNDING["inputs"]["paradox"]["weights"], 26, ROUNDING["expected"]["largest_remainder"]["26"]),
        (ROUNDING["inputs"]["ten"]["weights"], 10, ROUNDING["expected"]["ten_largest_remainder"]),
        (ROUNDING["inputs"]["three"]["weights"], 7, ROUNDING["expected"]["three_largest_remainder"]),
    ],
)
def test_whole_pounds_are_those_of_the_published_cases(weights: list[int], pot: int, expected: list[int]) -> None:
    settlement = settle_bids([float(w) for w in weights], pot, money="GBP")
    assert settlement.grants["pounds"].tolist() == expected
    assert settlement.pot["pounds"].tolist() == [pot]


def long(values: dict[str, list[float]], years: list[str], column: str) -> pd.DataFrame:
    rows = [(area, year, value) for area, row in values.items() for year, value in zip(years, row, strict=True)]
    return pd.DataFrame(rows, columns=["area", "year", column])


YEARS = ["2026-27", "2027-28", "2028-29"]
TWO = pd.DataFrame({"code": ["a", "b"], "name": ["A", "B"]})


def test_an_uneven_profile_that_fits_is_left_alone_under_a_tight_step() -> None:
    """10/40/10 beside a flat bid: the step binds departures from the bid, not the bid itself."""
    settlement = sp.settle(
        sp.Scenario.from_tables(
            areas=TWO,
            pot=pd.DataFrame({"year": YEARS, "amount": [30.0, 60.0, 30.0]}),
            bids=long({"a": [10, 40, 10], "b": [20, 20, 20]}, YEARS, "amount"),
            years=YEARS,
            rules={"grant_step": 0.01},
        )
    )
    assert settlement.grants["change"].abs().max() == 0


def test_one_short_year_cuts_that_year_only() -> None:
    settlement = sp.settle(
        sp.Scenario.from_tables(
            areas=TWO,
            pot=pd.DataFrame({"year": YEARS, "amount": [60.0, 50.0, 60.0]}),
            bids=long({"a": [30, 30, 30], "b": [30, 30, 30]}, YEARS, "amount"),
            years=YEARS,
        )
    )
    changes = settlement.grants.groupby("year")["change"].sum()
    assert changes.to_numpy() == pytest.approx([0, -10, 0], abs=1e-9)


def test_capital_short_cuts_capital_only() -> None:
    bids = pd.concat(
        [long({"a": [30], "b": [20]}, [YEAR], "amount").assign(envelope=e) for e in ("capital", "resource")]
    )
    settlement = sp.settle(
        sp.Scenario.from_tables(
            areas=TWO,
            pot=pd.DataFrame({"year": YEAR, "envelope": ["capital", "resource"], "amount": [40.0, 60.0]}),
            bids=bids,
            years=[YEAR],
        )
    )
    changes = settlement.grants.groupby("envelope")["change"].sum()
    assert changes["capital"] == pytest.approx(-10)
    assert changes["resource"] == pytest.approx(0, abs=1e-9)


def test_nearly_equal_areas_end_nearly_equal() -> None:
    """Bids of 100, 101 and 102 with the same targets, pot 200: shares of the bid within 1% of each other."""
    codes = ["a", "b", "c"]
    settlement = sp.settle(
        sp.Scenario.from_tables(
            areas=pd.DataFrame({"code": codes, "name": codes}),
            objectives=pd.DataFrame({"key": ["skills"], "name": ["Skills"], "unit": ["adults"]}),
            pot=pd.DataFrame({"year": [YEAR], "amount": [200.0]}),
            bids=pd.DataFrame({"area": codes, "year": YEAR, "amount": [100.0, 101.0, 102.0]}),
            targets=pd.DataFrame({"area": codes, "objective": "skills", "year": YEAR, "target": 10.0}),
            years=[YEAR],
        )
    )
    shares = settlement.grants["grant"] / settlement.grants["bid"]
    assert shares.max() / shares.min() <= 1.01


def test_an_efficiency_is_not_taken_on_what_is_no_longer_run() -> None:
    """A pot of 20 for a bid of 100 that could save 50: the saving and the scale-back share one programme."""
    settlement = sp.settle(
        sp.Scenario.from_tables(
            areas=TWO.head(1),
            pot=pd.DataFrame({"year": [YEAR], "amount": [20.0]}),
            bids=pd.DataFrame({"area": ["a"], "year": [YEAR], "amount": [100.0]}),
            options=pd.DataFrame({"area": ["a"], "option": ["leaner"]}),
            option_years=pd.DataFrame({"area": ["a"], "option": ["leaner"], "year": [YEAR], "grant": [-50.0]}),
            years=[YEAR],
        )
    )
    taken = settlement.take_up.set_index("option")["take_up"]
    assert settlement.grants["grant"].tolist() == pytest.approx([20.0])
    assert taken["leaner"] + taken[f"scale-back {YEAR}"] <= 1 + 1e-12
    assert 50 * taken["leaner"] + 100 * taken[f"scale-back {YEAR}"] == pytest.approx(80)
