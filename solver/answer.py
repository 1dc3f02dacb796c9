"""The answer of a solver to a linear programme: why it stopped, and the status of the primal and the dual point.

**Signs**, the same for every backend: always a minimisation. The dual of a row is the change of the minimum for one
more unit of the bound that binds: positive at a lower bound, negative at an upper one. The reduced cost of a column is
``cost - matrix.T @ row_dual``: positive at its lower bound, negative at its upper one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .programme import Floats


class Method(Enum):
    """Algorithm that solves a linear programme, and where it starts."""

    INTERIOR = "interior point with crossover"
    WARM = "primal simplex from the last basis"
    AGAIN = "dual simplex from the last basis, after bounds have moved"
    AFRESH = "dual simplex from scratch"
    SAFE = "dual simplex from scratch, without presolve"


class Stop(Enum):
    """Termination status: why a solver stopped."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    LIMIT = "limit"
    FAILED = "failed"


class PointStatus(Enum):
    """Status of a primal or dual point."""

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
        Status of the two points as the solver states it; certificates do not rely on it.
    x
        Column values, shape (columns,).
    row_dual
        Dual of each row, shape (rows,): the change of the objective for one more unit of the bound that
        binds. Positive at a lower bound, negative at an upper bound.
    detail
        The solver's message.
    """

    stop: Stop
    primal: PointStatus
    dual: PointStatus
    x: Floats
    row_dual: Floats
    detail: str


@dataclass(frozen=True)
class Features:
    """Capabilities of a backend; code asks for a capability, never for a name.

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
