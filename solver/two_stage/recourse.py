r"""Recourse: the value function of a second-stage programme whose common columns have upper bounds.

.. math:: V(g) = \min_{x} \{ c^T x : A x \in [L, U], \; l \le x \le u, \; x_C \le g \}
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from ..answer import Method, Stop
from ..backends.highs import HighsEngine
from ..control import Control
from ..errors import NoSettlementError, SolverFailedError
from ..lexicographic.faces import Face
from ..presolve.problem import RowwiseProblem
from ..programme import Floats, Integers, LinearProgramme
from ..scaling import objective_factor, scale
from .block import Block, presolved


class NoRecourseError(NoSettlementError):
    """No decision lets every draw keep its rules."""


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

    def start_from(self, other: Recourse) -> None:
        """Begin the first solve at the last basis of another draw, where it has as many rows and columns."""
        if self._basis is None and self._scaled.matrix.shape == other._scaled.matrix.shape:
            self._basis = other._basis

    def block(self, common: LinearProgramme, size: Floats) -> Block:
        """Return the programme as a block beside the common columns, which are counted in units of ``size``."""
        face, count = self._limited, len(self._common)
        inner = np.setdiff1d(np.arange(len(self._cost)), self._under)
        live = np.flatnonzero(np.isfinite(face.row_lower) | np.isfinite(face.row_upper))
        entries = self._unit[self._common], (np.arange(count), np.searchsorted(inner, self._common))
        spent = sparse.coo_array(entries, (count, len(inner))).tocsr()
        limit = sparse.diags_array(-size[self._at], format="csr")
        rows = sparse.block_array([[self._scaled.matrix[:, inner].tocsr()[live], None], [spent, limit]], format="csr")
        upper = face.column_upper.copy()
        upper[self._common] = np.inf
        whole = RowwiseProblem(
            sparse.csr_array(rows),
            np.concatenate([self._cost[inner], np.zeros(count)]),
            np.concatenate([face.column_lower[inner], (common.column_lower / size)[self._at]]),
            np.concatenate([upper[inner], (common.column_upper / size)[self._at]]),
            np.concatenate([face.row_lower[live], np.full(count, -np.inf)]),
            np.concatenate([face.row_upper[live], np.zeros(count)]),
        )
        implied = self._implied_lower[inner], self._implied_upper[inner]
        return presolved(whole, implied, self._at, len(size))

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
