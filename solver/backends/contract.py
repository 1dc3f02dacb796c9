"""The contract of a backend, as a suite that anybody can run on an engine of their own.

Every case is a function that takes what opens an engine for a matrix and raises :class:`ContractBrokenError` where the
engine does not keep the contract. A fault found in one backend becomes a case for all.

With pytest::

    @pytest.mark.parametrize("case", CASES.values(), ids=CASES)
    def test_contract(case):
        case(MyEngine)
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
from scipy import sparse

from ..answer import Answer, Method, PointStatus, Stop
from ..control import Control, Halt
from ..errors import SinglepotError
from ..programme import Floats
from . import Engine

Open: TypeAlias = Callable[[sparse.csc_array], Engine]
"""Opens an engine for a matrix: a class, or a function such as ``partial(engine, "pulp", solver="cbc")``."""

Case: TypeAlias = Callable[[Open], None]

CLOSE = 1e-8
"""Largest error of values and duals, relative to their size, of engines whose answers keep all their digits."""

CUT = 1e-6
"""The same for engines whose digits are cut on the way."""

PROMPT_S = 3.0
"""How long an engine may take to stop when it is told to, seconds of wall time."""

CASES: dict[str, Case] = {}
"""Every case by name."""

OPEN = np.inf


class ContractBrokenError(AssertionError):
    """An engine does not keep the contract."""


def _case(function: Case) -> Case:
    CASES[function.__name__.removeprefix("case_")] = function
    return function


@dataclass(frozen=True, eq=False)
class _Task:
    """A small programme as lists: cost, matrix by rows, bounds."""

    cost: Sequence[float]
    rows: Sequence[Sequence[float]]
    columns: tuple[Sequence[float], Sequence[float]]
    limits: tuple[Sequence[float], Sequence[float]]

    @property
    def matrix(self) -> sparse.csc_array:
        dense = np.asarray(self.rows, dtype=np.float64).reshape(len(self.limits[0]), len(self.cost))
        return sparse.csc_array(dense)

    @property
    def arrays(self) -> tuple[Floats, tuple[Floats, Floats], tuple[Floats, Floats]]:
        lower, upper = (np.asarray(bound, dtype=np.float64) for bound in self.columns)
        least, most = (np.asarray(bound, dtype=np.float64) for bound in self.limits)
        return np.asarray(self.cost, dtype=np.float64), (lower, upper), (least, most)


def _task(
    cost: Sequence[float],
    rows: Sequence[Sequence[float]] = (),
    *,
    at_least: Sequence[float] | None = None,
    at_most: Sequence[float] | None = None,
    lower: Sequence[float] | None = None,
    upper: Sequence[float] | None = None,
) -> _Task:
    """Columns from 0 up and rows without limits, unless said otherwise."""
    return _Task(
        cost,
        rows,
        ([0.0] * len(cost) if lower is None else lower, [OPEN] * len(cost) if upper is None else upper),
        (
            [-OPEN] * len(rows) if at_least is None else at_least,
            [OPEN] * len(rows) if at_most is None else at_most,
        ),
    )


def _require(holds: object, complaint: str) -> None:
    if not holds:
        raise ContractBrokenError(complaint)


def _methods(solver: Engine) -> list[Method]:
    return [Method.INTERIOR, Method.SAFE] if solver.features.methods else [Method.SAFE]


def _solve(solver: Engine, task: _Task, method: Method = Method.SAFE, control: Control | None = None) -> Answer:
    cost, columns, rows = task.arrays
    return solver.solve(cost, columns, rows, method, control or Control())


def _optimal(open_engine: Open, task: _Task, value: float, x: Sequence[float] | None = None) -> None:
    """Every method finds an optimum of this value whose duals prove it."""
    solver = open_engine(task.matrix)
    for method in _methods(solver):
        answer = _solve(solver, task, method)
        _proves(solver, task, answer, value)
        if x is not None:
            worst = float(np.abs(answer.x - np.asarray(x)).max(initial=0.0))
            _require(worst <= _close(solver) * max(1.0, *np.abs(x)), f"{answer.x} instead of {x}")


def _close(solver: Engine) -> float:
    return CLOSE if solver.features.exact else CUT


def _proves(solver: Engine, task: _Task, answer: Answer, value: float) -> None:
    cost, (lower, upper), (least, most) = task.arrays
    close = _close(solver)
    _require(answer.stop is Stop.OPTIMAL, f"stopped with {answer.stop.value} ({answer.detail}) instead of an optimum")
    _require(answer.x.shape == cost.shape, f"{answer.x.shape} values for {len(cost)} columns")
    _require(abs(cost @ answer.x - value) <= close * max(1.0, abs(value)), f"value {cost @ answer.x}, not {value}")
    activity = task.matrix @ answer.x
    size = 1 + abs(task.matrix) @ np.abs(answer.x)
    excess = np.maximum(least - activity, activity - most) / size
    _require(excess.max(initial=0.0) <= close, f"a row is broken by {excess.max(initial=0.0)}")
    outside = np.maximum(lower - answer.x, answer.x - upper) / (1 + np.abs(answer.x))
    _require(outside.max(initial=0.0) <= close, f"a bound is broken by {outside.max(initial=0.0)}")
    if solver.features.duals:
        _require(answer.row_dual.shape == least.shape, f"{answer.row_dual.shape} duals for {len(least)} rows")
        reduced = cost - task.matrix.T @ answer.row_dual
        scale = 1 + np.abs(cost) + abs(task.matrix).T @ np.abs(answer.row_dual)
        bound = _bound(answer.row_dual, least, most, close) + _bound(
            np.where(np.abs(reduced) <= close * scale, 0.0, reduced), lower, upper, close
        )
        _require(abs(bound - value) <= 10 * close * max(1.0, abs(value)), f"the duals prove {bound}, not {value}")


def _bound(dual: Floats, lower: Floats, upper: Floats, close: float) -> float:
    """Σ dual · the limit that its sign names; a dual at an absent limit proves nothing."""
    dual = np.where(np.abs(dual) <= close, 0.0, dual)
    limit = np.where(dual > 0, lower, upper)
    used = dual != 0
    return float(dual[used] @ limit[used])


def _stops(open_engine: Open, task: _Task, stop: Stop) -> None:
    solver = open_engine(task.matrix)
    for method in _methods(solver):
        answer = _solve(solver, task, method)
        _require(answer.stop is stop, f"{method.value}: {answer.stop.value} ({answer.detail}), not {stop.value}")


@_case
def case_optimum(open_engine: Open) -> None:
    """A small optimum, by every method, with duals that prove it."""
    _optimal(open_engine, _task([1, 2], [[1, 1], [1, -1]], at_least=[4, -OPEN], at_most=[OPEN, 2]), 5, [3, 1])


@_case
def case_negative_costs(open_engine: Open) -> None:
    """A maximisation told as a minimisation."""
    _optimal(open_engine, _task([-3, -2], [[1, 1], [1, 3]], at_most=[4, 6]), -12, [4, 0])


@_case
def case_no_objective(open_engine: Open) -> None:
    """Any point will do, and it keeps to the rows."""
    _optimal(open_engine, _task([0, 0], [[1, 2]], at_least=[3]), 0)


@_case
def case_dual_signs(open_engine: Open) -> None:
    """Positive at a lower limit, negative at an upper one, either at an equality; checked by moving the limit."""
    for least, most, cost in ((2, OPEN, 3), (-OPEN, 2, -3), (2, 2, 3), (2, 2, -3), (2, 9, 3), (1, 2, -3)):
        task = _task([cost, 1], [[1, -1]], at_least=[least], at_most=[most], upper=[50, 0])
        solver = open_engine(task.matrix)
        answer = _solve(solver, task)
        _require(answer.stop is Stop.OPTIMAL, f"stopped with {answer.stop.value}")
        if solver.features.duals:
            moved = [limit + 0.5 for limit in (least, most)]
            other = _solve(solver, _task([cost, 1], [[1, -1]], at_least=moved[:1], at_most=moved[1:], upper=[50, 0]))
            change = (np.asarray([cost, 1]) @ (other.x - answer.x)) / 0.5
            _require(abs(answer.row_dual[0] - change) <= _close(solver), f"dual {answer.row_dual[0]}, not {change}")


@_case
def case_degenerate_ties(open_engine: Open) -> None:
    """Many optima and many duals: any of them, but one that is proved."""
    rows = [[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 1, 1, 1]]
    task = _task([1, 1, 1, 1], rows, at_least=[2, 1, 1, 1, 1, 2], upper=[1] * 4)
    _optimal(open_engine, task, 2)


@_case
def case_infeasible_rows(open_engine: Open) -> None:
    """Two rows that exclude each other."""
    _stops(open_engine, _task([1, 1], [[1, 1], [1, 1]], at_least=[3, -OPEN], at_most=[OPEN, 2]), Stop.INFEASIBLE)


@_case
def case_infeasible_bounds(open_engine: Open) -> None:
    """Bounds and rows that cross, a row without entries that cannot hold."""
    _stops(open_engine, _task([1, 1], [[1, 1]], at_most=[9], lower=[2, 0], upper=[1, 5]), Stop.INFEASIBLE)
    _stops(open_engine, _task([1, 1], [[1, 1]], at_least=[3], at_most=[2]), Stop.INFEASIBLE)
    _stops(open_engine, _task([1, 1], [[1, 1], [0, 0]], at_least=[1, 1]), Stop.INFEASIBLE)


@_case
def case_bounds_that_cross_by_rounding(open_engine: Open) -> None:
    """Bounds and rows whose lowest value is above the highest by rounding alone have one value."""
    above = 0.1 + 0.2 - 0.3
    rows = {"at_least": [0.1 + 0.2, above], "at_most": [0.3, 0.0]}
    _optimal(open_engine, _task([1, 1], [[1, 1], [1, -1]], **rows), 0.3, [0.15, 0.15])
    columns = {"lower": [above, 0.1 + 0.2], "upper": [0.0, 0.3]}
    _optimal(open_engine, _task([-1, -1], [[1, 1]], at_most=[9], **columns), -0.3, [0, 0.3])
    _optimal(open_engine, _task([1], [[1], [0]], at_least=[1, above], at_most=[OPEN, above]), 1, [1])


@_case
def case_unbounded(open_engine: Open) -> None:
    """No best point, through rows and without any."""
    _stops(open_engine, _task([-1, 0], [[1, -1]], at_most=[2]), Stop.UNBOUNDED)
    _stops(open_engine, _task([1, -1], [[1, 0]], at_least=[1]), Stop.UNBOUNDED)


@_case
def case_infeasible_and_unbounded(open_engine: Open) -> None:
    """What has no point at all is infeasible, whatever its objective."""
    task = _task([-1, 0, 0], [[1, -1, 0], [0, 0, 1], [0, 0, 1]], at_least=[-OPEN, 3, -OPEN], at_most=[2, OPEN, 2])
    _stops(open_engine, task, Stop.INFEASIBLE)


@_case
def case_empty_rows_and_columns(open_engine: Open) -> None:
    """Rows and columns that touch nothing keep their places, and columns go to their cheapest bound."""
    task = _task(
        [1, 2, -1, 0],
        [[1, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]],
        at_least=[3, -1, -OPEN],
        at_most=[OPEN, 1, 9],
        lower=[0, 4, 0, 2],
        upper=[OPEN, 9, 6, 5],
    )
    _optimal(open_engine, task, 3 + 8 - 6, [3, 4, 6, 2])


@_case
def case_nothing_but_columns(open_engine: Open) -> None:
    """No row at all, and no entry at all."""
    _optimal(open_engine, _task([1, -1], lower=[2, 0], upper=[OPEN, 3]), -1, [2, 3])
    _optimal(open_engine, _task([1, -1], [[0, 0]], lower=[2, 0], upper=[OPEN, 3]), -1, [2, 3])


@_case
def case_free_and_fixed_columns(open_engine: Open) -> None:
    """Columns without bounds, with one value only, and below zero."""
    task = _task([1, 1, 1], [[1, 1, 0], [1, -1, 1]], at_least=[-4, -9], lower=[-OPEN, 1.5, -7], upper=[OPEN, 1.5, -2])
    _optimal(open_engine, task, -6.0)


@_case
def case_equalities(open_engine: Open) -> None:
    """Equality rows, one of them said twice."""
    rows = [[1, 1, 0], [0, 1, 1], [1, 2, 1]]
    _optimal(open_engine, _task([1, 3, 1], rows, at_least=[2, 3, 5], at_most=[2, 3, 5]), 5, [2, 0, 3])


@_case
def case_ranges(open_engine: Open) -> None:
    """A row with two limits holds at either."""
    _optimal(open_engine, _task([1, 1], [[1, 2]], at_least=[2], at_most=[6]), 1, [0, 1])
    _optimal(open_engine, _task([-1, -1], [[1, 2]], at_least=[2], at_most=[6]), -6, [6, 0])


@_case
def case_sizes(open_engine: Open) -> None:
    """Coefficients and limits that differ by nine orders."""
    task = _task([1e-3, 2e3], [[1e-4, 1e2], [1e5, 1e-1]], at_least=[1, 10], upper=[1e6, 1e6])
    _optimal(open_engine, task, 10.0, [1e4, 0])


@_case
def case_huge_bounds(open_engine: Open) -> None:
    """Bounds of 1e20 and more count as absent."""
    _optimal(
        open_engine, _task([1, -1], [[1, -1]], at_least=[-5], at_most=[1e25], upper=[1e20, 1e30], lower=[-1e20, 0]), -5
    )


@_case
def case_small_entry(open_engine: Open) -> None:
    """An entry of 1e-10 is not dropped, or the engine says that it has no answer."""
    task = _task([-1], [[1e-10]], at_most=[1], upper=[1e12])
    solver = open_engine(task.matrix)
    answer = _solve(solver, task)
    if answer.stop is not Stop.FAILED:
        _proves(solver, task, answer, -1e10)


def _damaged(slot: str, value: float) -> _Task:
    lists: dict[str, list[float]] = {"cost": [1, 1], "entry": [1, 1]}
    lists |= {"lower": [0, 0], "upper": [9, 9], "at_least": [1], "at_most": [5]}
    lists[slot][0] = value
    entry = lists.pop("entry")
    cost = lists.pop("cost")
    return _task(cost, [entry], **lists)


@_case
def case_not_a_number(open_engine: Open) -> None:
    """NaN in any slot, and infinity where it makes no sense, is refused and never answered."""
    for slot in ("cost", "entry", "lower", "upper", "at_least", "at_most"):
        _refuses(open_engine, slot, np.nan)
    for slot, value in (("cost", OPEN), ("entry", OPEN), ("lower", OPEN), ("upper", -OPEN), ("at_least", OPEN)):
        _refuses(open_engine, slot, value)


def _refuses(open_engine: Open, slot: str, value: float) -> None:
    task = _damaged(slot, value)
    try:
        answer = _solve(open_engine(task.matrix), task)
    except (SinglepotError, ValueError):
        return
    raise ContractBrokenError(f"{value} in {slot} was answered with {answer.stop.value}")


@_case
def case_changed_programme(open_engine: Open) -> None:
    """One engine, one matrix, other costs and bounds each time: nothing of an earlier answer is left."""
    rows = [[1.0, 1.0], [1.0, -1.0]]
    solver = open_engine(_task([0, 0], rows).matrix)
    for low, cost, value in ((4.0, [1, 2], 4.0), (6.0, [2, 1], 6.0), (4.0, [1, 2], 4.0), (1.0, [0, 1], 0.0)):
        task = _task(cost, rows, at_least=[low, -OPEN])
        for method in _methods(solver):
            _proves(solver, task, _solve(solver, task, method), value)
    blocked = _task([1, 1], rows, at_least=[4, -OPEN], upper=[1, 1])
    _require(_solve(solver, blocked).stop is Stop.INFEASIBLE, "bounds that leave no room were not seen")
    task = _task([1, 2], rows, at_least=[4, -OPEN])
    _proves(solver, task, _solve(solver, task), 4.0)


@_case
def case_warm_start(open_engine: Open) -> None:
    """Where an engine can go on from its last basis, it comes to the same optimum."""
    rows = [[1.0, 1.0], [1.0, 3.0]]
    task, other = _task([-3, -2], rows, at_most=[4, 6]), _task([-1, -4], rows, at_most=[4, 6])
    solver = open_engine(task.matrix)
    if not solver.features.warm_start:
        return
    _proves(solver, task, _solve(solver, task), -12)
    _proves(solver, other, _solve(solver, other, Method.WARM), -8)


@_case
def case_same_twice(open_engine: Open) -> None:
    """The same question has the same answer, to the last digit."""
    task = _transport(12)
    first, second = (_solve(open_engine(task.matrix), task) for _ in range(2))
    _require(np.array_equal(first.x, second.x), "two runs gave different values")
    _require(np.array_equal(first.row_dual, second.row_dual), "two runs gave different duals")


@_case
def case_statuses(open_engine: Open) -> None:
    """An answer without an optimum claims no optimal point."""
    task = _task([1], [[1], [1]], at_least=[3, -OPEN], at_most=[OPEN, 2])
    answer = _solve(open_engine(task.matrix), task)
    _require(answer.primal is not PointStatus.FEASIBLE, "a point of nothing is called feasible")


@_case
def case_silence(open_engine: Open) -> None:
    """Nothing is printed to standard output, which belongs to the program that embeds us."""
    task = _task([1, 2], [[1, 1]], at_least=[4])
    with tempfile.TemporaryFile() as file:
        kept = os.dup(1)
        os.dup2(file.fileno(), 1)
        try:
            _solve(open_engine(task.matrix), task)
        finally:
            os.dup2(kept, 1)
            os.close(kept)
        file.seek(0)
        printed = file.read()
    _require(not printed, f"printed {printed[:80]!r}")


@_case
def case_two_at_once(open_engine: Open) -> None:
    """Two runs at once in one folder, each with its own answer."""
    answers: dict[int, Answer] = {}
    solvers: dict[int, Engine] = {}

    def run(size: int) -> None:
        task = _transport(size)
        solvers[size] = open_engine(task.matrix)
        answers[size] = _solve(solvers[size], task)

    threads = [threading.Thread(target=partial(run, size)) for size in (7, 11)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for size in (7, 11):
        _require(size in answers, "a run did not end")
        _proves(solvers[size], _transport(size), answers[size], _transport_cost(size))


@_case
def case_ten_thousand_columns(open_engine: Open) -> None:
    """10⁴ columns."""
    task = _transport(100)
    solver = open_engine(task.matrix)
    _proves(solver, task, _solve(solver, task, Method.INTERIOR), _transport_cost(100))


@_case
def case_time_limit(open_engine: Open) -> None:
    """A limit that has passed, or passes on the way, ends the run; an engine may give up before, but claims nothing."""
    task = _hard()
    solver = open_engine(task.matrix)
    for limit_s in (0.0, 0.3):
        start = time.monotonic()
        try:
            answer = _solve(solver, task, Method.SAFE, Control(limit_s))
        except Halt as halt:
            _require(halt.by_limit, "a time limit was taken for a wish to stop")
        else:
            gave_up = answer.stop is Stop.FAILED and time.monotonic() - start < limit_s
            ended = gave_up or answer.stop in (Stop.LIMIT, Stop.OPTIMAL)
            _require(ended, f"ended with {answer.stop.value} ({answer.detail})")
        late = time.monotonic() - start - limit_s
        _require(late <= PROMPT_S, f"{late:.1f} s late")
    small = _task([1, 2], [[1, 1]], at_least=[4])
    _optimal(open_engine, small, 4)


@_case
def case_interrupt(open_engine: Open) -> None:
    """A run that the caller stops ends soon, and the next one is right."""
    task = _hard()
    solver = open_engine(task.matrix)
    begun = time.monotonic()
    asked: list[float] = []

    def stop(_: object) -> bool:
        if time.monotonic() - begun > 0.4:
            asked.append(time.monotonic())
            return False
        return True

    try:
        _solve(solver, task, Method.SAFE, Control(progress=stop))
    except Halt as halt:
        _require(not halt.by_limit, "a wish to stop was taken for a time limit")
        _require(time.monotonic() - asked[0] <= PROMPT_S, "too slow to stop")
    _optimal(open_engine, _task([1, 2], [[1, 1]], at_least=[4]), 4)


def _transport(size: int) -> _Task:
    """Carry i+1 units from each of ``size`` points to each point at a cost of the distance: size² columns."""
    position = np.arange(size)
    cost = np.abs(position[:, None] - position[None, :]).ravel()
    leaving = np.repeat(np.eye(size), size, axis=1)
    arriving = np.tile(np.eye(size), size)
    rows = np.vstack([leaving, arriving])
    amount = np.concatenate([position + 1.0, position[::-1] + 1.0])
    limits = (amount, amount)
    return _Task(cost.astype(np.float64), rows, (np.zeros(size**2), np.full(size**2, OPEN)), limits)  # type: ignore[arg-type]


def _transport_cost(size: int) -> float:
    """Its optimum: on a line, what must pass each gap."""
    position = np.arange(size)
    surplus = np.cumsum((position + 1.0) - (position[::-1] + 1.0))
    return float(np.abs(surplus).sum())


def _hard() -> _Task:
    """A dense programme that keeps a solver busy for seconds."""
    generator = np.random.default_rng(0)
    rows, columns = 900, 900
    matrix = generator.uniform(0.1, 1.0, (rows, columns))
    return _Task(
        -generator.uniform(0.5, 1.5, columns),  # type: ignore[arg-type]
        matrix,  # type: ignore[arg-type]
        (np.zeros(columns), np.full(columns, OPEN)),  # type: ignore[arg-type]
        (np.full(rows, -OPEN), matrix.sum(axis=1)),  # type: ignore[arg-type]
    )
