"""Lowest values above highest ones: by rounding they meet, by more there is nothing between them.

Solvers differ about such bounds: some call them infeasible, some warn, some take the middle. They are judged here, by
one rule, before any solver sees them.
"""

from __future__ import annotations

import numpy as np

from .programme import Booleans, Floats

ROUNDING = 1e-12
"""Relative size up to which a lowest value above the highest is rounding: a floor of 0.92 × 8.8 and a lock at 8.096."""


def crossed(lower: Floats, upper: Floats, size: float = 0.0) -> Booleans:
    """Where a lowest value is above the highest by more than rounding.

    ``size`` is that of the numbers which the two are sums or differences of, where it may be larger than their own: 0.1
    + 0.2 − 0.3 is not zero. Columns and rows of a scaled programme are of size 1.
    """
    return np.asarray(lower > upper + ROUNDING * np.maximum(np.abs(upper), size))


def meeting(lower: Floats, upper: Floats, size: float = 0.0) -> tuple[Floats, Floats]:
    """Let lowest values that cross the highest by rounding alone give way to them; others stay as they are."""
    return np.where(crossed(lower, upper, size), lower, np.fmin(lower, upper)), upper
