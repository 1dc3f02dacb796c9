"""Sharpen an interior-point answer of a quadratic programme to the last digits.

The interior point says which inequalities probably hold with equality. With those as equations the optimality
conditions are a linear system, solved directly; inequalities with a multiplier of the wrong sign leave the set,
violated ones join it, until the conditions hold.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import sparse
from scipy.linalg import cholesky, qr, solve_triangular
from scipy.optimize import nnls
from scipy.sparse.linalg import SuperLU, splu

from .errors import SolverFailed
from .programme import Booleans, Floats

REGULARISATIONS = (1e-11, 1e-13, 1e-9)
"""Added to the diagonal of the linear system and removed again by refinement; the next is tried where one fails.

Two rows that are nearly the same make a small eigenvalue, which refinement meets only if this is smaller still.
"""

PIVOTED = 1e-13
"""The same where nothing else gives an answer, with factors that pivot, which are slow and more accurate."""

REFINEMENTS, PIVOTED_REFINEMENTS = 60, 400
"""Most refinement steps of one linear system; with factors that pivot it is nearly singular and each helps less."""

DENSE_UP_TO = 4000
"""Columns up to which orthogonal factors, which are dense, are worth their time where nothing else gives an answer."""

ROOM = 600
"""Directions up to which the nearest point is looked for by non-negative least squares."""

INDEPENDENT = 1e-12
"""Pivot, relative to the largest, above which a row is independent of the others."""

ROUNDS = 60
"""Most corrections of the active set."""

FEASIBLE = 1e-12
"""Largest violation (scaled) of an inequality outside the active set."""

SIGN = 1e-10
"""Multipliers down to minus this, relative to the largest, are taken for zero."""

NATURAL = 1e-3
"""Size below which gradients and multipliers count as small: a full take-up of a mean option has a gradient of 1."""

PROVED = 1e-9
"""Largest error of the optimality conditions that counts as solved."""

SHARP = 1e-10
"""Error at which no further attempt is made: rows in other units may turn it into a larger one."""


@dataclass(frozen=True, eq=False)
class QuadraticProgramme:
    """Minimise ``½ x'diag(h)x + q'x``; the first ``equalities`` rows hold with equality, the others with ``≤``."""

    curvature: Floats
    gradient: Floats
    rows: sparse.csc_array
    limit: Floats
    equalities: int


@dataclass(frozen=True, eq=False)
class Polished:
    """The polished point, the largest error of its optimality conditions and the corrections it took."""

    x: Floats
    residual: float
    rounds: int


def polish(
    problem: QuadraticProgramme, x: Floats, slack: Floats, multiplier: Floats, cancel: threading.Event
) -> Polished:
    """Solve exactly, starting from an interior-point answer; give up between rounds once ``cancel`` is set.

    Raises
    ------
    SolverFailed
        No set of active inequalities satisfies the optimality conditions.
    """
    best: Polished | None = None
    start, active = (x, multiplier), multiplier > slack
    first, *others = (
        partial(_active_set, problem, start, active, shift, cancel)
        for shift in (*((size, False) for size in REGULARISATIONS), (PIVOTED, True))
    )
    for attempt in (first, partial(_in_room_left, problem), *(partial(each, drop_loose=True) for each in others)):
        found = attempt()
        if found is not None and (best is None or found.residual < best.residual):
            best = found
        if cancel.is_set() or (best is not None and best.residual <= SHARP):
            break
    if best is None or best.residual > PROVED:
        error = "no answer" if best is None else f"an error of {best.residual:.1e}, more than {PROVED:.0e}"
        raise SolverFailed(f"the sharing step has {error}", "report this scenario as a defect")
    return best


def _active_set(
    problem: QuadraticProgramme,
    start: tuple[Floats, Floats],
    active: Booleans,
    shift: tuple[float, bool],
    cancel: threading.Event,
    drop_loose: bool = False,
) -> Polished | None:
    """Correct the active set until the optimality conditions hold; return the best point met.

    ``drop_loose``: where the equations contradict one another, take out the row that their compromise leaves loosest.
    """
    rows = problem.rows.tocsr()
    inequality = np.arange(len(active)) >= problem.equalities
    active = active | ~inequality
    best: Polished | None = None
    seen: set[bytes] = set()
    for step in range(ROUNDS):
        if cancel.is_set():
            break
        candidate, dual = _solve_equalities(problem, rows, active, start, shift)
        excess = np.asarray(rows @ candidate) - problem.limit
        size = max(float(np.abs(dual).max(initial=0.0)), NATURAL)
        wrong = active & inequality & (dual < -SIGN * size)
        violated = ~active & (excess > FEASIBLE)
        residual = _residual(problem, rows, candidate, dual, excess)
        if best is None or residual < best.residual:
            best = Polished(candidate, residual, step)
        loose = active & inequality & (excess < -FEASIBLE)
        if not (wrong.any() or violated.any()):
            if residual <= PROVED or not (drop_loose and loose.any()):
                break
            following = active.copy()
            following[int(np.where(loose, excess, np.inf).argmin())] = False
        else:
            following = (active & ~wrong) | violated
        if following.tobytes() in seen:
            following = _one_change(active, wrong, violated, dual, excess)
            if following.tobytes() in seen:
                break
        seen.add(following.tobytes())
        active = following
    return best


def _one_change(active: Booleans, wrong: Booleans, violated: Booleans, dual: Floats, excess: Floats) -> Booleans:
    """Change the worst offender only: the way out of a circle of active sets."""
    following = active.copy()
    if violated.any():
        following[int(np.where(violated, excess, -np.inf).argmax())] = True
    else:
        following[int(np.where(wrong, dual, np.inf).argmin())] = False
    return following


def _solve_equalities(
    problem: QuadraticProgramme,
    rows: sparse.csr_array,
    active: Booleans,
    start: tuple[Floats, Floats],
    shift: tuple[float, bool],
) -> tuple[Floats, Floats]:
    """Solve with the active rows as equations, from a start; dependent rows are allowed.

    Where rows depend on one another their multipliers are not unique. Refinement leaves that freedom where the
    start has it, so the multipliers stay near the interior point's, which have the right signs.
    """
    chosen = np.flatnonzero(active)
    binding = rows[chosen]
    columns = len(problem.curvature)
    exact = sparse.block_array([[sparse.diags_array(problem.curvature), binding.T], [binding, None]], format="csc")
    size, pivot = shift
    diagonal = np.concatenate([np.full(columns, size), np.full(len(chosen), -size)])
    system = sparse.csc_matrix(exact + sparse.diags_array(diagonal))
    factor = splu(system) if pivot else _factorise(system)
    target = np.concatenate([-problem.gradient, problem.limit[chosen]])
    solution = np.concatenate([start[0], start[1][chosen]])
    best, best_error = solution, np.inf
    for _ in range(PIVOTED_REFINEMENTS if pivot else REFINEMENTS):
        left = target - exact @ solution
        error = float(np.abs(left).max(initial=0.0))
        if error < best_error:
            best, best_error = solution, error
        if error <= 1e-16 or error > 1e3 * best_error:
            break
        solution = solution + factor.solve(left)
    dual = np.zeros(len(active))
    dual[chosen] = best[columns:]
    return best[:columns], dual


def _in_room_left(problem: QuadraticProgramme) -> Polished | None:
    r"""Solve in the few directions that the equalities leave, where an interior point does not tell what is active.

    With :math:`x = x_0 + Z w`, Z spanning the directions, and the quadratic form taken to a distance, what is left is
    to find the point of a polyhedron nearest to the origin. Its dual is a least-squares problem in non-negative
    variables, which an exact active-set method solves whatever rows depend on one another (Lawson and Hanson 1974,
    chapter 23). None where that is too large, or not strictly convex.
    """
    if len(problem.curvature) > DENSE_UP_TO:
        return None
    rows, count = problem.rows.tocsr(), problem.equalities
    equal, others = rows[:count].toarray(), rows[count:]
    factors, triangle, order = qr(equal.T, pivoting=True)
    pivots = np.abs(np.diag(triangle))
    rank = int((pivots > INDEPENDENT * pivots.max(initial=0.0)).sum())
    basis, rest, lead = factors[:, :rank], factors[:, rank:], triangle[:rank, :rank]
    if rest.shape[1] > ROOM:
        return None
    form = rest.T @ (problem.curvature[:, None] * rest)
    if np.linalg.eigvalsh(form).min(initial=1.0) <= INDEPENDENT:  # a direction that the step does not weigh
        return None
    x = basis @ solve_triangular(lead, problem.limit[:count][order[:rank]], trans="T")
    dual = np.zeros(len(problem.limit))
    if rest.shape[1]:
        push = rest.T @ (problem.curvature * x + problem.gradient)
        form = cholesky(form, lower=True)
        centre = solve_triangular(form, push, lower=True)
        reach = solve_triangular(form, (others @ rest).T, lower=True).T
        spare = problem.limit[count:] - others @ x + reach @ centre
        weights, _ = nnls(np.vstack([-reach.T, -spare]), np.append(np.zeros(len(push)), 1.0))
        scale = 1.0 + spare @ weights
        dual[count:] = weights / scale
        nearest = -reach.T @ dual[count:]
        x = x + rest @ solve_triangular(form, nearest - centre, lower=True, trans="T")
    left = -(problem.curvature * x + problem.gradient) - others.T @ dual[count:]
    dual[order[:rank]] = solve_triangular(lead, basis.T @ left)
    excess = np.asarray(rows @ x) - problem.limit
    return Polished(x, _residual(problem, rows, x, dual, excess), 0)


def _factorise(system: sparse.csc_matrix) -> SuperLU:
    """Factorise keeping the symmetry where that goes well, with pivoting where it does not."""
    try:
        return splu(system, options={"SymmetricMode": True}, diag_pivot_thresh=0.0)
    except RuntimeError:  # a pivot cancelled to zero
        return splu(system)


def _residual(problem: QuadraticProgramme, rows: sparse.csr_array, x: Floats, dual: Floats, excess: Floats) -> float:
    """Largest error of stationarity, feasibility, signs and complementarity, relative to the gradient."""
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
