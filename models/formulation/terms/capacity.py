"""What an area can use in a year."""

from __future__ import annotations

import numpy as np

from ..model import ABSENT, Model


def capacity(model: Model) -> None:
    r"""The grants of an area in all envelopes of a year stay below what it can use.

    .. math:: \sum_e g_{aet} \le \text{capacity}_{at}

    g: grant, money. Rule ``capacity``, of the area's bids or references of the year, or an amount. An area to which
    nothing can come has no row. Row ``capacity[area,year]``. levelling-up.md.
    """
    limit = model.rules["capacity"]
    there = model.grant != ABSENT
    wanted = limit.binds & there.any(axis=1)
    area, year = np.nonzero(wanted)
    rows = model.build.rows(
        "capacity",
        model.keys(area=area, year=year),
        lower=np.full(len(area), -np.inf),
        upper=limit.value[wanted],
    )
    row_of = np.full(wanted.shape, ABSENT, dtype=np.int64)
    row_of[wanted] = rows
    area, envelope, year = np.nonzero(there & (row_of != ABSENT)[:, None, :])
    model.build.add(row_of[area, year], model.grant[area, envelope, year], 1.0)
