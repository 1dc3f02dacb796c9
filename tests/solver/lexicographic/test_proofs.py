"""Which answer a stage takes: the first that its duals prove, with duals that tell a face."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from singlepot.solver import (
    Control,
    LinearProgramme,
    Method,
    ProgrammeBuilder,
    SolverFailedError,
    Stage,
    Stop,
    minimise_in_turn,
)
from singlepot.solver.answer import Answer, Features
from singlepot.solver.backends.highs import HighsEngine
from singlepot.solver.lexicographic import choice_of_method
from singlepot.solver.lexicographic.stage import EVERY_CURE, StageResult, Technique
from singlepot.solver.lexicographic.stages import TIGHTER

from .test_stages import LEAST_A, MOST_B, triangle

Change = Callable[[Answer], Answer]

PLAIN = replace(HighsEngine.features, methods=False, basis=False, warm_start=False)
"""Features of a solver that chooses its method for itself and cannot go on from where it is."""


class Scripted(HighsEngine):
    """HiGHS with its answers changed, the first by the first change and so on; the rest are left as they are."""

    name = "scripted"

    def __init__(self, matrix: sparse.csc_array, features: Features, *changes: Change) -> None:
        super().__init__(matrix)
        self.features = features
        self.changes = list(changes)
        self.asked: list[tuple[Method, float]] = []

    def solve(self, cost: Any, columns: Any, rows: Any, method: Method, control: Control) -> Answer:
        self.asked.append((method, float(np.abs(cost).max())))
        answer = replace(super().solve(cost, columns, rows, method, control), detail="done")
        return self.changes.pop(0)(answer) if self.changes else answer


def failed(answer: Answer) -> Answer:
    return replace(answer, stop=Stop.FAILED, detail="no idea", x=np.zeros(0), row_dual=np.zeros(0))


def without_duals(answer: Answer) -> Answer:
    return replace(answer, row_dual=np.zeros(0))


def at(a: float, b: float) -> Change:
    """With another point; the columns are in eighths."""
    return lambda answer: replace(answer, x=np.asarray([a / 8.0, b / 8.0]))


def run(features: Features, *changes: Change, stages: tuple[Stage, ...] = (LEAST_A,)) -> tuple[StageResult, Scripted]:
    """The first stage of a run by a scripted solver, and the solver."""
    opened: list[Scripted] = []

    def backend(matrix: sparse.csc_array) -> Scripted:
        opened.append(Scripted(matrix, features, *changes))
        return opened[0]

    return minimise_in_turn(triangle(), stages, Control(), backend=backend).results[0], opened[0]


@pytest.mark.parametrize(
    ("change", "claim"),
    [
        (failed, "no idea"),
        (without_duals, "done, 1.5 without duals"),
        (at(2.0, 0.0), "done, 2.5 with a gap of 4e-01"),
        (at(0.0, 0.0), "done, 0.5 with a gap of 7e-01"),
    ],
)
def test_an_answer_without_proof_is_a_claim_and_the_reference_solves_again(change: Change, claim: str) -> None:
    """The claim has the constant of the stage, like every value that people see."""
    result, solver = run(PLAIN, change, stages=(replace(LEAST_A, constant=0.5),))
    assert result.value == pytest.approx(1.5, abs=1e-12)
    assert result.note == f"scripted: {claim}; solved again by highs"
    assert result.method == Method.INTERIOR.value
    assert len(solver.asked) == 1


def test_every_method_of_a_solver_is_tried_before_the_reference() -> None:
    """A solver that fails has no basis to go on from."""
    result, solver = run(HighsEngine.features, failed, failed)
    tried = [Method.INTERIOR, Method.SAFE]
    assert [method for method, _ in solver.asked] == tried
    claims = [f"scripted, {method.value}: no idea" for method in tried]
    assert result.note == f"{'; '.join(claims)}; solved again by highs"


def test_a_stage_that_no_method_proves_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    solve = HighsEngine.solve
    monkeypatch.setattr(HighsEngine, "solve", lambda *asked: failed(solve(*asked)))
    with pytest.raises(SolverFailedError, match=r"no method proved stage least a \(highs, dual simplex.*: no idea\)"):
        minimise_in_turn(triangle(), [LEAST_A], Control())


def test_an_optimum_short_of_its_proof_is_looked_for_again_with_a_larger_objective() -> None:
    """By the same solver from where it is: no claim, and no note."""
    result, solver = run(HighsEngine.features, at(2.0, 0.0))
    (first, size), (second, larger) = solver.asked
    assert (first, second) == (Method.INTERIOR, Method.WARM)
    assert larger == TIGHTER * size
    assert (result.value, result.method, result.note) == (1.0, Method.INTERIOR.value, "")


def test_where_the_larger_objective_proves_nothing_either_the_first_answer_is_the_claim() -> None:
    result, solver = run(HighsEngine.features, at(2.0, 0.0), without_duals, failed)
    assert [method for method, _ in solver.asked] == [Method.INTERIOR, Method.WARM, Method.SAFE]
    first, second = (f"scripted, {method.value}: " for method in (Method.INTERIOR, Method.SAFE))
    assert result.note == f"{first}done, 2 with a gap of 5e-01; {second}no idea; solved again by highs"


@pytest.mark.parametrize(
    ("features", "gap"),
    [(PLAIN, 1e-9), (replace(PLAIN, vertex=False), 1e-10), (replace(PLAIN, exact=False), 1e-12)],
)
@pytest.mark.parametrize(("part", "proved"), [(0.5, True), (2.0, False)])
def test_duals_prove_an_optimum_up_to_a_gap(features: Features, gap: float, part: float, proved: bool) -> None:
    """Closer for answers from within the face, and for those whose digits were cut."""
    result, _ = run(features, at(1.0 + part * gap, 0.0))
    assert (result.note == "") is proved


@pytest.mark.parametrize(
    ("change", "proved"),
    [
        (at(1.0, 7.0), True),
        (at(1.0, 7.0 + 1e-7), True),
        (at(1.0, 7.0 + 2e-7), False),
        (at(1.0, -7e-8), True),
        (at(1.0, -9e-8), False),
        (at(1.0, 9.0), False),
    ],
)
def test_a_point_keeps_to_its_rows_and_bounds_up_to_rounding(change: Change, proved: bool) -> None:
    """By 1e-8 of an eighth, beside one more than the terms of a row or the column's value; the value is right."""
    result, _ = run(PLAIN, change)
    assert (result.note == "") is proved


