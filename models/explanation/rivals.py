"""With whom an option is compared: who would be next in a ranking, and who was cheaper and has no more to offer."""

from __future__ import annotations

import numpy as np

from ..scenario.array_types import Booleans, Floats, Integers

NOBODY = -1
"""In place of a rival where there is none."""


def rivals(area: Integers, cost: Floats, used_up: Booleans, least: Floats) -> Integers:
    """Find for each place of a ranking the next dearer option of another area that is not used up.

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
    The rival's place; where none costs as much, that of the next of another area that costs anything;
    :data:`NOBODY` where there is none.

    Examples
    --------
    >>> import numpy as np
    >>> cost = np.array([1.0, 2.0, 2.0, 3.0])
    >>> rivals(np.array([0, 0, 1, 1]), cost, np.array([False, False, True, False]), cost + 0.5).tolist()
    [3, 3, -1, -1]
    """
    open_ = np.flatnonzero(~used_up)
    found = _first(area, cost, open_, np.arange(len(cost)), least)
    rest = np.flatnonzero(found == NOBODY)
    found[rest] = _first(area, cost, open_, rest, np.zeros(len(rest)))
    return found


def last_elsewhere(area: Integers) -> Integers:
    """The last place before each that is another area's; :data:`NOBODY` where all before are its own."""
    return np.asarray(_run_starts(area)[_runs(area)] - 1)


def _first(area: Integers, cost: Floats, open_: Integers, places: Integers, least: Floats) -> Integers:
    """The first open place after each that costs more than some least and is another area's.

    The costs of a ranking rise but for rounding: the first that costs enough is looked up among the largest so far,
    and from there it is a few steps.
    """
    found: Integers = np.full(len(places), NOBODY)
    if not len(open_):
        return found
    its_area, its_cost = area[open_], cost[open_]
    runs = _runs(its_area)
    next_run = np.append(_run_starts(its_area)[1:], len(open_))[runs]
    at = np.searchsorted(np.maximum.accumulate(its_cost), least, side="right")
    at = np.maximum(at, np.searchsorted(open_, places, side="right"))
    left = np.flatnonzero(at < len(open_))
    while len(left):
        here = at[left]
        own, cheap = its_area[here] == area[places[left]], ~(its_cost[here] > least[left])
        done = ~own & ~cheap
        found[left[done]] = open_[here[done]]
        at[left] = np.where(own, next_run[here], here + 1)
        left = left[~done & (at[left] < len(open_))]
    return found


def _runs(area: Integers) -> Integers:
    """Number the runs of one area."""
    return np.cumsum(np.diff(area, prepend=area[:1]) != 0, dtype=np.int64)


def _run_starts(area: Integers) -> Integers:
    """Where each run begins."""
    return np.flatnonzero(np.diff(area, prepend=-1) != 0).astype(np.int64)
