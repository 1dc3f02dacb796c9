"""Rank correlation of prosperity and inclusion over areas."""

from __future__ import annotations

import numpy as np

from ...scenario.array_types import Booleans, Floats


def pairing(prosperity: Floats, inclusion: Floats, weights: Floats) -> dict[str, float]:
    """How prosperity goes with inclusion over areas; for both, more is better.

    After the Inclusive Growth Monitor of C. Beatty, R. Crisp and T. Gore (2016), Joseph Rowntree Foundation, which sets
    a score of inclusion beside one of prosperity for every area, because neither brings the other by itself.

    Parameters
    ----------
    prosperity, inclusion
        One value for each area, shape (n,).
    weights
        People of each, shape (n,).

    Returns
    -------
    ``rank_correlation`` (Spearman's, each area once, ties at their mean rank), and the shares of the people who live
    in areas above the median of both (``both``), of prosperity alone (``prosperous``), of inclusion alone
    (``inclusive``), and of neither (``neither``). A median is that of the people. Were the two unrelated, about a
    quarter would live in each kind of area.

    Examples
    --------
    >>> found = pairing(np.asarray([1.0, 2.0, 3.0, 4.0]), np.asarray([1.0, 3.0, 2.0, 4.0]), np.ones(4))
    >>> round(found["rank_correlation"], 6), found["both"], found["prosperous"]
    (0.8, 0.25, 0.25)
    """
    if len(prosperity) < 2 or weights.sum() <= 0:
        return dict.fromkeys(("rank_correlation", "both", "prosperous", "inclusive", "neither"), np.nan)
    rich, open_ = above_medians(prosperity, inclusion, weights)
    shares = weights / weights.sum()
    return {
        "rank_correlation": _correlation(_ranks(prosperity), _ranks(inclusion)),
        "both": float(shares[rich & open_].sum()),
        "prosperous": float(shares[rich & ~open_].sum()),
        "inclusive": float(shares[~rich & open_].sum()),
        "neither": float(shares[~rich & ~open_].sum()),
    }


def above_medians(prosperity: Floats, inclusion: Floats, weights: Floats) -> tuple[Booleans, Booleans]:
    """Return which areas are above the median of the people in each of the two."""
    rich, open_ = (values > _median(values, weights) for values in (prosperity, inclusion))
    return np.asarray(rich), np.asarray(open_)


def _median(values: Floats, weights: Floats) -> float:
    """Weighted median: the smallest value at which at least half the people live in areas at or below it."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][np.searchsorted(reached, 0.5 - 1e-12)])


def _ranks(values: Floats) -> Floats:
    """Ranks from 1, ties at their mean."""
    _, rank_of, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count - 1) / 2)[rank_of], dtype=np.float64)


def _correlation(one: Floats, other: Floats) -> float:
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else np.nan
