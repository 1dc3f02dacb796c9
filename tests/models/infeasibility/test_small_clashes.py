"""Where no settlement exists it is said with amounts, however small the clash and whatever the solver answers."""

from __future__ import annotations

import re
from io import StringIO

import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.settlement import solving
from singlepot.solver import SolverFailedError

YEARS = ["2026-27", "2027-28", "2028-29"]
BIDS = """area,year,amount,envelope
X04,2027-28,2253.38,recurrent
X05,2026-27,9830.52,recurrent
X05,2027-28,19830.14,recurrent
X06,2027-28,8616.87,recurrent
X06,2028-29,3534.83,recurrent
X08,2026-27,2642.8,recurrent
X08,2027-28,5775.84,recurrent
"""
POT = {"2026-27": 26630.231, "2027-28": 25009.148, "2028-29": 43415.473}


def stepping(outcome: float = 0.0016999, ceiling: float | None = 1.0, pot: float = 1.0) -> sp.Scenario:
    """Floors and steps ask for £769k more than the pot of 2027-28; one option has a small outcome."""
    rules = {"grant_floor": 0.46, "grant_step": 0.05} | ({} if ceiling is None else {"target_ceiling": ceiling})
    return sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["X04", "X05", "X06", "X08"], "name": ["X04", "X05", "X06", "X08"]}),
        bids=pd.read_csv(StringIO(BIDS)),
        pot=pd.DataFrame({"year": YEARS, "envelope": "recurrent", "amount": [pot * POT[year] for year in YEARS]}),
        objectives=pd.DataFrame({"key": ["gamma"], "name": ["gamma"], "unit": ["units"]}),
        targets=pd.DataFrame({"area": ["X05"], "objective": ["gamma"], "year": [YEARS[2]], "target": [0.01013]}),
        options=pd.DataFrame({"area": ["X05"], "option": ["o0"]}),
        option_years=pd.DataFrame({"area": ["X05"], "option": ["o0"], "year": [YEARS[2]], "gamma": [outcome]}),
        years=YEARS,
        money="GBP thousand",
        rules=rules,
    )


@pytest.mark.parametrize("ceiling", [None, 1.0, 1.6])
@pytest.mark.parametrize("outcome", [0.0016999, 1e-9, 1e6])
def test_a_clash_of_floors_and_steps_is_said_with_amounts_whatever_else_is_there(
    outcome: float, ceiling: float | None
) -> None:
    with pytest.raises(sp.NoSettlementError, match=r"cannot hold together; raise the pot by £768\.7k"):
        sp.settle(stepping(outcome, ceiling))


def test_a_solver_that_gives_up_on_a_clash_is_no_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    """The elastic programme decides: a least violation clearly above zero is a clash."""

    def give_up(*_: object, **__: object) -> None:
        raise SolverFailedError("no method proved anything")

    monkeypatch.setattr(solving, "minimise_in_turn", give_up)
    with pytest.raises(sp.NoSettlementError, match=r"£768\.7k"):
        sp.settle(stepping())
    with pytest.raises(SolverFailedError, match="no method proved anything"):
        sp.settle(stepping(pot=2.0))


def test_a_clash_that_no_kind_of_rule_can_end_alone_is_said_with_an_amount() -> None:
    """Two locks, each against a sum of its own: neither gives way for the other."""
    scenario = sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["A", "B"], "name": ["A", "B"], "region": ["north", "south"]}),
        bids=pd.DataFrame({"area": ["A", "B"], "year": YEARS[0], "amount": [10.0, 10.0]}),
        pot=pd.DataFrame({"year": YEARS[:1], "amount": [30.0]}),
        years=YEARS[:1],
        rule_rows=pd.DataFrame(
            {
                "rule": ["grant_lock", "pot_share_ceiling", "pot_share_floor"],
                "value": [1.0, 0.1, 0.5],
                "area": ["A", "", ""],
                "region": ["", "north", "south"],
            }
        ),
    )
    with pytest.raises(sp.NoSettlementError) as refused:
        sp.settle(scenario)
    assert re.search(r"£\d", str(refused.value))


@pytest.mark.parametrize("floor", [0.5, 1e-3, 1e-7, 1e-9])
def test_a_floor_that_cannot_be_met_is_never_a_defect_however_low(floor: float) -> None:
    """A bid that gets nothing leaves targets of nothing, so that a floor of a billionth is impossible too."""
    scenario = sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["A", "B"], "name": ["A", "B"]}),
        bids=pd.DataFrame({"area": ["A", "B"], "envelope": ["b", "a"], "year": YEARS[0], "amount": [8.4, 77571.0]}),
        pot=pd.DataFrame({"envelope": ["a", "b"], "year": YEARS[0], "amount": [97741.5, 0.0]}),
        objectives=pd.DataFrame({"key": ["k"], "name": ["k"], "unit": ["units"]}),
        targets=pd.DataFrame({"area": ["A", "B"], "objective": "k", "year": YEARS[0], "target": [18.9, 1.1]}),
        options=pd.DataFrame({"area": ["A"], "option": ["o"], "max_take_up": [1.0]}),
        option_years=pd.DataFrame(
            {"area": ["A"], "option": ["o"], "year": YEARS[0], "grant_b": [-8.4], "grant_a": [0.0], "k": [-18.9]}
        ),
        years=YEARS[:1],
        rules={"target_floor": floor},
    )
    with pytest.raises(sp.NoSettlementError, match=r"target floor.*(£|%)"):
        sp.settle(scenario)
