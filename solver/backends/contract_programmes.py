"""Test programmes of the backend contract, and the requirements on an answer to one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import sparse

from ..answer import Answer, Method, Stop
from ..control import Control
from ..programme import Floats
from . import Engine

Open: TypeAlias = Callable[[sparse.csc_array], Engine]
"""Opens an engine for a matrix: a class, or a function such as ``partial(engine, "pulp", solver="cbc")``."""

CLOSE = 1e-8
"""Largest error of values and duals, relative to their size, of engines whose answers keep all their digits."""

CUT = 1e-6
"""The same for engines whose digits are cut on the way."""

OPEN = np.inf


class ContractBrokenError(AssertionError):
    """An engine does not keep the contract."""


def require(holds: object, complaint: str) -> None:
    """Raise ContractBrokenError with the complaint unless something holds."""
    if not holds:
        raise ContractBrokenError(complaint)


@dataclass(frozen=True, eq=False)
class Task:
    """A small programme as lists: cost, matrix by rows, bounds."""

    cost: Sequence[float]
    rows: Sequence[Sequence[float]]
    columns: tuple[Sequence[float], Sequence[float]]
    limits: tuple[Sequence[float], Sequence[float]]

    @property
    def matrix(self) -> sparse.csc_array:
        """The rows as a matrix."""
        dense = np.asarray(self.rows, dtype=np.float64).reshape(len(self.limits[0]), len(self.cost))
        return sparse.csc_array(dense)

    @property
    def arrays(self) -> tuple[Floats, tuple[Floats, Floats], tuple[Floats, Floats]]:
        """Cost, bounds of the columns and limits of the rows."""
        lower, upper = (np.asarray(bound, dtype=np.float64) for bound in self.columns)
        least, most = (np.asarray(bound, dtype=np.float64) for bound in self.limits)
        return np.asarray(self.cost, dtype=np.float64), (lower, upper), (least, most)


def state(
    cost: Sequence[float],
    rows: Sequence[Sequence[float]] = (),
    *,
    at_least: Sequence[float] | None = None,
    at_most: Sequence[float] | None = None,
    lower: Sequence[float] | None = None,
    upper: Sequence[float] | None = None,
) -> Task:
    """Columns from 0 up and rows without limits, unless said otherwise."""
    return Task(
        cost,
        rows,
        ([0.0] * len(cost) if lower is None else lower, [OPEN] * len(cost) if upper is None else upper),
        (
            [-OPEN] * len(rows) if at_least is None else at_least,
            [OPEN] * len(rows) if at_most is None else at_most,
        ),
    )


def damaged(slot: str, value: float) -> Task:
    """Return a programme with one number replaced."""
    lists: dict[str, list[float]] = {"cost": [1, 1], "entry": [1, 1]}
    lists |= {"lower": [0, 0], "upper": [9, 9], "at_least": [1], "at_most": [5]}
    lists[slot][0] = value
    entry = lists.pop("entry")
    cost = lists.pop("cost")
    return state(cost, [entry], **lists)


def transport(size: int) -> Task:
    """Carry i+1 units from each of ``size`` points to each point at a cost of the distance: size² columns."""
    position = np.arange(size)
    cost = np.abs(position[:, None] - position[None, :]).ravel()
    leaving = np.repeat(np.eye(size), size, axis=1)
    arriving = np.tile(np.eye(size), size)
    rows = np.vstack([leaving, arriving])
    amount = np.concatenate([position + 1.0, position[::-1] + 1.0])
    limits = (amount, amount)
    return Task(cost.astype(np.float64), rows, (np.zeros(size**2), np.full(size**2, OPEN)), limits)  # type: ignore[arg-type]


def transport_cost(size: int) -> float:
    """Its optimum: on a line, what must pass each gap."""
    position = np.arange(size)
    surplus = np.cumsum((position + 1.0) - (position[::-1] + 1.0))
    return float(np.abs(surplus).sum())


def long_running() -> Task:
    """A dense programme that keeps a solver busy for seconds."""
    generator = np.random.default_rng(0)
    rows, columns = 900, 900
    matrix = generator.uniform(0.1, 1.0, (rows, columns))
    return Task(
        -generator.uniform(0.5, 1.5, columns),  # type: ignore[arg-type]
        matrix,  # type: ignore[arg-type]
        (np.zeros(columns), np.full(columns, OPEN)),  # type: ignore[arg-type]
        (np.full(rows, -OPEN), matrix.sum(axis=1)),  # type: ignore[arg-type]
    )


def methods_of(solver: Engine) -> list[Method]:
    """Return the methods that an engine is tried with."""
    return [Method.INTERIOR, Method.SAFE] if solver.features.methods else [Method.SAFE]


def solve(solver: Engine, task: Task, method: Method = Method.SAFE, control: Control | None = None) -> Answer:
    """Solve a programme."""
    cost, columns, rows = task.arrays
    return solver.solve(cost, columns, rows, method, control or Control())


def require_optimum(open_engine: Open, task: Task, value: float, x: Sequence[float] | None = None) -> None:
    """Every method finds an optimum of this value whose duals prove it."""
    solver = open_engine(task.matrix)
    for method in methods_of(solver):
        answer = solve(solver, task, method)
        require_proof(solver, task, answer, value)
        if x is not None:
            worst = float(np.abs(answer.x - np.asarray(x)).max(initial=0.0))
            require(worst <= closeness(solver) * max(1.0, *np.abs(x)), f"{answer.x} instead of {x}")


def closeness(solver: Engine) -> float:
    """Return the largest error that an engine may make."""
    return CLOSE if solver.features.exact else CUT


def require_proof(solver: Engine, task: Task, answer: Answer, value: float) -> None:
    """Require an optimum of a value, within the limits, whose duals prove it."""
    cost, (lower, upper), (least, most) = task.arrays
    close = closeness(solver)
    require(answer.stop is Stop.OPTIMAL, f"stopped with {answer.stop.value} ({answer.detail}) instead of an optimum")
    require(answer.x.shape == cost.shape, f"{answer.x.shape} values for {len(cost)} columns")
    require(abs(cost @ answer.x - value) <= close * max(1.0, abs(value)), f"value {cost @ answer.x}, not {value}")
    activity = task.matrix @ answer.x
    size = 1 + abs(task.matrix) @ np.abs(answer.x)
    excess = np.maximum(least - activity, activity - most) / size
    require(excess.max(initial=0.0) <= close, f"a row is broken by {excess.max(initial=0.0)}")
    outside = np.maximum(lower - answer.x, answer.x - upper) / (1 + np.abs(answer.x))
    require(outside.max(initial=0.0) <= close, f"a bound is broken by {outside.max(initial=0.0)}")
    if solver.features.duals:
        require(answer.row_dual.shape == least.shape, f"{answer.row_dual.shape} duals for {len(least)} rows")
        reduced = cost - task.matrix.T @ answer.row_dual
        scale = 1 + np.abs(cost) + abs(task.matrix).T @ np.abs(answer.row_dual)
        bound = _bound(answer.row_dual, least, most, close) + _bound(
            np.where(np.abs(reduced) <= close * scale, 0.0, reduced), lower, upper, close
        )
        require(abs(bound - value) <= 10 * close * max(1.0, abs(value)), f"the duals prove {bound}, not {value}")


def _bound(dual: Floats, lower: Floats, upper: Floats, close: float) -> float:
    """Σ dual · the limit that its sign names; a dual at an absent limit proves nothing."""
    dual = np.where(np.abs(dual) <= close, 0.0, dual)
    limit = np.where(dual > 0, lower, upper)
    used = dual != 0
    return float(dual[used] @ limit[used])


def require_stop(open_engine: Open, task: Task, stop: Stop) -> None:
    """Require that every method stops for this reason."""
    solver = open_engine(task.matrix)
    for method in methods_of(solver):
        answer = solve(solver, task, method)
        require(answer.stop is stop, f"{method.value}: {answer.stop.value} ({answer.detail}), not {stop.value}")
