"""Drawn scenarios with aims of convergence and inclusion, and their rules: valid and solvable by construction.

They are those of :mod:`.strategies`, with baselines and denominators of every objective, the two sections, their
stages, and rules that the point which is possible there satisfies: each area keeps a share κ of its bid and targets.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from .strategies import Draft, Drawn, HypothesisPicker, Picker, SeededPicker, chance, choice, drawn, number

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
    return made


def _rates(base: Drawn, made: Draft) -> None:
    """Baselines and denominators; one area may lack a figure."""
    pick, areas = base.pick, made["areas"]
    objectives = made["objectives"]
    objectives["baseline"] = [f"{key}_now" for key in base.keys]
    objectives["per"] = [f"{key}_per" for key in base.keys]
    objectives["direction"] = [choice(pick, ["increase", "increase", "decrease"]) for _ in base.keys]
    for k, key in enumerate(base.keys):
        per = [float(pick.integer(50, 400)) for _ in base.codes]
        level = [max(round(n * number(pick, 0.3, 1.0), 2), base.target[a, k].max() * 1.5) for a, n in enumerate(per)]
        if len(base.codes) > 2 and chance(pick, 15):
            level[pick.integer(0, len(level) - 1)] = np.nan
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
    return {"prosperity": one, "inclusion": other, "together": number(pick, 0.3, 1.0), "places": places}


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
    """Rules of levelling up follow with the rules themselves."""


def seeded_levelled(seed: int, **premises: bool) -> Draft:
    """The scenario of a seed, for counts over many."""
    return levelled(SeededPicker(seed), **premises)


@st.composite
def levelled_drafts(draw: Any, **premises: bool) -> Draft:
    """Scenarios as the arguments of ``Scenario.from_tables``; the premises are those of :func:`levelled`."""
    return levelled(HypothesisPicker(draw), **premises)


__all__ = ["levelled", "levelled_drafts", "pd", "seeded_levelled"]
