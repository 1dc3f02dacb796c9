"""What a solver is asked and what it answers: three statuses, never one.

**Signs**, the same for every backend: always a minimisation. The dual of a row is the change of the minimum for one
more unit of the bound that binds: positive at a lower bound, negative at an upper one. The reduced cost of a column is
``cost - matrix.T @ row_dual``: positive at its lower bound, negative at its upper one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .programme import Floats


class Method(Enum):
    """How a linear programme is solved."""

    INTERIOR = "interior point with crossover"
    WARM = "primal simplex from the last basis"
    AGAIN = "dual simplex from the last basis, after bounds have moved"
    SAFE = "dual simplex from scratch, without presolve"


class Stop(Enum):
    """Why a solver stopped."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    LIMIT = "limit"
    FAILED = "failed"


class PointStatus(Enum):
    """What a primal or dual point is worth."""

    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NONE = "none"


@dataclass(frozen=True, eq=False)
class Answer:
    """The answer to one linear programme, always a minimisation.

    Attributes
    ----------
    stop
        Why the solver stopped.
    primal, dual
        What the two points are worth, by the solver's own word; certificates do not rely on it.
    x
        Column values, shape (columns,).
    row_dual
        Dual of each row, shape (rows,): the change of the objective for one more unit of the bound that
        binds. Positive at a lower bound, negative at an upper bound.
    detail
        The solver's own words, for messages.
    """

    stop: Stop
    primal: PointStatus
    dual: PointStatus
    x: Floats
    row_dual: Floats
    detail: str


@dataclass(frozen=True)
class Features:
    """What a backend can do; code asks for the feature, never for the name.

    Attributes
    ----------
    duals
        It gives a dual of each row.
    exact
        Values and duals come back with all their digits, not cut by a text file on the way.
    methods
        It solves by the :class:`Method` that is asked for; others choose for themselves.
    basis, warm_start
        It keeps a basis, and can start from it.
    interrupt
        It can be stopped within about two seconds.
    vertex
        It ends at a vertex; others end within the optimal face, whose bounds are then read off the point.
    """

    duals: bool
    exact: bool
    methods: bool
    basis: bool
    warm_start: bool
    interrupt: bool
    vertex: bool = True
