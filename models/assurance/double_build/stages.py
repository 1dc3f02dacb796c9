"""Lexicographic stages in Pyomo algebra: their objectives, and their optima, each held by a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import pyomo.environ as pyo

from ..statement import Cell, Place, Statement
from .levelling import LevellingRows
from .rows import DoubleBuildError
from .solving import solve

HOLD = 1e5
"""Factor of the rows that hold earlier stages: what the solver's tolerance may spend there shrinks by it.

A slack of 1e-9 in one stage can buy 4e-5 in a later one; at 1e-10 / 1e5 a tolerance buys nothing that shows.
"""

HELD = 1e-9
"""A dual above this, with the objective so enlarged, holds its variable or row at the bound."""

SLACKS = (0.0, 1e-9, 1e-8, 1e-7)
"""What the rows that hold stages are given, so enlarged, where rounding leaves no point: at most 1e-12 of a stage."""

OBJECTIVE = 1e3
"""Factor of objectives, so that small coefficients stand clear of the solver's dual tolerance."""


class Build(LevellingRows):
    """The rows, and what each stage adds to them.

    ``fixed`` names the variables, and ``tight`` the rows, that a stage's optimum holds at a bound; ``held`` the row
    that holds each stage.
    """

    def __init__(self, statement: Statement, stopped: Callable[[], bool] = lambda: False) -> None:
        super().__init__(statement)
        self._stopped = stopped
        self.fixed: set[str] = set()
        self.tight: set[str] = set()
        self.held: dict[str, str] = {}
        self._shortfall()
        self._concession()
        self._burden()

    def _shortfall(self) -> None:
        """Shares missed of each national row, and the largest of each priority."""
        statement, model = self.statement, self.model
        model.missed = pyo.Var(range(len(statement.national)), bounds=(0, None))
        model.most_missed = pyo.Var(sorted(set(statement.priority.values())), bounds=(0, None))
        for r, row in enumerate(statement.national):
            met = pyo.quicksum(y for (_, k, t), y in self.target.items() if k == row.objective and t in row.years)
            wanted = float(row.target / row.base)
            self.row(f"national {row.objective} {row.label}", met / float(row.base) + model.missed[r] >= wanted)
            self.row(
                f"largest {row.objective} {row.label}",
                model.missed[r] <= model.most_missed[statement.priority[row.objective]],
            )

    def _concession(self) -> None:
        statement, model = self.statement, self.model
        cells = [c for c, q in statement.proposed.items() if q > 0 and c[0] not in statement.centre]
        years: dict[Place, list[Cell]] = {}
        for cell in cells:
            years.setdefault(cell[:2], []).append(cell)
        model.given = pyo.Var(cells, bounds=(0, None))
        model.most_given = pyo.Var(bounds=(0, None))
        for cell in cells:
            agreed = self.target[cell] / float(statement.proposed[cell])
            self.row(f"concession {cell}", model.given[cell] + agreed >= 1)
        self.concession = {
            pair: pyo.quicksum(model.given[cell] for cell in of_pair) / len(of_pair) for pair, of_pair in years.items()
        }
        for pair, share in self.concession.items():
            self.row(f"largest concession {pair}", share <= model.most_given)
        model.given_band = pyo.Var(list(years), range(len(statement.bands)), bounds=self._width)
        self.weighed_concession = self._banded(model.given_band, self.concession)

    def _burden(self) -> None:
        statement, model = self.statement, self.model
        cells = [c for c, b in statement.bid.items() if b > 0]
        model.lost = pyo.Var(cells, bounds=(0, None))
        for cell in cells:
            self.row(f"cut {cell}", model.lost[cell] + self.grant[cell] / float(statement.bid[cell]) >= 1)
        burden: dict[str, Any] = {}
        for area, whole in statement.whole_bid.items():
            if whole > 0:
                lost = pyo.quicksum(float(statement.bid[c]) * model.lost[c] for c in cells if c[0] == area)
                burden[area] = (lost + self.own_cost(area)) / float(whole)
        model.lost_band = pyo.Var(list(burden), range(len(statement.bands)), bounds=self._width)
        self.burden = burden
        self.weighed_burden = self._banded(model.lost_band, burden)

    def _width(self, model: Any, *index: Any) -> tuple[float, float | None]:
        width = self.statement.bands[index[-1]][1]
        return 0.0, None if width is None else float(width)

    def _banded(self, bands: Any, shares: Mapping[Any, Any]) -> dict[Any, Any]:
        """φ of each share: the share is covered by its bands, cheapest first because slopes rise."""
        weighed = {}
        for key, share in shares.items():
            index = key if isinstance(key, tuple) else (key,)
            parts = [bands[(*index, i)] for i in range(len(self.statement.bands))]
            self.row(f"bands {key}", pyo.quicksum(parts) >= share)
            weighed[key] = pyo.quicksum(
                float(slope) * w for (slope, _), w in zip(self.statement.bands, parts, strict=True)
            )
        return weighed

    def stages(self) -> dict[str, tuple[Any, float, float]]:
        """Return expression, natural size and what may be given of every stage."""
        statement = self.statement
        money = float(sum(statement.bid.values(), Fraction(0)) or statement.whole_pot) or 1.0
        stages = {}
        for name, priority in statement.order:
            give = float(statement.give.get(name, 0))
            if name == "shortfall.largest":
                stages[f"{name}[{priority}]"] = (self._largest_shortfall(priority), 1.0, give)
            elif name == "shortfall.total":
                stages[f"{name}[{priority}]"] = (self._total_shortfall(priority), 1.0, give)
            elif name == "concession.largest":
                stages[name] = (self.model.most_given if self.concession else 0.0, 1.0, give)
            elif name == "concession.total":
                stages[name] = (self._total_concession(), 1.0, give)
            elif name == "burden":
                stages[name] = (self._total_burden(), money, give)
            elif name == "convergence.total":
                stages[name] = (self.convergence(), 1.0, give)
            elif name == "inclusion.total":
                stages[name] = (self.inclusion(), 1.0, give)
            else:
                stages[name] = (pyo.quicksum(self.grant.values()), money, give)
        return stages

    def _largest_shortfall(self, priority: int | None) -> Any:
        used = any(self.statement.priority[row.objective] == priority for row in self.statement.national)
        return self.model.most_missed[priority] if used else 0.0

    def _total_shortfall(self, priority: int | None) -> Any:
        statement = self.statement
        rows: dict[str, list[int]] = {}
        for r, row in enumerate(statement.national):
            if statement.priority[row.objective] == priority:
                rows.setdefault(row.objective, []).append(r)
        weight = float(sum((statement.weight[k] for k in rows), Fraction(0)))
        if weight <= 0:
            return 0.0
        return pyo.quicksum(
            float(statement.weight[k]) / weight / len(of_objective) * self.model.missed[r]
            for k, of_objective in rows.items()
            for r in of_objective
        )

    def _total_concession(self) -> Any:
        statement = self.statement
        preferences: dict[str, Fraction] = {}
        for area, k in self.concession:
            preferences[area] = preferences.get(area, Fraction(0)) + statement.preference[area, k]
        return pyo.quicksum(
            float(statement.equity[a] * statement.people[a] * statement.preference[a, k] / preferences[a]) * weighed
            for (a, k), weighed in self.weighed_concession.items()
        )

    def _total_burden(self) -> Any:
        statement = self.statement
        total = pyo.quicksum(
            float(statement.equity[a] * statement.whole_bid[a]) * weighed for a, weighed in self.weighed_burden.items()
        )
        for area in statement.areas:
            if area not in self.weighed_burden:
                total += float(statement.equity[area]) * self.own_cost(area)
        return total

    def optima(self) -> dict[str, float]:
        """Minimise the stages in lexicographic order, with rows that hold the earlier ones."""
        optima: dict[str, float] = {}
        for name, (stage, size, give) in self.stages().items():
            optima[name] = self._minimise(name, stage, size)
            self._hold(name, stage, self.most(name, optima[name], size) if give else optima[name], size)
        return optima

    def most(self, name: str, optimum: float, size: float) -> float:
        """Value up to which later stages may use a stage that gives."""
        return float(self.statement.usable(name, Fraction(optimum), Fraction(size)))

    def values(self) -> dict[str, float]:
        """Return the value of every stage where the variables stand."""
        return {name: float(pyo.value(stage)) for name, (stage, _, _) in self.stages().items()}

    def _minimise(self, name: str, stage: Any, size: float) -> float:
        if is_number(stage):
            return float(pyo.value(stage))
        self.model.del_component("objective")
        self.model.objective = pyo.Objective(expr=stage * (OBJECTIVE / size))
        for slack, options in product(SLACKS, ({"solver": "ipx"}, {"solver": "simplex"}, {"presolve": "off"})):
            if self._stopped():
                raise DoubleBuildError("it was stopped")
            self.model.slack = slack
            prices = solve(self.model, options)
            if prices is not None:
                self.fixed |= {variable.name for variable, price in prices.reduced.items() if abs(price) > HELD}
                self.tight |= {row.name for row, price in prices.duals.items() if abs(price) > HELD}
                return float(pyo.value(stage))
        raise DoubleBuildError(f"no optimum for {name}")

    def _hold(self, name: str, stage: Any, limit: float, size: float) -> None:
        if not is_number(stage):
            row = self.model.held.add(stage * (HOLD / size) <= limit * (HOLD / size) + self.model.slack)
            self.held[name] = row.name


def is_number(stage: Any) -> bool:
    """Whether a stage has nothing to minimise."""
    return isinstance(stage, int | float) or bool(stage.is_constant())
