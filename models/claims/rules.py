"""The published rules for a pot that is smaller than the claims, but for random arrival, which has a file of its own.

Each takes claims (n,) and a pot, both not negative; where the pot holds all claims, it gives the claims.
W. Thomson (2003), Axiomatic and game-theoretic analysis of bankruptcy and taxation problems: a survey, Mathematical
Social Sciences 45, defines them all and says which axioms each satisfies.
"""

from __future__ import annotations

import numpy as np

from .sharing_out import Floats, share_out


def pro_rata(claims: Floats, pot: float) -> Floats:
    r"""Proportional rule: every claim is cut by the same share.

    .. math:: x_i = c_i \, B / \sum c

    c: claim. B: pot, money.

    Examples
    --------
    >>> pro_rata(np.asarray([100.0, 200.0, 300.0]), 300.0)
    array([ 50., 100., 150.])
    """
    total = float(claims.sum())
    return claims.copy() if pot >= total else claims * (pot / total)


def equal_awards(claims: Floats, pot: float) -> Floats:
    r"""Constrained equal awards: everybody gets the same, and nobody more than was claimed.

    .. math:: x_i = \min(c_i, \mu), \quad \sum x = B

    c: claim. B: pot, money. Maimonides.

    Examples
    --------
    >>> equal_awards(np.asarray([100.0, 200.0, 300.0]), 400.0)
    array([100., 150., 150.])
    """
    return claims.copy() if pot >= claims.sum() else share_out(np.ones(len(claims)), claims, pot)


def equal_losses(claims: Floats, pot: float) -> Floats:
    r"""Constrained equal losses: everybody loses the same, and nobody more than was claimed.

    .. math:: x_i = \max(c_i - \mu, 0), \quad \sum x = B

    c: claim. B: pot, money. The dual of :func:`equal_awards`.

    Examples
    --------
    >>> equal_losses(np.asarray([100.0, 200.0, 300.0]), 400.0).round(6)
    array([ 33.333333, 133.333333, 233.333333])
    """
    return claims.copy() if pot >= claims.sum() else claims - equal_awards(claims, float(claims.sum()) - pot)


def talmud(claims: Floats, pot: float) -> Floats:
    """The Talmud rule: equal awards of half the claims, and beyond that equal losses of the other half.

    R. Aumann and M. Maschler (1985), Game-theoretic analysis of a bankruptcy problem from the Talmud, Journal of
    Economic Theory 36.

    Examples
    --------
    >>> talmud(np.asarray([100.0, 200.0, 300.0]), 200.0)
    array([50., 75., 75.])
    """
    total = float(claims.sum())
    if pot >= total:
        return claims.copy()
    if pot <= total / 2:
        return equal_awards(claims / 2, pot)
    return claims - equal_awards(claims / 2, total - pot)


def minimal_overlap(claims: Floats, pot: float) -> Floats:
    """The minimal overlap rule: claims are laid over the pot so that as few as possible claim the same part of it.

    Each part is shared equally among those who claim it. B. O'Neill (1982), A problem of rights arbitration from the
    Talmud, Mathematical Social Sciences 2; for the largest claim below the pot, the height at which it is cut is that
    of Thomson (2003).

    Examples
    --------
    >>> minimal_overlap(np.asarray([30.0, 40.0, 60.0, 120.0]), 120.0).round(4)
    array([ 7.5   , 10.8333, 20.8333, 80.8333])
    """
    total = float(claims.sum())
    if pot >= total:
        return claims.copy()
    height = pot if pot <= claims.max(initial=0.0) else _height(claims, pot)
    laid = np.minimum(claims, height)
    order = np.argsort(laid, kind="stable")
    steps = np.diff(laid[order], prepend=0.0) / np.arange(len(claims), 0, -1)
    shares = np.empty(len(claims))
    shares[order] = np.cumsum(steps)
    return shares + np.maximum(np.minimum(claims, pot) - height, 0.0)


def _height(claims: Floats, pot: float) -> float:
    """The height t at which t and what stands above it add up to the pot: t + Σ max(c − t, 0) = B."""
    down = np.sort(claims)[::-1]
    above = np.cumsum(down)
    at_next = down[2:] + above[1:-1] - np.arange(2, len(claims)) * down[2:]
    last = 1 + int(np.append(at_next >= pot, True).argmax())
    return max(float(above[last] - pot) / last, 0.0)
