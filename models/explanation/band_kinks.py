r"""Kinks of the piecewise-linear bands: at an edge, the part of a dual that only the slope of the next band explains.

At an edge the price of one more percent lies anywhere between the two slopes. Up to the slope of the present band it is
what the stage counts; the rest is the next band, which holds an option back as a rule does. A share stands where the
settlement has it: at a vertex from which the sharing step moved it, it may have stood on another edge, and the duals of
a stage fit every optimum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from singlepot.solver import Marginals

from ..formulation.stage_costs import concession_weights
from ..scenario.array_types import Floats, Integers
from ..settings.settings import Bands
from .solved_stages import SolvedStages

EDGE = 1e-9
"""Distance, as a share, within which a share stands on the edge of a band."""


@dataclass(frozen=True, eq=False)
class BandKinks:
    """Kinks of grants or targets that the stage counts in bands; one entry each.

    Attributes
    ----------
    cells
        Their columns.
    rows
        The rows that count a concession or a cut.
    down, up
        What the present band makes of one unit less, and the band beyond of one unit more; stage units.
    dual
        What the stage makes of one unit at its optimum: between the two.
    """

    cells: Integers
    rows: Integers
    down: Floats
    up: Floats
    dual: Floats

    @property
    def beyond_down(self) -> Floats:
        """Part of the dual of one unit less that is beyond the slope of the present band."""
        return np.maximum(self.dual - self.down, 0.0)

    @property
    def beyond_up(self) -> Floats:
        """Part of the slope beyond the edge that the dual of one unit more does not reach."""
        return np.maximum(self.up - self.dual, 0.0)


def band_kinks(solved: SolvedStages, stage: Marginals) -> BandKinks | None:
    """Find the kinks of what a stage counts in bands; None in stages without bands."""
    if stage.name == "concession.total":
        return _of_concessions(solved, stage)
    if stage.name == "burden":
        return _of_burdens(solved, stage)
    return None


def _of_concessions(solved: SolvedStages, stage: Marginals) -> BandKinks | None:
    model, data = solved.formulation.model, solved.formulation.data
    rows = solved.programme.rows("concession")
    if rows.stop == rows.start:
        return None
    counted = (data.proposed > 0) & ~data.centre[:, None, None]
    area, objective, _ = np.nonzero(counted)
    per_unit = 1 / (data.proposed[counted] * counted.sum(axis=2)[area, objective])
    cells = model.target[counted]
    target = solved.settled[cells]
    given = np.maximum(data.proposed[counted] - target, 0.0) * per_unit
    share = np.zeros(counted.shape[:2])
    np.add.at(share, (area, objective), given)
    below, above = _slopes(share, model.bands)
    over = target > data.proposed[counted] * (1 + EDGE)
    weight = concession_weights(data)[area, objective] * per_unit
    down = np.where(given > EDGE, below[area, objective], 0.0) * weight
    up = np.where(over, 0.0, above[area, objective]) * weight
    return BandKinks(cells, np.arange(rows.start, rows.stop), down, up, stage.row[rows])


def _of_burdens(solved: SolvedStages, stage: Marginals) -> BandKinks | None:
    model, data = solved.formulation.model, solved.formulation.data
    rows = solved.programme.rows("cut")
    if rows.stop == rows.start:
        return None
    counted, options = data.bid > 0, data.options
    area = np.nonzero(counted)[0]
    cells = model.grant[counted]
    grant = solved.settled[cells]
    lost = np.maximum(data.bid[counted] - grant, 0.0) / data.bid_of_area[area]
    share = np.zeros(len(data.areas))
    np.add.at(share, area, lost)
    paid = np.bincount(options.area, options.own_cost * solved.take_up, len(share))
    share += np.divide(paid, data.bid_of_area, out=np.zeros(len(share)), where=data.bid_of_area > 0)
    below, above = _slopes(share, model.bands)
    over = grant > data.bid[counted] * (1 + EDGE)
    weight = data.equity[area]
    down = np.where(lost > EDGE, below[area], 0.0) * weight
    up = np.where(over, 0.0, above[area]) * weight
    return BandKinks(cells, np.arange(rows.start, rows.stop), down, up, stage.row[rows])


def _slopes(share: Floats, bands: Bands) -> tuple[Floats, Floats]:
    """Slope of the band below and above each share; the same inside a band."""
    ends = np.asarray(bands.ends, dtype=np.float64)
    slopes = np.asarray(bands.slopes, dtype=np.float64)
    return slopes[np.searchsorted(ends, share - EDGE)], slopes[np.searchsorted(ends, share + EDGE)]
