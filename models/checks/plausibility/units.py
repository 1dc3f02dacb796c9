"""Checks of scale between columns: units that differ by powers of ten, and numbers outside any usual range."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...diagnostics.problems import shown
from ...settings.settings import Settings
from ..census import Census
from ..keys import places, rows_of_years
from ..number_cells import Floats
from ..parsing import Parsed, combined

Tables = Mapping[str, Parsed]

FAR = 300.0
"""How many times one number is another when their units may differ: beyond what bids and pots do, below 1,000."""

OUTCOMES_FAR = 30.0
"""How many times proposed targets are the national one when their units may differ; shipped ones are within 1.1."""

ABSURD = 1e5
"""How many times bids are the pot when they cannot be in one unit: between a thousand and a million.

The other way round is only doubted: a pot that is far too large settles nothing wrongly.
"""

LEAST_PER_HEAD_GBP, MOST_PER_HEAD_GBP = 0.01, 1e6
"""Bids per head, over all years, beyond which the unit of money is doubted."""

MOST_A_YEAR_GBP, MOST_A_YEAR_PER_HEAD_GBP = 1e12, 20_000.0
"""Bids of one year beyond which the unit of money is doubted: the first is about all public spending of the country."""

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
    if not _check_heads(tables["areas"], census, POUNDS[settings.money]):
        _check_years(tables["bids"], census, POUNDS[settings.money])
    _check_references(tables["bids"])
    _check_options(tables, bids)
    _check_outcomes(tables, settings)


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


def _check_heads(areas: Parsed, census: Census, pounds: float) -> bool:
    """Compare bids per head with one another and with what is possible; return whether one was named."""
    if "population" not in areas.numbers:
        return False
    asking = np.flatnonzero((census.bid > 0) & (census.population > 0))
    for row in np.flatnonzero((census.population == 0) & census.concerned):
        areas.complain("SP-N014", int(row), "population", "0", "people, because shares go by them")
    if not len(asking):
        return False
    per_head = census.bid[asking] * pounds / census.population[asking]
    median = float(np.median(per_head))
    odd = not LEAST_PER_HEAD_GBP <= median <= MOST_PER_HEAD_GBP
    if odd:
        value = f"bids of £{median:,.4g} per head in all"
        areas.complain("SP-N005", column="population", value=value, expected="amounts in the unit that money names")
    if len(asking) < 3:
        return odd
    for row, head in zip(asking, per_head, strict=True):
        if not median / FAR < head < median * FAR:
            odd = True
            value = f"a bid of £{head:,.4g} per head, the median being £{median:,.4g}"
            remedy = "see that its bids and population are in the units of the others"
            areas.complain("SP-N004", int(row), "population", value, "the same unit in all rows", remedy)
    return odd


def _check_years(bids: Parsed, census: Census, pounds: float) -> None:
    """Name the year with the largest bids where that is more than a country has to spend."""
    if not bids.rows:
        return
    year = bids.labels["year"]
    asked = np.bincount(year.codes, bids.number("amount") * pounds)
    row = int(np.flatnonzero(year.codes == int(np.argmax(asked)))[0])
    asking = census.bid > 0
    people = float(census.population[asking].sum())  # not a number where one is not known: not compared then
    if asked.max() > MOST_A_YEAR_GBP:
        value, most = f"£{asked.max() / 1e9:,.6g}bn", "£1,000bn"
    elif people > 0 and asked.max() > MOST_A_YEAR_PER_HEAD_GBP * people:
        value, most = f"£{asked.max() / people:,.6g} a head", "£20,000 a head"
    else:
        return
    remedy = "all public spending is less: see that amounts are in the unit that money names"
    bids.complain("SP-N022", row, "amount", f"bids of {value} in {year[row]}", f"at most {most} a year", remedy)


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
    for name, moved in _at_full_take_up(tables).items():
        if name.startswith("grant") and moved > FAR * asked:
            _compare(profile, name, moved / asked, "all bids together, at full take-up")
    own_cost = options.number("own_cost")
    if (own_cost > 0).any() and float(np.median(own_cost[own_cost > 0])) > FAR * asked:
        _compare(options, "own_cost", float(np.median(own_cost[own_cost > 0])) / asked, "all bids together")


def _check_outcomes(tables: Tables, settings: Settings) -> None:
    """Compare proposed targets with national ones, row by row, and what options change with proposed targets."""
    national, targets, profile = tables["national"], tables["targets"], tables["option_years"]
    keys = [word for word in tables["objectives"].text("key").words if word]
    position = {key: number for number, key in enumerate(keys)}
    proposed = np.zeros((len(keys), len(settings.years)))
    if targets.rows:
        row, year = rows_of_years(targets, settings)
        np.add.at(proposed, (places(targets.labels["objective"], position)[row], year), targets.numbers["target"][row])
    if national.rows:
        row, year = rows_of_years(national, settings)
        mine = np.zeros(national.rows)
        np.add.at(mine, row, proposed[places(national.labels["objective"], position)[row], year])
        _check_national(national, mine)
    reach = _at_full_take_up(tables)
    for key, number in position.items():
        asked, change = float(proposed[number].sum()), reach.get(key, 0.0)
        if asked > 0 and change > FAR * asked:
            _compare(profile, key, change / asked, "all proposed targets together, at full take-up")


def _check_national(national: Parsed, proposed: Floats) -> None:
    """Name national targets far from what areas propose for the same years, one row for each objective."""
    theirs = national.numbers["target"]
    times = np.divide(proposed, theirs, out=np.ones_like(proposed), where=proposed > 0)
    objective = national.labels["objective"]
    for code in sorted(set(objective.codes.tolist())):
        rows = np.flatnonzero((objective.codes == code) & ((times > OUTCOMES_FAR) | (times < 1 / OUTCOMES_FAR)))
        if len(rows):
            row = int(rows[0])
            value = (
                f"{theirs[row]:,.6g} for {shown(objective[row])}, where proposed targets add up to {proposed[row]:,.6g}"
            )
            national.complain("SP-N006", row, "target", value, "one unit", _unit_remedy(float(times[row])))


def _at_full_take_up(tables: Tables) -> dict[str, float]:
    """What the largest option changes at its largest take-up, over all years, by column of option_years."""
    options, profile = tables["options"], tables["option_years"]
    if not profile.rows:
        return {}
    names = zip(options.text("area").values, options.text("option").values, strict=True)
    most = dict(zip(names, options.number("max_take_up"), strict=True))
    pairs = list(zip(profile.text("area").values, profile.text("option").values, strict=True))
    option = np.unique(combined(profile, ("area", "option"))[0], return_inverse=True)[1]
    take_up = np.asarray([most[pair] for pair in pairs])
    return {
        name: float(np.bincount(option, np.abs(np.nan_to_num(numbers)) * take_up).max())
        for name, numbers in profile.numbers.items()
    }


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
