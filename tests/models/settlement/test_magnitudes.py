"""Amounts many orders of magnitude apart settle, by every engine alike, and the certificate holds."""

from __future__ import annotations

import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.assurance.double_build import rebuild

from ...agreement import GRANT, STAGE, compare_grants, compare_stages, judge

YEAR = "2026-27"
BACKENDS = ("highs", "pulp", "pyomo", "interior-point")


def beside(grant: float, outcome: float) -> sp.Scenario:
    """Three areas with bids of tens of millions, and one option with another grant and outcome."""
    areas = ["A", "B", "C"]
    return sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": areas, "name": areas}),
        pot=pd.DataFrame({"year": [YEAR], "amount": [100.0]}),
        bids=pd.DataFrame({"area": areas, "year": YEAR, "amount": [40.0, 40.0, 30.0]}),
        objectives=pd.DataFrame({"key": ["k"], "name": ["k"], "unit": ["units"]}),
        national=pd.DataFrame({"objective": ["k"], "year": [YEAR], "target": [100.0]}),
        targets=pd.DataFrame({"area": areas, "objective": "k", "year": YEAR, "target": [30.0, 30.0, 20.0]}),
        options=pd.DataFrame({"area": ["A", "A", "B"], "option": ["odd", "more", "more"]}),
        option_years=pd.DataFrame(
            {
                "area": ["A", "A", "B"],
                "option": ["odd", "more", "more"],
                "year": YEAR,
                "grant": [grant, 5.0, 4.0],
                "k": [outcome, 4.0, 6.0],
            }
        ),
        years=[YEAR],
    )


@pytest.mark.parametrize("grant", [1e-6, 1e-9, 1e-12, 1e-15, 1e-30, -1e-12, -1e-15])
@pytest.mark.parametrize("outcome", [5.0, 1e-9, 1e-15])
def test_an_entry_too_small_to_be_counted_makes_no_difference_to_any_engine(grant: float, outcome: float) -> None:
    reference = sp.settle(beside(grant, outcome))
    optima = dict(zip(reference.stages["name"], reference.stages["value"], strict=True))
    for backend in BACKENDS[1:]:
        other = sp.settle(beside(grant, outcome), backend=backend)
        assert compare_stages(other, optima) <= STAGE
        assert compare_grants(reference, other) <= GRANT
    nothing = sp.settle(beside(0.0, 0.0 if outcome < 1 else outcome))
    assert compare_grants(reference, nothing) <= 1e-5


def one_area(pot: float) -> sp.Scenario:
    """One bid of £1, two options of pennies, one of which is for an outcome."""
    return sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["A"], "name": ["A"]}),
        pot=pd.DataFrame({"year": [YEAR], "amount": [pot]}),
        bids=pd.DataFrame({"area": ["A"], "year": [YEAR], "amount": [1.0]}),
        objectives=pd.DataFrame({"key": ["k"], "name": ["k"], "unit": ["units"]}),
        national=pd.DataFrame({"objective": ["k"], "year": [YEAR], "target": [1846.2]}),
        options=pd.DataFrame({"area": ["A", "A"], "option": ["o0", "o4"], "max_take_up": [0.1, 0.1]}),
        option_years=pd.DataFrame(
            {"area": ["A", "A"], "option": ["o0", "o4"], "year": YEAR, "grant": [-0.019527, 0.047744], "k": [0, 503.48]}
        ),
        years=[YEAR],
        money="GBP",
        rules={"grant_floor": 0.544, "grant_ceiling": 1.0},
    )


@pytest.mark.parametrize("pot", [1e3, 3e9, 7_782_799_469.0, 1e11, 1e13])
def test_a_pot_of_billions_leaves_a_bid_of_one_pound_as_exact_as_a_small_one(pot: float) -> None:
    """The sharing step holds every row in the row's own units, whatever its weights are."""
    settlement, small = sp.settle(one_area(pot)), sp.settle(one_area(100.0))
    assert settlement.certificate.violation <= 1e-12
    assert settlement.grants["grant"].tolist() == pytest.approx(small.grants["grant"].tolist(), abs=1e-9)
    assert settlement.take_up["take_up"].tolist() == pytest.approx(small.take_up["take_up"].tolist(), abs=1e-6)


def test_the_double_build_agrees_about_a_pound_beside_millions() -> None:
    scenario = one_area(1e6)
    judge(sp.settle(scenario), rebuild(scenario))
