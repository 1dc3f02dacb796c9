r"""Rates of areas and the gaps between them, as arrays: what aims of convergence and inclusion are measured by.

.. math::
    \rho_{lk} = \frac{\sum_{a \in l} x_{ak}}{\sum_{a \in l} n_{ak}}, \qquad
    \mathrm{gap}_{gk} = \sigma_k \Bigl(\rho_{lk} \sum_{a \in g} n_{ak} - \sum_{a \in g} x_{ak}\Bigr)

x: baseline, n: denominator of the rate, σ: -1 where the measure should fall. g: a place, l: what it is compared with.
Members are the areas with a bid or target whose two figures are known, n above zero; the centre is none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..settings.levelling import Convergence
from ..tables.recipients import recipients_of
from .array_types import Booleans, Columns, Floats, Integers
from .positions import index_of
from .scenario import Scenario

KEPT = 0.001
"""Share of what the line asks of a place below which its gap counts as none: a rate that is rounded is no gap."""

NATION = "nation"
"""What places are compared with where they are compared with all areas."""

NOWHERE = -1
"""Position of an area that belongs to no place."""


@dataclass(frozen=True, eq=False)
class Groups:
    """Places of one kind: their names, sorted, and the position of each area's place; :data:`NOWHERE` for none."""

    names: tuple[str, ...]
    of: Integers

    def sums(self, values: Floats) -> Floats:
        """Add up values of areas, along their first axis, in each place."""
        inside = self.of != NOWHERE
        total = np.zeros((len(self.names), *values.shape[1:]))
        np.add.at(total, self.of[inside], values[inside])
        return total


@dataclass(frozen=True, eq=False)
class Gaps:
    """Gaps of places below their line in the objectives with an aim, one row for each; sorted by place, objective.

    Parameters
    ----------
    places, compared
        Whose gaps they are, and with whom they are compared.
    place, against, objective
        Positions of place, group compared with, and objective, R.
    line
        ρ, the rate compared with at the start, R.
    level, people
        Σx and Σn of the place, R.
    size
        The gap, in the objective's unit, R.
    aim
        What of it should be made up, R.
    share
        Σn of the place over Σn of the group compared with, R.
    below
        Areas whose own rate is below the line of an objective with an aim, A×K.
    year
        Position of the year.
    moving
        Whether the line moves with what is agreed.
    """

    places: Groups
    compared: Groups
    place: Integers
    against: Integers
    objective: Integers
    line: Floats
    level: Floats
    people: Floats
    size: Floats
    aim: Floats
    share: Floats
    below: Booleans
    year: int
    moving: bool


@dataclass(frozen=True, eq=False)
class Together:
    """Prosperity and inclusion in the same places: positions of both objectives and of the year, and the places.

    ``share`` is the part of both national aims that shall be met together; NaN where none is asked for.
    """

    prosperity: int
    inclusion: int
    year: int
    places: Groups
    share: float


@dataclass(frozen=True, eq=False)
class Levelling:
    """Rates and places of a scenario.

    Parameters
    ----------
    level, per, member
        x, n, and whether both count, A×K; figures of areas that are no members are 0.
    sign
        σ, K.
    line
        Rate of the nation at the start, or the published one, K; NaN without members.
    weighted
        Objectives with an aim, K.
    year
        Position of the year of convergence, the last where the settings name none.
    gaps
        None without the section ``[convergence]``.
    together
        None without the section ``[inclusion]``.
    """

    level: Floats
    per: Floats
    member: Booleans
    sign: Floats
    line: Floats
    weighted: Booleans
    year: int
    gaps: Gaps | None
    together: Together | None

    @property
    def rate_gap(self) -> Floats:
        """Gap of each area to the line of the nation, in the objective's unit, A×K; NaN for who is no member."""
        gap = self.sign * (self.line * self.per - self.level)
        return np.where(self.member, gap, np.nan)


