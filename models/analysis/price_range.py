"""Parametric programming of one bound: the price on either side, and how far it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from singlepot.solver import BadOptionError, Bound, Control, Halt, Marginals, Progress, ended_early

from ..explanation.prices import numeraire, year_of
from ..explanation.rule_prices import bound_of_rule
from ..explanation.solved_stages import SolvedStages
from .price_by_resolving import resolve_price

if TYPE_CHECKING:
    from ..settlement.settlement import Settlement


NOTHING = 1e-9
"""Change of a stage over a move as long as the bound is large that counts as none.

Relative to the stage's value, or to a thousandth of its natural size.
"""


@dataclass(frozen=True)
class PriceSide:
    """Price on one side of a bound.

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
        The bound at which the price changes; inf (or -inf) where it never does. Where the stages had to be solved
        again, because the dual in the tables is the price of the other side, a bound up to which it was seen to hold.
    """

    stage: str
    marginal: float
    value: float
    unit: str
    until: float


@dataclass(frozen=True)
class PriceRange:
    """The one-sided shadow prices of a national target, a pot or a rule, and how far each holds.

    Where both prices are the same the dual is unique and the price holds from ``below.until`` to ``above.until``;
    else one unit less saves ``below.value`` and one unit more costs ``above.value``.

    Parameters
    ----------
    kind, place
        What is priced, as in :class:`~singlepot.Price`.
    bound
        The present target, pot or limit, in its own unit.
    below, above
        The price if it is lowered, and if it is raised.
    """

    kind: str
    place: tuple[str, ...]
    bound: float
    below: PriceSide
    above: PriceSide

    @property
    def unique(self) -> bool:
        """Whether there is one price on both sides."""
        same = self.below.stage == self.above.stage
        size = max(abs(self.below.marginal), abs(self.above.marginal))
        return same and bool(abs(self.below.marginal - self.above.marginal) <= 1e-6 * size)


def find_price_range(
    settlement: Settlement,
    kind: str,
    *place: str,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> PriceRange:
    """Find the prices on both sides of a national target, a pot or a rule, and the interval over which they hold.

    The stages are solved again with the bound moved; the first call can take as long as a settlement, later ones less.
    What changes with a target besides its bound (the shares that shortfalls are measured in) is held.

    Parameters
    ----------
    settlement
        What to look at.
    kind
        ``national``, ``pot``, or the kind of a rule, as in ``settlement.prices``: ``grant floor``, ...
    place
        Objective and year (or range of years), envelope and year, or the labels of the rule.
    time_limit_s
        Seconds of wall time.
    progress
        Called with a :class:`~singlepot.Progress`; returning False stops the run.

    Raises
    ------
    BadOptionError
        There is no such bound.
    NotProvenError, StoppedError
        The time limit or the caller ended the run.

    Examples
    --------
    >>> import singlepot as sp
    >>> settlement = sp.settle(sp.read_scenario("bucks-and-burnley"))
    >>> found = sp.find_price_range(settlement, "national", "carbon", "2026-27")
    >>> round(found.below.value, 6), round(found.above.value, 6), round(found.above.until, 6)
    (0.0, 3.0, 53.166667)
    """
    control = Control(time_limit_s, progress)
    try:
        return _price_range(settlement, kind, place, control)
    except Halt as halt:
        raise ended_early(halt, ()) from halt


def _price_range(settlement: Settlement, kind: str, place: tuple[str, ...], control: Control) -> PriceRange:
    solved = settlement.solve_stages(control)
    known = {(price.kind, *price.place): price.bound for price in settlement.prices}
    bound = known.get((kind, *place)) or bound_of_rule(solved, kind, place)
    if bound is None:
        text = [f"{item[0]} {', '.join(item[1:])}" for item in known if item[0] == kind]
        text = text or sorted({item[0] for item in known})
        wanted = f"{kind} {', '.join(place)}".strip()
        raise BadOptionError(f"nothing that can have a price is called {wanted}", f"choose one of {'; '.join(text)}")
    at = limit_of(solved, bound)
    year = year_of(solved, place)
    below = _side(solved, bound, -1, at, year, control)
    return PriceRange(kind, place, at, below, _side(solved, bound, 1, at, year, control))


def limit_of(solved: SolvedStages, at: Bound) -> float:
    """Return the value of a bound, in original units."""
    programme = solved.programme
    lowest, highest = (
        (programme.column_lower, programme.column_upper) if at.of_column else (programme.row_lower, programme.row_upper)
    )
    lower, upper = float(lowest[at.index]), float(highest[at.index])
    return lower if at.lower and np.isfinite(lower) else upper


def _side(
    solved: SolvedStages, bound: Bound, direction: int, at: float, year: int | None, control: Control
) -> PriceSide:
    """Go through the stages until one changes; as long as none before does, the face before it is the right one.

    It is no longer where a stage has a dual and does not change: that dual is the end of the other side.
    """
    size = abs(at) if at != 0 else 1.0
    length = np.inf
    for stage in solved.marginals:
        done = stage.position / len(solved.formulation.stages)
        control.enter(f"{'below' if direction < 0 else 'above'}: {stage.name}", (done + (direction > 0)) / 2)
        piece = solved.tracer(stage.position).piece(bound, direction, size, length, control)
        length = min(length, piece.length)
        natural = solved.formulation.stages[stage.position].size
        if piece.slope != 0.0 and abs(piece.slope) * size > NOTHING * max(abs(stage.value), 1e-3 * natural):
            return _told(solved, stage, piece.slope, year, at + direction * length)
        if (stage.column if bound.of_column else stage.row)[bound.index] != 0 and length > 0:
            return _side_by_resolving(solved, bound, direction, at, year, length, control)
    return PriceSide("", 0.0, 0.0, "", at + direction * length)


def _side_by_resolving(
    solved: SolvedStages,
    bound: Bound,
    direction: int,
    at: float,
    year: int | None,
    length: float,
    control: Control,
) -> PriceSide:
    resolved = resolve_price(solved, bound, direction, abs(at) if at != 0 else 1.0, length, control)
    until = at + direction * resolved.held
    if resolved.position < 0:
        return PriceSide("", 0.0, 0.0, "", until)
    stage = next(minimised for minimised in solved.marginals if minimised.position >= resolved.position)
    return _told(solved, stage, resolved.slope, year, until)


def _told(solved: SolvedStages, stage: Marginals, slope: float, year: int | None, until: float) -> PriceSide:
    measure = numeraire(solved, stage, year)
    if measure is None:
        return PriceSide(stage.name, slope, abs(slope), stage.unit, until)
    money = solved.formulation.scenario.settings.money
    return PriceSide(stage.name, slope, abs(slope) / measure.worth, f"{money} of {measure.name}", until)
