"""No area is asked for more than it can be expected to carry."""

from __future__ import annotations

import numpy as np

from ...scenario.option_purpose import meant_for
from ..model import Model


def target_ceiling(model: Model) -> None:
    r"""A proposed target and the increases from the options meant for it stay below the ceiling.

    .. math:: q_{akt} + \sum_{j \text{ for } k} \max(E_{jkt}, 0)\, s_j \le \text{ceiling}_{akt}

    q: proposed target. E: outcome at take-up 1. s: take-up. ceiling: rule ``target_ceiling``. An option is *for*
    the objective with the largest Σ_t abs(E) / Σ_t q, among those with Σ_t q > 0; what it does for other objectives is
    a side effect and not limited. Row ``target_ceiling[area,objective,year]``. design.md section 3.
    """
    data, options, cells = model.data, model.data.options, model.data.options.outcome
    counted = (cells.value > 0) & meant_for(data)[cells.option, cells.across]
    option, objective, year = cells.option[counted], cells.across[counted], cells.year[counted]
    area = options.area[option]
    ceiling = model.rules["target_ceiling"]
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
