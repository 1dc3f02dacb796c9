"""Least-distance programming, against trying every set of active rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from singlepot.solver.quadratic_programme import QuadraticProgramme
from singlepot.solver.sharing import least_distance
from singlepot.solver.sharing.least_distance import in_room_left
from singlepot.solver.sharing.polish import PROVED

from .by_trial import by_trial, drawn


def held_in(problem: QuadraticProgramme, *more: int) -> np.ndarray:
    """The equalities, and further rows."""
    held = np.arange(len(problem.limit)) < problem.equalities
    held[list(more)] = True
    return held


@pytest.mark.parametrize("seed", range(60))
def test_it_finds_the_optimum(seed: int) -> None:
    """From the equalities alone, and with a row that is active at the optimum held too; from any start."""
    problem = drawn(seed)
    x = by_trial(problem)
    start = np.random.default_rng(seed).normal(size=len(x))
    excess = problem.rows @ x - problem.limit
    active = [row for row in range(problem.equalities, len(excess)) if abs(excess[row]) <= 1e-9]
    none = np.zeros(len(excess))
    found = in_room_left(problem, held_in(problem), start, none)
    assert found is not None
    assert found.residual <= PROVED
    assert found.x == pytest.approx(x, abs=1e-8)
    assert found.rounds == 0
    with_active = in_room_left(problem, held_in(problem, *active[:1]), start, none)
    assert with_active is not None
    assert with_active.x == pytest.approx(x, abs=1e-8)


def test_a_row_that_is_held_and_not_active_is_told_by_the_residual() -> None:
    """Least (x - 1)² + y² with x ≤ 2 held as x = 2."""
    rows = sparse.csc_array(np.asarray([[1.0, 0.0], [0.0, 1.0]]))
    problem = QuadraticProgramme(np.ones(2), np.asarray([-1.0, 0.0]), rows, np.asarray([2.0, 5.0]), 0)
    found = in_room_left(problem, np.asarray([True, False]), np.zeros(2), np.zeros(2))
    assert found is not None
    assert found.x == pytest.approx([2.0, 0.0])
    assert found.residual > 0.1


def test_equations_that_contradict_a_row_have_no_answer() -> None:
    """x + y = 4 and x + y ≤ 3."""
    rows = sparse.csc_array(np.asarray([[1.0, 1.0], [1.0, 1.0]]))
    problem = QuadraticProgramme(np.ones(2), np.zeros(2), rows, np.asarray([4.0, 3.0]), 1)
    assert in_room_left(problem, held_in(problem), np.zeros(2), np.zeros(2)) is None


def test_multipliers_of_rows_that_depend_on_one_another_stay_near_what_is_known() -> None:
    """The same equation twice: any two multipliers with that sum are right, so the residual is that of a proof."""
    rows = sparse.csc_array(np.asarray([[1.0, 1.0], [1.0, 1.0]]))
    problem = QuadraticProgramme(np.ones(2), np.zeros(2), rows, np.asarray([2.0, 2.0]), 2)
    found = in_room_left(problem, held_in(problem), np.zeros(2), np.asarray([3.0, -1.0]))
    assert found is not None
    assert found.x == pytest.approx([1.0, 1.0])
    assert found.residual <= PROVED


def test_what_the_form_does_not_weigh_is_left_to_others() -> None:
    problem = drawn(3)
    flat = replace(problem, curvature=np.zeros_like(problem.curvature))
    assert in_room_left(flat, held_in(flat), np.zeros(len(flat.curvature)), np.zeros(len(flat.limit))) is None


@pytest.mark.parametrize("name", ["DENSE_UP_TO", "DIRECTIONS"])
@pytest.mark.parametrize(("most", "solved"), [(2, True), (1, False)])
def test_programmes_too_large_are_left_to_others(
    name: str, most: int, solved: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two columns and no equation: two directions."""
    monkeypatch.setattr(least_distance, name, most)
    rows = sparse.csc_array(np.asarray([[1.0, 1.0]]))
    problem = QuadraticProgramme(np.ones(2), -np.ones(2), rows, np.asarray([1.0]), 0)
    found = in_room_left(problem, held_in(problem), np.zeros(2), np.zeros(1))
    assert (found is not None) is solved
