"""What section 4 of the design names, by label and in exact fractions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

from .aims import Levelling

Cell = tuple[str, str, str]
"""(area, envelope, year) or (area, objective, year)."""

Place = tuple[str, str]
"""(envelope, year), (objective, year), (area, objective) or (area, option)."""

Key = TypeVar("Key")

CENTRE = "centre"
TOTAL = "total"
TIED = Fraction(1, 10**9)
"""Relative difference below which an option is for each of two objectives."""


@dataclass(frozen=True)
class Move:
    """An option or a scale-back: changes at take-up 1; ``used`` is the share of it that was taken before."""

    area: str
    name: str
    most: Fraction
    own_cost: Fraction
    grant: Mapping[Place, Fraction]
    outcome: Mapping[Place, Fraction]
    is_scale_back: bool = False
    share_of_bid: Fraction = Fraction(0)
    group: str = ""
    requires: tuple[str, ...] = ()
    scheme: str = ""
    used: Fraction = Fraction(0)

    @property
    def left(self) -> Fraction:
        """Take-up that was not taken before."""
        return self.most * (1 - self.used)


@dataclass(frozen=True)
class Objective:
    """A national row: the years whose contributions it counts; shares of its shortfall are of ``base``."""

    objective: str
    label: str
    years: tuple[str, ...]
    target: Fraction
    base: Fraction


@dataclass(frozen=True)
class PotShare:
    """A sum of grants with a limit in money."""

    label: str
    is_floor: bool
    cells: frozenset[Cell]
    limit: Fraction


@dataclass(frozen=True)
class Together:
    """A limit of a sum: of grants, of targets, or of own costs, each cell with its sign; both bounds may be there."""

    label: str
    of: str
    cells: Mapping[Cell, int]
    lowest: Fraction | None
    highest: Fraction | None
    size: Fraction


@dataclass(frozen=True)
class Statement:
    """Everything section 4 names, by label.

    ``bid``, ``proposed`` hold the rows of the tables; ``step`` is the largest change between a year and the one
    before; ``lowest_grant`` and the like hold only what binds. ``level`` and ``per`` are the baseline and the
    denominator of an area's rate, where it has them, ``sign`` is -1 for what should fall. Money in the scenario's unit.
    """

    areas: tuple[str, ...]
    centre: frozenset[str]
    envelopes: tuple[str, ...]
    objectives: tuple[str, ...]
    years: tuple[str, ...]
    bid: Mapping[Cell, Fraction]
    proposed: Mapping[Cell, Fraction]
    pot: Mapping[Place, Fraction]
    national: tuple[Objective, ...]
    moves: tuple[Move, ...]
    dropped: tuple[tuple[str, str], ...]
    preference: Mapping[Place, Fraction]
    equity: Mapping[str, Fraction]
    people: Mapping[str, Fraction]
    weight: Mapping[str, Fraction]
    priority: Mapping[str, int]
    lowest_grant: Mapping[Cell, Fraction]
    highest_grant: Mapping[Cell, Fraction]
    step: Mapping[Cell, Fraction]
    lowest_target: Mapping[Cell, Fraction]
    highest_target: Mapping[Cell, Fraction]
    target_ceiling: Mapping[Cell, Fraction]
    own_cost_ceiling: Mapping[str, Fraction]
    lowest_take_up: Mapping[Place, Fraction]
    highest_take_up: Mapping[Place, Fraction]
    carry_over: Mapping[Place, Fraction]
    virement: Mapping[Place, Fraction]
    ring_fenced: frozenset[str]
    pot_shares: tuple[PotShare, ...]
    together: tuple[Together, ...]
    order: tuple[tuple[str, int | None], ...]
    give: Mapping[str, Fraction]
    limits: Mapping[str, Fraction]
    bands: tuple[tuple[Fraction, Fraction | None], ...]
    level: Mapping[Place, Fraction]
    per: Mapping[Place, Fraction]
    sign: Mapping[str, int]
    levelling: Levelling
    recipient: Mapping[str, str]

    @cached_property
    def whole_bid(self) -> Mapping[str, Fraction]:
        """Σ of each area's bids."""
        return sums_by((area, value) for (area, _, _), value in self.bid.items())

    @cached_property
    def proposed_in_all(self) -> Mapping[Place, Fraction]:
        """Σ of each area's proposed targets over the years, for each objective."""
        return sums_by(((area, objective), value) for (area, objective, _), value in self.proposed.items())

    @cached_property
    def whole_pot(self) -> Fraction:
        """ΣB."""
        return sum(self.pot.values(), Fraction(0))

    def usable(self, stage: str, optimum: Fraction, size: Fraction) -> Fraction:
        """Value up to which later stages may use one, named with its priority: U of the design of talks."""
        most = optimum + self.give.get(stage.partition("[")[0], Fraction(0))
        limit = self.limits.get(stage)
        if limit is None or optimum > limit + size * TIED:
            return most
        return min(most, max(optimum, limit))

    def meant_for(self, move: Move) -> set[str]:
        """Objectives that an option is for: those it changes most relative to what the area proposed."""
        relative = {}
        for objective in self.objectives:
            proposed = self.proposed_in_all.get((move.area, objective), Fraction(0))
            change = sum((abs(v) for (k, _), v in move.outcome.items() if k == objective), Fraction(0))
            if proposed > 0 and change > 0:
                relative[objective] = change / proposed
        most = max(relative.values(), default=Fraction(0))
        return {objective for objective, size in relative.items() if size >= most * (1 - TIED)}

    @cached_property
    def norm(self) -> Mapping[str, Fraction]:
        """N of the sharing step: Σ Q, or Σ q, or Σ |E|."""
        changes = ((k, abs(v)) for move in self.moves for (k, _), v in move.outcome.items())
        choices = [
            sums_by((row.objective, row.target) for row in self.national),
            sums_by((k, v) for (_, k, _), v in self.proposed.items()),
            sums_by(changes),
        ]
        return {k: next((sums[k] for sums in choices if sums.get(k)), Fraction(1)) for k in self.objectives}

    def curvature(self, move: Move) -> Fraction:
        """σ of the sharing step."""
        pot = self.whole_pot
        money = sum(map(abs, move.grant.values()), Fraction(0)) / pot if pot else Fraction(0)
        return money + sum((abs(v) / self.norm[k] for (k, _), v in move.outcome.items()), Fraction(0))


def sums_by(items: Iterable[tuple[Key, Fraction]]) -> dict[Key, Fraction]:
    """Add up values that share a key."""
    total: dict[Key, Fraction] = {}
    for key, value in items:
        total[key] = total.get(key, Fraction(0)) + value
    return total


def exact(value: object) -> Fraction:
    """Return the decimal that a number is written as, exactly; floats count as their shortest decimal."""
    return Fraction(repr(float(value)) if not isinstance(value, str) else value)  # type: ignore[arg-type]


def is_there(cell: object) -> bool:
    """Whether a cell holds a number."""
    return cell is not None and cell != "" and not (isinstance(cell, float) and math.isnan(cell))


def or_one(cell: object) -> Fraction:
    """Return the number in a cell, or 1 where there is none."""
    return exact(cell) if is_there(cell) else Fraction(1)
