"""The rows of drawn scenarios, rebuilt in plain Python from the tables and section 4 of the design."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from singlepot.models.formulation.formulation import formulate
from singlepot.solver import LinearProgramme

from ...strategies import Draft, scenario, seeded

Row = tuple[dict[str, float], float, float]
OPEN = float("inf")


def used(row: dict[str, Any]) -> float:
    """The share of an option that was taken before."""
    return float(row.get("used") or 0.0)


class ByHand:
    """A scenario as dictionaries, and its rows as sums over them."""

    def __init__(self, made: Draft) -> None:
        self.years = made["years"]
        self.centre = set(made["areas"].query("type == 'centre'")["code"])
        self.envelopes = list(dict.fromkeys(made["pot"]["envelope"]))
        self.bid = {(r.area, r.envelope, r.year): r.amount for r in made["bids"].itertuples()}
        self.pot: dict[tuple[str, str], float] = defaultdict(float)
        for r in made["pot"].itertuples():
            self.pot[r.envelope, r.year] += r.amount
        targets = made.get("targets")
        self.proposed = (
            {} if targets is None else {(r.area, r.objective, r.year): r.target for r in targets.itertuples()}
        )
        self.keys = list(made["objectives"]["key"]) if "objectives" in made else []
        national = made.get("national")
        self.national = [] if national is None else [(r.objective, r.year, r.target) for r in national.itertuples()]
        self.rules = made["rules"]
        self.options = self._options(made)
        self.profile = self._profiles(made)
        self._scale_backs()

    def _options(self, made: Draft) -> dict[tuple[str, str], dict[str, Any]]:
        table = made["options"].to_dict("records") if "options" in made else []
        result = {(row["area"], row["option"]): row for row in table}
        while True:
            gone = [
                k
                for k, row in result.items()
                if row["max_take_up"] == 0
                or (row["requires"] and (k[0], row["requires"]) not in result)
                or (
                    row.get("scheme")
                    and sum(other.get("scheme") == row["scheme"] for other in result.values())
                    < sum(other.get("scheme") == row["scheme"] for other in table)
                )
            ]
            if not gone:
                return result
            for key in gone:
                del result[key]

    def _profiles(self, made: Draft) -> dict[tuple[str, str], dict[tuple[str, str], float]]:
        rows: dict[tuple[str, str], dict[tuple[str, str], float]] = {key: {} for key in self.options}
        for row in made["option_years"].to_dict("records") if "option_years" in made else []:
            if (row["area"], row["option"]) in rows:
                cells = rows[row["area"], row["option"]]
                for name in [f"grant_{e}" for e in self.envelopes] + self.keys:
                    cells[name.removeprefix("grant_"), row["year"]] = row[name]
        return rows

    def _scale_backs(self) -> None:
        self.backs: dict[str, dict[str, float]] = defaultdict(dict)
        whole: dict[str, float] = defaultdict(float)
        for (area, _, _), amount in self.bid.items():
            whole[area] += amount
        self.whole = whole
        for (area, envelope, year), amount in self.bid.items():
            if amount == 0:
                continue
            name = f"scale-back {envelope + ' ' if len(self.envelopes) > 1 else ''}{year}"
            cells = {(envelope, year): -amount}
            for (owner, key, at), q in self.proposed.items():
                if owner != area or q == 0:
                    continue
                spent = sum(v for (a, _, t), v in self.bid.items() if a == area and t <= at)
                if spent == 0:
                    cells[key, at] = -q * amount / whole[area]
                elif year <= at:
                    cells[key, at] = -q * amount / spent
            self.profile[area, name] = cells
            self.backs[area][name] = amount / whole[area]
        for area in {a for (a, _, _), q in self.proposed.items() if q > 0} - self.centre:
            if whole[area] == 0:
                self.profile[area, "scale-back"] = {
                    (k, t): -q for (a, k, t), q in self.proposed.items() if a == area and q
                }
                self.backs[area]["scale-back"] = 1.0

    def rows(self) -> dict[str, Row]:
        rows: dict[str, Row] = {}
        for kind, start, names in (("grant", self.bid, self.envelopes), ("target", self.proposed, self.keys)):
            for area in {a for a, _ in self.profile} | {a for a, _, _ in start}:
                for name in names:
                    for year in self.years:
                        self._defined(rows, kind, start, area, name, year)
        self._pots(rows)
        for key, years, q in self.national:
            first, _, last = years.partition(":")
            counted = self.years[self.years.index(first) : self.years.index(last or first) + 1]
            terms = {f"target[{a},{key},{t}]": 1.0 for a in self._areas(rows, "target", key) for t in counted}
            terms = {name: 1.0 for name in terms if name in rows}
            rows[f"national[{key},{years}]"] = ({**terms, f"shortfall[{key},{years}]": 1.0}, q, OPEN)
        for (area, name), row in self.options.items():
            if self.backs[area]:
                left = 1 - used(row)
                terms = {f"take_up[{area},{back}]": left * weight for back, weight in self.backs[area].items()}
                terms[f"take_up[{area},{name}]"] = 1 / row["max_take_up"]
                rows[f"link[{area},{name}]"] = (terms, -OPEN, left)
            if row["requires"]:
                needed = self.options[area, row["requires"]]
                terms = {
                    f"take_up[{area},{row['requires']}]": 1 / needed["max_take_up"],
                    f"take_up[{area},{name}]": -1 / row["max_take_up"],
                }
                rows[f"requirement[{area},{name},{row['requires']}]"] = (terms, used(row) - used(needed), OPEN)
        self._groups(rows)
        self._schemes(rows)
        return rows

    def _groups(self, found: dict[str, Row]) -> None:
        groups: dict[tuple[str, str], list[str]] = defaultdict(list)
        for (area, name), row in sorted(self.options.items()):
            if row["group"]:
                groups[area, row["group"]].append(name)
        for (area, _), names in groups.items():
            if len(names) > 1:
                terms = {f"take_up[{area},{name}]": 1 / self.options[area, name]["max_take_up"] for name in names}
                left = 1 - sum(used(self.options[area, name]) for name in names)
                found[f"group[{area},{names[0]}]"] = (terms, -OPEN, left)

    def _schemes(self, found: dict[str, Row]) -> None:
        first: dict[str, tuple[str, str]] = {}
        for key, row in sorted(self.options.items()):
            if row.get("scheme") and first.setdefault(row["scheme"], key) != key:
                other = first[row["scheme"]]
                terms = {
                    f"take_up[{key[0]},{key[1]}]": 1 / row["max_take_up"],
                    f"take_up[{other[0]},{other[1]}]": -1 / self.options[other]["max_take_up"],
                }
                found[f"scheme[{key[0]},{key[1]}]"] = (terms, 0.0, 0.0)

    def _areas(self, found: dict[str, Row], kind: str, key: str) -> set[str]:
        return {
            name.split("[")[1].split(",")[0] for name in found if name.startswith(f"{kind}[") and f",{key}," in name
        }

    def _defined(
        self, found: dict[str, Row], kind: str, start: dict[Any, float], area: str, name: str, year: str
    ) -> None:
        terms = {
            f"take_up[{a},{option}]": -cells[name, year]
            for (a, option), cells in self.profile.items()
            if a == area and cells.get((name, year), 0.0) != 0
        }
        value = start.get((area, name, year), 0.0)
        if terms or value > 0:
            label = f"{kind}[{area},{name},{year}]"
            found[label] = ({**terms, label: 1.0}, value, value)

    def _pots(self, found: dict[str, Row]) -> None:
        for (envelope, year), amount in self.pot.items():
            at = self.years.index(year)
            terms = {n: 1.0 for n in found if n.startswith("grant[") and n.endswith(f",{envelope},{year}]")}
            share = self.rules.get("carry_over", 0.0)
            if share * amount > 0 and at + 1 < len(self.years):
                terms[f"carry_over[{envelope},{year}]"] = 1.0
            if at > 0 and share * self.pot[envelope, self.years[at - 1]] > 0:
                terms[f"carry_over[{envelope},{self.years[at - 1]}]"] = -1.0
            for other in self.envelopes:
                if other != envelope and self.rules.get("virement", 0.0) > 0:
                    if amount > 0:
                        terms[f"virement[{envelope},{other},{year}]"] = 1.0
                    if self.pot[other, year] > 0:
                        terms[f"virement[{other},{envelope},{year}]"] = -1.0
            found[f"pot[{envelope},{year}]"] = (terms, -OPEN, amount)


def row_of(programme: LinearProgramme, position: int) -> Row:
    start, stop = by_row(programme).indptr[position : position + 2]
    cells = zip(by_row(programme).indices[start:stop], by_row(programme).data[start:stop], strict=True)
    terms = {programme.column_label(int(j)): float(v) for j, v in cells}
    return terms, float(programme.row_lower[position]), float(programme.row_upper[position])


def by_row(programme: LinearProgramme) -> Any:
    return programme.matrix.tocsr()


@pytest.mark.parametrize("seed", range(40))
def test_rows_are_those_written_by_hand(seed: int) -> None:
    """Definitions, pots, national rows, links, requirements, groups and schemes: same rows, same terms, same bounds."""
    made = seeded(seed)
    programme = formulate(scenario(made)).programme
    expected = ByHand(made).rows()
    kinds = ("grant", "target", "pot", "national", "link", "requirement", "group", "scheme")
    result = {
        family.label(i): row_of(programme, i)
        for family in programme.row_families
        if family.name in kinds
        for i in range(family.start, family.start + family.size)
    }
    assert set(result) == set(expected)
    for label, (terms, lower, upper) in expected.items():
        assert set(result[label][0]) == set(terms), label
        assert result[label][0] == pytest.approx(terms, rel=1e-12), label
        assert result[label][1:] == pytest.approx((lower, upper), rel=1e-12), label
