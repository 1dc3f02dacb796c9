"""Random arrival: claims are paid in full in the order of arrival until the pot is empty; the mean over all orders."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np

from .sharing_out import Floats

MOST_LISTED = 18
"""Largest number of claims of which all sets are enumerated: 2^17 sets for each claim."""

MOST_ON_A_GRID = 2e8
"""Additions that the exact sum over a grid may need, about a second."""

FINEST = 1e6
"""Claims are taken to lie on a grid if they are whole multiples of one part in this many of a unit."""

ORDERS = 20_000
"""Orders of arrival that are drawn by default, half of them the other half backwards."""

_BATCH = 500


@dataclass(frozen=True, eq=False)
class Estimate:
    """Awards with their standard errors.

    Attributes
    ----------
    awards
        Shape (n,), money; they add up to the pot.
    error
        Standard error of each, money; 0 where they are exact.
    method
        ``listed`` (all sets of claims), ``grid`` (all sums on a grid) or ``sampled``.
    orders
        Orders drawn; 0 where the awards are exact.
    """

    awards: Floats
    error: Floats
    method: str
    orders: int = 0


def random_arrival(claims: Floats, pot: float) -> Floats:
    """Mean award over all orders of arrival; see :func:`estimate`, which also says how sure it is.

    B. O'Neill (1982), A problem of rights arbitration from the Talmud, Mathematical Social Sciences 2.

    Examples
    --------
    >>> random_arrival(np.asarray([100.0, 200.0, 300.0]), 200.0).round(6)
    array([33.333333, 83.333333, 83.333333])
    """
    return estimate(claims, pot).awards


def estimate(claims: Floats, pot: float, *, orders: int = ORDERS, seed: int = 0) -> Estimate:
    r"""Random-arrival rule: the mean award over all orders of arrival, exactly where that can be done.

    .. math:: x_i = \sum_{S \not\ni i} \frac{|S|! \, (n-|S|-1)!}{n!} \min(c_i, \max(B - c(S), 0))

    c: claim. B: pot, money. S: those who came before. Up to :data:`MOST_LISTED` claims all sets are gone through.
    For more, S is the set of those who arrive before a uniform moment u, so that the sum is the integral over u of an
    expectation which is a polynomial of degree n − 1 in u: Gauss-Legendre points give it exactly, and at each point the
    sums c(S) are counted on the grid on which all claims lie. Where that grid is too fine, orders are drawn, each with
    its reverse; equal claims then share the mean of their awards.

    Parameters
    ----------
    claims
        Shape (n,), money.
    pot
        Money.
    orders, seed
        How many orders are drawn where they must be, and from which seed.
    """
    none = np.zeros(len(claims))
    if pot >= claims.sum():
        return Estimate(claims.copy(), none, "listed")
    kept = np.flatnonzero(claims > 0)
    if pot <= 0 or not len(kept):
        return Estimate(none, none, "listed")
    sizes, size_of = np.unique(claims[kept], return_inverse=True)
    counts = np.bincount(size_of)
    grid = _grid(claims[kept], pot)
    if len(kept) <= MOST_LISTED:
        of_size, method, error, drawn = _listed(sizes, counts, pot), "listed", np.zeros(len(sizes)), 0
    elif grid is not None:
        of_size, method, error, drawn = _on_grid(sizes, counts, pot, grid), "grid", np.zeros(len(sizes)), 0
    else:
        of_size, error, drawn = _sampled(sizes, counts, pot, orders, seed)
        method = "sampled"
    awards, errors = none.copy(), none.copy()
    awards[kept], errors[kept] = of_size[size_of], error[size_of]
    return Estimate(awards, errors, method, drawn)


def _listed(sizes: Floats, counts: np.ndarray[tuple[int], np.dtype[np.int64]], pot: float) -> Floats:
    """Enumerate all sets of the others, for one claim of each size."""
    everyone = np.repeat(np.arange(len(sizes)), counts)
    n = len(everyone)
    weight = np.asarray([1.0 / (n * comb(n - 1, k)) for k in range(n)])
    awards = np.empty(len(sizes))
    for kind, claim in enumerate(sizes):
        others = np.delete(everyone, np.flatnonzero(everyone == kind)[0])
        sums, members = np.zeros(1), np.zeros(1, dtype=np.int64)
        for other in others:
            sums = np.concatenate([sums, sums + sizes[other]])
            members = np.concatenate([members, members + 1])
        awards[kind] = float((weight[members] * np.clip(pot - sums, 0.0, claim)).sum())
    return awards


def _grid(claims: Floats, pot: float) -> float | None:
    """The largest unit of which all claims are whole multiples, where the sums on its grid can be counted."""
    fine = claims * FINEST
    whole = np.rint(fine)
    if claims.max() > 1e9 or (np.abs(fine - whole) > 1e-9 * np.maximum(fine, 1.0)).any():
        return None
    unit = float(np.gcd.reduce(whole.astype(np.int64))) / FINEST
    n = len(claims)
    work = (n // 2 + 1) * (pot / unit + 1) * n * max(np.log2(n), 1)
    return unit if work <= MOST_ON_A_GRID else None


def _on_grid(sizes: Floats, counts: np.ndarray[tuple[int], np.dtype[np.int64]], pot: float, unit: float) -> Floats:
    """Count the sums of those who came before, at each Gauss-Legendre point, leaving out one claim of each size."""
    steps = np.rint(sizes / unit).astype(np.int64)
    points, weights = np.polynomial.legendre.leggauss(int(counts.sum()) // 2 + 1)
    points, weights = (points + 1) / 2, weights / 2
    length = int(np.floor(pot / unit)) + 1
    left = pot - unit * np.arange(length)
    start = np.zeros((len(points), length))
    start[:, 0] = 1.0
    awards = np.empty(len(sizes))

    def arrive(chances: Floats, kind: int, times: int) -> Floats:
        for _ in range(times):
            moved = chances * (1 - points)[:, None]
            step = int(steps[kind])
            if step < length:
                moved[:, step:] += chances[:, : length - step] * points[:, None]
            chances = moved
        return chances

    def split(first: int, last: int, chances: Floats) -> None:
        """Chances of the sums of all but the kinds from first to last; of these all but one are still to come."""
        if last - first == 1:
            chances = arrive(chances, first, int(counts[first]) - 1)
            awards[first] = float(weights @ (chances @ np.clip(left, 0.0, sizes[first])))
            return
        middle = (first + last) // 2
        for inside, outside in (((first, middle), (middle, last)), ((middle, last), (first, middle))):
            further = chances
            for kind in range(*outside):
                further = arrive(further, kind, int(counts[kind]))
            split(*inside, further)

    split(0, len(sizes), start)
    return awards


def _sampled(
    sizes: Floats, counts: np.ndarray[tuple[int], np.dtype[np.int64]], pot: float, orders: int, seed: int
) -> tuple[Floats, Floats, int]:
    """Draw orders, each with its reverse, in batches; the error is that of the means of pairs."""
    claims = np.repeat(sizes, counts)
    draw = np.random.default_rng(seed)
    pairs = max(orders // 2, 2)
    total, square = np.zeros(len(sizes)), np.zeros(len(sizes))
    for first in range(0, pairs, _BATCH):
        size = min(_BATCH, pairs - first)
        order = draw.permuted(np.tile(np.arange(len(claims)), (size, 1)), axis=1)
        inside = claims[order]
        before = np.cumsum(inside, axis=1) - inside
        after = claims.sum() - before - inside
        award = (np.clip(pot - before, 0.0, inside) + np.clip(pot - after, 0.0, inside)) / 2
        by_claim = np.empty_like(award)
        np.put_along_axis(by_claim, order, award, axis=1)
        mean = np.add.reduceat(by_claim, np.concatenate([[0], np.cumsum(counts)[:-1]]), axis=1) / counts
        total += mean.sum(axis=0)
        square += (mean**2).sum(axis=0)
    mean_award = total / pairs
    variance = np.maximum(square / pairs - mean_award**2, 0.0) * pairs / (pairs - 1)
    return mean_award, np.sqrt(variance / pairs), 2 * pairs
