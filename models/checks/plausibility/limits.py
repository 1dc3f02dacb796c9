"""Checks of the limits of rules against what areas and recipients can reach, and of amounts against what they bid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...settings.settings import Settings
from ...tables.labels import Integers
from ...tables.rule_kinds import AREAS, BASES, CAPACITIES, GRANTS, RECIPIENT, RULES, TARGETS, Rule
from ...tables.schema import TOTAL, grant_of
from ..census import Census
from ..keys import places, rows_of_years
from ..number_cells import Floats
from ..parsing import Parsed
from ..rule_rows import NO_ROW, names_of_rows, patterns_of, recipients_in, winning_rows
from .outliers import UNIT_STEPS

Tables = Mapping[str, Parsed]
Booleans = npt.NDArray[np.bool_]

FAR = 50.0
"""How many times the bid an amount of a capacity or per head may be, or the bid it, before its unit is doubted."""

_ABSOLUTE = [BASES.index("amount"), BASES.index("per_head")]
"""Bases that hold in cells without a bid or target too."""

BEYOND = 1 + 1e-9
"""How many times what can be reached a limit is at least to be beyond it: more than arithmetic leaves."""


@dataclass(frozen=True, eq=False)
class _Reach:
    """What the cells of one index set ask for and what they can come to: areas × envelopes or objectives × years.

    Parameters
    ----------
    words
        Envelopes or objectives.
    asked
        Bid or proposed target.
    down, up
        Least and most, each option for itself: a limit beyond them binds in no settlement.
    """

    words: tuple[str, ...]
    asked: Floats
    down: Floats
    up: Floats


def check_limits(tables: Tables, census: Census, settings: Settings) -> None:
    """Name rows of rules that no cell can come to, and amounts of capacities or per head in another unit.

    The rules for all areas, in the settings, are shares of the bid that hold whatever options come, and not doubted.

    Parameters
    ----------
    tables
        Without problems.
    census
        The areas and what they bid.
    settings
        With the years, and the rules for all areas.
    """
    rules = tables["rules"]
    if not rules.rows:
        return
    names = names_of_rows(rules)
    for over in (GRANTS, TARGETS, AREAS, CAPACITIES):
        of_set = [
            rule for rule in RULES.values() if over in (rule.over, rule.over.members) and (names == rule.name).any()
        ]
        if of_set:
            reach = _reach(tables, census, settings, over is TARGETS)
        for rule in of_set:
            limits = _Limits(rule, np.flatnonzero(names == rule.name), tables, census, settings, reach)
            doubted = limits.check_units()
            if rule.sense in ("floor", "ceiling"):
                limits.check_binding(doubted)


def _reach(tables: Tables, census: Census, settings: Settings, of_targets: bool) -> _Reach:
    """Add up what areas ask for and what options could change of it."""
    if of_targets:
        asking, amount, kind = tables["targets"], "target", "objective"
        words = tuple(word for word in tables["objectives"].text("key").words if word)
        columns = [[word] for word in words]
    else:
        asking, amount, kind = tables["bids"], "amount", "envelope"
        words = tuple(word for word in tables["pot"].text("envelope").words if word) or (TOTAL,)
        columns = [[grant_of(word).name, *(["grant"] if word == TOTAL else [])] for word in words]
    asked = np.zeros((len(census.bid), len(words), len(settings.years)))
    if asking.rows:
        row, year = rows_of_years(asking, settings)
        area, across = places(asking.labels["area"], census.row_of), places(asking.text(kind), _number(words))
        np.add.at(asked, (area[row], across[row], year), np.nan_to_num(asking.numbers[amount])[row])
    # a floor of nobody but the centre can fail to bind: scale-backs bring the cells of all others down to nothing
    down, up = np.where(census.centre[:, None, None], asked, 0.0), asked.copy()
    profile = tables["option_years"]
    if profile.rows:
        row, year = rows_of_years(profile, settings)
        area, take_up = places(profile.labels["area"], census.row_of), _take_ups(tables, census)
        for number, names in enumerate(columns):
            name = next((name for name in names if name in profile.numbers), "")
            if name:
                change = (np.nan_to_num(profile.numbers[name]) * take_up)[row]
                np.add.at(up[:, number], (area[row], year), np.maximum(change, 0.0))
                np.add.at(down[:, number], (area[row], year), np.minimum(change, 0.0))
    return _Reach(words, asked, down, up)


def _number(words: tuple[str, ...]) -> dict[str, int]:
    return {word: number for number, word in enumerate(words)}


def _take_ups(tables: Tables, census: Census) -> Floats:
    """Largest take-up of the option of each row of option_years; none where the option is not there."""
    options, profile = tables["options"], tables["option_years"]
    words = _number(tuple(options.text("option").words))

    def keys(parsed: Parsed) -> Integers:
        area, option = places(parsed.text("area"), census.row_of), places(parsed.text("option"), words)
        return np.where(option < 0, -1, area * len(words) + option)

    there, wanted = keys(options), keys(profile)
    order = np.argsort(there, kind="stable")
    at = order[np.minimum(np.searchsorted(there[order], wanted), len(order) - 1)]
    return np.where(there[at] == wanted, options.number("max_take_up")[at], 0.0)


class _Limits:
    """The limits of the rows of one rule in all cells of its index set, each with the row that wins there.

    At the level of recipients a cell is the sum over the members that ask for something in it.
    """

    def __init__(
        self, rule: Rule, rows: Integers, tables: Tables, census: Census, settings: Settings, reach: _Reach
    ) -> None:
        """Find the winning row of each cell, its value and what that is a share or number of."""
        self._rule, self._rows, self._rules, self._areas = rule, rows, tables["rules"], tables["areas"]
        self._over = rule.over.members or rule.over
        kind = "objective" if self._over is TARGETS else "envelope"
        self._axes = {kind: reach.words, "year": settings.years}
        asked, down, up = reach.asked, reach.down, reach.up
        if self._over is AREAS:
            self._axes = {}
            asked, down, up = asked.sum(axis=(1, 2)), np.zeros(len(census.bid)), _own_costs(tables["options"], census)
        elif self._over is CAPACITIES:
            del self._axes[kind]
            asked, down, up = (cells.sum(axis=1) for cells in (asked, down, up))
        elif rule.sense == "step":
            asked = np.broadcast_to(asked.mean(axis=2, keepdims=True), asked.shape)
        self._holder: Integers | None = None
        self._asks = asked > 0
        if rule.level == RECIPIENT:
            self._holder = np.unique(recipients_in(tables["areas"]), return_inverse=True)[1]
        heads = np.broadcast_to(census.population.reshape(-1, *(1,) * (asked.ndim - 1)), asked.shape)
        self._asked, self._down, self._up, self._heads = map(self._together, (asked, down, up, heads))
        self._row = self._winning(rows)
        self._general = rule.name in settings.rules
        bases = np.full(self._rules.rows, -1)
        bases[rows] = [BASES.index(word) for word in self._rules.text("basis").values[rows]]
        ruled = self._row != NO_ROW
        self._value = np.where(ruled, self._rules.numbers["value"][self._row], np.nan)
        self._basis = np.where(ruled, bases[self._row], -1)

    def _together(self, cells: Floats) -> Floats:
        """Add cells up over the members of each recipient, at that level."""
        if self._holder is None:
            return cells
        sums = np.zeros((int(self._holder.max(initial=-1)) + 1, *cells.shape[1:]))
        np.add.at(sums, self._holder, np.where(self._asks, cells, 0.0))
        return sums

    def _winning(self, rows: Integers) -> Integers:
        winners = winning_rows(self._rules, self._rule, rows, self._areas, self._axes)
        of_area = np.broadcast_to(winners.over(tuple(self._axes)), self._asks.shape)
        if self._holder is None:
            return of_area
        row = np.full(self._asked.shape, NO_ROW, dtype=np.int64)
        np.maximum.at(row, self._holder, np.where(self._asks, of_area, NO_ROW))
        return row

    def check_units(self) -> Integers:
        """Name rows whose amounts per head, or of a capacity, are in another unit; return them."""
        doubted = self._check_units("SP-S016", "per_head", np.nan_to_num(self._heads))
        if self._over is CAPACITIES:
            doubted += self._check_units("SP-S027", "amount", np.ones(self._asked.shape))
        return np.asarray(doubted, dtype=np.int64)

    def _check_units(self, code: str, basis: str, sizes: Floats) -> list[int]:
        per = " per head" if basis == "per_head" else ""
        asks = (self._basis == BASES.index(basis)) & (self._asked > 0) & (sizes > 0) & (self._value > 0)
        order = np.argsort(self._row[asks], kind="stable")
        times = (self._value[asks] * sizes[asks] / self._asked[asks])[order]
        rows, first = np.unique(self._row[asks][order], return_index=True)
        least = 0.0 if self._over is AREAS or self._rule.sense == "step" else 1 / FAR  # which are small shares
        doubted = []
        for row, of_row in zip(rows.tolist(), np.split(times, first[1:]), strict=False):
            median, value = float(np.median(of_row)), float(self._rules.numbers["value"][row])
            units = [unit if median < least else 1 / unit for unit in UNIT_STEPS]
            unit = next((unit for unit in units if 1 / FAR <= median * unit <= FAR), None)
            if unit is not None and not least <= median <= FAR:
                doubted.append(row)
                shown = f"{value:,.6g}{per}, typically {median:,.4g} times what it limits"
                expected = f"an amount{per} in the unit of what it limits"
                remedy = f"{value * unit:,.6g} would fit: see its unit"
                self._rules.complain(code, row, "value", shown, expected, remedy)
        return doubted

    def check_binding(self, doubted: Integers) -> None:
        """Name rows whose limit no cell can come to, unless they lift a stricter one or are doubted otherwise."""
        limit = self._value * self._sizes()
        counted = limit > 0  # a floor of nothing says that there is none
        counted &= (self._asked > 0) | (np.isin(self._basis, _ABSOLUTE) & (not self._rule.of_bidders))
        if self._rule.sense == "ceiling":
            moved = self._up > (0.0 if self._over is AREAS else self._asked)
            with np.errstate(over="ignore"):  # a limit of next to nothing is infinitely near
                near = self._up / np.where(counted, limit, 1.0)
            idle, reached = limit > self._up * BEYOND, self._up
        else:
            moved, idle, near, reached = self._down < self._asked, limit * BEYOND < self._down, -self._down, self._down
        percentage = (self._basis == BASES.index("bid")) & (self._value >= self._rule.percentage_from)
        idle &= ~self._lifting() & ~np.isin(self._row, doubted) & ~percentage
        at, of_row = np.nonzero(counted.reshape(-1))[0], self._row[counted]
        binding = np.bincount(of_row, ~idle[counted], minlength=self._rules.rows) > 0
        moving = np.bincount(of_row, moved[counted], minlength=self._rules.rows) > 0
        for row in np.flatnonzero(moving & ~binding).tolist():
            cells = at[of_row == row]
            cell = cells[int(np.argmax(near.reshape(-1)[cells]))]
            end = "most" if self._rule.upper else "least"
            most = f"{reached.reshape(-1)[cell]:,.6g} at {end}"
            value = f"{limit.reshape(-1)[cell]:,.6g} for the nearest cell, which can come to {most}"
            expected, remedy = "a limit that some cell can come to", "it cannot bind: see its unit and basis"
            self._rules.complain("SP-S015", row, "value", value, expected, remedy)

    def _sizes(self) -> Floats:
        """What a value is multiplied by in each cell, by its basis."""
        sizes = np.where(self._basis == BASES.index("bid"), self._asked, np.nan)
        sizes = np.where(self._basis == BASES.index("amount"), 1.0, sizes)
        return np.where(self._basis == BASES.index("per_head"), self._heads, sizes)

    def _lifting(self) -> Booleans:
        """Whether another row, or the rule for all areas, would hold in a cell without the row that wins there."""
        patterns = patterns_of(self._rules, self._rows, self._rule.selectors).values()
        matched = sum((self._winning(self._rows[of]) != NO_ROW).astype(np.int64) for of in patterns)
        return np.asarray((matched > 1) | self._general)


def _own_costs(options: Parsed, census: Census) -> Floats:
    """What all options of each area together would cost it, money."""
    sums = np.zeros(len(census.bid))
    if options.rows:
        cost = options.number("own_cost") * options.number("max_take_up")
        np.add.at(sums, places(options.labels["area"], census.row_of), cost)
    return sums
