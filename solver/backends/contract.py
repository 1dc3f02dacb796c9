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
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np

from ..answer import Answer, Method, PointStatus, Stop
from ..control import Control, Halt
from ..errors import SinglepotError
from . import Engine
from .contract_afiro import LEAST, afiro
from .contract_programmes import (
    OPEN,
    ContractBrokenError,
    Open,
    closeness,
    damaged,
    long_running,
    methods_of,
    require,
    require_optimum,
    require_proof,
    require_stop,
    solve,
    state,
    transport,
    transport_cost,
)

Case: TypeAlias = Callable[[Open], None]


PROMPT_S = 3.0
"""How long an engine may take to stop when it is told to, seconds of wall time."""

CASES: dict[str, Case] = {}
"""Every case by name."""

NEEDS_VERDICT = {"infeasible_rows", "unbounded", "infeasible_and_unbounded", "changed_programme"}
"""Cases with a programme that has no optimum: our interior point ends without a verdict there, and HiGHS is asked."""


def _case(function: Case) -> Case:
    CASES[function.__name__.removeprefix("case_")] = function
    return function


@_case
def case_optimum(open_engine: Open) -> None:
    """A small optimum, by every method, with duals that prove it."""
    require_optimum(open_engine, state([1, 2], [[1, 1], [1, -1]], at_least=[4, -OPEN], at_most=[OPEN, 2]), 5, [3, 1])


@_case
def case_negative_costs(open_engine: Open) -> None:
    """A maximisation told as a minimisation."""
    require_optimum(open_engine, state([-3, -2], [[1, 1], [1, 3]], at_most=[4, 6]), -12, [4, 0])


@_case
def case_afiro(open_engine: Open) -> None:
    """AFIRO of NETLIB has its published optimum."""
    require_optimum(open_engine, afiro(), LEAST)


@_case
def case_no_objective(open_engine: Open) -> None:
    """Any point will do, and it keeps to the rows."""
    require_optimum(open_engine, state([0, 0], [[1, 2]], at_least=[3]), 0)


@_case
def case_dual_signs(open_engine: Open) -> None:
    """Positive at a lower limit, negative at an upper one, either at an equality; checked by moving the limit."""
    for least, most, cost in ((2, OPEN, 3), (-OPEN, 2, -3), (2, 2, 3), (2, 2, -3), (2, 9, 3), (1, 2, -3)):
        task = state([cost, 1], [[1, -1]], at_least=[least], at_most=[most], upper=[50, 0])
        solver = open_engine(task.matrix)
        answer = solve(solver, task)
        require(answer.stop is Stop.OPTIMAL, f"stopped with {answer.stop.value}")
        if solver.features.duals:
            moved = [limit + 0.5 for limit in (least, most)]
            other = solve(solver, state([cost, 1], [[1, -1]], at_least=moved[:1], at_most=moved[1:], upper=[50, 0]))
            change = (np.asarray([cost, 1]) @ (other.x - answer.x)) / 0.5
            require(abs(answer.row_dual[0] - change) <= closeness(solver), f"dual {answer.row_dual[0]}, not {change}")


@_case
def case_degenerate_ties(open_engine: Open) -> None:
    """Many optima and many duals: any of them, but one that is proved."""
    rows = [[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 1, 1, 1]]
    task = state([1, 1, 1, 1], rows, at_least=[2, 1, 1, 1, 1, 2], upper=[1] * 4)
    require_optimum(open_engine, task, 2)


@_case
def case_infeasible_rows(open_engine: Open) -> None:
    """Two rows that exclude each other."""
    require_stop(open_engine, state([1, 1], [[1, 1], [1, 1]], at_least=[3, -OPEN], at_most=[OPEN, 2]), Stop.INFEASIBLE)


