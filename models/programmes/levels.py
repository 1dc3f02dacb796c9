"""Contributions of programme lines: levels by year from levels, starts or running totals."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]

LEVEL, NEW, NEW_TO_DATE, LEVEL_TO_DATE = HOLDS = ("level", "new", "new_to_date", "level_to_date")
"""What an outcome row may hold: a year's contribution, its starts, or the running total of either."""


def contributions(values: Floats, holds: Texts, lasts: Floats) -> Floats:
    """Return the contribution of each outcome row in each year.

    Parameters
    ----------
    values
        v, n×T, in the objective's unit; NaN before the first year of a row.
    holds
        What each row holds, one of :data:`HOLDS`, n.
    lasts
        Years that a start lasts, n; NaN: to the end.

    Returns
    -------
    c, n×T; NaN where ``values`` has no number yet. With v = 0 before the first year: v[t] for a level, the sum of v
    over the last ``lasts`` years for starts, v[t] − v[t − lasts] for starts to date, v[t] − v[t − 1] for levels to
    date.
    """
    v = np.nan_to_num(values)
    result = v.copy()
    years = v.shape[1]
    window = np.where(np.isnan(lasts), years, np.minimum(np.nan_to_num(lasts), years)).astype(np.int64)
    for row in np.flatnonzero(holds == NEW):
        result[row] = [math.fsum(v[row, max(0, t + 1 - window[row]) : t + 1]) for t in range(years)]
    running = np.flatnonzero((holds == NEW_TO_DATE) | (holds == LEVEL_TO_DATE))
    back = np.where(holds == LEVEL_TO_DATE, 1, window)[running]
    earlier = np.arange(years) - back[:, None]
    result[running] -= np.where(earlier >= 0, np.take_along_axis(v[running], np.maximum(earlier, 0), axis=1), 0.0)
    return np.where(begun(values), result, np.nan)


def begun(values: Floats) -> npt.NDArray[np.bool_]:
    """Return from which year on each row has numbers, n×T."""
    return np.asarray(np.maximum.accumulate(~np.isnan(values), axis=1))
