"""Convex quadratic programmes solved by trying every set of rows that may be active."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
from scipy import sparse

from singlepot.solver.programme import Floats
from singlepot.solver.quadratic_programme import QuadraticProgramme

NEAR = 1e-8


def by_trial(problem: QuadraticProgramme) -> Floats:
    """The optimum: the first point of whose optimality conditions none fails; it is the only one in curved columns."""
    rows, equal = problem.rows.toarray(), problem.equalities
    inequalities = range(equal, len(rows))
    for chosen in chain.from_iterable(combinations(inequalities, size) for size in range(len(inequalities) + 1)):
        active = [*range(equal), *chosen]
        binding = rows[active]
        columns = len(problem.curvature)
        system = np.block([[np.diag(problem.curvature), binding.T], [binding, np.zeros((len(active), len(active)))]])
        target = np.concatenate([-problem.gradient, problem.limit[active]])
        answer = np.linalg.lstsq(system, target, rcond=None)[0]
        x, dual = answer[:columns], answer[columns + equal :]
        solves = np.abs(system @ answer - target).max() <= NEAR
        if solves and (rows @ x - problem.limit <= NEAR)[equal:].all() and (dual >= -NEAR).all():
            return x
    raise AssertionError("no set of active rows is right")


def drawn(seed: int, *, flat: bool = False) -> QuadraticProgramme:
    """A small programme that has a point: equalities, of which one may be a copy, rows of one entry, and others."""
    draw = np.random.default_rng(seed)
    columns = int(draw.integers(2, 6))
    point = draw.integers(-2, 3, columns).astype(float)
    equalities = draw.integers(-2, 3, (int(draw.integers(0, 3)), columns)).astype(float)
    if len(equalities) and draw.random() < 0.5:
        equalities = np.vstack([equalities, 2 * equalities[:1]])
    if draw.random() < 0.5:
        single = np.zeros((1, columns))
        single[0, draw.integers(columns)] = draw.choice([-2.0, 1.0, 3.0])
        equalities = np.vstack([equalities, single])
    others = draw.integers(-2, 3, (int(draw.integers(1, 6)), columns)).astype(float)
    rows = np.vstack([equalities, others])
    limit = rows @ point + np.concatenate([np.zeros(len(equalities)), draw.integers(0, 3, len(others))])
    curvature = draw.choice([0.5, 1.0, 4.0], columns)
    if flat:
        curvature[draw.integers(columns)] = 0.0
    gradient = draw.integers(-9, 10, columns).astype(float) * (curvature > 0)
    return QuadraticProgramme(curvature, gradient, sparse.csc_array(rows), limit, len(equalities))
