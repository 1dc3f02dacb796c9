"""The home of drawn programme lines: valid by construction, laid over a drawn scenario in place of bids and targets.

The lines of an area are parts of its drawn bid and targets, so that what made the scenario solvable stays so. An area
states its totals (and has a rest), or none.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from tests.strategies import Draft, HypothesisPicker, Picker, SeededPicker, chance, choice, draft, number

THEMES = ["green", "people", ""]


def without_rules_of_options(made: Draft) -> Draft:
    """The draft without the rules about single options, which areas with programme lines do not have."""
    rows = made.get("rule_rows")
    if rows is None or "option" not in rows:
        return dict(made)
    rows = rows[rows["option"] == ""].drop(columns="option").reset_index(drop=True)
    return {name: value for name, value in made.items() if name != "rule_rows"} | (
        {"rule_rows": rows} if len(rows) else {}
    )


def with_programmes(pick: Picker, made: Draft) -> Draft:
    """Lay programme lines over a drawn scenario; its options stay for some areas."""
    made = without_rules_of_options(made)
    envelopes = list(dict.fromkeys(made["pot"]["envelope"]))
    keys = list(made["objectives"]["key"]) if "objectives" in made else []
    rows: list[dict[str, Any]] = []
    for area in made["areas"].loc[made["areas"]["type"] != "centre", "code"]:
        if not chance(pick, 75):
            continue
        money, outcome = _of_area(made, area, envelopes, keys)
        if not money.sum():
            continue
        whole = chance(pick, 50)
        lines = _lines(pick, area, money, outcome, envelopes, keys, made["years"], whole)
        rows += lines
        if whole:
            made["bids"] = made["bids"][made["bids"]["area"] != area].reset_index(drop=True)
            if "targets" in made:
                made["targets"] = made["targets"][made["targets"]["area"] != area].reset_index(drop=True)
        if chance(pick, 60):
            _without_options(made, area)
    for name in ("bids", "targets", "options", "option_years"):
        if name in made and not len(made[name]):
            del made[name]
    if rows:
        made["programmes"] = pd.DataFrame(rows)
    if "rule_rows" in made and "basis" in made["rule_rows"]:  # a line has no reference
        left = made["rule_rows"][~made["rule_rows"]["basis"].isin(["reference", "least"])].reset_index(drop=True)
        made = {name: value for name, value in made.items() if name != "rule_rows"}
        made |= {"rule_rows": left} if len(left) else {}
    made["derive"] = _derive(pick, keys, {row["theme"] for row in rows})
    return made


def _of_area(made: Draft, area: str, envelopes: list[str], keys: list[str]) -> tuple[np.ndarray, np.ndarray]:
    years = made["years"]
    money, outcome = np.zeros((len(envelopes), len(years))), np.zeros((len(keys), len(years)))
    for row in made["bids"][made["bids"]["area"] == area].to_dict("records"):
        money[envelopes.index(row["envelope"]), years.index(row["year"])] = row["amount"]
    if "targets" in made:
        for row in made["targets"][made["targets"]["area"] == area].to_dict("records"):
            outcome[keys.index(row["objective"]), years.index(row["year"])] = row["target"]
    return money, outcome


def _lines(
    pick: Picker,
    area: str,
    money: np.ndarray,
    outcome: np.ndarray,
    envelopes: list[str],
    keys: list[str],
    years: list[str],
    whole: bool,
) -> list[dict[str, Any]]:
    """Rows of one to three lines, the last of which takes what is left where the lines are the whole."""
    rows: list[dict[str, Any]] = []
    count = pick.integer(1, 3)
    left = 1.0
    for at in range(count):
        share = left if whole and at == count - 1 else number(pick, left * 0.2, left * 0.9, 3)
        left -= share
        rows += _rows(pick, area, f"Line {at}", money * share, outcome * share, envelopes, keys, years, 0)
    if chance(pick, 30):
        share = number(pick, 0.05, 0.3)
        rows += _rows(pick, area, "Reserve", money * share, outcome * share, envelopes, keys, years, 1)
    return rows


def _rows(
    pick: Picker,
    area: str,
    line: str,
    money: np.ndarray,
    outcome: np.ndarray,
    envelopes: list[str],
    keys: list[str],
    years: list[str],
    reserve: int,
) -> list[dict[str, Any]]:
    names = [f"grant_{envelope}" for envelope in envelopes]
    if len(envelopes) == 1 and chance(pick, 50):
        names = ["grant"]
    base = {"area": area, "line": line, "holds": "", "lasts": np.nan, "theme": "", "reserve": np.nan}
    rows = [
        {**base, "item": name, **dict(zip(years, values.tolist(), strict=True))}
        for name, values in zip(names, money, strict=True)
    ]
    for key, values in zip(keys, outcome, strict=True):
        if not values.any():
            continue
        holds = choice(pick, ["", "level", "level_to_date", "new", "new_to_date"])
        start = int(np.flatnonzero(values)[0])
        if holds == "level_to_date":
            values = np.cumsum(values)
        if holds in ("new", "new_to_date") and (np.diff(values[start:]) < 0).any():
            holds = "level"
        if holds == "new":
            values = np.diff(values, prepend=0.0)
        cells = np.where(np.arange(len(years)) < start, np.nan, values)
        rows.append({**base, "item": key, "holds": holds, **dict(zip(years, cells.tolist(), strict=True))})
    rows[0] |= {"theme": choice(pick, THEMES), "reserve": float(reserve), **_figures(pick)}
    return rows


def _figures(pick: Picker) -> dict[str, float]:
    """Numbers that an area states, none of them against another."""
    figures: dict[str, float] = {}
    if chance(pick, 50):
        figures["most"] = number(pick, 1.0, 1.6)
        if chance(pick, 60):
            figures["most_outcome"] = round(1 + (figures["most"] - 1) * number(pick, 0.0, 1.3), 4)
    if chance(pick, 50):
        figures["least"] = number(pick, 0.0, 1.0)
        if chance(pick, 60):
            slope = number(pick, 0.3, 1.5)
            rise = figures.get("most_outcome", 1.0) - 1
            if rise > 0:
                slope = max(slope, 2 * rise / (figures["most"] - 1))
            figures["least_outcome"] = min(max(round(1 - (1 - figures["least"]) * slope, 4), 0.0), 0.99)
            if figures["least"] > 0.97 or "most_outcome" in figures:
                del figures["least_outcome"]
    for name, most in (("efficiency", 0.1), ("stretch", 0.1), ("stretch_cost", 2.0)):
        if chance(pick, 25):
            figures[name] = number(pick, 0.01, most)
    return figures


def _without_options(made: Draft, area: str) -> None:
    for name in ("options", "option_years"):
        if name in made:
            made[name] = made[name][made[name]["area"] != area].reset_index(drop=True)
    if "scheme" in made.get("options", ()):  # a joint scheme that is left with one area is none
        parts = made["options"].groupby("scheme")["area"].transform("size")
        made["options"] = made["options"].assign(scheme=made["options"]["scheme"].where(parts > 1, ""))


def _derive(pick: Picker, keys: list[str], themes: set[str]) -> dict[str, Any]:
    section: dict[str, Any] = {}
    if chance(pick, 50):
        section["elasticity"] = number(pick, 0.1, 0.95)
    if chance(pick, 30):
        section |= {"most": number(pick, 1.0, 1.5), "least": number(pick, 0.0, 1.0), "tiers": pick.integer(1, 4)}
    if chance(pick, 20):
        section |= {"efficiency": number(pick, 0.0, 0.1), "stretch": number(pick, 0.0, 0.1), "stretch_price": 0.8}
    for theme in sorted(themes - {""}):
        if chance(pick, 30):
            section.setdefault("theme", {})[theme] = {"elasticity": number(pick, 0.2, 0.9)}
    if keys and chance(pick, 30):
        section["unit_cost"] = {key: number(pick, 0.1, 5.0) for key in keys}
    return section


def seeded_programmes(seed: int, **premises: Any) -> Draft:
    """The scenario with programmes of a seed."""
    pick = SeededPicker(seed)
    return with_programmes(pick, draft(pick, **premises))


@st.composite
def programme_drafts(draw: Any, **premises: Any) -> Draft:
    """Scenarios with programmes, as the arguments of ``Scenario.from_tables``."""
    pick = HypothesisPicker(draw)
    return with_programmes(pick, draft(pick, **premises))
