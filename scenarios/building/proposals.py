"""Targets, unit costs and bids that follow from baselines and assumptions: steps 1 to 7 of the shipped Englands.

``scenarios/library/england/README.md`` explains each step. Numbers are rounded when they are made and later ones follow
from the rounded ones, apart from unit costs and the scaling, so that a reader can retrace each from what is printed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .assumptions import Assumptions, Vector

SIGNIFICANT_DIGITS = 6
"""Targets and outcomes are rounded to so many digits that count, since areas differ ten-thousandfold."""


@dataclass(frozen=True, eq=False)
class Baselines:
    """What areas have today, and what the objectives make of it.

    Parameters
    ----------
    baseline, per
        Baselines and the denominators of the rates, A×K; NaN where not known.
    falls
        Objectives of which less is better, K.
    """

    baseline: Vector
    per: Vector
    falls: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Proposals:
    """What areas would propose in the last year, and what it costs.

    Parameters
    ----------
    national
        National objectives of the last year, K.
    target
        Proposed targets of the last year, A×K; NaN where no baseline is known.
    unit_cost
        Grant of all years for one unit, A×K, such that all bids add up to ``over_bid`` times the pot.
    """

    national: Vector
    target: Vector
    unit_cost: Vector

    @property
    def bid(self) -> Vector:
        """Grant of all years, A×K; NaN where there is no target."""
        with np.errstate(invalid="ignore"):  # no headroom: no target, at no finite cost
            return self.target * self.unit_cost


def significant(values: npt.ArrayLike) -> Vector:
    """Round outcomes to the digits that count."""
    given = np.asarray(values, dtype=float)
    return np.array([float(f"{value:.{SIGNIFICANT_DIGITS}g}") for value in given.ravel()]).reshape(given.shape)


def propose(baselines: Baselines, assumed: Assumptions) -> Proposals:
    """Work out targets and unit costs.

    Proposed targets add up to ``ambition`` × the national objective and are shared by √(headroom × baseline).
    """
    headroom = headrooms(baselines, assumed)
    bought = assumed.national_share * assumed.whole_pot / assumed.unit_cost
    national = significant(bought * assumed.national_margin)
    share = np.sqrt(headroom * baselines.baseline)
    target = significant(share / np.nansum(share, axis=0) * (assumed.ambition * national))
    unit_cost = unit_costs(headroom, baselines.per, assumed)
    cost = np.nansum(Proposals(national, target, unit_cost).bid, axis=1)
    scaling = assumed.over_bid * assumed.whole_pot / cost.sum()
    return Proposals(national, target, unit_cost * scaling)


def headrooms(baselines: Baselines, assumed: Assumptions) -> Vector:
    """Return the headroom in units of each objective, areas × objectives; NaN where no baseline is known.

    It is the gap between the area's rate and the frontier (nothing for an area beyond it) times the denominator,
    and a floor, a share of the baseline. The frontier is a quantile of the areas' rates, each counting once,
    interpolated linearly; the mirrored quantile where less is better.
    """
    rate = baselines.baseline / baselines.per
    falls, quantile = baselines.falls, assumed.frontier_quantile
    frontier = np.where(falls, np.nanquantile(rate, 1 - quantile, axis=0), np.nanquantile(rate, quantile, axis=0))
    gap = np.where(falls, rate - frontier, frontier - rate)
    least: Vector = assumed.headroom_floor * baselines.baseline
    return np.maximum(gap, 0.0) * baselines.per + least


def unit_costs(headroom: Vector, per: Vector, assumed: Assumptions) -> Vector:
    """Return the grant of all years for one unit a year in the last, areas × objectives, before it is scaled.

    It is the national unit cost × (headroom of the area ÷ mean headroom of the nation) to the power given, both per
    unit of the denominator, the mean over the areas whose headroom is known.
    """
    known = np.where(np.isnan(headroom), np.nan, per)
    relative = headroom / known / (np.nansum(headroom, axis=0) / np.nansum(known, axis=0))
    with np.errstate(divide="ignore"):
        cost: Vector = assumed.unit_cost * relative**assumed.headroom_exponent
    return cost