@_case
def case_infeasible_bounds(open_engine: Open) -> None:
    """Bounds and rows that cross, a row without entries that cannot hold."""
    require_stop(open_engine, state([1, 1], [[1, 1]], at_most=[9], lower=[2, 0], upper=[1, 5]), Stop.INFEASIBLE)
    require_stop(open_engine, state([1, 1], [[1, 1]], at_least=[3], at_most=[2]), Stop.INFEASIBLE)
    require_stop(open_engine, state([1, 1], [[1, 1], [0, 0]], at_least=[1, 1]), Stop.INFEASIBLE)


@_case
def case_bounds_that_cross_by_rounding(open_engine: Open) -> None:
    """Bounds and rows whose lowest value is above the highest by rounding alone have one value."""
    above = 0.1 + 0.2 - 0.3
    rows = {"at_least": [0.1 + 0.2, above], "at_most": [0.3, 0.0]}
    require_optimum(open_engine, state([1, 1], [[1, 1], [1, -1]], **rows), 0.3, [0.15, 0.15])
    columns = {"lower": [above, 0.1 + 0.2], "upper": [0.0, 0.3]}
    require_optimum(open_engine, state([-1, -1], [[1, 1]], at_most=[9], **columns), -0.3, [0, 0.3])
    require_optimum(open_engine, state([1], [[1], [0]], at_least=[1, above], at_most=[OPEN, above]), 1, [1])


@_case
def case_unbounded(open_engine: Open) -> None:
    """No best point, through rows and without any."""
    require_stop(open_engine, state([-1, 0], [[1, -1]], at_most=[2]), Stop.UNBOUNDED)
    require_stop(open_engine, state([1, -1], [[1, 0]], at_least=[1]), Stop.UNBOUNDED)


@_case
def case_infeasible_and_unbounded(open_engine: Open) -> None:
    """What has no point at all is infeasible, whatever its objective."""
    task = state([-1, 0, 0], [[1, -1, 0], [0, 0, 1], [0, 0, 1]], at_least=[-OPEN, 3, -OPEN], at_most=[2, OPEN, 2])
    require_stop(open_engine, task, Stop.INFEASIBLE)


@_case
def case_empty_rows_and_columns(open_engine: Open) -> None:
    """Rows and columns that touch nothing keep their places, and columns go to their cheapest bound."""
    task = state(
        [1, 2, -1, 0],
        [[1, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]],
        at_least=[3, -1, -OPEN],
        at_most=[OPEN, 1, 9],
        lower=[0, 4, 0, 2],
        upper=[OPEN, 9, 6, 5],
    )
    require_optimum(open_engine, task, 3 + 8 - 6, [3, 4, 6, 2])


@_case
def case_nothing_but_columns(open_engine: Open) -> None:
    """No row at all, and no entry at all."""
    require_optimum(open_engine, state([1, -1], lower=[2, 0], upper=[OPEN, 3]), -1, [2, 3])
    require_optimum(open_engine, state([1, -1], [[0, 0]], lower=[2, 0], upper=[OPEN, 3]), -1, [2, 3])


@_case
def case_nothing_but_rows(open_engine: Open) -> None:
    """No column at all: the rows are kept, or are not, by nothing; with neither there is nothing to keep."""
    require_optimum(open_engine, state([], [[], []], at_least=[-1, 0], at_most=[OPEN, 0]), 0.0)
    require_stop(open_engine, state([], [[], []], at_least=[-1, 1], at_most=[OPEN, 2]), Stop.INFEASIBLE)
    require_optimum(open_engine, state([]), 0.0)


@_case
def case_free_and_fixed_columns(open_engine: Open) -> None:
    """Columns without bounds, with one value only, and below zero."""
    task = state([1, 1, 1], [[1, 1, 0], [1, -1, 1]], at_least=[-4, -9], lower=[-OPEN, 1.5, -7], upper=[OPEN, 1.5, -2])
    require_optimum(open_engine, task, -6.0)


