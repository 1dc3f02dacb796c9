"""Decision variables of a settlement, and everything that follows from them by arithmetic alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from singlepot.solver import LinearProgramme

from ..formulation.bands import fill, weigh
from ..formulation.levelling import aim_weights, together_scale, weights_of_areas
from ..formulation.model import ABSENT, Model
from ..formulation.stage_costs import concession_weights, shortfall_weights
from ..scenario.array_types import Floats
from ..scenario.arrays import Arrays
from ..scenario.levelling import Gaps, Together
from ..settings.settings import Bands

SNAP = 1e-12
"""Share of its limit within which a take-up is set to zero or to its limit."""


@dataclass(frozen=True, eq=False)
class Decisions:
    """Decision variables: take-up of each option, money moved, and the grants (A×E×T) and targets (A×K×T) that result.

    ``carry_over`` E×T out of each year; ``virement`` E×E×T from an envelope into another.
    """

    take_up: Floats
    carry_over: Floats
    virement: Floats
    grants: Floats
    targets: Floats


def decisions_from_columns(model: Model, x: Floats) -> Decisions:
    """Read the decisions out of a primal solution, and work out grants and targets from them."""
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
    return decisions_of(data, share * options.limit, carry, virement)


def decisions_of(data: Arrays, take_up: Floats, carry_over: Floats, virement: Floats) -> Decisions:
    """Return the decisions of take-ups and money moved: their grants and targets are worked out."""
    options = data.options
    grants, targets = data.bid.copy(), data.proposed.copy()
    for total, cells in ((grants, options.grant), (targets, options.outcome)):
        at = (options.area[cells.option], cells.across, cells.year)
        np.add.at(total, at, cells.value * take_up[cells.option])
        size = np.zeros(total.shape)
        np.add.at(size, at, np.abs(cells.value))
        total[np.abs(total) <= 1e-14 * size] = 0.0
    return Decisions(take_up, carry_over, virement, grants, targets)


def agreed(data: Arrays, decisions: Decisions) -> Floats:
    """Return the sum of the agreed targets that each national row counts."""
    total = np.concatenate([np.zeros((len(data.objectives), 1)), decisions.targets.sum(axis=0).cumsum(axis=1)], axis=1)
    rows = data.national
    return np.asarray(total[rows.objective, rows.last + 1] - total[rows.objective, rows.first])


def shortfall(data: Arrays, decisions: Decisions) -> Floats:
    """Return the shortfall of each national row, in the objective's unit."""
    lacking = data.national.target - agreed(data, decisions)
    return np.where(lacking > 1e-13 * data.national.target, lacking, 0.0)


def concession_shares(data: Arrays, decisions: Decisions) -> Floats:
    """Return D, the mean share conceded of each area's objective, A×K."""
    proposed = data.proposed
    given = np.maximum(proposed - decisions.targets, 0.0)
    share = np.divide(given, proposed, out=np.zeros_like(given), where=proposed > 0)
    years = np.maximum((proposed > 0).sum(axis=2), 1)
    return np.asarray(share.sum(axis=2) / years) * ~data.centre[:, None]


def own_costs(data: Arrays, decisions: Decisions) -> Floats:
    """Return the own costs of each area for the options used, money."""
    options = data.options
    return np.asarray(
        np.bincount(options.area, weights=options.own_cost * decisions.take_up, minlength=len(data.areas))
    )


def burden_shares(data: Arrays, decisions: Decisions) -> Floats:
    """Return X, the burden: grant lost and own costs as a share of the bid, A; 0 without a bid."""
    bid = data.bid_of_area
    lost = np.maximum(data.bid - decisions.grants, 0.0).sum(axis=(1, 2)) + own_costs(data, decisions)
    return np.asarray(np.divide(lost, bid, out=np.zeros_like(lost), where=bid > 0))


def short_of_aim(decisions: Decisions, gaps: Gaps) -> Floats:
    """Return what each place misses of each of its aims, in the objective's unit, R."""
    agreed_to = (weights_of_areas(gaps) * decisions.targets[:, gaps.objective, gaps.year]).sum(axis=0)
    lacking = gaps.aim - agreed_to
    return np.where(lacking > 1e-13 * gaps.aim, lacking, 0.0)


