"""Drawn scenarios with aims of convergence and inclusion, and their rules: valid and solvable by construction.

They are those of :mod:`.strategies`, with baselines and denominators of every objective, the two sections, their
stages, and rules that the point which is possible there satisfies: each area keeps a share κ of its bid and targets.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from singlepot.models.analysis.inequality.measures import gini

from .strategies import (
    Draft,
    Drawn,
    HypothesisPicker,
    Picker,
    SeededPicker,
    chance,
    choice,
    drawn,
    number,
    with_schemes,
)

STANDARD = ["shortfall.largest", "shortfall.total", "concession.total", "burden", "cost"]

COMPARISONS = (("area", "nation"), ("area", "nation"), ("area", "region"), ("region", "nation"))


def levelled(
    pick: Picker, *, simple: bool = False, single: bool = False, rules: bool = True, inclusion: bool = True
) -> Draft:
    """Draw the tables and settings of a scenario with both sections.

    Parameters
    ----------
    simple, single
        As for :func:`tests.strategies.draft`.
    rules
        Whether rules of convergence and inclusion may be drawn.
    inclusion
        Whether ``[inclusion]`` may be drawn.
    """
    base = drawn(pick, simple=simple, single=single, objectives=1)
    made = base.tables()
    _rates(base, made)
    made["convergence"] = _convergence(base)
    both = inclusion and len(base.keys) == 2 and all(base.target[:, :, -1].sum(axis=0) > 0) and chance(pick, 60)
    if both:
        made["inclusion"] = _inclusion(base)
    _order(base, made)
    if rules:
        _rules(base, made, both)
    if chance(pick, 20):
        with_schemes(pick, made)
    return made


def _rates(base: Drawn, made: Draft) -> None:
    """Baselines and denominators; one area may lack a figure."""
    pick, areas = base.pick, made["areas"]
    objectives = made["objectives"]
    objectives["baseline"] = [f"{key}_now" for key in base.keys]
    objectives["per"] = [f"{key}_per" for key in base.keys]
    objectives["direction"] = [choice(pick, ["increase", "increase", "decrease"]) for _ in base.keys]
    base.sign = np.where(objectives["direction"] == "decrease", -1.0, 1.0)
    base.level, base.per = (np.full((len(base.codes), len(base.keys)), np.nan) for _ in range(2))
    for k, key in enumerate(base.keys):
        per = [float(pick.integer(50, 400)) for _ in base.codes]
        level = [max(round(n * number(pick, 0.3, 1.0), 2), base.target[a, k].max() * 1.5) for a, n in enumerate(per)]
        if len(base.codes) > 2 and chance(pick, 15):
            level[pick.integer(0, len(level) - 1)] = np.nan
        base.level[:, k], base.per[:, k] = level, per
        areas[f"{key}_now"] = level + [np.nan] * (len(areas) - len(level))
        areas[f"{key}_per"] = per + [np.nan] * (len(areas) - len(per))
        made["attributes"] = [*made["attributes"], f"{key}_now", f"{key}_per"]


def _convergence(base: Drawn) -> dict[str, Any]:
    pick = base.pick
    places, compared = choice(pick, COMPARISONS)
    keys = base.keys if chance(pick, 70) else base.keys[:1]
    section: dict[str, Any] = {
        "aims": {key: number(pick, 0.05, 1.0) for key in keys},
        "places": places,
        "compared_with": compared,
        "line": choice(pick, ["start", "start", "end"]),
    }
    if chance(pick, 20):
        section["rates"] = {base.keys[0]: number(pick, 0.4, 1.0)}
    if chance(pick, 20):
        section["year"] = base.years[0]
    return section


def _inclusion(base: Drawn) -> dict[str, Any]:
    pick = base.pick
    one, other = base.keys if chance(pick, 50) else base.keys[::-1]
    places = choice(pick, ["area", "area", "region", "recipient"])
    return {"prosperity": one, "inclusion": other, "together": number(pick, 0.3, 1.0), "places": places} | (
        {"year": base.years[-1]} if chance(pick, 20) else {}
    )


def _order(base: Drawn, made: Draft) -> None:
    """The stages of both sections: before or after all shortfall stages, and anywhere."""
    pick = base.pick
    stages = dict(made["stages"] or {})
    order = list(stages.get("order") or STANDARD)
    at = [place for place, name in enumerate(order) if name.startswith("shortfall.")] or [0]
    order.insert(at[0] if chance(pick, 40) else at[-1] + 1, "convergence.total")
    if "inclusion" in made and chance(pick, 85):
        order.insert(pick.integer(0, len(order)), "inclusion.total")
    made["stages"] = {**stages, "order": order}


def _rules(base: Drawn, made: Draft, both: bool) -> None:
    """Rules that hold where each area keeps its share κ of bid and targets and no option is used."""
    pick, rows = base.pick, []
    kept = base.kept[:, None, None] * base.target
    year = base.years.index(made["convergence"].get("year") or base.years[-1])
    if chance(pick, 30):
        made["rules"] = {**made["rules"], "no_worse_than_today": 1.0}
    for k, key in enumerate(base.keys):
        start = base.level[:, k] / base.per[:, k]
        member = ~np.isnan(start) & ((base.bid.sum(axis=(1, 2)) > 0) | (base.target.sum(axis=(1, 2)) > 0))
        if chance(pick, 40):
            value = _convergence_floor(base, made, k, kept[:, k, year], member)
            if value > 0:
                rows.append({"rule": "convergence_floor", "value": value, "objective": key})
        if "population" in made["areas"] and chance(pick, 45) and member.sum() > 1:
            people = np.asarray([base.population[code] for code in base.codes], dtype=float)[member]
            end = start + base.sign[k] * kept[:, k, year] / base.per[:, k]
            before, after = (gini(rate[member], people) for rate in (start, end))
            if before > 1e-3:
                value = round(after / before * (1 + 1e-6) + number(pick, 0.0, 0.1, 3), 9)
                rows.append({"rule": "gini_ceiling", "value": value, "objective": key})
    if both and chance(pick, 50):
        one, other = (base.keys.index(made["inclusion"][part]) for part in ("prosperity", "inclusion"))
        t = base.years.index(made["inclusion"].get("year") or base.years[-1])
        shared = (base.target[:, one, t] > 0) & (base.target[:, other, t] > 0)
        if shared.any():
            size = [_size(base, k, t) for k in (one, other)]
            ratio = (kept[shared, other, t] / size[1]) / (kept[shared, one, t] / size[0])
            made["rules"] = {
                **made["rules"],
                "inclusion_floor": round(float(ratio.min()) * number(pick, 0.97, 0.99), 9),
            }
    if rows:
        given = made.get("rule_rows")
        table = pd.concat([*([given] if given is not None else []), pd.DataFrame(rows)], ignore_index=True)
        texts = [name for name in table if name not in ("rule", "value")]
        made["rule_rows"] = table.fillna(dict.fromkeys(texts, ""))


def _convergence_floor(base: Drawn, made: Draft, k: int, kept: np.ndarray, member: np.ndarray) -> float:
    """A share of the gap that the kept targets make up everywhere."""
    level, per = base.level[:, k], base.per[:, k]
    line = level[member].sum() / per[member].sum()
    line = made["convergence"].get("rates", {}).get(base.keys[k], line)
    gap = np.where(member, base.sign[k] * (line * per - level), 0.0)
    bound = (gap > 0) & (kept > 0)
    least = float((kept[bound] / gap[bound]).min(initial=np.inf))
    return round(min(least, 3.0) * number(base.pick, 0.97, 0.999, 3), 9) if bound.any() else 0.0


def _size(base: Drawn, k: int, t: int) -> float:
    """S of an objective."""
    rows = [row[2] for row in base.national_rows if row[:2] == (base.keys[k], base.years[t])]
    of_centre = 2.0 if base.centre and k == 0 and t == len(base.years) - 1 else 0.0
    return rows[0] if rows else float(base.target[:, k, t].sum()) + of_centre


def seeded_levelled(seed: int, **premises: bool) -> Draft:
    """The scenario of a seed, for counts over many."""
    return levelled(SeededPicker(seed), **premises)


@st.composite
def levelled_drafts(draw: Any, **premises: bool) -> Draft:
    """Scenarios as the arguments of ``Scenario.from_tables``; the premises are those of :func:`levelled`."""
    return levelled(HypothesisPicker(draw), **premises)


__all__ = ["levelled", "levelled_drafts", "seeded_levelled"]
