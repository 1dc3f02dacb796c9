"""A rule of rates that no settlement can meet is refused with the value that can be reached."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

import singlepot as sp

from ..formulation.levelled import levelled

CASES = {
    "convergence_floor": ({"rule": "convergence_floor", "value": 1.0, "objective": "skills"}, 1),
    "gini_ceiling": ({"rule": "gini_ceiling", "value": 0.05, "objective": "skills"}, -1),
    "inclusion_floor": ({"rule": "inclusion_floor", "value": 40.0}, 1),
}


def scenario(row: dict[str, Any], value: float) -> sp.Scenario:
    return sp.Scenario.from_tables(**{**levelled(), "rule_rows": pd.DataFrame([{**row, "value": value}])})


@pytest.mark.parametrize(("row", "sign"), CASES.values(), ids=list(CASES))
def test_the_value_that_is_named_can_be_reached_and_none_beyond_it(row: dict[str, Any], sign: int) -> None:
    with pytest.raises(sp.NoSettlementError) as caught:
        sp.settle(scenario(row, row["value"]))
    named = re.search(r" to ([\d.]+)$", str(caught.value))
    assert named is not None, caught.value
    value, digits = float(named[1]), len(named[1].partition(".")[2])
    settled = sp.settle(scenario(row, value))
    assert settled.certificate.passed
    with pytest.raises(sp.NoSettlementError):
        sp.settle(scenario(row, value + sign * 2 * 10.0**-digits))


def test_a_repair_does_not_move_it_and_says_so() -> None:
    row, _ = CASES["gini_ceiling"]
    with pytest.raises(sp.NoRepairError, match="raise gini_ceiling for Skills to"):
        sp.repair(scenario(row, row["value"]))
