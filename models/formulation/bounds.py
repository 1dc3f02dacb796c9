"""Bounds of grants and targets: zero, floors, ceilings and locks together."""

from __future__ import annotations

import numpy as np

from singlepot.solver.crossed_bounds import meeting

from ..scenario.array_types import Floats
from ..scenario.arrays import Arrays
from .rules import Rules


def grant_bounds(data: Arrays, rules: Rules) -> tuple[Floats, Floats]:
    """Lowest and highest grant of each cell, A×E×T, money; a lock sets both."""
    lower = np.fmax(np.zeros(data.bid.shape), rules.grant_floor.value)
    upper = np.fmin(np.full(data.bid.shape, np.inf), rules.grant_ceiling.value)
    lock = rules.grant_lock.value
    return meeting(np.fmax(lower, lock), np.fmin(upper, lock))


def target_bounds(data: Arrays, rules: Rules) -> tuple[Floats, Floats]:
    """Lowest and highest agreed target, A×K×T, objective units; target ceilings are rows, not bounds."""
    lower = np.where(data.proposed > 0, 0.0, -np.inf)
    lower = np.fmax(lower, rules.target_floor.value)
    lock = rules.target_lock.value
    return meeting(np.fmax(lower, lock), np.fmin(np.full(data.proposed.shape, np.inf), lock))
