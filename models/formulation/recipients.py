"""Sums over the areas whose grants one recipient holds, and what limits of such sums are shares or numbers of.

A cell counts where the member bids, or proposes a target; for a step where it bids in both years.
"""

from __future__ import annotations

import numpy as np

from ..scenario.array_types import Booleans, Floats
from ..scenario.arrays import Arrays
from ..tables.rule_kinds import AREAS, CAPACITIES, TARGETS, Rule


def together(cells: Floats, data: Arrays) -> Floats:
    """Add up cells of areas, A×…, over the members of each recipient, R×…."""
    sums = np.zeros((len(data.recipients), *cells.shape[1:]))
    np.add.at(sums, data.holder, cells)
    return sums


def counted(rule: Rule, data: Arrays) -> Booleans:
    """Which cells of areas count in the limits of a recipient: over the axes of its members."""
    members = rule.over.members
    if members is AREAS:
        return data.bid_of_area > 0
    if members is CAPACITIES:
        return np.asarray(data.bid.sum(axis=1) > 0)
    asks = (data.proposed if members is TARGETS else data.bid) > 0
    if rule.sense == "step":
        asks[:, :, 1:] &= asks[:, :, :-1]
        asks[:, :, 0] = False
    return asks


def sizes_together(rule: Rule, data: Arrays, of_members: dict[str, Floats]) -> dict[str, Floats]:
    """Scale of a rule's value in each basis, from those of the members; the smaller of bid and reference is of sums."""
    where = counted(rule, data)
    summed = {
        basis: together(np.where(where, np.broadcast_to(size, where.shape), 0.0), data)
        for basis, size in of_members.items()
        if basis not in ("least", "amount")
    }
    if "least" in of_members:
        summed["least"] = np.minimum(summed["bid"], summed["reference"])
    return {**summed, "amount": np.ones(())}


def concerned_together(rule: Rule, data: Arrays) -> Booleans:
    """Where a recipient has a cell that counts, over the axes of the rule."""
    return together(counted(rule, data).astype(np.float64), data) > 0


def values_together(rule: Rule, of_members: Floats, data: Arrays) -> Floats:
    """Add up what a rule limits, given for the members, over the cells that count."""
    return together(np.where(counted(rule, data), of_members, 0.0), data)
