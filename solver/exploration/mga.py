r"""Modelling to generate alternatives (MGA): points of a polyhedron that differ as much as possible in some sums.

.. math:: \max_{z \in Z} \; \min_{i} \; \lVert z - z_i \rVert_1

z: the sums. z_i: those of the points chosen so far. The distance is convex, so its largest value is at an extreme point
and cannot be found by one linear programme. Every sum is driven to both its ends; from the farthest of those points the
search climbs: the distance to the nearest chosen point is replaced by its slope, which is a linear objective, until
that gains no more. Each answer is an optimum of a stated direction; that no point is farther is not proved, but ``low``
and ``high`` bound how far any could be.

Brill, Chang and Hopkins, "Modeling to generate alternatives: the HSJ approach", Management Science 28 (1982); Lombardi
et al., "Policy decision support for renewables deployment through spatially explicit practically optimal
alternatives", Joule 4 (2020).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..lexicographic.stage import Stage
from ..programme import Floats
from .explorer import Explorer

STARTS = 3
"""Extreme points from which the search for one alternative climbs. What more of them gain is not recorded."""

CLIMBS = 6
"""Most steps of one climb: a limit on time. What it cuts off is not recorded."""

GAIN = 1e-6
"""Gain of distance, relative, below which a climb has ended; distance, relative to the sums, that counts as none."""


@dataclass(frozen=True, eq=False)
class MgaAlternative:
    """An alternative: the point where ``direction`` · sums is largest, ``most``; ``sums`` are its sums."""

    direction: Floats
    most: float
    sums: Floats


@dataclass(frozen=True, eq=False)
class MgaAlternatives:
    """Least and largest value of each sum over the polyhedron, and the alternatives in the order of choice."""

    low: Floats
    high: Floats
    points: tuple[MgaAlternative, ...]


def mga(explorer: Explorer, sums: sparse.csr_array, start: Floats, count: int) -> MgaAlternatives:
    """Find alternatives that differ from ``start`` and from one another.

    Parameters
    ----------
    explorer
        The polyhedron.
    sums
        One row for each sum, one column for each column of the programme.
    start
        The sums of the first point.
    count
        How many points; fewer where no other differs.
    """
    size = max(float(np.abs(start).sum()), np.finfo(float).tiny)
    ends = [_go(explorer, sums, sign * unit, size) for unit in np.eye(len(start)) for sign in (-1.0, 1.0)]
    every = np.asarray([end.sums for end in ends]).reshape(-1, len(start))
    chosen, points = [start], []
    for _ in range(count):
        order = np.argsort([-_distance(end.sums, chosen) for end in ends], kind="stable")[:STARTS]
        reached = [last for k in order for last in _climb(explorer, sums, ends[k], chosen, size)]
        best = max(reached, key=lambda far: _distance(far.sums, chosen), default=None)
        if best is None or _distance(best.sums, chosen) <= GAIN * size:
            break
        chosen.append(best.sums)
        points.append(best)
    return MgaAlternatives(every.min(axis=0, initial=np.inf), every.max(axis=0, initial=-np.inf), tuple(points))


def _go(explorer: Explorer, sums: sparse.csr_array, direction: Floats, size: float) -> MgaAlternative:
    cost = -(sums.T @ direction)
    best = explorer.best(Stage("direction", "", np.asarray(cost), size=size))
    return MgaAlternative(direction, -best.values[0], np.asarray(sums @ best.x))


def _climb(
    explorer: Explorer, sums: sparse.csr_array, start: MgaAlternative, chosen: Sequence[Floats], size: float
) -> Iterator[MgaAlternative]:
    """Points that are farther and farther from the nearest of the chosen."""
    yield start
    here = start
    for _ in range(CLIMBS):
        nearest = min(chosen, key=lambda sums: float(np.abs(here.sums - sums).sum()))
        apart = here.sums - nearest
        direction = np.sign(apart) * (np.abs(apart) > GAIN * size)
        if not direction.any() or (direction == here.direction).all():
            return
        there = _go(explorer, sums, direction, size)
        if _distance(there.sums, chosen) <= _distance(here.sums, chosen) * (1 + GAIN):
            return
        yield there
        here = there


def _distance(sums: Floats, chosen: Sequence[Floats]) -> float:
    return min(float(np.abs(sums - other).sum()) for other in chosen)
