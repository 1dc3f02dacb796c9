r"""An interior point of our own for programmes made of blocks: predictor and corrector (Mehrotra 1992).

.. math:: \min c^T x + \tfrac12 \sum_j h_j x_j^2, \qquad l \le x \le u, \qquad L \le M x \le U

It ends near the centre of the optimal face, where every bound and row is either clearly tight or clearly not: its
multipliers tell the whole face, which a vertex's do not.
"""

from __future__ import annotations

import logging
import threading

import numpy as np
from scipy import sparse

from .blocks import BlockSystem, Structure
from .programme import Floats
from .refining import refined
from .sharpening import Centre
from .sides import Move, Sides, longest

LOG = logging.getLogger("singlepot")

ITERATIONS = 90
"""Most steps."""

LEAST = 1e-14
"""Added to the diagonal of a column, so that one without limits has one."""

EXTREMES = (1e-100, 1e18)
"""Smallest and largest diagonal of a row."""

SOFT = 1e-9
"""Diagonal of an equality row; later steps remove its effect."""

STEP = 0.9995
"""Share of the way to the nearest bound that is gone at most."""

LONG, FURTHER, WORTH = 0.9, 0.3, 0.05
"""Length of a step that needs no centring, how much longer one is tried for, and the gain that makes it worth it."""

PATIENCE = 3
"""Steps without progress after which a useful point is taken."""

SHORTEST = 1e-4
"""Steps shorter than this lead nowhere."""

GAP = 1e-11
"""Relative complementarity at which no further step is made."""

SHARPENABLE = 2e-9
"""Errors of rows and of prices that sharpening removes."""

USEFUL = 1e-7
"""Relative errors up to which a point is worth polishing."""

CORRECTORS = 3
"""Most centring corrections of one step."""

ACCURATE, ROUGH = 1e-10, 1e-6
"""Error of a linear system at which it is not refined, near the end and at the beginning."""

ASTRAY = 1e-2
"""Error of a linear system, relative to its right-hand side, at which its answer leads nowhere."""

EASE, GIVE = 1e-10, 1e-8
"""Added to the diagonals of columns and of rows within blocks while a system is factorised; refinement removes it."""


