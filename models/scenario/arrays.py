"""The tables of a scenario as arrays, in one canonical order: labels sorted, so that row order cannot matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .scenario import Scenario

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

CENTRE = "centre"
"""The type of area that may hold options and targets and never bids."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Entries of a sparse table: option, the two other indices, value."""

    option: Integers
    across: Integers
    year: Integers
    value: Floats


@dataclass(frozen=True, eq=False)
class Options:
    """Every move away from the bids, scale-backs last.

    ``area`` J positions; ``limit`` m, largest take-up; ``own_cost`` f, money; ``grant`` G by envelope and
    ``outcome`` E by objective, at take-up 1; ``weight`` of a scale-back: its cell's share of the area's bid.
    ``group`` is -1 for none; ``requires`` pairs (option, option required). ``called``: what people call it.
    """

    area: Integers
    name: Texts
    called: Texts
    limit: Floats
    own_cost: Floats
    scale_back: Booleans
    weight: Floats
    group: Integers
    requires: Integers
    grant: Cells
    outcome: Cells
    dropped: pd.DataFrame

    @property
    def size(self) -> int:
        """Number of options."""
        return len(self.area)

    @cached_property
    def names(self) -> tuple[Integers, Texts]:
        """The different names in order, and which of them each option has: (positions, names)."""
        positions, different = pd.factorize(self.name, sort=True)
        return positions.astype(np.int64), different


@dataclass(frozen=True, eq=False)
class National:
    """National objectives: objective, first and last year (positions), target Q, one row each."""

    objective: Integers
    first: Integers
    last: Integers
    target: Floats


@dataclass(frozen=True, eq=False)
class Arrays:
    """A scenario as arrays over areas A, envelopes E, objectives K and years T.

    ``bid`` and ``reference`` A×E×T (money), ``proposed`` A×K×T (objective units), ``preference`` π A×K,
    ``pot`` E×T with ``has_pot``, ``population`` A (NaN unknown), ``equity`` λ A, ``share`` p A,
    ``objective_weight`` ω K, ``priority`` K.
    """

    areas: tuple[str, ...]
    envelopes: tuple[str, ...]
    objectives: tuple[str, ...]
    years: tuple[str, ...]
    centre: Booleans
    region: tuple[str, ...]
    type: tuple[str, ...]
    population: Floats
    bid: Floats
    has_bid_row: Booleans
    reference: Floats
    proposed: Floats
    has_target_row: Booleans
    preference: Floats
    pot: Floats
    has_pot: Booleans
    national: National
    objective_weight: Floats
    priority: Integers
    equity: Floats
    share: Floats
    options: Options

    @property
    def bid_of_area(self) -> Floats:
        """Σ of an area's bids over envelopes and years, A."""
        return np.asarray(self.bid.sum(axis=(1, 2)))

    @property
    def pot_total(self) -> float:
        """ΣB over envelopes and years."""
        return float(self.pot.sum())

    def labels(self, kind: str, positions: npt.NDArray[np.integer]) -> Texts:
        """Names of areas, envelopes, objectives or years at these positions."""
        names: Texts = np.asarray(getattr(self, kind), dtype=object)
        chosen: Texts = names[positions]
        return chosen


