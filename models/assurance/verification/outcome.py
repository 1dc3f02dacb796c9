"""Outcome of the take-ups by arithmetic alone: grants, targets, the national position, the stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from ..statement import Aim, Both, Cell, Place, Statement

NONE = Fraction(0)


@dataclass(frozen=True)
class Outcome:
    """Statement of the model with the take-up of each move: (area, move) → take-up."""

    statement: Statement
    take_up: Mapping[Place, Fraction]

    @cached_property
    def grants(self) -> Mapping[Cell, Fraction]:
        """g = b + Σ G s, wherever there is a bid, a move or a floor."""
        return self._totals(self.statement.bid, "grant", self.statement.lowest_grant)

    @cached_property
    def targets(self) -> Mapping[Cell, Fraction]:
        """y = q + Σ E s, wherever something is proposed, moved or asked for."""
        return self._totals(self.statement.proposed, "outcome", self.statement.lowest_target)

    @cached_property
    def grant_sizes(self) -> Mapping[Cell, Fraction]:
        """|b| + Σ |G| s: what a grant is the sum of, and its rounding relative to; more than it where moves cancel."""
        return self._totals(self.statement.bid, "grant", self.statement.lowest_grant, size=True)

    @cached_property
    def target_sizes(self) -> Mapping[Cell, Fraction]:
        """|q| + Σ |E| s: the same of a target."""
        return self._totals(self.statement.proposed, "outcome", self.statement.lowest_target, size=True)

    def _totals(
        self, start: Mapping[Cell, Fraction], kind: str, floors: Mapping[Cell, Fraction], *, size: bool = False
    ) -> dict[Cell, Fraction]:
        totals = dict(start) | {cell: NONE for cell, floor in floors.items() if floor > 0 and cell not in start}
        for move in self.statement.moves:
            for (key, year), change in getattr(move, kind).items():
                cell = (move.area, key, year)
                part = change * self.take_up[move.area, move.name]
                totals[cell] = totals.get(cell, NONE) + (abs(part) if size else part)
        return totals

    def spent(self, envelope: str, year: str) -> Fraction:
        """Σ of the grants of a year and envelope."""
        return _of_pot(self.grants, envelope, year)

    def spent_size(self, envelope: str, year: str) -> Fraction:
        """What that is the sum of."""
        return _of_pot(self.grant_sizes, envelope, year)

    def own_cost(self, area: str) -> Fraction:
        """Σ f s of an area."""
        costly = (move for move in self.statement.moves if move.area == area and move.own_cost)
        return sum((move.own_cost * self.take_up[area, move.name] for move in costly), NONE)

    def met(self, row: int, targets: Mapping[Cell, Fraction]) -> Fraction:
        """Σ of contributions that count for a national row."""
        wanted = self.statement.national[row]
        return sum((y for (_, k, t), y in targets.items() if k == wanted.objective and t in wanted.years), NONE)

    @cached_property
    def missed(self) -> tuple[Fraction, ...]:
        """Share missed of each national row."""
        rows = enumerate(self.statement.national)
        return tuple(max(NONE, row.target - self.met(r, self.targets)) / row.base for r, row in rows)

    @cached_property
    def concession(self) -> Mapping[Place, Fraction]:
        """D: mean share given of an area's targets for an objective, the centre's left out."""
        shares: dict[Place, list[Fraction]] = {}
        for (area, objective, year), proposed in self.statement.proposed.items():
            if proposed > 0 and area not in self.statement.centre:
                given = max(NONE, proposed - self.targets[area, objective, year]) / proposed
                shares.setdefault((area, objective), []).append(given)
        return {pair: sum(parts, NONE) / len(parts) for pair, parts in shares.items()}

    @cached_property
    def burden(self) -> Mapping[str, Fraction]:
        """X: what each area with a bid loses and pays, as a share of its bid."""
        lost: dict[str, Fraction] = {}
        for cell, bid in self.statement.bid.items():
            lost[cell[0]] = lost.get(cell[0], NONE) + max(NONE, bid - self.grants[cell])
        whole = self.statement.whole_bid
        return {area: (lost[area] + self.own_cost(area)) / bid for area, bid in whole.items() if bid > 0}

    def weigh(self, share: Fraction) -> Fraction:
        """φ: a share filled into the bands, each at its slope."""
        total = NONE
        for slope, width in self.statement.bands:
            part = share if width is None else min(share, width)
            total += slope * part
            share -= part
        return total

    def stages(self) -> Iterator[tuple[str, Fraction, Fraction, Fraction]]:
        """Name, value, what may be given, and natural size of every stage, in order."""
        money = sum(self.statement.bid.values(), NONE) or self.statement.whole_pot or Fraction(1)
        for kind, priority in self.statement.order:
            size = money if kind in ("burden", "cost") else Fraction(1)
            name = kind if priority is None else f"{kind}[{priority}]"
            yield name, self._stage(kind, priority), self.statement.give.get(kind, NONE), size

    def _stage(self, kind: str, priority: int | None) -> Fraction:
        statement = self.statement
        if kind == "shortfall.largest":
            return max((m for m, row in self._rows(priority)), default=NONE)
        if kind == "shortfall.total":
            return self._total_shortfall(priority)
        if kind == "concession.largest":
            return max(self.concession.values(), default=NONE)
        if kind == "concession.total":
            return self._total_concession()
        if kind == "burden":
            of_bids = sum(
                (statement.equity[a] * statement.whole_bid[a] * self.weigh(x) for a, x in self.burden.items()), NONE
            )
            others = (area for area in statement.areas if area not in self.burden)
            return of_bids + sum((statement.equity[area] * self.own_cost(area) for area in others), NONE)
        if kind == "convergence.total":
            return self._convergence()
        if kind == "inclusion.total":
            return self._inclusion()
        return sum(self.grants.values(), NONE)

    def agreed(self, areas: frozenset[str], objective: str, year: str) -> Fraction:
        """Σ of the agreed targets of some areas."""
        return sum((self.targets.get((area, objective, year), NONE) for area in areas), NONE)

    def short(self, aim: Aim) -> Fraction:
        """What a place misses of its aim."""
        levelling = self.statement.levelling
        brought = self.agreed(aim.areas, aim.objective, levelling.year)
        if levelling.moving:
            brought -= aim.part * self.agreed(aim.against, aim.objective, levelling.year)
        return max(NONE, aim.aim - brought)

    def brought(self, both: Both, place: str) -> tuple[Fraction, Fraction]:
        """Shares of both national targets that a place brings."""
        one, other = (
            self.agreed(both.places[place], key, both.year) / size
            for key, size in zip(both.objectives, both.size, strict=True)
        )
        return one, other

    def _convergence(self) -> Fraction:
        return sum((aim.weight * self.short(aim) for aim in self.statement.levelling.aims), NONE)

    def _inclusion(self) -> Fraction:
        both = self.statement.levelling.both
        if both is None or both.together is None:
            return NONE
        return max(NONE, both.together - sum((min(self.brought(both, place)) for place in both.places), NONE))

    def _rows(self, priority: int | None) -> Iterator[tuple[Fraction, str]]:
        for missed, row in zip(self.missed, self.statement.national, strict=True):
            if self.statement.priority[row.objective] == priority:
                yield missed, row.objective

    def _total_shortfall(self, priority: int | None) -> Fraction:
        by_objective: dict[str, list[Fraction]] = {}
        for missed, objective in self._rows(priority):
            by_objective.setdefault(objective, []).append(missed)
        weight = {k: self.statement.weight[k] for k in by_objective}
        total = sum(weight.values(), NONE)
        if total == 0:
            return NONE
        return sum((weight[k] * sum(parts, NONE) / len(parts) for k, parts in by_objective.items()), NONE) / total

    def _total_concession(self) -> Fraction:
        statement = self.statement
        preference: dict[str, Fraction] = {}
        for area, objective in self.concession:
            preference[area] = preference.get(area, NONE) + statement.preference[area, objective]
        return sum(
            (
                statement.equity[a]
                * statement.people[a]
                * statement.preference[a, k]
                / preference[a]
                * self.weigh(share)
                for (a, k), share in self.concession.items()
            ),
            NONE,
        )


def _of_pot(grants: Mapping[Cell, Fraction], envelope: str, year: str) -> Fraction:
    return sum((grant for (_, e, t), grant in grants.items() if (e, t) == (envelope, year)), NONE)
