"""A stage solved block by block: reduced, centred, sharpened and put back."""

from __future__ import annotations

import logging
import threading

import numpy as np

from ..answer import Answer, PointStatus, Stop
from ..control import Control
from ..presolve.presolve import Presolved
from ..presolve.problem import RowwiseProblem
from ..programme import Floats
from .active_set import Centre, settled, sharpen
from .interior_point import EXACT, USEFUL, centre
from .structure import find_structure

LOG = logging.getLogger("singlepot")

CLOSE = 1e-11
"""Error of a centre that will do in a large programme where it cannot be sharpened; in others it has to be exact."""

SHARPENED = 200_000
"""Entries up to which even an exact centre is sharpened: above, that takes longer than it is worth."""

NAME = "interior point by blocks"
"""As the method is called in the provenance."""


def solve_blockwise(presolved: Presolved, control: Control) -> Answer | None:
    """Solve what a reduction left; None where it has no blocks or the way did not lead to the end.

    What is returned is a claim like any solver's: the caller proves it.
    """
    cancel = threading.Event()

    def work() -> tuple[Floats, Floats, str] | None:
        with np.errstate(all="ignore"):
            return _solve(presolved.core, cancel)

    found = control.run(work, cancel)
    if found is None:
        return None
    x, row_dual = presolved.postsolve(*found[:2])
    return Answer(Stop.OPTIMAL, PointStatus.FEASIBLE, PointStatus.FEASIBLE, x, row_dual, found[2])


def _plain(core: RowwiseProblem, near: Centre) -> tuple[Floats, Floats]:
    """The centre itself, with its tight rows exactly tight, and without the multipliers of rows that have room."""
    loose = (np.minimum(*near.row_room) > np.abs(near.row_dual)) & (core.row_lower < core.row_upper)
    return settled(core, near), np.where(loose, 0.0, near.row_dual)


def _solve(core: RowwiseProblem, cancel: threading.Event) -> tuple[Floats, Floats, str] | None:
    if not len(core.cost):
        return np.zeros(0), np.zeros(len(core.row_lower)), "decided by its bounds"
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
        large = core.matrix.nnz > SHARPENED
        if large and max(near.error, near.residual) <= EXACT:
            return (*_plain(core, near), near.detail)
        point = sharpen(core, near, cancel)
    except (np.linalg.LinAlgError, RuntimeError) as error:
        LOG.info("by blocks: %s", error)
        return None
    if point is None and near.error <= (CLOSE if large else EXACT):
        LOG.info("by blocks: %s, taken as it is", near.detail)
        point = _plain(core, near)
    if point is None:
        LOG.info("by blocks: %s, not sharp", near.detail)
        return None
    return (*point, near.detail)
