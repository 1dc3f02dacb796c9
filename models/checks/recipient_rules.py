"""Checks of the ceilings of recipients: none may be below what the floors of the members add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from ..diagnostics.problems import one_of, shown
from ..tables.labels import Integers
from ..tables.rule_kinds import GRANTS, RECIPIENT, RULES, Rule
from ..tables.schema import TOTAL
from .census import Census
from .keys import places
from .number_cells import Floats
from .parsing import Parsed
from .rule_rows import NO_ROW, Winners, recipients_in

Tables = Mapping[str, Parsed]
Limited: TypeAlias = dict[str, Winners]
"""Winning rows of each rule that has any, by its name."""

ROUNDING = 1e-9
"""Share by which floors may be above a ceiling: what is left of adding up."""


def check_ceilings(
    tables: Tables, census: Census, limited: Limited, axes: Mapping[str, Sequence[str]], general: Mapping[str, float]
) -> None:
    """Name rows whose ceiling of a recipient, or lock, is below the floors and locks of its members.

    Parameters
    ----------
    tables
        Without problems.
    census
        The areas and what they bid.
    limited
        Winning rows of the rules.
    axes
        Years, envelopes and objectives.
    general
        The rules for all areas.
    """
    rules = [
        rule
        for name in limited
        if (rule := RULES[name]).level == RECIPIENT and rule.upper and rule.over.members is not None
        if rule.over.members.of_grants and rule.sense != "step"
    ]
    if not rules:
        return
    bids = _Bids(tables, census, axes)
    lowest = np.zeros(bids.amount.shape)
    for rule in RULES.values():
        if rule.over is GRANTS and rule.sense in ("floor", "lock"):
            lowest = np.fmax(lowest, bids.limits(limited.get(rule.name), general.get(rule.name, np.nan)))
    lowest = np.where(bids.amount > 0, lowest, 0.0)
    for rule in rules:
        _check(rule, limited[rule.name], bids, lowest)


class _Bids:
    """Bids, references and people in the cells of the areas: areas × envelopes × years."""

    def __init__(self, tables: Tables, census: Census, axes: Mapping[str, Sequence[str]]) -> None:
        bids, self.rules = tables["bids"], tables["rules"]
        self.envelopes, self.years = tuple(axes["envelope"]) or (TOTAL,), tuple(axes["year"])
        self.amount = np.zeros((len(census.bid), len(self.envelopes), len(self.years)))
        self.reference = np.zeros(self.amount.shape)
        at = (
            places(bids.text("area"), census.row_of),
            places(bids.text("envelope"), {word: number for number, word in enumerate(self.envelopes)}),
            places(bids.text("year"), {word: number for number, word in enumerate(self.years)}),
        )
        np.add.at(self.amount, at, bids.numbers["amount"])
        np.add.at(self.reference, at, np.nan_to_num(bids.number("reference")))
        self.people = np.broadcast_to(np.nan_to_num(census.population)[:, None, None], self.amount.shape)
        holders = recipients_in(tables["areas"])
        self.holders = tuple(dict.fromkeys(holders))
        self.holder = np.asarray([self.holders.index(holder) for holder in holders], dtype=np.int64)
        self.codes = tables["areas"].text("code")

    def together(self, cells: Floats) -> Floats:
        """Add up cells over the members of each recipient."""
        sums = np.zeros((len(self.holders), *cells.shape[1:]))
        np.add.at(sums, self.holder, cells)
        return sums

    def limits(self, winners: Winners | None, general: float) -> Floats:
        """Limits of areas in every cell, money."""
        row = np.full(self.amount.shape, NO_ROW, dtype=np.int64)
        if winners is not None:
            row = np.broadcast_to(winners.over(("envelope", "year")), self.amount.shape)
        return np.where(
            row == NO_ROW, general * self.amount, self.of_rows(row, self.amount, self.reference, self.people)
        )

    def of_rows(self, row: Integers, bid: Floats, reference: Floats, people: Floats) -> Floats:
        """Limits that rows set, from what their values are shares or numbers of; NaN where there is none."""
        basis = self.rules.text("basis").values[row]
        sizes = {"bid": bid, "reference": reference, "least": np.minimum(bid, reference), "per_head": people}
        size = np.ones(row.shape)
        for name, of_basis in sizes.items():
            size = np.where(basis == name, of_basis, size)
        size = np.where(basis == "", bid, size)
        return np.where(row == NO_ROW, np.nan, self.rules.numbers["value"][row] * size)


def _check(rule: Rule, winners: Winners, bids: _Bids, lowest: Floats) -> None:
    """Compare the limits of one rule with the floors, and complain of each row but once."""
    asks = bids.amount > 0
    by_year = "envelope" not in rule.over.axes
    if by_year:
        asks = np.broadcast_to(asks.any(axis=1, keepdims=True), asks.shape)
    sizes = [np.where(asks, cells, 0.0) for cells in (bids.amount, bids.reference, bids.people)]
    if by_year:
        sizes = [cells.sum(axis=1, keepdims=True) for cells in sizes[:2]] + [sizes[2][:, :1]]
        lowest, asks = lowest.sum(axis=1, keepdims=True), asks[:, :1]
    bid, reference, people = map(bids.together, sizes)
    of_area = np.broadcast_to(winners.over(("envelope", "year")), asks.shape)
    row = np.full(bid.shape, NO_ROW, dtype=np.int64)
    np.maximum.at(row, bids.holder, np.where(asks, of_area, NO_ROW))
    limit, least = bids.of_rows(row, bid, reference, people), bids.together(lowest)
    below = np.argwhere(limit < least * (1 - ROUNDING))
    for holder, envelope, year in below[np.unique(row[tuple(below.T)], return_index=True)[1]].tolist():
        members = [str(code) for code, of in zip(bids.codes.values, bids.holder, strict=True) if of == holder]
        where = shown(bids.holders[holder]) + f" in {bids.years[year]}"
        if not by_year and len(bids.envelopes) > 1:
            where += f" of {bids.envelopes[envelope]}"
        expected = (
            f"at least {least[holder, envelope, year]:,.6g}, which floors of the members {one_of(members, 3)} add up to"
        )
        value = f"{limit[holder, envelope, year]:,.6g} for {where}"
        remedy = "raise it, or lower the floors of the members"
        bids.rules.complain("SP-D081", int(row[holder, envelope, year]), "value", value, expected, remedy)
