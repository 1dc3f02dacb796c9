"""Stages on programmes small enough to solve by hand."""

from __future__ import annotations

import dataclasses
import importlib
import pickle
import pkgutil
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from singlepot.solver import (
    Control,
    LinearProgramme,
    Method,
    ProgrammeBuilder,
    Progress,
    Stage,
    Technique,
    lexicographic,
    minimise_in_turn,
)
from singlepot.solver.answer import Answer
from singlepot.solver.backends.highs import HighsEngine
from singlepot.solver.exploration.explorer import Explorer
from singlepot.solver.lexicographic.choice_of_method import ChoiceOfMethod
from singlepot.solver.lexicographic.stages import find_start, with_stage_rows


def triangle() -> LinearProgramme:
    """Two columns, a from 1 to 10 and b from 0 to 10, whose sum is at most 8."""
    build = ProgrammeBuilder()
    x = build.columns("x", {"name": ["a", "b"]}, lower=np.asarray([1.0, 0.0]), upper=np.full(2, 10.0))
    build.add(build.rows("sum", {}, lower=np.full(1, -np.inf), upper=np.full(1, 8.0)), x, 1.0)
    return build.build()


def stage(name: str, a: float, b: float, **of: Any) -> Stage:
    return Stage(name, "", np.asarray([a, b]), **of)


LEAST_A, MOST_B, NOTHING = stage("least a", 1.0, 0.0), stage("most b", 0.0, -1.0), stage("nothing", 0.0, 0.0)


def values(*stages: Stage, **options: Any) -> list[float]:
    results = minimise_in_turn(triangle(), stages, Control(), **options).results
    return [result.value for result in results]


@pytest.mark.parametrize("technique", [Technique(), Technique(safe=True), Technique(hold_by_face=False)])
def test_every_technique_finds_the_optima(technique: Technique) -> None:
    """With a at 1, b is at most 7; the simplex method comes first only where it was asked for."""
    staged = minimise_in_turn(triangle(), [LEAST_A, MOST_B], Control(), technique=technique)
    assert [result.value for result in staged.results] == pytest.approx([1.0, -7.0], abs=1e-9)
    assert (staged.results[0].method == Method.SAFE.value) is technique.safe


@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_progress_is_the_share_of_stages_that_are_done(count: int) -> None:
    """The sharing step that follows is one of them."""
    events: list[Progress] = []
    names = [f"stage {position}" for position in range(count)]
    control = Control(progress=events.append)
    minimise_in_turn(triangle(), [dataclasses.replace(LEAST_A, name=name) for name in names], control)
    begun = {event.stage: event.fraction for event in events}
    assert begun == {name: position / (count + 1) for position, name in enumerate([*names, "sharing"])}


def test_later_stages_may_use_what_a_stage_gives() -> None:
    """Half of what is given to a takes half from b; nothing more may be taken in turn."""
    giving = stage("least a and b", 1.0, 1.0, give=0.5)
    assert values(giving, MOST_B, LEAST_A) == pytest.approx([1.0, -0.5, 1.0], abs=1e-9)
    assert values(dataclasses.replace(giving, give=0.0), MOST_B) == pytest.approx([1.0, 0.0], abs=1e-9)


def test_what_a_stage_gives_is_counted_from_its_value_with_its_constant() -> None:
    """The least a and b is 1, and 6 with the constant; up to 6.25 may be used, so that b gets a quarter."""
    giving = stage("least a and b", 1.0, 1.0, give=0.5, limit=6.25, constant=5.0)
    assert values(giving, MOST_B) == pytest.approx([6.0, -0.25], abs=1e-9)


def test_a_limit_that_an_optimum_just_meets_holds() -> None:
    assert stage("least a", 1.0, 0.0, give=0.5, limit=1.0).held_at(1.0) == 1.0


def test_stages_follow_one_another_where_nothing_may_move() -> None:
    build = ProgrammeBuilder()
    build.columns("x", {"name": ["a", "b"]}, lower=np.ones(2), upper=np.ones(2))
    results = minimise_in_turn(build.build(), [LEAST_A, MOST_B], Control()).results
    assert [result.value for result in results] == [1.0, -1.0]


