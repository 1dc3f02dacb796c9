"""Bounds of grants, targets and take-ups: zero, floors, ceilings and locks together."""

from __future__ import annotations

import numpy as np

from singlepot.solver.crossed_bounds import meeting

from ..scenario.array_types import Floats
from ..scenario.arrays import Arrays
from ..tables.rule_kinds import bounds_of
from .rules import Rules


def grant_bounds(data: Arrays, rules: Rules) -> tuple[Floats, Floats]:
    """Lowest and highest grant of each cell, A×E×T, money; a lock sets both."""
    return _bounds("grant", np.zeros(data.bid.shape), np.inf, rules)


def target_bounds(data: Arrays, rules: Rules) -> tuple[Floats, Floats]:
    """Lowest and highest agreed target, A×K×T, objective units; target ceilings are rows, not bounds."""
    return _bounds("target", least_targets(data), np.inf, rules)


def least_targets(data: Arrays) -> Floats:
    """Lowest agreed target without any rule, A×K×T: 0 where one is proposed, and where an aim is to catch up."""
    lowest = np.where(data.proposed > 0, 0.0, -np.inf)
    gaps = data.levelling.gaps
    if gaps is not None:
        lowest[:, :, gaps.year][gaps.below] = 0.0
    return lowest


def take_up_bounds(data: Arrays, rules: Rules) -> tuple[Floats, Floats]:
    """Least and largest take-up of each option, J; what was taken before counts towards the rules."""
    options = data.options
    return _bounds("take_up", np.zeros(options.size), options.available, rules, options.limit * options.used)


def _bounds(
    term: str, lower: Floats, most: Floats | float, rules: Rules, before: Floats | None = None
) -> tuple[Floats, Floats]:
    upper = np.broadcast_to(np.asarray(most, dtype=np.float64), lower.shape)
    for rule in bounds_of(term).values():
        limit = rules[rule.name].value
        limit = limit if before is None else np.maximum(limit - before, 0.0)
        lower = np.fmax(lower, limit) if rule.lower else lower
        upper = np.fmin(upper, limit) if rule.upper else upper
    return meeting(lower, upper)