def arrays(scenario: Scenario) -> Arrays:
    """Read a valid scenario into arrays."""
    areas_table = scenario.filled("areas").sort_values("code", kind="stable")
    areas = tuple(areas_table["code"].tolist())
    envelopes = tuple(sorted(scenario.envelopes))
    objectives_table = scenario.filled("objectives").sort_values("key", kind="stable")
    objectives = tuple(objectives_table["key"])
    years = tuple(scenario.settings.years)
    shape = (len(areas), len(envelopes), len(objectives), len(years))
    place = _Places(areas, envelopes, objectives, years)
    centre = (areas_table["type"] == CENTRE).to_numpy()

    pot_table = scenario.filled("pot")
    pot = np.zeros((shape[1], shape[3]))
    pot_at = (place("envelope", pot_table), place("year", pot_table))
    np.add.at(pot, pot_at, _numbers(pot_table, "amount"))
    has_pot = np.zeros(pot.shape, dtype=bool)
    has_pot[pot_at] = True

    bids = scenario.filled("bids")
    bid = np.zeros((shape[0], shape[1], shape[3]))
    reference = np.full(bid.shape, np.nan)
    has_bid_row = np.zeros(bid.shape, dtype=bool)
    bid_at = (place("area", bids), place("envelope", bids), place("year", bids))
    bid[bid_at], reference[bid_at], has_bid_row[bid_at] = (
        _numbers(bids, "amount"),
        _numbers(bids, "reference"),
        True,
    )

    targets = scenario.filled("targets")
    proposed = np.zeros((shape[0], shape[2], shape[3]))
    has_target_row = np.zeros(proposed.shape, dtype=bool)
    preference = np.ones((shape[0], shape[2]))
    target_at = (place("area", targets), place("objective", targets), place("year", targets))
    proposed[target_at], has_target_row[target_at] = _numbers(targets, "target"), True
    preference[target_at[:2]] = _numbers(targets, "weight")

    concerned = ~centre & ((bid.sum(axis=(1, 2)) > 0) | (proposed.sum(axis=(1, 2)) > 0))
    population = _numbers(areas_table, "population")
    people = _people(population, bid.sum(axis=(1, 2)), concerned)
    return Arrays(
        areas=areas,
        envelopes=envelopes,
        objectives=objectives,
        years=years,
        centre=centre,
        region=tuple(areas_table["region"].tolist()),
        type=tuple(areas_table["type"].tolist()),
        population=population,
        bid=bid,
        has_bid_row=has_bid_row,
        reference=reference,
        proposed=proposed,
        has_target_row=has_target_row,
        preference=preference,
        pot=pot,
        has_pot=has_pot,
        national=_national(scenario, place),
        objective_weight=_numbers(objectives_table, "weight"),
        priority=_numbers(objectives_table, "priority").astype(np.int64),
        equity=_equity(scenario, areas_table, people, concerned),
        share=people / people.sum() if people.sum() > 0 else people,
        options=_options(scenario, place, bid, proposed, centre),
    )


class _Places:
    """Positions of labels in the canonical order."""

    def __init__(self, *labels: tuple[str, ...]) -> None:
        kinds = ("area", "envelope", "objective", "year")
        self._indexes = dict(zip(kinds, map(pd.Index, labels), strict=True))

    def __call__(self, kind: str, table: pd.DataFrame, column: str | None = None) -> Integers:
        return self.of(kind, table[column or kind])

    def of(self, kind: str, labels: pd.Series[str] | Sequence[str]) -> Integers:
        return _positions(self._indexes[kind], labels)


def _positions(index: pd.Index[Any], labels: pd.Series[str] | Sequence[str]) -> Integers:
    """Where labels stand in an index, each different one looked up once; -1 for those that are not there."""
    codes, different = pd.factorize(pd.Index(labels))
    return np.append(index.get_indexer(different), -1)[codes].astype(np.int64)


def _numbers(table: pd.DataFrame, column: str) -> Floats:
    return table[column].to_numpy(dtype=np.float64)


def _people(population: Floats, bids: Floats, concerned: Booleans) -> Floats:
    """Population of the areas with a bid or target; without a population, their bids; failing both, one each."""
    for people in (population, bids):
        counted = np.where(concerned, np.nan_to_num(people), 0.0)
        if counted.sum() > 0:
            return counted
    return concerned.astype(np.float64)


def _equity(scenario: Scenario, areas: pd.DataFrame, people: Floats, concerned: Booleans) -> Floats:
    r"""λ: (median / value) ** elasticity; 1 for the centre and for an area with neither bid nor target.

    The median is the smallest value at which at least half the people live in areas at or below it.
    """
    equity = scenario.settings.equity
    weights = np.ones(len(areas))
    if equity is None or not concerned.any():
        return weights
    value = _numbers(areas, equity.attribute)
    order = np.argsort(np.where(concerned, value, np.inf), kind="stable")
    reached = np.cumsum(people[order]) >= 0.5 * people.sum() * (1 - 1e-12)
    median = value[order][int(reached.argmax())]
    weights[concerned] = (median / value[concerned]) ** equity.elasticity
    return weights


def _national(scenario: Scenario, place: _Places) -> National:
    table = scenario.filled("national")
    ends = [year.partition(":") for year in table["year"]]
    first = place.of("year", [start for start, _, _ in ends])
    last = place.of("year", [end or start for start, _, end in ends])
    objective = place("objective", table)
    order = np.lexsort((last, first, objective))
    return National(objective[order], first[order], last[order], _numbers(table, "target")[order])


