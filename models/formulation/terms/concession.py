"""How far agreed targets fall below proposed ones."""

from __future__ import annotations

import numpy as np

from ..model import Model


def concession(model: Model) -> None:
    r"""What an area gives up of an objective, as a mean share over the years.

    .. math::
        d_{akt} + y_{akt} \ge q_{akt}, \qquad
        D_{ak} - \frac{1}{n_{ak}} \sum_{t: q > 0} \frac{d_{akt}}{q_{akt}} \ge 0

    d: concession, objective units, column ``concession[area,objective,year]``. y: agreed, q: proposed target.
    n: years with q > 0. D: concession as a share, column ``concession_share[area,objective]``.
    The centre makes no concession. design.md section 4.
    """
    data, build = model.data, model.build
    counted = (data.proposed > 0) & ~data.centre[:, None, None]
    area, objective, year = np.nonzero(counted)
    proposed = data.proposed[counted]
    keys = model.keys(area=area, objective=objective, year=year)
    open_ = np.full(len(proposed), np.inf)
    columns = build.columns("concession", keys, lower=np.zeros(len(proposed)), upper=open_, implied_upper=proposed)
    rows = build.rows("concession", keys, lower=proposed, upper=open_)
    build.add(rows, columns, 1.0)
    build.add(rows, model.target[counted], 1.0)

    pairs = counted.any(axis=2)
    pair_keys = model.keys(**dict(zip(("area", "objective"), np.nonzero(pairs), strict=True)))
    size = int(pairs.sum())
    shares = build.columns(
        "concession_share", pair_keys, lower=np.zeros(size), upper=np.full(size, np.inf), implied_upper=np.ones(size)
    )
    share_rows = build.rows("concession_share", pair_keys, lower=np.zeros(size), upper=np.full(size, np.inf))
    build.add(share_rows, shares, 1.0)
    row_of = np.zeros(pairs.shape, dtype=np.int64)
    row_of[pairs] = share_rows
    years = counted.sum(axis=2)[area, objective]
    build.add(row_of[area, objective], columns, -1 / (proposed * years))
    model.concession_share = shares
