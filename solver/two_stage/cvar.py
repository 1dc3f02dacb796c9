r"""Two-stage stochastic programming: expected value and conditional value at risk (CVaR) over draws.

.. math::
    E = \frac1N \sum_d V_d(g), \qquad
    W = \min_h \; h + \frac{1}{\alpha N} \sum_d \max(0, V_d(g) - h)

W is the average of the worst share α (Rockafellar and Uryasev, "Optimization of conditional value-at-risk", Journal of
Risk 2, 2000). E is minimised over the blocks of all draws. W depends on the draws of the tail alone: the programme of
some draws is a relaxation, and draws are added until none outside is among the worst (constraint generation). Neither
its decisions nor its duals are trusted: every draw is solved exactly at the decision, which is the value, and the
duals are turned into a bound that holds whatever they are. The difference is the gap.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from ..control import Control, Halt
from ..errors import SolverFailedError
from ..lexicographic.stage import ended_early
from ..programme import Floats, LinearProgramme
from .joint import Joint
from .recourse import NoRecourseError, Recourse

LOG = logging.getLogger("singlepot")

HOLD = 1e-7
"""Slack above an earlier stage, in its unit, beside what it gives, and above a decision, relative to its size: an
interior-point method needs an interior."""

SLACKS = (0.0, 1e-6, 1e-5)
"""What is added in turn to what is held, in its unit, where no decision near a target is found."""

CLOSE = 1e-8
"""Gap, in the unit of the values, up to which draws outside the programme do not count."""

TAIL = 2.0
"""Draws that enter the programme at once, as a multiple of the worst share. Chosen in November 2026: 20 and 50 draws of
england then take two rounds, and the larger the programme, the more iterations it takes."""

MEASURES = ("expected", "worst")
"""What can be minimised."""


@dataclass(frozen=True, eq=False)
class Step:
    """One stage: the value at its decision, worked out draw by draw, and what no decision falls below."""

    name: str
    value: float
    bound: float
    give: float

    @property
    def gap(self) -> float:
        """How far the value may be above the optimum."""
        return max(self.value - self.bound, 0.0)


@dataclass(frozen=True, eq=False)
class Decided:
    """The common columns, the value of each draw there, and the stages."""

    common: Floats
    values: Floats
    steps: tuple[Step, ...]


def average_of_worst(values: Floats, share: float) -> float:
    """Return the CVaR: the average of the largest share of values; one that is cut through counts in part.

    Examples
    --------
    >>> average_of_worst(np.asarray([1.0, 4.0, 2.0, 3.0]), 0.5), average_of_worst(np.asarray([1.0, 2.0, 6.0]), 0.5)
    (3.5, 4.666666666666667)
    """
    order = np.sort(values)[::-1]
    weight = np.clip(share * len(order) - np.arange(len(order)), 0.0, 1.0)
    return float(order @ weight / weight.sum())


def measure(name: str, values: Floats, share: float) -> float:
    """Return ``expected`` or ``worst`` of the values of the draws."""
    return float(values.mean()) if name == "expected" else average_of_worst(values, share)


def decide(
    common: LinearProgramme,
    draws: Sequence[Recourse],
    order: Sequence[tuple[str, float]],
    share: float,
    target: Floats,
    weight: Floats,
    control: Control,
) -> Decided:
    """Minimise the measures lexicographically, then the weighted distance of the decision from a target.

    Parameters
    ----------
    common
        Rows and columns of what is decided once.
    draws
        What each draw makes of it.
    order
        ``expected`` and ``worst``, each with what it gives.
    share
        α, of the draws that count as the worst.
    target, weight
        Of each common column: what it should be, and how the square of the difference counts. Positive weights make
        the decision unique.

    Raises
    ------
    NoRecourseError
        No decision lets every draw keep its rules.
    NotProvenError, StoppedError
        The run ended early.
    """
    relaxation = _Relaxation(common, draws, share, control)
    steps: list[Step] = []
    held: dict[str, float] = {}
    try:
        for number, (name, give) in enumerate(order):
            control.enter(f"shortfall, {name}", number / (len(order) + 1))
            value, bound = relaxation.minimise(name, held)
            steps.append(Step(name, value, bound, give))
            held[name] = value + give + HOLD
            LOG.info("%s: %.9g, bound %.9g", name, value, bound)
        control.enter("nearest to the bids", len(order) / (len(order) + 1))
        return Decided(*relaxation.nearest(target, weight, held), tuple(steps))
    except Halt as halt:
        raise ended_early(halt, ()) from halt


class _Relaxation:
    """The programme of some draws, to which others are added as long as they count."""

    def __init__(self, common: LinearProgramme, draws: Sequence[Recourse], share: float, control: Control) -> None:
        self._common, self._draws, self._share, self._control = common, draws, share, control
        self._size = np.maximum(np.where(np.isfinite(common.implied_upper), np.abs(common.implied_upper), 1.0), 1e-6)
        self._blocks = [draw.block(common, self._size) for draw in draws]
        self._inside = np.zeros(len(draws), dtype=bool)

    def minimise(self, name: str, held: Mapping[str, float]) -> tuple[float, float]:
        """Return the least value of a measure, and its bound; the draws that count next are those of its tail."""
        self._inside |= name == "expected"
        while True:
            decision, bound = self._joint().minimise(name, self._limits(held), self._control)
            values = self._values(decision)
            value = measure(name, values, self._share)
            close = value - bound <= CLOSE and self._keeps(values, held)
            if close or not self._enlarge(values, held):
                break
        if not self._keeps(values, held):
            raise SolverFailedError(
                f"no decision of the stage {name} keeps the earlier ones", "report this as a defect"
            )
        if name == "expected":
            self._inside[:] = False
            self._enlarge(values, held)
        return value, bound

    def nearest(self, target: Floats, weight: Floats, held: Mapping[str, float]) -> tuple[Floats, Floats]:
        """Return the decision nearest to a target, and the values of the draws there.

        There is one, that of the stage before; where it is among few, what is held is eased until it can be found.
        """
        for slack in SLACKS:
            eased = {name: most + slack for name, most in held.items()}
            with suppress(NoRecourseError):
                decision, values = self._nearest(target, weight, eased)
                if self._keeps(values, eased):
                    return decision, values
            LOG.info("nearest to the bids, with a slack of %.0e: not found", slack)
        raise SolverFailedError("no decision near the bids keeps the earlier stages", "report this as a defect")

    def _nearest(self, target: Floats, weight: Floats, held: Mapping[str, float]) -> tuple[Floats, Floats]:
        while True:
            decision = self._joint().nearest(target, weight, self._limits(held), self._control)
            values = self._values(decision)
            if self._keeps(values, held) or not self._enlarge(values, held):
                return decision, values

    def _joint(self) -> Joint:
        blocks = [self._blocks[d] for d in np.flatnonzero(self._inside)]
        return Joint(self._common, self._size, blocks, len(self._draws), self._share)

    def _limits(self, held: Mapping[str, float]) -> dict[str, float]:
        """Return the limits of measures that the draws inside can say: the expected value takes all draws."""
        return {name: most for name, most in held.items() if name == "worst" or self._inside.all()}

    def _keeps(self, values: Floats, held: Mapping[str, float]) -> bool:
        """Whether every draw has a value, and the measures are at most what is held."""
        return bool(np.isfinite(values).all()) and all(
            measure(name, values, self._share) <= most + HOLD for name, most in held.items()
        )

    def _enlarge(self, values: Floats, held: Mapping[str, float]) -> bool:
        """Add draws without an answer and the worst, or all where the expected value is too large; False if none."""
        before, lost = int(self._inside.sum()), ~np.isfinite(values)
        worst = np.argsort(-np.where(lost, np.inf, values), kind="stable")
        self._inside[worst[: math.ceil(TAIL * self._share * len(values))]] = True
        self._inside |= lost
        if not lost.any() and not self._keeps(values, {n: most for n, most in held.items() if n == "expected"}):
            self._inside[:] = True
        return int(self._inside.sum()) > before

    def _values(self, decision: Floats) -> Floats:
        """Return the value of each draw; all begin at the basis of the first, so that their order does not count.

        A draw that needs all of the decision is given :data:`HOLD` more: an interior point ends below it.
        """
        values = []
        for draw in self._draws:
            draw.start_from(self._draws[0])
            value = draw.value(decision, self._control)
            more = decision + HOLD * self._size
            values.append(value if math.isfinite(value) else draw.value(more, self._control))
        return np.asarray(values)
