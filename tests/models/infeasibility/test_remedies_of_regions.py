"""What a clash asks of a rule of a region: the region by its name, and a value that is enough."""

from __future__ import annotations

import pandas as pd
import pytest

import singlepot as sp
from singlepot.solver import NoSettlementError

YEARS = ["2026-27"]


def scenario(north: float, south: float = 0.0, grant: float = 0.0) -> sp.Scenario:
    """Shares of the pot for two regions; an option would raise the north's, but for the lock of a target."""
    option = {"area": ["A"], "option": ["homes"]}
    return sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"], "region": ["north", "south"]}),
        pot=pd.DataFrame({"year": YEARS, "amount": [10.0]}),
        bids=pd.DataFrame({"area": ["A", "B"], "year": YEARS * 2, "amount": [6.0456, 3.0]}),
        objectives=pd.DataFrame({"key": ["homes"], "name": ["Homes"], "unit": ["homes"]}),
        targets=pd.DataFrame({"area": ["A"], "objective": ["homes"], "year": YEARS, "target": [5.0]}),
        options=pd.DataFrame(option),
        option_years=pd.DataFrame({**option, "year": YEARS, "grant": [grant], "homes": [1.0]}),
        years=YEARS,
        rule_rows=pd.DataFrame(
            {
                "rule": ["pot_share_floor", "pot_share_floor", "target_lock"],
                "value": [north, south, 1.0],
                "region": ["north", "south", ""],
                "area": ["", "", "A"],
            }
        ),
    )


def refusal(made: sp.Scenario) -> str:
    with pytest.raises(NoSettlementError) as refused:
        sp.settle(made)
    return str(refused.value)


@pytest.mark.parametrize("grant", [0.02, 0.5])
def test_a_share_that_would_do_only_without_a_lock_is_not_called_enough(grant: float) -> None:
    message = refusal(scenario(0.8, grant=grant))
    assert "of north to 0.604;" in message
    assert "enough" not in message
    assert sp.settle(scenario(0.604, grant=grant)).certificate.passed
    refusal(scenario(0.605, grant=grant))


def test_each_region_is_told_by_its_name() -> None:
    message = refusal(scenario(0.7, 0.31))
    assert "(pot_share_floor) of north to 0.604" in message
    assert "(pot_share_floor) of south to 0." in message
