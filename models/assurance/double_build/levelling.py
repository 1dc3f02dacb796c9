"""Convergence and inclusion in Pyomo algebra, as sections 1 and 2 of levelling up state them."""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo

from ..statement import Statement
from .rows import Rows


class LevellingRows(Rows):
    """The rows, with those of aims of convergence and of places that bring both objectives together."""

    def __init__(self, statement: Statement) -> None:
        super().__init__(statement)
        self.levelling = statement.levelling
        self._aims()
        self._both()

    def agreed(self, areas: frozenset[str], objective: str, year: str) -> Any:
        """Σ of the agreed targets of some areas."""
        cells = ((area, objective, year) for area in sorted(areas))
        return 0.0 + pyo.quicksum(self.target[cell] for cell in cells if cell in self.target)

    def toward(self, number: int) -> Any:
        """What the areas of an aim bring, less their part in what the line moves by; a share of the aim."""
        aim, year = self.levelling.aims[number], self.levelling.year
        total = self.agreed(aim.areas, aim.objective, year)
        if self.levelling.moving:
            total -= float(aim.part) * self.agreed(aim.against, aim.objective, year)
        return total / float(aim.aim)

    def _aims(self) -> None:
        """Share missed of each aim."""
        model, aims = self.model, self.levelling.aims
        model.not_reached = pyo.Var(range(len(aims)), bounds=(0, None))
        for number, aim in enumerate(aims):
            self.row(f"aim {aim.place} {aim.objective}", self.toward(number) + model.not_reached[number] >= 1)

    def shares(self, place: str) -> tuple[Any, Any]:
        """Shares of both national targets that a place brings."""
        both = self.levelling.both
        assert both is not None
        one, other = (
            self.agreed(both.places[place], key, both.year) / float(size)
            for key, size in zip(both.objectives, both.size, strict=True)
        )
        return one, other

    def _both(self) -> None:
        both, model = self.levelling.both, self.model
        asked = both is not None and both.together is not None
        model.joint = pyo.Var(sorted(both.places) if both is not None and asked else [])
        model.apart = pyo.Var(bounds=(0, None))
        for place in model.joint:
            for share in self.shares(place):
                self.row(f"together {place}", model.joint[place] - share <= 0)
        if both is not None and both.together is not None:
            self.row("together", model.apart + pyo.quicksum(model.joint.values()) >= float(both.together))

    def convergence(self) -> Any:
        """Σ of the shares missed, each by its part in the aims of its objective and by the objective's weight."""
        aims = self.levelling.aims
        return 0.0 + pyo.quicksum(
            float(aim.weight * aim.aim) * self.model.not_reached[number] for number, aim in enumerate(aims)
        )

    def inclusion(self) -> Any:
        """What is missed of both objectives in the same places."""
        both = self.levelling.both
        return self.model.apart if both is not None and both.together is not None else 0.0

    def set_levelling(self) -> None:
        """Set the slacks of these rows to the least that they allow where the shares stand."""
        model = self.model
        for number in model.not_reached:
            model.not_reached[number] = max(1 - pyo.value(self.toward(number)), 0.0)
        brought = 0.0
        for place in model.joint:
            model.joint[place] = min(map(pyo.value, self.shares(place)))
            brought += model.joint[place].value
        both = self.levelling.both
        if both is not None and both.together is not None:
            model.apart = max(float(both.together) - brought, 0.0)
        else:
            model.apart = 0.0
