r"""Merit order: for each objective and for cuts, every option in the order of its net cost per unit.

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

from ..diagnostics.problems import list_words
from ..scenario.array_types import Booleans, Floats, Integers
from ..scenario.arrays import Arrays
from ..tables.copies import CopiedTables
from .prices import SHARED, Numeraire, numeraire
from .reduced_costs import ReducedCostParts, ReducedCosts
from .solved_stages import SolvedStages
from .verdicts import Verdicts, judge

CUTS = "cuts"
"""Need that is no objective: to bring bids down to the pot."""

CUT_UNIT = "£ given up for each £1 saved"
"""Unit of the costs of cuts: at the prices of the stage that ranks them."""

COUNTS = 1e-9
"""Outcome or saving, relative to the largest, below which it counts as none."""


@dataclass(frozen=True, eq=False)
class BestPlaced(CopiedTables):
    """Merit orders as tables, with what stopped each option.

    Attributes
    ----------
    table
        need (an objective, or ``cuts``), area, option, cost (net, per unit: money for each unit of the objective, or
        for cuts what is given up for each unit of money saved, of what the stage counts that ranks), grant_cost (the
        plain grant per unit), price (of the last unit), unit, ranked_by (the stage that ranks), outcome (units at full
        use), taken (share of the largest take-up), stop, stage (that decided), rules (all that hold it back, separated
        by ``;``); the best placed first.
    holds
        Which objectives hold the others down: the part of each in the price of the largest shortfall; empty where
        nothing is short.
    silent
        For each need, the areas with a bid that offered no option that adds to it in any year, or saves in any.
    """

    table: pd.DataFrame
    holds: Mapping[str, float]
    silent: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Merit order of one need: options (positions) from the cheapest on, and their costs, all in one unit.

    ``parts``: of the reduced costs in the stage that ranks. ``measure``: the pot whose money measures costs; None where
    no pot binds in that stage. ``counted_in``: in which national rows a unit is priced, in words.
    """

    need: str
    parts: ReducedCostParts
    measure: Numeraire | None
    counted_in: str
    option: Integers
    cost: Floats
    grant_cost: Floats
    outcome: Floats
    price: float
    unit: str

    @property
    def worth(self) -> float:
        """Dual of a unit of the money that measures; 1 where none does."""
        return self.measure.worth if self.measure else 1.0


@dataclass(frozen=True, eq=False)
class MeritOrders:
    """Merit order of every need, the parts of all reduced costs, and the verdict on every option."""

    solved: SolvedStages
    parts: tuple[ReducedCostParts, ...]
    verdicts: Verdicts
    rankings: tuple[Ranking, ...]


def rank_options(solved: SolvedStages) -> MeritOrders:
    """Rank the options in a merit order for every need, and judge what stopped each."""
    reduced_costs = ReducedCosts(solved)
    parts = tuple(reduced_costs.parts(stage) for stage in solved.marginals)
    objectives = range(len(solved.formulation.data.objectives))
    candidates = [*(_for_objective(solved, parts, k) for k in objectives), _for_cuts(solved, parts)]
    rankings = tuple(ranking for ranking in candidates if ranking is not None)
    return MeritOrders(solved, parts, judge(solved, parts), rankings)


def best_placed(orders: MeritOrders) -> BestPlaced:
    """Lay merit orders out as tables: who is best placed, how far the settlement went, and what stopped it.

    Examples
    --------
    >>> import singlepot as sp
    >>> found = sp.settle(sp.read_scenario("bucks-and-burnley")).best_placed
    >>> found.table.query("need == 'carbon'")[["area", "cost", "taken"]].round(6).to_numpy().tolist()
    [['E06000060', 0.5, 1.0], ['E07000117', 1.5, 0.5]]
    """
    data = orders.solved.formulation.data
    tables = [_table(orders, ranking) for ranking in orders.rankings]
    silent = {
        ranking.need: tuple(
            data.labels("areas", np.flatnonzero(~_offering(data, ranking.need) & (data.bid_of_area > 0)))
        )
        for ranking in orders.rankings
    }
    empty = pd.DataFrame({name: [] for name in _COLUMNS})
    return BestPlaced(pd.concat(tables, ignore_index=True) if tables else empty, _holds(orders), silent)


def _offering(data: Arrays, need: str) -> Booleans:
    """Areas with an option (no scale-back) that adds to an objective in some year, or saves in some cell."""
    options = data.options
    if need == CUTS:
        offers = options.grant.option[options.grant.value < 0]
    else:
        cells = options.outcome
        offers = cells.option[(cells.across == data.objectives.index(need)) & (cells.value > 0)]
    offers = offers[~options.scale_back[offers]]
    return np.asarray(np.bincount(options.area[offers], minlength=len(data.areas)) > 0)


_COLUMNS = (
    "need",
    "area",
    "option",
    "cost",
    "grant_cost",
    "price",
    "unit",
    "ranked_by",
    "outcome",
    "taken",
    "stop",
    "stage",
    "rules",
)


