"""Bounds that the rules set: the row with most selectors wins, and it replaces the general rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from .tables import Tables
from .words import Cell, Move, Place, PotShare, exact, is_there

_SELECTORS = ("area", "region", "type", "recipient", "envelope", "objective", "year", "option")


class Limits:
    """Bounds by the rules of section 3: the row with most selectors wins and replaces the general rule."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.rows = list(tables.rows("rules"))
        self.general = {name: exact(value) for name, value in tables.settings.rules.items()}

    def _winner(
        self, rule: str, where: Mapping[str, str], implied: bool = False, level: str = "area"
    ) -> tuple[Fraction, str, bool] | None:
        """Value, basis, and whether the row names an area or type, for one place; if implied, by its name alone."""
        best: tuple[int, dict[str, str]] | None = None
        for row in self.rows:
            named = {k: row[k] for k in _SELECTORS if row.get(k)}
            if "recipient" in named:
                named["recipient"] = self.tables.named_recipient(named["recipient"])
            matches = (
                row["rule"] == rule
                and (row.get("level") or "area") == level
                and all(where.get(key) == value for key, value in named.items())
            )
            matches = matches and ("option" in named or not implied)
            if matches and (best is None or len(named) > best[0]):
                best = (len(named), row)
        if best is not None:
            row = best[1]
            return exact(row["value"]), row.get("basis") or "bid", bool(row.get("area") or row.get("type"))
        return (self.general[rule], "bid", False) if rule in self.general and not implied and level == "area" else None

    def _area(self, code: str) -> dict[str, str]:
        row = self.tables.of_area[code]
        return {
            "area": code,
            "region": row.get("region") or "",
            "type": row.get("type") or "",
            "recipient": self.tables.recipient_of(code),
        }

    def _cells(self, envelopes: bool) -> Iterator[tuple[Cell, dict[str, str]]]:
        tables, kind = self.tables, "envelope" if envelopes else "objective"
        for area in tables.codes:
            for key in tables.envelopes if envelopes else sorted(tables.goals):
                for year in tables.years:
                    yield (area, key, year), {**self._area(area), kind: key, "year": year}

    def _limit(
        self, rule: str, cell: Cell, where: Mapping[str, str], proposed: Mapping[Cell, Fraction]
    ) -> Fraction | None:
        bounds = self._winner(rule, where) if rule else None
        if bounds is None:
            return None
        value, basis, names_area = bounds
        has_bid = proposed.get(cell, Fraction(0)) > 0
        if cell[0] in self.tables.centre and not has_bid and not names_area:
            return None
        if basis == "amount":
            return value
        if basis == "per_head":
            heads = self.tables.of_area[cell[0]].get("population")
            return value * exact(heads) if is_there(heads) else None
        if not has_bid:
            return None
        if basis in ("reference", "least"):
            if cell not in self.tables.reference:
                return None
            before = self.tables.reference[cell]
            return value * (min(before, proposed[cell]) if basis == "least" else before)
        return value * proposed[cell]

    def _bounds(
        self, proposed: Mapping[Cell, Fraction], rules: Iterable[str], envelopes: bool
    ) -> Iterator[tuple[Cell, Fraction]]:
        for cell, where in self._cells(envelopes):
            for rule in rules:
                limit = self._limit(rule, cell, where, proposed)
                if limit is not None:
                    yield cell, limit

    def lowest(self, proposed: Mapping[Cell, Fraction], *rules: str, envelopes: bool) -> dict[Cell, Fraction]:
        """The highest of the limits that these rules set from below, cell by cell."""
        bounds: dict[Cell, Fraction] = {}
        for cell, limit in self._bounds(proposed, rules, envelopes):
            bounds[cell] = max(limit, bounds.get(cell, limit))
        return bounds

    def highest(self, proposed: Mapping[Cell, Fraction], *rules: str, envelopes: bool) -> dict[Cell, Fraction]:
        """The lowest of the limits that these rules set from above, cell by cell."""
        bounds: dict[Cell, Fraction] = {}
        for cell, limit in self._bounds(proposed, rules, envelopes):
            bounds[cell] = min(limit, bounds.get(cell, limit))
        return bounds

    def step(self) -> dict[Cell, Fraction]:
        """Largest change of (grant - bid) from the year before; a share of the mean over all years."""
        tables, bounds = self.tables, {}
        for cell, where in self._cells(envelopes=True):
            area, envelope, year = cell
            position = tables.years.index(year)
            if position == 0:
                continue
            before = (area, envelope, tables.years[position - 1])
            if tables.bid.get(cell, 0) <= 0 or tables.bid.get(before, 0) <= 0:
                continue
            rule = self._winner("grant_step", where)
            if rule is None:
                continue
            bounds[cell] = rule[0] * self._mean(rule[1], cell)
        return bounds

    def _mean(self, basis: str, cell: Cell) -> Fraction:
        """What the value of a step is a share of."""
        tables, (area, envelope, _) = self.tables, cell
        if basis == "amount":
            return Fraction(1)
        if basis == "per_head":
            return exact(tables.of_area[area]["population"])
        amounts = tables.bid if basis == "bid" else tables.reference
        line = [amounts.get((area, envelope, year), Fraction(0)) for year in tables.years]
        return sum(line, Fraction(0)) / len(line)

    def own_cost(self) -> dict[str, Fraction]:
        """What each area with a bid may pay itself, money."""
        tables, bounds = self.tables, {}
        for area in tables.codes:
            rule = self._winner("own_cost_ceiling", self._area(area))
            whole = tables.whole.get(area, Fraction(0))
            if rule is None or whole <= 0:
                continue
            value, basis, _ = rule
            if basis == "bid":
                bounds[area] = value * whole
            elif basis == "reference":
                bounds[area] = value * sum((v for (a, _, _), v in tables.reference.items() if a == area), Fraction(0))
            elif basis == "per_head":
                bounds[area] = value * exact(tables.of_area[area]["population"])
            else:
                bounds[area] = value
        return bounds

    def take_up(self, rule: str, moves: Iterable[Move]) -> dict[Place, Fraction]:
        """Least or largest take-up of each move; a row that names no option is about those of the table alone."""
        bounds = {}
        for move in moves:
            chosen = self._winner(rule, {**self._area(move.area), "option": move.name}, implied=move.is_scale_back)
            if chosen is not None:
                bounds[move.area, move.name] = chosen[0] if chosen[1] == "amount" else chosen[0] * move.most
        return bounds

    def of_pot(self, rule: str) -> dict[Place, Fraction]:
        """What may leave each pot; a pot of nothing gives nothing."""
        bounds = {}
        for (envelope, year), amount in self.tables.pot.items():
            chosen = self._winner(rule, {"envelope": envelope, "year": year})
            if chosen is not None and amount > 0 and chosen[0] > 0:
                bounds[envelope, year] = chosen[0] if chosen[1] == "amount" else chosen[0] * amount
        return bounds

    def pot_shares(self) -> Iterator[PotShare]:
        """The rows that limit sums of grants."""
        for row in self.rows:
            if row["rule"] not in ("pot_share_floor", "pot_share_ceiling"):
                continue
            named = {k: row[k] for k in ("area", "region", "type", "recipient", "envelope", "year") if row.get(k)}
            label = " ".join(named.values()) or "all"
            if "recipient" in named:
                named["recipient"] = self.tables.named_recipient(named["recipient"])
            places = {
                pot: amount
                for pot, amount in self.tables.pot.items()
                if named.get("envelope", pot[0]) == pot[0] and named.get("year", pot[1]) == pot[1]
            }
            cells = frozenset(
                cell for cell, where in self._cells(envelopes=True) if all(where.get(k) == v for k, v in named.items())
            )
            value = exact(row["value"])
            limit = value if row.get("basis") == "amount" else value * sum(places.values(), Fraction(0))
            yield PotShare(label, row["rule"] == "pot_share_floor", cells, limit)
