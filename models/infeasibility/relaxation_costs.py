"""What a change of a limit weighs, how large it is by nature, and what a larger pot does to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..formulation.formulation import Formulation
from ..formulation.model import ABSENT
from ..formulation.rules import Rules, resolve
from ..scenario.array_types import Booleans, Floats, Integers
from ..scenario.arrays import Arrays
from ..scenario.scenario import Scenario


def price_limits(limits: pd.DataFrame, data: Arrays, rules: Rules, formulation: Formulation) -> pd.DataFrame:
    r"""Add ``unit``, ``share``, ``size``, ``weight`` and ``implied_upper`` to a table of limits.

    A change of money counts by its amount. A change of a target is a share of the proposed target (where there is
    none, of the limit), and weighs :math:`\sum b_a / n_a`, n being the number of the area's proposed targets: giving
    up all targets of an area weighs like all of its bid. Where an area has no bid, the mean of the others'.

    The size, by which equal changes are told from unequal ones, is the bid of the cell for floors, ceilings and
    locks, its yearly mean for steps, the area's bid for own costs, the pot for pots and what moves between them, and
    1 for a share of a target. A size of 0 is replaced by the limit itself.
    """
    value = np.nan_to_num(limits["value"].to_numpy(dtype=np.float64))
    area = _places(data.areas, limits["area"])
    envelope = _places(data.envelopes, limits["envelope"])
    objective = _places(data.objectives, limits["objective"])
    year = _places(data.years, limits["year"])
    share = limits["rule"].str.startswith("target").to_numpy()
    everything = float(data.bid.sum() + data.pot.sum()) or 1.0

    def of(rules_named: tuple[str, ...], sizes: Floats, *at: Integers) -> None:
        mine = limits["rule"].isin(rules_named).to_numpy()
        size[mine] = sizes[tuple(index[mine] for index in at)]

    size = np.zeros(len(limits))
    of(("grant_floor", "grant_ceiling", "grant_lock"), data.bid, area, envelope, year)
    of(("grant_step",), data.bid.mean(axis=2), area, envelope)
    of(("own_cost_ceiling",), data.bid_of_area, area)
    of(("pot", "carry_over", "virement"), data.pot, envelope, year)
    totals: dict[str, list[float]] = {"pot_share_floor": [], "pot_share_ceiling": []}
    for each in rules.pot_shares:
        kind = "pot_share_floor" if each.floor else "pot_share_ceiling"
        totals[kind].append(float(data.pot[each.cells].sum()))
    for kind, sums in totals.items():
        size[(limits["rule"] == kind).to_numpy()] = sums
    proposed = np.ones(len(limits))
    proposed[share] = data.proposed[area[share], objective[share], year[share]]
    unit = np.where(proposed > 0, proposed, np.where(value > 0, value, 1.0))
    size = np.where(share, 1.0, np.where(size > 0, size, np.where(value > 0, value, everything / 1000)))
    weight = np.ones(len(limits))
    weight[share] = _weight_of_a_target(data)[area[share]]
    return limits.assign(
        value=value,
        there=limits["there"] & ~limits["value"].isna(),
        share=share,
        unit=unit,
        size=size,
        weight=weight,
        implied_upper=_implied_upper(limits, data, formulation, value) / unit,
    )


def _places(labels: tuple[str, ...], column: pd.Series[str]) -> Integers:
    """Positions of labels; -1 where a limit has none."""
    return np.asarray(pd.Index(labels).get_indexer(pd.Index(column)), dtype=np.int64)


def _weight_of_a_target(data: Arrays) -> Floats:
    """What giving up one target of one year weighs in each area, money."""
    count = (data.proposed > 0).sum(axis=(1, 2))
    weight = data.bid_of_area / np.maximum(count, 1)
    bidding = weight[weight > 0]
    return np.where(weight > 0, weight, bidding.mean() if bidding.size else 1.0)


def _implied_upper(limits: pd.DataFrame, data: Arrays, formulation: Formulation, value: Floats) -> Floats:
    """A move of each limit, in its value's unit, that no repair needs to pass."""
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
    """Work out how far each limit that is a share of the pot moves with each pot."""
    data, programme = formulation.data, formulation.programme
    none, one = (resolve(scenario, replace(data, pot=np.full(data.pot.shape, pot))) for pot in (0.0, 1.0))
    pots = limits.index[limits["rule"] == "pot"].to_numpy()
    pot_at = _pot_places(data, limits.loc[pots])
    found: list[tuple[Integers, Integers, Floats]] = []
    span = programme.rows("pot_share")
    for row, empty, full in zip(range(span.start, span.stop), none.pot_shares, one.pot_shares, strict=True):
        moved = pots[empty.cells[pot_at]]
        share = (full.limit - empty.limit) / max(int(empty.cells.sum()), 1)
        found.append((np.full(len(moved), row), moved, np.full(len(moved), -share)))
    for name in ("carry_over", "virement"):
        mine = limits[limits["rule"] == name]
        share_of = np.nan_to_num(getattr(one, name).value - getattr(none, name).value)
        at = _pot_places(data, mine)
        pot_of = np.full(data.pot.shape, ABSENT, dtype=np.int64)
        pot_of[pot_at] = pots
        found.append((mine["row"].to_numpy(dtype=np.int64), pot_of[at], -share_of[at]))
    rows, moved, values = (np.concatenate([np.zeros(0, dtype), *(each[i] for each in found)]) for i, dtype in _DTYPES)
    used: Booleans = values != 0
    return rows[used].astype(np.int64), moved[used].astype(np.int64), values[used]


_DTYPES = ((0, np.int64), (1, np.int64), (2, np.float64))


def _pot_places(data: Arrays, limits: pd.DataFrame) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    return (
        pd.Index(data.envelopes).get_indexer(pd.Index(limits["envelope"])),
        pd.Index(data.years).get_indexer(pd.Index(limits["year"])),
    )
