"""Checks of the table rules: what each rule takes, what its selectors match, ties, and what its basis needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ..diagnostics.problems import did_you_mean, one_of, shown
from ..tables.labels import UNUSABLE, Integers
from ..tables.rule_kinds import AREA, OF_REFERENCE, OPTIONS, RULES, SELECTORS, SUMS, Rule, name_of
from .census import Census
from .keys import places
from .parsing import Parsed, say
from .recipient_rules import Limited, check_ceilings
from .rule_rows import NO_ROW, Winners, holders_of, index_of_areas, names_of_rows, patterns_of, winning_rows
from .take_up_rules import check_take_ups

Tables = Mapping[str, Parsed]
Booleans = npt.NDArray[np.bool_]

_OF_AREAS = ("area", "region", "type", "recipient")


def check_rules(
    tables: Tables, census: Census, known: Mapping[str, Sequence[str] | None], general: Mapping[str, float]
) -> None:
    """Check every row of the table rules, and the rows of each rule against one another.

    Parameters
    ----------
    tables
        The tables as read.
    census
        The areas and what they bid.
    known
        The years, objectives and envelopes; None where they are not known.
    general
        The rules for all areas.
    """
    rules = tables["rules"]
    if not {"rule", "value"} <= set(rules.labels) | set(rules.numbers) or not rules.rows:
        return
    sound = _check_rows(rules) & _check_areas(rules, tables["areas"])
    axes = {subject: tuple(known[subject] or ()) for subject in ("year", "envelope", "objective")}
    names = names_of_rows(rules)
    limited: Limited = {}
    for name, rule in RULES.items():
        rows = np.flatnonzero(sound & (names == name))
        if len(rows) and rule.over not in (SUMS, OPTIONS):
            winners = limited[name] = winning_rows(rules, rule, rows, tables["areas"], axes)
            _check_reference(rule, rules, tables["bids"], winners, census, axes)
            _check_heads(rule, rules, tables["areas"], winners, census)
    check_take_ups(tables, sound, census, known, general)
    if not len(rules.report):
        check_ceilings(tables, census, limited, axes, general)


def _check_rows(rules: Parsed) -> Booleans:
    """Check selectors, basis and value of each row by itself; return the rows that stand."""
    sound = np.ones(rules.rows, dtype=bool)
    names, bases, values = names_of_rows(rules), rules.text("basis").values, rules.numbers["value"]
    written, levels = rules.labels["rule"].values, rules.text("level")
    given = {column: rules.text(column) for column in SELECTORS if column in rules.labels}
    for row in range(rules.rows):
        rule = RULES.get(names[row])
        if rule is None:
            sound[row] = False
            if name_of(written[row], "") in RULES and levels.codes[row] != UNUSABLE:
                remedy = "empty the cell"
                rules.complain("SP-D080", row, "level", shown(levels[row]), f"level area for {written[row]}", remedy)
            continue
        for column, labels in given.items():
            if labels[row] and column not in rule.selectors:
                sound[row] = False
                at = f" at level {rule.level}" if rule.level != AREA else ""
                expected = f"{rule.written}{at} to be chosen by " + ", ".join(rule.selectors)
                rules.complain("SP-D051", row, column, shown(labels[row]), expected, "empty the cell")
        if bases[row] and bases[row] not in rule.bases:
            sound[row] = False
            expected = f"{' or '.join(rule.bases)} for {rule.written}"
            rules.complain("SP-D050", row, "basis", shown(bases[row]), expected)
        elif bases[row] in ("bid", "least"):
            _check_value(rules, row, rule, float(values[row]))
    for labels in (*given.values(), rules.text("basis")):
        sound &= labels.codes != UNUSABLE
    return sound


def _check_value(rules: Parsed, row: int, rule: Rule, value: float) -> None:
    if not value >= 0:
        return
    if value > rule.most:
        remedy = f"write {value / 100:g} if {value:g}% is meant" if 2 <= value <= 100 else ""
        expected = f"a share ≤ {rule.most:g} for {rule.written}"
        rules.complain("SP-D055", row, "value", f"{value:g}", expected, remedy)
    elif value < rule.least:
        expected = f"a share ≥ {rule.least:g} for {rule.written}"
        remedy = f"write {1 + value:g} if {value:.0%} more is meant" if 0 < value < 1 else ""
        rules.complain("SP-D055", row, "value", f"{value:g}", expected, remedy)


def _check_areas(rules: Parsed, areas: Parsed) -> Booleans:
    """Check that regions and types are those of areas, and that some area has all that a row asks for."""
    sound = np.ones(rules.rows, dtype=bool)
    if not areas.complete or "code" not in areas.labels:
        return sound
    for column in ("region", "type"):
        if column in rules.labels:
            known = [word for word in areas.text(column).words if word]
            labels = rules.labels[column]
            for row in np.flatnonzero(labels.where(lambda word, known=known: word != "" and word not in known)):  # type: ignore[misc]
                sound[row] = False
                word = labels[int(row)]
                expected = f"a {column} of areas: {one_of(known)}" if known else f"a {column}, but areas have none"
                rules.complain("SP-D052", int(row), column, shown(word), expected, did_you_mean(word, known))
    held = holders_of(areas)
    for row in np.flatnonzero(rules.text("recipient").where(lambda word: word != "" and word not in held)):
        sound[row] = False
        word = rules.text("recipient")[int(row)]
        expected = f"a recipient of areas: {one_of(list(held))}"
        rules.complain("SP-D052", int(row), "recipient", shown(word), expected, did_you_mean(word, list(held)))
    codes = set(areas.text("code").words)
    sound &= rules.text("area").where(lambda word: word in codes or word == "")
    matches = _matching_areas(rules, np.flatnonzero(sound), areas)
    for row in np.flatnonzero(sound)[~matches]:
        sound[row] = False
        remedy = "the area named is not of that region or type" if rules.text("area")[int(row)] else ""
        rules.complain(
            "SP-D053", int(row), value=say(rules, int(row), _OF_AREAS), expected="at least one such area", remedy=remedy
        )
    return sound


def _matching_areas(rules: Parsed, rows: Integers, areas: Parsed) -> Booleans:
    """Whether any area has the code, region and type that each of these rows names."""
    matched = np.zeros(len(rows), dtype=bool)
    index = index_of_areas(areas, {})
    for pattern, of_pattern in patterns_of(rules, rows, _OF_AREAS).items():
        there = np.unique(index.keys(pattern))
        keys = index.keys_of_rows(rules, rows[of_pattern], pattern)
        matched[of_pattern] = np.isin(keys, there)
    return matched


def _check_reference(
    rule: Rule, rules: Parsed, bids: Parsed, winners: Winners, census: Census, known: Mapping[str, Sequence[str]]
) -> None:
    """Check that bids have a reference where a rule that is a share of it binds them."""
    by_reference = winners.row != NO_ROW
    by_reference[by_reference] = np.isin(rules.text("basis").values[winners.row[by_reference]], OF_REFERENCE)
    if not by_reference.any() or "area" not in bids.labels or "amount" not in bids.numbers:
        return
    areas = places(bids.labels["area"], census.row_of)
    at = [areas]
    for axis in winners.axes:
        at.append(places(bids.text(axis), {word: number for number, word in enumerate(known[axis])}))
    usable = (np.min(at, axis=0) >= 0) & (bids.numbers["amount"] > 0)
    bound = np.full(bids.rows, NO_ROW, dtype=np.int64)
    bound[usable] = np.where(by_reference, winners.row, NO_ROW)[tuple(position[usable] for position in at)]
    if rule.sense == "step":
        bound = _spread(bound, areas, places(bids.text("envelope"), _words(bids, "envelope")))
    missing = usable & (bound != NO_ROW) & np.isnan(bids.number("reference"))
    for row in np.unique(bound[missing]):
        lacking = np.flatnonzero(missing & (bound == row))
        first, more = int(lacking[0]), len(lacking) - 1
        who = say(bids, first, ("area", "year", "envelope")) + (f" and {more} more" if more else "")
        row_name = bids.raw.place.row(first)
        expected = f"a reference for every bid above zero; {bids.raw.place.file} {row_name} has none ({who})"
        rules.complain(
            "SP-D056",
            int(row),
            "basis",
            shown(rules.text("basis")[int(row)]),
            expected,
            "fill it in, or choose another basis",
        )


def _spread(bound: Integers, areas: Integers, envelopes: Integers) -> Integers:
    """Bind all years of an area and envelope where one is bound: a step is measured by the mean of all."""
    of_pair = np.unique(np.column_stack([areas, envelopes]), axis=0, return_inverse=True)[1].reshape(-1)
    most = np.full(of_pair.max(initial=-1) + 1, NO_ROW, dtype=np.int64)
    np.maximum.at(most, of_pair, bound)
    return np.asarray(most[of_pair])


def _words(parsed: Parsed, column: str) -> dict[str, int]:
    return {word: number for number, word in enumerate(parsed.text(column).words)}


def _check_heads(rule: Rule, rules: Parsed, areas: Parsed, winners: Winners, census: Census) -> None:
    """Check that areas have a population where a rule that is an amount per head binds them."""
    by_head = winners.row != NO_ROW
    by_head[by_head] = rules.text("basis").values[winners.row[by_head]] == "per_head"
    lacking = np.isnan(census.population) & ~np.isin(np.arange(areas.rows), list(areas.faulty.get("population", ())))
    if rule.of_bidders:
        lacking &= census.bid > 0
    by_area = np.where(by_head, winners.row, NO_ROW).reshape(areas.rows, -1)
    named = np.asarray((rules.text("area").values != "") | (rules.text("type").values != ""), dtype=bool)
    needed = (by_area != NO_ROW) & lacking[:, None] & (~census.centre[:, None] | named[by_area])
    for row in np.unique(by_area[needed]):
        who = np.flatnonzero((needed & (by_area == row)).any(axis=1))
        code, more = shown(areas.text("code")[int(who[0])]), len(who) - 1
        expected = f"a population for {code}" + (f" and {more} more" if more else "")
        remedy = "fill it in, or choose another basis"
        rules.complain("SP-D057", int(row), "basis", shown("per_head"), expected, remedy)
