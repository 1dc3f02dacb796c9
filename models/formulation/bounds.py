"""Bounds of grants and targets: zero, floors, ceilings and locks together."""

from __future__ import annotations

import numpy as np

from singlepot.solver.crossed_bounds import meeting

from ..scenario.array_types import Floats
from ..scenario.arrays import Arrays
from ..tables.rule_kinds import bounds_of
from .rules import Rules


def grant_bounds(data: Arrays, rules: Rules) -> tuple[Floats, Floats]:
    """Lowest and highest grant of each cell, A×E×T, money; a lock sets both."""
    return _bounds("grant", np.zeros(data.bid.shape), rules)


def target_bounds(data: Arrays, rules: Rules) -> tuple[Floats, Floats]:
    """Lowest and highest agreed target, A×K×T, objective units; target ceilings are rows, not bounds."""
    return _bounds("target", least_targets(data), rules)


def least_targets(data: Arrays) -> Floats:
    """Lowest agreed target without any rule, A×K×T: 0 where one is proposed, and where an aim is to catch up."""
    lowest = np.where(data.proposed > 0, 0.0, -np.inf)
    gaps = data.levelling.gaps
    if gaps is not None:
        lowest[:, :, gaps.year][gaps.below] = 0.0
    return lowest


def _bounds(term: str, lower: Floats, rules: Rules) -> tuple[Floats, Floats]:
    upper = np.full(lower.shape, np.inf)
    for rule in bounds_of(term).values():
        limit = rules[rule.name].value
        lower = np.fmax(lower, limit) if rule.lower else lower
        upper = np.fmin(upper, limit) if rule.upper else upper
    return meeting(lower, upper)
