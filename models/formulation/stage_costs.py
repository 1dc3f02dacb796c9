"""Cost vectors of the stages: the coefficients of each objective over the columns."""

from __future__ import annotations

import numpy as np

from singlepot.solver import LinearProgramme, Stage

from ..scenario.array_types import Floats
from ..scenario.arrays import Arrays
from ..settings.settings import Stages
from .levelling import aim_weights
from .model import ABSENT, Model

SHORTFALL = ("shortfall.largest", "shortfall.total")
"""Stages that run once for each priority, in this or the reverse order."""


def stage_names(order: tuple[str, ...], priorities: tuple[int, ...]) -> list[tuple[str, int | None]]:
    """Expand the order: at the first shortfall stage named, all of them run for each priority in turn."""
    names: list[tuple[str, int | None]] = []
    shortfall = [name for name in order if name in SHORTFALL]
    for name in order:
        if name not in SHORTFALL:
            names.append((name, None))
        elif name == shortfall[0]:
            names += [(stage, priority) for priority in priorities for stage in shortfall]
    return names


def priorities(data: Arrays) -> tuple[int, ...]:
    """Priorities in use, in order; 1 where there is no objective."""
    return tuple(int(p) for p in np.unique(data.priority)) or (1,)


def stages(model: Model, programme: LinearProgramme, settings: Stages) -> list[Stage]:
    """Write the cost vector of every stage in the scenario's order."""
    makers = {
        "concession.largest": (_largest_concession, "share of the target", 1.0),
        "concession.total": (_total_concession, "weighted share", 1.0),
        "burden": (_burden, "money, weighted", _money(model.data)),
        "cost": (_cost, "money", _money(model.data)),
        "convergence.total": (_convergence, "share of the aim", 1.0),
        "inclusion.total": (_inclusion, "share of both targets", 1.0),
    }
    result = []
    for name, priority in stage_names(settings.order, priorities(model.data)):
        cost = np.zeros(programme.shape[1])
        give = float(settings.give.get(name, 0.0))
        if priority is not None:
            (_largest_shortfall if name == "shortfall.largest" else _total_shortfall)(model, cost, priority)
            full = f"{name}[{priority}]"
            result.append(Stage(full, "share of the target", cost, give=give, limit=settings.limit_of(full)))
        else:
            write, unit, size = makers[name]
            write(model, cost)
            result.append(Stage(name, unit, cost, give=give, size=size, limit=settings.limit_of(name)))
    return result


def concession_weights(data: Arrays) -> Floats:
    r"""λ p π / Σπ, A×K: how one area's concession in one objective counts; 0 where it proposed nothing."""
    proposed = (data.proposed > 0).any(axis=2) & ~data.centre[:, None]
    preference = np.where(proposed, data.preference, 0.0)
    total = preference.sum(axis=1, keepdims=True)
    within_area = np.divide(preference, total, out=np.zeros_like(preference), where=total > 0)
    return np.asarray(within_area * (data.equity * data.share)[:, None])


def shortfall_weights(data: Arrays, priority: int) -> Floats:
    r"""ω / (Σω n) of each national row of one priority: its share of the total; 0 for other priorities."""
    rows = data.national
    counted = data.priority[rows.objective] == priority
    years = np.bincount(rows.objective[counted], minlength=len(data.objectives))
    weight = np.where(years > 0, data.objective_weight, 0.0)
    total = weight.sum()
    if total <= 0:
        return np.zeros(len(counted))
    return np.where(counted, weight[rows.objective] / total / np.maximum(years[rows.objective], 1), 0.0)


def _largest_shortfall(model: Model, cost: Floats, priority: int) -> None:
    column = model.largest_shortfall.get(priority)
    if column is not None:
        cost[column] = 1.0


def _total_shortfall(model: Model, cost: Floats, priority: int) -> None:
    cost[model.shortfall] = shortfall_weights(model.data, priority) / model.data.national.base


def _largest_concession(model: Model, cost: Floats) -> None:
    if len(model.concession_share):
        cost[model.largest_concession] = 1.0


def _total_concession(model: Model, cost: Floats) -> None:
    data = model.data
    pairs = (data.proposed > 0).any(axis=2) & ~data.centre[:, None]
    cost[model.concession_band] = np.outer(concession_weights(data)[pairs], model.bands.slopes)


def _burden(model: Model, cost: Floats) -> None:
    data, options = model.data, model.data.options
    bid = data.bid_of_area
    bidders = bid > 0
    cost[model.burden_band] = np.outer((data.equity * bid)[bidders], model.bands.slopes)
    outside = ~bidders[options.area]
    cost[model.take_up[outside]] = (data.equity[options.area] * options.own_cost)[outside]


def _cost(model: Model, cost: Floats) -> None:
    cost[model.grant[model.grant != ABSENT]] = 1.0


def _convergence(model: Model, cost: Floats) -> None:
    gaps = model.data.levelling.gaps
    if gaps is not None:
        cost[model.short_of_aim] = aim_weights(model.data, gaps)


def _inclusion(model: Model, cost: Floats) -> None:
    if model.apart != ABSENT:
        cost[model.apart] = 1.0


def _money(data: Arrays) -> float:
    return float(data.bid.sum()) or data.pot_total or 1.0
