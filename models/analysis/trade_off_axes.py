"""Axes of a Pareto frontier: the shortfall of one objective, or the value of one stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from singlepot.solver import BadOptionError, ExtraRows, Stage

from ..formulation.formulation import Formulation, formulate
from ..scenario.scenario import Scenario
from ..scenario.titles import Titles
from ..settings.settings import STAGES
from ..tables.stage_words import stage_words

NEEDED = {"cost": ("concession.total", "burden", "cost")}
"""Stages that an order must name before it may name this one, and itself; others need nothing."""


@dataclass(frozen=True)
class TradeOffMeasure:
    """One axis of a trade-off.

    Attributes
    ----------
    key
        As asked for: an objective, or a stage such as ``concession.total``.
    name
        In words.
    unit
        Of its values: ``share of the target`` for shortfalls, else the stage's.
    objective
        Whether it is the shortfall of an objective, the mean over its national rows of shortfall over target.
    """

    key: str
    name: str
    unit: str
    objective: bool


def measures(scenario: Scenario, keys: Sequence[str]) -> tuple[Formulation, list[TradeOffMeasure], list[Stage]]:
    """Write a programme with what these measures need, and each as something to be minimised.

    Raises
    ------
    BadOptionError
        A key is neither an objective with a national target nor a stage.
    """
    objectives = list(scenario.filled("objectives")["key"])
    counted = list(dict.fromkeys(scenario.filled("national")["objective"]))
    for key in keys:
        if key not in counted and key.partition("[")[0] not in STAGES:
            choices = [*counted, *STAGES]
            near = get_close_matches(key, choices, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"choose of {', '.join(choices)}"
            why = "has no national target" if key in objectives else "is neither an objective nor a stage"
            raise BadOptionError(f"{key!r} {why}", hint)
    order = list(scenario.settings.stages.order)
    for stage in (key.partition("[")[0] for key in keys if key not in counted):
        order += [name for name in NEEDED.get(stage, (stage,)) if name not in order]
    same = tuple(order) == tuple(scenario.settings.stages.order)
    formulation = formulate(scenario if same else scenario.with_(stages={"order": order}))
    axes = [_measure(formulation, key) for key in keys]
    return formulation, [measure for measure, _ in axes], [stage for _, stage in axes]


def _measure(formulation: Formulation, key: str) -> tuple[TradeOffMeasure, Stage]:
    data = formulation.data
    if key in data.objectives:
        rows = data.national
        of_key = rows.objective == data.objectives.index(key)
        cost = np.zeros(formulation.programme.shape[1])
        cost[formulation.model.shortfall[of_key]] = 1 / rows.base[of_key] / of_key.sum()
        name = Titles(formulation.scenario).objectives[key]
        return TradeOffMeasure(key, f"shortfall in {name}", "share of the target", True), Stage(key, "", cost)
    known = {stage.name: stage for stage in formulation.stages}
    stage = known.get(key) or known.get(f"{key}[{min(map(int, data.priority), default=1)}]")
    if stage is None:
        raise BadOptionError(f"there is no stage {key!r}", f"choose of {', '.join(known)}")
    unit = stage.unit.replace("money", formulation.scenario.settings.money)
    return TradeOffMeasure(key, stage_words(stage.name), unit, False), stage


def no_more(rows: ExtraRows, name: str, stage: Stage, limit: float) -> None:
    """Add a row that keeps a measure at or below a limit."""
    used = np.flatnonzero(stage.cost)
    rows.at_most(name, used, stage.cost[used], limit - stage.constant)
