"""Agreements that are reviewed in the tests, and what was spent and delivered of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

import singlepot as sp

from ...strategies import Picker, choice

YEARS = ["2026-27", "2027-28", "2028-29", "2029-30"]


def plan(
    bids: Mapping[str, Sequence[float]],
    targets: Mapping[str, Sequence[float]],
    pot: Sequence[float],
    national: float = 0.0,
    **more: Any,
) -> sp.Scenario:
    """Areas with a bid and a target each year, one envelope, one objective with a national target in the last year."""
    years = YEARS[: len(pot)]
    rows = [
        {"area": area, "year": year, "amount": bid}
        for area in bids
        for year, bid in zip(years, bids[area], strict=True)
    ]
    wanted = [
        {"area": area, "objective": "homes", "year": year, "target": target}
        for area in targets
        for year, target in zip(years, targets[area], strict=True)
    ]
    codes = list(dict.fromkeys([*bids, *targets]))
    tables = {
        "areas": pd.DataFrame({"code": codes, "name": [f"Area {code}" for code in codes]}),
        "pot": pd.DataFrame({"year": years, "amount": pot}),
        "bids": pd.DataFrame(rows),
        "objectives": pd.DataFrame({"key": ["homes"], "name": ["Homes"], "unit": ["homes"]}),
        "targets": pd.DataFrame(wanted),
    }
    if national:
        tables["national"] = pd.DataFrame({"objective": ["homes"], "year": years[-1:], "target": [national]})
    return sp.Scenario.from_tables(years=years, **{**tables, **more})


def outturn(agreed: sp.Settlement, years: int, changes: Mapping[tuple[str, str], float] | None = None) -> pd.DataFrame:
    """What was agreed for the first years, but for factors by area and ``money`` or objective."""
    over, factors = agreed.scenario.settings.years[:years], changes or {}
    unit = {"GBP million": 1e6, "GBP thousand": 1e3, "GBP": 1}[agreed.scenario.settings.money]
    centres = set(agreed.scenario.filled("areas").query("type == 'centre'")["code"])
    grants = agreed.grants[agreed.grants["year"].isin(over) & ~agreed.grants["area"].isin(centres)]
    targets = agreed.targets[agreed.targets["year"].isin(over) & (agreed.targets["area"] != "delivered")]
    money = grants[["area", "year", "envelope"]].assign(objective="", value=grants["pounds"] / unit)
    outcomes = targets[["area", "year", "objective"]].assign(envelope="", value=targets["agreed"])
    table = pd.concat([money, outcomes], ignore_index=True)
    table["value"] *= [
        factors.get((area, objective or "money"), 1.0)
        for area, objective in zip(table["area"], table["objective"], strict=True)
    ]
    return table


def drawn_outturn(agreed: sp.Settlement, years: int, pick: Picker, *, overspends: bool = False) -> pd.DataFrame:
    """What was spent and delivered, drawn around what was agreed."""
    table = outturn(agreed, years)
    spends = [1.0, 1.0, 0.8, 0.0, *([1.05] if overspends else [])]
    factors = [choice(pick, [1.0, 1.0, 0.8, 0.5, 1.2] if one else spends) for one in table["objective"]]
    return table.assign(value=(table["value"] * factors).round(6))


def totals(settlement: sp.Settlement, year: str) -> dict[str, float]:
    """Grant of each area in a year."""
    grants = settlement.grants[settlement.grants["year"] == year]
    return dict(grants.groupby("area")["grant"].sum().round(9))


def agreed_in(settlement: sp.Settlement, year: str) -> dict[str, float]:
    """Agreed target of each area in a year."""
    targets = settlement.targets[settlement.targets["year"] == year]
    return dict(zip(targets["area"], targets["agreed"].round(9), strict=True))
