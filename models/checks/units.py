"""Checks of scale between columns: units that differ by powers of ten, and numbers outside any usual range."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..diagnostics.problems import shown
from ..settings.settings import Settings
from .census import Census
from .keys import places
from .number_cells import Floats
from .parsing import Parsed

Tables = Mapping[str, Parsed]

FAR = 300.0
"""How many times one number is another when their units may differ: beyond what bids and pots do, below 1,000."""

ABSURD = 1e5
"""How many times bids are the pot when they cannot be in one unit: between a thousand and a million.

The other way round is only doubted: a pot that is far too large settles nothing wrongly.
"""

LEAST_PER_HEAD_GBP, MOST_PER_HEAD_GBP = 0.01, 1e6
"""Bids per head, over all years, beyond which the unit of money is doubted."""

POUNDS = {"GBP": 1.0, "GBP thousand": 1e3, "GBP million": 1e6}

SMALLEST, LARGEST = 1e-9, 1e12
"""Beyond these, solvers drop or refuse numbers unless they are scaled."""

TOO_LARGE = 1e15
"""From here on a double does not hold every whole number, so that pounds are lost."""


def check_units(tables: Tables, census: Census, settings: Settings) -> None:
    """Compare bids with the pot and with people, and what belongs together; tables must be without problems."""
    _check_ranges(tables)
    bids, pot = float(np.sum(tables["bids"].number("amount"))), float(np.sum(tables["pot"].number("amount")))
    if bids > 0 and pot > 0:
        _check_pot(tables["bids"], bids, pot, settings.money)
    _check_heads(tables["areas"], census, POUNDS[settings.money])
    _check_references(tables["bids"])
    _check_options(tables, bids)
    _check_outcomes(tables)


def _check_pot(bids: Parsed, asked: float, pot: float, money: str) -> None:
    times = max(asked / pot, pot / asked)
    if times < FAR:
        return
    code = "SP-N003" if asked / pot >= ABSURD else "SP-N002"
    value = f"bids of {asked:,.6g} and a pot of {pot:,.6g}"
    remedy = f"one may be {_unit(times)}; correct it, or money"
    if code == "SP-N003":
        remedy += "; for no pot write 0"
    bids.complain(code, column="amount", value=value, expected=f"both in {money}", remedy=remedy)


def _unit(times: float) -> str:
    return "in thousands of the other" if times < 3e4 else "in millions of the other"


def _check_heads(areas: Parsed, census: Census, pounds: float) -> None:
    """Compare what each area asks for, per head, with the others and with what is possible."""
    if "population" not in areas.numbers:
        return
    asking = np.flatnonzero((census.bid > 0) & (census.population > 0))
    for row in np.flatnonzero((census.population == 0) & census.concerned):
        areas.complain("SP-N014", int(row), "population", "0", "people, because shares go by them")
    if not len(asking):
        return
    per_head = census.bid[asking] * pounds / census.population[asking]
    median = float(np.median(per_head))
    if not LEAST_PER_HEAD_GBP <= median <= MOST_PER_HEAD_GBP:
        value = f"bids of £{median:,.4g} per head in all"
        areas.complain("SP-N005", column="population", value=value, expected="amounts in the unit that money names")
    if len(asking) < 3:
        return
    for row, head in zip(asking, per_head, strict=True):
        if not median / FAR < head < median * FAR:
            value = f"a bid of £{head:,.4g} per head, the median being £{median:,.4g}"
            remedy = "see that its bids and population are in the units of the others"
            areas.complain("SP-N004", int(row), "population", value, "the same unit in all rows", remedy)


def _check_references(bids: Parsed) -> None:
    if "reference" not in bids.numbers:
        return
    amount, reference = bids.numbers["amount"], bids.numbers["reference"]
    both = (amount > 0) & (reference > 0)
    if both.any():
        _compare(bids, "reference", float(np.median(reference[both] / amount[both])), "the bids")


def _check_options(tables: Tables, asked: float) -> None:
    """Compare what options cost and change with what areas ask for."""
    profile, options = tables["option_years"], tables["options"]
    if not asked > 0:
        return
    for name, grants in profile.numbers.items():
        moved = np.abs(grants[np.nan_to_num(grants) != 0])
        if name.startswith("grant") and len(moved):
            mean_bid = asked / np.count_nonzero(tables["bids"].number("amount"))
            if float(np.median(moved)) > FAR * mean_bid:
                _compare(profile, name, float(np.median(moved)) / mean_bid, "the bids")
    own_cost = options.number("own_cost")
    if (own_cost > 0).any() and float(np.median(own_cost[own_cost > 0])) > FAR * asked:
        _compare(options, "own_cost", float(np.median(own_cost[own_cost > 0])) / asked, "all bids together")


def _check_outcomes(tables: Tables) -> None:
    """Compare proposed targets with national ones, and what options change with proposed targets."""
    national, profile = tables["national"], tables["option_years"]
    keys = [word for word in tables["objectives"].text("key").words if word]
    position = {key: number for number, key in enumerate(keys)}
    proposed, wanted = _largest_sums(tables["targets"], position), _largest_sums(national, position)
    for key, number in position.items():
        mine, theirs = float(proposed[number]), float(wanted[number])
        if mine > 0 and theirs > 0 and not 1 / FAR < mine / theirs < FAR:
            value = f"{theirs:,.6g} for {shown(key)}, where proposed targets add up to {mine:,.6g}"
            national.complain("SP-N006", None, "target", value, "one unit", _unit_remedy(mine / theirs))
        if key in profile.numbers and mine > 0:
            change = float(np.abs(np.nan_to_num(profile.numbers[key])).max(initial=0.0))
            if change > FAR * mine:
                _compare(profile, key, change / mine, "all proposed targets together")


def _largest_sums(table: Parsed, position: Mapping[str, int]) -> Floats:
    """For each objective the largest sum over rows of one year (a range of years being one)."""
    largest = np.zeros(len(position))
    if not table.rows:
        return largest
    years = table.labels["year"]
    sums = np.zeros((len(position), len(years.words)))
    objective = places(table.labels["objective"], position)
    np.add.at(sums, (objective, years.codes), table.numbers["target"])
    return np.asarray(sums.max(axis=1, initial=0.0))


def _compare(parsed: Parsed, column: str, times: float, what: str) -> None:
    if not 1 / FAR < times < FAR:
        value = f"numbers that are typically {times:,.3g} times {what}"
        parsed.complain("SP-N006", column=column, value=value, expected="one unit", remedy=_unit_remedy(times))


def _unit_remedy(times: float) -> str:
    return f"one may be {_unit(max(times, 1 / times))}; see that both are in one unit"


def _check_ranges(tables: Tables) -> None:
    """Name columns with numbers that are too small, too large, or too large to be held to the pound."""
    for parsed in tables.values():
        for column, numbers in parsed.numbers.items():
            size = np.abs(np.nan_to_num(numbers))
            for row in np.flatnonzero(size >= TOO_LARGE):
                parsed.complain(
                    "SP-N010", int(row), column, f"{numbers[row]:g}", "a number below 1e15", "use a larger unit"
                )
            odd = np.flatnonzero((size > 0) & ((size < SMALLEST) | (size > LARGEST)) & (size < TOO_LARGE))
            if len(odd):
                at = size[odd]
                value = f"{len(odd)} number{'s' if len(odd) > 1 else ''} from {at.min():g} to {at.max():g}"
                expected = f"numbers from {SMALLEST:g} to {LARGEST:g}"
                parsed.complain("SP-N009", int(odd[0]), column, value, expected, "use another unit")
