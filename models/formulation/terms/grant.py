"""What each area receives."""

from __future__ import annotations

import numpy as np

from ..bounds import grant_bounds
from ..model import Model, positions, reachable, touched


def grant(model: Model) -> None:
    r"""A grant is the bid and what the options used change; it keeps within its floor, ceiling and lock.

    .. math::
        g_{aet} - \sum_j G_{jet} s_j = b_{aet}, \qquad \max(0, \text{floor}) \le g_{aet} \le \text{ceiling}

    g: grant, money, column ``grant[area,envelope,year]``. b: ``bids.amount``. G: ``option_years.grant``, and
    minus the cell for its scale-back. s: take-up. Floor, ceiling, lock: rules ``grant_floor``,
    ``grant_ceiling``, ``grant_lock``. A cell that no bid, option or floor concerns has no column.
    design.md sections 3 and 4.
    """
    data, options = model.data, model.data.options
    lower, upper = grant_bounds(model.data, model.rules)
    down, up = reachable(data.bid, options.grant, options.area, options.limit)
    wanted = (data.bid > 0) | touched(options.grant, options.area, data.bid.shape) | (lower > 0)
    area, envelope, year = np.nonzero(wanted)
    keys = model.keys(area=area, envelope=envelope, year=year)
    down = np.where(up > 0, lower, down)  # a cell of nothing that options only lower has no other size
    columns = model.build.columns(
        "grant", keys, lower=lower[wanted], upper=upper[wanted], implied_lower=down[wanted], implied_upper=up[wanted]
    )
    model.grant = positions(wanted, columns)
    rows = model.build.rows("grant", keys, lower=data.bid[wanted], upper=data.bid[wanted])
    row_of = positions(wanted, rows)
    model.build.add(rows, columns, 1.0)
    cells = options.grant
    at = row_of[options.area[cells.option], cells.across, cells.year]
    model.build.add(at, model.take_up[cells.option], -cells.value)