def centre(
    matrix: sparse.csr_array,
    cost: Floats,
    bounds: tuple[Floats, Floats],
    row_bounds: tuple[Floats, Floats],
    structure: Structure,
    cancel: threading.Event,
    curvature: Floats | None = None,
) -> Centre:
    """Go to the centre of the optimal face, as near as rounding allows.

    Parameters
    ----------
    matrix, cost, bounds, row_bounds
        The programme, scaled; infinite bounds are absent.
    structure
        Its blocks.
    cancel
        Ends the run between steps once it is set.
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
        if error <= GAP or (best.error < USEFUL and stale > PATIENCE) or not walk.step():
            break
    assert best is not None
    return best


class _Walk:
    """Where the interior point stands: values, values of rows, duals, and rooms and multipliers at all limits."""

    def __init__(
        self,
        matrix: sparse.csr_array,
        cost: Floats,
        curvature: Floats,
        bounds: tuple[Floats, Floats],
        row_bounds: tuple[Floats, Floats],
        structure: Structure,
    ) -> None:
        self.matrix, self.cost, self.curvature = matrix, cost, curvature
        self.equal = row_bounds[0] == row_bounds[1]
        row_lower = np.where(self.equal, -np.inf, row_bounds[0])
        row_upper = np.where(self.equal, np.inf, row_bounds[1])
        self.x = _start(*bounds)
        inside = _inside(np.asarray(matrix @ self.x), row_lower, row_upper)
        self.w = np.where(self.equal, row_bounds[0], inside)
        self.columns, self.rows = Sides(*bounds, self.x), Sides(row_lower, row_upper, self.w)
        self.count = max(self.columns.count + self.rows.count, 1)
        self.size = max(1.0, float(np.abs(cost).mean()))
        self.columns.begin(self.size)
        self.rows.begin(self.size)
        self.y = self.rows.multiplier[0] - self.rows.multiplier[1]
        self.system = BlockSystem(matrix, structure)
        self.eased = np.full(len(self.w), GIVE)
        self.eased[structure.border_rows] = 0.0

    def error(self) -> float:
        """Largest relative error; those of rows and prices that sharpening removes count as none."""
        multiplier = self.columns.multiplier
        self.primal = np.asarray(self.matrix @ self.x - self.w)
        push = self.cost + self.curvature * self.x - self.system.transposed @ self.y
        self.dual = np.asarray(push - multiplier[0] + multiplier[1])
        gap = self.columns.complementarity() + self.rows.complementarity()
        self.mu = gap / self.count
        objective = float(self.cost @ self.x + 0.5 * self.curvature @ self.x**2)
        errors = (
            float(np.abs(self.primal).max(initial=0.0)) / (1 + float(np.abs(self.w).max(initial=0.0))),
            float(np.abs(self.dual).max(initial=0.0)) / (1 + float(np.abs(self.cost).max(initial=0.0))),
        )
        return max(*(0.0 if each <= SHARPENABLE else each for each in errors), gap / (self.size + abs(objective)))

    def step(self) -> bool:
        """Predict, correct, centre and go; False where no step leads on."""
        self.sigma = self.columns.weight() + self.curvature + LEAST
        self.inverse = np.where(self.equal, SOFT, np.clip(1 / self.rows.weight(), *EXTREMES))
        self.system.factorise(self.sigma + EASE, self.inverse + self.eased)
        self.inexact = 0.0
        first = self._newton(self.columns.pull(0.0, None), self.rows.pull(0.0, None))
        after = self.columns.after(first.columns, *self._lengths(first)) + self.rows.after(
            first.rows, *self._lengths(first)
        )
        target = min((after / self.count / self.mu) ** 3, 1.0) * self.mu
        pull_x = self.columns.pull(target, self.columns.second(first.columns))
        pull_w = self.rows.pull(target, self.rows.second(first.rows))
        move = self._newton(pull_x, pull_w)
        lengths = self._lengths(move)
        for _ in range(CORRECTORS):
            if min(lengths) > LONG:
                break
            reach = min(1.0, lengths[0] + FURTHER), min(1.0, lengths[1] + FURTHER)
            more_x = self.columns.centring(move.columns, *reach, target)
            more_w = self.rows.centring(move.rows, *reach, target)
            pull_x = [one + two for one, two in zip(pull_x, more_x, strict=True)]
            pull_w = [one + two for one, two in zip(pull_w, more_w, strict=True)]
            trial = self._newton(pull_x, pull_w)
            longer = self._lengths(trial)
            if sum(longer) < sum(lengths) + WORTH:
                break
            move, lengths = trial, longer
        if max(lengths) < SHORTEST or self.inexact > ASTRAY:
            return False
        self._go(move, lengths)
        return True

    def _newton(self, pull_x: list[Floats], pull_w: list[Floats]) -> Move:
        """Direction that leaves no error in rows and prices, if all of it is gone."""
        push = pull_w[0] - pull_w[1]
        a = pull_x[0] - pull_x[1] - self.dual
        b = np.where(self.equal, 0.0, self.inverse * push) - self.primal
        accurate = float(np.clip(1e-3 * self.mu / self.size, ACCURATE, ROUGH))
        dx, dy, inexact = refined(self.system, (self.sigma, self.inverse), a, b, accurate)
        self.inexact = max(self.inexact, inexact)
        weak = self.inverse > 1.0  # of two ways to say the same the one that loses fewer digits
        dw = np.where(weak, self.matrix @ dx + self.primal, self.inverse * (push - dy))
        dw = np.where(self.equal, 0.0, dw)
        return Move(dx, dy, dw, self.columns.moves(pull_x, dx), self.rows.moves(pull_w, dw))

    def _lengths(self, move: Move) -> tuple[float, float]:
        """How far rooms and multipliers can go."""
        room, multiplier = (
            min(
                longest(getattr(self.columns, kind), move.columns[k], self.columns.has),
                longest(getattr(self.rows, kind), move.rows[k], self.rows.has),
            )
            for k, kind in enumerate(("room", "multiplier"))
        )
        return room, multiplier

    def _go(self, move: Move, lengths: tuple[float, float]) -> None:
        back = max(STEP, 1 - self.mu)
        primal, dual = (min(1.0, back * length) for length in lengths)
        if self.curvature.any():
            primal = dual = min(primal, dual)
        self.x, self.w = self.x + primal * move.dx, self.w + primal * move.dw
        self.columns.go(*move.columns, primal, dual)
        self.rows.go(*move.rows, primal, dual)
        self.y = np.where(self.equal, self.y + dual * move.dy, self.rows.multiplier[0] - self.rows.multiplier[1])

    def snapshot(self, error: float, step: int) -> Centre:
        """What the present point is."""
        columns, rows = self.columns, self.rows
        return Centre(
            self.x,
            self.y,
            (columns.room[0], columns.room[1]),
            (rows.room[0], rows.room[1]),
            (columns.multiplier[0], columns.multiplier[1]),
            (rows.multiplier[0], rows.multiplier[1]),
            error,
            f"error {error:.0e} after {step} steps",
        )


def _start(lower: Floats, upper: Floats) -> Floats:
    both = np.isfinite(lower) & np.isfinite(upper)
    middle = np.where(both, (np.where(both, lower, 0.0) + np.where(both, upper, 0.0)) / 2, 0.0)
    one = np.where(np.isfinite(lower), lower + 1.0, np.where(np.isfinite(upper), upper - 1.0, 0.0))
    return np.where(both, middle, one)


def _inside(value: Floats, lower: Floats, upper: Floats) -> Floats:
    """The nearest value with some room to both limits."""
    both = np.isfinite(lower) & np.isfinite(upper)
    width = np.where(both, np.where(both, upper, 1.0) - np.where(both, lower, 0.0), 2.0)
    margin = np.minimum(0.25 * width, 0.5)
    least = np.where(np.isfinite(lower), lower + margin, -np.inf)
    most = np.where(np.isfinite(upper), upper - margin, np.inf)
    return np.asarray(np.minimum(np.maximum(value, least), most))
