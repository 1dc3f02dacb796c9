"""Costs of relaxing limits: weight and scale of each slack, and derivatives of the limits that are shares of a pot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..formulation.formulation import Formulation
from ..formulation.model import ABSENT
from ..formulation.recipients import values_together
from ..formulation.rules import Rules, resolve, sizes
from ..scenario.array_types import Booleans, Floats, Integers
from ..scenario.arrays import Arrays
from ..scenario.scenario import Scenario
from ..tables.rule_kinds import OPTIONS, POT, POTS, RECIPIENT, RULES, SUMS, TARGETS, names_over


def cost_of_relaxing(limits: pd.DataFrame, data: Arrays, rules: Rules, formulation: Formulation) -> pd.DataFrame:
    r"""Add ``unit``, ``share``, ``most``, ``size``, ``weight`` and ``implied_upper`` to a table of limits.

    A change of money counts by its amount. A change of a target is a share of the proposed target (where there is
    none, of the limit), and weighs :math:`\sum b_a / n_a`, n being the number of the area's proposed targets: giving
    up all targets of an area weighs like all of its bid. Where an area has no bid, the mean of the others'. A change of
    a take-up is a share of the largest one, and weighs the money that all of the option moves or costs the area, or
    where it moves none the mean of the others'.

    The size, by which equal changes are told from unequal ones, is the bid of the cell for floors, ceilings and
    locks, its yearly mean for steps, the area's bid for own costs, the pot for pots and what moves between them, and
    1 for a share of a target or take-up. A size of 0 is replaced by the limit itself.
    """
    value = np.nan_to_num(limits["value"].to_numpy(dtype=np.float64))
    targets = [name for name, rule in RULES.items() if rule.over in (TARGETS, TARGETS.of_recipients)]
    share = limits["rule"].isin(targets).to_numpy()
    taken = limits["rule"].isin(names_over(OPTIONS)).to_numpy()
    position = limits["position"].to_numpy(dtype=np.int64)
    everything = float(data.bid.sum() + data.pot.sum()) or 1.0

    size = np.zeros(len(limits))
    pots = (limits["rule"] == POT).to_numpy()
    size[pots] = data.pot[_pot_places(data, limits[pots])]
    for rule in (rule for rule in RULES.values() if not rule.over.of_rates):
        mine = (limits["rule"] == rule.name).to_numpy()
        if rule.over is SUMS:
            size[mine] = [float(data.pot[share.cells].sum()) for share in rules.sums if share.rule.name == rule.name]
        else:
            whole = np.broadcast_to(sizes(rule, data)["bid"], rules[rule.name].value.shape)
            size[mine] = whole.reshape(-1)[position[mine]]
    of_a_target = np.broadcast_to(_weight_of_a_target(data)[:, None, None], data.proposed.shape)
    unit, weight, most = np.ones(len(limits)), np.ones(len(limits)), np.full(len(limits), np.inf)
    for name in targets:
        mine, rule = (limits["rule"] == name).to_numpy(), RULES[name]
        together = rule.level == RECIPIENT
        whole, weights = (
            values_together(rule, of_members, data) if together else of_members
            for of_members in (data.proposed, of_a_target)
        )
        unit[mine], weight[mine] = (of_cells.reshape(-1)[position[mine]] for of_cells in (whole, weights))
    unit[taken] = most[taken] = data.options.limit[position[taken]]
    unit = np.where(unit > 0, unit, np.where(value > 0, value, 1.0))
    size = np.where(share | taken, 1.0, np.where(size > 0, size, np.where(value > 0, value, everything / 1000)))
    weight[taken] = _weight_of_an_option(data)[position[taken]]
    return limits.assign(
        value=value,
        there=limits["there"] & ~limits["value"].isna(),
        share=share | taken,
        most=most,
        unit=unit,
        size=size,
        weight=weight,
        implied_upper=np.where(taken, 1.0, _implied_upper(limits, data, formulation, value) / unit),
    )


def _places(labels: tuple[str, ...], column: pd.Series[str]) -> Integers:
    """Positions of labels; -1 where a limit has none."""
    return np.asarray(pd.Index(labels).get_indexer(pd.Index(column)), dtype=np.int64)


def _weight_of_a_target(data: Arrays) -> Floats:
    """Cost of giving up one target of one year in each area, money."""
    count = (data.proposed > 0).sum(axis=(1, 2))
    weight = data.bid_of_area / np.maximum(count, 1)
    bidding = weight[weight > 0]
    return np.where(weight > 0, weight, bidding.mean() if bidding.size else 1.0)


def _weight_of_an_option(data: Arrays) -> Floats:
    """Cost of giving up all of each option, money."""
    options = data.options
    moved = np.bincount(options.grant.option, weights=np.abs(options.grant.value), minlength=options.size)
    weight = (moved + options.own_cost) * options.limit
    costly = weight[weight > 0]
    return np.where(weight > 0, weight, costly.mean() if costly.size else 1.0)


def _implied_upper(limits: pd.DataFrame, data: Arrays, formulation: Formulation, value: Floats) -> Floats:
    """Upper bound of what each limit can need to move by, in its value's unit."""
    options = data.options
    money = float(data.bid.sum() + data.pot.sum())
    money += float(np.maximum(options.grant.value * options.limit[options.grant.option], 0).sum())
    money += float((options.own_cost * options.limit).sum())
    most = np.full(len(limits), money)
    objective = _places(data.objectives, limits["objective"])
    change = np.abs(options.outcome.value * options.limit[options.outcome.option])
    total = np.bincount(options.outcome.across, weights=change, minlength=len(data.objectives))
    total = total + data.proposed.sum(axis=(0, 2))
    most = np.where(objective >= 0, total[objective] if len(total) else most, most)
    return np.asarray(most + value)


