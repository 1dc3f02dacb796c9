"""Aims of convergence and inclusion, and their rules, as sections 1 and 2 of levelling up name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Aim:
    """The aim of one place: what its areas should bring, less their part in what the line moves by.

    ``weight`` is what one unit missed counts in the stage; ``line``, ``level`` and ``people`` are the rate compared
    with, and Σx and Σn of the place; ``part`` is Σn over that of ``against``, the areas compared with.
    """

    place: str
    objective: str
    areas: frozenset[str]
    against: frozenset[str]
    line: Fraction
    level: Fraction
    people: Fraction
    part: Fraction
    gap: Fraction
    aim: Fraction
    weight: Fraction


@dataclass(frozen=True)
class Both:
    """Prosperity and inclusion in the same places: objectives, year, S of each, areas by place, what is asked."""

    objectives: tuple[str, str]
    year: str
    size: tuple[Fraction, Fraction]
    places: Mapping[str, frozenset[str]]
    together: Fraction | None


@dataclass(frozen=True)
class GiniCeiling:
    """A ceiling of the Gini coefficient of rates: share of people and rate of each member, and what is allowed."""

    objective: str
    year: str
    people: Mapping[str, Fraction]
    most: Fraction


@dataclass(frozen=True)
class Levelling:
    """Aims of convergence and inclusion, and their rules.

    ``floors`` are the lowest targets that the rules and the section ask for; ``ratios`` hold for an area and year what
    share of its prosperity, both over S, its inclusion should reach; ``sizes`` S of both by year.
    """

    year: str
    moving: bool
    aims: tuple[Aim, ...]
    both: Both | None
    floors: Mapping[tuple[str, str, str], Fraction]
    ginis: tuple[GiniCeiling, ...]
    ratios: Mapping[tuple[str, str], Fraction]
    sizes: Mapping[str, tuple[Fraction, Fraction]]
    level: Mapping[tuple[str, str], Fraction]
    per: Mapping[tuple[str, str], Fraction]
