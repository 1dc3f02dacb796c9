"""Arrays of a scenario in one canonical order: labels sorted, so that row order cannot matter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..tables.recipients import recipients_of
from ..tables.schema import BASE, CENTRE
from .array_types import Booleans, Columns, Floats, Integers, Texts
from .levelling import Levelling, levelling
from .option_arrays import Options, option_arrays
from .positions import Positions
from .scenario import Scenario


@dataclass(frozen=True, eq=False)
class National:
    """National objectives: objective, first and last year (positions), target Q, stated base (NaN: Q), one row each."""

    objective: Integers
    first: Integers
    last: Integers
    target: Floats
    stated_base: Floats

    @property
    def base(self) -> Floats:
        """What shares of each row's shortfall are counted of."""
        return np.where(np.isnan(self.stated_base), self.target, self.stated_base)


@dataclass(frozen=True, eq=False)
class Arrays:
    """A scenario as arrays over areas A, envelopes E, objectives K and years T.

    ``bid`` and ``reference`` A×E×T (money), ``proposed`` A×K×T (objective units), ``preference`` π A×K,
    ``pot`` E×T with ``has_pot``, ``ring_fenced`` E, ``population`` A (NaN unknown), ``equity`` λ A, ``share`` p A,
    ``objective_weight`` ω K, ``priority`` K. ``levelling`` holds rates of areas and the places that aims compare.
    """

    areas: tuple[str, ...]
    names: tuple[str, ...]
    envelopes: tuple[str, ...]
    objectives: tuple[str, ...]
    years: tuple[str, ...]
    centre: Booleans
    region: tuple[str, ...]
    recipient: tuple[str, ...]
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
    ring_fenced: Booleans
    national: National
    objective_weight: Floats
    priority: Integers
    equity: Floats
    share: Floats
    options: Options
    levelling: Levelling

    @cached_property
    def recipients(self) -> tuple[str, ...]:
        """Who holds grants, R: codes of areas, or labels."""
        return tuple(sorted(set(self.recipient)))

    @cached_property
    def holder(self) -> Integers:
        """Position of each area's recipient, A."""
        position = {recipient: at for at, recipient in enumerate(self.recipients)}
        return np.asarray([position[recipient] for recipient in self.recipient], dtype=np.int64)

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
    areas_table = _sorted(scenario.columns("areas"), "code")
    areas = tuple(areas_table["code"])
    envelopes = tuple(sorted(scenario.envelopes))
    objectives_table = _sorted(scenario.columns("objectives"), "key")
    objectives = tuple(objectives_table["key"])
    years = tuple(scenario.settings.years)
    positions = Positions(areas, envelopes, objectives, years)
    centre = areas_table["type"] == CENTRE
    pot, has_pot = _pot(scenario, positions, (len(envelopes), len(years)))
    bid, reference, has_bid_row = _bids(scenario, positions, (len(areas), len(envelopes), len(years)))
    proposed, preference, has_target_row = _targets(scenario, positions, (len(areas), len(objectives), len(years)))
    bids = bid.sum(axis=(1, 2))
    concerned = ~centre & ((bids > 0) | (proposed.sum(axis=(1, 2)) > 0))
    population = areas_table["population"]
    people = _people(population, bids, concerned)
    return Arrays(
        areas=areas,
        names=tuple(areas_table["name"]),
        envelopes=envelopes,
        objectives=objectives,
        years=years,
        centre=centre,
        region=tuple(areas_table["region"]),
        recipient=recipients_of(list(areas_table["code"]), areas_table["name"], areas_table["recipient"]),
        type=tuple(areas_table["type"]),
        population=population,
        bid=bid,
        has_bid_row=has_bid_row,
        reference=reference,
        proposed=proposed,
        has_target_row=has_target_row,
        preference=preference,
        pot=pot,
        has_pot=has_pot,
        ring_fenced=np.isin(envelopes, scenario.settings.ring_fenced),
        national=_national(scenario, positions),
        objective_weight=objectives_table["weight"],
        priority=objectives_table["priority"].astype(np.int64),
        equity=_equity(scenario, areas_table, people, concerned),
        share=people / people.sum() if people.sum() > 0 else people,
        options=option_arrays(scenario, positions, bid, proposed, centre),
        levelling=levelling(scenario, areas_table, objectives_table, centre, concerned),
    )


def _sorted(table: Columns, key: str) -> Columns:
    """Columns of a table in the order of its keys."""
    order = np.argsort(table[key], kind="stable")
    return {name: column[order] for name, column in table.items()}


def _pot(scenario: Scenario, positions: Positions, shape: tuple[int, int]) -> tuple[Floats, Booleans]:
    """Pot E×T, rows of one year and envelope added up, and where there is one."""
    table = scenario.columns("pot")
    pot, has_pot = np.zeros(shape), np.zeros(shape, dtype=bool)
    at = tuple(positions(kind, table[kind]) for kind in ("envelope", "year"))
    np.add.at(pot, at, table["amount"])
    has_pot[at] = True
    return pot, has_pot


def _bids(scenario: Scenario, positions: Positions, shape: tuple[int, int, int]) -> tuple[Floats, Floats, Booleans]:
    """Bids and references A×E×T, and where there is a row."""
    table = scenario.columns("bids")
    bid, reference, has_row = np.zeros(shape), np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    at = tuple(positions(kind, table[kind]) for kind in ("area", "envelope", "year"))
    bid[at], reference[at], has_row[at] = table["amount"], table["reference"], True
    return bid, reference, has_row


def _targets(scenario: Scenario, positions: Positions, shape: tuple[int, int, int]) -> tuple[Floats, Floats, Booleans]:
    """Proposed targets A×K×T, preferences A×K, and where there is a row."""
    table = scenario.columns("targets")
    proposed, has_row, preference = np.zeros(shape), np.zeros(shape, dtype=bool), np.ones(shape[:2])
    at = tuple(positions(kind, table[kind]) for kind in ("area", "objective", "year"))
    proposed[at], has_row[at] = table["target"], True
    preference[at[:2]] = table["weight"]
    return proposed, preference, has_row


def _people(population: Floats, bids: Floats, concerned: Booleans) -> Floats:
    """Population of the areas with a bid or target; without a population, their bids; failing both, one each."""
    for people in (population, bids):
        counted = np.where(concerned, np.nan_to_num(people), 0.0)
        if counted.sum() > 0:
            return counted
    return concerned.astype(np.float64)


def _equity(scenario: Scenario, areas: Columns, people: Floats, concerned: Booleans) -> Floats:
    r"""λ: (median / value) ** elasticity; 1 for the centre and for an area with neither bid nor target.

    The median is the smallest value at which at least half the people live in areas at or below it.
    """
    equity = scenario.settings.equity
    weights = np.ones(len(people))
    if equity is None or not concerned.any():
        return weights
    value = areas[equity.attribute]
    order = np.argsort(np.where(concerned, value, np.inf), kind="stable")
    reached = np.cumsum(people[order]) >= 0.5 * people.sum() * (1 - 1e-12)
    median = value[order][int(reached.argmax())]
    weights[concerned] = (median / value[concerned]) ** equity.elasticity
    return weights


def _national(scenario: Scenario, positions: Positions) -> National:
    table = scenario.columns("national")
    ends = [year.partition(":") for year in table["year"]]
    first = positions("year", [start for start, _, _ in ends])
    last = positions("year", [end or start for start, _, end in ends])
    objective = positions("objective", table["objective"])
    order = np.lexsort((last, first, objective))
    return National(objective[order], first[order], last[order], table["target"][order], table[BASE][order])
