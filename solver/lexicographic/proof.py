"""Proofs of optima: the duality gap, and how far a point leaves its face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..answer import Answer
from ..certificate import relative_gap
from ..programme import Floats
from .dual_bound import RESOLVED, dual_bound, largest_term
from .faces import Face
from .stage import Stage

GAP_TOLERANCE = 1e-9
"""Largest duality gap of a stage, relative to its size, at which it counts as proved."""

FEASIBLE = 1e-8
"""Largest violation of a row or bound, scaled and relative to its terms, at which a point counts."""


@dataclass(frozen=True, eq=False)
class Prover:
    """Checks of answers over one scaled matrix, whose columns have finite bounds that the programme implies."""

    matrix: sparse.csc_array
    implied_lower: Floats
    implied_upper: Floats

    def proves(self, stage: Stage, cost: Floats, answer: Answer, face: Face, closer: float) -> bool:
        """Whether duals prove the value of an answer and the answer keeps to the face, ``closer`` times as near."""
        if not self.has_duals(answer):
            return False
        gap = self.gap(stage, cost, answer, face)
        return gap <= GAP_TOLERANCE * closer and self._excess(answer.x, face) <= FEASIBLE * closer

    def has_duals(self, answer: Answer) -> bool:
        """Whether the answer holds a dual of each row."""
        return answer.row_dual.size == self.matrix.shape[0]

    def gap(self, stage: Stage, cost: Floats, answer: Answer, face: Face) -> float:
        """Return the duality gap relative to the size of the stage."""
        value, bound = self.value_and_bound(cost, answer, face)
        return relative_gap(value + stage.constant, bound + stage.constant, size(stage, answer, face))

    def value_and_bound(self, cost: Floats, answer: Answer, face: Face) -> tuple[float, float]:
        """Return the value of an answer, and what its duals prove that no point of the face falls below."""
        lower = np.minimum(self.implied_lower, answer.x)
        bound = dual_bound(self.matrix, cost, answer.row_dual, face, lower, self.implied_upper)
        return float(cost @ answer.x), bound

    def _excess(self, x: Floats, face: Face) -> float:
        """Return how far a point leaves the face, scaled: a solver can call a point optimal that breaks a row."""
        activity = np.asarray(self.matrix @ x)
        terms = 1 + np.asarray(abs(self.matrix) @ np.abs(x))
        rows = np.maximum(face.row_lower - activity, activity - face.row_upper) / terms
        columns = np.maximum(face.column_lower - x, x - face.column_upper) / (1 + np.abs(x))
        return float(max(rows.max(initial=0.0), columns.max(initial=0.0)))


def size(stage: Stage, answer: Answer, face: Face) -> float:
    """Return what a gap is relative to: the stage's natural size, or more where the bound is a difference of more."""
    return max(stage.size, RESOLVED * largest_term(answer.row_dual, face))
