"""Rules of sections 1 and 2 of levelling up: floors of convergence, the ceiling of the Gini coefficient, inclusion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from .aims import GiniCeiling
from .levelling import NONE, Levels
from .words import Cell, Place, exact

SELECTORS = ("area", "region", "type", "recipient", "objective", "year")


class RateRules:
    """Rules of rates by cell: the row with most selectors wins; without a year a row holds in that of its section."""

    def __init__(self, levels: Levels) -> None:
        self.levels, self.tables = levels, levels.tables
        self.rows = list(self.tables.rows("rules"))
        self.general = {name: exact(value) for name, value in self.tables.settings.rules.items()}

    def value(self, rule: str, where: Mapping[str, str], only_in: str = "") -> Fraction | None:
        """Value of a rule for one place; rows without a year, and the general rule, hold only in the year named."""
        best: tuple[int, Fraction] | None = None
        for row in self.rows:
            named = {key: row[key] for key in SELECTORS if row.get(key)}
            if "recipient" in named:
                named["recipient"] = self.tables.named_recipient(named["recipient"])
            if row["rule"] != rule or any(where.get(key, "") != value for key, value in named.items()):
                continue
            if only_in and "year" not in named and where["year"] != only_in:
                continue
            if best is None or len(named) > best[0]:
                best = (len(named), exact(row["value"]))
        if best is not None:
            return best[1]
        return self.general.get(rule) if only_in in ("", where["year"]) else None

    def _places(self) -> Iterator[tuple[Cell, dict[str, str]]]:
        """Cells of areas, objectives and years; the centre is in none."""
        for area in self.tables.codes:
            row = self.tables.of_area[area]
            of_area = {"area": area, "region": row.get("region") or "", "type": row.get("type") or ""}
            for key in self.tables.goals if area not in self.tables.centre else ():
                for year in self.tables.years:
                    yield (area, key, year), {**of_area, "objective": key, "year": year}

    def floors(self) -> dict[Cell, Fraction]:
        """Lowest targets that ``convergence_floor`` and ``no_worse_than_today`` ask for."""
        floors: dict[Cell, Fraction] = {}
        for cell, where in self._places():
            proposed = self.tables.proposed.get(cell, NONE)
            if proposed > 0:
                value, gap = (
                    self.value("convergence_floor", where, self.levels.year),
                    self.levels.gap_to_nation(*cell[:2]),
                )
                if value is not None and gap is not None:
                    floors[cell] = value * max(gap, NONE)
            elif self.value("no_worse_than_today", where):
                floors[cell] = NONE
        return floors

    def ginis(self) -> Iterator[GiniCeiling]:
        """Ceilings of the Gini coefficient, each by the pairs of members at the start."""
        for key in self.tables.goals:
            for year in self.tables.years:
                value = self.value("gini_ceiling", {"objective": key, "year": year}, self.levels.year)
                if value is None:
                    continue
                members = [area for area, k in self.levels.per if k == key]
                heads = {area: exact(self.tables.of_area[area]["population"]) for area in members}
                people = {area: number / sum(heads.values(), NONE) for area, number in heads.items()}
                rate = {area: self.levels.level[area, key] / self.levels.per[area, key] for area in members}
                pairs = [(i, j) for i in members for j in members if i < j]
                spread = sum((people[i] * people[j] * abs(rate[i] - rate[j]) for i, j in pairs), NONE)
                mean = sum((people[area] * rate[area] for area in members), NONE)
                yield GiniCeiling(key, year, people, value * spread / mean)

    def ratios(self) -> dict[Place, Fraction]:
        """Least ratio of inclusion to prosperity, for areas with targets above zero for both."""
        section, tables = self.levels.inclusion, self.tables
        ratios: dict[Place, Fraction] = {}
        if section is None:
            return ratios
        for (area, key, year), where in self._places():
            both = (tables.proposed.get((area, k, year), NONE) > 0 for k in (section.prosperity, section.inclusion))
            where = {name: value for name, value in where.items() if name != "objective"}
            value = self.value("inclusion_floor", where, section.year or self.levels.last)
            if key == section.prosperity and value is not None and all(both):
                ratios[area, year] = value
        return ratios

    def sizes(self) -> dict[str, tuple[Fraction, Fraction]]:
        """S of both objectives, by year."""
        section = self.levels.inclusion
        if section is None:
            return {}
        size = self.levels.size
        return {year: (size(section.prosperity, year), size(section.inclusion, year)) for year in self.tables.years}
