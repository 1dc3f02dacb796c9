r"""The Pareto frontier of two linear objectives over a polyhedron: all its extreme points.

The frontier is convex and piecewise linear. Between two points of it the weighted sum that makes both equal is
minimised: either nothing lies below the line, and then the duals prove that it is an edge, or the deepest extreme
point is reached, and both halves are searched. So the search ends by proof, after at most two programmes a point.

.. math:: \min_{x \in P} \; w_1 f_1(x) + w_2 f_2(x), \qquad w = (y_p - y_q, \; x_q - x_p)

The weighted-sum scheme of Aneja and Nair, "Bicriteria transportation problem", Management Science 25 (1979).
"""

from __future__ import annotations

from dataclasses import dataclass

from ..lexicographic.proof import GAP_TOLERANCE
from ..lexicographic.stage import Stage
from ..programme import Floats
from .explorer import Explorer

DEPTH = 1e-8
"""Depth below which an extreme point counts as on the line: ten times the gap to which answers are proved."""

STILL = 1e-8
"""Range of an objective, relative to its size, below which the frontier is one point: ten times the gap to its ends."""

NOTHING = 1e-12
"""A value below this, relative to its size, is what rounding leaves of zero."""


@dataclass(frozen=True, eq=False)
class Corner:
    """An extreme point of a Pareto frontier.

    Attributes
    ----------
    first, second
        The two objectives.
    depth
        How far it lies below the line between the two corners from which it was reached, as a share of the ranges of
        both objectives: what would be lost if it were left out. 1 for the ends.
    x
        A point there, original units.
    """

    first: float
    second: float
    depth: float
    x: Floats


@dataclass(frozen=True, eq=False)
class TradeOff:
    """A Pareto frontier: extreme points by rising ``first``; ``gap`` bounds its error, as a share of the ranges."""

    corners: tuple[Corner, ...]
    gap: float


def trade_off(explorer: Explorer, first: Stage, second: Stage, depth: float = DEPTH) -> TradeOff:
    """Find all extreme points of the Pareto frontier.

    Parameters
    ----------
    explorer
        The polyhedron.
    first, second
        The objectives.
    depth
        How far below a line, as a share of the ranges of both objectives, an extreme point must lie to count as one.

    Returns
    -------
    One extreme point where both objectives are smallest together.
    """

    def corner(x: Floats, below: float) -> Corner:
        values = (float(stage.cost @ x) + stage.constant for stage in (first, second))
        sizes = (first.size, second.size)
        one, two = (0.0 if abs(v) <= NOTHING * size else v for v, size in zip(values, sizes, strict=True))
        return Corner(one, two, below, x)

    start = corner(explorer.best(first, second).x, 1.0)
    end = corner(explorer.best(second, first).x, 1.0)
    across, down = end.first - start.first, start.second - end.second
    if across <= STILL * first.size or down <= STILL * second.size:
        return TradeOff((start,), 0.0)
    corners, gap = [start], 0.0
    open_edges = [(start, end)]
    while open_edges:
        left, right = open_edges.pop()
        weights = (left.second - right.second) / down, (right.first - left.first) / across
        share = weights[0] / sum(weights)
        cost = share / across * first.cost + (1 - share) / down * second.cost
        best = explorer.best(Stage("trade-off", "", cost, size=depth / GAP_TOLERANCE))
        line, value = (float(cost @ point) for point in (left.x, best.x))
        middle = corner(best.x, line - value)
        known = min(_distance(middle, one, across, down) for one in (left, right)) <= depth
        if known or line - value <= depth:  # rounding can put an end of the edge below it
            gap = max(gap, line - value + best.gaps[0])
            corners.append(right)
            continue
        open_edges += [(middle, right), (left, middle)]
    return TradeOff(tuple(_without_straight(corners, across, down, depth)), gap)


def _distance(one: Corner, other: Corner, across: float, down: float) -> float:
    """Return the largest difference of two points, as a share of the ranges of both objectives."""
    return max(abs(one.first - other.first) / across, abs(one.second - other.second) / down)


def _without_straight(corners: list[Corner], across: float, down: float, depth: float) -> list[Corner]:
    """Leave out corners on the line between their neighbours: a weighted sum can end anywhere on an edge."""
    kept = corners[:1]
    for position, corner in enumerate(corners[1:-1], start=1):
        left, right = kept[-1], corners[position + 1]
        run, fall = (right.first - left.first) / across, (left.second - right.second) / down
        along, below = (corner.first - left.first) / across, (left.second - corner.second) / down
        if run + fall > 0 and (below * run - along * fall) / (run + fall) > depth:
            kept.append(corner)
    return [*kept, corners[-1]]