def _options(scenario: Scenario, place: _Places, bid: Floats, proposed: Floats, centre: Booleans) -> Options:
    table = scenario.filled("options").sort_values(["area", "option"], kind="stable").reset_index(drop=True)
    required = _requirements(table)
    unusable = _unusable(table, required)
    dropped = table.loc[unusable, ["area", "option"]].reset_index(drop=True)
    position = np.cumsum(~unusable) - 1
    required = position[required[~unusable[required[:, 0]]]]
    live = table[~unusable].reset_index(drop=True)
    grant, outcome = _profiles(scenario, place, live)
    first = len(live)
    backs = _scale_backs(place, bid, proposed, centre, first)
    names = scale_back_names(scenario, bid, backs.cell)
    groups = _groups(live)
    keys, called = (live[column].to_numpy(dtype=object) for column in ("option", "name"))
    return Options(
        area=np.concatenate([place("area", live), backs.area]),
        name=np.concatenate([keys, names]),
        called=np.concatenate([np.where(called == "", keys, called), names]),
        limit=np.concatenate([_numbers(live, "max_take_up"), np.ones(len(backs.area))]),
        own_cost=np.concatenate([_numbers(live, "own_cost"), np.zeros(len(backs.area))]),
        scale_back=np.arange(first + len(backs.area)) >= first,
        weight=np.concatenate([np.zeros(first), backs.weight]),
        group=np.concatenate([groups, np.full(len(backs.area), -1)]),
        requires=required,
        grant=_join(grant, backs.grant),
        outcome=_join(outcome, backs.outcome),
        dropped=dropped,
    )


def _join(first: Cells, second: Cells) -> Cells:
    return Cells(
        *(np.concatenate([getattr(first, k), getattr(second, k)]) for k in ("option", "across", "year", "value"))
    )


def _requirements(options: pd.DataFrame) -> Integers:
    """Pairs (option, option it requires), as positions in the table."""
    needs = options.loc[options["requires"] != "", ["area", "requires"]].copy()
    if needs.empty:
        return np.zeros((0, 2), dtype=np.int64)
    needs["requires"] = needs["requires"].str.split(";")
    pairs = needs.explode("requires")
    pairs["requires"] = pairs["requires"].str.strip()
    pairs = pairs[pairs["requires"] != ""]
    index = pd.MultiIndex.from_frame(options[["area", "option"]])
    found = index.get_indexer(pd.MultiIndex.from_frame(pairs[["area", "requires"]]))
    return np.column_stack([pairs.index.to_numpy(dtype=np.int64), found.astype(np.int64)])


def _unusable(options: pd.DataFrame, required: Integers) -> Booleans:
    """Options with no take-up, and those that require one of them, however far down the chain."""
    unusable = np.asarray(options["max_take_up"].to_numpy(dtype=np.float64) == 0)
    while True:
        grown = unusable.copy()
        grown[required[unusable[required[:, 1]], 0]] = True
        if (grown == unusable).all():
            return unusable
        unusable = grown


def _groups(options: pd.DataFrame) -> Integers:
    """One number for each group of an area; -1 without a group."""
    codes = options.groupby(["area", "group"], sort=True).ngroup().to_numpy(dtype=np.int64)
    return np.where(options["group"].to_numpy(dtype=object) == "", -1, codes)


def _profiles(scenario: Scenario, place: _Places, live: pd.DataFrame) -> tuple[Cells, Cells]:
    """Grants by envelope and outcomes by objective of the options that are left."""
    profile = scenario.filled("option_years")
    names = pd.Index(live["option"].unique())
    pairs = []
    for table in (live, profile):
        name = _positions(names, table["option"])
        pairs.append(np.where(name < 0, -1, place("area", table) * len(names) + name))
    option = pd.Index(pairs[0]).get_indexer(pd.Index(pairs[1])).astype(np.int64)
    year, dropped = place("year", profile), bool((option < 0).any())

    def cells(kind: str, columns: dict[str, str]) -> Cells:
        if not columns or profile.empty:
            empty = np.zeros(0, dtype=np.int64)
            return Cells(empty, empty, empty, np.zeros(0))
        across = place.of(kind, list(columns))
        values = profile[list(columns.values())].to_numpy(dtype=np.float64)
        row, column = np.nonzero(values)
        if dropped:
            row, column = (each[option[row] >= 0] for each in (row, column))
        cell = Cells(option[row], across[column], year[row], values[row, column])
        order = np.argsort(
            (cell.option * len(columns) + cell.across) * len(scenario.settings.years) + cell.year, kind="stable"
        )
        return Cells(cell.option[order], cell.across[order], cell.year[order], cell.value[order])

    grants = {envelope: f"grant_{envelope}" for envelope in scenario.envelopes}
    outcomes = {key: key for key in scenario.filled("objectives")["key"]}
    return cells("envelope", grants), cells("objective", outcomes)


@dataclass(frozen=True, eq=False)
class _ScaleBacks:
    area: Integers
    cell: Integers
    weight: Floats
    grant: Cells
    outcome: Cells


def _scale_backs(place: _Places, bid: Floats, proposed: Floats, centre: Booleans, first: int) -> _ScaleBacks:
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
