"""Polish of a quadratic programme: an active-set method that starts from an interior-point answer.

The interior point says which inequalities probably hold with equality. With those as equations the optimality
conditions are a linear system, solved directly; inequalities with a multiplier of the wrong sign leave the set,
violated ones join it, until the conditions hold.
"""

from __future__ import annotations

import logging
import threading
from functools import partial

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import SuperLU, splu

from ..errors import SolverFailedError
from ..programme import Booleans, Floats
from ..quadratic_programme import NATURAL, Polished, QuadraticProgramme, residual_of
from .least_distance import in_room_left

LOG = logging.getLogger("singlepot")

REGULARISATIONS = (1e-11, 1e-13, 1e-9)
"""Added to the diagonal of the linear system and removed again by refinement; the next is tried where one fails.

Two rows that are nearly the same make a small eigenvalue, which refinement meets only if this is smaller still.
"""

PIVOTED = 1e-13
"""The same where nothing else gives an answer, with factors that pivot, which are slow and more accurate."""

REFINEMENTS, PIVOTED_REFINEMENTS = 60, 400
"""Most refinement steps of one linear system; with factors that pivot it is nearly singular and each helps less."""

CLEAR = 1e4
"""Multiplier, relative to the slack, above which an interior point says for certain that a row is active."""

ACTIVE_SETS = 60
"""Most corrections of the active set."""

POLISHED_FEASIBLE = 1e-12
"""Largest violation (scaled) of an inequality outside the active set."""

SIGN_OF_MULTIPLIERS = 1e-10
"""Multipliers down to minus this, relative to the largest, are taken for zero."""

PROVED = 1e-9
"""Largest error of the optimality conditions that counts as solved."""

SHARP = 1e-10
"""Residual at which no further attempt is made: rows in other units may turn it into a larger one."""


def polish(
    problem: QuadraticProgramme, x: Floats, slack: Floats, multiplier: Floats, cancel: threading.Event
) -> Polished:
    """Solve exactly, starting from an interior-point answer; give up between rounds once ``cancel`` is set.

    Raises
    ------
    SolverFailedError
        No set of active inequalities satisfies the optimality conditions.
    """
    best: Polished | None = None
    start, active = (x, multiplier), multiplier > slack
    first, *others = (
        partial(_active_set, problem, start, active, shift, cancel)
        for shift in (*((size, False) for size in REGULARISATIONS), (PIVOTED, True))
    )
    equal = np.arange(len(active)) < problem.equalities
    near = (
        partial(in_room_left, problem, held, x, multiplier) for held in (equal | (multiplier > CLEAR * slack), equal)
    )
    attempts = [(first, SHARP), *((attempt, SHARP) for attempt in near)]
    attempts += [(partial(attempt, drop_loose=True), PROVED) for attempt in others]
    for attempt, enough in attempts:
        if cancel.is_set() or (best is not None and best.residual <= enough):
            break
        try:
            polished = attempt()
        except RuntimeError as failure:  # equations that have no factors, or need more memory than there is
            LOG.info("sharing: %s; trying the next way", failure)
            continue
        if polished is not None and (best is None or polished.residual < best.residual):
            best = polished
    if best is None or best.residual > PROVED:
        error = "no answer" if best is None else f"an error of {best.residual:.1e}, more than {PROVED:.0e}"
        raise SolverFailedError(f"the sharing step has {error}", "report this scenario as a defect")
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
    for step in range(ACTIVE_SETS):
        if cancel.is_set():
            break
        candidate, dual = _solve_equalities(problem, rows, active, start, shift)
        excess = np.asarray(rows @ candidate) - problem.limit
        size = max(float(np.abs(dual).max(initial=0.0)), NATURAL)
        wrong = active & inequality & (dual < -SIGN_OF_MULTIPLIERS * size)
        violated = ~active & (excess * problem.row_unit > POLISHED_FEASIBLE)
        residual = residual_of(problem, rows, candidate, dual, excess)
        if best is None or residual < best.residual:
            best = Polished(candidate, residual, step)
        loose = active & inequality & (excess < -POLISHED_FEASIBLE)
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


def _factorise(system: sparse.csc_matrix) -> SuperLU:
    """Factorise keeping the symmetry where that goes well, with pivoting where it does not."""
    try:
        return splu(system, options={"SymmetricMode": True}, diag_pivot_thresh=0.0)
    except RuntimeError:  # a pivot cancelled to zero
        return splu(system)
