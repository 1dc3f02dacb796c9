"""Apportionment in whole units: nearest where the total allows it, largest remainder otherwise.

Largest remainder keeps every share within one unit of exact and never passes the total. Like every rule that
does so it is not monotone in the total: with one more unit to hand out, somebody can get one less.
"""

from __future__ import annotations

import numpy as np

from .programme import Booleans, Floats, Integers

TIE = 1e-4
"""Remainders this near to each other, in units, are tied; the earlier in order then goes first."""

USED_UP = 0.5
"""Less than this left of a total, in units, means that the whole total is handed out."""


def whole_units(exact: Floats, limit: int) -> Integers:
    """Round shares to whole units whose sum never passes a limit.

    Parameters
    ----------
    exact
        Shares in units, not negative, in the order in which ties are broken.
    limit
        What may be handed out, in whole units, not negative.

    Returns
    -------
    Integers
        Each within one unit of exact, unless the limit is less than all of them rounded down: then the largest
        difference is the least possible. Where the exact shares use the limit up, they sum to it.
    """
    floor = np.floor(exact + TIE * 1e-2)
    remainder = np.maximum(exact - floor, 0.0)
    base = floor.astype(np.int64)
    nearest = base + (remainder > 0.5 + TIE)
    tied = np.abs(remainder - 0.5) <= TIE
    used_up = limit - float(exact.sum()) < USED_UP
    total = int(nearest.sum())
    if not used_up or total == limit:
        spare = limit - total
        if spare >= 0 and (not used_up or spare == 0):
            return nearest + _first(tied, spare)
    while (spare := limit - int(base.sum())) < 0 and (positive := base > 0).any():
        rounds = min(-spare // int(positive.sum()), int(base[positive].min()))
        paid = np.where(positive, base - exact, -np.inf)
        base = base - (rounds * positive if rounds else _largest(paid, -spare))
    return base + _largest(remainder, min(spare, len(base)))


def _largest(key: Floats, count: int) -> Integers:
    """Mark the ``count`` largest keys; among those tied for the last place, the first in order."""
    chosen = np.zeros(len(key), dtype=np.int64)
    if count <= 0 or not len(key):
        return chosen
    edge = np.sort(key)[::-1][min(count, len(key)) - 1]
    above = key > edge + TIE
    chosen[above] = 1
    return chosen + _first(~above & (np.abs(key - edge) <= TIE), count - int(above.sum()))


def _first(mask: Booleans, count: int) -> Integers:
    chosen = np.zeros(len(mask), dtype=np.int64)
    chosen[np.flatnonzero(mask)[: max(count, 0)]] = 1
    return chosen
