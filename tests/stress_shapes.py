"""Scenarios of stress shapes: amounts far apart, many envelopes, empty years, ties, chains, settings at their extremes.

Each scenario takes one to three shapes. Nearly all settle; a few clash, and then the error has to say so with amounts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from .strategies import Draft, HypothesisPicker, Picker, SeededPicker, chance, choice, number

SHAPES = (
    "pounds beside billions",
    "envelopes",
    "empty years",
    "one area",
    "all ties",
    "targets far apart",
    "priorities",
    "large give",
    "chains",
    "extremes",
    "tiny entries",
)

STAGES = ("shortfall.largest", "shortfall.total", "concession.largest", "concession.total", "burden", "cost")


def stress_draft(pick: Picker) -> Draft:
    """Draw the tables and settings of a scenario of one to three shapes."""
    shapes = {choice(pick, SHAPES) for _ in range(pick.integer(1, 3))}
    return _Stress(pick, shapes).tables()


@st.composite
def stress_drafts(draw: Any) -> Draft:
    """Scenarios of stress shapes, as the arguments of ``Scenario.from_tables``."""
    return stress_draft(HypothesisPicker(draw))


def stressed(seed: int) -> tuple[Draft, list[str]]:
    """The stress scenario of a seed, and its shapes."""
    pick = SeededPicker(seed)
    shapes = {choice(pick, SHAPES) for _ in range(pick.integer(1, 3))}
    return _Stress(pick, shapes).tables(), sorted(shapes)


def power(pick: Picker, low: int, high: int) -> float:
    """A power of ten times a decimal between 1 and 10."""
    return float(f"{number(pick, 1, 9.9, 3)}e{pick.integer(low, high)}")


class _Stress:
    def __init__(self, pick: Picker, shapes: set[str]) -> None:
        self.pick, self.shapes = pick, shapes
        ties = "all ties" in shapes
        self.codes = [f"A{i}" for i in range(1 if "one area" in shapes else pick.integer(2, 6))]
        self.years = [f"{2026 + t}-{27 + t}" for t in range(pick.integer(1, 4))]
        self.envelopes = list("abcde")[: pick.integer(3, 5) if "envelopes" in shapes else pick.integer(1, 2)]
        most = 6 if "priorities" in shapes else 2
        self.keys = [f"k{i}" for i in range(pick.integer(3 if most > 2 else 0, most))]
        apart = "pounds beside billions" in shapes
        self.money = "GBP" if apart or chance(pick, 40) else choice(pick, ["GBP thousand", "GBP million"])
        one = self._amount(apart), self._amount(apart)
        self.size = np.asarray([one[0] if ties else self._amount(apart) for _ in self.codes])
        far = "targets far apart" in shapes
        self.goal = np.asarray(
            [[power(pick, -6, 9) if far else number(pick, 1, 60, 1) for _ in self.keys] for _ in self.codes]
        ).reshape(len(self.codes), len(self.keys))
        if ties:
            self.goal[:] = self.goal[0]
        self.empty = [("empty years" in shapes and chance(pick, 50)) for _ in self.years]

    def _amount(self, apart: bool) -> float:
        return power(self.pick, 0, choice(self.pick, [1, 4, 10])) if apart else number(self.pick, 1, 200, 2)

    def _arrays(self) -> None:
        pick, ties = self.pick, "all ties" in self.shapes
        shape = (len(self.codes), len(self.envelopes), len(self.years))
        parts = np.asarray([[number(pick, 0.2, 1, 2) for _ in self.years] for _ in self.envelopes])
        own = np.ones(shape) if ties else np.asarray([choice(pick, [0, 1, 1, 1, 1.3]) for _ in range(np.prod(shape))])
        self.bid = self.size[:, None, None] * parts * own.reshape(shape)
        self.bid[:, :, self.empty] = 0.0
        share = choice(pick, [0.6, 0.8, 0.95, 1.0, 1.2])
        self.share = share
        total = self.bid.sum(axis=0)
        factor = np.asarray([[share * number(pick, 0.9, 1.1) for _ in self.years] for _ in self.envelopes])
        self.pot = total * factor if chance(pick, 70) else np.round(total * factor)
        if chance(pick, 20):
            self.pot[pick.integer(0, shape[1] - 1)] = 0.0
        growth = np.asarray([1 + 0.1 * t for t in range(shape[2])])
        self.target = self.goal[:, :, None] * growth

    def tables(self) -> Draft:
        self._arrays()
        pick = self.pick
        made: Draft = {"years": self.years, "money": self.money, "attributes": ["income"]}
        made["areas"] = pd.DataFrame(
            {
                "code": self.codes,
                "name": self.codes,
                "region": [choice(pick, ["north", "south"]) for _ in self.codes],
                "population": [10_000 if "all ties" in self.shapes else pick.integer(1, 900_000) for _ in self.codes],
                "income": [20_000 if "all ties" in self.shapes else pick.integer(8, 60) * 1000 for _ in self.codes],
            }
        )
        made["pot"] = _long(self.pot, amount="amount", envelope=self.envelopes, year=self.years)
        made["bids"] = _long(self.bid, amount="amount", area=self.codes, envelope=self.envelopes, year=self.years)
        if self.keys:
            self._objectives(made)
        self._options(made)
        self._settings(made)
        return made

    def _objectives(self, made: Draft) -> None:
        pick, many = self.pick, "priorities" in self.shapes
        extreme = "extremes" in self.shapes
        made["objectives"] = pd.DataFrame(
            {
                "key": self.keys,
                "name": self.keys,
                "unit": "units",
                "weight": [power(pick, -6, 5) if extreme else number(pick, 0.5, 2, 1) for _ in self.keys],
                "priority": [i + 1 if many else choice(pick, [1, 1, 2]) for i, _ in enumerate(self.keys)],
            }
        )
        axes = {"area": self.codes, "objective": self.keys, "year": self.years}
        made["targets"] = _long(self.target, amount="target", **axes)
        total = self.target.sum(axis=0)
        rows = [
            (key, year, float(total[k, t] * choice(pick, [0.7, 1.0, 1.1, 1.4])))
            for k, key in enumerate(self.keys)
            for t, year in enumerate(self.years)
            if chance(pick, 80)
        ]
        if rows:
            made["national"] = pd.DataFrame(rows, columns=["objective", "year", "target"])

    def _options(self, made: Draft) -> None:
        options: list[dict[str, Any]] = []
        profiles: list[dict[str, Any]] = []
        for a, code in enumerate(self.codes):
            many = self.pick.integer(4, 7) if "chains" in self.shapes else self.pick.integer(0, 4)
            for i in range(many):
                if "all ties" in self.shapes and a:
                    of_first = [row for row in options if row["area"] == self.codes[0]]
                    if i < len(of_first):
                        options.append({**of_first[i], "area": code})
                        name = of_first[i]["option"]
                        same = [row for row in profiles if (row["area"], row["option"]) == (self.codes[0], name)]
                        profiles += [{**row, "area": code} for row in same]
                    continue
                options.append(self._option(code, a, i))
                profiles += self._profile(code, a, i)
        if options:
            made["options"], made["option_years"] = pd.DataFrame(options), pd.DataFrame(profiles)

    def _option(self, code: str, a: int, i: int) -> dict[str, Any]:
        pick, chained = self.pick, "chains" in self.shapes
        extreme = "extremes" in self.shapes and chance(pick, 30)
        return {
            "area": code,
            "option": f"o{i}",
            "max_take_up": power(pick, -6, 5) if extreme else choice(pick, [1.0, 1.0, 0.1, 0.5, 2.0]),
            "own_cost": number(pick, 0, 0.1) * self.size[a] if chance(pick, 25) else 0.0,
            "group": choice(pick, ["", "", "site"]),
            "requires": f"o{i - 1}" if i and chance(pick, 80 if chained else 15) else "",
        }

    def _profile(self, code: str, a: int, i: int) -> list[dict[str, Any]]:
        pick, tiny = self.pick, "tiny entries" in self.shapes
        money = choice(pick, [1, 1, -1, -1, 0]) * number(pick, 0.01, 0.3) * self.size[a]
        share = choice(pick, [0, 1, 1, -1]) * number(pick, 0.01, 0.4)
        k = pick.integer(0, len(self.keys) - 1) if self.keys else -1
        rows = []
        for year in self.years:
            row: dict[str, Any] = {"area": code, "option": f"o{i}", "year": year}
            for envelope in self.envelopes:
                small = power(pick, -18, -6) if tiny and chance(pick, 40) else 1.0
                row[f"grant_{envelope}"] = money * small * choice(pick, [0, 1, 1.2])
            for other, key in enumerate(self.keys):
                small = power(pick, -18, -6) if tiny and chance(pick, 40) else 1.0
                side = 0.05 if other != k and chance(pick, 20) else float(other == k)
                row[key] = share * small * side * self.goal[a, other]
            rows.append(row)
        return rows

    def _settings(self, made: Draft) -> None:
        pick, extreme = self.pick, "extremes" in self.shapes
        rules: dict[str, float] = {}
        if chance(pick, 70):
            rules["grant_floor"] = choice(pick, [0.0, 1e-9, 0.5 * self.share] if extreme else [0.5 * self.share, 0.4])
        if chance(pick, 60):
            rules["grant_ceiling"] = choice(pick, [1.0, 1e6] if extreme else [1.0, 1.2])
        if chance(pick, 30):
            rules["grant_step"] = choice(pick, [0.0, 1e-9, 1.0] if extreme else [0.1, 0.5])
        if chance(pick, 50) and self.keys:
            rules["target_floor"] = choice(pick, [0.0, 1e-9, 0.3] if extreme else [0.3, 0.5])
        if chance(pick, 50) and self.keys:
            rules["target_ceiling"] = choice(pick, [1.0, 1e6] if extreme else [1.0, 1.1, 1.6])
        if chance(pick, 40):
            rules["own_cost_ceiling"] = choice(pick, [0.0, 1e-9, 1.0] if extreme else [0.02, 0.1])
        moving = 90 if "envelopes" in self.shapes else 30
        for rule in ("carry_over", "virement"):
            if chance(pick, moving):
                rules[rule] = choice(pick, [1.0, 1e-9, 0.5] if extreme else [0.05, 0.1, 0.3])
        made["rules"] = rules
        stages: dict[str, Any] = {}
        if "large give" in self.shapes:
            named = [stage for stage in STAGES[:5] if stage != "concession.largest" and chance(pick, 60)]
            stages["give"] = {stage: choice(pick, [0.01, 0.1, 0.5, 1.0, 10.0]) for stage in named}
        elif chance(pick, 25):
            stages["give"] = {"shortfall.total": number(pick, 0.005, 0.03, 3)}
        if chance(pick, 25):
            stages["order"] = choice(pick, [list(STAGES), [*STAGES[3:5], *STAGES[:2], "cost"], ["burden", *STAGES[:2]]])
            stages["give"] = {k: v for k, v in stages.get("give", {}).items() if k in stages["order"]}
        if extreme and chance(pick, 50):
            bands = (
                {"ends": [1e-6], "slopes": [1, 1e4]},
                {"ends": [0.01, 0.02, 0.5, 0.99], "slopes": [1, 1.001, 1.002, 2, 100]},
            )
            stages["bands"] = choice(pick, bands)
        made["stages"] = stages or None
        if chance(pick, 40):
            made["equity"] = {"attribute": "income", "elasticity": choice(pick, [0.0, 10.0] if extreme else [0.5, 1.3])}


def _long(values: np.ndarray, *, amount: str, **axes: list[str]) -> pd.DataFrame:
    at = np.indices(values.shape).reshape(len(axes), -1)
    columns = {name: [labels[i] for i in place] for (name, labels), place in zip(axes.items(), at, strict=True)}
    return pd.DataFrame({**columns, amount: values.ravel()})
