"""The order in which solvers and methods are tried."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from singlepot.solver import Control
from singlepot.solver.answer import Features, Method
from singlepot.solver.backends.highs import HighsEngine
from singlepot.solver.lexicographic import choice_of_method
from singlepot.solver.lexicographic.choice_of_method import (
    CUT_SHORT,
    FROM_WITHIN,
    NARROW,
    ChoiceOfMethod,
    Start,
    closeness,
    method_name,
)

MATRIX = sparse.csc_array(np.ones((1, 2)))
FRESH, SIMPLEX = ("highs", Method.INTERIOR), ("highs", Method.SAFE)
QUICK = ("highs", Method.AFRESH)
FROM_BASIS, CENTRE = ("highs", Method.WARM), ("interior-point", Method.INTERIOR)


@pytest.fixture(autouse=True)
def nothing_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice_of_method, "SMALL", 0)


def names(
    choice: ChoiceOfMethod, freedom: float | None, *, own: bool = True, bound: bool = False
) -> list[tuple[str, Method]]:
    """What is tried, after a stage that the solver that was asked for solved, or another."""
    last = choice.asked if own else HighsEngine(MATRIX)
    return [(solver.name, method) for solver, method in choice.attempts(freedom, last, bound=bound)]


def test_a_stage_is_solved_afresh_until_its_face_is_narrow() -> None:
    """The last basis comes first on a narrow face and after a stage that binds, if it is the solver's own."""
    choice = ChoiceOfMethod("highs", MATRIX, None, eager=False)
    assert names(choice, None) == names(choice, NARROW) == [FRESH, SIMPLEX]
    assert names(choice, NARROW - 0.01) == [FROM_BASIS, FRESH, SIMPLEX]
    assert names(choice, NARROW - 0.01, own=False) == [FRESH, SIMPLEX]
    assert names(choice, 1.0, bound=True) == [FROM_BASIS, FRESH, SIMPLEX]
    assert names(choice, 1.0, own=False, bound=True) == [FRESH, SIMPLEX]
    eager = ChoiceOfMethod("highs", MATRIX, None, eager=True)
    assert names(eager, 1.0) == [FROM_BASIS, FRESH, SIMPLEX]
    assert names(eager, None) == [FRESH, SIMPLEX]


@pytest.mark.parametrize(("shape", "again"), [((1, 2), True), ((2, 2), False)])
def test_the_basis_of_a_programme_of_another_shape_is_no_start(shape: tuple[int, int], again: bool) -> None:
    engine = HighsEngine(MATRIX)
    columns, rows = (np.zeros(2), np.ones(2)), (np.zeros(1), np.ones(1))
    engine.solve(np.ones(2), columns, rows, Method.SAFE, Control())
    choice = ChoiceOfMethod("highs", MATRIX, None, eager=False, start=Start(engine.basis, shape))
    assert (names(choice, None)[0] == ("highs", Method.AGAIN)) is again


def test_the_simplex_method_can_be_asked_first() -> None:
    assert names(ChoiceOfMethod("highs", MATRIX, None, eager=False, safe=True), None)[0] == SIMPLEX


@pytest.mark.parametrize("large", [MATRIX.nnz, MATRIX.nnz - 1])
def test_a_large_programme_has_a_centre_and_then_fresh_vertices(large: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simplex method from the last basis takes too many steps there."""
    monkeypatch.setattr(choice_of_method, "LARGE", large)
    choice = ChoiceOfMethod("highs", MATRIX, None, eager=False)
    assert names(choice, None) == names(choice, 1.0) == [CENTRE, FRESH, SIMPLEX]
    assert names(choice, 1.0, bound=True) == names(choice, NARROW - 0.01) == [FRESH, SIMPLEX]
    assert names(ChoiceOfMethod("highs", MATRIX, None, eager=True), 1.0) == [FROM_BASIS, FRESH, SIMPLEX]
    monkeypatch.setattr(choice_of_method, "LARGE", MATRIX.nnz + 1)
    assert names(ChoiceOfMethod("highs", MATRIX, None, eager=False), None) == [FRESH, SIMPLEX]


def test_a_small_programme_is_solved_by_simplex_before_the_interior_point(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice_of_method, "SMALL", MATRIX.nnz)
    choice = ChoiceOfMethod("highs", MATRIX, None, eager=False)
    assert names(choice, None) == names(choice, 1.0) == [QUICK, FRESH, SIMPLEX]
    assert names(choice, 1.0, bound=True) == [FROM_BASIS, QUICK, FRESH, SIMPLEX]
    assert names(ChoiceOfMethod(HighsEngine, MATRIX, None, eager=False), None) == [FRESH, SIMPLEX]
    monkeypatch.setattr(choice_of_method, "SMALL", MATRIX.nnz - 1)
    assert names(ChoiceOfMethod("highs", MATRIX, None, eager=False), None) == [FRESH, SIMPLEX]


class Other(HighsEngine):
    """A solver that chooses its method for itself and has no basis."""

    name = "other"
    features = replace(HighsEngine.features, methods=False, basis=False, warm_start=False)


def test_the_reference_stands_in_for_another_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """One solver for all stages, which keeps its basis; a large programme makes no difference to what was asked for."""
    monkeypatch.setattr(choice_of_method, "LARGE", MATRIX.nnz)
    choice = ChoiceOfMethod(Other, MATRIX, None, eager=False)
    assert names(choice, 0.1) == [("other", Method.INTERIOR), FRESH, SIMPLEX]
    standing_in = [solver for solver, _ in choice.attempts(None, None) if solver is not choice.asked]
    assert standing_in[0] is standing_in[1]
    safe = ChoiceOfMethod(Other, MATRIX, None, eager=False, safe=True)
    assert names(safe, None) == [SIMPLEX, ("other", Method.INTERIOR), FRESH, SIMPLEX]


CUT = Features(duals=True, exact=False, methods=False, basis=False, warm_start=False, interrupt=False)


@pytest.mark.parametrize(
    ("features", "close", "name"),
    [
        (HighsEngine.features, 1.0, "dual simplex from scratch, without presolve"),
        (Other.features, 1.0, "a method of its own choice"),
        (replace(Other.features, vertex=False), FROM_WITHIN, "interior point without crossover"),
        (CUT, CUT_SHORT, "a method of its own choice"),
    ],
)
def test_what_a_solver_can_do_decides_how_close_it_must_come(features: Features, close: float, name: str) -> None:
    """And by what name its method goes into the provenance."""
    assert closeness(features) == close
    assert method_name(features, Method.SAFE) == name
