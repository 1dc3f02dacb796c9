"""What it means that two engines, or an engine and the double build, agree on a settlement."""

from __future__ import annotations

import numpy as np
import pandas as pd

import singlepot as sp
from singlepot.models.assurance.double_build import Judgement, Position, Rebuilt

STAGE = 1e-7
"""Largest difference of two values of a stage, relative to its size."""

GRANT = 1e-6
"""Largest difference of two grants, as a share of the bid (of the mean bid where there is none)."""


def sizes(settlement: sp.Settlement) -> pd.Series[float]:
    """Natural size of each stage: 1 for shares, for money all bids, else the pot, else 1."""
    money = settlement.grants["bid"].sum() or settlement.pot["amount"].sum() or 1.0
    return pd.Series({name: money if name in ("burden", "cost") else 1.0 for name in settlement.stages["name"]})


def compare_stages(settlement: sp.Settlement, optima: dict[str, float]) -> float:
    """Largest relative difference of a stage's optimum."""
    size = sizes(settlement)
    mine = settlement.stages.set_index("name")["value"]
    assert list(mine.index) == list(optima)
    return max((abs(mine[name] - optima[name]) / size[name] for name in optima), default=0.0)


def compare_grants(one: sp.Settlement, other: sp.Settlement) -> float:
    """Largest difference of a grant as a share of its bid."""
    keys = ["area", "envelope", "year"]
    assert one.grants[keys].equals(other.grants[keys])
    bid = one.grants["bid"].to_numpy()
    size = np.where(bid > 0, bid, bid[bid > 0].mean() if (bid > 0).any() else 1.0)
    return float((np.abs(one.grants["grant"].to_numpy() - other.grants["grant"].to_numpy()) / size).max(initial=0.0))


def position_of(settlement: sp.Settlement) -> Position:
    """A settlement as the double build takes it."""
    take_up = settlement.take_up.set_index(["area", "option"])["take_up"].to_dict()
    pot = settlement.pot.to_dict("records")
    moved = {
        (row["envelope"], column.removeprefix("vired_to_"), row["year"]): row[column]
        for row in pot
        for column in row
        if column.startswith("vired_to_")
    }
    return Position(take_up, {(row["envelope"], row["year"]): row["carried"] for row in pot}, moved)


def judge(settlement: sp.Settlement, rebuilt: Rebuilt) -> Judgement:
    """Let the double build judge a settlement, and insist that it agrees."""
    optima = dict(rebuilt.optima)
    assert compare_stages(settlement, optima) <= STAGE
    verdict = rebuilt.judge(position_of(settlement))
    assert verdict.violation <= 1e-8, verdict.violated
    size = sizes(settlement)
    for row in settlement.stages.to_dict("records"):
        assert abs(row["final"] - verdict.stages[row["name"]]) <= 1e-8 * size[row["name"]], row["name"]
    assert verdict.distance <= GRANT
    return verdict
