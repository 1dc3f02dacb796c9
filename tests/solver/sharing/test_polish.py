"""The polish of a quadratic programme, against trying every set of active rows."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from singlepot.solver import Control, SolverFailedError
from singlepot.solver.backends.clarabel import solve_quadratic
from singlepot.solver.quadratic_programme import QuadraticProgramme
from singlepot.solver.sharing.polish import PROVED, polish

from .by_trial import by_trial, drawn


@pytest.mark.parametrize("seed", range(60))
def test_it_ends_at_the_optimum(seed: int) -> None:
    """From the answer of the interior point, and from one that says of every row the opposite."""
    problem = drawn(seed)
    x = by_trial(problem)
    answer = solve_quadratic(problem, Control())
    for slack, multiplier in ((answer.slack, answer.multiplier), (answer.multiplier, answer.slack)):
        polished = polish(problem, answer.x, slack, multiplier, threading.Event())
        assert polished.x == pytest.approx(x, abs=1e-8)
        assert polished.residual <= PROVED


def test_rows_that_nearly_are_the_same_are_told_apart() -> None:
    """Least x² + y² with x + y ≥ 2, and once more with a millionth of a millionth less of y."""
    rows = sparse.csc_array(-np.asarray([[1.0, 1.0], [1.0, 1.0 - 1e-12]]))
    problem = QuadraticProgramme(np.ones(2), np.zeros(2), rows, np.asarray([-2.0, -2.0]), 0)
    polished = polish(problem, np.ones(2), np.zeros(2), np.ones(2), threading.Event())
    assert polished.x == pytest.approx([1.0, 1.0], abs=1e-9)


def test_rounds_are_counted() -> None:
    """Least (x - 3)² below 2: nothing to correct from x at the bound, one row to add from within."""
    rows = sparse.csc_array(np.asarray([[1.0]]))
    problem = QuadraticProgramme(np.ones(1), -3 * np.ones(1), rows, 2 * np.ones(1), 0)
    none, one = np.zeros(1), np.ones(1)
    assert polish(problem, none, none, one, threading.Event()).rounds == 0
    assert polish(problem, none, one, none, threading.Event()).rounds == 1


def test_a_programme_without_a_point_has_no_answer() -> None:
    """x ≤ 1 and x ≥ 2."""
    rows = sparse.csc_array(np.asarray([[1.0], [-1.0]]))
    problem = QuadraticProgramme(np.ones(1), np.zeros(1), rows, np.asarray([1.0, -2.0]), 0)
    with pytest.raises(SolverFailedError, match="the sharing step has an error of"):
        polish(problem, np.zeros(1), np.ones(2), np.zeros(2), threading.Event())


def test_who_has_stopped_gets_no_answer() -> None:
    cancel = threading.Event()
    cancel.set()
    problem = drawn(1)
    nothing = np.zeros(len(problem.limit))
    with pytest.raises(SolverFailedError, match="no answer"):
        polish(problem, np.zeros(len(problem.curvature)), nothing, nothing, cancel)


@pytest.mark.parametrize(
    ("seed", "all_active"),
    [(61, True), (375, True), (472, False), (965, True), (1115, False), (1232, False)],
)
def test_a_start_that_misleads_the_first_way_is_put_right_by_another(seed: int, all_active: bool) -> None:
    """Columns without curvature, one or two, and a start that says of every row that it is active, or of none."""
    problem = drawn(seed, flat=True)
    draw = np.random.default_rng(seed)
    if seed > 400:
        flat = problem.curvature * (np.arange(len(problem.curvature)) != draw.integers(len(problem.curvature)))
        problem = replace(problem, curvature=flat, gradient=problem.gradient * (flat > 0))
    x = draw.normal(size=len(problem.curvature))
    multiplier = np.full(len(problem.limit), float(all_active))
    polished = polish(problem, x, 1 - multiplier, multiplier, threading.Event())
    curved = problem.curvature > 0
    assert polished.residual <= PROVED
    assert polished.x[curved] == pytest.approx(by_trial(problem)[curved], abs=1e-8)
