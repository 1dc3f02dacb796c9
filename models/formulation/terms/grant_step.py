"""No sudden changes from year to year."""

from __future__ import annotations

import numpy as np

from ..model import Model


def grant_step(model: Model) -> None:
    r"""A grant may leave the bid's own profile only by so much from one year to the next.

    .. math:: |(g_{aet} - b_{aet}) - (g_{ae,t-1} - b_{ae,t-1})| \le \text{step}_{aet}

    g: grant. b: bid. step: rule ``grant_step``, a share of the mean yearly bid over all years (each envelope by
    itself), or of the reference, or an amount; where both years have a bid. A bid always satisfies it.
    Row ``grant_step[area,envelope,year]``, year being the later one. design.md section 3.
    """
    data, limit = model.data, model.rules["grant_step"]
    area, envelope, year = np.nonzero(limit.binds)
    bid_change = data.bid[area, envelope, year] - data.bid[area, envelope, year - 1]
    step = limit.value[area, envelope, year]
    rows = model.build.rows(
        "grant_step",
        model.keys(area=area, envelope=envelope, year=year),
        lower=bid_change - step,
        upper=bid_change + step,
    )
    model.build.add(rows, model.grant[area, envelope, year], 1.0)
    model.build.add(rows, model.grant[area, envelope, year - 1], -1.0)