@pytest.mark.parametrize(("b", "proved"), [(-7e-9, True), (-9e-9, False)])
def test_a_point_from_within_the_face_keeps_to_its_bounds_ten_times_as_closely(b: float, proved: bool) -> None:
    result, _ = run(replace(PLAIN, vertex=False), at(1.0, b))
    assert (result.note == "") is proved


WILD = 2.0**60
"""A dual whose rounding is larger than every cost of the programme."""


def equal_columns() -> LinearProgramme:
    """Two rows say that a is b; their duals cancel, so that they prove the least a, however large they are."""
    build = ProgrammeBuilder()
    x = build.columns("x", {"name": ["a", "b"]}, lower=np.ones(2), upper=np.full(2, 10.0))
    r = build.rows("equal", {"side": ["+", "-"]}, lower=np.asarray([-np.inf, 0.0]), upper=np.asarray([0.0, np.inf]))
    build.add(np.repeat(r, 2), np.tile(x, 2), np.asarray([1.0, -1.0, 1.0, -1.0]))
    return build.build()


def equal_columns_by_wild_duals(
    monkeypatch: pytest.MonkeyPatch, wild_answers: list[float], technique: Technique
) -> StageResult:
    """Least a where some answers have wild duals.

    The programme counts as a large one, which the interior point solves first.
    """
    monkeypatch.setattr(choice_of_method, "SMALL", 0)
    solve, left = HighsEngine.solve, iter(wild_answers)

    def wildly(*asked: Any) -> Answer:
        answer, factor = solve(*asked), next(left, 0.0)
        return replace(answer, row_dual=np.asarray([-WILD, WILD]) * factor) if factor else answer

    monkeypatch.setattr(HighsEngine, "solve", wildly)
    return minimise_in_turn(equal_columns(), [LEAST_A], Control(), technique=technique).results[0]


THREE = replace(EVERY_CURE, safe=True)
"""Three attempts: simplex from scratch, interior point, and simplex again."""


