"""The one home of drawn scenarios: valid and solvable by construction, of every feature.

A scenario is drawn around a point that satisfies every rule: each area keeps a share κ of its bid and targets.
Pots, floors, locks, steps and regional shares are then chosen so that this point stays possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd
from hypothesis import strategies as st

import singlepot as sp

Draft = dict[str, Any]
"""Arguments of ``Scenario.from_tables``."""

T = TypeVar("T")


class Picker(Protocol):
    """Where choices come from: Hypothesis, or a seeded generator for counts over many scenarios."""

    def integer(self, low: int, high: int) -> int: ...


class HypothesisPicker:
    def __init__(self, draw: Any) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        return int(self._draw(st.integers(low, high)))


class SeededPicker:
    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def integer(self, low: int, high: int) -> int:
        return int(self._generator.integers(low, high, endpoint=True))


def number(pick: Picker, low: float, high: float, digits: int = 2) -> float:
    """Return a decimal between two others."""
    scale = 10**digits
    return pick.integer(round(low * scale), round(high * scale)) / scale


def choice(pick: Picker, options: Sequence[T]) -> T:
    return options[pick.integer(0, len(options) - 1)]


def chance(pick: Picker, percent: int) -> bool:
    return pick.integer(1, 100) > 100 - percent


ORDERS = (
    None,
    None,
    None,
    ["shortfall.largest", "shortfall.total", "concession.largest", "concession.total", "burden", "cost"],
    ["shortfall.total", "concession.total", "burden"],
    ["burden", "shortfall.largest", "shortfall.total", "concession.total"],
    ["concession.total", "burden", "cost", "shortfall.total"],
    ["shortfall.total", "shortfall.largest", "burden"],
)


def draft(pick: Picker, *, simple: bool = False, single: bool = False, objectives: int = 0) -> Draft:
    """Draw the tables and settings of a scenario.

    Parameters
    ----------
    simple
        Leave out what only some invariants allow: requirements, centre, amounts per head, locks.
    single
        One year and one envelope.
    objectives
        At least so many objectives, 1 or 2, each with a national target.
    """
    made = drawn(pick, simple=simple, single=single, objectives=objectives)
    tables = made.tables()
    made.take_ups(tables)
    if not simple and chance(pick, 25):
        with_recipients(made, tables)
    if chance(pick, 20):
        with_schemes(pick, tables)
    return tables


def drawn(pick: Picker, *, simple: bool = False, single: bool = False, objectives: int = 0) -> Drawn:
    """Draw what :func:`draft` makes tables of, with the point that is possible."""
    made = Drawn(pick, simple, single, objectives)
    made.places()
    made.bids_and_targets()
    made.kept_shares()
    made.pots()
    made.national()
    made.options()
    made.rules()
    made.settings()
    return made


class Drawn:
    def __init__(self, pick: Picker, simple: bool, single: bool, objectives: int) -> None:
        self.pick, self.simple, self.single, self.least_objectives = pick, simple, single, objectives
        self.extra: Draft = {}
        self.rule_rows: list[dict[str, Any]] = []
        self.general: dict[str, float] = {}
        self.level = self.per = self.sign = np.zeros(0)

    def places(self) -> None:
        pick = self.pick
        self.codes = [f"A{i}" for i in range(pick.integer(2, 4))]
        self.years = [f"{2026 + t}-{27 + t}" for t in range(pick.integer(1, 1 if self.single else 3))]
        self.envelopes = ["capital", "resource"] if chance(pick, 0 if self.single else 35) else ["total"]
        least = 0 if chance(pick, 15) else 1
        self.keys = ["carbon", "skills", "trees"][: pick.integer(max(least, self.least_objectives), 2)]
        self.region = {code: choice(pick, ["north", "south"]) for code in self.codes}
        self.population = {code: pick.integer(1, 50) * 1000 for code in self.codes}
        self.centre = not self.simple and bool(self.keys) and chance(pick, 20)

    def bids_and_targets(self) -> None:
        pick = self.pick
        shape = (len(self.codes), len(self.envelopes), len(self.years))
        self.bid = np.zeros(shape)
        self.target = np.zeros((shape[0], len(self.keys), shape[2]))
        for a in range(shape[0]):
            moneyless = a > 0 and bool(self.keys) and chance(pick, 10)
            for e in range(shape[1]):
                for t in range(shape[2]):
                    empty = moneyless or (a > 0 and chance(pick, 8))
                    self.bid[a, e, t] = 0.0 if empty else number(pick, 1, 60, 1)
            for k in range(len(self.keys)):
                if not moneyless and chance(pick, 15):
                    continue
                start = pick.integer(0, shape[2] - 1) if chance(pick, 20) else 0
                for t in range(start, shape[2]):
                    self.target[a, k, t] = number(pick, 1, 30, 1)
        self.bid[0, 0, 0] = max(self.bid[0, 0, 0], 5.0)

    def kept_shares(self) -> None:
        """κ: what each area keeps at the point that is possible."""
        fits = chance(self.pick, 30)
        self.kept = np.asarray([1.0 if fits else number(self.pick, 0.6, 1.0) for _ in self.codes])

    def pots(self) -> None:
        pick = self.pick
        need = (self.bid * self.kept[:, None, None]).sum(axis=0)
        spare = [[0.0 if chance(pick, 60) else number(pick, 0, 20, 1) for _ in self.years] for _ in self.envelopes]
        self.pot = np.ceil(need * 100) / 100 + np.asarray(spare)

    def national(self) -> None:
        pick = self.pick
        rows = []
        for k, key in enumerate(self.keys):
            total = self.target[:, k].sum(axis=0)
            factor = number(pick, 0.85, 1.35)
            if len(self.years) > 1 and total.sum() > 0 and chance(pick, 25):
                rows.append((key, f"{self.years[0]}:{self.years[-1]}", max(round(factor * total.sum(), 2), 0.1)))
            for t, year in enumerate(self.years):
                if total[t] > 0 and chance(pick, 85):
                    rows.append((key, year, max(round(factor * total[t], 2), 0.1)))
            if self.least_objectives and key not in {row[0] for row in rows}:
                rows.append((key, self.years[-1], max(round(factor * total[-1], 2), 0.1)))
        self.national_rows = rows

    def options(self) -> None:
        self.option_rows: list[dict[str, Any]] = []
        self.profile_rows: list[dict[str, Any]] = []
        for a, code in enumerate(self.codes):
            for i in range(self.pick.integer(0, 4)):
                self._option(code, a, i)
        if self.centre:
            self._option("ZC", None, 0)

    def _option(self, code: str, a: int | None, i: int) -> None:
        pick, name = self.pick, f"option-{i}"
        kind = choice(pick, ["raise", "raise", "save", "stretch", "efficiency"])
        if not self.keys:
            kind = choice(pick, ["efficiency", "save"])
        if a is None:
            kind = "raise"
        own = self.target[a].sum(axis=0) if a is not None else np.zeros(len(self.years))
        money = self.bid[a] if a is not None else np.full((len(self.envelopes), len(self.years)), 4.0)
        amount = number(pick, 0.03, 0.3)
        row: dict[str, Any] = {"area": code, "option": name, "max_take_up": choice(pick, [1.0, 1.0, 1.0, 0.5, 2.0])}
        if not self.simple and chance(pick, 5):
            row["max_take_up"] = 0.0
        row["own_cost"] = number(pick, 0.1, 3.0, 1) if kind == "stretch" or chance(pick, 15) else 0.0
        row["group"] = "site" if chance(pick, 30) else ""
        earlier = [r["option"] for r in self.option_rows if r["area"] == code]
        row["requires"] = choice(pick, earlier) if earlier and not self.simple and chance(pick, 25) else ""
        self.option_rows.append(row)
        key = choice(pick, self.keys) if self.keys else ""
        sign = {"raise": 1, "save": -1, "stretch": 0, "efficiency": -1}[kind]
        for t, year in enumerate(self.years):
            entry: dict[str, Any] = {"area": code, "option": name, "year": year}
            for e, envelope in enumerate(self.envelopes):
                of = money[e, t] or (0.0 if self.simple else 4.0)  # an option may cost where nothing is bid
                entry[f"grant_{envelope}"] = round(sign * amount * of * number(pick, 0.5, 1.5), 3)
            for other in self.keys:
                entry[other] = 0.0
            if key and kind != "efficiency":
                k = self.keys.index(key)
                size = self.target[a, k, t] if a is not None else 5.0
                entry[key] = round((-1 if kind == "save" else 1) * amount * max(size, 1.0), 3)
                if len(self.keys) > 1 and chance(pick, 30):
                    aside = self.keys[1 - k]
                    low = 0.0 if self.simple else -0.2
                    entry[aside] = round(number(pick, low, 0.3) * amount * (own[t] or 1.0), 3)
            self.profile_rows.append(entry)

    def rules(self) -> None:
        pick = self.pick
        lowest = float(self.kept.min())
        if chance(pick, 50):
            self.general["grant_floor"] = min(round(lowest * number(pick, 0.9, 1.0), 3), lowest)
        if chance(pick, 35):
            self.general["grant_ceiling"] = number(pick, 1.0, 1.2)
        if self.keys and chance(pick, 40):
            self.general["target_floor"] = min(round(lowest * number(pick, 0.9, 1.0), 3), lowest)
        if self.keys and chance(pick, 40):
            self.general["target_ceiling"] = number(pick, 1.0, 1.3)
        if chance(pick, 30):
            self.general["own_cost_ceiling"] = number(pick, 0.0, 0.03, 3)
        if len(self.years) > 1 and chance(pick, 40):
            self.general["carry_over"] = number(pick, 0.02, 0.3)
        if len(self.envelopes) > 1 and chance(pick, 60):
            self.general["virement"] = number(pick, 0.02, 0.3)
        if len(self.years) > 1 and chance(pick, 40):
            self.general["grant_step"] = self._step()
        self._particular_rules(pick)

    def _step(self) -> float:
        """Return the smallest step that the possible point keeps, and a little."""
        mean = self.bid.mean(axis=2)
        change = np.abs(np.diff(self.bid, axis=2)) * (1 - self.kept)[:, None, None]
        both = (self.bid[:, :, 1:] > 0) & (self.bid[:, :, :-1] > 0)
        relative = np.where(both, change / np.where(mean > 0, mean, 1.0)[:, :, None], 0.0)
        return float(np.ceil(relative.max(initial=0.0) * 1000) / 1000) + number(self.pick, 0.0, 0.05, 3)

    def _particular_rules(self, pick: Picker) -> None:
        full = [a for a in range(len(self.codes)) if (self.bid[a] > 0).all()]
        if full and chance(pick, 25):
            a = choice(pick, full)
            row = {"area": self.codes[a]}
            level = float((self.bid[a] * self.kept[a]).min()) * number(pick, 0.8, 1.0)
            if not self.simple and chance(pick, 40):
                self._rule("grant_floor", level / self.population[self.codes[a]], basis="per_head", **row)
            elif chance(pick, 50):
                self._rule("grant_floor", float(self.kept[a]) * number(pick, 0.8, 1.0), basis="least", **row)
            else:
                self._rule("grant_floor", level, basis="amount", **row)
        if full and not self.simple and chance(pick, 20):
            a = choice(pick, full)
            row = {"area": self.codes[a], "envelope": choice(pick, self.envelopes), "year": choice(pick, self.years)}
            self._rule("grant_ceiling", number(pick, 1.06, 1.3), basis="reference", **row)
        if not self.simple and chance(pick, 15):
            a = pick.integer(0, len(self.codes) - 1)
            self._rule("grant_lock", float(self.kept[a]), area=self.codes[a])
        if not self.simple and self.keys and chance(pick, 15):
            a = pick.integer(0, len(self.codes) - 1)
            self._rule("target_lock", float(self.kept[a]), area=self.codes[a])
        if not self.simple and chance(pick, 20) and self.pot.sum() > 0:
            self._share(pick)

    def _share(self, pick: Picker) -> None:
        region = choice(pick, ["north", "south"])
        inside = np.asarray([self.region[code] == region for code in self.codes])
        if not inside.any():
            return
        share = float((self.bid * self.kept[:, None, None])[inside].sum() / self.pot.sum())
        if chance(pick, 50):
            self._rule("pot_share_floor", share * (1 - 1e-9), region=region)
        else:
            self._rule("pot_share_ceiling", min(share * (1 + 1e-9), 1.0), region=region)

    def _rule(self, rule: str, value: float, **selectors: str) -> None:
        self.rule_rows.append({"rule": rule, "value": value, **selectors})

    def settings(self) -> None:
        pick = self.pick
        stages: dict[str, Any] = {}
        order = choice(pick, ORDERS)
        if order is not None:
            stages["order"] = order
        named = order or ["shortfall.largest", "shortfall.total", "concession.total", "burden", "cost"]
        if chance(pick, 35):
            stages["give"] = {choice(pick, [n for n in named if n != "cost"]): number(pick, 0.005, 0.03, 3)}
        if chance(pick, 25):
            stages["bands"] = choice(
                pick,
                [
                    {"ends": [], "slopes": [1]},
                    {"ends": [0.02, 0.1], "slopes": [1, 2, 5]},
                    {"ends": [0.2], "slopes": [1, 4]},
                ],
            )
        self.extra["stages"] = stages or None
        if chance(pick, 50):
            self.extra["equity"] = {"attribute": "income", "elasticity": number(pick, 0.5, 2.0, 1)}

    def take_ups(self, made: Draft) -> None:
        """Limit take-ups so that the possible point, at which no option is used, stays possible; drawn last."""
        pick = self.pick
        if self.option_rows and chance(pick, 10):
            self.general["take_up_ceiling"] = choice(pick, [0.0, 0.5, 0.8, 1.0])
        if self.simple:
            return
        self._limit_stages(made)
        if "national" in made and chance(pick, 20):
            factors = [number(pick, 1.0, 2.0) if chance(pick, 60) else np.nan for _ in range(len(made["national"]))]
            made["national"] = made["national"].assign(base=(made["national"]["target"] * factors).round(3))
        if not chance(pick, 45):
            return
        self._use_before(made)
        rows = []
        for row in self.option_rows:
            chosen = {"area": row["area"], "option": row["option"]}
            if chance(pick, 20):
                rows.append({"rule": "take_up_ceiling", "value": number(pick, 0.0, 1.0), **chosen})
            elif row["max_take_up"] and chance(pick, 10):
                value = round(number(pick, 0.0, 1.0) * row["max_take_up"], 3)
                rows.append({"rule": "take_up_ceiling", "value": value, "basis": "amount", **chosen})
            elif self._may_be_asked(row) and chance(pick, 80):
                rows += [
                    {"rule": "take_up_floor", "value": number(pick, 0.1, 0.5), **chosen},
                    {"rule": "take_up_ceiling", "value": number(pick, 0.5, 1.0), **chosen},
                ]
        rows += self._of_scale_backs(pick)
        if rows:
            made["rule_rows"] = pd.concat([made.get("rule_rows"), pd.DataFrame(rows)], ignore_index=True).fillna(
                dict.fromkeys(("area", "region", "basis", "envelope", "year", "option"), "")
            )

    def _use_before(self, made: Draft) -> None:
        """Say of some options that a part was taken before; of a group, or what needs or is needed, a quarter each."""
        pick = self.pick
        if not self.option_rows or not chance(pick, 50):
            return
        tied = {(r["area"], name) for r in self.option_rows if r["requires"] for name in (r["option"], r["requires"])}
        shares = [
            (0.25 if row["group"] else number(pick, 0.05, 1.0)) if chance(pick, 40) else 0.0 for row in self.option_rows
        ]
        free = [(row["area"], row["option"]) not in tied for row in self.option_rows]
        made["options"] = made["options"].assign(
            used=np.where(free, shares, np.where(tied and chance(pick, 50), 0.25, 0.0))
        )

    def _limit_stages(self, made: Draft) -> None:
        """Give a stage that gives a limit, which its optimum may be above."""
        pick, priorities = self.pick, made["objectives"]["priority"].unique() if self.keys else [1]
        gives = [stage for stage in (made["stages"] or {}).get("give", {}) if stage != "burden"]
        if gives and chance(pick, 50):
            full = [f"{stage}[{p}]" if stage.startswith("shortfall") else stage for stage in gives for p in priorities]
            limits = {stage: number(pick, 0.0, 0.25, 3) for stage in full}
            made["stages"] = {**made["stages"], "limits": limits}

    def _may_be_asked(self, row: dict[str, Any]) -> bool:
        """Whether using half of an option breaks no rule at the possible point: it takes no money, and no outcome."""
        if row["requires"] or row["group"] or any(row["option"] == r["requires"] for r in self.option_rows):
            return False
        if {"target_ceiling", "own_cost_ceiling"} & set(self.general) or row["area"] not in self.codes:
            return False
        mine = [e for e in self.profile_rows if (e["area"], e["option"]) == (row["area"], row["option"])]
        grants = [e[f"grant_{envelope}"] for e in mine for envelope in self.envelopes]
        if min(grants) < 0 and {"grant_floor", "grant_step"} & set(self.general):
            return False
        bid = self.bid[self.codes.index(row["area"])].T.ravel()  # by year, then envelope, as the grants
        if any(grant < 0 and not there for grant, there in zip(grants, bid, strict=True)):
            return False
        return not self.rule_rows and max(grants) <= 0 and all(e[key] >= 0 for e in mine for key in self.keys)

    def _of_scale_backs(self, pick: Picker) -> list[dict[str, Any]]:
        """A floor or ceiling of the scale-back of a cell, on the right side of what the possible point scales back."""
        rows = []
        for a, code in enumerate(self.codes):
            for e, t in np.argwhere(self.bid[a] > 0):
                if not chance(pick, 12):
                    continue
                middle = f"{self.envelopes[e]} " if len(self.envelopes) > 1 else ""
                back = 1 - float(self.kept[a])
                floor = back > 0.05 and chance(pick, 50)
                value = round(0.5 * back, 4) if floor else min(round(back + number(pick, 0.01, 0.1), 4), 1.0)
                rule = "take_up_floor" if floor else "take_up_ceiling"
                option = f"scale-back {middle}{self.years[t]}"
                rows.append({"rule": rule, "value": value, "area": code, "option": option})
        return rows

    def tables(self) -> Draft:
        pick = self.pick
        areas = pd.DataFrame(
            {
                "code": self.codes,
                "name": [f"Area {code}" for code in self.codes],
                "type": "county",
                "region": [self.region[code] for code in self.codes],
                "population": [self.population[code] for code in self.codes],
                "income": [pick.integer(15, 30) * 1000 for _ in self.codes],
            }
        )
        if self.centre:
            areas.loc[len(areas)] = ["ZC", "The centre", "centre", "", np.nan, np.nan]
        per_head = any(row.get("basis") == "per_head" for row in self.rule_rows)
        if not per_head and chance(pick, 20):
            areas = areas.drop(columns="population")
        made: Draft = {"areas": areas, "years": self.years, "attributes": ["income"], **self.extra}
        made["pot"] = _long(self.pot, ("envelope", self.envelopes), ("year", self.years), "amount")
        made["bids"] = _long(
            self.bid, ("area", self.codes), ("envelope", self.envelopes), ("year", self.years), "amount"
        )
        made["bids"]["reference"] = (made["bids"]["amount"] * 0.95).round(2)
        made["rules"] = self.general
        if self.rule_rows:
            made["rule_rows"] = pd.DataFrame(self.rule_rows).fillna(
                {c: "" for c in ("area", "region", "basis", "envelope", "year") if c in pd.DataFrame(self.rule_rows)}
            )
        if self.keys:
            self._objectives(made)
        if self.option_rows:
            made["options"] = pd.DataFrame(self.option_rows)
            made["option_years"] = pd.DataFrame(self.profile_rows)
        return made

    def _objectives(self, made: Draft) -> None:
        pick = self.pick
        made["objectives"] = pd.DataFrame(
            {
                "key": self.keys,
                "name": self.keys,
                "unit": "units",
                "weight": [number(pick, 0.5, 2.0, 1) for _ in self.keys],
                "priority": [choice(pick, [1, 1, 2]) for _ in self.keys],
            }
        )
        if self.national_rows:
            made["national"] = pd.DataFrame(self.national_rows, columns=["objective", "year", "target"])
        targets = _long(self.target, ("area", self.codes), ("objective", self.keys), ("year", self.years), "target")
        weights = {(code, key): number(pick, 0.5, 2.0, 1) for code in self.codes for key in self.keys}
        targets["weight"] = [weights[pair] for pair in zip(targets["area"], targets["objective"], strict=True)]
        targets = targets[targets["target"] > 0]
        if self.centre:
            row = {"area": "ZC", "objective": self.keys[0], "year": self.years[-1], "target": 2.0, "weight": 1.0}
            targets = pd.concat([targets, pd.DataFrame([row])], ignore_index=True)
        if len(targets):
            made["targets"] = targets.reset_index(drop=True)


def _long(values: np.ndarray, *spec: Any) -> pd.DataFrame:
    *axes, value = spec
    at = np.indices(values.shape).reshape(len(axes), -1)
    columns = {name: [labels[i] for i in positions] for (name, labels), positions in zip(axes, at, strict=True)}
    return pd.DataFrame({**columns, value: values.ravel()})


@st.composite
def drafts(draw: Any, *, simple: bool = False, single: bool = False, objectives: int = 0) -> Draft:
    """Scenarios as the arguments of ``Scenario.from_tables``; the premises are those of ``draft``."""
    return draft(HypothesisPicker(draw), simple=simple, single=single, objectives=objectives)


def seeded(seed: int, *, simple: bool = False, single: bool = False, objectives: int = 0) -> Draft:
    """The scenario of a seed, for counts over many; the premises are those of ``draft``."""
    return draft(SeededPicker(seed), simple=simple, single=single, objectives=objectives)


def with_recipients(base: Drawn, made: Draft, percent: int = 45) -> None:
    """Let recipients hold grants of several areas, and limit what areas and recipients get in a year.

    Every limit holds at the point that is possible, at which each area keeps its share of its bid and targets.

    Parameters
    ----------
    base
        What was drawn.
    made
        Its tables, which change.
    percent
        How often each rule is drawn.
    """
    pick = base.pick
    held = [choice(pick, ["Union", "Union", "League", ""]) for _ in base.codes]
    holder = {code: label or code for code, label in zip(base.codes, held, strict=True)}
    made["areas"] = made["areas"].assign(recipient=[*held, *[""] * (len(made["areas"]) - len(held))])
    if len(base.envelopes) > 1 and chance(pick, 30):
        made["ring_fenced"] = [choice(pick, base.envelopes)]
    rows = list(_of_recipients(base, holder, made, percent))
    if rows:
        table = pd.concat([made.get("rule_rows"), pd.DataFrame(rows)], ignore_index=True)
        made["rule_rows"] = table.fillna(dict.fromkeys(table.columns.drop(["rule", "value"]), ""))


def _of_recipients(base: Drawn, holder: dict[str, str], made: Draft, percent: int) -> Iterator[dict[str, Any]]:
    """Rows of the table of rules."""
    pick, lowest = base.pick, float(base.kept.min())
    kept = base.bid * base.kept[:, None, None]
    tier = {"level": "recipient"}
    given = made.get("rule_rows")
    asked = given is not None and (given["rule"] == "take_up_floor").any()
    code = choice(pick, base.codes)
    members = [a for a, other in enumerate(base.codes) if holder[other] == holder[code]]
    year = pick.integer(0, len(base.years) - 1)
    envelope = pick.integer(0, len(base.envelopes) - 1)
    cell = {"recipient": holder[code], "year": base.years[year], "envelope": base.envelopes[envelope]}
    people = sum(base.population[base.codes[a]] for a in members if base.bid[a, envelope, year] > 0)
    together = float(kept[members, envelope, year].sum())
    if not asked and chance(pick, percent):
        basis = choice(pick, ["bid", "bid", "reference", "least"])
        yield {"rule": "grant_floor", "value": lowest * number(pick, 0.94, 1.0), "basis": basis, **tier}
        if together > 0 and chance(pick, 50):
            heads = "population" in made["areas"] and people > 0 and chance(pick, 40)
            value, basis = (together / people, "per_head") if heads else (together, "amount")
            yield {"rule": "grant_floor", "value": value * number(pick, 0.9, 1.0), "basis": basis, **tier, **cell}
    if chance(pick, percent):
        yield {"rule": "grant_ceiling", "value": number(pick, 1.0, 1.1), "basis": "bid", **tier}
    if not asked and together > 0 and chance(pick, percent // 3):
        yield {"rule": "grant_lock", "value": together, "basis": "amount", **tier, **cell}
    if not asked and len(base.years) > 1 and chance(pick, percent):
        yield {"rule": "grant_step", "value": base._step() * 1.5, "basis": "bid", **tier}
    if not asked and base.keys and chance(pick, percent):
        yield {"rule": "target_floor", "value": lowest * number(pick, 0.94, 1.0), "basis": "bid", **tier}
    if not asked and chance(pick, percent):
        yield {"rule": "own_cost_ceiling", "value": number(pick, 0.0, 0.02, 3), "basis": "bid", **tier}
    for level in ({}, tier):
        if chance(pick, percent):
            yield {"rule": "capacity", "value": number(pick, 1.0, 1.05), "basis": "bid", **level}
    if chance(pick, percent):
        value = float(kept[members, :, year].sum()) * number(pick, 1.0, 1.2)
        yield {"rule": "capacity", "value": value, "basis": "amount", **tier, **cell | {"envelope": ""}}


def with_schemes(pick: Picker, made: Draft) -> None:
    """Join options of different areas in one or two schemes; no take-up floor, which was drawn for one area alone.

    The point that is possible uses no option, so it stays possible.
    """
    if "options" not in made:
        return
    table = made["options"]
    rows, scheme = made.get("rule_rows", pd.DataFrame()), pd.Series("", table.index)
    asked = rows[rows["rule"] == "take_up_floor"] if len(rows) else rows
    floors = set(zip(asked["area"], asked["option"], strict=True)) if len(asked) else set()
    keys = list(zip(table["area"], table["option"], strict=True))
    used = table.get("used", pd.Series(0.0, table.index))
    free = (used == 0) & np.asarray([key not in floors for key in keys])
    needed = set(zip(table["area"], table["requires"], strict=True))
    alone = (table["group"] == "") & (table["requires"] == "") & np.asarray([key not in needed for key in keys])
    for label in ["line", "tram"][: pick.integer(1, 2)]:
        parts = [
            choice(pick, list(of_area)) for of_area in table[free & (scheme == "")].groupby("area").groups.values()
        ]
        if len(parts) > 2 and chance(pick, 40):
            parts.pop(pick.integer(0, len(parts) - 1))
        if len(parts) < 2:
            break
        scheme.loc[parts] = label
        if alone[parts].all() and chance(pick, 25):
            used = used.where(~table.index.isin(parts), 0.25)
    made["options"] = table.assign(scheme=scheme, **({"used": used} if (used > 0).any() else {}))


def two_tiers(pick: Picker) -> Draft:
    """A drawn scenario in which recipients hold grants of several areas, with most rules of theirs."""
    base = drawn(pick)
    made = base.tables()
    with_recipients(base, made, 70)
    if chance(pick, 35):
        with_schemes(pick, made)
    return made


def seeded_two_tiers(seed: int) -> Draft:
    """The scenario with recipients of a seed."""
    return two_tiers(SeededPicker(seed))


OWNERS = (("areas", "code"), ("bids", "area"), ("targets", "area"), ("options", "area"), ("option_years", "area"))
"""Tables, and the column that says whose row it is."""


def with_copies(made: Draft, codes: Sequence[str]) -> Draft:
    """Copies of the first area under these codes; without the rules that the copies could make impossible."""
    made = dict(made)
    original = made["areas"]["code"].iloc[0]
    for name, column in OWNERS:
        if name in made:
            table = made[name]
            chosen = table[table[column] == original]
            made[name] = pd.concat([table, *(chosen.assign(**{column: code}) for code in codes)], ignore_index=True)
    return without_minima(made)


def without_minima(made: Draft) -> Draft:
    """Leave out the rules that a smaller pot could make impossible: floors, steps and all rules of single areas."""
    minima = ("grant_floor", "target_floor", "grant_step", "take_up_floor")
    kept = {key: value for key, value in made["rules"].items() if key not in minima}
    return {name: value for name, value in made.items() if name != "rule_rows"} | {"rules": kept}


def scenario(made: Draft) -> sp.Scenario:
    return sp.Scenario.from_tables(**made)