def _for_objective(solved: SolvedStages, parts: tuple[ReducedCostParts, ...], k: int) -> Ranking | None:
    """Rank for one objective, in the first stage in which any of its national rows matters."""
    data = solved.formulation.data
    span = solved.programme.rows("national")
    rows = np.arange(span.start, span.stop)[data.national.objective == k]
    first = next((part for part in parts if (part.stage.row[rows] > 0).any()), None)
    if first is None:
        return None
    total = float(first.stage.row[rows].sum())
    latest = int(data.national.last[data.national.objective == k][first.stage.row[rows] > 0].max())
    measure = numeraire(solved, first.stage, latest)
    worth = measure.worth if measure else 1.0
    outcome = -first.outcome[:, k] / total
    most = np.abs(first.outcome).max(axis=1) * (1 - COUNTS)
    chosen = np.flatnonzero((outcome > COUNTS * outcome.max(initial=0.0)) & (-first.outcome[:, k] >= most))
    cost = (first.net - first.outcome[:, k])[chosen] / worth / outcome[chosen]
    settings = solved.formulation.scenario.settings
    counted = _counted_in(data, rows - span.start, first.stage.row[rows] > 0)
    per = solved.units[k] + counted
    unit = f"{settings.money} of {measure.name} per {per}" if measure else f"{first.stage.unit} per {per}"
    measured = first, measure, counted
    return _ranking(solved, data.objectives[k], measured, chosen, cost, outcome[chosen], total / worth, unit)


def _counted_in(data: Arrays, rows: Integers, priced: Booleans) -> str:
    """Say in which of an objective's national rows a unit is priced; nothing where it has but one."""
    if len(rows) == 1:
        return ""
    labels = []
    for r in rows[priced].tolist():
        first, last = data.years[int(data.national.first[r])], data.years[int(data.national.last[r])]
        labels.append(first if first == last else f"{first} to {last} together")
    return f" in {'each of ' if len(labels) > 1 else ''}{list_words(labels)}"


def _for_cuts(solved: SolvedStages, parts: tuple[ReducedCostParts, ...]) -> Ranking | None:
    """Rank what saves money, in the first stage in which a pot binds."""
    first = next((part for part in parts if numeraire(solved, part.stage, None) is not None), None)
    if first is None:
        return None
    measure = numeraire(solved, first.stage, None)
    assert measure is not None
    saved = -first.money / measure.worth
    chosen = np.flatnonzero(saved > COUNTS * max(saved.max(initial=0.0), 0.0))
    cost = (first.net - first.money)[chosen] / measure.worth / saved[chosen]
    return _ranking(solved, CUTS, (first, measure, ""), chosen, cost, saved[chosen], 1.0, CUT_UNIT)


def _ranking(
    solved: SolvedStages,
    need: str,
    measured: tuple[ReducedCostParts, Numeraire | None, str],
    chosen: Integers,
    cost: Floats,
    outcome: Floats,
    price: float,
    unit: str,
) -> Ranking:
    options = solved.formulation.data.options
    cost = np.where(np.abs(cost) <= 1e-12 * max(abs(price), 1e-12), 0.0, cost)
    order = np.lexsort((options.names[0][chosen], options.area[chosen], np.round(cost / price, 12)))
    grant = np.bincount(options.grant.option, weights=options.grant.value, minlength=options.size)[chosen]
    return Ranking(
        need,
        *measured,
        chosen[order],
        cost[order],
        (grant / outcome)[order],
        (outcome * options.limit[chosen])[order],
        price,
        unit,
    )


def _table(orders: MeritOrders, ranking: Ranking) -> pd.DataFrame:
    data = orders.solved.formulation.data
    options, chosen = data.options, ranking.option
    verdicts = [orders.verdicts[j] for j in chosen.tolist()]
    return pd.DataFrame(
        {
            "need": ranking.need,
            "area": data.labels("areas", options.area[chosen]),
            "option": options.name[chosen],
            "cost": ranking.cost,
            "grant_cost": ranking.grant_cost,
            "price": ranking.price,
            "unit": ranking.unit,
            "ranked_by": ranking.parts.stage.name,
            "outcome": ranking.outcome,
            "taken": orders.solved.take_up[chosen] / options.limit[chosen],
            "stop": [verdict.stop for verdict in verdicts],
            "stage": [verdict.stage for verdict in verdicts],
            "rules": [";".join(verdict.rules) for verdict in verdicts],
        }
    )


def _holds(orders: MeritOrders) -> dict[str, float]:
    """Part of each objective in the dual of the largest shortfall: base times dual; the parts add up to one."""
    data, programme = orders.solved.formulation.data, orders.solved.programme
    for stage in orders.solved.marginals:
        if stage.name.startswith(SHARED) and stage.value > 0:
            weight = stage.row[programme.rows("national")] * data.national.base
            of = np.bincount(data.national.objective, weights=weight, minlength=len(data.objectives))
            return {key: float(of[k] / weight.sum()) for k, key in enumerate(data.objectives) if of[k] > 0}
    return {}
