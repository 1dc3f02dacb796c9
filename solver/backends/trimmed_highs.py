"""HiGHS on the rows and columns that a stage needs; the others are worked out from the answer, see ``slack_columns``.

Before any stage counts concessions and burdens, a third of the rows only define them. The first stage that needs them
starts from the basis of all, which follows from that of the part.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from ..answer import Answer, Method, Stop
from ..control import Control
from ..presolve.slack_columns import BASIC, LOWER, UPPER, Bounds, Restored, SlackColumns, Statuses, slack_columns
from ..programme import Floats
from .highs import Basis, HighsEngine


@dataclass(frozen=True, eq=False)
class _BasisOfPart:
    """The basis of a part, and the status of what was left out at its point."""

    basis: Basis
    part: SlackColumns
    columns: Statuses
    rows: Statuses

    def of(self, part: SlackColumns) -> bool:
        """Whether a part has the same rows and columns."""
        return np.array_equal(part.rows, self.part.rows) and np.array_equal(part.columns, self.part.columns)

    def of_all(self) -> Basis:
        """Return the basis of all rows and columns."""
        named = np.asarray([highspy.HighsBasisStatus(status) for status in (LOWER, BASIC, UPPER)], dtype=object)
        columns, rows = named[self.columns], named[self.rows]
        columns[self.part.columns], rows[self.part.rows] = self.basis.basis.col_status, self.basis.basis.row_status
        return Basis.of(columns.tolist(), rows.tolist())


class TrimmedHighs:
    """Solver of linear programmes that share one matrix, each with its own objective and bounds.

    Parameters
    ----------
    matrix
        Rows by columns, finite entries.
    """

    name = HighsEngine.name
    features = HighsEngine.features

    def __init__(self, matrix: sparse.csc_array) -> None:
        self._matrix = matrix
        self._part: SlackColumns | None = None
        self._engine: HighsEngine | None = None
        self._restored: Restored | None = None
        self._start: Any = None

    @property
    def version(self) -> str:
        """Version of HiGHS."""
        return HighsEngine(self._matrix).version

    @property
    def basis(self) -> Any:
        """The basis of the last answer, for another engine of as many rows and columns; opaque, and can be pickled."""
        if self._engine is None or self._part is None:
            return None if self._engine is None else self._engine.basis
        if self._restored is None:
            return None
        return _BasisOfPart(self._engine.basis, self._part, self._restored.columns, self._restored.rows)

    def start_from(self, basis: Any) -> None:
        """Begin the first solve, by ``WARM`` or ``AGAIN``, at a basis of another engine."""
        self._start = basis

    def solve(
        self, cost: Floats, column_bounds: Bounds, row_bounds: Bounds, method: Method, control: Control
    ) -> Answer:
        """Minimise ``cost`` over the columns, as :class:`~singlepot.solver.backends.highs.HighsEngine` does."""
        if self._engine is None:
            self._engine = self._begun(cost, column_bounds, row_bounds)
        elif self._part is not None and not self._part.are_idle(cost, column_bounds, row_bounds):
            start = self.basis
            self._engine, self._part = HighsEngine(self._matrix), None
            if start is not None:
                self._engine.start_from(start.of_all())
        if self._part is None:
            return self._engine.solve(cost, column_bounds, row_bounds, method, control)
        columns, rows = self._part.columns, self._part.rows
        within = (column_bounds[0][columns], column_bounds[1][columns]), (row_bounds[0][rows], row_bounds[1][rows])
        answer = self._engine.solve(cost[columns], *within, method, control)
        if answer.stop is not Stop.OPTIMAL:
            return replace(answer, x=np.zeros(0), row_dual=np.zeros(0))
        self._restored = self._part.restored(answer.x, column_bounds, row_bounds)
        row_dual = np.zeros(len(rows))
        row_dual[rows] = answer.row_dual
        return replace(answer, x=self._restored.x, row_dual=row_dual)

    def _begun(self, cost: Floats, column_bounds: Bounds, row_bounds: Bounds) -> HighsEngine:
        """Open HiGHS for the part, or for all where nothing can be left out or the start is not of that part."""
        part, start = slack_columns(self._matrix, cost, column_bounds, row_bounds), self._start
        of_part = isinstance(start, _BasisOfPart)
        if part is None or (start is not None and not (of_part and start.of(part))):
            engine = HighsEngine(self._matrix)
            if start is not None:
                engine.start_from(start.of_all() if of_part else start)
            return engine
        self._part = part
        engine = HighsEngine(sparse.csc_array(self._matrix[:, np.flatnonzero(part.columns)].tocsr()[part.rows].tocsc()))
        if start is not None:
            engine.start_from(start.basis)
        return engine
