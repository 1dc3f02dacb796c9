"""No area is asked for more than it can be expected to carry."""

from __future__ import annotations

import numpy as np

from ...scenario.array_types import Booleans
from ...scenario.arrays import Arrays
from ..model import Model

TIE = 1e-9
"""Relative difference below which an option is for each of two objectives."""


def target_ceiling(model: Model) -> None:
    r"""A proposed target and the increases from the options meant for it stay below the ceiling.

    .. math:: q_{akt} + \sum_{j \text{ for } k} \max(E_{jkt}, 0)\, s_j \le \text{ceiling}_{akt}

    q: proposed target. E: outcome at take-up 1. s: take-up. ceiling: rule ``target_ceiling``. An option is *for*
    the objective that it changes most relative to the area's proposed target (see :func:`meant_for`); what it does
    for other objectives is a side effect and not limited. Row ``target_ceiling[area,objective,year]``.
    design.md section 3.
    """
    data, options, cells = model.data, model.data.options, model.data.options.outcome
    meant = intended(model)
    counted = (cells.value > 0) & meant[cells.option, cells.across]
    option, objective, year = cells.option[counted], cells.across[counted], cells.year[counted]
    area = options.area[option]
    ceiling = model.rules.target_ceiling
    wanted = np.zeros(data.proposed.shape, dtype=bool)
    wanted[area, objective, year] = True
    wanted |= data.proposed > np.fmin(ceiling.value, np.inf)
    wanted &= ceiling.binds
    at = np.nonzero(wanted)
    rows = model.build.rows(
        "target_ceiling",
        model.keys(area=at[0], objective=at[1], year=at[2]),
        lower=np.full(len(at[0]), -np.inf),
        upper=(ceiling.value - data.proposed)[wanted],
    )
    row_of = np.full(data.proposed.shape, -1, dtype=np.int64)
    row_of[wanted] = rows
    row = row_of[area, objective, year]
    model.build.add(row[row >= 0], model.take_up[option[row >= 0]], cells.value[counted][row >= 0])


def intended(model: Model) -> Booleans:
    """Which objectives each option is for, shape (options, objectives); see :func:`meant_for`."""
    return meant_for(model.data)


def meant_for(data: Arrays) -> Booleans:
    r"""Which objectives each option is for, shape (options, objectives).

    .. math:: \arg\max_k \sum_t |E_{jkt}| / \sum_t q_{akt}

    among the objectives with a proposed target; an option tied to a relative 1e-9 is for each of them.
    """
    options, cells = data.options, data.options.outcome
    shape = (options.size, len(data.objectives))
    at = cells.option * shape[1] + cells.across
    change = np.bincount(at, np.abs(cells.value), shape[0] * shape[1]).reshape(shape).astype(np.float64)
    proposed = data.proposed.sum(axis=2)[options.area]
    relative = np.divide(change, proposed, out=np.zeros(shape), where=proposed > 0)
    most = relative.max(axis=1, initial=0.0, keepdims=True)
    result: Booleans = (relative > 0) & (relative >= most * (1 - TIE))
    return result
