"""Checks of the rules on take-ups: known options, amounts within the largest take-up, no floor above a ceiling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..diagnostics.problems import did_you_mean, shown
from ..tables.labels import Integers
from ..tables.rule_kinds import OPTIONS, RULES, names_over
from ..tables.schema import SCALE_BACK, TOTAL
from .census import Census
from .keys import places
from .number_cells import Floats
from .parsing import Parsed
from .rule_rows import NO_ROW, Booleans, Index, names_of_rows, patterns_of, winners_in, words_of_areas

ROUNDING = 1e-12
"""Relative difference of two amounts of take-up that is rounding."""


@dataclass(frozen=True, eq=False)
class Listed:
    """Every option that can be used: row of its area, name, largest take-up, and whether it is a scale-back."""

    area: Integers
    name: Sequence[str]
    most: Floats
    implied: Booleans


class OptionIndex(Index):
    """Cells of options; a scale-back is matched by no row but one that names it."""

    def __init__(self, listed: Listed, areas: Parsed) -> None:
        vocabulary, of_area = words_of_areas(areas)
        codes = {column: of[listed.area] for column, of in of_area.items()}
        vocabulary["option"] = {name: number for number, name in enumerate(dict.fromkeys(listed.name))}
        codes["option"] = np.asarray([vocabulary["option"][name] for name in listed.name], dtype=np.int64)
        super().__init__((len(listed.name),), dict.fromkeys(codes, 0), vocabulary, codes)
        self._implied = listed.implied

    def keys(self, pattern: Sequence[str]) -> Integers:
        """A number for what the columns of a pattern say of each option, -1 where one says nothing."""
        keys = super().keys(pattern)
        return keys if "option" in pattern else np.where(self._implied, -1, keys)


def check_take_ups(
    tables: Mapping[str, Parsed],
    sound: Booleans,
    census: Census,
    known: Mapping[str, Sequence[str] | None],
    general: Mapping[str, float],
) -> None:
    """Check the rows of the table rules that are about take-ups.

    Parameters
    ----------
    tables
        The tables as read.
    sound
        Which rows of the table rules stand by themselves.
    census
        The areas and what they bid.
    known
        The years, objectives and envelopes; None where they are not known.
    general
        The rules for all areas.
    """
    rules = tables["rules"]
    of_take_ups = sound & np.isin(names_of_rows(rules).astype(str), names_over(OPTIONS))
    if not of_take_ups.any() or len(rules.report):
        return  # which options there are, scale-backs among them, only tables without a problem say
    listed = _listed(tables, census, known["envelope"] or (TOTAL,))
    index = OptionIndex(listed, tables["areas"])
    there = of_take_ups & ~_unknown(rules, np.flatnonzero(of_take_ups), index, listed)
    limits = {}
    for name in names_over(OPTIONS):
        rows = np.flatnonzero(there & (rules.labels["rule"].values == name))
        patterns = patterns_of(rules, rows, RULES[name].selectors)
        row = winners_in(index, rules, rows, patterns)
        limits[RULES[name].sense] = row, _amounts(rules, row, listed, general.get(name, np.nan))
    _check_crossing(rules, listed, limits["floor"], limits["ceiling"])


def _listed(tables: Mapping[str, Parsed], census: Census, envelopes: Sequence[str]) -> Listed:
    """List the options of the table, and behind them the scale-backs that bids and targets imply."""
    options, bids, targets = tables["options"], tables["bids"], tables["targets"]
    area = [places(options.text("area"), census.row_of)]
    names = list(options.text("option").values)
    of, year, envelope = places(bids.text("area"), census.row_of), bids.text("year"), bids.text("envelope")
    for row in np.flatnonzero((bids.number("amount") > 0) & ~census.centre[of]):
        middle = f"{envelope[int(row)]} " if len(envelopes) > 1 else ""
        names.append(f"{SCALE_BACK} {middle}{year[int(row)]}")
        area.append(of[row : row + 1])
    if targets.rows:
        without_money = np.flatnonzero(~census.centre & (census.bid == 0) & (census.target > 0))
        area.append(without_money)
        names += [SCALE_BACK] * len(without_money)
    most = np.concatenate([options.number("max_take_up"), np.ones(len(names) - options.rows)])
    return Listed(np.concatenate(area), names, most, np.arange(len(names)) >= options.rows)


def _unknown(rules: Parsed, rows: Integers, index: OptionIndex, listed: Listed) -> Booleans:
    """Name rows of which no option has all that they ask for; return them."""
    unknown = np.zeros(rules.rows, dtype=bool)
    option = rules.text("option")
    patterns = patterns_of(rules, rows, RULES["take_up_floor"].selectors)
    for pattern, of_pattern in patterns.items():
        if "option" in pattern:
            there = np.unique(index.keys(pattern))
            keys = index.keys_of_rows(rules, rows[of_pattern], pattern)
            unknown[rows[of_pattern][(keys < 0) | ~np.isin(keys, there)]] = True
    names = list(dict.fromkeys(listed.name)) if unknown.any() else []
    for row in np.flatnonzero(unknown).tolist():
        word = option[row]
        remedy = "the area named has no such option" if word in names else did_you_mean(word, names)
        expected = "the name of an option, or of a scale-back, of such an area"
        rules.complain("SP-D058", row, "option", shown(word), expected, remedy)
    return unknown


def _amounts(rules: Parsed, row: Integers, listed: Listed, general: float) -> Floats:
    """Limit of each option, in take-up; complain of amounts above the largest take-up."""
    ruled = row != NO_ROW
    value = np.where(ruled, rules.numbers["value"][row], np.where(listed.implied, np.nan, general))
    absolute = ruled & (rules.text("basis").values[row] == "amount")
    beyond = np.flatnonzero(absolute & (value > listed.most * (1 + ROUNDING)))
    for at in beyond[np.unique(row[beyond], return_index=True)[1]].tolist():
        most, name = float(listed.most[at]), shown(listed.name[at])
        expected = f"an amount ≤ {most:g}, the largest take-up of {name}"
        remedy = f"write {most:g}, or name the options one by one"
        rules.complain("SP-D055", int(row[at]), "value", f"{value[at]:g}", expected, remedy)
    return np.where(absolute, value, value * listed.most)


def _check_crossing(
    rules: Parsed, listed: Listed, floors: tuple[Integers, Floats], ceilings: tuple[Integers, Floats]
) -> None:
    """Complain of floors above the ceiling of the same option, once for each pair of rows."""
    (floor, least), (ceiling, most) = floors, ceilings
    crossed = np.flatnonzero((least > most * (1 + ROUNDING)) & ((floor != NO_ROW) | (ceiling != NO_ROW)))
    pairs = np.column_stack([floor[crossed], ceiling[crossed]])
    for at in crossed[np.sort(np.unique(pairs, axis=0, return_index=True)[1])].tolist():
        row, other = (floor[at], ceiling[at]) if floor[at] != NO_ROW else (ceiling[at], NO_ROW)
        mine, limit = (least[at], most[at]) if floor[at] != NO_ROW else (most[at], least[at])
        by = rules.raw.place.row(int(other)) if other != NO_ROW else "the settings"
        bound = f"≤ {limit:g}, the ceiling" if floor[at] != NO_ROW else f"≥ {limit:g}, the floor"
        expected = f"a take-up {bound} of {shown(listed.name[at])} by {by}"
        cell = float(rules.numbers["value"][row])
        value = f"{cell:g}" + (f", a take-up of {mine:g}" if cell != mine else "")
        rules.complain("SP-D059", int(row), "value", value, expected, "move the floor or the ceiling")
