"""Bounds of grants and targets: zero, floors, ceilings and locks together."""

from __future__ import annotations

import numpy as np

from .arrays import Arrays, Booleans, Floats
from .rules import Rules

ROUNDING = 1e-12
"""Relative size up to which a lowest value above the highest is rounding: a floor of 0.92 × 8.8 and a lock at 8.096."""


def grant_bounds(data: Arrays, rules: Rules) -> tuple[Floats, Floats]:
    """Lowest and highest grant of each cell, A×E×T, money; a lock sets both."""
    lower = np.fmax(np.zeros(data.bid.shape), rules.grant_floor.value)
    upper = np.fmin(np.full(data.bid.shape, np.inf), rules.grant_ceiling.value)
    lock = rules.grant_lock.value
    return _meeting(np.fmax(lower, lock), np.fmin(upper, lock))


def target_bounds(data: Arrays, rules: Rules) -> tuple[Floats, Floats]:
    """Lowest and highest agreed target, A×K×T, objective units; target ceilings are rows, not bounds."""
    lower = np.where(data.proposed > 0, 0.0, -np.inf)
    lower = np.fmax(lower, rules.target_floor.value)
    lock = rules.target_lock.value
    return _meeting(np.fmax(lower, lock), np.fmin(np.full(data.proposed.shape, np.inf), lock))


def crossed(lower: Floats, upper: Floats) -> Booleans:
    """Where a lowest value is above the highest by more than rounding."""
    return lower > upper + ROUNDING * np.abs(upper)


def _meeting(lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """Let limits meet that cross by rounding alone."""
    return np.where(crossed(lower, upper), lower, np.fmin(lower, upper)), upper
