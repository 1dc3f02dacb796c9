"""Published cases with known answers, and cases of the design's own history."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

import singlepot as sp
from singlepot.reports.selftest.published_cases import published_cases, settle_bids

YEAR = "2026-27"


@pytest.mark.parametrize("check", [pytest.param(check, id=what) for what, check in published_cases()])
def test_a_published_case_has_its_printed_answer(check: Callable[[], str]) -> None:
    """Loads of power stations at least cost, claims on too small a pot, whole pounds; the self-test runs the same."""
    assert check()


@pytest.mark.parametrize("bids", [[100.0, 200.0, 300.0], [2.0, 4.0, 7.0, 8.0]])
def test_a_pot_of_all_bids_returns_them_and_an_empty_one_nothing(bids: list[float]) -> None:
    assert settle_bids(bids, sum(bids)).grants["grant"].tolist() == bids
    assert settle_bids(bids, 0.0).grants["grant"].abs().max() <= 1e-12


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
