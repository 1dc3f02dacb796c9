"""Response curves of programme lines: concave, in equal steps of money up and down from the bid."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from .levels import Floats
from .lines import Booleans, Integers

ALIKE = 1e-9
"""Relative difference of two slopes that is rounding: shares of a line are stated to a few digits."""


def _power(base: Floats, exponent: Floats) -> Floats:
    """Raise to a power by the C library, number by number: vectors of numpy may differ in the last bit by length."""
    bases, exponents = np.broadcast_arrays(base, exponent)
    values = [math.pow(x, r) for x, r in zip(bases.ravel().tolist(), exponents.ravel().tolist(), strict=True)]
    return np.asarray(values, dtype=float).reshape(bases.shape)


@dataclass(frozen=True, eq=False)
class Side:
    """One side of the curves, from f(1) = 1 to f(X) = F.

    Parameters
    ----------
    share
        X, share of the money at the end of the side, L; 1 where there is no side.
    outcome
        F, share of the outcomes there, L.
    exponent
        r of f(x) = x^r, L; a straight line where it is not between 0 and 1.
    stated
        Whether the area states F, L.
    """

    share: Floats
    outcome: Floats
    exponent: Floats
    stated: Booleans

    @property
    def there(self) -> Booleans:
        """Whether a line has the side, L."""
        return np.asarray(self.share != 1.0)

    def ends(self, steps: Integers) -> tuple[Floats, Floats]:
        """Return where the steps end, shares of money and of outcomes, L×(N+1) from 1 outwards; NaN beyond the last."""
        curved = (self.exponent > 0) & (self.exponent < 1)
        count = np.where(self.there, np.where(curved, steps, 1), 0)
        step = np.arange(int(count.max(initial=0)) + 1)
        whole = np.maximum(count, 1)[:, None]
        x = 1.0 + step * (self.share[:, None] - 1.0) / whole
        f = np.where(curved[:, None], _power(np.maximum(x, 0.0), np.where(curved, self.exponent, 1.0)[:, None]), 1.0)
        f[:, 0] = 1.0
        last = step == count[:, None]
        x = np.where(last & self.there[:, None], self.share[:, None], x)
        f = np.where(last & self.there[:, None], self.outcome[:, None], f)
        beyond = step > count[:, None]
        return np.where(beyond, np.nan, x), np.where(beyond, np.nan, f)

    def first_slope(self, steps: Integers) -> Floats:
        """Return the slope of the first step, share of outcomes for a share of money, L; NaN where there is none."""
        x, f = self.ends(steps)
        if x.shape[1] < 2:
            return np.full(len(x), np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(self.there, (f[:, 1] - 1.0) / (x[:, 1] - 1.0), np.nan))

    def straight(self, which: Booleans, share: Floats, outcome: Floats) -> Side:
        """Return the side with one straight step on some of the lines."""
        return replace(
            self,
            share=np.where(which, share, self.share),
            outcome=np.where(which, outcome, self.outcome),
            exponent=np.where(which, np.inf, self.exponent),
        )


def side(share: Floats, outcome: Floats, default: Floats, elasticity: Floats) -> Side:
    """Return a side of the curves from what areas state.

    Parameters
    ----------
    share, outcome
        X and F as stated, L; NaN where not.
    default
        X where none is stated, L.
    elasticity
        Per cent of outcome for one per cent of money where no F is stated, L.
    """
    stated = ~np.isnan(outcome)
    x = np.where(np.isnan(share), default, share)
    f = np.where(stated, outcome, _power(x, elasticity))
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = np.where(stated, np.log(f) / np.log(x), elasticity)
    return Side(x, f, np.where(np.isnan(exponent), np.inf, exponent), stated)


@dataclass(frozen=True, eq=False)
class Curves:
    """Both sides of the curves of lines, and on which lines two stated sides contradict one another, L."""

    up: Side
    down: Side
    contradictory: Booleans


def concave(up: Side, down: Side, steps: Integers) -> Curves:
    """Join two sides so that the first step up is no steeper than the first step down.

    Where it is, a settlement would take both in full. An assumed side then becomes one straight step with the slope S
    of the other's first; downwards it ends at max(X, 1 − 1/S), where the outcomes would be used up. Where both are
    stated, they contradict one another.
    """
    rise, fall = up.first_slope(steps), down.first_slope(steps)
    with np.errstate(invalid="ignore"):
        steep = rise > fall * (1.0 + ALIKE)
    flatten = steep & ~up.stated
    raised = steep & up.stated & ~down.stated
    safe = np.where(raised, rise, 1.0)
    least = np.maximum(down.share, 1.0 - 1.0 / safe)
    return Curves(
        up.straight(flatten, up.share, 1.0 + fall * (up.share - 1.0)),
        down.straight(raised, least, np.maximum(1.0 - safe * (1.0 - least), 0.0)),
        steep & up.stated & down.stated,
    )
