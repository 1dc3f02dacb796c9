"""A stage solved block by block: reduced, centred, sharpened and put back."""

from __future__ import annotations

import logging
import threading

import numpy as np
from scipy import sparse

from .answer import Answer, Point, Stop
from .blocks import find_structure
from .control import Control
from .interior import USEFUL, centre
from .programme import Floats
from .reduction import Linear, reduce
from .sharpening import Centre, sharpen

LOG = logging.getLogger("singlepot")

CLOSE = 1e-11
"""Error of a centre that is as good as its sharpened point."""

NAME = "interior point by blocks"
"""As the method is called in the provenance."""


def solve_blockwise(
    matrix: sparse.csc_array,
    cost: Floats,
    column_bounds: tuple[Floats, Floats],
    row_bounds: tuple[Floats, Floats],
    control: Control,
    *,
    least: int = 0,
) -> Answer | None:
    """Minimise ``cost``; None where the programme has no blocks or the way did not lead to the end.

    What is returned is a claim like any solver's: the caller proves it. Programmes that have fewer than ``least``
    entries once they are reduced are left alone.
    """
    cancel = threading.Event()
    whole = Linear(sparse.csr_array(matrix.tocsr()), cost, *column_bounds, *row_bounds)

    def work() -> tuple[Floats, Floats, str] | None:
        with np.errstate(all="ignore"):
            return _solve(whole, least, cancel)

    found = control.run(work, cancel)
    if found is None:
        return None
    x, row_dual, detail = found
    return Answer(Stop.OPTIMAL, Point.FEASIBLE, Point.FEASIBLE, x, row_dual, detail)


def _plain(core: Linear, near: Centre) -> tuple[Floats, Floats]:
    """The centre itself, without the multipliers of rows that have room."""
    loose = (np.minimum(*near.row_room) > np.abs(near.row_dual)) & (core.row_lower < core.row_upper)
    return np.clip(near.x, core.lower, core.upper), np.where(loose, 0.0, near.row_dual)


def _solve(whole: Linear, least: int, cancel: threading.Event) -> tuple[Floats, Floats, str] | None:
    reduction = reduce(whole)
    core = reduction.core
    if core.matrix.nnz < least:
        return None
    detail = "decided by its bounds"
    if len(core.cost):
        structure = find_structure(core.matrix)
        if structure is None:
            return None
        try:
            near = centre(
                core.matrix, core.cost, (core.lower, core.upper), (core.row_lower, core.row_upper), structure, cancel
            )
            if near.error > USEFUL:
                LOG.info("by blocks: %s", near.detail)
                return None
            point = sharpen(core, near, cancel)
        except (np.linalg.LinAlgError, RuntimeError) as error:
            LOG.info("by blocks: %s", error)
            return None
        if point is None and near.error <= CLOSE:
            LOG.info("by blocks: %s, taken as it is", near.detail)
            point = _plain(core, near)
        if point is None:
            LOG.info("by blocks: %s, not sharp", near.detail)
            return None
        x, row_dual, detail = *point, near.detail
    else:
        x, row_dual = np.zeros(0), np.zeros(len(core.row_lower))
    return (*reduction.restore(x, row_dual), detail)
