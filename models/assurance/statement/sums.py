"""Limits of sums: what an area may get in a year, and what the members of a recipient may get, agree to and pay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from .limits import Limits
from .words import Cell, Together, exact, is_there, sums_by

_GRANTS = {"grant_floor": (True, False), "grant_ceiling": (False, True), "grant_lock": (True, True)}
"""Which bounds each rule of grants sets: the lower one, the upper one."""

ZERO = Fraction(0)


class Sums:
    """The rules of section 4 and the capacity of section 5 of the design of levelling up, each as a sum of cells."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.tables = limits, limits.tables
        self.members: dict[str, list[str]] = {}
        for code in self.tables.codes:
            self.members.setdefault(self.tables.recipient_of(code), []).append(code)

    def rows(self) -> Iterator[Together]:
        """State every sum that has a limit."""
        yield from self._capacities()
        for recipient, members in self.members.items():
            yield from self._of_grants(recipient, members)
            yield from self._of_steps(recipient, members)
            yield from self._of_targets(recipient, members)
            yield from self._of_own_costs(recipient, members)
            yield from self._of_years(recipient, members)

    def _chosen(self, rule: str, **where: str) -> tuple[Fraction, str] | None:
        chosen = self.limits._winner(rule, where, level="recipient")
        return None if chosen is None else chosen[:2]

    def _people(self, areas: Iterable[str]) -> Fraction:
        heads = (self.tables.of_area[area].get("population") for area in areas)
        return sum((exact(head) for head in heads if is_there(head)), ZERO)

    def _times(self, chosen: tuple[Fraction, str], cells: list[Cell], asked: Mapping[Cell, Fraction]) -> Fraction:
        """A limit from its value: of what is asked for in these cells together, or of references, or people."""
        value, basis = chosen
        bid = sum((asked[cell] for cell in cells), ZERO)
        before = sum((self.tables.reference.get(cell, ZERO) for cell in cells), ZERO)
        people = self._people({area for area, _, _ in cells})
        sizes = {"bid": bid, "reference": before, "least": min(bid, before), "amount": Fraction(1), "per_head": people}
        return value * sizes[basis]

    def _asked(self, asked: Mapping[Cell, Fraction], members: list[str], keys: Iterable[str], year: str) -> list[Cell]:
        """Cells of these areas and this year in which something is asked for."""
        cells = ((area, key, year) for area in members for key in keys)
        return [cell for cell in cells if asked.get(cell, ZERO) > 0]

    def _of_grants(self, recipient: str, members: list[str]) -> Iterator[Together]:
        bid = self.tables.bid
        for envelope in self.tables.envelopes:
            for year in self.tables.years:
                cells = self._asked(bid, members, [envelope], year)
                for rule, (lower, upper) in _GRANTS.items():
                    chosen = self._chosen(rule, recipient=recipient, envelope=envelope, year=year)
                    if chosen is not None and cells:
                        limit = self._times(chosen, cells, bid)
                        yield Together(
                            f"{rule} of {recipient}, {envelope}, {year}",
                            "grant",
                            dict.fromkeys(cells, 1),
                            limit if lower else None,
                            limit if upper else None,
                            sum((bid[cell] for cell in cells), ZERO),
                        )

    def _of_steps(self, recipient: str, members: list[str]) -> Iterator[Together]:
        tables = self.tables
        for envelope in tables.envelopes:
            for earlier, year in zip(tables.years, tables.years[1:], strict=False):
                before = {area for area, _, _ in self._asked(tables.bid, members, [envelope], earlier)}
                cells = [c for c in self._asked(tables.bid, members, [envelope], year) if c[0] in before]
                chosen = self._chosen("grant_step", recipient=recipient, envelope=envelope, year=year)
                if chosen is None or not cells:
                    continue
                areas = [area for area, _, _ in cells]
                step = chosen[0] * self._mean(chosen[1], areas, envelope)
                ahead = {(area, envelope, earlier): -1 for area in areas} | dict.fromkeys(cells, 1)
                change = sum((sign * tables.bid[cell] for cell, sign in ahead.items()), ZERO)
                size = sum((tables.bid[cell] for cell in cells), ZERO)
                label = f"grant_step of {recipient}, {envelope}, {year}"
                yield Together(label, "grant", ahead, change - step, change + step, size)

    def _mean(self, basis: str, areas: list[str], envelope: str) -> Fraction:
        """What a step of these areas is a share or number of: means over all years."""
        if basis == "amount":
            return Fraction(1)
        if basis == "per_head":
            return self._people(areas)
        of = self.tables.reference if basis == "reference" else self.tables.bid
        total = sum((v for (a, e, _), v in of.items() if a in areas and e == envelope), ZERO)
        return total / len(self.tables.years)

    def _of_targets(self, recipient: str, members: list[str]) -> Iterator[Together]:
        proposed = self.tables.proposed
        for objective in sorted(self.tables.goals):
            for year in self.tables.years:
                cells = self._asked(proposed, members, [objective], year)
                chosen = self._chosen("target_floor", recipient=recipient, objective=objective, year=year)
                if chosen is not None and cells:
                    limit = self._times(chosen, cells, proposed)
                    size = sum((proposed[cell] for cell in cells), ZERO)
                    label = f"target_floor of {recipient}, {objective}, {year}"
                    yield Together(label, "target", dict.fromkeys(cells, 1), limit, None, size)

    def _of_own_costs(self, recipient: str, members: list[str]) -> Iterator[Together]:
        tables = self.tables
        chosen = self._chosen("own_cost_ceiling", recipient=recipient)
        areas = [area for area in members if tables.whole.get(area, ZERO) > 0]
        if chosen is not None and areas:
            cells = [cell for cell in tables.bid if cell[0] in areas]
            limit = self._times(chosen, cells, tables.bid)
            whole = {(area, "", ""): 1 for area in areas}
            size = sum((tables.whole[area] for area in areas), ZERO)
            yield Together(f"own_cost_ceiling of {recipient}", "own cost", whole, None, limit, size)

    def _of_years(self, recipient: str, members: list[str]) -> Iterator[Together]:
        tables, bid = self.tables, self.tables.bid
        for year in tables.years:
            asked = self._asked(bid, members, tables.envelopes, year)
            chosen = self._chosen("capacity", recipient=recipient, year=year)
            if chosen is not None and asked:
                limit, size = self._times(chosen, asked, bid), sum((bid[cell] for cell in asked), ZERO)
                cells = self._whole_year({area for area, _, _ in asked}, year)
                yield Together(f"capacity of {recipient}, {year}", "grant", cells, None, limit, size)

    def _whole_year(self, areas: Iterable[str], year: str) -> dict[Cell, int]:
        return {(area, envelope, year): 1 for area in sorted(areas) for envelope in self.tables.envelopes}

    def _capacities(self) -> Iterator[Together]:
        """What each area may get in a year; an amount holds without a bid too, of the centre only where it is named."""
        tables = self.tables
        per_year = sums_by(((area, year), value) for (area, _, year), value in tables.bid.items())
        for area in tables.codes:
            for year in tables.years:
                chosen = self.limits._winner("capacity", {**self.limits._area(area), "year": year})
                bid = per_year.get((area, year), ZERO)
                if chosen is None or (bid <= 0 and (chosen[1] not in ("amount", "per_head"))):
                    continue
                if bid <= 0 and area in tables.centre and not chosen[2]:
                    continue
                asked = self._asked(tables.bid, [area], tables.envelopes, year)
                limit = chosen[0] * self._people([area]) if chosen[1] == "per_head" else ZERO
                limit = limit if chosen[1] == "per_head" else self._times(chosen[:2], asked, tables.bid)
                yield Together(f"capacity of {area}, {year}", "grant", self._whole_year([area], year), None, limit, bid)
