"""Distribution of grant over bid across the areas, and how many stand at a floor or a ceiling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..formulation.bounds import grant_bounds
from ..formulation.formulation import formulate
from ..settlement.settlement import Settlement
from ..settlement.tabulating import has_grant

ON_LIMIT = 1e-9
"""How near its floor or ceiling a grant must be to sit on it, as a share of the bid."""


@dataclass(frozen=True)
class Spread:
    """Grant over bid across the areas with a bid, and the areas on a limit.

    Attributes
    ----------
    lowest, median, highest
        Grant over bid.
    floored, ceiled
        Areas on a grant floor in some year, and those on a ceiling and on no floor, by code.
    areas
        Areas with a bid.
    """

    lowest: float
    median: float
    highest: float
    floored: tuple[str, ...]
    ceiled: tuple[str, ...]
    areas: int


def spread(settlement: Settlement) -> Spread:
    """Measure how the grants of a settlement spread.

    Examples
    --------
    >>> from singlepot.models.settlement.settle import settle_scenario
    >>> from singlepot.scenarios.reading.reading import read_scenario
    >>> spread(settle_scenario(read_scenario("bucks-and-burnley"))).areas
    3
    """
    formulation = formulate(settlement.scenario)
    data = formulation.data
    floor, ceiling = grant_bounds(data, formulation.rules)
    level = np.zeros(data.bid.shape)
    level[has_grant(formulation)] = settlement.grants["grant"].to_numpy()
    bound = data.bid > 0
    near = ON_LIMIT * data.bid
    on_floor = (bound & (floor > 0) & (level <= floor + near)).any(axis=(1, 2))
    on_ceiling = (bound & np.isfinite(ceiling) & (level >= ceiling - near)).any(axis=(1, 2)) & ~on_floor
    bidders = data.bid_of_area > 0
    ratio = level.sum(axis=(1, 2))[bidders] / data.bid_of_area[bidders] if bidders.any() else np.ones(1)
    codes = np.asarray(data.areas, dtype=object)
    return Spread(
        lowest=float(ratio.min()),
        median=float(np.median(ratio)),
        highest=float(ratio.max()),
        floored=tuple(codes[on_floor]),
        ceiled=tuple(codes[on_ceiling]),
        areas=int(bidders.sum()),
    )