def shares_of_both(data: Arrays, decisions: Decisions, aim: Together) -> Floats:
    """Return the shares of both national targets that each place brings, places×2."""
    agreed_to = decisions.targets[:, [aim.prosperity, aim.inclusion], aim.year]
    return aim.places.sums(agreed_to) / together_scale(data, aim)


def apart(data: Arrays, decisions: Decisions, aim: Together) -> float:
    """Return what is missed of both national targets in the same places, a share."""
    missed = aim.share - float(shares_of_both(data, decisions, aim).min(axis=1).sum())
    return missed if missed > 1e-13 else 0.0


def stage_value(name: str, data: Arrays, decisions: Decisions, bands: Bands) -> float:
    """Evaluate one stage from grants, targets and take-ups, without the programme.

    Parameters
    ----------
    name
        As listed in ``Settlement.stages``, for instance ``shortfall.total[1]``.
    """
    kind, _, priority = name.rstrip("]").partition("[")
    if kind.startswith("shortfall"):
        rows = data.national
        missed = shortfall(data, decisions) / rows.base
        of_priority = data.priority[rows.objective] == int(priority)
        if kind == "shortfall.largest":
            return float(missed[of_priority].max(initial=0.0))
        return float(shortfall_weights(data, int(priority)) @ missed)
    if kind.startswith("concession"):
        shares = concession_shares(data, decisions)
        if kind == "concession.largest":
            return float(shares.max(initial=0.0))
        return float((concession_weights(data) * weigh(shares, bands)).sum())
    if kind == "convergence.total":
        gaps = data.levelling.gaps
        return 0.0 if gaps is None else float(aim_weights(data, gaps) @ short_of_aim(decisions, gaps))
    if kind == "inclusion.total":
        aim = data.levelling.together
        return 0.0 if aim is None else apart(data, decisions, aim)
    bid = data.bid_of_area
    if kind == "burden":
        weighed = data.equity * weigh(burden_shares(data, decisions), bands) * bid
        unfunded = np.where(bid > 0, 0.0, data.equity * own_costs(data, decisions))
        return float(weighed.sum() + unfunded.sum())
    return float(decisions.grants.sum())


def columns_of(model: Model, programme: LinearProgramme, decisions: Decisions) -> Floats:
    """Return the primal point of these decisions: every column at the least value that its rows allow."""
    data = model.data
    x = np.zeros(programme.shape[1])
    x[model.take_up] = decisions.take_up
    for table, values in ((model.grant, decisions.grants), (model.target, decisions.targets)):
        x[table[table != ABSENT]] = values[table != ABSENT]
    x[model.carry_over[model.carry_over != ABSENT]] = decisions.carry_over[model.carry_over != ABSENT]
    if model.virement is not None:
        moves = model.virement
        x[moves.column] = decisions.virement[moves.source, moves.into, moves.year]
    lacking = shortfall(data, decisions)
    x[model.shortfall] = lacking
    missed = lacking / data.national.base
    for priority, column in model.largest_shortfall.items():
        x[column] = missed[data.priority[data.national.objective] == priority].max(initial=0.0)
    proposed = (data.proposed > 0) & ~data.centre[:, None, None]
    if len(model.concession_share):
        x[programme.columns("concession")] = np.maximum(data.proposed - decisions.targets, 0.0)[proposed]
        shares = concession_shares(data, decisions)[proposed.any(axis=2)]
        x[model.concession_share] = shares
        if model.concession_band.size:
            x[model.concession_band] = fill(shares, model.bands)
        if model.largest_concession != ABSENT:
            x[model.largest_concession] = shares.max(initial=0.0)
    gaps, aim = data.levelling.gaps, data.levelling.together
    if gaps is not None and len(model.short_of_aim):
        x[model.short_of_aim] = short_of_aim(decisions, gaps)
    if aim is not None and model.apart != ABSENT:
        x[model.together] = shares_of_both(data, decisions, aim).min(axis=1)[model.place_together]
        x[model.apart] = apart(data, decisions, aim)
    if model.rate_differences is not None:
        x[model.rate_differences.column] = model.rate_differences.at(decisions.targets)
    if len(model.burden_share):
        x[programme.columns("cut")] = np.maximum(data.bid - decisions.grants, 0.0)[data.bid > 0]
        shares = burden_shares(data, decisions)[data.bid_of_area > 0]
        x[model.burden_share] = shares
        x[model.burden_band] = fill(shares, model.bands)
    return x
