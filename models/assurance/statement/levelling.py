"""What sections 1 and 2 of levelling up name, by label and in exact fractions: rates, gaps, aims, places, and rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from .aims import Aim, Both
from .tables import Tables
from .words import Cell, Place, exact, is_there, or_one

NONE = Fraction(0)

KEPT = Fraction(1, 1000)
"""A gap is kept above this share of what the line asks of the place."""


class Levels:
    """Reader of both sections from the tables."""

    def __init__(self, tables: Tables, concerned: Iterable[str]) -> None:
        self.tables = tables
        self.convergence, self.inclusion = tables.settings.convergence, tables.settings.inclusion
        self.last = tables.years[-1]
        self.year = self.convergence.year or self.last if self.convergence is not None else self.last
        self.concerned = set(concerned)
        self.level: dict[Place, Fraction] = {}
        self.per: dict[Place, Fraction] = {}
        for key, row in tables.goals.items():
            self._figures(key, row.get("baseline") or "", row.get("per") or "")
        self.sign = {key: -1 if row.get("direction") == "decrease" else 1 for key, row in tables.goals.items()}
        self.aims = {} if self.convergence is None else {k: exact(v) for k, v in self.convergence.aims.items()}
        self.published = {} if self.convergence is None else {k: exact(v) for k, v in self.convergence.rates.items()}

    def _figures(self, key: str, baseline: str, per: str) -> None:
        """Baseline and denominator of the members: areas with a bid or target and both figures, the second above 0."""
        for code in self.tables.codes:
            cells = self.tables.of_area[code].get(baseline), self.tables.of_area[code].get(per)
            if code in self.concerned and baseline and per and all(map(is_there, cells)) and exact(cells[1]) > 0:
                self.level[code, key], self.per[code, key] = exact(cells[0]), exact(cells[1])

    def _sum(self, figures: Mapping[Place, Fraction], key: str, areas: Iterable[str]) -> Fraction:
        return sum((figures.get((area, key), NONE) for area in areas), NONE)

    def places(self, kind: str) -> dict[str, frozenset[str]]:
        """Areas by place; the centre is in none, nor is an area without a region in one."""
        found: dict[str, set[str]] = {}
        for code in self.tables.codes:
            if code in self.tables.centre:
                continue
            row = self.tables.of_area[code]
            name = {"area": code, "nation": "nation", "region": row.get("region") or ""}.get(kind)
            if kind == "recipient":
                name = self.tables.recipient_of(code)
            if name:
                found.setdefault(name, set()).add(code)
        return {name: frozenset(codes) for name, codes in sorted(found.items())}

    def line(self, key: str, areas: Iterable[str], of_nation: bool) -> Fraction | None:
        """Rate of some areas at the start; of the nation the published one where there is one."""
        if of_nation and key in self.published:
            return self.published[key]
        areas = list(areas)
        people = self._sum(self.per, key, areas)
        return self._sum(self.level, key, areas) / people if people > 0 else None

    def all_aims(self) -> Iterator[Aim]:
        """Aims of the places below their line."""
        if self.convergence is None:
            return
        kind = self.convergence.compared_with
        groups, weights = self.places(kind), {k: or_one(self.tables.goals[k].get("weight")) for k in self.aims}
        kept: dict[str, list[tuple[str, frozenset[str], frozenset[str], Fraction, Fraction]]] = {}
        for place, areas in self.places(self.convergence.places).items():
            against = next((group for group in groups.values() if areas <= group), frozenset[str]())
            for key in self.aims:
                line, people = self.line(key, against, kind == "nation"), self._sum(self.per, key, areas)
                if line is None or people <= 0:
                    continue
                gap = self.sign[key] * (line * people - self._sum(self.level, key, areas))
                if gap > KEPT * abs(line * people):
                    kept.setdefault(key, []).append((place, areas, against, line, gap))
        whole = sum(weights.values(), NONE)
        for key, rows in kept.items():
            total = sum((self.aims[key] * gap for *_, gap in rows), NONE)
            for place, areas, against, line, gap in rows:
                level, people = self._sum(self.level, key, areas), self._sum(self.per, key, areas)
                part = people / self._sum(self.per, key, against)
                weight = weights[key] / whole / total if whole > 0 else NONE
                yield Aim(place, key, areas, against, line, level, people, part, gap, self.aims[key] * gap, weight)

    def not_below(self) -> dict[Cell, Fraction]:
        """Zero for members below the line, in the objectives with an aim."""
        floors: dict[Cell, Fraction] = {}
        if self.convergence is None:
            return floors
        kind = self.convergence.compared_with
        for areas in self.places(kind).values():
            for key in self.aims:
                line = self.line(key, areas, kind == "nation")
                for area in areas:
                    if line is None or (area, key) not in self.per:
                        continue
                    asked = line * self.per[area, key]
                    if self.sign[key] * (asked - self.level[area, key]) > KEPT * abs(asked):
                        floors[area, key, self.year] = NONE
        return floors

    def gap_to_nation(self, area: str, key: str) -> Fraction | None:
        """Gap of an area to the nation's line, in the objective's unit; None where a figure is missing."""
        line = self.line(key, (a for a, k in self.per if k == key), of_nation=True)
        if line is None or (area, key) not in self.per:
            return None
        return self.sign[key] * (line * self.per[area, key] - self.level[area, key])

    def size(self, key: str, year: str) -> Fraction:
        """S: the national target of a single year, without one the sum of what is proposed."""
        for row in self.tables.rows("national"):
            if row["objective"] == key and row["year"] in (year, f"{year}:{year}"):
                return exact(row["target"])
        return sum((q for (_, k, t), q in self.tables.proposed.items() if (k, t) == (key, year)), NONE)

    def both(self) -> Both | None:
        """Prosperity and inclusion in the same places."""
        section = self.inclusion
        if section is None:
            return None
        keys, year = (section.prosperity, section.inclusion), section.year or self.last
        together = None if section.together is None else exact(section.together)
        return Both(
            keys, year, (self.size(keys[0], year), self.size(keys[1], year)), self.places(section.places), together
        )
