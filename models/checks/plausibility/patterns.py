"""Checks of whole columns whose cells are valid one by one: percentages among shares, gaps, constant columns."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...diagnostics.problems import one_of, shown
from ...settings.settings import Settings
from ...tables.rule_kinds import RULES
from ..census import Census
from ..keys import places
from ..parsing import Parsed, combined, say
from ..rule_rows import names_of_rows

Tables = Mapping[str, Parsed]

MIXED_LEAST, MIXED_MOST = 2.0, 100.0
"""Numbers among shares that look like percentages."""


def check_patterns(tables: Tables, census: Census, settings: Settings) -> None:
    """Look at whole columns; tables must be without problems."""
    _check_percentages(tables, settings)
    _check_rule_sizes(tables["rules"])
    _check_gaps(tables["bids"], ("area", "envelope"), settings)
    _check_gaps(tables["targets"], ("area", "objective"), settings)
    _check_sameness(tables, census, settings)
    _check_idle(tables)


def _check_percentages(tables: Tables, settings: Settings) -> None:
    """Name columns of shares with percentages among them: attributes and largest take-ups, which have no unit."""
    for table, columns in (("areas", settings.attributes), ("options", ("max_take_up",))):
        parsed = tables[table]
        for column in columns:
            numbers = parsed.numbers.get(column, np.zeros(0))
            shares = np.count_nonzero((numbers > 0) & (numbers < 1))
            odd = np.flatnonzero((numbers >= MIXED_LEAST) & (numbers <= MIXED_MOST))
            known = np.count_nonzero(~np.isnan(numbers))
            # a column of small counts also has numbers below 1: it would have some between 1 and 2, and many above
            if shares < 3 or not len(odd) or shares < 0.7 * known or ((numbers >= 1) & (numbers < MIXED_LEAST)).any():
                continue
            first = int(odd[0])
            value = f"{numbers[first]:g}" + (f" and {len(odd) - 1} more above 1" if len(odd) > 1 else "")
            remedy = f"write {numbers[first] / 100:g} if {numbers[first]:g}% is meant"
            parsed.complain("SP-N008", first, column, value, "shares between 0 and 1, as in most rows", remedy)


def _check_rule_sizes(rules: Parsed) -> None:
    """Name rules that are shares of the bid and so large that a percentage is probably meant."""
    if not rules.rows:
        return
    names, bases, values = names_of_rows(rules), rules.text("basis").values, rules.numbers["value"]
    for row in range(rules.rows):
        if bases[row] in ("bid", "reference") and values[row] >= RULES[names[row]].percentage_from:
            remedy = f"write {values[row] / 100:g} if {values[row]:g}% is meant"
            rules.complain(
                "SP-N007", row, "value", f"{values[row]:g}", f"a share for {rules.labels['rule'][row]}", remedy
            )


def _check_gaps(parsed: Parsed, key: tuple[str, ...], settings: Settings) -> None:
    """Name series with a year missing between two others."""
    if not parsed.rows:
        return
    codes = np.unique(combined(parsed, key)[0], return_inverse=True)[1]
    year = places(parsed.labels["year"], {label: number for number, label in enumerate(settings.years)})
    there = np.zeros((int(codes.max()) + 1, len(settings.years)), dtype=bool)
    there[codes, year] = True
    inside = np.logical_or.accumulate(there, axis=1) & np.logical_or.accumulate(there[:, ::-1], axis=1)[:, ::-1]
    series, missing = np.nonzero(inside & ~there)
    if not len(series):
        return
    row = int(np.flatnonzero(codes == series[0])[0])
    more = f" and {len(series) - 1} more" if len(series) > 1 else ""
    value = f"no row for {say(parsed, row, key)} in {settings.years[missing[0]]}{more}"
    parsed.complain("SP-N013", row, "year", value, "", "it counts as none: nothing is filled in")


def _check_idle(tables: Tables) -> None:
    """Name areas that no other table names."""
    areas = tables["areas"]
    named = {code for table in ("bids", "targets", "options") for code in tables[table].labels["area"].words}
    idle = [int(row) for row in np.flatnonzero(areas.labels["code"].where(lambda code: code not in named))]
    if idle:
        codes = [shown(areas.labels["code"][row]) for row in idle]
        remedy = "add its rows, or delete it" if len(idle) == 1 else "add their rows, or delete them"
        areas.complain("SP-A010", idle[0], "code", one_of(codes, 10), "a bid, a target or an option", remedy)


def _check_sameness(tables: Tables, census: Census, settings: Settings) -> None:
    """Note columns whose values are the same for all areas or objectives."""
    areas, objectives = tables["areas"], tables["objectives"]
    concerned = np.flatnonzero(census.concerned)
    asking = np.flatnonzero(census.bid > 0)
    if len(asking) == 1:
        areas.complain("SP-N015", int(asking[0]), "", f"only {shown(areas.text('code')[int(asking[0])])}")
    if settings.equity is not None and len(concerned) > 1:
        value = areas.numbers[settings.equity.attribute][concerned]
        if (value == value[0]).all():
            constant = f"{value[0]:g} for every area with a bid or target"
            areas.complain("SP-N011", column=settings.equity.attribute, value=constant, remedy="all weigh alike")
    if objectives.rows and not objectives.number("weight").any():
        remedy = "shortfall.total has nothing to minimise"
        objectives.complain("SP-N012", column="weight", value="0 for every objective", remedy=remedy)
