r"""Limits of the rules that are measured by rates: shares of gaps, and of the inequality of rates at the start.

.. math:: G = \frac{\sum_{i<j} p_i p_j |r_i - r_j|}{\sum_i p_i r_i}

G: Gini coefficient. p: share of the people, r: rate of a member.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..scenario.array_types import Floats, Integers
from ..scenario.arrays import Arrays
from ..tables.rule_kinds import NATIONS, PAIRS, Rule
from .levelling import together_scale


@dataclass(frozen=True, eq=False)
class MemberRates:
    """Rates of the members of one objective at the start: their areas, shares of the people, rates, and the mean."""

    area: Integers
    people: Floats
    rate: Floats
    mean: float


def member_rates(data: Arrays, objective: int) -> MemberRates:
    """Return the rates of an objective's members at the start."""
    levelling = data.levelling
    area = np.flatnonzero(levelling.member[:, objective])
    people = np.nan_to_num(data.population[area])
    people = people / people.sum() if people.sum() > 0 else people
    rate = levelling.level[area, objective] / levelling.per[area, objective]
    return MemberRates(area, people, rate, float(people @ rate))


def gini_of(people: Floats, rate: Floats) -> float:
    """Gini coefficient of rates by pairs; NaN where their mean is not positive."""
    mean = float(people @ rate)
    if not mean > 0:
        return np.nan
    return float(people @ np.abs(rate[:, None] - rate) @ people / 2 / mean)


def rate_values(rule: Rule, targets: Floats, data: Arrays) -> Floats:
    """Return what a rule of rates limits where these targets, A×K×T, are agreed; over its axes."""
    if rule.over is PAIRS:
        together, years = data.levelling.together, range(len(data.years))
        if together is None:
            return np.zeros((len(data.areas), len(data.years)))
        scale = np.asarray([together_scale(data, together, year) for year in years])
        scale = np.where(scale > 0, scale, np.inf)
        one, other = (targets[:, k] / scale[:, i] for i, k in enumerate((together.prosperity, together.inclusion)))
        return np.asarray(np.divide(other, one, out=np.full(one.shape, np.inf), where=one > 0))
    if rule.over is not NATIONS:
        return targets
    values = np.zeros((len(data.objectives), len(data.years)))
    for objective in range(len(data.objectives)):
        start = member_rates(data, objective)
        slope = data.levelling.sign[objective] / data.levelling.per[start.area, objective]
        for year in range(len(data.years)):
            rate = start.rate + slope * targets[start.area, objective, year]
            values[objective, year] = gini_of(start.people, rate)
    return values


def rate_limit(rule: Rule, value: Floats, data: Arrays) -> Floats:
    """Turn values of a rule of rates over its axes into limits; NaN where it does not bind."""
    if rule.over is NATIONS:
        at_start = np.full(len(data.objectives), np.nan)
        for objective in np.flatnonzero(~np.isnan(value).all(axis=1)):
            start = member_rates(data, int(objective))
            at_start[objective] = gini_of(start.people, start.rate)
        return np.asarray(value * at_start[:, None])
    if rule.over is PAIRS:
        together = data.levelling.together
        if together is None:
            return np.full(value.shape, np.nan)
        both = (data.proposed[:, [together.prosperity, together.inclusion]] > 0).all(axis=1)
        return np.where(both, value, np.nan)
    if rule.switch:
        return np.asarray(np.where((data.proposed == 0) & (value > 0), 0.0, np.nan))
    limit = value * np.fmax(data.levelling.rate_gap, 0.0)[:, :, None]
    return np.where((data.proposed > 0) & (limit > 0), limit, np.nan)
