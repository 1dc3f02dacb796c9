"""The interior point as a backend: presolve, walk to the centre of the optimal face, sharpen, postsolve.

It ends within the optimal face and not at a vertex, with duals that prove the value. It recognises no infeasible or
unbounded programme: of those, and of programmes without blocks, it says that it failed, and another solver is asked.
"""

from __future__ import annotations

import logging
import threading
from importlib.metadata import version

import numpy as np
from scipy import sparse

from ..answer import Answer, Features, Method, Stop
from ..control import Control
from ..linear_problem import LinearProblem, Reduced, judged, nothing
from ..presolve.presolve import presolve
from ..presolve.problem import RowwiseProblem
from ..programme import Floats
from .active_set import Centre, settled, sharpen
from .interior_point import EXACT, USEFUL, centre
from .structure import find_structure

LOG = logging.getLogger("singlepot")

CLOSE_ENOUGH = 1e-11
"""Error of a centre that will do in a large programme where it cannot be sharpened; in others it has to be exact."""

SHARPENED = 200_000
"""Entries of the presolved programme up to which even an exact centre is sharpened.

Above, the sparse factors take longer than they are worth: the centre itself proves the value to 1e-10.
"""


class InteriorPointEngine:
    """Solves linear programmes that share one matrix by an interior point for programmes made of blocks.

    Parameters
    ----------
    matrix
        Rows by columns, finite entries.
    """

    name = "interior-point"
    features = Features(
        duals=True, exact=True, methods=False, basis=False, warm_start=False, interrupt=True, vertex=False
    )

    def __init__(self, matrix: sparse.csc_array) -> None:
        self._matrix = matrix

    @property
    def version(self) -> str:
        """Version of singlepot, of which it is a part."""
        return version("singlepot")

    def solve(
        self,
        cost: Floats,
        column_bounds: tuple[Floats, Floats],
        row_bounds: tuple[Floats, Floats],
        method: Method,
        control: Control,
    ) -> Answer:
        """Minimise ``cost`` within the bounds; ``method`` makes no difference."""
        reduced = Reduced.of(LinearProblem(self._matrix, cost, *column_bounds, *row_bounds, method).cleaned())
        if reduced.answer is not None:
            return reduced.answer
        core, cancel = reduced.core, threading.Event()
        matrix, columns = sparse.csr_array(core.matrix.tocsr()), (core.column_lower, core.column_upper)
        whole = RowwiseProblem(matrix, core.cost, *columns, core.row_lower, core.row_upper)

        def work() -> tuple[tuple[Floats, Floats] | None, str]:
            presolved = presolve(whole)
            with np.errstate(all="ignore"):
                point, detail = optimum(presolved.core, cancel)
            return None if point is None else presolved.postsolve(*point), detail

        point, detail = control.run(work, cancel)
        if point is None:
            LOG.info("interior point: %s", detail)
            return nothing(core, Stop.FAILED, detail)
        return reduced.postsolve(judged(core, *point, detail, late=False))


def optimum(core: RowwiseProblem, cancel: threading.Event) -> tuple[tuple[Floats, Floats] | None, str]:
    """Return point and row duals of an optimum, and how it was found; None where the walk did not lead to one."""
    if not len(core.cost):
        return (np.zeros(0), np.zeros(len(core.row_lower))), "decided by presolve"
    structure = find_structure(core.matrix)
    if structure is None:
        return None, "no blocks"
    columns, rows = (core.lower, core.upper), (core.row_lower, core.row_upper)
    try:
        near = centre(core.matrix, core.cost, columns, rows, structure, cancel)
        if near.error > USEFUL:
            return None, near.detail
        large = core.matrix.nnz > SHARPENED
        if large and max(near.error, near.residual) <= EXACT:
            return _as_it_is(core, near), near.detail
        point = sharpen(core, near, cancel)
    except (np.linalg.LinAlgError, RuntimeError, ZeroDivisionError) as error:
        return None, str(error)
    if point is None and near.error <= (CLOSE_ENOUGH if large else EXACT):
        return _as_it_is(core, near), f"{near.detail}, not sharpened"
    return point, near.detail if point is not None else f"{near.detail}, not sharp"


def _as_it_is(core: RowwiseProblem, near: Centre) -> tuple[Floats, Floats]:
    """Return the centre itself, its tight rows exactly tight, without the multipliers of rows that have room."""
    loose = (np.minimum(*near.row_room) > np.abs(near.row_dual)) & (core.row_lower < core.row_upper)
    return settled(core, near), np.where(loose, 0.0, near.row_dual)
