"""Crossed bounds: a lower bound above the upper one is infeasible, unless rounding alone put it there.

Solvers differ about such bounds: some call them infeasible, some warn, some take the middle. One rule decides here,
before a solver is called.
"""

from __future__ import annotations

import numpy as np

from .programme import Booleans, Floats

ROUNDING = 1e-12
"""Relative size up to which crossed bounds are rounding: a floor of 0.92 × 8.8 and a lock at 8.096."""


def crossed(lower: Floats, upper: Floats, size: float = 0.0) -> Booleans:
    """Mark lower bounds that are above the upper ones by more than rounding.

    ``size`` is that of the numbers which the two are sums or differences of, where it may be larger than their own: 0.1
    + 0.2 − 0.3 is not zero. Columns and rows of a scaled programme are of size 1.
    """
    return np.asarray(lower > upper + ROUNDING * np.maximum(np.abs(upper), size))


def meeting(lower: Floats, upper: Floats, size: float = 0.0) -> tuple[Floats, Floats]:
    """Lower to the upper bound each lower bound that crosses it by rounding alone."""
    return np.where(crossed(lower, upper, size), lower, np.fmin(lower, upper)), upper
