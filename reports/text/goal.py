"""A goal is told by the value of its lever, and by what the last unit of each national target costs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from singlepot.models.levers.lever import MONEY, SHARE
from singlepot.models.levers.values import percent_change
from singlepot.models.money import POUNDS_PER, spoken
from singlepot.models.scenario.titles import Titles

from .lines import clip, lay_out, number, percent, wrap

if TYPE_CHECKING:
    from singlepot.models.analysis.goal import Goal

SHORT = 1e-6
"""Shortfall beyond what a goal allows, as a share of the target, that is said."""


def goal_text(goal: Goal) -> str:
    """Write a goal for people, in 80 columns.

    Parameters
    ----------
    goal
        From :func:`singlepot.goal`.
    """
    settings, titles = goal.scenario.settings, Titles(goal.scenario)
    national = goal.settlement.national
    if goal.objective:
        national = national[national["objective"] == goal.objective]
    worst = float((national["shortfall"] / national["target"]).max())
    rows = [
        (
            clip(titles.objectives[row["objective"]], 20),
            str(row["year"]),
            number(row["target"]),
            _price(goal, row["less"]),
            _price(goal, row["more"]),
        )
        for row in goal.prices.to_dict("records")
    ]
    key = (
        "The last two columns: by how much the lever could be tighter if the target were one unit lower, and would "
        "have to be looser if it were one higher."
    )
    of = f" of {titles.objectives[goal.objective]}" if goal.objective else ""
    proof = f"Settled there, with nothing given of shortfalls, the largest shortfall{of} is {percent(worst)}."
    if goal.objective and worst > goal.miss + SHORT:
        name = titles.objectives[goal.objective]
        proof += (
            " That is more than is asked, because the settlement weighs the targets of all objectives: to have it so, "
            f"give {name} a priority before the others."
        )
    lines = [*wrap(settings.title), "", *wrap(_head(goal, titles)), *wrap(proof), ""]
    return (
        "\n".join([*lines, *lay_out(("objective", "year", "target", "one less", "one more"), rows), *wrap(key, "  ")])
        + "\n"
    )


def _head(goal: Goal, titles: Titles) -> str:
    lever = goal.lever
    targets = f"of {titles.objectives[goal.objective]}" if goal.objective else "of the nation"
    missed = f"missed by more than {100 * goal.miss:.4g}%" if goal.miss else "missed"
    side = "largest" if goal.most else "least"
    return f"The {side} {lever.label} at which no target {targets} need be {missed}: {_value(goal)}."


def _value(goal: Goal) -> str:
    lever, money = goal.lever, goal.scenario.settings.money
    if lever.kind == "factor":
        change = percent_change(goal.value)
        if math.isnan(lever.now):
            return change
        amounts = [spoken(value, money) if lever.unit == MONEY else number(value) for value in (goal.amount, lever.now)]
        return f"{amounts[0]} (now {amounts[1]}, {change})"
    now = "none" if math.isnan(lever.now) else f"{100 * lever.now:.4g}%"
    return f"{100 * goal.value:.6g}% (now {now})"


def _price(goal: Goal, value: float) -> str:
    if math.isnan(value):
        return "not possible"
    if goal.lever.unit == MONEY:
        pounds = value * POUNDS_PER[goal.scenario.settings.money]
        return spoken(pounds, "GBP", 0 if pounds >= 100 else 2)
    if goal.lever.unit == SHARE or math.isnan(goal.lever.now):
        return f"{100 * value:.3g}%"
    return f"{value:.4g}"
