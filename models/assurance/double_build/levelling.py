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
        self._ginis()
        self._ratios()

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

    def rate(self, area: str, objective: str, year: str) -> Any:
        """Rate of an area at the end."""
        level, per = self.levelling.level[area, objective], self.levelling.per[area, objective]
        agreed = self.agreed(frozenset([area]), objective, year)
        return (float(level) + self.statement.sign[objective] * agreed) / float(per)

    def pairs(self, number: int) -> list[tuple[str, str]]:
        """Pairs of the members under a ceiling of the Gini coefficient."""
        members = sorted(self.levelling.ginis[number].people)
        return [(one, other) for one in members for other in members if one < other]

    def _ginis(self) -> None:
        """The difference of every pair of rates is a variable, over the mean of the start."""
        model, ginis = self.model, self.levelling.ginis
        model.apart_rates = pyo.Var([(g, *pair) for g in range(len(ginis)) for pair in self.pairs(g)], bounds=(0, None))
        self.mean = [
            float(
                sum(
                    share * self.levelling.level[a, g.objective] / self.levelling.per[a, g.objective]
                    for a, share in g.people.items()
                )
            )
            for g in ginis
        ]
        for number, gini in enumerate(ginis):
            rates = {area: self.rate(area, gini.objective, gini.year) / self.mean[number] for area in gini.people}
            people = {area: float(share) for area, share in gini.people.items()}
            for one, other in self.pairs(number):
                for sign in (1, -1):
                    difference = sign * (rates[one] - rates[other])
                    self.row(f"rates {one} {other}", difference - model.apart_rates[number, one, other] <= 0)
            total = pyo.quicksum(people[i] * people[j] * model.apart_rates[number, i, j] for i, j in self.pairs(number))
            whole = pyo.quicksum(people[area] * rate for area, rate in rates.items())
            self.row(f"gini_ceiling {gini.objective} {gini.year}", total - float(gini.most) * whole <= 0)

    def _ratios(self) -> None:
        for (area, year), ratio in self.levelling.ratios.items():
            both = self.levelling.both
            assert both is not None
            prosperity, inclusion = (
                self.target[area, key, year] / float(size)
                for key, size in zip(both.objectives, self.levelling.sizes[year], strict=True)
            )
            self.row(f"inclusion_floor {area} {year}", inclusion - float(ratio) * prosperity >= 0)

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
        for number, one, other in model.apart_rates:
            gini = self.levelling.ginis[number]
            rates = [pyo.value(self.rate(area, gini.objective, gini.year)) for area in (one, other)]
            model.apart_rates[number, one, other] = abs(rates[0] - rates[1]) / self.mean[number]
        both = self.levelling.both
        if both is not None and both.together is not None:
            model.apart = max(float(both.together) - brought, 0.0)
        else:
            model.apart = 0.0
