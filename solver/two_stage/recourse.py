r"""Recourse: the value function of a second-stage programme whose common columns have upper bounds.

.. math:: V(g) = \min_{x} \{ c^T x : A x \in [L, U], \; l \le x \le u, \; x_C \le g \}
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from ..answer import Method, Stop
from ..backends.highs import HighsEngine
from ..control import Control
from ..errors import NoSettlementError, SolverFailedError
from ..lexicographic.faces import Face
from ..programme import Floats, Integers, LinearProgramme
from ..scaling import objective_factor, scale


class NoRecourseError(NoSettlementError):
    """No decision lets every draw keep its rules."""


@dataclass(frozen=True, eq=False)
class Part:
    """A programme as a block of a larger one, scaled.

    ``matrix`` are its own rows; ``ties`` are its common columns in original units, each at most the common column that
    ``at`` names. ``implied_lower`` and ``implied_upper`` bound the columns.
    """

    matrix: sparse.csr_array
    ties: sparse.csr_array
    at: Integers
    row_lower: Floats
    row_upper: Floats
    column_lower: Floats
    column_upper: Floats
    implied_lower: Floats
    implied_upper: Floats
    cost: Floats


class Recourse:
    """Second-stage programme of one draw, solved again for each first-stage decision.

    Parameters
    ----------
    programme
        What could be done if it were decided alone.
    common
        Position of each common column.
    at
        For each of them, where its limit stands among all common columns.
    under
        For each of them, a column, at most 0, for what is used less than it where it is decided alone.
    rows
        Rows that are decided with the common columns and hold only alone.
    cost
        What is to be small.
    """

    def __init__(
        self,
        programme: LinearProgramme,
        common: Integers,
        at: Integers,
        under: Integers,
        rows: Integers,
        cost: Floats,
    ) -> None:
        self._scaled = scale(programme)
        self._unit = self._scaled.column_scale
        self._implied_lower, self._implied_upper = (
            programme.implied_lower / self._unit,
            programme.implied_upper / self._unit,
        )
        self._common, self._at, self._under = common, at, under
        self._alone = Face.whole(self._scaled)
        lower, upper = self._alone.column_lower.copy(), self._alone.column_upper.copy()
        lower[under], upper[under], lower[common] = 0.0, 0.0, 0.0
        row_lower, row_upper = self._alone.row_lower.copy(), self._alone.row_upper.copy()
        row_lower[rows], row_upper[rows] = -np.inf, np.inf
        self._limited = Face(lower, upper, row_lower, row_upper, self._alone.frozen)
        self._cost = cost * self._unit
        self._basis: Any = None
        self.x = np.zeros(len(cost))
        """The last answer, original units."""

    def value(self, limit: Floats, control: Control) -> float:
        """Return the value at upper bounds of all common columns; NaN where it is infeasible."""
        upper = self._limited.column_upper.copy()
        upper[self._common] = np.maximum(limit[self._at], 0.0) / self._unit[self._common]
        return self._solve(replace(self._limited, column_upper=upper), control)

    def alone(self, control: Control) -> float:
        """Return the wait-and-see value, common columns decided for this draw alone; NaN where it is infeasible."""
        return self._solve(self._alone, control)

    def part(self) -> Part:
        """The programme as a block of a larger one, whose common columns are in original units."""
        face = self._limited
        columns = np.setdiff1d(np.arange(len(self._cost)), self._under)
        live = np.flatnonzero(np.isfinite(face.row_lower) | np.isfinite(face.row_upper))
        count = len(self._common)
        position = np.searchsorted(columns, self._common)
        entries = (self._unit[self._common], (np.arange(count), position))
        upper = face.column_upper.copy()
        upper[self._common] = np.inf
        return Part(
            matrix=self._scaled.matrix[:, columns].tocsr()[live],
            ties=sparse.coo_array(entries, (count, len(columns))).tocsr(),
            at=self._at,
            row_lower=face.row_lower[live],
            row_upper=face.row_upper[live],
            column_lower=face.column_lower[columns],
            column_upper=upper[columns],
            implied_lower=self._implied_lower[columns],
            implied_upper=self._implied_upper[columns],
            cost=self._cost[columns],
        )

    def _solve(self, face: Face, control: Control) -> float:
        """Solve from the last basis, else afresh."""
        factor = objective_factor(self._cost)
        methods = (
            (Method.INTERIOR, Method.SAFE) if self._basis is None else (Method.AGAIN, Method.INTERIOR, Method.SAFE)
        )
        detail = ""
        for method in methods:
            engine = HighsEngine(self._scaled.matrix)
            if method is Method.AGAIN:
                engine.start_from(self._basis)
            answer = engine.solve(self._cost * factor, face.column_bounds, face.row_bounds, method, control)
            if answer.stop is Stop.OPTIMAL:
                self._basis, self.x = engine.basis, np.asarray(answer.x * self._unit)
                return float(self._cost @ answer.x)
            if answer.stop is Stop.INFEASIBLE:
                return float("nan")
            detail = answer.detail
        raise SolverFailedError(f"a draw could not be solved ({detail})", "report this as a defect")
