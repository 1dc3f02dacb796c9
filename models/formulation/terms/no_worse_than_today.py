"""Side effects that leave no outcome worse than it is today."""

from __future__ import annotations

import numpy as np

from ..model import ABSENT, Model


def no_worse_than_today(model: Model) -> None:
    r"""What is agreed is no loss where nothing was proposed either.

    .. math:: y_{akt} \ge 0 \text{ also where } q_{akt} = 0

    y: agreed target, q: proposed target. Rule ``no_worse_than_today``. Row
    ``no_worse_than_today[area,objective,year]``. levelling-up.md.
    """
    wanted = model.rules["no_worse_than_today"].binds & (model.target != ABSENT)
    area, objective, year = np.nonzero(wanted)
    if not len(area):
        return
    keys = model.keys(area=area, objective=objective, year=year)
    rows = model.build.rows("no_worse_than_today", keys, lower=np.zeros(len(area)), upper=np.full(len(area), np.inf))
    model.build.add(rows, model.target[wanted], 1.0)
