"""One way of settling a scenario, and everything that follows from it by arithmetic alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from singlepot.solver import LinearProgramme

from ..formulation.bands import fill, weigh
from ..formulation.model import ABSENT, Model
from ..formulation.stage_costs import concession_weights, shortfall_weights
from ..scenario.array_types import Floats
from ..scenario.arrays import Arrays
from ..settings.settings import Bands

SNAP = 1e-12
"""A take-up this near to zero or to its limit, as a share, is taken to be there."""


@dataclass(frozen=True, eq=False)
class Point:
    """Take-up of each option, money moved, and the grants (A×E×T) and targets (A×K×T) that result.

    ``carry_over`` E×T out of each year; ``virement`` E×E×T from an envelope into another.
    """

    take_up: Floats
    carry_over: Floats
    virement: Floats
    grants: Floats
    targets: Floats


def point_from_columns(model: Model, x: Floats) -> Point:
    """Read the decisions out of a solution and work out the rest afresh."""
    data, options = model.data, model.data.options
    share = x[model.take_up] / options.limit
    share = np.where(share < SNAP, 0.0, np.where(share > 1 - SNAP, 1.0, share))
    carry = np.zeros(data.pot.shape)
    carried = model.carry_over != ABSENT
    carry[carried] = np.maximum(x[model.carry_over[carried]], 0.0)
    envelopes = len(data.envelopes)
    virement = np.zeros((envelopes, envelopes, len(data.years)))
    if model.virement is not None:
        moves = model.virement
        virement[moves.source, moves.into, moves.year] = np.maximum(x[moves.column], 0.0)
    return point_of(data, share * options.limit, carry, virement)


def point_of(data: Arrays, take_up: Floats, carry_over: Floats, virement: Floats) -> Point:
    """Work out grants and targets from take-ups."""
    options = data.options
    grants, targets = data.bid.copy(), data.proposed.copy()
    for total, cells in ((grants, options.grant), (targets, options.outcome)):
        at = (options.area[cells.option], cells.across, cells.year)
        np.add.at(total, at, cells.value * take_up[cells.option])
        size = np.zeros(total.shape)
        np.add.at(size, at, np.abs(cells.value))
        total[np.abs(total) <= 1e-14 * size] = 0.0
    return Point(take_up, carry_over, virement, grants, targets)


def agreed(data: Arrays, point: Point) -> Floats:
    """Sum of the agreed targets that each national row counts."""
    total = np.concatenate([np.zeros((len(data.objectives), 1)), point.targets.sum(axis=0).cumsum(axis=1)], axis=1)
    rows = data.national
    return np.asarray(total[rows.objective, rows.last + 1] - total[rows.objective, rows.first])


def shortfall(data: Arrays, point: Point) -> Floats:
    """What each national row lacks, in the objective's unit."""
    lacking = data.national.target - agreed(data, point)
    return np.where(lacking > 1e-13 * data.national.target, lacking, 0.0)


def concession_shares(data: Arrays, point: Point) -> Floats:
    """D: mean share given up of each area's objective, A×K."""
    proposed = data.proposed
    given = np.maximum(proposed - point.targets, 0.0)
    share = np.divide(given, proposed, out=np.zeros_like(given), where=proposed > 0)
    years = np.maximum((proposed > 0).sum(axis=2), 1)
    return np.asarray(share.sum(axis=2) / years) * ~data.centre[:, None]


def own_costs(data: Arrays, point: Point) -> Floats:
    """What the options used cost each area itself, money."""
    options = data.options
    return np.asarray(np.bincount(options.area, weights=options.own_cost * point.take_up, minlength=len(data.areas)))


def burden_shares(data: Arrays, point: Point) -> Floats:
    """X: grant lost and own costs as a share of the bid, A; 0 without a bid."""
    bid = data.bid_of_area
    lost = np.maximum(data.bid - point.grants, 0.0).sum(axis=(1, 2)) + own_costs(data, point)
    return np.asarray(np.divide(lost, bid, out=np.zeros_like(lost), where=bid > 0))


def stage_value(name: str, data: Arrays, point: Point, bands: Bands) -> float:
    """Evaluate one stage from grants, targets and take-ups, without the programme.

    Parameters
    ----------
    name
        As listed in ``Settlement.stages``, for instance ``shortfall.total[1]``.
    """
    kind, _, priority = name.rstrip("]").partition("[")
    if kind.startswith("shortfall"):
        rows = data.national
        missed = shortfall(data, point) / rows.target
        of_priority = data.priority[rows.objective] == int(priority)
        if kind == "shortfall.largest":
            return float(missed[of_priority].max(initial=0.0))
        return float(shortfall_weights(data, int(priority)) @ missed)
    if kind.startswith("concession"):
        shares = concession_shares(data, point)
        if kind == "concession.largest":
            return float(shares.max(initial=0.0))
        return float((concession_weights(data) * weigh(shares, bands)).sum())
    bid = data.bid_of_area
    if kind == "burden":
        weighed = data.equity * weigh(burden_shares(data, point), bands) * bid
        unfunded = np.where(bid > 0, 0.0, data.equity * own_costs(data, point))
        return float(weighed.sum() + unfunded.sum())
    return float(point.grants.sum())


def columns_of(model: Model, programme: LinearProgramme, point: Point) -> Floats:
    """Every column of the programme at a point, each at the least value that its rows allow."""
    data = model.data
    x = np.zeros(programme.shape[1])
    x[model.take_up] = point.take_up
    for table, values in ((model.grant, point.grants), (model.target, point.targets)):
        x[table[table != ABSENT]] = values[table != ABSENT]
    x[model.carry_over[model.carry_over != ABSENT]] = point.carry_over[model.carry_over != ABSENT]
    if model.virement is not None:
        moves = model.virement
        x[moves.column] = point.virement[moves.source, moves.into, moves.year]
    lacking = shortfall(data, point)
    x[model.shortfall] = lacking
    missed = lacking / data.national.target
    for priority, column in model.largest_shortfall.items():
        x[column] = missed[data.priority[data.national.objective] == priority].max(initial=0.0)
    proposed = (data.proposed > 0) & ~data.centre[:, None, None]
    if len(model.concession_share):
        x[programme.columns("concession")] = np.maximum(data.proposed - point.targets, 0.0)[proposed]
        shares = concession_shares(data, point)[proposed.any(axis=2)]
        x[model.concession_share] = shares
        if model.concession_band.size:
            x[model.concession_band] = fill(shares, model.bands)
        if model.largest_concession != ABSENT:
            x[model.largest_concession] = shares.max(initial=0.0)
    if len(model.burden_share):
        x[programme.columns("cut")] = np.maximum(data.bid - point.grants, 0.0)[data.bid > 0]
        shares = burden_shares(data, point)[data.bid_of_area > 0]
        x[model.burden_share] = shares
        x[model.burden_band] = fill(shares, model.bands)
    return x
