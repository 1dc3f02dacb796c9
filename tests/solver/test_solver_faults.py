"""Every solver is given every fault that solvers are known for: the settlement is the right one, or there is none.

The faults are those that users of solvers have reported: a wrong status, numbers that are none, a point that breaks
rows, prices with another sign, half an answer, the answer to another question, a process that dies.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from typing import Any

import clarabel
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import singlepot as sp
from singlepot.solver import Answer, Control, Method, PointStatus, Stop, engine
from singlepot.solver.backends import BACKENDS, worker
from singlepot.solver.backends import clarabel as quadratic

Fault = Callable[[Answer], Answer]
NEAR = 1e-9
"""By how much a grant may differ, £m: a thousandth of a pound."""


def says(stop: Stop) -> Fault:
    """A solver that ends with a status and nothing else."""
    return lambda answer: dataclasses.replace(answer, stop=stop, primal=PointStatus.NONE, dual=PointStatus.NONE)


def x(change: Callable[[np.ndarray], Any]) -> Fault:
    return lambda answer: dataclasses.replace(answer, x=np.asarray(change(answer.x), dtype=float))


def duals(change: Callable[[np.ndarray], Any]) -> Fault:
    return lambda answer: dataclasses.replace(answer, row_dual=np.asarray(change(answer.row_dual), dtype=float))


def one(value: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda values: np.where(np.arange(values.size) == values.size // 2, value, values)


FAULTS: dict[str, Fault] = {
    "infeasible, and is not": says(Stop.INFEASIBLE),
    "unbounded, and is not": says(Stop.UNBOUNDED),
    "a limit that did not pass": says(Stop.LIMIT),
    "no answer": says(Stop.FAILED),
    "no number": x(lambda values: values * np.nan),
    "one value that is no number": x(one(np.nan)),
    "an endless value": x(one(np.inf)),
    "a point that breaks every row": x(lambda values: values + 1e-3),
    "a point that breaks a row by little": x(lambda values: values * (1 + 1e-6)),
    "nothing at all, as at a limit of time": x(lambda values: 0 * values),
    "five digits": x(lambda values: np.round(values, 5)),
    "no values": x(lambda values: values[:0]),
    "one value less": x(lambda values: values[:-1]),
    "prices of the other sign": duals(lambda values: -values),
    "no prices": duals(lambda values: 0 * values),
    "prices of other rows": duals(lambda values: values[::-1].copy()),
    "prices that are no numbers": duals(lambda values: values * np.nan),
    "one price less": duals(lambda values: values[:-1]),
}


class Faulty:
    """A solver of ours whose answers go wrong on their way: all of them, or every second one."""

    def __init__(self, backend: str, fault: Fault, every: int, matrix: sparse.csc_array) -> None:
        self._honest, self._fault, self._every, self._asked = engine(backend, matrix), fault, every, 0
        self.name, self.version = f"faulty {backend}", "1"
        self.features = dataclasses.replace(self._honest.features, basis=False, warm_start=False)

    def solve(
        self,
        cost: np.ndarray,
        column_bounds: tuple[np.ndarray, np.ndarray],
        row_bounds: tuple[np.ndarray, np.ndarray],
        method: Method,
        control: Control,
    ) -> Answer:
        self._asked += 1
        answer = self._honest.solve(cost, column_bounds, row_bounds, method, control)
        return answer if self._asked % self._every else self._fault(answer)


@cache
def scenario() -> sp.Scenario:
    return sp.read_scenario("bucks-and-burnley").with_(rules={"grant_floor": 0.7})


@cache
def grants() -> np.ndarray:
    return np.asarray(sp.settle(scenario()).grants["grant"].to_numpy())


LAYERS = ("pulp", "pyomo")
"""Backends that start a process."""

PAIRS = [
    pytest.param(backend, fault, marks=[pytest.mark.long] if backend in LAYERS and number % 6 else [])
    for backend in BACKENDS
    for number, fault in enumerate(FAULTS)
]
"""Every fault of every solver."""


@pytest.mark.parametrize(("backend", "fault"), PAIRS)
def test_a_fault_moves_no_grant(backend: str, fault: str) -> None:
    """The certificate says by whom each aim was solved again."""
    settlement = sp.settle(scenario(), backend=lambda matrix: Faulty(backend, FAULTS[fault], 1, matrix))
    assert np.abs(settlement.grants["grant"].to_numpy() - grants()).max() <= NEAR
    assert settlement.certificate.passed
    assert any(f"faulty {backend}" in note and note.endswith("by highs") for note in settlement.certificate.notes)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_every_second_answer_moves_no_grant(fault: str) -> None:
    settlement = sp.settle(scenario(), backend=lambda matrix: Faulty("highs", FAULTS[fault], 2, matrix))
    assert np.abs(settlement.grants["grant"].to_numpy() - grants()).max() <= NEAR


def test_the_answer_to_the_question_before_moves_no_grant() -> None:
    kept: list[Answer] = []

    def earlier(answer: Answer) -> Answer:
        kept.append(answer)
        return kept[-2:][0]

    settlement = sp.settle(scenario(), backend=lambda matrix: Faulty("highs", earlier, 1, matrix))
    assert np.abs(settlement.grants["grant"].to_numpy() - grants()).max() <= NEAR


@pytest.mark.parametrize("backend", [backend for backend in BACKENDS if backend not in LAYERS])
def test_rules_that_clash_clash_whatever_a_solver_says(backend: str) -> None:
    """A solver that calls any point optimal does not make a settlement where there is none."""
    clashing = scenario().with_(rules={"grant_floor": 1.0})
    with pytest.raises(sp.NoSettlementError, match="floors add up to"):
        sp.settle(clashing, backend=lambda matrix: Faulty(backend, says(Stop.OPTIMAL), 1, matrix))


@pytest.mark.long
@pytest.mark.parametrize("backend", LAYERS)
def test_a_process_that_dies_is_said_and_the_next_one_settles(backend: str) -> None:
    def kill(answer: Answer) -> Answer:
        for child in list(worker._ALIVE):
            child._process.kill()
            child._process.wait()
        return answer

    class Dying(Faulty):
        def solve(self, *asked: Any) -> Answer:
            kill(None)  # type: ignore[arg-type]
            return super().solve(*asked)

    def killing(matrix: sparse.csc_array) -> Dying:
        return Dying(backend, lambda answer: answer, 1, matrix)

    settled = None
    try:
        settled = sp.settle(scenario(), backend=killing)
    except sp.SolverFailedError as error:
        assert "process died" in str(error)
    assert settled is None or np.abs(settled.grants["grant"].to_numpy() - grants()).max() <= NEAR
    again = sp.settle(scenario(), backend=backend)
    assert np.abs(again.grants["grant"].to_numpy() - grants()).max() <= NEAR


# ------------------------------------------------------------------ the solver of the sharing step


class Panic(BaseException):
    """What a defect of a library of another language is in Python."""


def panics(solution: Any) -> Any:
    raise Panic("index out of bounds")


def part(name: str, change: Callable[[np.ndarray], Any]) -> Callable[[Any], dict[str, Any]]:
    return lambda solution: {name: change(np.asarray(getattr(solution, name)))}


QUADRATIC: dict[str, tuple[Callable[[Any], Any], bool]] = {
    "no number": (part("x", lambda values: values * np.nan), False),
    "no values": (part("x", lambda values: values[:0]), False),
    "multipliers that are no numbers": (part("z", lambda values: values * np.nan), False),
    "slacks that are no numbers": (part("s", lambda values: values * np.nan), False),
    "a status that says nothing": (lambda solution: {"status": "NumericalError"}, False),
    "infeasible, and is not": (lambda solution: {"status": "PrimalInfeasible"}, False),
    "a panic": (panics, False),
    "another point": (part("x", lambda values: values[::-1].copy()), True),
    "nothing": (part("x", lambda values: 0 * values), True),
    "a point far away": (part("x", lambda values: values + 1e6), True),
    "multipliers of the other sign": (part("z", lambda values: -values), True),
}
"""What Clarabel answers, and whether the exact step that follows mends it."""


@pytest.mark.parametrize("fault", QUADRATIC)
def test_a_fault_of_the_sharing_step_moves_no_grant(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = list("abcdefgh")
    bids = pd.DataFrame({"area": codes, "year": "2026-27", "amount": [10.0, 10, 15, 15, 180, 80, 40, 42]})
    areas = pd.DataFrame({"code": codes, "name": codes})
    pot = pd.DataFrame({"year": ["2026-27"], "amount": [230.0]})
    bidding = sp.Scenario.from_tables(areas=areas, pot=pot, bids=bids, years=["2026-27"])
    expected = bids["amount"].to_numpy() * 230 / bids["amount"].sum()
    change, mended = QUADRATIC[fault]
    asked, honest = [], clarabel.DefaultSolver

    class Solver:
        def __init__(self, *task: Any) -> None:
            self._honest = honest(*task)
            self.set_termination_callback = self._honest.set_termination_callback

        def solve(self) -> Any:
            solution = self._honest.solve()
            parts = {name: getattr(solution, name) for name in ("status", "x", "s", "z")}
            asked.append(fault)
            return type("Solution", (), parts | change(solution))

    monkeypatch.setattr(quadratic.clarabel, "DefaultSolver", Solver)
    try:
        settlement = sp.settle(bidding)
    except sp.SolverFailedError as error:
        assert not mended and "Clarabel" in str(error)
    else:
        assert mended and np.abs(settlement.grants["grant"].to_numpy() - expected).max() <= NEAR
    assert asked
