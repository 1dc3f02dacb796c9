"""What each area agrees to contribute."""

from __future__ import annotations

import numpy as np

from ..bounds import target_bounds
from ..model import Model, positions, reachable, touched


def target(model: Model) -> None:
    r"""An agreed target is the proposed one and what the options used change; it keeps within floor and lock.

    .. math::
        y_{akt} - \sum_j E_{jkt} s_j = q_{akt}, \qquad y_{akt} \ge \max(0, \text{floor}) \text{ where } q_{akt} > 0

    y: agreed target, objective units, column ``target[area,objective,year]``. q: ``targets.target``, 0 where none
    was proposed; there a side effect may be negative. E: the objective's column of ``option_years``, and the
    share of the target that goes with a scale-back. Floor, lock: rules ``target_floor``, ``target_lock``.
    design.md sections 3 and 4.
    """
    data, options = model.data, model.data.options
    lower, upper = target_bounds(model.data, model.rules)
    down, up = reachable(data.proposed, options.outcome, options.area, options.limit)
    wanted = (data.proposed > 0) | touched(options.outcome, options.area, data.proposed.shape) | (lower > 0)
    area, objective, year = np.nonzero(wanted)
    keys = model.keys(area=area, objective=objective, year=year)
    columns = model.build.columns(
        "target",
        keys,
        lower=lower[wanted],
        upper=upper[wanted],
        implied_lower=np.maximum(lower, down)[wanted],
        implied_upper=np.minimum(upper, up)[wanted],
    )
    model.target = positions(wanted, columns)
    rows = model.build.rows("target", keys, lower=data.proposed[wanted], upper=data.proposed[wanted])
    row_of = positions(wanted, rows)
    model.build.add(rows, columns, 1.0)
    cells = options.outcome
    at = row_of[options.area[cells.option], cells.across, cells.year]
    model.build.add(at, model.take_up[cells.option], -cells.value)
