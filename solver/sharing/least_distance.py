r"""Least-distance programming: an exact optimum where an interior point does not identify the active set.

With :math:`x = x_0 + Z w`, Z spanning the directions, and the quadratic form taken to a distance, what is left is to
find the point of a polyhedron nearest to another. Its dual is a least-squares problem in non-negative variables,
which an exact active-set method solves whatever rows depend on one another (Lawson and Hanson 1974, chapter 23).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.linalg import cholesky, qr, solve_triangular

from ..programme import Booleans, Floats
from ..quadratic_programme import Polished, QuadraticProgramme, residual_of

DENSE_UP_TO = 4000
"""Columns up to which dense orthogonal factors are taken: 4,000 are 128 MB. They are a fallback and not tuned."""

DIRECTIONS = 600
"""Largest dimension of the null space in which the least-distance problem is solved; a limit on time, not tuned."""

INDEPENDENT = 1e-12
"""Pivot, relative to the largest, above which a row is independent of the others."""

CLEARLY = 1e-5
"""The same for an inequality that is taken to be active: where it is nearer, the others hold it well enough."""

NEARBY = 1e3
"""Multiple of the distance to the unconstrained optimum up to which a row enters the least-distance problem."""


def in_room_left(problem: QuadraticProgramme, held: Booleans, start: Floats, multiplier: Floats) -> Polished | None:
    """Solve with some rows as equations; None where their null space is too large, or the form on it not definite.

    Parameters
    ----------
    held
        The equalities, and the inequalities that are certain to be active; where they are not, the residual says so.
    start, multiplier
        A point near the answer; where rows depend on one another their multipliers are not unique and stay near these.
    """
    rows, limit = problem.rows.tocsr(), problem.limit
    fixing = _fixing(rows, held)
    x = np.zeros(len(problem.curvature))
    x[fixing.column] = limit[fixing.row] / fixing.entry
    dual = np.where(held & ~fixing.single, multiplier, 0.0)
    free = np.setdiff1d(np.arange(len(x)), fixing.column)
    equal = np.flatnonzero(held & ~fixing.single)
    if len(free) > DENSE_UP_TO:
        return None
    rest = limit - np.asarray(rows @ x)
    left = rows[:, free]
    equations = _Equations(left[equal].toarray(), rest[equal], equal >= problem.equalities)
    near = equations.nearest(start[free])
    push = (problem.curvature * x + problem.gradient + rows.T @ dual)[free] + problem.curvature[free] * near
    nearest = _nearest(problem.curvature[free], push, equations.rest, (left[~held], rest[~held] - left[~held] @ near))
    if nearest is None:
        return None
    x[free], dual[~held] = near + nearest[0], nearest[1]
    outward = -(problem.curvature * x + problem.gradient) - rows.T @ dual
    dual[equal] += equations.multipliers(outward[free])
    outward = -(problem.curvature * x + problem.gradient) - rows.T @ dual
    dual[fixing.row] = outward[fixing.column] / fixing.entry
    excess = np.asarray(rows @ x) - limit
    return Polished(x, residual_of(problem, rows, x, dual, excess), 0)


@dataclass(frozen=True, eq=False)
class _Fixing:
    """Rows with one entry that are held: each fixes its column; ``single`` marks them all, ``row`` one a column."""

    single: Booleans
    row: npt.NDArray[np.intp]
    column: npt.NDArray[np.integer]
    entry: Floats


def _fixing(rows: sparse.csr_array, held: Booleans) -> _Fixing:
    single = held & (np.diff(rows.indptr) == 1)
    chosen = np.flatnonzero(single)
    at = rows.indptr[:-1][chosen]
    column, first = np.unique(rows.indices[at], return_index=True)
    return _Fixing(single, chosen[first], column, rows.data[at][first])


class _Equations:
    """Linear equations by a rank-revealing QR factorisation; of dependent rows some are kept.

    Parameters
    ----------
    matrix, level
        One row an equation.
    may_leave
        Which of them are inequalities that are taken to be active.
    """

    def __init__(self, matrix: Floats, level: Floats, may_leave: Booleans) -> None:
        factors, triangle, order = qr(matrix.T, pivoting=True)
        pivots = np.zeros(len(matrix))
        pivots[: min(matrix.shape)] = np.abs(np.diag(triangle))
        largest = pivots.max(initial=0.0)
        near = (pivots > INDEPENDENT * largest) & (pivots <= CLEARLY * largest)
        least = CLEARLY if may_leave[order[near]].all() else INDEPENDENT
        rank = int((pivots > least * largest).sum())
        self.rest: Floats = np.asarray(factors[:, rank:], dtype=np.float64)
        self._basis, self._lead, self._kept = factors[:, :rank], triangle[:rank, :rank], order[:rank]
        self._matrix, self._level = matrix, level

    def nearest(self, start: Floats) -> Floats:
        """The point that satisfies them and is nearest to a start."""
        missing = (self._level - self._matrix @ start)[self._kept]
        return np.asarray(start + self._basis @ solve_triangular(self._lead, missing, trans="T"))

    def multipliers(self, push: Floats) -> Floats:
        """What combination of the kept ones balances a push."""
        dual = np.zeros(len(self._level))
        dual[self._kept] = solve_triangular(self._lead, self._basis.T @ push)
        return dual


def _nearest(
    curvature: Floats, push: Floats, rest: Floats, others: tuple[sparse.csr_array, Floats]
) -> tuple[Floats, Floats] | None:
    """Return the displacement within ``rest`` and the multipliers of the inequalities; ``push`` is the gradient."""
    from scipy.optimize import nnls  # large, and seldom needed

    rows, spare = others
    move, multiplier = np.zeros(len(push)), np.zeros(len(spare))
    if rest.shape[1] > DIRECTIONS:
        return None
    form = rest.T @ (curvature[:, None] * rest)
    if np.linalg.eigvalsh(form).min(initial=1.0) <= INDEPENDENT:  # a direction that the step does not weigh
        return None
    form = cholesky(form, lower=True)
    centre = solve_triangular(form, rest.T @ push, lower=True)
    images = solve_triangular(form, (rows @ rest).T, lower=True).T
    far = max(float(np.linalg.norm(centre)), float(np.maximum(-spare, 0.0).max(initial=0.0)))
    close = np.flatnonzero(spare <= NEARBY * far * np.linalg.norm(images, axis=1))
    if far > 0 and rest.shape[1]:
        images, spare, centre = images[close], spare[close] / far, centre / far
        room = spare + images @ centre
        weights = np.zeros(len(close))
        if len(close):
            weights, _ = nnls(np.vstack([images.T, -room]), np.append(np.zeros(len(centre)), 1.0))
            scale = 1.0 + float(room @ weights)
            if scale <= INDEPENDENT:  # no point satisfies all of them: the equations were not those of the answer
                return None
            weights = weights / scale
        multiplier[close] = weights * far
        move = rest @ solve_triangular(form, (-images.T @ weights - centre) * far, lower=True, trans="T")
    return move, multiplier
