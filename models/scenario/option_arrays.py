"""Options of a scenario as arrays: the tables ``options`` and ``option_years``, and a scale-back for each bid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..tables.schema import ORIGIN, SCHEME, USED
from .array_types import Booleans, Columns, Floats, Integers, Texts
from .positions import Positions, index_of, positions_in
from .scenario import Scenario


@dataclass(frozen=True, eq=False)
class Cells:
    """Sparse matrix in coordinates: option, the two other indices, value."""

    option: Integers
    across: Integers
    year: Integers
    value: Floats


@dataclass(frozen=True, eq=False)
class Options:
    """Activities of the programme: every move away from the bids, scale-backs last.

    ``area`` J positions; ``limit`` m, largest take-up; ``used`` share of it that was taken before; ``own_cost`` f,
    money; ``grant`` G by envelope and ``outcome`` E by objective, at take-up 1; ``weight`` of a scale-back: its cell's
    share of the area's bid. ``assumed``: whether somebody assumed its numbers. ``group`` and ``scheme`` are -1 for
    none; ``requires`` pairs (option, option required).
    """

    area: Integers
    name: Texts
    limit: Floats
    used: Floats
    own_cost: Floats
    scale_back: Booleans
    weight: Floats
    assumed: Booleans
    group: Integers
    scheme: Integers
    requires: Integers
    grant: Cells
    outcome: Cells
    dropped: pd.DataFrame

    @property
    def size(self) -> int:
        """Number of options."""
        return len(self.area)

    @property
    def available(self) -> Floats:
        """Take-up that is left of each option."""
        return np.asarray(self.limit * (1 - self.used))

    @cached_property
    def names(self) -> tuple[Integers, Texts]:
        """Factorised names: (position of each option's name, the different names in order)."""
        positions, different = pd.factorize(self.name, sort=True)
        return positions.astype(np.int64), different


def option_arrays(scenario: Scenario, positions: Positions, bid: Floats, proposed: Floats, centre: Booleans) -> Options:
    """Read the options that can be used, and the scale-backs that bids and proposed targets imply.

    Parameters
    ----------
    bid, proposed
        A×E×T (money) and A×K×T (objective units).
    centre
        Which areas are of the centre, A: they have no scale-backs.
    """
    table = scenario.columns("options")
    order = np.lexsort([pd.factorize(table[name], sort=True)[0] for name in ("option", "area")])
    table = {name: column[order] for name, column in table.items()}
    required = _requirements(table)
    scheme = _schemes(table)
    unusable = _unusable(table, required, scheme)
    position = np.cumsum(~unusable) - 1
    required = position[required[~unusable[required[:, 0]]]]
    live = {name: column[~unusable] for name, column in table.items()}
    grant, outcome = _profiles(scenario, positions, live)
    first = len(live["area"])
    backs = _scale_backs(positions, bid, proposed, centre, first)
    names = scale_back_names(scenario, bid, backs.cell)
    groups = _groups(live)
    return Options(
        area=np.concatenate([positions("area", live["area"]), backs.area]),
        name=np.concatenate([live["option"], names]),
        limit=np.concatenate([live["max_take_up"], np.ones(len(backs.area))]),
        used=np.concatenate([live[USED], np.zeros(len(backs.area))]),
        own_cost=np.concatenate([live["own_cost"], np.zeros(len(backs.area))]),
        scale_back=np.arange(first + len(backs.area)) >= first,
        weight=np.concatenate([np.zeros(first), backs.weight]),
        assumed=np.concatenate([live[ORIGIN] == "assumed", np.zeros(len(backs.area), dtype=bool)]),
        group=np.concatenate([groups, np.full(len(backs.area), -1)]),
        scheme=np.concatenate([scheme[~unusable], np.full(len(backs.area), -1)]),
        requires=required,
        grant=_join(grant, backs.grant),
        outcome=_join(outcome, backs.outcome),
        dropped=pd.DataFrame({name: table[name][unusable] for name in ("area", "option")}),
    )


def _join(first: Cells, second: Cells) -> Cells:
    return Cells(
        *(np.concatenate([getattr(first, k), getattr(second, k)]) for k in ("option", "across", "year", "value"))
    )


def _requirements(options: Columns) -> Integers:
    """Pairs (option, option it requires), as positions in the table."""
    needing = np.flatnonzero(options["requires"] != "")
    position = index_of(zip(options["area"], options["option"], strict=True)) if len(needing) else {}
    pairs = [
        (i, position[options["area"][i], name.strip()])
        for i in needing.tolist()
        for name in options["requires"][i].split(";")
        if name.strip()
    ]
    return np.asarray(pairs, dtype=np.int64).reshape(-1, 2)


def _unusable(options: Columns, required: Integers, scheme: Integers) -> Booleans:
    """Options with no take-up, and those that require one of them or share a scheme with one, down the whole chain."""
    unusable: Booleans = options["max_take_up"] == 0
    joint = scheme >= 0
    while True:
        grown = unusable.copy()
        grown[required[unusable[required[:, 1]], 0]] = True
        grown |= joint & np.isin(scheme, scheme[grown & joint])
        if (grown == unusable).all():
            return unusable
        unusable = grown


def _groups(options: Columns) -> Integers:
    """One number for each group of an area; -1 without a group."""
    area, group = (pd.factorize(options[name], sort=True)[0].astype(np.int64) for name in ("area", "group"))
    codes = np.unique(area * (group.max(initial=0) + 1) + group, return_inverse=True)[1]
    return np.where(options["group"] == "", -1, codes)


def _schemes(options: Columns) -> Integers:
    """One number for each joint scheme; -1 without one."""
    return np.where(options[SCHEME] == "", -1, pd.factorize(options[SCHEME], sort=True)[0]).astype(np.int64)


def _profiles(scenario: Scenario, positions: Positions, live: Columns) -> tuple[Cells, Cells]:
    """Grants by envelope and outcomes by objective of the options that are left."""
    profile = scenario.columns("option_years")
    names = index_of(pd.unique(live["option"]))
    pairs = []
    for table in (live, profile):
        name = positions_in(names, table["option"])
        pairs.append(np.where(name < 0, -1, positions("area", table["area"]) * len(names) + name))
    option = pd.Index(pairs[0]).get_indexer(pd.Index(pairs[1])).astype(np.int64)
    year, dropped = positions("year", profile["year"]), bool((option < 0).any())

    def cells(kind: str, columns: dict[str, str]) -> Cells:
        if not columns or not len(year):
            empty = np.zeros(0, dtype=np.int64)
            return Cells(empty, empty, empty, np.zeros(0))
        across = positions(kind, list(columns))
        values = np.column_stack([profile[name] for name in columns.values()])
        row, column = np.nonzero(values)
        if dropped:
            kept = option[row] >= 0
            row, column = row[kept], column[kept]
        cell = Cells(option[row], across[column], year[row], values[row, column])
        order = np.argsort(
            (cell.option * len(columns) + cell.across) * len(scenario.settings.years) + cell.year, kind="stable"
        )
        return Cells(cell.option[order], cell.across[order], cell.year[order], cell.value[order])

    grants = {envelope: f"grant_{envelope}" for envelope in scenario.envelopes}
    outcomes = {key: key for key in scenario.columns("objectives")["key"]}
    return cells("envelope", grants), cells("objective", outcomes)


@dataclass(frozen=True, eq=False)
class _ScaleBacks:
    area: Integers
    cell: Integers
    weight: Floats
    grant: Cells
    outcome: Cells


def _scale_backs(positions: Positions, bid: Floats, proposed: Floats, centre: Booleans, first: int) -> _ScaleBacks:
    """One implied option for each bid cell, and one for each area with targets and no money.

    A cell takes its own money, and of each target of its year or later its share of the money spent by then;
    where nothing was spent by then, its share of the whole bid. All cells together remove everything once.
    """
    area, envelope, year = np.nonzero(bid * ~centre[:, None, None])
    money = bid[area, envelope, year]
    whole = bid.sum(axis=(1, 2))
    spent = bid.sum(axis=1).cumsum(axis=1)
    back = first + np.arange(len(area))
    years = np.arange(bid.shape[2])
    spent_by = spent[area]
    share = np.divide(
        money[:, None], spent_by, out=np.zeros_like(spent_by), where=(spent_by > 0) & (year[:, None] <= years)
    )
    share = np.where(spent_by > 0, share, (money / whole[area])[:, None])
    lost = -proposed[area] * share[:, None, :]
    row, objective, at = np.nonzero(lost)

    alone = np.flatnonzero(~centre & (whole == 0) & (proposed.sum(axis=(1, 2)) > 0))
    alone_row, alone_objective, alone_year = np.nonzero(proposed[alone])
    after = first + len(area)
    return _ScaleBacks(
        area=np.concatenate([area, alone]),
        cell=np.concatenate([envelope * bid.shape[2] + year, np.full(len(alone), -1)]),
        weight=np.concatenate([money / whole[area], np.ones(len(alone))]),
        grant=Cells(back, envelope, year, -money),
        outcome=Cells(
            np.concatenate([back[row], after + alone_row]),
            np.concatenate([objective, alone_objective]),
            np.concatenate([at, alone_year]),
            np.concatenate([lost[row, objective, at], -proposed[alone][alone_row, alone_objective, alone_year]]),
        ),
    )


def scale_back_names(scenario: Scenario, bid: Floats, cell: Integers) -> Texts:
    """``scale-back 2026-27``, with several envelopes ``scale-back capital 2026-27``, without money ``scale-back``."""
    envelopes = sorted(scenario.envelopes)
    years = scenario.settings.years
    names = [
        f"scale-back {envelope + ' ' if len(envelopes) > 1 else ''}{year}" for envelope in envelopes for year in years
    ]
    return np.asarray([*names, "scale-back"], dtype=object)[cell]
