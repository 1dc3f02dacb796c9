"""Competition: bids and options are ranked by benefit per pound and paid whole or not at all."""

from __future__ import annotations

import heapq

import numpy as np

from singlepot.models.money import POUNDS_PER, spoken
from singlepot.models.scenario.arrays import Arrays

from .allocations import Allocation, Floats
from .benefit import benefit_of_bids, benefit_of_options, money_of_options
from .plan import Competition

FITS = 1e-9
"""Tolerance by which a bid may exceed a pot, as a share of the pot."""


def competition(data: Arrays, plan: Competition, money: str) -> Allocation:
    """Rank bids and options by benefit per pound, and fund in full each that still fits the pots.

    An area's bid is one bid, for all its years and envelopes, and so is every option that asks for more money and
    brings a benefit; an option enters the ranking once its area has won, the options that it requires have won, and
    no other of its group has. The parts of a joint scheme are one bid, of all their areas. One that does not fit into
    the rest of every pot is refused, and the next is tried. A bid costs its area ``cost_of_bid_gbp`` to prepare, won or
    lost: that is public money too, so it counts in the price of the bid and is taken off the pots first, in proportion
    to them. Ties go by area code.
    """
    cost = plan.cost_of_bid_gbp / POUNDS_PER[money]
    bids, lots = np.flatnonzero(data.bid_of_area > 0), _lots(data)
    count = len(bids) + sum(map(len, lots))
    spent_on_bidding = min(count * cost, data.pot_total)
    left = data.pot * (1 - spent_on_bidding / data.pot_total if data.pot_total > 0 else 1)
    grants, take_up, won = _won(data, left, cost, bids, lots)
    fallen = len(bids) - int((grants.sum(axis=(1, 2)) > 0).sum())
    notes = (
        f"{count:,} bids were prepared at £{plan.cost_of_bid_gbp:,.0f} each, {spoken(count * cost, money)} in all; "
        f"{len(bids) - fallen} of {len(bids)} areas won, and {won} further options.",
        f"Cost of a bid: {plan.source}." if plan.source else "The cost of a bid is an assumption without a source.",
    )
    return Allocation(grants, take_up, notes)


def _lots(data: Arrays) -> list[list[int]]:
    """List the options that ask for more money, nowhere for less, and bring a benefit; parts of a scheme together."""
    options, cells = data.options, data.options.grant
    less = np.zeros(options.size, dtype=bool)
    less[cells.option[cells.value < 0]] = True
    open_ = ~less & ~data.centre[options.area]
    money, benefit = money_of_options(data), benefit_of_options(data)
    lots: dict[tuple[str, int], list[int]] = {}
    for j in np.flatnonzero(~options.scale_back).tolist():
        joint = options.scheme[j] >= 0
        lots.setdefault(("scheme", int(options.scheme[j])) if joint else ("option", j), []).append(j)
    return [lot for lot in lots.values() if open_[lot].all() and money[lot].sum() > 0 and benefit[lot].sum() > 0]


def _won(
    data: Arrays,
    left: Floats,
    cost: float,
    bids: np.ndarray[tuple[int], np.dtype[np.int64]],
    lots: list[list[int]],
) -> tuple[Floats, Floats, int]:
    """Fund the ranking greedily: grants, take-up of the options (losers are scaled back whole), number that won."""
    of = data.options
    gain_bid, gain_option, price = benefit_of_bids(data), benefit_of_options(data), money_of_options(data)
    waiting: dict[int, list[int]] = {}
    for number, lot in enumerate(lots):
        for j in lot:
            waiting.setdefault(int(of.area[j]), []).append(number)
    needs: dict[int, list[int]] = {}
    for j, required in of.requires:
        needs.setdefault(int(j), []).append(int(required))
    queue = [(-float(gain_bid[a] / (data.bid_of_area[a] + cost)), int(a), -1) for a in bids]
    heapq.heapify(queue)
    grants, left = np.zeros(data.bid.shape), left.copy()
    take_up = np.where(of.scale_back & (data.bid_of_area[of.area] > 0), of.limit, 0.0)
    groups, taken, winners, ranked = set[int](), set[int](), set[int](), set[int]()
    while queue:
        _, area, number = heapq.heappop(queue)
        parts = lots[number] if number >= 0 else []
        asked = sum((_profile(data, j) for j in parts), np.zeros(data.pot.shape)) if parts else data.bid[area]
        if any(of.group[j] in groups for j in parts) or (asked > left + FITS * np.maximum(data.pot, 1.0)).any():
            continue
        left -= asked
        if not parts:
            grants[area] += asked
            winners.add(area)
            take_up[(of.area == area) & of.scale_back] = 0.0
        for j in parts:
            grants[of.area[j]] += _profile(data, j)
            take_up[j] = of.available[j]
            taken.add(j)
            if of.group[j] >= 0:
                groups.add(int(of.group[j]))
        for place in sorted({area, *of.area[parts].tolist()}):
            for k in waiting.get(place, []):
                lot = lots[k]
                ready = all(of.area[j] in winners and taken.issuperset(needs.get(j, [])) for j in lot)
                if ready and k not in ranked:
                    ranked.add(k)
                    rate = gain_option[lot].sum() / (price[lot].sum() + cost * len(lot))
                    heapq.heappush(queue, (-float(rate), int(of.area[lot[0]]), k))
    return grants, take_up, len(taken)


def _profile(data: Arrays, option: int) -> Floats:
    """Grant of an option at its largest take-up, E×T."""
    cells, asked = data.options.grant, np.zeros(data.pot.shape)
    rows = slice(*np.searchsorted(cells.option, [option, option + 1]))
    np.add.at(asked, (cells.across[rows], cells.year[rows]), cells.value[rows] * data.options.available[option])
    return asked