@_case
def case_equalities(open_engine: Open) -> None:
    """Equality rows, one of them said twice."""
    rows = [[1, 1, 0], [0, 1, 1], [1, 2, 1]]
    require_optimum(open_engine, state([1, 3, 1], rows, at_least=[2, 3, 5], at_most=[2, 3, 5]), 5, [2, 0, 3])


@_case
def case_ranges(open_engine: Open) -> None:
    """A row with two limits holds at either."""
    require_optimum(open_engine, state([1, 1], [[1, 2]], at_least=[2], at_most=[6]), 1, [0, 1])
    require_optimum(open_engine, state([-1, -1], [[1, 2]], at_least=[2], at_most=[6]), -6, [6, 0])


@_case
def case_sizes(open_engine: Open) -> None:
    """Coefficients and limits that differ by nine orders."""
    task = state([1e-3, 2e3], [[1e-4, 1e2], [1e5, 1e-1]], at_least=[1, 10], upper=[1e6, 1e6])
    require_optimum(open_engine, task, 10.0, [1e4, 0])


@_case
def case_huge_bounds(open_engine: Open) -> None:
    """Bounds of 1e20 and more count as absent."""
    require_optimum(
        open_engine,
        state([1, -1], [[1, -1]], at_least=[-5], at_most=[1e25], upper=[1e20, 1e30], lower=[-1e20, 0]),
        -5,
    )


@_case
def case_small_entry(open_engine: Open) -> None:
    """An entry of 1e-10 is not dropped, or the engine says that it has no answer."""
    task = state([-1], [[1e-10]], at_most=[1], upper=[1e12])
    solver = open_engine(task.matrix)
    answer = solve(solver, task)
    if answer.stop is not Stop.FAILED:
        require_proof(solver, task, answer, -1e10)


@_case
def case_not_a_number(open_engine: Open) -> None:
    """NaN in any slot, and infinity where it makes no sense, is refused and never answered."""
    for slot in ("cost", "entry", "lower", "upper", "at_least", "at_most"):
        _refuses(open_engine, slot, np.nan)
    for slot, value in (("cost", OPEN), ("entry", OPEN), ("lower", OPEN), ("upper", -OPEN), ("at_least", OPEN)):
        _refuses(open_engine, slot, value)


def _refuses(open_engine: Open, slot: str, value: float) -> None:
    task = damaged(slot, value)
    try:
        answer = solve(open_engine(task.matrix), task)
    except (SinglepotError, ValueError):
        return
    raise ContractBrokenError(f"{value} in {slot} was answered with {answer.stop.value}")


@_case
def case_changed_programme(open_engine: Open) -> None:
    """One engine, one matrix, other costs and bounds each time: nothing of an earlier answer is left."""
    rows = [[1.0, 1.0], [1.0, -1.0]]
    solver = open_engine(state([0, 0], rows).matrix)
    for low, cost, value in ((4.0, [1, 2], 4.0), (6.0, [2, 1], 6.0), (4.0, [1, 2], 4.0), (1.0, [0, 1], 0.0)):
        task = state(cost, rows, at_least=[low, -OPEN])
        for method in methods_of(solver):
            require_proof(solver, task, solve(solver, task, method), value)
    blocked = state([1, 1], rows, at_least=[4, -OPEN], upper=[1, 1])
    require(solve(solver, blocked).stop is Stop.INFEASIBLE, "bounds that leave no room were not seen")
    task = state([1, 2], rows, at_least=[4, -OPEN])
    require_proof(solver, task, solve(solver, task), 4.0)


@_case
def case_warm_start(open_engine: Open) -> None:
    """Where an engine can go on from its last basis, it comes to the same optimum."""
    rows = [[1.0, 1.0], [1.0, 3.0]]
    task, other = state([-3, -2], rows, at_most=[4, 6]), state([-1, -4], rows, at_most=[4, 6])
    solver = open_engine(task.matrix)
    if not solver.features.warm_start:
        return
    require_proof(solver, task, solve(solver, task), -12)
    require_proof(solver, other, solve(solver, other, Method.WARM), -8)


