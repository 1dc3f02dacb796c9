r"""Parametric right-hand sides: the optimum of a stage as a function of one bound, piece by piece.

It is convex and piecewise linear. A dual is a subgradient of it, so that the end of a piece is where two tangents
meet: no step has to be guessed.

.. math:: v(b + t) = v(b) + s t \quad \text{while} \quad t \le t^*
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..answer import Method, Stop
from ..backends import REFERENCE, engine
from ..control import Control
from ..errors import SolverFailedError
from ..lexicographic.faces import around
from ..lexicographic.stage import Staged
from ..programme import Floats
from ..scaling import objective_factor

STRAIGHT = 1e-7
"""Largest difference of a value from a line, relative to the change along it, that counts as none."""

FLAT = 1e-10
"""Change of a value, relative to the stage's size, that counts as none: two answers of a solver differ by 2e-11."""

SAME = 1e-9
"""Relative difference of two slopes that counts as none."""

SHORTEST_STEP = 1e-9
"""Shortest step, as a share of the bound's size."""

TANGENTS = 60
"""Most tangents that are laid to find one end of a piece."""

FIRST_STEP = 1e-3
"""First step away from a bound, as a share of its size; a wrong one costs a solve for each factor of 4."""


@dataclass(frozen=True)
class Piece:
    """A linear piece of the optimum on one side of a bound: its slope and its length (may be inf).

    ``slope`` is inf where the bound cannot move that way on the face of the earlier stages.
    """

    slope: float
    length: float


@dataclass(frozen=True)
class Bound:
    """A bound of a row, or of a column: its position, and whether the lower one moves, the upper one, or both."""

    index: int
    of_column: bool = False
    lower: bool = True
    upper: bool = True


class Tracer:
    """Parametric solver of one stage on the face of the earlier ones: one bound moves, the last basis is the start."""

    def __init__(self, staged: Staged, position: int) -> None:
        result = staged.results[position]
        if result.face is None or result.x is None:
            raise ValueError(f"stage {result.stage.name} has nothing to minimise")
        self._scaled = staged.scaled
        self._control = Control()
        self._cost = result.stage.cost * staged.scaled.column_scale
        self._factor = objective_factor(self._cost)
        self._size = result.stage.size
        self._columns = around(result.face.column_bounds, result.x)
        activity = np.asarray(staged.scaled.matrix @ result.x)
        self._rows = around(result.face.row_bounds, activity)
        self._engine = engine(REFERENCE, staged.scaled.matrix)
        self._warm = False
        self._base = 0.0

    def value_and_slope(self, bound: Bound, change: float) -> tuple[float, float] | None:
        """Return the change of the optimum, and its slope, when a bound moves; None where nothing is feasible."""
        if not self._warm:
            self._base = 0.0
            self._solve(self._columns, self._rows)
            self._warm = True
            first = self._solve(self._columns, self._rows)
            assert first is not None
            self._base = first[0]
        at, scale = bound.index, self._scaled
        if bound.of_column:
            columns = _moved(self._columns, bound, change / scale.column_scale[at])
            answer = self._solve(columns, self._rows)
        else:
            answer = self._solve(self._columns, _moved(self._rows, bound, change * scale.row_scale[at]))
        if answer is None:
            return None
        value, dual = answer
        if bound.of_column:
            reduced = self._cost[at] - float((scale.matrix[:, [at]].T @ dual)[0])
            return value - self._base, reduced / float(scale.column_scale[at])
        return value - self._base, float(dual[at] * scale.row_scale[at])

    def _solve(self, columns: tuple[Floats, Floats], rows: tuple[Floats, Floats]) -> tuple[float, Floats] | None:
        methods = (Method.AGAIN, Method.SAFE) if self._warm else (Method.INTERIOR, Method.SAFE)
        for method in methods:
            answer = self._engine.solve(self._cost * self._factor, columns, rows, method, self._control)
            if answer.stop is Stop.OPTIMAL:
                return float(self._cost @ answer.x), answer.row_dual / self._factor
            if answer.stop is Stop.INFEASIBLE:
                return None
        raise SolverFailedError(f"a stage could not be solved again ({answer.detail})", "report this as a defect")

    def piece(
        self, bound: Bound, direction: int, size: float, within: float = np.inf, control: Control | None = None
    ) -> Piece:
        """Return the piece that begins at the present bound, upwards (1) or downwards (-1).

        Parameters
        ----------
        bound
            What moves.
        size
            Natural size of the bound, original units; nothing is looked for beyond 100 times it.
        within
            How far the pieces of earlier stages go; nothing is looked for beyond.
        control
            Ends the run by raising :class:`~singlepot.solver.control.Halt`.
        """
        self._control = control or Control()
        slope, near = self._slope(bound, direction, size)
        if near == 0.0:
            return Piece(float("inf"), 0.0)
        if within <= near:
            return Piece(slope, within)
        most = within * (1 - SAME) if np.isfinite(within) else 100 * size
        length = self._length(bound, direction, slope, near, size, most)
        return Piece(slope, within if length >= most else length)

    def _slope(self, bound: Bound, direction: int, size: float) -> tuple[float, float]:
        """The slope right at the bound and a step over which it is sure: shrink a step until its end is on the line."""
        step = FIRST_STEP * size
        for _ in range(TANGENTS):
            answer = self.value_and_slope(bound, direction * step)
            if answer is None:
                step /= 16
                if step < SHORTEST_STEP * size:
                    return float("inf"), 0.0
                continue
            value, slope = answer
            if self._on_line(value, slope, direction * step):
                return slope, step
            step /= 4
            if step < SHORTEST_STEP * size:
                break
        return slope, step

    def _length(self, bound: Bound, direction: int, slope: float, near: float, size: float, most: float) -> float:
        """Where the line ends: go out in growing steps, then back to where a far tangent meets the line."""
        low, high, past = near, min(4 * near, most), False
        for _ in range(TANGENTS):
            answer = self.value_and_slope(bound, direction * high)
            if answer is not None and self._same_piece(answer, slope, direction * high):
                if past or high >= most:
                    return high
                low, high = high, min(4 * high, most)
                continue
            if answer is None:
                most = high
                high = (low + high) / 2
                if most - low <= SHORTEST_STEP * size:
                    return low
                continue
            past = True
            value, tangent = answer
            meeting = (value - tangent * direction * high) / ((slope - tangent) * direction)
            high = min(max(meeting, low), high)
            if high <= low * (1 + SAME):
                return low
        return low

    def _same_piece(self, answer: tuple[float, float], slope: float, change: float) -> bool:
        """On the line, or with its slope: of a convex function both mean that there is no end before."""
        value, tangent = answer
        return self._on_line(value, slope, change) or abs(tangent - slope) <= SAME * max(abs(tangent), abs(slope))

    def _on_line(self, value: float, slope: float, change: float) -> bool:
        return abs(value - slope * change) <= STRAIGHT * abs(slope * change) + FLAT * self._size


def _moved(bounds: tuple[Floats, Floats], bound: Bound, shift: float) -> tuple[Floats, Floats]:
    """Bounds with one moved; what an earlier stage holds as an equality moves as one."""
    lower, upper = (bound_array.copy() for bound_array in bounds)
    at = bound.index
    both = bool(lower[at] == upper[at])
    if bound.lower or both:
        lower[at] += shift
    if bound.upper or both:
        upper[at] += shift
    return lower, upper
