"""What an area loses and pays itself."""

from __future__ import annotations

import numpy as np

from ..model import Model


def burden(model: Model) -> None:
    r"""Grant below the bid and own costs, as a share of the area's bid.

    .. math::
        z_{aet} + g_{aet} \ge b_{aet}, \qquad
        X_a - \frac{1}{\sum b_a} \Big(\sum_{et} z_{aet} + \sum_j f_j s_j\Big) \ge 0

    z: grant below the bid, money, column ``cut[area,envelope,year]``. g: grant, b: bid. f: own cost at take-up 1.
    X: burden as a share, column ``burden_share[area]``, for areas with a bid. design.md section 4.
    """
    data, build, options = model.data, model.build, model.data.options
    counted = data.bid > 0
    area, envelope, year = np.nonzero(counted)
    money = data.bid[counted]
    keys = model.keys(area=area, envelope=envelope, year=year)
    open_ = np.full(len(money), np.inf)
    columns = build.columns("cut", keys, lower=np.zeros(len(money)), upper=open_, implied_upper=money)
    rows = build.rows("cut", keys, lower=money, upper=open_)
    build.add(rows, columns, 1.0)
    build.add(rows, model.grant[counted], 1.0)

    bid = data.bid_of_area
    bidders = np.flatnonzero(bid > 0)
    paid = np.bincount(options.area, weights=options.own_cost * options.limit, minlength=len(bid))
    count = len(bidders)
    shares = build.columns(
        "burden_share",
        model.keys(area=bidders),
        lower=np.zeros(count),
        upper=np.full(count, np.inf),
        implied_upper=1 + paid[bidders] / bid[bidders],
    )
    share_rows = build.rows(
        "burden_share", model.keys(area=bidders), lower=np.zeros(count), upper=np.full(count, np.inf)
    )
    row_of = np.zeros(len(bid), dtype=np.int64)
    row_of[bidders] = share_rows
    build.add(share_rows, shares, 1.0)
    build.add(row_of[area], columns, -1 / bid[area])
    costly = np.flatnonzero((options.own_cost > 0) & (bid[options.area] > 0))
    payer = options.area[costly]
    build.add(row_of[payer], model.take_up[costly], -options.own_cost[costly] / bid[payer])
    model.burden_share = shares
