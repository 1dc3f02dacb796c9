"""Active-set step: from near the centre of the optimal face to a point on it, by the equations of what is active.

The constants came with decision 71 (November 2026), its scenarios and workloads. Where nothing else is said, what each
is worth by itself is not recorded. They decide whether and when an answer comes; that it is right is proved outside.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from ..presolve.problem import RowwiseProblem
from ..programme import Booleans, Floats

REGULARISATION = 1e-9
"""Added to the diagonal of the linear system; iterative refinement removes its effect."""

REFINEMENTS = 25
"""Most refinement steps."""

CORRECTIONS = 4
"""Most corrections of the active set."""

SMALLEST_SIZE = 1e-8
"""Least size (scaled) of the terms of a reduced cost: below it they are rounding."""

LEAST_TERMS = 0.1
"""Least size (scaled) to which the error of a reduced cost is relative."""

GONE_ASTRAY = 1e3
"""Growth of the error at which refinement ends."""

EXACT_EQUATIONS = 1e-15
"""Error at which refinement ends."""

SIGN_OF_DUALS = 1e-13
"""Multipliers down to minus this, relative to the terms they are the difference of, are taken for zero."""

ROOM = 1e-11
"""Violation (scaled) of a bound that counts as none."""

SOLVED = 1e-12
"""Residual of the equations, relative to their terms, that counts as none."""


@dataclass(frozen=True, eq=False)
class Centre:
    """A point near the analytic centre of the optimal face, with slack and multiplier of each bound, lower and upper.

    ``error`` leaves out primal and dual residuals that this step removes; ``residual`` is the largest of those.
    """

    x: Floats
    row_dual: Floats
    column_room: tuple[Floats, Floats]
    row_room: tuple[Floats, Floats]
    column_multiplier: tuple[Floats, Floats]
    row_multiplier: tuple[Floats, Floats]
    error: float
    residual: float
    detail: str


@dataclass(frozen=True, eq=False)
class _Held:
    """The active set: -1 at the lower bound, 1 at the upper one, 0 at none."""

    columns: np.ndarray[tuple[int], np.dtype[np.int8]]
    rows: np.ndarray[tuple[int], np.dtype[np.int8]]


def sharpen(problem: RowwiseProblem, centre: Centre, cancel: threading.Event) -> tuple[Floats, Floats] | None:
    """Return point and row duals on the optimal face, or None where no active set satisfies the conditions."""
    held = _held(problem, centre)
    x, y = centre.x, centre.row_dual
    for _ in range(CORRECTIONS):
        if cancel.is_set():
            return None
        x, y, error = _solve(problem, held, x, y)
        following = _corrected(problem, held, x, y)
        if following is None:
            return (x, y) if error <= SOLVED else None
        held = following
    return None


def settled(problem: RowwiseProblem, centre: Centre) -> Floats:
    """Return the centre with active bounds held exactly, if that leaves smaller violations."""
    plain = np.clip(centre.x, problem.lower, problem.upper)
    try:
        x = _solve(problem, _held(problem, centre), centre.x, centre.row_dual)[0]
    except RuntimeError:  # equations that have no factors, or need more memory than there is
        return plain
    x = np.clip(x, problem.lower, problem.upper)
    return x if _violation(problem, x) < _violation(problem, plain) else plain


def _violation(problem: RowwiseProblem, x: Floats) -> float:
    """Return the largest violation of a row."""
    activity = np.asarray(problem.matrix @ x)
    return float(np.maximum(problem.row_lower - activity, activity - problem.row_upper).max(initial=0.0))


def _held(problem: RowwiseProblem, centre: Centre) -> _Held:
    part, size = _sizes(problem, centre.row_dual)
    return _Held(
        _side(centre.column_multiplier, centre.column_room, 1 / size),
        _side(centre.row_multiplier, centre.row_room, part),
    )


def _sizes(problem: RowwiseProblem, y: Floats) -> tuple[Floats, Floats]:
    """Return the factor of each row dual, and the size of each reduced cost, relative to the terms of a column."""
    entries = problem.matrix.tocoo()
    size = np.abs(problem.cost) + np.bincount(
        entries.col, weights=np.abs(entries.data * y[entries.row]), minlength=len(problem.cost)
    )
    size = np.maximum(size, SMALLEST_SIZE)
    part = np.zeros(len(y))
    np.maximum.at(part, entries.row, np.abs(entries.data) / size[entries.col])
    return part, np.asarray(size)


def _side(
    multiplier: tuple[Floats, Floats], room: tuple[Floats, Floats], weight: Floats
) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    below, above = (m * weight > np.minimum(r, 1.0) for m, r in zip(multiplier, room, strict=True))
    return np.where(below, -1, np.where(above, 1, 0)).astype(np.int8)


def _solve(problem: RowwiseProblem, held: _Held, x: Floats, y: Floats) -> tuple[Floats, Floats, float]:
    """Solve for what is free, from a start; freedom that is left stays where the start has it."""
    x = np.where(held.columns < 0, problem.lower, np.where(held.columns > 0, problem.upper, x))
    equal = problem.row_lower == problem.row_upper
    active = equal | (held.rows != 0)
    limit = np.where(held.rows > 0, problem.row_upper, problem.row_lower)
    y = np.where(active, y, 0.0)
    free = np.flatnonzero(held.columns == 0)
    rows = np.flatnonzero(active)
    part = sparse.csr_array(problem.matrix[rows][:, free])
    touching = np.diff(part.indptr) > 0
    rows, part = rows[touching], sparse.csr_array(part[np.flatnonzero(touching)])
    if not len(free) or not len(rows):
        return x, y, _error(problem, held, x, y)
    count = len(free)
    system = sparse.csc_matrix(
        sparse.block_array(
            [
                [sparse.diags_array(np.full(count, REGULARISATION)), part.T],
                [part, sparse.diags_array(np.full(len(rows), -REGULARISATION))],
            ],
            format="csc",
        )
    )
    factor = splu(system)
    best, best_error = (x, y), _error(problem, held, x, y)
    for _ in range(REFINEMENTS):
        left_x = (-problem.cost + problem.matrix.T @ y)[free]
        left_w = limit[rows] - (problem.matrix @ x)[rows]
        step = factor.solve(np.concatenate([left_x, left_w]))
        x, y = x.copy(), y.copy()
        x[free] += step[:count]
        y[rows] -= step[count:]
        error = _error(problem, held, x, y)
        if error < best_error:
            best, best_error = (x, y), error
        elif error > GONE_ASTRAY * best_error:
            break
        if best_error <= EXACT_EQUATIONS:
            break
    return (*best, best_error)


def _error(problem: RowwiseProblem, held: _Held, x: Floats, y: Floats) -> float:
    """Largest error of the equations, relative to the terms of each."""
    size = np.maximum(_sizes(problem, y)[1], LEAST_TERMS)
    reduced = problem.cost - problem.matrix.T @ y
    free = held.columns == 0
    equal = (problem.row_lower == problem.row_upper) | (held.rows != 0)
    limit = np.where(held.rows > 0, problem.row_upper, problem.row_lower)
    activity = np.asarray(problem.matrix @ x)
    terms = 1 + np.asarray(abs(problem.matrix) @ np.abs(x))
    return float(
        max(
            np.abs(reduced[free] / size[free]).max(initial=0.0),
            np.abs((limit - activity)[equal] / terms[equal]).max(initial=0.0),
        )
    )


def _corrected(problem: RowwiseProblem, held: _Held, x: Floats, y: Floats) -> _Held | None:
    """Drop bounds whose multipliers have the wrong sign, add violated ones; None where there are neither."""
    part, size = _sizes(problem, y)
    reduced = (problem.cost - problem.matrix.T @ y) / size
    columns = _change(held.columns, reduced, x - problem.lower, problem.upper - x)
    activity = np.asarray(problem.matrix @ x)
    terms = 1 + np.asarray(abs(problem.matrix) @ np.abs(x))
    equal = problem.row_lower == problem.row_upper
    down, up = (activity - problem.row_lower) / terms, (problem.row_upper - activity) / terms
    rows = np.where(equal, 0, _change(held.rows, y * part, down, up)).astype(np.int8)
    if (columns == held.columns).all() and (rows == held.rows).all():
        return None
    return _Held(columns, rows)


def _change(
    held: np.ndarray[tuple[int], np.dtype[np.int8]], dual: Floats, down: Floats, up: Floats
) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    wrong: Booleans = ((held < 0) & (dual < -SIGN_OF_DUALS)) | ((held > 0) & (dual > SIGN_OF_DUALS))
    following = np.where(wrong, 0, held)
    free = held == 0
    return np.where(free & (down < -ROOM), -1, np.where(free & (up < -ROOM), 1, following)).astype(np.int8)
