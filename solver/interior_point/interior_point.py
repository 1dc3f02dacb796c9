r"""A primal-dual interior-point method for block-structured programmes: predictor-corrector (Mehrotra 1992).

.. math:: \min c^T x + \tfrac12 \sum_j h_j x_j^2, \qquad l \le x \le u, \qquad L \le M x \le U

It ends near the analytic centre of the optimal face, where strict complementarity holds: its multipliers describe the
whole face, which those of a vertex do not.

The constants came with decision 71 (November 2026), its scenarios and workloads. Where nothing else is said, what each
is worth by itself is not recorded. They decide whether and when an answer comes; that it is right is proved outside.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..programme import Floats
from .active_set import Centre
from .complementarity import ComplementarityPairs, centring, longest
from .gmres import Gmres
from .newton import NewtonSystem
from .starting_point import inside, path_weights, start
from .structure import Structure

LOG = logging.getLogger("singlepot")

ITERATIONS = 150
"""Most iterations; 33,755 areas took 100 (decision 71)."""

LEAST = 1e-14
"""Primal regularisation: added to the diagonal of a column, so that a free one has one."""

EXTREMES = (1e-100, 1e18)
"""Smallest and largest diagonal of a row."""

SOFT = 1e-9
"""Dual regularisation: diagonal of an equality row; later iterations remove its effect."""

STEP, LAST = 0.9995, 1 - 1e-8
"""Step-to-boundary factor, and its value near the end."""

LONG_STEP, STRETCH, WORTH = 0.9, 0.1, 0.02
"""Length of a step that needs no centrality correction, the increase that one aims at, and the least gain."""

SHARES = 9
"""Weights of a corrector that are tried."""

PATIENCE = 3
"""Iterations without progress after which a useful point is taken."""

SHORTEST_MOVE = 1e-4
"""Step length below which the iteration ends."""

GAP, EXACT = 1e-16, 1e-13
"""Relative complementarity gap at which the iteration ends, and below which one step without progress ends it."""

SHARPENABLE = 2e-9
"""Primal and dual residuals that the active-set step removes."""

USEFUL = 1e-7
"""Relative errors up to which the active-set step is tried."""

CORRECTORS = 2
"""Most centrality correctors of one iteration."""

ACCURATE, ROUGH = 1e-10, 1e-2
"""Residual to which linear systems are solved, near the end and at the beginning."""

ASTRAY = 1e-2
"""Relative residual of a linear system at which the iteration ends."""

EASE, GIVE = 1e-10, 1e-8
"""Regularisation of columns and of rows within blocks in the preconditioner; GMRES removes its effect."""


def centre(
    matrix: sparse.csr_array,
    cost: Floats,
    bounds: tuple[Floats, Floats],
    row_bounds: tuple[Floats, Floats],
    structure: Structure,
    cancel: threading.Event,
    curvature: Floats | None = None,
) -> Centre:
    """Return the analytic centre of the optimal face, as near as rounding allows.

    Parameters
    ----------
    matrix, cost, bounds, row_bounds
        The programme, scaled; infinite bounds are absent.
    structure
        Its blocks.
    cancel
        Ends the run between iterations once it is set.
    curvature
        h, one for each column; none for a linear programme.
    """
    h = np.zeros(len(cost)) if curvature is None else curvature
    walk = _Walk(matrix, cost, h, bounds, row_bounds, structure)
    best: Centre | None = None
    stale = 0
    for step in range(ITERATIONS):
        if cancel.is_set():
            break
        error = walk.error()
        LOG.debug("step %d: error %.1e", step, error)
        if not np.isfinite(error):
            break
        stale += 1
        if best is None or error < best.error:
            best, stale = walk.snapshot(error, step), 0
        patience = PATIENCE if best.error > EXACT else 0
        if error <= GAP or (best.error < USEFUL and stale > patience) or not walk.step():
            break
    assert best is not None
    return best


@dataclass(frozen=True, eq=False)
class _Move:
    """A search direction: duals, values of columns and rows, slacks and multipliers (both relative to their values)."""

    dy: Floats
    dv: Floats
    rooms: Floats
    multipliers: Floats

    def plus(self, other: _Move, primal: float, dual: float) -> _Move:
        """Return this direction and a share of another, one share for the primal part and one for the dual part."""
        return _Move(
            self.dy + dual * other.dy,
            self.dv + primal * other.dv,
            self.rooms + primal * other.rooms,
            self.multipliers + dual * other.multipliers,
        )


class _Walk:
    """The iterate: values of columns and rows, duals, slacks and multipliers of all bounds."""

    def __init__(
        self,
        matrix: sparse.csr_array,
        cost: Floats,
        curvature: Floats,
        bounds: tuple[Floats, Floats],
        row_bounds: tuple[Floats, Floats],
        structure: Structure,
    ) -> None:
        largest = abs(matrix).max(axis=1).toarray().ravel()
        self.row_scale = np.exp2(-np.round(np.log2(np.where(largest > 0, largest, 1.0))))
        matrix = sparse.csr_array(sparse.diags_array(self.row_scale, format="csr") @ matrix)
        row_bounds = row_bounds[0] * self.row_scale, row_bounds[1] * self.row_scale
        self.matrix, self.cost, self.curvature = matrix, cost, curvature
        self.columns = len(cost)
        self.equal = row_bounds[0] == row_bounds[1]
        row_lower = np.where(self.equal, -np.inf, row_bounds[0])
        row_upper = np.where(self.equal, np.inf, row_bounds[1])
        lower, upper = np.concatenate([bounds[0], row_lower]), np.concatenate([bounds[1], row_upper])
        x = start(*bounds)
        rows = inside(np.asarray(matrix @ x), row_lower, row_upper)
        self.value = np.concatenate([x, np.where(self.equal, row_bounds[0], rows)])
        self.limits = ComplementarityPairs(lower, upper, self.value, path_weights(matrix, structure))
        self.size = max(1.0, float(np.abs(cost).mean()))
        self.limits.multiplier = self.size * self.limits.importance / self.limits.room
        self.y = self.limits.pull(self.limits.multiplier)[self.columns :]
        self.system = NewtonSystem(matrix, structure)
        self.gmres = Gmres(self.system)
        self.eased = np.full(len(self.y), GIVE)
        self.eased[structure.border_rows] = 0.0

    @property
    def x(self) -> Floats:
        """Values of the columns."""
        return self.value[: self.columns]

    def error(self) -> float:
        """Return the largest relative residual or gap; residuals that the active-set step removes count as none."""
        x, w = self.x, self.value[self.columns :]
        self.primal = np.asarray(self.matrix @ x - w)
        push = self.cost + self.curvature * x - self.system.transposed @ self.y
        self.dual = np.asarray(push - self.limits.pull(self.limits.multiplier)[: self.columns])
        gap = float(self.limits.room @ self.limits.multiplier)
        self.mu = gap / self.limits.weight
        objective = float(self.cost @ x + 0.5 * self.curvature @ x**2)
        errors = (
            float(np.abs(self.primal).max(initial=0.0)) / (1 + float(np.abs(w).max(initial=0.0))),
            float(np.abs(self.dual).max(initial=0.0)) / (1 + float(np.abs(self.cost).max(initial=0.0))),
        )
        self.residual = max(errors)
        return max(*(0.0 if error <= SHARPENABLE else error for error in errors), gap / (self.size + abs(objective)))

    def step(self) -> bool:
        """Take a predictor-corrector step with centrality correctors; False where the iteration ends."""
        limits = self.limits
        self.stiff = limits.multiplier / limits.room
        weight = limits.sum(self.stiff)
        self.sigma = weight[: self.columns] + self.curvature + LEAST
        with np.errstate(divide="ignore"):
            self.inverse = np.where(self.equal, SOFT, np.clip(1 / weight[self.columns :], *EXTREMES))
        self.system.factorise(self.sigma + EASE, self.inverse + self.eased)
        self.inexact = 0.0
        move = self._newton(-limits.multiplier, residuals=True)
        lengths = self._lengths(move)
        target = self._target(move, lengths)
        second = move.rooms * move.multipliers * (limits.room * limits.multiplier)
        corrector = self._newton((target * limits.importance - second) / limits.room, residuals=False)
        move, lengths = self._joined(move, corrector, lengths)
        for _ in range(CORRECTORS):
            if min(lengths) > LONG_STEP:
                break
            longest_tried = (min(1.0, length * (1 + STRETCH) + STRETCH) for length in lengths)
            primal, dual = longest_tried
            product = (1 + primal * move.rooms) * (1 + dual * move.multipliers) * (limits.room * limits.multiplier)
            corrector = self._newton(centring(product, target * limits.importance) / limits.room, residuals=False)
            following, longer = self._joined(move, corrector, lengths)
            gained = sum(longer) >= sum(lengths) + WORTH
            if sum(longer) > sum(lengths):
                move, lengths = following, longer
            if not gained:
                break
        if max(lengths) < SHORTEST_MOVE or self.inexact > ASTRAY:
            return False
        self._go(move, lengths)
        return True

    def _target(self, move: _Move, lengths: tuple[float, float]) -> float:
        """Return the complementarity to aim at: the shorter the affine step, the nearer to the present one."""
        limits = self.limits
        after = (1 + lengths[0] * move.rooms) * (1 + lengths[1] * move.multipliers)
        left = float(after @ (limits.room * limits.multiplier)) / limits.weight
        return min((left / self.mu) ** 3, 1.0) * self.mu

    def _joined(self, move: _Move, corrector: _Move, lengths: tuple[float, float]) -> tuple[_Move, tuple[float, float]]:
        """Add the weight of a corrector that gives the longest steps, primal and dual (Colombo and Gondzio 2008)."""
        least = max(min(lengths) ** 2, 0.05)
        shares = np.linspace(1.0, least, SHARES)
        chosen, reached = [], []
        for base, extra in ((move.rooms, corrector.rooms), (move.multipliers, corrector.multipliers)):
            one, other = base + extra, base + least * extra
            few = np.minimum(one, other) <= np.maximum(one, other).min(initial=np.inf)  # others never end a step
            base, extra = base[few], extra[few]
            steps = [longest(base + share * extra) for share in shares]
            best = int(np.argmax(steps))
            chosen.append(float(shares[best]))
            reached.append(steps[best])
        return move.plus(corrector, *chosen), (reached[0], reached[1])

    def _newton(self, pull: Floats, *, residuals: bool) -> _Move:
        """Solve the Newton system for the complementarity of the bounds, and for the primal and dual residuals."""
        limits, n = self.limits, self.columns
        sides = limits.pull(pull)
        a, push = sides[:n], sides[n:]
        b = np.where(self.equal, 0.0, self.inverse * push)
        if residuals:
            a, b = a - self.dual, b - self.primal
        accurate = float(np.clip(self.mu / self.size, ACCURATE, ROUGH))
        dx, dy, activity, inexact = self.gmres.solve((self.sigma, self.inverse), a, b, accurate)
        self.inexact = max(self.inexact, inexact)
        weak = self.inverse > 1.0  # of two ways to say the same the one that loses fewer digits
        missed = self.primal if residuals else 0.0
        dw = np.where(weak, activity + missed, self.inverse * (push - dy))
        dv = np.concatenate([dx, np.where(self.equal, 0.0, dw)])
        rooms = limits.along(dv)
        multipliers = pull - self.stiff * rooms
        return _Move(dy, dv, rooms / limits.room, multipliers / limits.multiplier)

    def _lengths(self, move: _Move) -> tuple[float, float]:
        """Return the longest primal and dual step."""
        return longest(move.rooms), longest(move.multipliers)

    def _go(self, move: _Move, lengths: tuple[float, float]) -> None:
        back = min(max(STEP, 1 - self.mu), LAST)
        primal, dual = (min(1.0, back * length) for length in lengths)
        if self.curvature.any():
            primal = dual = min(primal, dual)
        limits = self.limits
        self.value = self.value + primal * move.dv
        limits.room = limits.room * (1 + primal * move.rooms)
        limits.multiplier = limits.multiplier * (1 + dual * move.multipliers)
        prices = limits.pull(limits.multiplier)[self.columns :]
        self.y = np.where(self.equal, self.y + dual * move.dy, prices)

    def snapshot(self, error: float, step: int) -> Centre:
        """Return the iterate as a centre."""
        n = self.columns
        rooms, multipliers = self.limits.sides(self.limits.room, 1.0), self.limits.sides(self.limits.multiplier, 0.0)
        return Centre(
            self.x,
            self.y * self.row_scale,
            (rooms[0][:n], rooms[1][:n]),
            (rooms[0][n:] / self.row_scale, rooms[1][n:] / self.row_scale),
            (multipliers[0][:n], multipliers[1][:n]),
            (multipliers[0][n:] * self.row_scale, multipliers[1][n:] * self.row_scale),
            error,
            self.residual,
            f"error {error:.0e} after {step} steps",
        )
