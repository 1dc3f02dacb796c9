"""How far places make up the gap to the line that they are compared with."""

from __future__ import annotations

import numpy as np

from ..levelling import outcome_spread, weights_of_areas
from ..model import ABSENT, Model


def convergence(model: Model) -> None:
    r"""What a place misses of its aim is the aim less what it agrees to, and what the line moves away by.

    .. math::
        h_{gk} + \sum_{a \in g} y_{akT} - e \frac{\sum_{a \in g} n_{ak}}{\sum_{a \in l} n_{ak}} \sum_{a \in l} y_{akT}
        \ge A_{gk}, \qquad h_{gk} \ge 0

    h: what is missed, objective units, column ``short_of_aim[place,objective]``. y: agreed target in the year of
    ``[convergence]``. n: denominator of the rate, over the members. e: 1 where the line moves (``line = "end"``), else
    0. A: the aim, the share ``aims`` of the gap. g: the place, l: what it is compared with; both sums of y count areas
    without a baseline too. Row ``convergence[place,objective]``. levelling-up.md.
    """
    gaps = model.data.levelling.gaps
    if gaps is None:
        return
    places = np.asarray(gaps.places.names, dtype=object)[gaps.place]
    keys, weight = {"place": places, **model.keys(objective=gaps.objective)}, weights_of_areas(gaps)
    size = len(gaps.aim)
    proposed = model.data.proposed[:, gaps.objective, gaps.year]
    spread = outcome_spread(model.data, gaps.year)[:, gaps.objective]
    most = gaps.aim - (weight * proposed).sum(axis=0) + (np.abs(weight) * spread).sum(axis=0)
    columns = model.build.columns(
        "short_of_aim",
        keys,
        lower=np.zeros(size),
        upper=np.full(size, np.inf),
        implied_upper=np.maximum(most, gaps.aim),
    )
    rows = model.build.rows("convergence", keys, lower=gaps.aim, upper=np.full(size, np.inf))
    model.build.add(rows, columns, 1.0)
    targets = model.target[:, gaps.objective, gaps.year]
    area, row = np.nonzero((targets != ABSENT) & (weight != 0))
    model.build.add(rows[row], targets[area, row], weight[area, row])
    model.short_of_aim = columns