def levelling(
    scenario: Scenario, areas: Columns, objectives: Columns, centre: Booleans, concerned: Booleans
) -> Levelling:
    """Read rates and places of a valid scenario.

    Parameters
    ----------
    areas, objectives
        The columns of these tables in canonical order.
    centre, concerned
        Which areas are the centre, and which have a bid or target.
    """
    settings, years = scenario.settings, list(scenario.settings.years)
    shape = (len(centre), len(objectives["key"]))
    level, per, member = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
    for k, (baseline, denominator) in enumerate(zip(objectives["baseline"], objectives["per"], strict=True)):
        if baseline and denominator:
            x, n = areas[baseline], areas[denominator]
            member[:, k] = concerned & np.isfinite(x) & (n > 0)
            level[member[:, k], k], per[member[:, k], k] = x[member[:, k]], n[member[:, k]]
    sign = np.where(objectives["direction"] == "decrease", -1.0, 1.0)
    convergence, inclusion = settings.convergence, settings.inclusion
    rates = {} if convergence is None else convergence.rates
    everybody = per.sum(axis=0)
    line = np.divide(level.sum(axis=0), everybody, out=np.full(shape[1], np.nan), where=everybody > 0)
    line = np.asarray([rates.get(key, rate) for key, rate in zip(objectives["key"], line, strict=True)], dtype=float)
    aims = {} if convergence is None else convergence.aims
    aim = np.asarray([aims.get(key, 0.0) for key in objectives["key"]], dtype=float)
    year = years.index(convergence.year) if convergence is not None and convergence.year else len(years) - 1
    made = Levelling(level, per, member, sign, line, aim > 0, year, None, None)
    gaps = together = None
    if convergence is not None:
        gaps = _gaps(made, aim, _groups(areas, centre, convergence.places), convergence, areas, centre)
    if inclusion is not None:
        position = index_of(objectives["key"])
        together = Together(
            position[inclusion.prosperity],
            position[inclusion.inclusion],
            years.index(inclusion.year) if inclusion.year else len(years) - 1,
            _groups(areas, centre, inclusion.places),
            np.nan if inclusion.together is None else inclusion.together,
        )
    return replace(made, gaps=gaps, together=together)


def _groups(areas: Columns, centre: Booleans, kind: str) -> Groups:
    """Sort the areas, without the centre, into places of a kind."""
    codes = areas["code"]
    if kind == NATION:
        return Groups((NATION,), np.where(centre, NOWHERE, 0))
    label = {
        "area": list(codes),
        "region": list(areas["region"]),
        "recipient": recipients_of(list(codes), areas["name"], areas["recipient"]),
    }[kind]
    names = tuple(sorted({str(name) for name, out in zip(label, centre, strict=True) if name and not out}))
    position = index_of(names)
    of = [NOWHERE if out else position.get(name, NOWHERE) for name, out in zip(label, centre, strict=True)]
    return Groups(names, np.asarray(of, dtype=np.int64))


def _gaps(
    made: Levelling, aim: Floats, places: Groups, convergence: Convergence, areas: Columns, centre: Booleans
) -> Gaps:
    compared = _groups(areas, centre, convergence.compared_with)
    level, people = places.sums(made.level), places.sums(made.per)
    whole, everybody = compared.sums(made.level), compared.sums(made.per)
    rate = np.divide(whole, everybody, out=np.full(whole.shape, np.nan), where=everybody > 0)
    if convergence.compared_with == NATION:
        rate = made.line[None, :]
    against = np.zeros(len(places.names), dtype=np.int64)
    inside = places.of != NOWHERE
    against[places.of[inside]] = compared.of[inside]
    line = np.where(people > 0, rate[against], np.nan)
    gap = made.sign * (line * people - level)
    with np.errstate(invalid="ignore"):
        kept = (gap > KEPT * np.abs(line * people)) & (aim > 0)
        own_line = np.where(compared.of[:, None] == NOWHERE, np.nan, rate[compared.of])
        own_gap = made.sign * (own_line * made.per - made.level)
        below = made.member & (aim > 0) & (own_gap > KEPT * np.abs(own_line * made.per))
    place, objective = np.nonzero(kept)
    return Gaps(
        places,
        compared,
        place,
        against[place],
        objective,
        line[kept],
        level[kept],
        people[kept],
        gap[kept],
        (gap * aim)[kept],
        people[kept] / everybody[against[place], objective],
        below,
        made.year,
        convergence.line == "end",
    )
