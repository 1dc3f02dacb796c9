r"""Two-stage stochastic programming: expected value and conditional value at risk (CVaR) over draws.

.. math::
    E = \frac1N \sum_d c_d^T x_d, \qquad
    W = \min_h \; h + \frac{1}{\alpha N} \sum_d \max(0, c_d^T x_d - h)

W is the average of the worst share α (Rockafellar and Uryasev, "Optimization of conditional value-at-risk", Journal of
Risk 2, 2000). All draws stand in one programme, each a block that meets the others only in the common columns; an
interior-point method eliminates the blocks one by one, so its work grows with their number and not with its cube.
Neither its point nor its duals are taken at their word: each draw is solved again, exactly, at the common columns, and
the duals are turned into a bound that holds whatever they are. The difference is the gap.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..backends.clarabel import PrimalInfeasibleError, solve_quadratic
from ..control import Control, Halt
from ..errors import SolverFailedError
from ..lexicographic.dual_bound import dual_bound
from ..lexicographic.faces import Face
from ..lexicographic.stage import ended_early
from ..programme import Booleans, Floats, LinearProgramme
from ..quadratic_programme import QuadraticProgramme
from ..scaling import objective_factor
from .recourse import NoRecourseError, Part, Recourse

LOG = logging.getLogger("singlepot")

JOINT_ACCURACY = 1e-7
"""Relative gap and feasibility asked of Clarabel; what it reached is measured afterwards."""

HOLD = 1e-7
"""Slack above an earlier stage, in its unit, beside what it gives: an interior-point method needs an interior."""

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
    joint = _Joint(common, [draw.part() for draw in draws], share)
    steps: list[Step] = []
    held: list[tuple[str, float]] = []
    try:
        for number, (name, give) in enumerate(order):
            control.enter(f"shortfall, {name}", number / (len(order) + 1))
            decision, bound = joint.minimise(name, held, control)
            values = _values(draws, decision, control)
            value = measure(name, values, share)
            steps.append(Step(name, value, bound, give))
            held.append((name, value + give))
            LOG.info("%s: %.9g, bound %.9g", name, value, bound)
        control.enter("nearest to the bids", len(order) / (len(order) + 1))
        decision = joint.nearest(target, weight, held, control)
        return Decided(decision, _values(draws, decision, control), tuple(steps))
    except Halt as halt:
        raise ended_early(halt, ()) from halt


def measure(name: str, values: Floats, share: float) -> float:
    """``expected`` or ``worst`` of the values of the draws."""
    return float(values.mean()) if name == "expected" else average_of_worst(values, share)


def _values(draws: Sequence[Recourse], decision: Floats, control: Control) -> Floats:
    values = np.asarray([draw.value(decision, control) for draw in draws])
    if not np.isfinite(values).all():
        raise SolverFailedError("a draw has no answer at the common decision", "report this as a defect")
    return values


class _Joint:
    """All draws in one programme: common columns, the columns of each draw, h, and how far each draw is above h."""

    def __init__(self, common: LinearProgramme, parts: Sequence[Part], share: float) -> None:
        self._common, count = common, len(parts)
        self._size = np.maximum(np.where(np.isfinite(common.implied_upper), np.abs(common.implied_upper), 1.0), 1e-6)
        first = common.shape[1]
        ends = first + np.cumsum([0, *(len(part.cost) for part in parts)])
        total = int(ends[-1]) + 1 + count
        h, above = int(ends[-1]), int(ends[-1]) + 1 + np.arange(count)
        unit = sparse.diags_array(self._size, format="csr")
        blocks: list[list[sparse.csr_array | None]] = [[sparse.csr_array(common.matrix @ unit)] + [None] * (count + 1)]
        lower, upper = [common.row_lower], [common.row_upper]
        self._mean, self._worst = np.zeros(total), np.zeros(total)
        self._worst[h], self._worst[above] = 1.0, 1 / (share * count)
        for d, part in enumerate(parts):
            ties = len(part.at)
            limit = sparse.coo_array((-self._size[part.at], (np.arange(ties), part.at)), (ties, first)).tocsr()
            beside: list[sparse.csr_array | None] = [None] * (count + 1)
            blocks.append([None, *_put(beside, d, part.matrix)])
            blocks.append([limit, *_put(beside, d, part.ties)])
            tail = sparse.coo_array(([1.0, 1.0], ([0, 0], [0, 1 + d])), (1, 1 + count)).tocsr()
            blocks.append([None, *_put(_put(beside, d, sparse.csr_array(-part.cost[None, :])), count, tail)])
            lower += [part.row_lower, np.full(ties, -np.inf), np.zeros(1)]
            upper += [part.row_upper, np.zeros(ties), np.full(1, np.inf)]
            self._mean[ends[d] : ends[d + 1]] = part.cost / count
        self._matrix = sparse.csr_array(sparse.block_array(blocks, format="csr"))
        self._row_lower, self._row_upper = np.concatenate(lower), np.concatenate(upper)
        most = max(float(part.cost @ np.maximum(part.implied_upper, 0.0)) for part in parts)
        zero, far = np.zeros(1 + count), np.full(1 + count, most)

        def columns(name: str, common_part: Floats, end: Floats) -> Floats:
            return np.concatenate([common_part / self._size, *(getattr(part, name) for part in parts), end])

        self._lower = columns("column_lower", common.column_lower, zero)
        self._upper = columns("column_upper", common.column_upper, np.full(1 + count, np.inf))
        self._implied_lower, self._implied_upper = (
            columns("implied_lower", common.implied_lower, zero),
            columns("implied_upper", common.implied_upper, far),
        )

    def minimise(self, name: str, held: Sequence[tuple[str, float]], control: Control) -> tuple[Floats, float]:
        """The common columns where a measure is smallest, and a value that it nowhere falls below."""
        cost = self._cost(name)
        factor = objective_factor(cost)
        x, dual, matrix, face = self._solve(cost * factor, np.zeros(len(cost)), held, control)
        return self._decision(x), dual_bound(
            matrix, cost, dual / factor, face, self._implied_lower, self._implied_upper
        )

    def nearest(self, target: Floats, weight: Floats, held: Sequence[tuple[str, float]], control: Control) -> Floats:
        """The common columns nearest to a wish."""
        curve, aim = np.zeros(len(self._mean)), np.zeros(len(self._mean))
        curve[: len(target)], aim[: len(target)] = weight * self._size**2, target / self._size
        curve /= curve[curve > 0].mean()
        x, _, _, _ = self._solve(-curve * aim, curve, held, control)
        return self._decision(x)

    def _cost(self, name: str) -> Floats:
        return self._mean if name == "expected" else self._worst

    def _decision(self, x: Floats) -> Floats:
        """Common columns in original units, within their bounds."""
        common = x[: len(self._size)] * self._size
        return np.asarray(np.clip(common, self._common.column_lower, self._common.column_upper))

    def _solve(
        self, gradient: Floats, curve: Floats, held: Sequence[tuple[str, float]], control: Control
    ) -> tuple[Floats, Floats, sparse.csc_array, Face]:
        """Minimiser, dual of each row, the rows, and all bounds."""
        limits = [sparse.csr_array(self._cost(name)[None, :]) for name, _ in held]
        matrix = sparse.csr_array(sparse.vstack([self._matrix, *limits]))
        row_lower = np.concatenate([self._row_lower, np.full(len(held), -np.inf)])
        row_upper = np.concatenate([self._row_upper, [most + HOLD for _, most in held]])
        equal = row_lower == row_upper
        above, below = ~equal & np.isfinite(row_upper), ~equal & np.isfinite(row_lower)
        identity = sparse.eye_array(len(curve), format="csr")
        up, down = np.isfinite(self._upper), np.isfinite(self._lower)
        rows = sparse.vstack([matrix[equal], matrix[above], -matrix[below], identity[up], -identity[down]]).tocsc()
        limit = np.concatenate(
            [row_upper[equal], row_upper[above], -row_lower[below], self._upper[up], -self._lower[down]]
        )
        problem = QuadraticProgramme(curve, gradient, rows, limit, int(equal.sum()))
        try:
            answer = solve_quadratic(problem, control, JOINT_ACCURACY, len(self._size))
        except PrimalInfeasibleError:
            cause = "no grants let every draw keep its rules"
            raise NoRecourseError(cause, "loosen the rules for targets, or draw less widely") from None
        LOG.info("%d rows, %d columns: %s", *matrix.shape, answer.detail)
        dual = _duals(answer.multiplier, equal, above, below)
        whole = Face(self._lower, self._upper, row_lower, row_upper, self._lower == self._upper)
        return answer.x, dual, sparse.csc_array(matrix), whole


def _duals(multiplier: Floats, equal: Booleans, above: Booleans, below: Booleans) -> Floats:
    """Duals of the rows, by our signs; those of bounds follow as reduced costs."""
    dual = np.zeros(len(equal))
    ends = np.cumsum([0, int(equal.sum()), int(above.sum()), int(below.sum())])
    dual[equal] -= multiplier[ends[0] : ends[1]]
    dual[above] -= multiplier[ends[1] : ends[2]]
    dual[below] += multiplier[ends[2] : ends[3]]
    return dual


def _put(row: list[sparse.csr_array | None], position: int, block: sparse.csr_array) -> list[sparse.csr_array | None]:
    return [*row[:position], block, *row[position + 1 :]]