@_case
def case_same_twice(open_engine: Open) -> None:
    """The same question has the same answer, to the last digit."""
    task = transport(12)
    first, second = (solve(open_engine(task.matrix), task) for _ in range(2))
    require(np.array_equal(first.x, second.x), "two runs gave different values")
    require(np.array_equal(first.row_dual, second.row_dual), "two runs gave different duals")


@_case
def case_statuses(open_engine: Open) -> None:
    """An answer without an optimum claims no optimal point."""
    task = state([1], [[1], [1]], at_least=[3, -OPEN], at_most=[OPEN, 2])
    answer = solve(open_engine(task.matrix), task)
    require(answer.primal is not PointStatus.FEASIBLE, "a point of nothing is called feasible")


@_case
def case_silence(open_engine: Open) -> None:
    """Nothing is printed to standard output, which belongs to the program that embeds us."""
    task = state([1, 2], [[1, 1]], at_least=[4])
    with tempfile.TemporaryFile() as file:
        kept = os.dup(1)
        os.dup2(file.fileno(), 1)
        try:
            solve(open_engine(task.matrix), task)
        finally:
            os.dup2(kept, 1)
            os.close(kept)
        file.seek(0)
        printed = file.read()
    require(not printed, f"printed {printed[:80]!r}")


@_case
def case_two_at_once(open_engine: Open) -> None:
    """Two runs at once in one folder, each with its own answer."""
    answers: dict[int, Answer] = {}
    solvers: dict[int, Engine] = {}

    def run(size: int) -> None:
        task = transport(size)
        solvers[size] = open_engine(task.matrix)
        answers[size] = solve(solvers[size], task)

    threads = [threading.Thread(target=partial(run, size)) for size in (7, 11)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for size in (7, 11):
        require(size in answers, "a run did not end")
        require_proof(solvers[size], transport(size), answers[size], transport_cost(size))


@_case
def case_ten_thousand_columns(open_engine: Open) -> None:
    """10⁴ columns."""
    task = transport(100)
    solver = open_engine(task.matrix)
    require_proof(solver, task, solve(solver, task, Method.INTERIOR), transport_cost(100))


@_case
def case_time_limit(open_engine: Open) -> None:
    """A limit that has passed, or passes on the way, ends the run; an engine may give up before, but claims nothing."""
    task = long_running()
    solver = open_engine(task.matrix)
    for limit_s in (0.0, 0.3):
        start = time.monotonic()
        try:
            answer = solve(solver, task, Method.SAFE, Control(limit_s))
        except Halt as halt:
            require(halt.by_limit, "a time limit was taken for a wish to stop")
        else:
            gave_up = answer.stop is Stop.FAILED and time.monotonic() - start < limit_s
            ended = gave_up or answer.stop in (Stop.LIMIT, Stop.OPTIMAL)
            require(ended, f"ended with {answer.stop.value} ({answer.detail})")
        late = time.monotonic() - start - limit_s
        require(late <= PROMPT_S, f"{late:.1f} s late")
    small = state([1, 2], [[1, 1]], at_least=[4])
    require_optimum(open_engine, small, 4)


@_case
def case_interrupt(open_engine: Open) -> None:
    """A run that the caller stops ends soon, and the next one is right."""
    task = long_running()
    solver = open_engine(task.matrix)
    begun = time.monotonic()
    asked: list[float] = []

    def stop(_: object) -> bool:
        if time.monotonic() - begun > 0.4:
            asked.append(time.monotonic())
            return False
        return True

    try:
        solve(solver, task, Method.SAFE, Control(progress=stop))
    except Halt as halt:
        require(not halt.by_limit, "a wish to stop was taken for a time limit")
        require(time.monotonic() - asked[0] <= PROMPT_S, "too slow to stop")
    require_optimum(open_engine, state([1, 2], [[1, 1]], at_least=[4]), 4)
