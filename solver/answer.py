"""What a solver is asked and what it answers: three statuses, never one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .programme import Floats


class Method(Enum):
    """How a linear programme is solved."""

    INTERIOR = "interior point with crossover"
    WARM = "primal simplex from the last basis"
    SAFE = "dual simplex from scratch, without presolve"


class Stop(Enum):
    """Why a solver stopped."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    LIMIT = "limit"
    FAILED = "failed"


class Point(Enum):
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
    primal: Point
    dual: Point
    x: Floats
    row_dual: Floats
    detail: str


@dataclass(frozen=True)
class Features:
    """What a backend can do; code asks for the feature, never for the name."""

    duals: bool
    basis: bool
    warm_start: bool
    interrupt: bool
