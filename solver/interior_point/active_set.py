"""From near the centre of the optimal face to a point on it: what is tight is held, the rest solved as equations."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from ..presolve.problem import RowwiseProblem
from ..programme import Booleans, Floats

SHIFT = 1e-9
"""Added to the diagonal of the linear system and removed again by refinement."""

REFINEMENTS = 25
"""Most refinement steps."""

ROUNDS = 4
"""Most corrections of what is held."""

SMALLEST = 1e-8
"""Size (scaled) that costs and prices of a column count with at least: below it they are what rounding leaves."""

NATURAL = 0.1
"""Size (scaled) that the terms of a column count with at least where an error is measured."""

GONE_ASTRAY = 1e3
"""Growth of the error at which refinement ends."""

EXACT = 1e-15
"""Error at which refinement ends."""

SIGN = 1e-13
"""Multipliers down to minus this, relative to the terms they are the difference of, are taken for zero."""

ROOM = 1e-11
"""How far (scaled) a limit may be passed."""

SOLVED = 1e-12
"""Error of the equations, relative to their terms, that counts as none."""


@dataclass(frozen=True, eq=False)
class Centre:
    """A point near the centre of the optimal face: room left at each limit and its multiplier, lower and upper.

    ``error`` leaves out what sharpening removes of the errors of rows and prices; ``residual`` is the largest of those.
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
    """Which limits hold with equality: -1 at the lower one, 1 at the upper one, 0 at none."""

    columns: np.ndarray[tuple[int], np.dtype[np.int8]]
    rows: np.ndarray[tuple[int], np.dtype[np.int8]]


def sharpen(problem: RowwiseProblem, centre: Centre, cancel: threading.Event) -> tuple[Floats, Floats] | None:
    """Return the point and the duals of rows, or None where the equations have no answer."""
    held = _held(problem, centre)
    x, y = centre.x, centre.row_dual
    for _ in range(ROUNDS):
        if cancel.is_set():
            return None
        x, y, error = _solve(problem, held, x, y)
        following = _corrected(problem, held, x, y)
        if following is None:
            return (x, y) if error <= SOLVED else None
        held = following
    return None


def settled(problem: RowwiseProblem, centre: Centre) -> Floats:
    """Return the centre with what is tight held exactly, if that leaves rows and limits less violated than it does."""
    plain = np.clip(centre.x, problem.lower, problem.upper)
    try:
        x = _solve(problem, _held(problem, centre), centre.x, centre.row_dual)[0]
    except RuntimeError:  # equations that have no factors, or need more memory than there is
        return plain
    x = np.clip(x, problem.lower, problem.upper)
    return x if _violation(problem, x) < _violation(problem, plain) else plain


def _violation(problem: RowwiseProblem, x: Floats) -> float:
    """How far rows are passed."""
    activity = np.asarray(problem.matrix @ x)
    return float(np.maximum(problem.row_lower - activity, activity - problem.row_upper).max(initial=0.0))


def _held(problem: RowwiseProblem, centre: Centre) -> _Held:
    part, size = _sizes(problem, centre.row_dual)
    return _Held(
        _side(centre.column_multiplier, centre.column_room, 1 / size),
        _side(centre.row_multiplier, centre.row_room, part),
    )


def _sizes(problem: RowwiseProblem, y: Floats) -> tuple[Floats, Floats]:
    """What turns a row's dual, and divides a column's, into a share of the terms of a column."""
    entries = problem.matrix.tocoo()
    size = np.abs(problem.cost) + np.bincount(
        entries.col, weights=np.abs(entries.data * y[entries.row]), minlength=len(problem.cost)
    )
    size = np.maximum(size, SMALLEST)
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
                [sparse.diags_array(np.full(count, SHIFT)), part.T],
                [part, sparse.diags_array(np.full(len(rows), -SHIFT))],
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
        if best_error <= EXACT:
            break
    return (*best, best_error)


def _error(problem: RowwiseProblem, held: _Held, x: Floats, y: Floats) -> float:
    """Largest error of the equations, relative to the terms of each."""
    size = np.maximum(_sizes(problem, y)[1], NATURAL)
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
    """Let go of limits whose multipliers have the wrong sign, hold those that are passed; None where all is well."""
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
    wrong: Booleans = ((held < 0) & (dual < -SIGN)) | ((held > 0) & (dual > SIGN))
    found = np.where(wrong, 0, held)
    free = held == 0
    return np.where(free & (down < -ROOM), -1, np.where(free & (up < -ROOM), 1, found)).astype(np.int8)
