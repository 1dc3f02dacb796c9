"""Constraints of section 4 before any stage, in Pyomo algebra: grants, targets, pots, options."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pyomo.environ as pyo

from ..statement import Cell, Place, Statement


class DoubleBuildError(Exception):
    """The solver of the double build gave no optimum."""


class Rows:
    """Pyomo model of one scenario: shares of options, money moved, and every rule."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.model = model = pyo.ConcreteModel()
        self.moves = dict(enumerate(statement.moves))
        self.of_area: dict[str, list[int]] = {}
        for j, move in self.moves.items():
            self.of_area.setdefault(move.area, []).append(j)
        self.ends = list(zip(statement.years, statement.years[1:], strict=False))
        model.share = pyo.Var(list(self.moves), bounds=self._shares)
        model.carry = pyo.Var(self._carrying(), bounds=(0, 1))
        model.vire = pyo.Var(self._viring(), bounds=(0, None))
        model.rows = pyo.ConstraintList()
        model.held = pyo.ConstraintList()
        model.slack = pyo.Param(mutable=True, initialize=0.0)
        self.names: list[str] = []
        self.grant = self._totals("grant", statement.bid)
        self.target = self._totals("outcome", statement.proposed)
        self._grants()
        self._targets()
        self._pots()
        self._options()
        self._together()

    def _shares(self, model: Any, j: int) -> tuple[float, float]:
        """Least and largest share of an option."""
        move, statement = self.moves[j], self.statement
        place = (move.area, move.name)
        lowest, highest = statement.lowest_take_up.get(place), statement.highest_take_up.get(place)
        least = Fraction(0) if lowest is None else lowest / move.most - move.used
        most = 1 - move.used if highest is None else min(Fraction(1), highest / move.most) - move.used
        return float(max(Fraction(0), least)), float(max(Fraction(0), most))

    def row(self, name: str, expression: Any) -> None:
        """Add a constraint; one without variables counts only if it is false."""
        if expression is True:
            return
        if expression is False:
            raise DoubleBuildError(f"{name} cannot hold")
        self.names.append(name)
        self.model.rows.add(expression)

    def _carrying(self) -> list[Place]:
        pot, limit = self.statement.pot, self.statement.carry_over
        following = dict(zip(self.statement.years, self.statement.years[1:], strict=False))
        return [(e, t) for (e, t) in pot if (e, t) in limit and (e, following.get(t, "")) in pot]

    def _viring(self) -> list[Cell]:
        pot = self.statement.pot
        return [
            (e, into, t)
            for (e, t) in self.statement.virement
            for into in self.statement.envelopes
            if into != e and (into, t) in pot and into not in self.statement.ring_fenced
        ]

    def _totals(self, kind: str, start: Mapping[Cell, Fraction]) -> dict[Cell, Any]:
        """Expressions of a start and what the moves change: grants or agreed targets, where something is there."""
        terms: dict[Cell, list[tuple[float, Any]]] = {cell: [] for cell, value in start.items() if value}
        for j, move in self.moves.items():
            for (key, year), change in getattr(move, kind).items():
                cell = (move.area, key, year)
                terms.setdefault(cell, []).append((float(change * move.most), self.model.share[j]))
        return {
            cell: float(start.get(cell, 0)) + pyo.quicksum(c * x for c, x in parts) for cell, parts in terms.items()
        }

    def _within(self, name: str, total: Any, lowest: Fraction | None, highest: Fraction | None, size: float) -> None:
        if lowest is not None:
            self.row(f"{name} lowest", total / size >= float(lowest) / size)
        if highest is not None:
            self.row(f"{name} highest", total / size <= float(highest) / size)

    def _grants(self) -> None:
        statement = self.statement
        largest = float(max(statement.bid.values(), default=Fraction(1))) or 1.0
        for cell in sorted(set(self.grant) | set(statement.lowest_grant)):
            size = float(statement.bid.get(cell, 0)) or largest
            lowest = max(Fraction(0), statement.lowest_grant.get(cell, Fraction(0)))
            self._within(f"grant {cell}", self.grant.get(cell, 0.0), lowest, statement.highest_grant.get(cell), size)
        for (area, envelope, year), step in statement.step.items():
            before = (area, envelope, statement.years[statement.years.index(year) - 1])
            cell = (area, envelope, year)
            change = (self.grant[cell] - float(statement.bid[cell])) - (
                self.grant[before] - float(statement.bid[before])
            )
            size = float(statement.bid[cell])
            self.row(f"grant_step {cell} up", change / size <= float(step) / size)
            self.row(f"grant_step {cell} down", -change / size <= float(step) / size)
        for share in statement.pot_shares:
            total = pyo.quicksum(self.grant[cell] for cell in share.cells if cell in self.grant)
            size = float(statement.whole_pot) or 1.0
            limit = float(share.limit) / size
            self.row(f"pot_share {share.label}", total / size >= limit if share.is_floor else total / size <= limit)

    def _together(self) -> None:
        statement = self.statement
        for limit in statement.together:
            of = self.grant if limit.of == "grant" else self.target
            if limit.of == "own cost":
                total = pyo.quicksum(self.own_cost(area) for area, _, _ in limit.cells)
            else:
                total = pyo.quicksum(sign * of[cell] for cell, sign in limit.cells.items() if cell in of)
            size = float(limit.size) or float(statement.whole_pot) or 1.0
            self._within(limit.label, total, limit.lowest, limit.highest, size)

    def _targets(self) -> None:
        statement = self.statement
        largest = {
            k: max((v for (_, o, _), v in statement.proposed.items() if o == k), default=Fraction(1))
            for k in statement.objectives
        }
        meant: dict[Cell, list[tuple[float, Any]]] = {}
        for j, move in self.moves.items():
            objectives = statement.meant_for(move)
            for (k, t), change in move.outcome.items():
                if change > 0 and k in objectives:
                    meant.setdefault((move.area, k, t), []).append((float(change * move.most), self.model.share[j]))
        for cell in sorted(set(self.target) | set(statement.lowest_target)):
            proposed = statement.proposed.get(cell, Fraction(0))
            size = float(proposed) or float(largest.get(cell[1], 0)) or 1.0
            lowest = statement.lowest_target.get(cell)
            if proposed > 0:
                lowest = max(Fraction(0), lowest if lowest is not None else Fraction(0))
            self._within(f"target {cell}", self.target.get(cell, 0.0), lowest, statement.highest_target.get(cell), size)
        for cell, ceiling in statement.target_ceiling.items():
            proposed = statement.proposed.get(cell, Fraction(0))
            if cell in meant or proposed > ceiling:
                size = float(proposed) or 1.0
                raised = float(proposed) + pyo.quicksum(c * x for c, x in meant.get(cell, []))
                self.row(f"target_ceiling {cell}", raised / size <= float(ceiling) / size)

    def _pots(self) -> None:
        """Spending and what leaves stay within the pot and what arrives; carry is a share of what may be carried."""
        statement, model = self.statement, self.model
        before = {later: earlier for earlier, later in self.ends}
        places = sorted(set(statement.pot) | {(e, t) for _, e, t in self.grant})
        for envelope, year in places:
            pot = float(statement.pot.get((envelope, year), 0))
            spent = pyo.quicksum(g for (_, e, t), g in self.grant.items() if (e, t) == (envelope, year))
            leaving = pyo.quicksum(x for (e, _, t), x in self.moved().items() if (e, t) == (envelope, year))
            arriving = pyo.quicksum(x for (_, i, t), x in self.moved().items() if (i, t) == (envelope, year))
            leaving += self.carried((envelope, year))
            arriving += self.carried((envelope, before.get(year, "")))
            size = pot or float(statement.whole_pot) or 1.0
            self.row(f"pot {envelope} {year}", (spent + leaving - arriving) / size <= pot / size)
            limit = statement.virement.get((envelope, year))
            out = [x for (e, _, t), x in model.vire.items() if (e, t) == (envelope, year)]
            if limit is not None and out:
                self.row(f"virement {envelope} {year}", pyo.quicksum(out) <= 1)

    def carried(self, pot: Place) -> Any:
        """Return the money carried out of a year."""
        return float(self.statement.carry_over[pot]) * self.model.carry[pot] if pot in self.model.carry else 0.0

    def moved(self) -> dict[Cell, Any]:
        """Money moved between envelopes; the variables are shares of what may leave."""
        return {(e, i, t): float(self.statement.virement[e, t]) * x for (e, i, t), x in self.model.vire.items()}

    def _options(self) -> None:
        statement, model = self.statement, self.model
        of_scheme: dict[str, int] = {}
        for j, move in self.moves.items():
            if move.scheme and of_scheme.setdefault(move.scheme, j) != j:
                together = model.share[j] == model.share[of_scheme[move.scheme]]
                self.row(f"scheme {move.scheme} {move.area} {move.name}", together)
        for area, of_area in self.of_area.items():
            by_name = {self.moves[j].name: j for j in of_area}
            backs = [j for j in of_area if self.moves[j].is_scale_back]
            gone = pyo.quicksum(float(self.moves[j].share_of_bid) * model.share[j] for j in backs)
            groups: dict[str, list[int]] = {}
            for j in of_area:
                move = self.moves[j]
                if not move.is_scale_back and backs:
                    left = float(1 - move.used)
                    self.row(f"link {area} {move.name}", model.share[j] + left * gone <= left)
                if move.group:
                    groups.setdefault(move.group, []).append(j)
                for name in move.requires:
                    ahead = max(self.moves[by_name[name]].used - move.used, Fraction(0))
                    other = model.share[by_name[name]] + float(ahead)
                    self.row(f"requires {area} {move.name}", model.share[j] <= other)
            for name, members in groups.items():
                rest = max(1 - sum((self.moves[j].used for j in members), Fraction(0)), Fraction(0))
                self.row(f"group {area} {name}", pyo.quicksum(model.share[j] for j in members) <= float(rest))
            ceiling = statement.own_cost_ceiling.get(area)
            if ceiling is not None:
                size = float(statement.whole_bid[area])
                self.row(f"own_cost_ceiling {area}", self.own_cost(area) / size <= float(ceiling) / size)

    def own_cost(self, area: str) -> Any:
        """Σ f s of an area, money."""
        costly = [(self.moves[j], j) for j in self.of_area.get(area, []) if self.moves[j].own_cost]
        return 0.0 + pyo.quicksum(float(m.own_cost * m.most) * self.model.share[j] for m, j in costly)
