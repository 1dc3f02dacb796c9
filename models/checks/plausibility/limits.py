"""Checks of the limits of rules against what areas can reach, and of amounts per head against what they bid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...diagnostics.problems import SETTINGS, Diagnostic, Report
from ...settings.settings import Settings
from ...tables.rule_kinds import AREAS, BASES, GRANTS, RULES, TARGETS, Rule
from ...tables.schema import TOTAL, grant_of
from ..census import Census
from ..keys import places, rows_of_years
from ..number_cells import Floats
from ..parsing import Parsed
from ..rules import NO_ROW, winning_rows
from ..text_cells import Integers
from .outliers import UNIT_STEPS

Tables = Mapping[str, Parsed]
Booleans = npt.NDArray[np.bool_]

PER_HEAD_FAR = 50.0
"""How many times the bid an amount per head of a rule may be, or the bid that amount, before its unit is doubted."""

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


def check_limits(tables: Tables, census: Census, settings: Settings, report: Report, file: str) -> None:
    """Name limits that no cell can come to, and amounts per head in another unit; tables must be without problems.

    Parameters
    ----------
    tables
        Without problems.
    census
        The areas and what they bid.
    settings
        With the rules for all areas.
    report
        Takes the warnings about settings.
    file
        What to call the settings in messages.
    """
    rules = tables["rules"]
    names = rules.text("rule").values if rules.rows else np.zeros(0, dtype=object)
    for over in (GRANTS, TARGETS, AREAS):
        of_set = [rule for rule in RULES.values() if rule.over is over]
        if any(rule.name in settings.rules or (names == rule.name).any() for rule in of_set):
            reach = _reach(tables, census, settings, over is TARGETS)
            for rule in of_set:
                limits = _Limits(rule, np.flatnonzero(names == rule.name), tables, census, settings, reach)
                doubted = limits.check_per_head()
                if rule.sense in ("floor", "ceiling"):
                    limits.check_binding(doubted, report, file)


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
    """The limits of one rule in all cells of its index set, each with the row of the table it comes from."""

    def __init__(
        self, rule: Rule, rows: Integers, tables: Tables, census: Census, settings: Settings, reach: _Reach
    ) -> None:
        """Find the winning row, its value and what it is a share or number of."""
        self._rule, self._rows, self._tables, self._census = rule, rows, tables, census
        self._kind = "objective" if rule.over is TARGETS else "envelope"
        self._axes = {} if rule.over is AREAS else {self._kind: reach.words, "year": settings.years}
        self._general = settings.rules.get(rule.name)
        rules = tables["rules"]
        self._asked, self._down, self._up = reach.asked, reach.down, reach.up
        if rule.over is AREAS:
            self._asked, self._down = reach.asked.sum(axis=(1, 2)), np.zeros(len(census.bid))
            self._up = self._own_costs()
        elif rule.sense == "step":
            self._asked = np.broadcast_to(reach.asked.mean(axis=2, keepdims=True), reach.asked.shape)
        self._row = np.broadcast_to(self._winning(rows), self._asked.shape)
        ruled = self._row != NO_ROW
        self._value = np.full(self._asked.shape, np.nan if self._general is None else self._general)
        self._basis = np.full(self._asked.shape, BASES.index("bid"))
        if ruled.any():
            bases = np.asarray([BASES.index(word) for word in rules.text("basis").values[rows]])
            of_row = np.searchsorted(rows, self._row[ruled])
            self._value[ruled], self._basis[ruled] = rules.numbers["value"][self._row[ruled]], bases[of_row]

    def _winning(self, rows: Integers) -> Integers:
        if not len(rows):
            return np.full((1,) * self._asked.ndim, NO_ROW)
        rules, areas = self._tables["rules"], self._tables["areas"]
        return winning_rows(rules, self._rule, rows, areas, self._axes).over(tuple(self._axes))

    def _own_costs(self) -> Floats:
        options, sums = self._tables["options"], np.zeros(len(self._census.bid))
        if options.rows:
            cost = options.number("own_cost") * options.number("max_take_up")
            np.add.at(sums, places(options.labels["area"], self._census.row_of), cost)
        return sums

    def check_per_head(self) -> set[int]:
        """Name rows whose amounts per head are in another unit; return them."""
        heads = self._census.population.reshape(-1, *(1,) * (self._asked.ndim - 1))
        asks = (self._asked > 0) & (self._basis == BASES.index("per_head")) & (self._value > 0)
        times = np.divide(self._value * heads, self._asked, out=np.zeros(self._asked.shape), where=asks)
        doubted: set[int] = set()
        for row in map(int, np.unique(self._row[asks & (times > 0)])):
            median = float(np.median(times[asks & (times > 0) & (self._row == row)]))
            least = 0.0 if self._rule.of_bidders else 1 / PER_HEAD_FAR
            if least <= median <= PER_HEAD_FAR:
                continue
            units = [unit if median < least else 1 / unit for unit in UNIT_STEPS]
            unit = next((unit for unit in units if 1 / PER_HEAD_FAR <= median * unit <= PER_HEAD_FAR), None)
            if unit is not None:
                doubted.add(row)
                rules = self._tables["rules"]
                value = f"{rules.numbers['value'][row]:,.6g} per head, typically {median:,.4g} times what it limits"
                expected = "an amount per head in the unit of what it limits"
                remedy = f"{rules.numbers['value'][row] * unit:,.6g} would fit: see its unit"
                rules.complain("SP-S016", row, "value", value, expected, remedy)
        return doubted

    def check_binding(self, doubted: set[int], report: Report, file: str) -> None:
        """Name rows, and the rule for all areas, whose limit no cell can come to, unless they lift a stricter one."""
        limit = self._value * self._sizes()
        counted = limit > 0  # a floor of nothing says that there is none
        counted &= (self._asked > 0) | (np.isin(self._basis, _ABSOLUTE) & (not self._rule.of_bidders))
        if self._rule.sense == "ceiling":
            moved = self._up > (0.0 if self._rule.over is AREAS else self._asked)
            idle, near = limit > self._up * BEYOND, self._up / np.where(counted, limit, 1.0)
        else:
            moved = self._down < self._asked
            idle, near = limit * BEYOND < self._down, -self._down
        for row in map(int, np.unique(self._row[counted])):
            cells = counted & (self._row == row)
            if row not in doubted and idle[cells].all() and moved[cells].any() and not self._lifts(row, cells):
                at = np.unravel_index(int(np.argmax(np.where(cells, near, -np.inf))), cells.shape)
                self._complain(
                    row, float(limit[at]), float((self._up if self._rule.upper else self._down)[at]), report, file
                )

    def _sizes(self) -> Floats:
        """What a value is multiplied by in each cell, by its basis."""
        heads = self._census.population.reshape(-1, *(1,) * (self._asked.ndim - 1))
        sizes = np.where(self._basis == BASES.index("bid"), self._asked, np.nan)
        sizes = np.where(self._basis == BASES.index("amount"), 1.0, sizes)
        return np.where(self._basis == BASES.index("per_head"), heads, sizes)

    def _lifts(self, row: int, cells: Booleans) -> bool:
        """Whether another row, or the rule for all areas, would hold in some of these cells without this row."""
        if row == NO_ROW:
            return False
        others = [self._winning(self._rows[at : at + 1]) for at in np.flatnonzero(self._rows != row)]
        matched = [np.broadcast_to(other, cells.shape)[cells] != NO_ROW for other in others]
        return self._general is not None or any(map(np.any, matched))

    def _complain(self, row: int, limit: float, reached: float, report: Report, file: str) -> None:
        end = "most" if self._rule.upper else "least"
        value = f"{limit:,.6g} for the nearest cell, which can come to {reached:,.6g} at {end}"
        expected, remedy = "a limit that some cell can come to", "it cannot bind: see its unit and basis"
        if row == NO_ROW:
            key = f"rules.{self._rule.name}"
            report.add(Diagnostic("SP-S015", SETTINGS, file, "", key, value, expected, remedy))
        else:
            self._tables["rules"].complain("SP-S015", row, "value", value, expected, remedy)
