"""Checks of the areas' population and equity attribute, and the totals that other checks compare with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..diagnostics.problems import shown
from ..settings.settings import Settings
from ..tables.labels import Integers
from ..tables.schema import CENTRE
from .keys import places
from .number_cells import Floats
from .options import almost_centre
from .parsing import Parsed

Tables = Mapping[str, Parsed]


@dataclass(frozen=True, eq=False)
class Census:
    """The areas, row by row of their table.

    Parameters
    ----------
    row_of
        First row of each code.
    centre
        Which rows are of type centre.
    bid, target
        Sum of bids, in money, and of targets, of mixed units: only whether it is above zero counts.
    population
        People; NaN where not known.
    """

    row_of: Mapping[str, int]
    centre: npt.NDArray[np.bool_]
    bid: Floats
    target: Floats
    population: Floats

    @property
    def concerned(self) -> npt.NDArray[np.bool_]:
        """Areas, not the centre, with a bid or a target above zero."""
        return np.asarray(~self.centre & ((self.bid > 0) | (self.target > 0)))


def take_census(tables: Tables) -> Census:
    """Count what each area bids and proposes."""
    areas = tables["areas"]
    codes = areas.text("code")
    row_of: dict[str, int] = {}
    for row, code in enumerate(codes.values):
        row_of.setdefault(code, row)
    row_of.pop("", None)

    def total(table: str, column: str) -> Floats:
        parsed, sums = tables[table], np.zeros(areas.rows)
        if column in parsed.numbers and "area" in parsed.labels:
            row: Integers = places(parsed.labels["area"], row_of)
            np.add.at(sums, row[row >= 0], np.nan_to_num(parsed.numbers[column])[row >= 0])
        return sums

    return Census(
        row_of,
        areas.text("type").where(lambda word: word == CENTRE or almost_centre(word)),
        total("bids", "amount"),
        total("targets", "target"),
        areas.number("population"),
    )


def check_people(areas: Parsed, census: Census, settings: Settings) -> None:
    """Check population and equity attribute of the areas with a bid or target."""
    if "population" in areas.numbers:
        _check_population(areas, census)
    equity = settings.equity
    if equity is None:
        return
    if equity.attribute not in areas.numbers:
        if equity.attribute == "population":
            expected = "the column, because equity goes by it"
            areas.complain("SP-D040", column="population", expected=expected, remedy="add it, or choose an attribute")
        return
    value = areas.numbers[equity.attribute]
    read = _readable(areas, equity.attribute)
    for row in np.flatnonzero(census.concerned & ~(value > 0) & read):
        cell = "an empty cell" if np.isnan(value[row]) else f"{value[row]:g}"
        expected = f"a number > 0 for {_who(areas, int(row))}, because equity goes by it"
        areas.complain("SP-D040", int(row), equity.attribute, cell, expected, "write a number above zero")


def _check_population(areas: Parsed, census: Census) -> None:
    missing = np.isnan(areas.numbers["population"]) & _readable(areas, "population")
    for row in np.flatnonzero(census.concerned & missing):
        expected = f"a number ≥ 0 for {_who(areas, int(row))}, which has a bid or target"
        remedy = "fill it in, or leave the whole column out"
        areas.complain("SP-D041", int(row), "population", "an empty cell", expected, remedy)


def _readable(areas: Parsed, column: str) -> npt.NDArray[np.bool_]:
    """Cells of a column of numbers whose problem is not already named."""
    return ~np.isin(np.arange(areas.rows), list(areas.faulty.get(column, ())))


def _who(areas: Parsed, row: int) -> str:
    return shown(areas.text("code")[row])
