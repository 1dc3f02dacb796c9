"""Marginal options in a merit order: the next dearer one of another area, and the last cheaper one."""

from __future__ import annotations

import numpy as np

from ..scenario.array_types import Booleans, Floats, Integers

NOBODY = -1
"""Index of the rival where there is none."""


def rivals(area: Integers, cost: Floats, used_up: Booleans, least: Floats) -> Integers:
    """Find for each rank of a merit order the next dearer option of another area that is not used up.

    Parameters
    ----------
    area, cost
        Of the options ranked, the best placed first.
    used_up
        Which of them have no more to offer.
    least
        What a rival of each must cost more than.

    Returns
    -------
    The rival's rank; where none costs as much, that of the next of another area that costs anything;
    :data:`NOBODY` where there is none.

    Examples
    --------
    >>> import numpy as np
    >>> cost = np.array([1.0, 2.0, 2.0, 3.0])
    >>> rivals(np.array([0, 0, 1, 1]), cost, np.array([False, False, True, False]), cost + 0.5).tolist()
    [3, 3, -1, -1]
    """
    open_ = np.flatnonzero(~used_up)
    rival = _first(area, cost, open_, np.arange(len(cost)), least)
    rest = np.flatnonzero(rival == NOBODY)
    rival[rest] = _first(area, cost, open_, rest, np.zeros(len(rest)))
    return rival


def last_elsewhere(area: Integers) -> Integers:
    """Return the last rank before each that is another area's; :data:`NOBODY` where all before are its own."""
    return np.asarray(_run_starts(area)[_runs(area)] - 1)


def _first(area: Integers, cost: Floats, open_: Integers, places: Integers, least: Floats) -> Integers:
    """First open rank after each that costs more than some least and is another area's.

    The costs of a ranking rise but for rounding: the first that costs enough is looked up among the largest so far,
    and from there it is a few steps.
    """
    rival: Integers = np.full(len(places), NOBODY)
    if not len(open_):
        return rival
    its_area, its_cost = area[open_], cost[open_]
    runs = _runs(its_area)
    next_run = np.append(_run_starts(its_area)[1:], len(open_))[runs]
    at = np.searchsorted(np.maximum.accumulate(its_cost), least, side="right")
    at = np.maximum(at, np.searchsorted(open_, places, side="right"))
    left = np.flatnonzero(at < len(open_))
    while len(left):
        here = at[left]
        same_area, cheap = its_area[here] == area[places[left]], ~(its_cost[here] > least[left])
        done = ~same_area & ~cheap
        rival[left[done]] = open_[here[done]]
        at[left] = np.where(same_area, next_run[here], here + 1)
        left = left[~done & (at[left] < len(open_))]
    return rival


def _runs(area: Integers) -> Integers:
    """Number the runs of one area."""
    return np.cumsum(np.diff(area, prepend=area[:1]) != 0, dtype=np.int64)


def _run_starts(area: Integers) -> Integers:
    """Where each run begins."""
    return np.flatnonzero(np.diff(area, prepend=-1) != 0).astype(np.int64)
