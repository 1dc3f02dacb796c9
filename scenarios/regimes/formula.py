"""Needs formulas: money is shared per head, or by a needs index with floors."""

from __future__ import annotations

import numpy as np

from singlepot.models.claims import share_out
from singlepot.models.scenario.arrays import Arrays
from singlepot.models.scenario.scenario import Scenario

from .allocations import Allocation, Floats
from .plan import Needs, unknown_name

NO_PEOPLE = "No population is known, so each area counts by its bid."


def per_head(data: Arrays) -> Allocation:
    """Share equal money per head, capped at the bid: what is above a bid is shared among the others.

    In each envelope and year the largest amount per head is found at which the pot is used up.
    """
    people, notes = _people(data)
    return Allocation(_by_weights(data, people, None), notes=notes)


def needs_formula(scenario: Scenario, data: Arrays, plan: Needs) -> Allocation:
    r"""Share part of the money by heads and the rest by heads times need, with floors, capped at the bid.

    .. math:: w_a = h \, p_a + (1 - h) \, p_a n_a / \textstyle\sum_i p_i n_i

    p: share of people. n: need. h: ``per_head``. Each pot is shared in proportion to w, with no grant above the bid or
    below the floor, which is ``floor`` times equal money per head, or ``least`` spread over years and envelopes as the
    bid is, whichever is more.
    """
    people, notes = _people(data)
    need = _need(scenario, data, plan, people)
    by_need = people * need
    weights = plan.per_head * people + (1 - plan.per_head) * by_need / max(by_need.sum(), np.finfo(float).tiny)
    whole = data.bid_of_area[:, None, None]
    spread = np.divide(data.bid, whole, out=np.zeros_like(data.bid), where=whole > 0)
    equal = people[:, None, None] * data.pot
    least = np.maximum(plan.floor * equal, plan.least * spread)
    return Allocation(_by_weights(data, weights, least), notes=notes)


def _by_weights(data: Arrays, weights: Floats, least: Floats | None) -> Floats:
    grants = np.zeros(data.bid.shape)
    for envelope, year in np.ndindex(data.pot.shape):
        floor = None if least is None else least[:, envelope, year]
        bids, pot = data.bid[:, envelope, year], float(data.pot[envelope, year])
        grants[:, envelope, year] = bids if pot >= bids.sum() else share_out(weights, bids, pot, floor)
    return grants


def _people(data: Arrays) -> tuple[Floats, tuple[str, ...]]:
    """Population share of each area with a bid; without a population, its share of the bids."""
    bidders = data.bid_of_area > 0
    known = np.isfinite(data.population[bidders]).all() and data.population[bidders].sum() > 0
    size = np.where(bidders, data.population if known else data.bid_of_area, 0.0)
    total = size.sum()
    return (size / total if total > 0 else size), (() if known else (NO_PEOPLE,))


def _need(scenario: Scenario, data: Arrays, plan: Needs, people: Floats) -> Floats:
    """Needs index of each area, 1 for an area like the nation."""
    if not plan.weights:
        return data.equity
    areas = scenario.filled("areas").set_index("code").loc[list(data.areas)]
    attributes = scenario.settings.attributes
    bidders = data.bid_of_area > 0
    need = np.zeros(len(data.areas))
    for name, weight in plan.weights.items():
        if name not in attributes:
            raise unknown_name("needs-formula", "weights", name, f"one of {', '.join(attributes) or 'no attributes'}")
        values = areas[name].to_numpy(dtype=np.float64)
        if not (values[bidders] > 0).all():
            lacking = areas.index[bidders & ~(values > 0)][0]
            raise unknown_name("needs-formula", "weights", f"{name} of {lacking}", "a figure above zero")
        values = np.where(bidders, values, 1.0)
        mean = float(people @ values)
        need += abs(weight) * (values / mean if weight > 0 else mean / values)
    total = sum(abs(weight) for weight in plan.weights.values())
    return need / total if total > 0 else np.ones(len(need))
