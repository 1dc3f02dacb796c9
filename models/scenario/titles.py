"""Titles of areas, objectives and options: what people read in place of keys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from ..levers.lever import Lever, find_lever, levers_of
from ..tables.plain_words import plain
from ..tables.schema import SCALE_BACK
from .scenario import Scenario


class Titles:
    """Titles of what a scenario's tables name by keys.

    Attributes
    ----------
    areas
        Name of each area by its code.
    objectives
        Name of each objective by its key.
    units
        Unit of each objective by its key.
    """

    def __init__(self, scenario: Scenario) -> None:
        """Read the titles from a scenario's tables."""
        areas, objectives = (scenario.filled(table) for table in ("areas", "objectives"))
        self.areas: dict[str, str] = dict(zip(areas["code"], areas["name"], strict=True))
        self.objectives: dict[str, str] = {
            key: name or plain(key) for key, name in zip(objectives["key"], objectives["name"], strict=True)
        }
        self.units: dict[str, str] = dict(zip(objectives["key"], objectives["unit"], strict=True))
        self._scenario = scenario

    @cached_property
    def _options(self) -> dict[tuple[str, str], str]:
        """Names of the options that have one, by area and option."""
        columns = self._scenario.columns("options")
        cells = zip(*(columns[name].tolist() for name in ("area", "option", "name")), strict=True)
        return {(area, option): name for area, option, name in cells if name}

    @cached_property
    def levers(self) -> Mapping[str, Lever]:
        """The levers of the scenario by name."""
        return levers_of(self._scenario.settings.as_dict(), self._scenario.tables)

    def lever(self, name: str) -> Lever:
        """Return a lever, which has a label for people, by a name that finds it."""
        lever = find_lever(self.levers, name, self.areas)
        assert lever is not None, name
        return lever

    def option(self, area: str, option: str) -> str:
        """Return the title of an option, or of a scale-back with the part of the bid that it takes from.

        Parameters
        ----------
        area, option
            As the tables of a settlement name it.
        """
        return self._options.get((area, option)) or plain(option.replace(SCALE_BACK, "Scaling back", 1))

    def of(self, column: str, key: str) -> str:
        """Return the title of a key in a column of a table.

        Parameters
        ----------
        column
            What the column is called: ``area``, ``objective`` and ``envelope`` hold keys, all others words.
        key
            The cell.
        """
        if column == "envelope":
            return plain(key)
        return {"area": self.areas, "objective": self.objectives}.get(column, {}).get(key, key)
