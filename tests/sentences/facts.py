"""What a sentence of a settlement may say, worked out from the scenario's tables and the settlement's alone.

Every number is summed here once more, in plain loops: nothing comes from the explanations that write the sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import isclose

import numpy as np

import singlepot as sp
from singlepot.models.assurance.verification.reasons import one_of

from . import limits

Cells = dict[tuple[str, str], float]
"""Amounts by envelope or objective, and year."""

POUNDS = {"GBP": 1.0, "GBP thousand": 1e3, "GBP million": 1e6}
SUFFIX = {"": 1.0, "k": 1e3, "m": 1e6, "bn": 1e9}

NONE = 1e-9
"""Amount, relative to the largest of its kind, that counts as none."""


@dataclass(frozen=True, eq=False)
class Move:
    """An option or scale-back of an area, with what it does at its take-up."""

    area: str
    option: str
    called: str
    back: bool
    usable: bool
    use: float
    share: float
    own_cost: float
    whole_grant: Cells
    whole_outcome: Cells
    left: float = 1.0
    """Share of it that was not taken before."""
    scheme: str = ""
    """Joint scheme that it is a part of."""

    @property
    def title(self) -> str:
        """What tables show in place of its key."""
        return self.option.replace("scale-back", "Scaling back") if self.back else self.called

    @cached_property
    def grant(self) -> Cells:
        """Changes of the grant at its take-up."""
        return {cell: value * self.use for cell, value in self.whole_grant.items() if value}

    @cached_property
    def outcome(self) -> Cells:
        """Changes of outcomes at its take-up."""
        return {cell: value * self.use for cell, value in self.whole_outcome.items() if value}

    @property
    def used_up(self) -> bool:
        return self.share >= self.left - 1e-6

    def money(self, sign: int) -> float:
        """What it takes (1) or saves (-1), over all years and envelopes."""
        return sum(value for value in self.grant.values() if value * sign > 0)

    def does(self, sign: int) -> Cells:
        """The outcomes that it adds (1) or gives up (-1)."""
        return {cell: value for cell, value in self.outcome.items() if value * sign > 0}


@dataclass(frozen=True)
class NationalRow:
    objective: str
    label: str
    years: tuple[str, ...]
    target: float
    base: float
    shortfall: float
    priority: int

    @property
    def short(self) -> float:
        return self.shortfall / self.target


@dataclass
class Facts:
    """Everything that sentences speak of."""

    settlement: sp.Settlement

    def __post_init__(self) -> None:
        scenario = self.settlement.scenario
        self.money = scenario.settings.money
        self.years = list(scenario.settings.years)
        table = {name: scenario.filled(name).to_dict("records") for name in ("areas", "objectives", "pot", "bids")}
        self.area_names = {row["code"]: row["name"] for row in table["areas"]}
        self.centre = {row["code"] for row in table["areas"] if row["type"] == "centre"}
        self.names = {row["key"]: row["name"] or row["key"] for row in table["objectives"]}
        self.pounds = POUNDS[self.money]
        self.in_sentence = {key: _in_sentence(name) for key, name in self.names.items()}
        self.units = {row["key"]: row["unit"] for row in table["objectives"]}
        self.priority = {row["key"]: int(row["priority"]) for row in table["objectives"]}
        self.pot: Cells = {}
        for row in table["pot"]:
            cell = (row["envelope"], row["year"])
            self.pot[cell] = self.pot.get(cell, 0.0) + row["amount"]
        self.envelopes = sorted({envelope for envelope, _ in self.pot})
        self.bid = {(row["area"], row["envelope"], row["year"]): row["amount"] for row in table["bids"]}
        self.proposed = {
            (row["area"], row["objective"], row["year"]): row["target"]
            for row in scenario.filled("targets").to_dict("records")
        }
        self.moves = {(move.area, move.option): move for move in (*self._options(), *self._scale_backs())}

    def _options(self) -> Iterator[Move]:
        scenario = self.settlement.scenario
        taken = self.take_up
        profiles: dict[tuple[str, str], list[dict[str, object]]] = {}
        for row in scenario.filled("option_years").to_dict("records"):
            profiles.setdefault((row["area"], row["option"]), []).append(row)
        table = scenario.filled("options").to_dict("records")
        unusable = {(row["area"], row["option"]) for row in table if not row["max_take_up"]}
        for _ in table:
            needing = ((row["area"], row["option"], row["requires"].split(";")) for row in table)
            unusable |= {(a, o) for a, o, needs in needing if any((a, name.strip()) in unusable for name in needs)}
            ended = {row["scheme"] for row in table if (row["area"], row["option"]) in unusable} - {""}
            unusable |= {(row["area"], row["option"]) for row in table if row["scheme"] in ended}
        for row in table:
            key = (row["area"], row["option"])
            use, most = taken[key], float(row["max_take_up"])
            grant, outcome = {}, {}
            for line in profiles.get(key, []):
                year = str(line["year"])
                for envelope in self.envelopes:
                    grant[envelope, year] = float(line[f"grant_{envelope}"])  # type: ignore[arg-type]
                for name in self.names:
                    outcome[name, year] = float(line[name])  # type: ignore[arg-type]
            share = use / most if most else 0.0
            called = str(row["name"] or row["option"])
            yield Move(
                *key,
                called,
                False,
                key not in unusable,
                use,
                share,
                row["own_cost"] * use,
                grant,
                outcome,
                1 - row["used"],
                row["scheme"],
            )

    def _scale_backs(self) -> Iterator[Move]:
        for area in self.area_names:
            if area in self.centre:
                continue
            cells = [(e, t) for e in self.envelopes for t in self.years if self.bid.get((area, e, t), 0.0) > 0]
            whole = sum(self.bid[area, e, t] for e, t in cells)
            for envelope, year in cells:
                name = f"scale-back {envelope + ' ' if len(self.envelopes) > 1 else ''}{year}"
                use, money = self.take_up.get((area, name), 0.0), self.bid[area, envelope, year]
                outcome: Cells = {}
                for (of, objective, when), proposed in self.proposed.items():
                    if of == area:
                        spent = sum(self.bid[area, e, t] for e, t in cells if t <= when)
                        share = money / whole if spent == 0 else money / spent if year <= when else 0.0
                        outcome[objective, when] = -proposed * share
                yield Move(area, name, name, True, True, use, use, 0.0, {(envelope, year): -money}, outcome)
            if not cells and (use := self.take_up.get((area, "scale-back"))) is not None:
                outcome = {(k, t): -value for (of, k, t), value in self.proposed.items() if of == area}
                yield Move(area, "scale-back", "scale-back", True, True, use, use, 0.0, {}, outcome)

    @cached_property
    def take_up(self) -> dict[tuple[str, str], float]:
        table = self.settlement.take_up
        return dict(zip(zip(table["area"], table["option"], strict=True), table["take_up"], strict=True))

    @cached_property
    def national(self) -> list[NationalRow]:
        rows = []
        given = self.settlement.scenario.filled("national").set_index(["objective", "year"])
        bases = given["base"].fillna(given["target"]) if "base" in given else given["target"]
        for row in self.settlement.national.to_dict("records"):
            first, _, last = row["year"].partition(":")
            years = self.years[self.years.index(first) : self.years.index(last or first) + 1]
            key = row["objective"]
            base, priority = bases[key, row["year"]], self.priority[key]
            rows.append(NationalRow(key, row["year"], tuple(years), row["target"], base, row["shortfall"], priority))
        return rows

    def rows_of(self, objective: str, years: Iterable[str]) -> list[NationalRow]:
        """National rows of an objective that count some of these years."""
        return [row for row in self.national if row.objective == objective and set(row.years) & set(years)]

    def bids(self, cell: tuple[str, str]) -> float:
        return sum(amount for (_, e, t), amount in self.bid.items() if (e, t) == cell)

    def options_change(self, cell: tuple[str, str], sign: int) -> float:
        """What options (no scale-backs) take from a cell of the pot (1), or save in it (-1)."""
        changes = (move.grant.get(cell, 0.0) for move in self.moves.values() if not move.back)
        return sum(change for change in changes if change * sign > 0)

    @cached_property
    def pot_rows(self) -> dict[tuple[str, str], dict[str, float]]:
        return {(row["envelope"], row["year"]): row for row in self.settlement.pot.to_dict("records")}

    def back_share(self, area: str) -> float:
        """Share of its programme that an area scales back."""
        backs = [move for move in self.moves.values() if move.area == area and move.back]
        whole = sum(amount for (of, _, _), amount in self.bid.items() if of == area)
        if whole == 0:
            return max((move.share for move in backs), default=0.0)
        return -sum(move.money(-1) for move in backs) / whole

    @property
    def pots(self) -> str:
        """Pattern of the names of the pots as sentences name them."""
        several = len(self.envelopes) > 1
        return "|".join(re.escape(f"{envelope} {year}" if several else year) for envelope, year in self.pot)

    def carried_in_pounds(self, row: dict[str, float]) -> float:
        """Whole pounds that the pot of the year before carried into a pot."""
        at = self.years.index(str(row["year"]))
        before = self.pot_rows.get((str(row["envelope"]), self.years[at - 1])) if at else None
        return before["carried_pounds"] if before else 0.0

    def one_of(self, unit: str) -> str:
        return one_of(unit)

    def natural(self, objective: str) -> tuple[float, str]:
        """How many natural units the unit of an objective holds, and one of them."""
        first, _, rest = self.units[objective].partition(" ")
        pounds = {"£": 1.0, "£k": 1e3, "£m": 1e6, "£bn": 1e9}
        tonnes = {"kt": 1e3, "Mt": 1e6}
        if first in pounds:
            return pounds[first], f"£1 {rest}".strip()
        return (tonnes[first], f"t {rest}".strip()) if first in tonnes else (1.0, one_of(self.units[objective]))

    def after(self, area: str) -> list[float]:
        """Grants and agreed targets of an area."""
        grants, targets = self.settlement.grants, self.settlement.targets
        return [*grants.loc[grants["area"] == area, "grant"], *targets.loc[targets["area"] == area, "agreed"]]

    def at_limit(self, move: Move, words: str) -> bool:
        """Whether a rule that a sentence names is at its limit for an option."""
        return limits.at_limit(self, move, words)


def near(text: str, value: float) -> bool:
    """Whether a text with digits is a value, rounded to the digits shown: half a unit of the last one."""
    match = re.fullmatch(r"([-−+]?)(£?)([\d,]*\.?\d+(?:e[-+]?\d+)?)(m|k|bn|%|p)?", text)
    if match is None:
        raise AssertionError(f"no number: {text}")
    sign, _, digits, suffix = match.groups()
    digits = digits.replace(",", "")
    unit = {"%": 0.01, "p": 0.01}.get(suffix or "", SUFFIX.get(suffix or "", 1.0))
    mantissa, _, exponent = digits.partition("e")
    last = 10.0 ** (-len(mantissa.partition(".")[2]) + int(exponent or 0))
    number = float(digits) * (-1 if sign in ("-", "−") and sign else 1)
    return abs(number * unit - value) <= 0.5000001 * last * unit + 1e-9 * abs(value)


def close(one: float, other: float) -> bool:
    return isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)


def largest(values: Iterable[float]) -> float:
    return max((abs(value) for value in values), default=0.0)


def tied(values: Iterable[float], value: float) -> bool:
    return any(np.isclose(other, value, rtol=1e-6, atol=1e-9) for other in values)


def _in_sentence(name: str) -> str:
    """A name in small letters, unless it has capitals within."""
    return name[0].lower() + name[1:] if name[1:] == name[1:].lower() else name
