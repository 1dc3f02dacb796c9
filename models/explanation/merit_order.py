r"""Who is best placed: for each objective and for cuts, every option in the order of what a unit costs.

.. math:: \text{cost}_{jk} = (\text{money}_j + \text{own}_j - \sum_{i \ne k} \text{worth}_{ji}) / \text{outcome}_{jk}

money: the grant at the pots' prices. own: what the stage itself counts, weighted for equity where the stage is. worth:
what the option does for other objectives, at their prices. outcome: units of the objective, its years weighted by their
prices. An option is worth using while its cost is below the price; it is ranked for the objective for which it is worth
most. design.md section 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..scenario.array_types import Floats, Integers
from .prices import SHARED, yardstick
from .reduced_costs import Anatomy, Parts
from .solved_stages import SolvedStages
from .verdicts import Verdicts, judge

CUTS = "cuts"
"""The need that is not an objective: to bring bids down to the pot."""

COUNTS = 1e-9
"""An outcome or saving below this, relative to the largest, is none."""


@dataclass(frozen=True, eq=False)
class BestPlaced:
    """Who is best placed, and what stopped each.

    Attributes
    ----------
    table
        need (an objective, or ``cuts``), area, option, cost (net, per unit: money for each unit of the objective, or
        for cuts what is given up for each unit of money saved), grant_cost (the plain grant per unit), price (of the
        last unit), unit, outcome (units at full use), taken (share of the largest take-up), stop, stage (that decided),
        rules (all that hold it back, separated by ``;``); the best placed first.
    holds
        Which objectives hold the others down: the part of each in the price of the largest shortfall; empty where
        nothing is short.
    silent
        For each need, the areas with a bid that offered nothing for it (scale-backs aside).
    """

    table: pd.DataFrame
    holds: Mapping[str, float]
    silent: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Ranking:
    """One need: options (positions) from the best placed on, and their costs, all in one unit."""

    need: str
    stage: str
    option: Integers
    cost: Floats
    grant_cost: Floats
    outcome: Floats
    price: float
    unit: str


@dataclass(frozen=True, eq=False)
class Placing:
    """Everything that best-placed tables and reasons are made of."""

    workings: SolvedStages
    parts: tuple[Parts, ...]
    verdicts: Verdicts
    rankings: tuple[Ranking, ...]


def place(workings: SolvedStages) -> Placing:
    """Rank the options for every need, and judge what stopped each."""
    anatomy = Anatomy(workings)
    parts = tuple(anatomy.parts(stage) for stage in workings.marginals)
    objectives = range(len(workings.formulation.data.objectives))
    found = [*(_for_objective(workings, parts, k) for k in objectives), _for_cuts(workings, parts)]
    rankings = tuple(each for each in found if each is not None)
    return Placing(workings, parts, judge(workings, parts), rankings)


def best_placed(placing: Placing) -> BestPlaced:
    """Lay a placing out as tables: for every need who is best placed, how far the settlement went, what stopped it.

    Examples
    --------
    >>> import singlepot as sp
    >>> found = sp.settle(sp.read_scenario("bucks-and-burnley")).best_placed
    >>> found.table.query("need == 'carbon'")[["area", "cost", "taken"]].round(6).to_numpy().tolist()
    [['E06000060', 0.5, 1.0], ['E07000117', 1.5, 0.5]]
    """
    data = placing.workings.formulation.data
    tables = [_table(placing, ranking) for ranking in placing.rankings]
    silent = {}
    for ranking in placing.rankings:
        own = ranking.option[~data.options.scale_back[ranking.option]]
        offered = np.bincount(data.options.area[own], minlength=len(data.areas)) > 0
        silent[ranking.need] = tuple(data.labels("areas", np.flatnonzero(~offered & (data.bid_of_area > 0))))
    empty = pd.DataFrame({name: [] for name in _COLUMNS})
    return BestPlaced(pd.concat(tables, ignore_index=True) if tables else empty, _holds(placing), silent)


_COLUMNS = (
    "need",
    "area",
    "option",
    "cost",
    "grant_cost",
    "price",
    "unit",
    "outcome",
    "taken",
    "stop",
    "stage",
    "rules",
)


def _for_objective(workings: SolvedStages, parts: tuple[Parts, ...], k: int) -> Ranking | None:
    """Rank for one objective, in the first stage in which any of its national rows matters."""
    data = workings.formulation.data
    span = workings.programme.rows("national")
    rows = np.arange(span.start, span.stop)[data.national.objective == k]
    each = next((part for part in parts if (part.stage.row[rows] > 0).any()), None)
    if each is None:
        return None
    total = float(each.stage.row[rows].sum())
    latest = int(data.national.last[data.national.objective == k][each.stage.row[rows] > 0].max())
    measure = yardstick(workings, each.stage, latest)
    worth = measure.worth if measure else 1.0
    outcome = -each.outcome[:, k] / total
    most = np.abs(each.outcome).max(axis=1) * (1 - COUNTS)
    chosen = np.flatnonzero((outcome > COUNTS * outcome.max(initial=0.0)) & (-each.outcome[:, k] >= most))
    cost = (each.net - each.outcome[:, k])[chosen] / worth / outcome[chosen]
    settings = workings.formulation.scenario.settings
    per = workings.units[k]
    unit = f"{settings.money} of {measure.name} per {per}" if measure else f"{each.stage.unit} per {per}"
    return _ranking(workings, data.objectives[k], each, chosen, cost, outcome[chosen], total / worth, unit)


def _for_cuts(workings: SolvedStages, parts: tuple[Parts, ...]) -> Ranking | None:
    """Rank what saves money, in the first stage in which a pot binds."""
    each = next((part for part in parts if yardstick(workings, part.stage, None) is not None), None)
    if each is None:
        return None
    measure = yardstick(workings, each.stage, None)
    assert measure is not None
    saved = -each.money / measure.worth
    chosen = np.flatnonzero(saved > COUNTS * max(saved.max(initial=0.0), 0.0))
    cost = (each.net - each.money)[chosen] / measure.worth / saved[chosen]
    unit = f"{workings.formulation.scenario.settings.money} given up per {workings.formulation.scenario.settings.money}"
    return _ranking(workings, CUTS, each, chosen, cost, saved[chosen], 1.0, unit)


def _ranking(
    workings: SolvedStages,
    need: str,
    parts: Parts,
    chosen: Integers,
    cost: Floats,
    outcome: Floats,
    price: float,
    unit: str,
) -> Ranking:
    options = workings.formulation.data.options
    cost = np.where(np.abs(cost) <= 1e-12 * max(abs(price), 1e-12), 0.0, cost)
    order = np.lexsort((options.names[0][chosen], options.area[chosen], np.round(cost / price, 12)))
    grant = np.bincount(options.grant.option, weights=options.grant.value, minlength=options.size)[chosen]
    return Ranking(
        need,
        parts.stage.name,
        chosen[order],
        cost[order],
        (grant / outcome)[order],
        (outcome * options.limit[chosen])[order],
        price,
        unit,
    )


def _table(placing: Placing, ranking: Ranking) -> pd.DataFrame:
    data = placing.workings.formulation.data
    options, chosen = data.options, ranking.option
    said = [placing.verdicts[j] for j in chosen.tolist()]
    return pd.DataFrame(
        {
            "need": ranking.need,
            "area": data.labels("areas", options.area[chosen]),
            "option": options.name[chosen],
            "cost": ranking.cost,
            "grant_cost": ranking.grant_cost,
            "price": ranking.price,
            "unit": ranking.unit,
            "outcome": ranking.outcome,
            "taken": placing.workings.take_up[chosen] / options.limit[chosen],
            "stop": [each.stop for each in said],
            "stage": [each.stage for each in said],
            "rules": [";".join(each.rules) for each in said],
        }
    )


def _holds(placing: Placing) -> dict[str, float]:
    """Each objective's part in the price of the largest shortfall: target times dual; the parts add up to one."""
    data, programme = placing.workings.formulation.data, placing.workings.programme
    for stage in placing.workings.marginals:
        if stage.name.startswith(SHARED) and stage.value > 0:
            weight = stage.row[programme.rows("national")] * data.national.target
            if weight.sum() > 0:
                of = np.bincount(data.national.objective, weights=weight, minlength=len(data.objectives))
                return {key: float(of[k] / weight.sum()) for k, key in enumerate(data.objectives) if of[k] > 0}
    return {}
