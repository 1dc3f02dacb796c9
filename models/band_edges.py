r"""Where a share stands at the edge of a band, how much of its price only the next band asks.

At an edge the price of one more percent lies anywhere between the two slopes. Up to the slope of the present band it is
what the stage counts; the rest is the next band, which holds an option back as a rule does.
"""

from __future__ import annotations

import numpy as np

from singlepot.solver import Marginals

from .arrays import Floats, Integers
from .objectives import concession_weights
from .settings import Bands
from .workings import Workings

EDGE = 1e-9
"""How near the edge of a band a share stands on it."""

Excess = dict[int, tuple[Integers, Floats]]
"""By the sign of the move (1 up, -1 down): columns of grants or targets, and the excess for one unit."""


def beyond_the_band(workings: Workings, stage: Marginals) -> Excess | None:
    """The part of the duals of grants or targets that only the next band asks; None in stages without bands."""
    if stage.name == "concession.total":
        return _of_concessions(workings, stage)
    if stage.name == "burden":
        return _of_burdens(workings, stage)
    return None


def _of_concessions(workings: Workings, stage: Marginals) -> Excess | None:
    model, data = workings.formulation.model, workings.formulation.data
    rows = workings.programme.rows("concession")
    if rows.stop == rows.start:
        return None
    counted = (data.proposed > 0) & ~data.centre[:, None, None]
    pairs = counted.any(axis=2)
    share = np.zeros(pairs.shape)
    share[pairs] = stage.x[model.concession_share]
    below, above = _slopes(share, model.bands)
    area, objective, _ = np.nonzero(counted)
    weight = concession_weights(data)[area, objective]
    each = 1 / (data.proposed[counted] * counted.sum(axis=2)[area, objective])
    given = stage.x[workings.programme.columns("concession")] * each
    cells = model.target[counted]
    over = stage.x[cells] > data.proposed[counted] * (1 + EDGE)
    above = np.where(over, 0.0, above[area, objective])
    return _excess(stage.row[rows], weight * each, below[area, objective], above, given, cells)


def _of_burdens(workings: Workings, stage: Marginals) -> Excess | None:
    model, data = workings.formulation.model, workings.formulation.data
    rows = workings.programme.rows("cut")
    if rows.stop == rows.start:
        return None
    counted = data.bid > 0
    share = np.zeros(len(data.areas))
    share[data.bid_of_area > 0] = stage.x[model.burden_share]
    below, above = _slopes(share, model.bands)
    area = np.nonzero(counted)[0]
    lost = stage.x[workings.programme.columns("cut")] / data.bid_of_area[area]
    cells = model.grant[counted]
    over = stage.x[cells] > data.bid[counted] * (1 + EDGE)
    return _excess(stage.row[rows], data.equity[area], below[area], np.where(over, 0.0, above[area]), lost, cells)


def _excess(dual: Floats, weight: Floats, below: Floats, above: Floats, given: Floats, cells: Integers) -> Excess:
    """What a dual is above the slope on the side of going down, and below it on the side of going up."""
    down = np.where(given > EDGE, below, 0.0) * weight
    up = above * weight
    return {-1: (cells, np.maximum(dual - down, 0.0)), 1: (cells, np.minimum(dual - up, 0.0))}


def _slopes(share: Floats, bands: Bands) -> tuple[Floats, Floats]:
    """Slope of the band below and above each share; the same inside a band."""
    ends = np.asarray(bands.ends, dtype=np.float64)
    slopes = np.asarray(bands.slopes, dtype=np.float64)
    return slopes[np.searchsorted(ends, share - EDGE)], slopes[np.searchsorted(ends, share + EDGE)]
