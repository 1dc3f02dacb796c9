"""Every limit of columns and rows that exists: the room to it and its multiplier, in one array each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..programme import Floats

NARROW = 0.1
"""Smallest product of room and multiplier, relative to the target, that is left alone."""


class ComplementarityPairs:
    """Room and multiplier of each finite limit: all lower ones first, then all upper ones.

    Parameters
    ----------
    lower, upper
        ComplementarityPairs of a vector of values; infinite ones are absent.
    value
        The values, strictly between their limits.
    importance
        What the products of room and multiplier are in proportion to, one number for each value.
    """

    def __init__(self, lower: Floats, upper: Floats, value: Floats, importance: Floats) -> None:
        self.below: npt.NDArray[np.intp] = np.flatnonzero(np.isfinite(lower))
        self.above: npt.NDArray[np.intp] = np.flatnonzero(np.isfinite(upper))
        self.room = np.concatenate([value[self.below] - lower[self.below], upper[self.above] - value[self.above]])
        self.multiplier = np.zeros(len(self.room))
        self._values = len(value)
        self.importance = np.concatenate([importance[self.below], importance[self.above]])
        self.weight = max(float(self.importance.sum()), np.finfo(float).tiny)

    def along(self, change: Floats) -> Floats:
        """Change of every room when the values change."""
        return np.concatenate([change[self.below], -change[self.above]])

    def pull(self, each: Floats) -> Floats:
        """Sum over the limits of each value, those above with a minus."""
        total = np.zeros(self._values)
        total[self.below] = each[: len(self.below)]
        total[self.above] -= each[len(self.below) :]
        return total

    def sum(self, each: Floats) -> Floats:
        """Sum over the limits of each value."""
        total = np.zeros(self._values)
        total[self.below] = each[: len(self.below)]
        total[self.above] += each[len(self.below) :]
        return total

    def sides(self, each: Floats, absent: float) -> tuple[Floats, Floats]:
        """What belongs to the lower limit of each value, and to the upper one."""
        lower, upper = np.full(self._values, absent), np.full(self._values, absent)
        lower[self.below], upper[self.above] = each[: len(self.below)], each[len(self.below) :]
        return lower, upper


def centring(product: Floats, target: Floats) -> Floats:
    """What brings products that are far from the target back to it (Gondzio 1996)."""
    return np.asarray(np.maximum(np.clip(product, NARROW * target, target / NARROW) - product, -target / NARROW))


def longest(relative: Floats) -> float:
    """Share of a change, relative to what changes, that leaves everything above zero; at most 1."""
    steepest = -float(relative.min(initial=0.0))
    return 1.0 / steepest if steepest > 1.0 else 1.0
