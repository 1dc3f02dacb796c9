"""Benefit of bids and options: what they contribute to the national objectives, as ``shortfall.total`` measures it."""

from __future__ import annotations

import numpy as np

from singlepot.models.formulation.stage_costs import priorities, shortfall_weights
from singlepot.models.scenario.arrays import Arrays

from .allocations import Floats


def worth(data: Arrays) -> Floats:
    r"""Marginal benefit of one more unit of an objective in a year to the nation, K×T.

    .. math:: \sum_{r \ni (k, t)} \omega_k / (\textstyle\sum \omega \, n_k \, Q_r)

    ω: weight of the objective. n: its national rows. Q: national target. All priorities together.
    """
    rows = data.national
    weight = np.zeros(len(rows.target))
    for priority in priorities(data):
        weight += shortfall_weights(data, priority)
    value = np.zeros((len(data.objectives), len(data.years)))
    for row in range(len(rows.target)):
        value[rows.objective[row], rows.first[row] : rows.last[row] + 1] += weight[row] / rows.target[row]
    return value


def benefit_of_bids(data: Arrays) -> Floats:
    """Benefit of each area's proposed targets, A; a share of the nation's objectives."""
    return np.asarray((data.proposed * worth(data)).sum(axis=(1, 2)))


def benefit_of_options(data: Arrays) -> Floats:
    """Benefit of each option at its largest take-up, J, side effects included."""
    options, cells = data.options, data.options.outcome
    value = cells.value * worth(data)[cells.across, cells.year] * options.limit[cells.option]
    return np.asarray(np.bincount(cells.option, weights=value, minlength=options.size), dtype=np.float64)


def money_of_options(data: Arrays) -> Floats:
    """Grant of each option at its largest take-up over all years and envelopes, J, money."""
    options, cells = data.options, data.options.grant
    money = cells.value * options.limit[cells.option]
    return np.asarray(np.bincount(cells.option, weights=money, minlength=options.size), dtype=np.float64)
