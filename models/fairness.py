"""Fairness has a price: what ``give`` and ``bands`` cost in shortfall, and who sits on a limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from singlepot.solver import Progress

from .formulation import formulate
from .limits import grant_bounds
from .model import ABSENT
from .settle import settle
from .settlement import Settlement

ON_LIMIT = 1e-9
"""How near its floor or ceiling a grant must be to sit on it, as a share of the bid."""

TOTAL = "shortfall.total"
"""The stage in which the price is told."""


@dataclass(frozen=True)
class PriceOfFairness:
    """What fairness costs in shortfall, and how often limits decide.

    Attributes
    ----------
    shortfall
        ``shortfall.total`` of each priority at the settlement, as a share of the targets.
    without_give, without_bands
        The same for the scenario with no ``give``, and for the scenario with every percent weighing the same.
    areas, on_floor, on_ceiling
        Areas with a bid, and how many of them sit on a grant floor or ceiling in some year.
    lowest, median, highest
        Grant over bid across those areas.
    """

    shortfall: Mapping[str, float]
    without_give: Mapping[str, float]
    without_bands: Mapping[str, float]
    areas: int
    on_floor: int
    on_ceiling: int
    lowest: float
    median: float
    highest: float

    @property
    def give_costs(self) -> float:
        """Shortfall that ``give`` adds, over all priorities."""
        return sum(self.shortfall.values()) - sum(self.without_give.values())

    @property
    def bands_cost(self) -> float:
        """Shortfall that ``bands`` add, over all priorities."""
        return sum(self.shortfall.values()) - sum(self.without_bands.values())

    @property
    def on_limit(self) -> int:
        """Areas on a floor or a ceiling."""
        return self.on_floor + self.on_ceiling


def price_of_fairness(
    settlement: Settlement,
    *,
    time_limit: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> PriceOfFairness:
    """Settle again without ``give`` and without ``bands``, where they can matter, and compare.

    Without ``give`` nothing can be taken from the shortfall stages, so neither costs anything there.
    """
    scenario = settlement.scenario
    stages = scenario.settings.stages
    actual = _shortfalls(settlement)
    without_give = without_bands = actual
    if any(give > 0 for give in stages.give.values()):
        plain = scenario.with_(stages={"give": dict.fromkeys(stages.give, 0.0)})
        without_give = _shortfalls(settle(plain, time_limit=time_limit, progress=progress))
        flat = scenario.with_(stages={"bands": {"ends": [], "slopes": [1]}})
        without_bands = _shortfalls(settle(flat, time_limit=time_limit, progress=progress))
    formulation = formulate(scenario)
    data = formulation.data
    floor, ceiling = grant_bounds(data, formulation.rules)
    grants = settlement.grants.set_index(["area", "envelope", "year"])["grant"]
    shown = formulation.model.grant != ABSENT
    level = np.zeros(data.bid.shape)
    level[shown | data.has_bid_row] = grants.to_numpy()
    bound = data.bid > 0
    near = ON_LIMIT * data.bid
    on_floor = (bound & (floor > 0) & (level <= floor + near)).any(axis=(1, 2))
    on_ceiling = (bound & np.isfinite(ceiling) & (level >= ceiling - near)).any(axis=(1, 2)) & ~on_floor
    bidders = data.bid_of_area > 0
    ratio = level.sum(axis=(1, 2))[bidders] / data.bid_of_area[bidders] if bidders.any() else np.ones(1)
    return PriceOfFairness(
        shortfall=actual,
        without_give=without_give,
        without_bands=without_bands,
        areas=int(bidders.sum()),
        on_floor=int(on_floor.sum()),
        on_ceiling=int(on_ceiling.sum()),
        lowest=float(ratio.min()),
        median=float(np.median(ratio)),
        highest=float(ratio.max()),
    )


def _shortfalls(settlement: Settlement) -> dict[str, float]:
    stages = settlement.stages
    chosen = stages[stages["name"].str.startswith(TOTAL)]
    return dict(zip(chosen["name"], chosen["final"].astype(float), strict=True))
