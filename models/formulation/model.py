"""The model that the terms build: data, limits, and the positions of the columns of each decision variable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from singlepot.solver import Labels, ProgrammeBuilder

from ..scenario.array_types import Booleans, Floats, Integers
from ..scenario.arrays import Arrays
from ..scenario.option_arrays import Cells
from ..settings.settings import Bands
from .rules import Rules

ABSENT = -1
"""Position of a column that the programme does not need."""


@dataclass(eq=False)
class Model:
    """A linear programme under construction.

    Terms are called in order: those that add columns first, then those that add rows over them. A term stores the
    positions of its columns in the attribute of its name.
    """

    data: Arrays
    rules: Rules
    bands: Bands
    build: ProgrammeBuilder = field(default_factory=ProgrammeBuilder)
    take_up: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    grant: Integers = field(default_factory=lambda: np.zeros((0, 0, 0), dtype=np.int64))
    target: Integers = field(default_factory=lambda: np.zeros((0, 0, 0), dtype=np.int64))
    carry_over: Integers = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))
    virement: Moves | None = None
    shortfall: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    most_shortfall: Floats = field(default_factory=lambda: np.zeros(0))
    largest_shortfall: dict[int, int] = field(default_factory=dict)
    concession_share: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    concession_band: Integers = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))
    largest_concession: int = ABSENT
    burden_share: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    burden_band: Integers = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))
    short_of_aim: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    together: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    place_together: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    apart: int = ABSENT
    rate_differences: RateDifferences | None = None

    def keys(self, **positions: npt.NDArray[np.integer]) -> Mapping[str, Labels]:
        """Labels for a family: ``keys(area=…, year=…)`` with positions into the canonical order."""
        return {name: self.data.labels(_KINDS[name], where) for name, where in positions.items()}

    def option_keys(self, options: Integers) -> Mapping[str, Labels]:
        """Labels for a family with one member for each of these options."""
        chosen = self.data.options
        return {"area": self.data.labels("areas", chosen.area[options]), "option": chosen.name[options]}

    def national_keys(self) -> Mapping[str, Labels]:
        """Labels of the national rows: objective, and year or range of years."""
        rows = self.data.national
        first, last = (np.asarray(self.data.labels("years", at), dtype=object) for at in (rows.first, rows.last))
        years = np.where(rows.first == rows.last, first, first + ":" + last)
        return {**self.keys(objective=rows.objective), "years": years}


@dataclass(frozen=True, eq=False)
class Moves:
    """Virement columns: from one envelope into another in a year."""

    source: Integers
    into: Integers
    year: Integers
    column: Integers


@dataclass(frozen=True, eq=False)
class RateDifferences:
    """Columns of the differences of two rates over the mean of the start: at the start, and by one unit agreed."""

    column: Integers
    objective: Integers
    year: Integers
    one: Integers
    other: Integers
    start: Floats
    slope_of_one: Floats
    slope_of_other: Floats

    def at(self, targets: Floats) -> Floats:
        """Return the sizes of the differences where these targets, A×K×T, are agreed."""
        one, other = (targets[members, self.objective, self.year] for members in (self.one, self.other))
        return np.asarray(np.abs(self.start + self.slope_of_one * one - self.slope_of_other * other))


_KINDS = {
    "area": "areas",
    "recipient": "recipients",
    "envelope": "envelopes",
    "into": "envelopes",
    "objective": "objectives",
    "year": "years",
}

Term = Callable[[Model], None]
"""A term adds its columns and rows to the model."""


def reachable(start: Floats, cells: Cells, options_area: Integers, limit: Floats) -> tuple[Floats, Floats]:
    """Implied bounds of a quantity over (area, …, year): its least and largest value over all take-ups.

    Parameters
    ----------
    start
        The bid or proposed target, shape (areas, envelopes or objectives, years).
    cells
        Changes at take-up 1.
    limit
        Largest take-up of each option.
    """
    down, up = start.copy(), start.copy()
    change = cells.value * limit[cells.option]
    at = (options_area[cells.option], cells.across, cells.year)
    np.add.at(down, at, np.minimum(change, 0.0))
    np.add.at(up, at, np.maximum(change, 0.0))
    return down, up


def touched(cells: Cells, options_area: Integers, shape: tuple[int, ...]) -> Booleans:
    """Which cells some option changes."""
    mask = np.zeros(shape, dtype=bool)
    mask[options_area[cells.option], cells.across, cells.year] = True
    return mask


def positions(mask: Booleans, columns: Integers) -> Integers:
    """Spread column positions over the cells of a mask; :data:`ABSENT` elsewhere."""
    table = np.full(mask.shape, ABSENT, dtype=np.int64)
    table[mask] = columns
    return table