@pytest.mark.parametrize(
    ("wild_answers", "technique", "method", "largest"),
    [
        ([], EVERY_CURE, Method.INTERIOR, 1.0),
        ([1], EVERY_CURE, Method.SAFE, 1.0),
        ([1, 2], EVERY_CURE, Method.INTERIOR, np.inf),
        ([1, 2], THREE, Method.SAFE, 1.0),
        ([1, 1 + 1e-5], THREE, Method.SAFE, 1.0),
        ([1, 1 + 1e-7], THREE, Method.SAFE, np.inf),
        ([1, 2, 3], THREE, Method.SAFE, np.inf),
    ],
)
def test_wild_duals_are_taken_where_two_methods_agree_or_none_has_others(
    wild_answers: list[float], technique: Technique, method: Method, largest: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are a proof, so the first of them stands, without a note."""
    result = equal_columns_by_wild_duals(monkeypatch, wild_answers, technique)
    assert (result.value, result.bound, result.method, result.note) == (1.0, 1.0, method.value, "")
    duals = np.abs(result.row_dual)
    assert (duals <= largest).all()
    assert (duals > 1e9).all() == np.isinf(largest)


def test_wild_duals_are_no_claim_where_the_reference_finds_others() -> None:
    """Its duals are taken; what was proved before is not said to have failed."""

    def wildly(answer: Answer) -> Answer:
        return replace(answer, row_dual=np.asarray([-WILD, WILD]))

    result = minimise_in_turn(
        equal_columns(), [LEAST_A], Control(), backend=lambda matrix: Scripted(matrix, PLAIN, wildly)
    ).results[0]
    assert (result.value, result.note) == (1.0, "")
    assert (np.abs(result.row_dual) <= 1.0).all()


SLIGHT = replace(LEAST_A, cost=np.asarray([1.0, 1e-12]))
"""The least a, and hardly at all the least b: too little for a solver's tolerance, and not rounding."""


@pytest.mark.parametrize(
    ("features", "changes", "asked", "most_b"),
    [
        (HighsEngine.features, [], [Method.INTERIOR, Method.WARM], 0.0),
        (HighsEngine.features, [failed], [Method.INTERIOR, Method.WARM, Method.INTERIOR], 0.0),
        (HighsEngine.features, [at(2.0, 0.0)], [Method.INTERIOR, Method.WARM, Method.INTERIOR], 0.0),
        (HighsEngine.features, [failed, failed], [Method.INTERIOR, Method.WARM, Method.INTERIOR], 7.0),
        (replace(HighsEngine.features, warm_start=False), [], [Method.INTERIOR], 7.0),
        (replace(HighsEngine.features, warm_start=False, vertex=False), [], [Method.INTERIOR], 0.0),
    ],
)
def test_slight_duals_hold_their_columns_where_they_are_told_from_rounding(
    features: Features, changes: list[Change], asked: list[Method], most_b: float
) -> None:
    """By a larger objective, or at once where they come from within the face; b stays at 0, or is free again."""
    opened: list[Scripted] = []

    def backend(matrix: sparse.csc_array) -> Scripted:
        opened.append(Scripted(matrix, features, lambda answer: answer, *changes))
        return opened[0]

    results = minimise_in_turn(triangle(), [SLIGHT, MOST_B], Control(), backend=backend).results
    again = features.warm_start and most_b == 0.0
    assert results[0].method.endswith(", again more tightly") is again
    assert [method for method, _ in opened[0].asked][: len(asked)] == asked
    sizes = [size for _, size in opened[0].asked][: len(asked)]
    assert sizes == [sizes[0], *[TIGHTER * sizes[0]] * (len(asked) - 1)]
    assert -results[1].value == pytest.approx(most_b, abs=1e-9)


@pytest.mark.parametrize("values_only", [False, True])
def test_where_only_values_are_wanted_the_last_stage_leaves_no_face(values_only: bool) -> None:
    """Nor clearer duals to tell it by; an earlier stage does."""
    staged = minimise_in_turn(triangle(), [SLIGHT], Control(), values_only=values_only)
    assert staged.results[0].value == 1.0
    assert staged.results[0].method.endswith(", again more tightly") is not values_only
    assert staged.face.frozen.any() == (not values_only)
    first, last = minimise_in_turn(triangle(), [SLIGHT, MOST_B], Control(), values_only=values_only).results
    assert first.method.endswith(", again more tightly")
    assert last.value == pytest.approx(0.0, abs=1e-12)
