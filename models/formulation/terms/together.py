"""Prosperity and inclusion in the same places."""

from __future__ import annotations

import numpy as np

from ..levelling import outcome_spread, together_scale
from ..model import ABSENT, Model


def together(model: Model) -> None:
    r"""A place brings together the smaller of its shares of both national aims; what that leaves is missed.

    .. math::
        J_g \le \sum_{a \in g} \frac{y_{a1T}}{S_1}, \qquad J_g \le \sum_{a \in g} \frac{y_{a2T}}{S_2}, \qquad
        w + \sum_g J_g \ge \text{together}, \qquad w \ge 0

    J: what a place brings together, column ``together[place]``, free. y: agreed target in the year of ``[inclusion]``.
    S: the national target of that year, without one the sum of the proposed targets; 1 is prosperity, 2 inclusion. w:
    what is missed, column ``apart``. Rows ``prosperity[place]``, ``inclusion[place]`` and ``together``. Places with
    neither a target nor an option that changes one bring nothing. levelling-up.md.
    """
    data, build = model.data, model.build
    aim = data.levelling.together
    if aim is None or np.isnan(aim.share):
        return
    pair = [aim.prosperity, aim.inclusion]
    targets = model.target[:, pair, aim.year]
    there = aim.places.sums((targets != ABSENT).any(axis=1).astype(np.float64)) > 0
    place = np.flatnonzero(there)
    keys = {"place": np.asarray(aim.places.names, dtype=object)[place]}
    size, scale = len(place), together_scale(data, aim)
    proposed = aim.places.sums(data.proposed[:, pair, aim.year])[place] / scale
    spread = aim.places.sums(outcome_spread(data, aim.year)[:, pair])[place] / scale
    columns = build.columns(
        "together",
        keys,
        lower=np.full(size, -np.inf),
        upper=np.full(size, np.inf),
        implied_lower=(proposed - spread).min(axis=1, initial=0.0),
        implied_upper=(proposed + spread).max(axis=1, initial=0.0),
    )
    apart = build.columns(
        "apart",
        {},
        lower=np.zeros(1),
        upper=np.full(1, np.inf),
        implied_upper=np.full(1, aim.share - (proposed - spread).min(axis=1, initial=0.0).sum()),
    )
    for k, name in enumerate(("prosperity", "inclusion")):
        rows = build.rows(name, keys, lower=np.zeros(size), upper=np.full(size, np.inf))
        build.add(rows, columns, -1.0)
        row_of = np.full(len(there), ABSENT)
        row_of[place] = rows
        area = np.flatnonzero((targets[:, k] != ABSENT) & (aim.places.of >= 0))
        build.add(row_of[aim.places.of[area]], targets[area, k], 1 / scale[k])
    row = build.rows("together", {}, lower=np.full(1, aim.share), upper=np.full(1, np.inf))
    build.add(row, apart, 1.0)
    build.add(np.broadcast_to(row, size), columns, 1.0)
    model.together, model.place_together, model.apart = columns, place, int(apart[0])
