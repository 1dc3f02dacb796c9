"""How a price differs on either side of a bound, and how far the bound can move before it changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from singlepot.solver import BadOption, Marginals

from .prices import yardstick
from .workings import Workings, work_out

if TYPE_CHECKING:
    from .settlement import Settlement


@dataclass(frozen=True)
class Side:
    """The price on one side of a bound.

    Attributes
    ----------
    stage
        The first stage whose optimum changes when the bound moves that way; empty where none does.
    marginal
        Change of its optimum for one more unit of the bound; inf where no settlement would be left.
    value
        The price in money (of the pot that ``unit`` names), or in the stage's unit where no pot binds.
    unit
        Of ``value``.
    until
        The bound at which the price changes; inf (or -inf) where it never does.
    """

    stage: str
    marginal: float
    value: float
    unit: str
    until: float


@dataclass(frozen=True)
class PriceRange:
    """A national target or a pot, its price below and above the present bound, and how far each holds.

    Where both prices are the same the dual is unique and the price holds from ``below.until`` to ``above.until``;
    else one unit less saves ``below.value`` and one unit more costs ``above.value``.
    """

    kind: str
    place: tuple[str, ...]
    bound: float
    below: Side
    above: Side

    @property
    def unique(self) -> bool:
        """Whether there is one price on both sides."""
        same = self.below.stage == self.above.stage
        size = max(abs(self.below.marginal), abs(self.above.marginal))
        return same and bool(abs(self.below.marginal - self.above.marginal) <= 1e-6 * size)


def price_range(settlement: Settlement, kind: str, *place: str) -> PriceRange:
    """Find the prices on both sides of a national target or a pot, and the interval over which they hold.

    The stages are solved again with the bound moved; the first call can take as long as a settlement, later ones less.
    What changes with a target besides its bound (the shares that shortfalls are measured in) is held.

    Parameters
    ----------
    kind
        ``national`` or ``pot``.
    place
        Objective and year (or range of years), or envelope and year.

    Raises
    ------
    BadOption
        There is no such row.

    Examples
    --------
    >>> import singlepot as sp
    >>> found = sp.price_range(sp.settle(sp.read_scenario("bucks-and-burnley")), "national", "carbon", "2026-27")
    >>> round(found.below.value, 6), round(found.above.value, 6), round(found.above.until, 6)
    (0.0, 3.0, 53.166667)
    """
    workings = work_out(settlement)
    rows = workings.programme.rows(kind) if kind in ("national", "pot") else slice(0, 0)
    labels = {workings.programme.row_label(i): i for i in range(rows.start, rows.stop)}
    row = labels.get(f"{kind}[{','.join(place)}]")
    if row is None:
        raise BadOption(f"there is no row {kind} {', '.join(place)}", f"choose one of {', '.join(labels) or 'none'}")
    programme = workings.programme
    bound = float(programme.row_lower[row] if kind == "national" else programme.row_upper[row])
    last = str(place[-1]).split(":")[-1]
    year = workings.formulation.data.years.index(last)
    below, above = (_side(workings, row, direction, bound, year) for direction in (-1, 1))
    return PriceRange(kind, place, bound, below, above)


def _side(workings: Workings, row: int, direction: int, bound: float, year: int) -> Side:
    """Go through the stages until one changes; as long as none before does, the face before it is the right one."""
    size = bound if bound > 0 else 1.0
    length = np.inf
    for stage in workings.marginals:
        piece = workings.tracer(stage.position).piece(row, direction, size, length)
        length = min(length, piece.length)
        if piece.slope != 0.0 and abs(piece.slope) * size > 1e-9 * max(abs(stage.value), 1e-3):
            return _told(workings, stage, piece.slope, year, bound + direction * length)
    return Side("", 0.0, 0.0, "", bound + direction * length)


def _told(workings: Workings, stage: Marginals, slope: float, year: int, until: float) -> Side:
    measure = yardstick(workings, stage, year)
    if measure is None:
        return Side(stage.name, slope, abs(slope), stage.unit, until)
    money = workings.formulation.scenario.settings.money
    return Side(stage.name, slope, abs(slope) / measure.worth, f"{money} of {measure.name}", until)
