"""The grammar of sentences on convergence and inclusion, worked out again from areas, targets and the section."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .facts import Facts
from .scanning import AMOUNT, NUMBER, PERCENT, Scanner

GAINED = (
    r"(?P<objective>.+?): (?P<places>area|region)s (?P<where>below|above) "
    r"(?:today's rate of their region|today's rate of all that bid|"
    rf"the published rate) (?P<way>gain|shed) (?P<gain>-?{NUMBER}%) of the (?P<unit>.+?) they "
    rf"(?P<what>lacked|had beyond it), of an aim of (?P<aim>{PERCENT})"
    rf"; the others move too, so the gap itself (?P<verb>narrows|widens) by (?P<by>{PERCENT}); in (?P<wider>\d+) of "
    r"(?P<many>\d+) (?:area|region)s it widens\."
)
AIMED = (
    rf"(?P<name>.+?) is (?P<apart>{PERCENT}) (?P<side>below|above) the line in (?P<objective>.+?): it (?:lacks|has) "
    rf"(?P<gap>{NUMBER}) (?P<unit>.+?)(?P<beyond> too many)?; its aim is (?P<aim>{NUMBER}) (?P<way>more|fewer), "
    rf"(?P<agreed>-?{NUMBER}) are agreed\."
)
JOINED = (
    rf"(?P<one>.+?) and (?P<other>.+?) together: (?P<first>-?{NUMBER}%) and (?P<second>-?{NUMBER}%) of the national "
    rf"targets, (?P<both>-?{NUMBER}%) in the same places(?:, of (?P<asked>{PERCENT}) that were asked for)?\."
)
GREW = (
    r"(?P<one>.+?) and (?P<other>.+?) over (?P<areas>\d+) areas: their rank correlation is (?P<before>-?[\d.]+|nan) as "
    r"proposed and (?P<after>-?[\d.]+|nan) as agreed; at 1 both grow in the same order, at 0 one says nothing about "
    rf"the other\. (?P<both>{PERCENT}) of the people live in areas that grow more than the median in both as proposed, "
    rf"(?P<then>{PERCENT}) as agreed\."
)
TOGETHER = (
    rf"All areas together grow by (?P<first>-?{NUMBER}%) in (?P<one>.+?) and (?P<second>-?{NUMBER}%) in (?P<other>.+?)"
    rf", after (?P<third>-?{NUMBER}%) and (?P<fourth>-?{NUMBER}%) as proposed\."
)
GROWTH_CAPTIONS = (
    "Growth of every area, % of what it has today",
    "Where growth is above that of the median person's area: as proposed, and as agreed",
    "Do those with less grow faster?",
    "Beta: how growth goes with the logarithm of today's rate, below zero where areas with less grow faster. Sigma: "
    "the standard deviation of the logarithms of rates; smaller is more alike.",
)
PAYS = r"Against the same scenario without these aims and rules, grants are: (?P<who>.+)\."


@dataclass(frozen=True)
class Gap:
    """The gap of one place in one objective, today and at the end, and what is agreed of it."""

    place: str
    objective: str
    line: float
    before: float
    size: float
    left: float
    aim: float
    agreed: float


@dataclass(frozen=True, eq=False)
class LevellingFacts:
    """Gaps of a settlement, summed in plain loops."""

    facts: Facts

    @cached_property
    def gaps(self) -> list[Gap]:
        return list(self._gaps())

    def _gaps(self) -> Iterator[Gap]:
        scenario = self.facts.settlement.scenario
        section = scenario.settings.convergence
        if section is None:
            return
        areas = {row["code"]: row for row in scenario.filled("areas").to_dict("records")}
        objectives = {row["key"]: row for row in scenario.filled("objectives").to_dict("records")}
        year = section.year or scenario.settings.years[-1]
        table = self.facts.settlement.targets
        agreed = {
            (row["area"], row["objective"]): row["agreed"] for row in table.to_dict("records") if row["year"] == year
        }
        bidding = {area for (area, _, _), value in self.facts.bid.items() if value > 0}
        bidding |= {area for (area, _, _), value in self.facts.proposed.items() if value > 0}
        all_areas = [code for code in areas if code not in self.facts.centre]

        def grouped(kind: str, code: str) -> str:
            return code if kind == "area" else "" if kind == "nation" else areas[code]["region"]

        for key, share in section.aims.items():
            row = objectives[key]
            sign = -1.0 if row["direction"] == "decrease" else 1.0
            figures = {
                code: (areas[code][row["baseline"]], areas[code][row["per"]])
                for code in all_areas
                if code in bidding and areas[code][row["baseline"]] == areas[code][row["baseline"]]
            }
            figures = {code: both for code, both in figures.items() if both[1] > 0}
            for place in sorted({grouped(section.places, code) for code in figures}):
                mine = [code for code in figures if grouped(section.places, code) == place]
                group = grouped(section.compared_with, mine[0])
                theirs = [code for code in figures if grouped(section.compared_with, code) == group]
                people, everybody = (sum(figures[code][1] for code in some) for some in (mine, theirs))
                level = sum(figures[code][0] for code in mine)
                line = sum(figures[code][0] for code in theirs) / everybody
                if section.compared_with == "nation":
                    line = section.rates.get(key, line)
                size = sign * (line * people - level)
                if size <= 0.001 * abs(line * people):
                    continue
                add = sum(agreed.get((c, key), 0.0) for c in all_areas if grouped(section.places, c) == place)
                moved = sum(agreed.get((c, key), 0.0) for c in all_areas if grouped(section.compared_with, c) == group)
                left = size + moved * people / everybody - add
                yield Gap(place, key, line, level / people, size, left, share * size, add)

    def read(self, scanner: Scanner) -> bool:
        """Read one sentence on convergence or inclusion; whether it was one."""
        if match := scanner.take(self._named(GAINED)):
            self._gained(scanner, match)
        elif match := scanner.take(self._named(AIMED)):
            self._aimed(scanner, match)
        elif match := scanner.take(self._named(JOINED)):
            self._joined(scanner, match)
        elif match := scanner.take(self._named(GREW)):
            self._grew(scanner, match)
        elif match := scanner.take(self._named(TOGETHER)):
            sums = [self._growth(match["one"], match["other"], when) for when in ("agreed", "proposed")]
            for part, value in zip(
                ("first", "second", "third", "fourth"), [v for s in sums for v in s[1]], strict=True
            ):
                scanner.number("growth of all areas", match[part], value)
        elif match := scanner.take(
            r"Every area's growth in (.+) against its growth in (.+), as (?:proposed|agreed); "
            r"the table holds the figures"
        ):
            scanner.need(r"(\. Left and right arrow move along the marks\.)?$")
            scanner.claim("objectives of growth", {match[1], match[2]} <= set(self.facts.names.values()))
        elif scanner.take("|".join(map(re.escape, GROWTH_CAPTIONS))):
            scanner.claim("a caption of growth", True)
        elif match := scanner.take(r"Without a figure for (.+?): (.+)\.$"):
            self._lacking(scanner, match[1], match[2])
        else:
            return False
        return True

    def _named(self, pattern: str) -> str:
        """The pattern with the names of the objectives, of which some hold an "and"."""
        names = "|".join(sorted(map(re.escape, self.facts.names.values()), key=len, reverse=True))
        return re.sub(r"(\(\?P<(?:one|other|objective)>)\.\+\?\)", lambda match: f"{match[1]}{names})", pattern)

    def _key(self, name: str) -> str:
        return next(key for key, called in self.facts.names.items() if called == name)

    def _gained(self, scanner: Scanner, match: re.Match[str]) -> None:
        key = self._key(match["objective"])
        gaps = [gap for gap in self.gaps if gap.objective == key]
        whole, left = sum(gap.size for gap in gaps), sum(max(gap.left, 0.0) for gap in gaps)
        scanner.number("gain of the gap", match["gain"], sum(gap.agreed for gap in gaps) / whole)
        scanner.number("aim of the gap", match["aim"], sum(gap.aim for gap in gaps) / whole)
        scanner.number("the gap itself", match["by"], abs(1 - left / whole))
        same = abs(left - whole) <= 1e-9 * whole
        scanner.claim(
            "it narrows or widens", same or (match["verb"] == "narrows") == (left <= whole), f"{left} {whole}"
        )
        wider = sum(gap.left > gap.size * (1 + 1e-9) for gap in gaps)
        scanner.claim("places where it widens", (int(match["wider"]), int(match["many"])) == (wider, len(gaps)))
        scanner.claim("unit of the gap", match["unit"] == self.facts.units[key])
        words = ("above", "shed", "had beyond it") if self._falls(key) else ("below", "gain", "lacked")
        scanner.claim("which side is worse", match.group("where", "way", "what") == words, match[0])

    def _falls(self, key: str) -> bool:
        """Whether less of an objective is better."""
        objectives = self.facts.settlement.scenario.filled("objectives").set_index("key")
        return str(objectives.at[key, "direction"]) == "decrease"

    def _aimed(self, scanner: Scanner, match: re.Match[str]) -> None:
        key = self._key(match["objective"])
        found = [g for g in self.gaps if g.objective == key and self.facts.area_names.get(g.place) == match["name"]]
        scanner.claim("an aim of the area", len(found) == 1, match["name"])
        for gap in found:
            scanner.number("how far from the line", match["apart"], abs(gap.before / gap.line - 1))
            scanner.claim("which side of the line", (match["side"] == "below") == (gap.before < gap.line))
            many = match.group("side", "beyond", "way") == ("above", " too many", "fewer")
            few = match.group("side", "beyond", "way") == ("below", None, "more")
            scanner.claim("which side is worse", many if self._falls(key) else few, match[0])
            for part, value in (("gap", gap.size), ("aim", gap.aim), ("agreed", gap.agreed)):
                scanner.number(f"{part} of the area", match[part], value)

    def _joined(self, scanner: Scanner, match: re.Match[str]) -> None:
        scenario = self.facts.settlement.scenario
        section = scenario.settings.inclusion
        assert section is not None
        year, table = section.year or scenario.settings.years[-1], self.facts.settlement.targets
        areas = {row["code"]: row for row in scenario.filled("areas").to_dict("records")}
        names = {row["name"]: row["code"] for row in areas.values()}

        def place(code: str) -> str:
            if section.places == "recipient":
                named = areas[code]["recipient"]
                return named if named in areas else names.get(named, named) or code
            return areas[code]["region"] if section.places == "region" else code

        shares: list[dict[str, float]] = []
        for key in (section.prosperity, section.inclusion):
            national = [row.target for row in self.facts.national if (row.objective, row.label) == (key, year)]
            proposed = sum(value for (_, k, t), value in self.facts.proposed.items() if (k, t) == (key, year))
            size, by_place = national[0] if national else proposed, dict[str, float]()
            for row in table.to_dict("records"):
                if (row["objective"], row["year"]) == (key, year) and row["area"] not in self.facts.centre:
                    where = place(row["area"])
                    by_place[where] = by_place.get(where, 0.0) + row["agreed"] / size
            shares.append(by_place)
        both = sum(min(shares[0].get(p, 0.0), shares[1].get(p, 0.0)) for p in set(shares[0]) | set(shares[1]) if p)
        for part, value in (("first", shares[0]), ("second", shares[1])):
            scanner.number("share of a national target", match[part], sum(v for p, v in value.items() if p))
        scanner.number("in the same places", match["both"], both)
        scanner.claim("what was asked for", (match["asked"] is None) == (section.together is None))
        if match["asked"]:
            scanner.number("what was asked for", match["asked"], section.together or 0.0)

    def _growth(self, one: str, other: str, when: str) -> tuple[list[tuple[float, float, float]], list[float]]:
        """Growth of each area in two objectives, with its people; and that of all areas together."""
        scenario = self.facts.settlement.scenario
        section = scenario.settings.inclusion
        year = (section.year if section else "") or scenario.settings.years[-1]
        if section is None and scenario.settings.convergence is not None:
            year = scenario.settings.convergence.year or year
        objectives = scenario.filled("objectives").set_index("key")
        keys = [self._key(name) for name in (one, other)]
        agreed = {
            (row["area"], row["objective"]): row["agreed" if when == "agreed" else "proposed"]
            for row in self.facts.settlement.targets.to_dict("records")
            if row["year"] == year
        }
        bidding = {area for (area, _, _), value in (*self.facts.bid.items(), *self.facts.proposed.items()) if value > 0}
        rows, sums = [], [[0.0, 0.0], [0.0, 0.0]]
        for area in scenario.filled("areas").to_dict("records"):
            levels = [area[objectives.at[key, "baseline"]] for key in keys]
            pers = [area[objectives.at[key, "per"]] for key in keys]
            if area["code"] not in bidding or area["code"] in self.facts.centre:
                continue
            if all(level > 0 for level in levels) and all(per > 0 for per in pers):
                added = [agreed.get((area["code"], key), 0.0) for key in keys]
                rows.append((added[0] / levels[0], added[1] / levels[1], area.get("population", float("nan"))))
                for k in range(2):
                    sums[k][0] += added[k]
                    sums[k][1] += levels[k]
        people = [row[2] if row[2] == row[2] else 0.0 for row in rows]
        people = people if sum(people) > 0 else [1.0] * len(rows)
        return [(a, b, n) for (a, b, _), n in zip(rows, people, strict=True)], [added / level for added, level in sums]

    def _grew(self, scanner: Scanner, match: re.Match[str]) -> None:
        for when, correlation, both in (("proposed", "before", "both"), ("agreed", "after", "then")):
            rows, _ = self._growth(match["one"], match["other"], when)
            scanner.claim("areas that grow", int(match["areas"]) == len(rows))
            ranks = [[_rank(row[k], [r[k] for r in rows]) for row in rows] for k in range(2)]
            flat = any(max(rank) == min(rank) for rank in ranks)
            value = float("nan") if flat else float(np.corrcoef(*ranks)[0, 1])
            same = match[correlation] == "nan" if flat else abs(float(match[correlation]) - value) <= 0.005 + 1e-9
            scanner.claim("rank correlation", same, f"{match[correlation]} for {value}")
            middles = [_middle([(row[k], row[2]) for row in rows]) for k in range(2)]
            above = sum(n for a, b, n in rows if a > middles[0] and b > middles[1])
            scanner.number("people above both medians", match[both], above / sum(row[2] for row in rows))

    def _lacking(self, scanner: Scanner, name: str, who: str) -> None:
        scenario = self.facts.settlement.scenario
        row = scenario.filled("objectives").set_index("key").loc[self._key(name)]
        areas = scenario.filled("areas").set_index("name")
        for area in who.split(", "):
            scanner.claim("without a figure", bool(areas.loc[area, [row["baseline"], row["per"]]].isna().any()), area)


def _rank(value: float, values: list[float]) -> float:
    below, alike = sum(v < value for v in values), sum(v == value for v in values)
    return below + (alike + 1) / 2


def _middle(values: list[tuple[float, float]]) -> float:
    """The smallest value at which at least half the people live in areas at or below it."""
    whole = sum(people for _, people in values)
    return min(v for v, _ in values if sum(n for w, n in values if w <= v) >= whole / 2 * (1 - 1e-12))


def read_paid(scanner: Scanner, moved: dict[str, float]) -> bool:
    """Read who pays and who gains, from the difference of each region's grants, in money; whether it was that."""
    if scanner.take("Convergence and inclusion move no money between regions\\."):
        least = 5e-5 * sum(scanner.facts.bid.values())
        scanner.claim("no money moves", all(abs(value) <= least for value in moved.values()), f"{moved}")
        return True
    match = scanner.take(PAYS)
    for region, amount, way in re.findall(rf"([^,;]+?) ({AMOUNT}) (less|more)", match["who"] if match else ""):
        region = region.removeprefix(" and").strip()
        scanner.amount("money that a region pays or gains", amount, abs(moved[region]))
        scanner.claim("less or more", (way == "less") == (moved[region] < 0), region)
    return match is not None
