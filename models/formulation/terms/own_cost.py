"""What an area may be asked to pay itself."""

from __future__ import annotations

import numpy as np

from ..model import Model


def own_cost(model: Model) -> None:
    r"""What the options used cost the area outside the grant stays below a share of its bid.

    .. math:: \sum_j f_j s_j \le \text{own\_cost\_ceiling} \cdot \sum_{et} b_{aet}

    f: ``options.own_cost``, money over the whole profile at take-up 1. s: take-up. b: bid. Rule
    ``own_cost_ceiling``; areas with a bid. Row ``own_cost[area]``. design.md section 3.
    """
    options = model.data.options
    costly = np.flatnonzero(options.own_cost > 0)
    ceiling = model.rules["own_cost_ceiling"]
    wanted = ceiling.binds & (np.bincount(options.area[costly], minlength=len(model.data.areas)) > 0)
    area = np.flatnonzero(wanted)
    rows = model.build.rows(
        "own_cost",
        model.keys(area=area),
        lower=np.full(len(area), -np.inf),
        upper=ceiling.value[wanted],
    )
    row_of = np.full(len(wanted), -1, dtype=np.int64)
    row_of[wanted] = rows
    counted = costly[wanted[options.area[costly]]]
    model.build.add(row_of[options.area[counted]], model.take_up[counted], options.own_cost[counted])
