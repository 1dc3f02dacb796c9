"""Bids of nothing: a bid of zero is a bid, and what is settled then is nothing, by every engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.assurance.double_build import rebuild
from singlepot.reports.outputs import Wanted, outputs
from singlepot.solver.export import model_bytes

from ...agreement import judge

YEARS = ["2026-27", "2027-28"]
RULES = {"grant_floor": 0.7, "grant_ceiling": 1.2, "grant_step": 0.1, "carry_over": 0.05, "virement": 0.1}

SHAPES: dict[str, dict[str, Any]] = {
    "a pot": {},
    "an empty pot": {"pot": 0.0},
    "one area": {"areas": "A"},
    "rules, years and envelopes": {"years": YEARS, "envelopes": ["capital", "resource"], "rules": RULES},
    "an objective": {"objectives": pd.DataFrame({"key": ["k"], "name": ["k"], "unit": ["units"]})},
    "a ceiling": {"rule_rows": pd.DataFrame({"rule": ["grant_ceiling"], "value": [0.5], "basis": ["amount"]})},
}


def nothing_asked(
    areas: str = "AB", years: list[str] = YEARS[:1], envelopes: list[str] | None = None, pot: float = 10.0, **more: Any
) -> sp.Scenario:
    """Every area bids nothing."""
    cells = pd.MultiIndex.from_product([years, envelopes or ["total"]], names=["year", "envelope"]).to_frame(False)
    return sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": list(areas), "name": list(areas)}),
        pot=cells.assign(amount=pot),
        bids=pd.concat([cells.assign(area=area, amount=0.0) for area in areas]),
        years=years,
        **more,
    )


@pytest.mark.parametrize("backend", ["highs", "pulp", "pyomo", "interior-point"])
@pytest.mark.parametrize("shape", SHAPES)
def test_bids_of_nothing_settle_to_nothing(shape: str, backend: str) -> None:
    scenario = nothing_asked(**SHAPES[shape])
    settlement = sp.settle(scenario, backend=backend)
    assert settlement.grants["grant"].eq(0).all()
    assert settlement.asks.empty
    assert settlement.stages["value"].eq(0).all()
    judge(settlement, rebuild(scenario))


@pytest.mark.parametrize("shape", SHAPES)
def test_bids_of_nothing_are_written_verified_and_reported(shape: str, tmp_path: Path) -> None:
    scenario = nothing_asked(**SHAPES[shape])
    settlement = sp.settle(scenario)
    assert "report.html" in outputs(settlement, sp.price_fairness(settlement), Wanted(area_pages=True)).files
    settlement.write(tmp_path / "out")
    assert sp.verify(tmp_path / "out").passed
    for ending in (".lp", ".mps"):
        assert model_bytes(sp.formulate(scenario).programme, ending)


def test_a_floor_where_nothing_is_asked_and_nothing_can_be_granted_is_no_settlement() -> None:
    """A floor of £0.5m binds where nothing is bid, and no option can reach it."""
    rows = pd.DataFrame({"rule": ["grant_floor"], "value": [0.5], "basis": ["amount"]})
    with pytest.raises(sp.NoSettlementError):
        sp.settle(nothing_asked(rule_rows=rows))
