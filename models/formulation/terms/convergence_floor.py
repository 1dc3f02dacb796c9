"""The least that every area makes up of its gap."""

from __future__ import annotations

import numpy as np

from ..model import ABSENT, Model


def convergence_floor(model: Model) -> None:
    r"""An area with a target makes up a share of its gap to the line of the nation.

    .. math:: y_{akt} \ge v \cdot \max(\mathrm{gap}_{ak}, 0) \text{ where } q_{akt} > 0

    y: agreed target, q: proposed target. v: rule ``convergence_floor``. gap: what the area is below the nation's rate,
    in the objective's unit. Row ``convergence_floor[area,objective,year]``. levelling-up.md.
    """
    limit = model.rules["convergence_floor"]
    wanted = limit.binds & (model.target != ABSENT)
    area, objective, year = np.nonzero(wanted)
    if not len(area):
        return
    keys = model.keys(area=area, objective=objective, year=year)
    rows = model.build.rows("convergence_floor", keys, lower=limit.value[wanted], upper=np.full(len(area), np.inf))
    model.build.add(rows, model.target[wanted], 1.0)