def shares_of_pot(
    formulation: Formulation, scenario: Scenario, limits: pd.DataFrame
) -> tuple[Integers, Integers, Floats]:
    """Derivatives of the limits that are shares of the pot by each pot.

    Returns
    -------
    Rows, limits of kind ``pot`` and values: by how much the row's bound falls when the pot's limit rises by 1.
    """
    data = formulation.data
    none, one = (resolve(scenario, replace(data, pot=np.full(data.pot.shape, pot))) for pot in (0.0, 1.0))
    pots = limits.index[limits["rule"] == POT].to_numpy()
    pot_at = _pot_places(data, limits.loc[pots])
    entries: list[tuple[Integers, Integers, Floats]] = []
    for name in names_over(SUMS):
        rows_of = limits.loc[limits["rule"] == name, "row"]
        without, with_one = ([limit for limit in rules.sums if limit.rule.name == name] for rules in (none, one))
        for row, empty, full in zip(rows_of, without, with_one, strict=True):
            moved = pots[empty.cells[pot_at]]
            share = (full.limit - empty.limit) / max(int(empty.cells.sum()), 1)
            entries.append((np.full(len(moved), row), moved, np.full(len(moved), -share)))
    for name in names_over(POTS):
        mine = limits[limits["rule"] == name]
        share_of = np.nan_to_num(one[name].value - none[name].value)
        at = _pot_places(data, mine)
        pot_of = np.full(data.pot.shape, ABSENT, dtype=np.int64)
        pot_of[pot_at] = pots
        entries.append((mine["row"].to_numpy(dtype=np.int64), pot_of[at], -share_of[at]))
    rows, moved, values = (
        np.concatenate([np.zeros(0, dtype), *(limit[i] for limit in entries)]) for i, dtype in _DTYPES
    )
    used: Booleans = values != 0
    return rows[used].astype(np.int64), moved[used].astype(np.int64), values[used]


_DTYPES = ((0, np.int64), (1, np.int64), (2, np.float64))


def _pot_places(data: Arrays, limits: pd.DataFrame) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    return (
        pd.Index(data.envelopes).get_indexer(pd.Index(limits["envelope"])),
        pd.Index(data.years).get_indexer(pd.Index(limits["year"])),
    )
