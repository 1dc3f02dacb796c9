"""A stage of lexicographic minimisation, its result, and how a run of stages ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..certificate import relative_gap
from ..control import Halt
from ..errors import NotProvenError, SinglepotError, StoppedError
from ..negligible import COUNTED
from ..programme import Floats
from ..scaling import ScaledProgramme
from .faces import Face

WITHIN = 1e-9
"""By how much of its size a stage may miss its limit and still be held there: what a solver may leave."""


def held_at(optimum: float, give: float, limit: float, size: float) -> float:
    """Return the value up to which later stages may use a stage.

    Parameters
    ----------
    optimum, give, limit
        Of the stage, in its unit; the limit is infinite where there is none.
    size
        Natural size of its value.

    Examples
    --------
    >>> held_at(0.05, 0.01, math.inf, 1.0), held_at(0.05, 0.01, 0.055, 1.0), held_at(0.05, 0.01, 0.04, 1.0)
    (0.060000000000000005, 0.055, 0.060000000000000005)
    """
    most = optimum + give
    return min(most, max(optimum, limit)) if optimum <= limit + WITHIN * size else most


@dataclass(frozen=True, eq=False)
class Stage:
    """One objective of the hierarchy, to be minimised.

    Attributes
    ----------
    name, unit
        As shown to people.
    cost
        One coefficient for each column, original units.
    constant
        Added to the value.
    give
        How much of this stage later stages may use, in its unit.
    size
        Natural size of the value (1 for a share, the sum of bids for money), for relative gaps.
    limit
        Value up to which later stages may use this one where that is less than it gives; passed over where the
        optimum is above it.
    """

    name: str
    unit: str
    cost: Floats
    constant: float = 0.0
    give: float = 0.0
    size: float = 1.0
    limit: float = math.inf

    def held_at(self, optimum: float) -> float:
        """Value up to which later stages may use this one."""
        return held_at(optimum, self.give, self.limit, self.size)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to minimise."""
        return not self.cost.any()


@dataclass(frozen=True, eq=False)
class StageResult:
    """The optimum of a stage, with the duals that prove it.

    Attributes
    ----------
    stage
        What was minimised.
    value, bound
        The optimum, and what its duals prove it cannot fall below.
    size
        To what the gap is relative: the stage's natural size, or more where the bound is a difference of large terms.
    row_dual
        Dual of each row, in the stage's unit for one original unit of the row; shape (rows,).
    method
        How it was solved.
    note
        Why by another solver than the one that was asked for; empty where it was not.
    face, x
        The face that the earlier stages left and the point where this one ended, both scaled; None where there was
        nothing to minimise.
    """

    stage: Stage
    value: float
    bound: float
    row_dual: Floats
    method: str
    size: float
    note: str = ""
    face: Face | None = None
    x: Floats | None = None

    @property
    def gap(self) -> float:
        """Duality gap relative to its size."""
        return relative_gap(self.value, self.bound, self.size)


@dataclass(frozen=True)
class Technique:
    """Cures of numerical trouble: some can be switched off, for tests that show what goes wrong without them.

    Attributes
    ----------
    scale
        Scale columns, rows and objectives; without it no answer is proved either.
    hold_by_face
        Hold earlier stages by their optimal face, not by a row.
    share_by_displacement
        State the sharing step in displacements from the last stage's point.
    safe
        Ask for the simplex method from scratch first: slower, and it ends at other points with other duals.
    counted
        Terms below this, relative to the geometric mean of their row, are left out.
    finer
        Factor by which a solver's tolerances are tighter than it accepts: it solves in units so much smaller.
    """

    scale: bool = True
    hold_by_face: bool = True
    share_by_displacement: bool = True
    safe: bool = False
    counted: float = COUNTED
    finer: float = 1.0


EVERY_CURE = Technique()
"""What every run uses unless a test, or a repeated settlement, asks for another."""


@dataclass(frozen=True, eq=False)
class Start:
    """The basis, opaque, at which the first stage of a programme of this shape ended: a start for other numbers."""

    basis: Any
    shape: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Staged:
    """The end of the stages: the last point and the face that is left, both scaled, the results, and the solver.

    ``start`` is the basis of the first stage, None where its solver keeps none.
    """

    scaled: ScaledProgramme
    x: Floats
    face: Face
    results: tuple[StageResult, ...]
    solver: str
    version: str
    start: Start | None = None


class InfeasibleError(SinglepotError):
    """No point satisfies all rows; raised for the caller to explain."""

    exit_code = 4


def ended_early(halt: Halt, results: Sequence[StageResult]) -> NotProvenError | StoppedError:
    """Turn the end of a run into the error that says which stages were proved by then."""
    known = [(result.stage.name, result.value) for result in results]
    proved = f"{len(known)} stages were proved by then"
    if halt.by_limit:
        return NotProvenError(f"not proven within the time limit: {proved}", "allow more time", known)
    return StoppedError(f"stopped: {proved}", "", known)
