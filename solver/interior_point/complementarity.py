"""Complementarity pairs: slack and multiplier of every finite bound of columns and rows, in one array each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..programme import Floats

LEAST_PRODUCT = 0.1
"""Smallest product of slack and multiplier, relative to the target, that is not corrected (Gondzio's β is 0.1)."""


class ComplementarityPairs:
    """Slack and multiplier of each finite bound: all lower ones first, then all upper ones.

    Parameters
    ----------
    lower, upper
        ComplementarityPairs of a vector of values; infinite ones are absent.
    value
        The values, strictly between their bounds.
    importance
        Weights to which the products of slack and multiplier are in proportion, one number for each value.
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
        """Return the change of every slack when the values change."""
        return np.concatenate([change[self.below], -change[self.above]])

    def pull(self, values: Floats) -> Floats:
        """Sum over the bounds of each value, upper ones with a minus."""
        total = np.zeros(self._values)
        total[self.below] = values[: len(self.below)]
        total[self.above] -= values[len(self.below) :]
        return total

    def sum(self, values: Floats) -> Floats:
        """Sum over the bounds of each value."""
        total = np.zeros(self._values)
        total[self.below] = values[: len(self.below)]
        total[self.above] += values[len(self.below) :]
        return total

    def sides(self, values: Floats, absent: float) -> tuple[Floats, Floats]:
        """Return the entries of the lower bound of each value, and of the upper one."""
        lower, upper = np.full(self._values, absent), np.full(self._values, absent)
        lower[self.below], upper[self.above] = values[: len(self.below)], values[len(self.below) :]
        return lower, upper


def centring(product: Floats, target: Floats) -> Floats:
    """Return the centrality correction: what brings products far from the target back to it (Gondzio 1996)."""
    return np.asarray(
        np.maximum(np.clip(product, LEAST_PRODUCT * target, target / LEAST_PRODUCT) - product, -target / LEAST_PRODUCT)
    )


def longest(relative: Floats) -> float:
    """Return the ratio test: the longest step, at most 1, that keeps everything above zero."""
    steepest = -float(relative.min(initial=0.0))
    return 1.0 / steepest if steepest > 1.0 else 1.0
