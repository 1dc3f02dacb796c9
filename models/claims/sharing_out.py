"""Water-filling: a pot shared in proportion to weights within limits, exactly, by its breakpoints."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def share_out(weights: Floats, most: Floats, pot: float, least: Floats | None = None) -> Floats:
    r"""Share a pot in proportion to weights within limits.

    .. math:: x_i = \min(\max(\mu w_i, l_i), m_i), \quad \sum_i x_i = B

    w: weight, not negative. l: least, 0 by default. m: most. B: pot, money. One μ fits all; it lies between two
    breakpoints l/w and m/w, which are gone through in order, so that the answer is exact and not a search. With equal
    weights this is constrained equal awards, with the claims as weights pro rata.

    Parameters
    ----------
    weights, most, least
        One number for each, shape (n,).
    pot
        What there is.

    Returns
    -------
    Shares, shape (n,). Where the pot cannot pay every least, the leasts in proportion; where nobody with a weight can
    take more, the rest is left.

    Examples
    --------
    >>> share_out(np.ones(3), np.asarray([100.0, 200.0, 300.0]), 400.0)
    array([100., 150., 150.])
    """
    lower = np.zeros(len(weights)) if least is None else np.minimum(least, most)
    needed = float(lower.sum())
    if pot <= needed:
        return lower * (pot / needed) if needed > 0 else lower
    upper = np.where(weights > 0, most, lower)
    if pot >= upper.sum():
        return upper
    level = _level(weights, lower, upper, pot)
    return np.asarray(np.clip(level * weights, lower, upper))


def _level(weights: Floats, lower: Floats, upper: Floats, pot: float) -> float:
    """The μ at which the shares add up to the pot; it exists, between all at their least and all at their most."""
    moving = (weights > 0) & (upper > lower)
    weight, low, high = weights[moving], lower[moving], upper[moving]
    begins, ends = low / weight, high / weight
    points = np.concatenate([begins, ends])
    order = np.argsort(points, kind="stable")
    points = points[order]
    slopes = np.cumsum(np.concatenate([weight, -weight])[order])
    given = float(lower.sum()) + np.concatenate([[0.0], np.cumsum(slopes[:-1] * np.diff(points))])
    segment = max(int(np.searchsorted(given, pot, side="right")) - 1, 0)
    middle = 0.5 * (points[segment] + points[min(segment + 1, len(points) - 1)])
    free = (begins < middle) & (middle < ends)
    if not free.any():
        return float(middle)
    fixed = float(lower[~moving].sum()) + float(np.where(middle <= begins, low, high)[~free].sum())
    return float((pot - fixed) / weight[free].sum())
