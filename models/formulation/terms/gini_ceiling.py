"""The inequality of rates over areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...diagnostics.problems import BadInputError, Diagnostic
from ...scenario.array_types import Floats, Integers
from ..bounds import least_targets
from ..model import ABSENT, Model, RateDifferences, reachable
from ..rate_limits import MemberRates, member_rates

MOST_PAIRS = 200_000
"""Pairs of areas whose order is open: each is a column and two rows, and more of them no solver ends with soon."""


def gini_ceiling(model: Model) -> None:
    r"""The Gini coefficient of an objective's rates stays below a ceiling.

    .. math::
        \sum_{i<j} p_i p_j e_{ij} \le \gamma \sum_i p_i r_i, \qquad e_{ij} \ge \pm (r_i - r_j), \qquad
        r_i = \frac{x_i + \sigma y_{ikt}}{n_i}

    p: share of the people, over the members. r: rate at the end, both sides divided by the mean of the start. γ: the
    ceiling, rule ``gini_ceiling`` times the coefficient of the start. e: difference of two rates, column
    ``rate_difference[objective,year,area,other]``; where no settlement reverses the order of two areas their difference
    itself stands in the row. Rows ``gini_ceiling[objective,year]`` and
    ``rate_difference[objective,year,area,other,side]``. levelling-up.md.
    """
    limit = model.rules["gini_ceiling"]
    objective, year = np.nonzero(limit.binds)
    if not len(objective):
        return
    parts = [_pairs(model, int(k), int(t)) for k, t in zip(objective, year, strict=True)]
    columns = _differences(model, parts)
    upper, first = np.zeros(len(parts)), 0
    rows = model.build.rows(
        "gini_ceiling",
        model.keys(objective=objective, year=year),
        lower=np.full(len(parts), -np.inf),
        upper=upper,
    )
    for at, part in enumerate(parts):
        weight = part.known - limit.value[part.objective, part.year] * part.start.people
        upper[at] = -float(weight @ part.rate)
        size = len(part.one)
        pairs = part.start.people[part.one] * part.start.people[part.other]
        model.build.add(np.repeat(rows[at], size), columns[first : first + size], pairs)
        targets = model.target[part.start.area, part.objective, part.year]
        there = targets != ABSENT
        model.build.add(np.repeat(rows[at], there.sum()), targets[there], (weight * part.slope)[there])
        first += size


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Rates of one objective and year over the mean of the start, and the pairs of members whose order is open.

    ``slope`` is the change of a member's rate for one unit agreed, ``low`` and ``high`` the ends of what it can reach,
    ``known`` its weight in the differences whose sign is known, ``one`` and ``other`` the members of open pairs.
    """

    objective: int
    year: int
    start: MemberRates
    rate: Floats
    slope: Floats
    low: Floats
    high: Floats
    known: Floats
    one: Integers
    other: Integers


def _pairs(model: Model, objective: int, year: int) -> _Pairs:
    data, options = model.data, model.data.options
    start = member_rates(data, objective)
    rate, slope = start.rate / start.mean, data.levelling.sign[objective] / start.mean
    slopes = slope / data.levelling.per[start.area, objective]
    down, up = reachable(data.proposed, options.outcome, options.area, options.limit)
    down = np.maximum(down, least_targets(data))
    ends = np.stack([ends[start.area, objective, year] for ends in (down, up)]) * slopes + rate
    low, high = ends.min(axis=0), ends.max(axis=0)
    above = (low[:, None] >= high) & (high[:, None] > low)
    pairs = np.outer(start.people, start.people) * above
    alike = (low[:, None] == high) & (low == high[:, None])
    one, other = np.nonzero(np.triu(~above & ~above.T & ~alike, k=1))
    known = pairs.sum(axis=1) - pairs.sum(axis=0)
    return _Pairs(objective, year, start, rate, slopes, low, high, known, one, other)


def _differences(model: Model, parts: list[_Pairs]) -> Integers:
    """Add a column and two rows for each open pair; return the columns, in the order of the parts."""
    size = sum(len(part.one) for part in parts)
    if size > MOST_PAIRS:
        problem = Diagnostic(
            "SP-D075",
            "rules",
            "rules",
            column="value",
            value=f"{size:,} pairs of areas whose order is open",
            expected=f"at most {MOST_PAIRS:,}",
            remedy="leave gini_ceiling out, or let fewer areas have figures of the objective",
        )
        raise BadInputError((problem,))
    build, areas = model.build, [part.start.area for part in parts]
    objective, year = (np.repeat([getattr(p, name) for p in parts], [len(p.one) for p in parts]) for name in _AXES)
    one, other = (np.concatenate([a[getattr(p, e)] for a, p in zip(areas, parts, strict=True)]) for e in _ENDS)
    rate = np.concatenate([p.rate[p.one] - p.rate[p.other] for p in parts])
    widest = np.concatenate([np.maximum(p.high[p.one] - p.low[p.other], p.high[p.other] - p.low[p.one]) for p in parts])
    keys = {
        **model.keys(objective=objective, year=year),
        "area": model.data.labels("areas", one),
        "other": model.data.labels("areas", other),
    }
    columns = build.columns(
        "rate_difference",
        keys,
        lower=np.zeros(size),
        upper=np.full(size, np.inf),
        implied_upper=np.maximum(widest, 0.0),
    )
    both = {name: np.tile(np.asarray(labels, dtype=object), 2) for name, labels in keys.items()}
    side = np.repeat(np.asarray(["above", "below"], dtype=object), size)
    rows = build.rows(
        "rate_difference", {**both, "side": side}, lower=np.concatenate([rate, -rate]), upper=np.full(2 * size, np.inf)
    )
    build.add(rows, np.tile(columns, 2), 1.0)
    slopes = [np.concatenate([p.slope[getattr(p, ends)] for p in parts]) for ends in _ENDS]
    for members, slope, direction in ((one, slopes[0], 1.0), (other, slopes[1], -1.0)):
        target = model.target[members, objective, year]
        there = target != ABSENT
        for half, sign in ((rows[:size], -direction), (rows[size:], direction)):
            build.add(half[there], target[there], sign * slope[there])
    model.rate_differences = RateDifferences(columns, objective, year, one, other, rate, *slopes)
    return columns


_AXES = ("objective", "year")
_ENDS = ("one", "other")
