"""Sharpen an interior-point answer of a quadratic programme to the last digits.

The interior point says which inequalities probably hold with equality. With those as equations the optimality
conditions are a linear system, solved directly; inequalities with a multiplier of the wrong sign leave the set,
violated ones join it, until the conditions hold.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import SuperLU, splu

from .errors import SolverFailed
from .programme import Booleans, Floats

ATTEMPTS = ((1e-11, False), (1e-13, False), (1e-9, False), (1e-13, True))
"""What is added to the diagonal of the linear system and removed again by refinement, and whether its factors pivot.

Two rows that are nearly the same make a small eigenvalue, which refinement meets only if the addition is smaller still;
then only factors that pivot are accurate enough. The next attempt is made where one fails.
"""

REFINEMENTS = 60
"""Most refinement steps of one linear system."""

PIVOTED_REFINEMENTS = 400
"""The same where the factors pivot: the system is then nearly singular and refinement slow."""

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
    for attempt in ATTEMPTS:
        found = _active_set(problem, (x, multiplier), multiplier > slack, attempt, cancel)
        if found is not None and (best is None or found.residual < best.residual):
            best = found
        if cancel.is_set() or (best is not None and best.residual <= PROVED):
            break
    if best is None or best.residual > PROVED:
        error = "no answer" if best is None else f"an error of {best.residual:.1e}, more than {PROVED:.0e}"
        raise SolverFailed(f"the sharing step has {error}", "report this scenario as a defect")
    return best


def _active_set(
    problem: QuadraticProgramme,
    start: tuple[Floats, Floats],
    active: Booleans,
    attempt: tuple[float, bool],
    cancel: threading.Event,
) -> Polished | None:
    """Correct the active set until the optimality conditions hold; return the best point met."""
    rows = problem.rows.tocsr()
    inequality = np.arange(len(active)) >= problem.equalities
    active = active | ~inequality
    best: Polished | None = None
    seen: set[bytes] = set()
    for step in range(ROUNDS):
        if cancel.is_set():
            break
        candidate, dual = _solve_equalities(problem, rows, active, start, attempt)
        excess = np.asarray(rows @ candidate) - problem.limit
        size = max(float(np.abs(dual).max(initial=0.0)), NATURAL)
        wrong = active & inequality & (dual < -SIGN * size)
        violated = ~active & (excess > FEASIBLE)
        residual = _residual(problem, rows, candidate, dual, excess)
        if best is None or residual < best.residual:
            best = Polished(candidate, residual, step)
        if not (wrong.any() or violated.any()):
            break
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
    attempt: tuple[float, bool],
) -> tuple[Floats, Floats]:
    """Solve with the active rows as equations, from a start; dependent rows are allowed.

    Where rows depend on one another their multipliers are not unique. Refinement leaves that freedom where the
    start has it, so the multipliers stay near the interior point's, which have the right signs.
    """
    regularisation, pivot = attempt
    chosen = np.flatnonzero(active)
    binding = rows[chosen]
    columns = len(problem.curvature)
    exact = sparse.block_array([[sparse.diags_array(problem.curvature), binding.T], [binding, None]], format="csc")
    shift = np.concatenate([np.full(columns, regularisation), np.full(len(chosen), -regularisation)])
    system = sparse.csc_matrix(exact + sparse.diags_array(shift))
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
