"""A rule of rates that no settlement can meet is refused with the value that can be reached."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

import singlepot as sp
from singlepot.reports import repair_text

from ..formulation.levelled import levelled

CASES = {
    "convergence_floor": ({"rule": "convergence_floor", "value": 1.0, "objective": "skills"}, 1),
    "gini_ceiling": ({"rule": "gini_ceiling", "value": 0.05, "objective": "skills"}, -1),
    "gini_ceiling of nothing": ({"rule": "gini_ceiling", "value": 0.0, "objective": "skills"}, -1),
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


@pytest.mark.parametrize("row", [row for row, _ in CASES.values()], ids=list(CASES))
def test_a_repair_sets_it_to_what_can_be_reached(row: dict[str, Any]) -> None:
    made = scenario(row, row["value"])
    with pytest.raises(sp.NoSettlementError) as caught:
        sp.settle(made)
    repaired = sp.repair(made)
    named = re.search(r" to ([\d.]+)$", str(caught.value))
    assert named is not None and repaired.changes["to"].tolist() == [float(named[1])]
    assert "cannot be met beside the other rules" in " ".join(repair_text(repaired).split())
    assert sp.settle(repaired.repaired()).certificate.passed


def test_a_repair_moves_it_beside_the_floors_that_are_above_the_pot() -> None:
    """The floor is lowered first; what can be reached of the ceiling is found beside it."""
    row, _ = CASES["gini_ceiling"]
    made = scenario(row, row["value"])
    pot = made.pot.assign(amount=made.bids["amount"].sum() * 0.01)
    repaired = sp.repair(made.with_(pot=pot, rules={"grant_floor": 0.9}))
    assert {"grant_floor", "gini_ceiling"} <= set(repaired.changes["rule"])
    assert {clash.kinds for clash in repaired.clashes} >= {("gini_ceiling",)}
    assert sp.settle(repaired.repaired()).certificate.passed


def test_a_repair_that_may_not_move_it_says_what_could_be_reached() -> None:
    row, _ = CASES["gini_ceiling"]
    with pytest.raises(sp.NoRepairError, match="raise gini_ceiling for Skills to"):
        sp.repair(scenario(row, row["value"]), ["grant_floor"])
