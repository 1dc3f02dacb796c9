"""Convex quadratic programmes with a diagonal Hessian, and the residual of their optimality conditions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from .programme import Floats

NATURAL = 1e-3
"""Least size to which a residual is relative: the gradient of a full take-up of a mean option is about 1."""


@dataclass(frozen=True, eq=False)
class QuadraticProgramme:
    """Minimise ``½ x'diag(h)x + q'x``; the first ``equalities`` rows hold with equality, the others with ``≤``.

    ``row_unit`` is by how much a violation of each row counts: more than 1 where the row was scaled down.
    """

    curvature: Floats
    gradient: Floats
    rows: sparse.csc_array
    limit: Floats
    equalities: int
    row_unit: Floats | float = 1.0


@dataclass(frozen=True, eq=False)
class Polished:
    """A polished point, the residual of its optimality conditions, and the number of active-set corrections."""

    x: Floats
    residual: float
    rounds: int


def residual_of(problem: QuadraticProgramme, rows: sparse.csr_array, x: Floats, dual: Floats, excess: Floats) -> float:
    """Return the largest residual of stationarity, feasibility and multiplier signs, relative to the gradient.

    Parameters
    ----------
    rows
        Those of the problem, by row.
    dual
        A multiplier of each row; that of a row which is not active is zero.
    excess
        ``rows @ x - limit``.
    """
    excess = excess * problem.row_unit
    push = problem.curvature * x + problem.gradient
    size = max(float(np.abs(push).max(initial=0.0)), float(np.abs(problem.gradient).max(initial=0.0)), NATURAL)
    stationarity = np.abs(push + rows.T @ dual).max(initial=0.0) / size
    equal = slice(0, problem.equalities)
    other = slice(problem.equalities, None)
    return float(
        max(
            stationarity,
            np.abs(excess[equal]).max(initial=0.0),
            np.maximum(excess[other], 0.0).max(initial=0.0),
            np.maximum(-dual[other], 0.0).max(initial=0.0) / max(float(np.abs(dual).max(initial=0.0)), size),
        )
    )
