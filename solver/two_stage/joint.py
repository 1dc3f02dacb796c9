r"""The deterministic equivalent of a two-stage programme: common columns, a block for each draw, and the CVaR.

.. math::
    \min_{g, x, h, v} \frac1N \sum_d c_d^T x_d \quad\text{or}\quad h + \frac{1}{\alpha N} \sum_d v_d,
    \qquad v_d \ge c_d^T x_d - h, \quad v_d \ge 0

Blocks meet only in the common columns g: an interior-point method eliminates them one by one, so its work grows with
their number and not with its cube. Its duals, whatever they are, become a bound by weak duality.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import numpy as np
from scipy import sparse

from ..backends.clarabel import ConicAnswer, PrimalInfeasibleError, solve_quadratic
from ..control import Control
from ..errors import SolverFailedError
from ..lexicographic.dual_bound import dual_bound
from ..lexicographic.faces import Face
from ..programme import Booleans, Floats, LinearProgramme
from ..quadratic_programme import QuadraticProgramme
from ..scaling import objective_factor
from .block import Block
from .recourse import NoRecourseError

LOG = logging.getLogger("singlepot")

JOINT_ACCURACY = 1e-7
"""Relative gap and feasibility asked of Clarabel; what it reached is measured afterwards."""

NEAR_ACCURACY = 1e-9
"""The same of the decision nearest to a target, and of a second solve, near a face without an interior."""

OBJECTIVE = 10.0
"""How much larger than elsewhere the objective is scaled. Tuned on 20 draws of england in November 2026: Clarabel takes
45 iterations, and 55 without it."""

SOLVED = "Solved"
"""Status of Clarabel that asks for no second solve, with iterative refinement."""


class Joint:
    """The deterministic equivalent of some draws; those that are not in it count as without a loss.

    Parameters
    ----------
    common
        Rows and columns of the first stage.
    size
        Unit of each common column.
    blocks
        The draws that are in it.
    draws
        N, the number of all draws.
    share
        α, of the draws that count as the worst.
    """

    def __init__(
        self, common: LinearProgramme, size: Floats, blocks: Sequence[Block], draws: int, share: float
    ) -> None:
        self._common, self._size, count = common, size, len(blocks)
        unit = sparse.diags_array(size, format="csr")
        cost = [sparse.csr_array(block.cost[None, :]) for block in blocks]
        losses = sparse.csr_array(sparse.block_diag(cost)) if blocks else sparse.csr_array((0, 0))
        matrices = sparse.csr_array(sparse.block_diag([b.matrix for b in blocks])) if blocks else losses
        tail = sparse.hstack([sparse.csr_array(np.ones((count, 1))), sparse.eye_array(count)], format="csr")
        linking = sparse.vstack([sparse.csr_array((0, len(size))), *(block.linking for block in blocks)])
        no_rows, no_tail = sparse.csr_array((count, len(size))), sparse.csr_array((matrices.shape[0], 1 + count))
        first = sparse.hstack([common.matrix @ unit, sparse.csr_array((common.shape[0], losses.shape[1] + 1 + count))])
        second = sparse.hstack([linking, matrices, no_tail])
        self._matrix = sparse.csr_array(sparse.vstack([first, second, sparse.hstack([no_rows, -losses, tail])]))

        def joined(name: str, first: Floats, last: Floats) -> Floats:
            return np.concatenate([first, *(getattr(block, name) for block in blocks), last])

        zero, free = np.zeros(count), np.full(count, np.inf)
        self._row_lower = joined("row_lower", common.row_lower, zero)
        self._row_upper = joined("row_upper", common.row_upper, free)
        most = max((float(block.cost @ np.maximum(block.implied_upper, 0.0)) for block in blocks), default=0.0)
        zero, free = np.zeros(1 + count), np.full(1 + count, np.inf)
        self._lower = joined("column_lower", common.column_lower / size, zero)
        self._upper = joined("column_upper", common.column_upper / size, free)
        self._implied_lower = joined("implied_lower", common.implied_lower / size, zero)
        self._implied_upper = joined("implied_upper", common.implied_upper / size, np.full(1 + count, most))
        beyond = np.append(1.0, np.full(count, 1 / (share * draws)))
        self._measures: Mapping[str, Floats] = {
            "expected": joined("cost", np.zeros(len(size)), zero) / draws,
            "worst": np.concatenate([np.zeros(len(self._lower) - 1 - count), beyond]),
        }

    def minimise(self, name: str, held: Mapping[str, float], control: Control) -> tuple[Floats, float]:
        """Return the common columns where a measure is least, and a bound that it nowhere falls below.

        Parameters
        ----------
        name
            The measure.
        held
            The most that other measures may be.
        control
            Ends the run by raising :class:`~singlepot.solver.control.Halt`.
        """
        cost = self._measures[name]
        factor = objective_factor(cost) * OBJECTIVE
        x, dual, matrix, face = self._solve(cost * factor, np.zeros(len(cost)), held, JOINT_ACCURACY, control)
        return self._decision(x), dual_bound(
            matrix, cost, dual / factor, face, self._implied_lower, self._implied_upper
        )

    def nearest(self, target: Floats, weight: Floats, held: Mapping[str, float], control: Control) -> Floats:
        """Return the common columns at the least weighted distance from a target."""
        curve, aim = np.zeros(len(self._lower)), np.zeros(len(self._lower))
        curve[: len(target)], aim[: len(target)] = weight * self._size**2, target / self._size
        curve /= curve[curve > 0].mean()
        x, _, _, _ = self._solve(-curve * aim, curve, held, NEAR_ACCURACY, control)
        return self._decision(x)

    def _decision(self, x: Floats) -> Floats:
        """Return the common columns in original units, within their bounds."""
        common = x[: len(self._size)] * self._size
        return np.asarray(np.clip(common, self._common.column_lower, self._common.column_upper))

    def _solve(
        self, gradient: Floats, curve: Floats, held: Mapping[str, float], accuracy: float, control: Control
    ) -> tuple[Floats, Floats, sparse.csc_array, Face]:
        """Return the minimiser, the dual of each row, the rows, and all bounds."""
        limits = [sparse.csr_array(self._measures[name][None, :]) for name in held]
        matrix = sparse.csr_array(sparse.vstack([self._matrix, *limits]))
        row_lower = np.concatenate([self._row_lower, np.full(len(held), -np.inf)])
        row_upper = np.concatenate([self._row_upper, list(held.values())])
        equal = row_lower == row_upper
        above, below = ~equal & np.isfinite(row_upper), ~equal & np.isfinite(row_lower)
        identity = sparse.eye_array(len(curve), format="csr")
        up, down = np.isfinite(self._upper), np.isfinite(self._lower)
        rows = sparse.vstack([matrix[equal], matrix[above], -matrix[below], identity[up], -identity[down]]).tocsc()
        limit = np.concatenate(
            [row_upper[equal], row_upper[above], -row_lower[below], self._upper[up], -self._lower[down]]
        )
        answer = self._answer(QuadraticProgramme(curve, gradient, rows, limit, int(equal.sum())), accuracy, control)
        LOG.info("%d rows, %d columns: %s", *matrix.shape, answer.detail)
        dual = _duals(answer.multiplier, equal, above, below)
        whole = Face(self._lower, self._upper, row_lower, row_upper, self._lower == self._upper)
        return answer.x, dual, sparse.csc_array(matrix), whole

    def _answer(self, problem: QuadraticProgramme, accuracy: float, control: Control) -> ConicAnswer:
        """Solve without iterative refinement, which takes a third of the time, and with it where that does not end."""
        common = len(self._size)
        try:
            answer = solve_quadratic(problem, control, accuracy, common, refine=False)
            if answer.detail == SOLVED:
                return answer
        except SolverFailedError as error:
            LOG.info("without iterative refinement: %s", error)
        try:
            return solve_quadratic(problem, control, NEAR_ACCURACY, common)
        except PrimalInfeasibleError:
            cause = "no grants let every draw keep its rules"
            raise NoRecourseError(cause, "loosen the rules for targets, or draw less widely") from None


def _duals(multiplier: Floats, equal: Booleans, above: Booleans, below: Booleans) -> Floats:
    """Return the duals of the rows, by our signs; those of bounds follow as reduced costs."""
    dual = np.zeros(len(equal))
    ends = np.cumsum([0, int(equal.sum()), int(above.sum()), int(below.sum())])
    dual[equal] -= multiplier[ends[0] : ends[1]]
    dual[above] -= multiplier[ends[1] : ends[2]]
    dual[below] += multiplier[ends[2] : ends[3]]
    return dual