def test_stages_that_give_are_held_by_a_row_and_no_others() -> None:
    """All that have an objective are, to show why the others are not."""
    giving = dataclasses.replace(MOST_B, give=2.0)
    stages = [dataclasses.replace(NOTHING, give=1.0), LEAST_A, giving]
    extended, held = with_stage_rows(triangle(), stages, Technique())
    assert held == {2: 1}
    assert [extended.row_label(row) for row in range(extended.shape[0])] == ["sum", "held[most b]"]
    assert extended.matrix.toarray()[1].tolist() == [0.0, -1.0]
    assert with_stage_rows(triangle(), stages, Technique(hold_by_face=False))[1] == {1: 1, 2: 2}
    unchanged = triangle()
    assert with_stage_rows(unchanged, [NOTHING, LEAST_A], Technique()) == (unchanged, {})


def test_a_stage_after_one_that_binds_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The least b is nothing, the least a is one."""
    attempts, told = ChoiceOfMethod.attempts, []

    def note(self: ChoiceOfMethod, freedom: float | None, last: Any, *, bound: bool) -> Iterator[Any]:
        told.append(bound)
        return attempts(self, freedom, last, bound=bound)

    monkeypatch.setattr(ChoiceOfMethod, "attempts", note)
    values(stage("least b", 0.0, 1.0), LEAST_A, LEAST_A)
    assert told == [False, False, True]


@pytest.mark.parametrize("hold_by_face", [True, False])
def test_what_an_earlier_stage_fixed_moves_by_exactly_nothing(
    hold_by_face: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stages are asked for in displacements from the last point; where rows hold them, a may still move."""
    asked: list[tuple[float, float]] = []
    solve = HighsEngine.solve

    def record(self: HighsEngine, cost: Any, columns: Any, *others: Any) -> Answer:
        asked.append((float(columns[0][0]), float(columns[1][0])))
        return solve(self, cost, columns, *others)

    monkeypatch.setattr(HighsEngine, "solve", record)
    values(LEAST_A, MOST_B, technique=Technique(hold_by_face=hold_by_face))
    scale_of_a = 8.0
    bounds = 1.0 / scale_of_a, 10.0 / scale_of_a
    assert asked == [bounds, (0.0, 0.0) if hold_by_face else bounds]


def test_objectives_over_a_polyhedron_are_stages_too() -> None:
    explorer = Explorer(triangle(), [LEAST_A])
    assert explorer.best(MOST_B).values == pytest.approx([-7.0], abs=1e-9)
    assert explorer.best(stage("least b", 0.0, 1.0), MOST_B).values == pytest.approx([0.0, 0.0], abs=1e-9)


def test_values_are_frozen() -> None:
    """All that a run passes on, in every file of the folder."""
    modules = [
        importlib.import_module(f"{lexicographic.__name__}.{m.name}")
        for m in pkgutil.iter_modules(lexicographic.__path__)
    ]
    kinds = {kind for module in modules for kind in vars(module).values() if dataclasses.is_dataclass(kind)}
    made = [
        object.__new__(kind)
        for kind in kinds
        if isinstance(kind, type) and kind.__module__.startswith(lexicographic.__name__)
    ]
    assert len(made) >= 6
    for value in made:
        with pytest.raises(dataclasses.FrozenInstanceError):
            value.anything = None


def test_a_start_is_found_by_the_first_stage_that_has_an_objective_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is where a run of all stages has one, and there is none without an objective."""
    solved, solve = [], HighsEngine.solve

    def counted(engine: HighsEngine, *arguments: Any) -> Answer:
        solved.append(engine)
        return solve(engine, *arguments)

    monkeypatch.setattr(HighsEngine, "solve", counted)
    assert find_start(triangle(), [NOTHING], Control()) is None
    assert not solved
    start = find_start(triangle(), [NOTHING, LEAST_A, MOST_B], Control())
    assert len(solved) == 1
    assert start is not None
    whole = minimise_in_turn(triangle(), [NOTHING, LEAST_A, MOST_B], Control()).start
    assert whole is not None
    assert pickle.dumps(start) == pickle.dumps(whole)
