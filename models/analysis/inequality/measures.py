"""Measures of inequality over areas, where each area counts by its people.

Each takes values x (n,) and weights (n,), and treats every person as having the value of the area. Only shares of the
weights matter. Where the mean is not positive, or (for Theil) a value is negative, the measure has no meaning: NaN.
F. A. Cowell (2011), Measuring Inequality, Oxford University Press, defines them all.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...scenario.array_types import Floats


def _shares(values: Floats, weights: Floats) -> tuple[Floats, float]:
    """Shares of the people, and the mean."""
    total = float(weights.sum())
    if total <= 0:
        return weights, np.nan
    shares = weights / total
    mean = float(shares @ values)
    return shares, mean if mean > 0 else np.nan


def gini(values: Floats, weights: Floats) -> float:
    r"""Gini coefficient: half the mean difference of two people over the mean; 0 for all alike, 1 for all in one hand.

    .. math:: G = \sum_{ij} p_i p_j |x_i - x_j| / 2\mu

    p: share of people. x: value. μ: mean.

    Examples
    --------
    >>> gini(np.asarray([1.0, 3.0]), np.ones(2))
    0.25
    """
    shares, mean = _shares(values, weights)
    if np.isnan(mean):
        return np.nan
    order = np.argsort(values, kind="stable")
    part = shares[order] * values[order] / mean
    below = np.concatenate([[0.0], np.cumsum(part)[:-1]])
    return float(1 - (shares[order] * (2 * below + part)).sum())


def theil(values: Floats, weights: Floats) -> float:
    r"""Theil's T: how far the shares of the whole are from the shares of people.

    .. math:: T = \sum_i p_i (x_i / \mu) \ln (x_i / \mu)

    p: share of people. x: value. μ: mean. H. Theil (1967), Economics and Information Theory.

    Examples
    --------
    >>> round(theil(np.asarray([1.0, 3.0]), np.ones(2)), 6)
    0.130812
    """
    shares, mean = _shares(values, weights)
    if np.isnan(mean) or (values < 0).any():
        return np.nan
    ratio = values / mean
    logs = np.log(ratio, out=np.zeros(len(ratio)), where=ratio > 0)
    return max(float((shares * ratio * logs).sum()), 0.0)


def mean_log_deviation(values: Floats, weights: Floats) -> float:
    r"""Mean log deviation, Theil's L: how far the shares of people are from the shares of the whole.

    .. math:: L = \sum_i p_i \ln (\mu / x_i)

    p: share of people. x: value. μ: mean. NaN where a value is not positive.

    Examples
    --------
    >>> round(mean_log_deviation(np.asarray([1.0, 3.0]), np.ones(2)), 6)
    0.143841
    """
    shares, mean = _shares(values, weights)
    if np.isnan(mean) or (values <= 0).any():
        return np.nan
    return max(float(shares @ np.log(mean / values)), 0.0)


def theil_by_group(values: Floats, weights: Floats, groups: npt.ArrayLike) -> tuple[float, float]:
    r"""Theil's T between groups and within them; the two add up to the whole.

    .. math:: T = \sum_g s_g \ln(\mu_g / \mu) + \sum_g s_g T_g, \qquad s_g = p_g \mu_g / \mu

    s: a group's share of the whole. μ: mean. T: Theil's T inside the group.

    Examples
    --------
    >>> between, within = theil_by_group(np.asarray([1.0, 1.0, 3.0]), np.ones(3), ["a", "a", "b"])
    >>> round(between, 6), round(within, 6)
    (0.148342, 0.0)
    """
    _, mean = _shares(values, weights)
    if np.isnan(mean) or (values < 0).any():
        return np.nan, np.nan
    _, group_of = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)
    size = np.asarray(np.bincount(group_of, weights=weights), dtype=np.float64)
    level = np.divide(np.bincount(group_of, weights=weights * values), size, out=np.zeros(len(size)), where=size > 0)
    within = 0.0
    for group in np.flatnonzero((size > 0) & (level > 0)):
        members = group_of == group
        within += size[group] / weights.sum() * level[group] / mean * theil(values[members], weights[members])
    return theil(level, size), float(within)


def percentile_ratio(values: Floats, weights: Floats, upper: float = 0.9, lower: float = 0.1) -> float:
    """Percentile ratio 90/10: the value that a tenth of the people are above, over that which a tenth are below.

    A percentile is the smallest value at which at least that share of the people live in areas at or below it.

    Examples
    --------
    >>> percentile_ratio(np.arange(1.0, 11.0), np.ones(10))
    9.0
    """
    shares, mean = _shares(values, weights)
    if np.isnan(mean):
        return np.nan
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(shares[order])
    high, low = (values[order][np.searchsorted(reached, share - 1e-12)] for share in (upper, lower))
    return float(high / low) if low > 0 else np.nan


def coefficient_of_variation(values: Floats, weights: Floats) -> float:
    """Coefficient of variation: the standard deviation over the mean.

    Examples
    --------
    >>> coefficient_of_variation(np.asarray([1.0, 3.0]), np.ones(2))
    0.5
    """
    shares, mean = _shares(values, weights)
    return float(np.sqrt((shares * (values - mean) ** 2).sum()) / mean)


def hoover(values: Floats, weights: Floats) -> float:
    r"""Hoover index: the share of the whole that would have to move for all to be alike.

    .. math:: H = \tfrac12 \sum_i p_i |x_i / \mu - 1|

    p: share of people. x: value. μ: mean. E. M. Hoover (1936), Review of Economics and Statistics 18.

    Examples
    --------
    >>> hoover(np.asarray([1.0, 3.0]), np.ones(2))
    0.25
    """
    shares, mean = _shares(values, weights)
    return float((shares * np.abs(values / mean - 1)).sum() / 2)
