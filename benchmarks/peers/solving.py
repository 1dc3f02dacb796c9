"""What the peers have in common when they solve: tolerances, what an earlier stage may lose, and a clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from .prepared import Prepared

HIGHS_OPTIONS = {
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
    "parallel": "off",
}
"""With the default of 1e-7 some stages miss the optimum by more than 1e-6 and say that they are optimal."""

HIGHS_TRIES = (
    {"solver": "ipm"},
    {"solver": "simplex"},
    {"solver": "simplex", "presolve": "off"},
)
"""Algorithms in turn, the fastest first: the next where one finds no optimum."""

WITHIN = 1e-9
"""By how much of its size a stage may miss its limit and still be held there."""

ENLARGED = 1e3
"""Factor of objectives and of the constraints that hold them, which stand in units of their natural size."""

SLACK = 1e-10
"""How much of an enlarged stage the later ones may lose: without any, rounding leaves some stage no point.

A loss of 1e-10 of a stage can be worth 1e-6 of a later one.
"""


def hold_at(optimum: float, data: Prepared, name: str, slack: float = SLACK) -> float:
    """Limit of the constraint that keeps an enlarged stage."""
    stage, limit = name.partition("[")[0], data.limits.get(name)
    most = optimum + data.give.get(stage, 0.0)
    if limit is not None and optimum <= limit + WITHIN * data.size(stage):
        most = min(most, max(optimum, limit))
    return most * factor(data, stage) + slack


def factor(data: Prepared, stage: str) -> float:
    """By what a stage is multiplied, so that coefficients and tolerances fit each other."""
    return ENLARGED / data.size(stage)


class Clock:
    """CPU seconds of each phase of this process (a solver's own process is counted by who measures)."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, phase: str) -> Iterator[None]:
        start = time.process_time()
        try:
            yield
        finally:
            self.seconds[phase] = self.seconds.get(phase, 0.0) + time.process_time() - start
