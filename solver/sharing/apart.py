"""Columns that have no say in the sharing step: they are chosen last, beside the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..lexicographic.stage import Staged
from ..presolve.problem import RowwiseProblem
from ..programme import Booleans, Floats
from .displacements import Displacements


@dataclass(frozen=True, eq=False)
class Apart:
    """Columns that rows tie to columns with a say alone, so that these may be chosen first.

    ``rows`` are the ones with an entry in such a column. Everything is scaled; ``curvature`` covers the programme.
    """

    staged: Staged
    curvature: Floats
    marked: Booleans
    rows: Booleans

    @classmethod
    def of(cls, staged: Staged, curvature: Floats, idle: Booleans) -> Apart | None:
        """Return the idle columns that can still move; None where there are none, or rows tie one to what follows."""
        marked = idle & ~staged.face.frozen
        if not marked.any():
            return None
        matrix = staged.scaled.matrix
        rows = np.asarray(abs(matrix) @ marked.astype(np.float64)) > 0
        beside = np.asarray(abs(matrix).T @ rows.astype(np.float64)) > 0
        return cls(staged, curvature, marked, rows) if (curvature > 0)[beside].all() else None

    def beside(self, x: Floats) -> Displacements:
        """State what the others leave them, as displacements from zero."""
        scaled, face = self.staged.scaled, self.staged.face
        others = np.asarray(scaled.matrix @ np.where(self.marked, 0.0, x))
        whole = RowwiseProblem(scaled.matrix.tocsr(), np.zeros(len(x)), *face.column_bounds, *face.row_bounds)
        return Displacements(np.flatnonzero(self.marked), whole.part(self.marked, self.rows, others))
