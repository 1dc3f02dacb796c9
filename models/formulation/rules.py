"""Limits of the rules in every cell: the row with more selectors wins, and a rule replaces, it does not tighten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from ..scenario.array_types import Booleans, Floats, Integers
from ..scenario.arrays import Arrays
from ..scenario.scenario import Scenario
from ..tables.rule_kinds import (
    AREAS,
    BASES,
    CAPACITIES,
    GRANTS,
    OPTIONS,
    PAIRS,
    POTS,
    RECIPIENT,
    RULES,
    SELECTORS,
    SUMS,
    Rule,
    name_of,
)
from .rate_limits import rate_limit
from .recipients import concerned_together, sizes_together

Row: TypeAlias = Mapping[Any, Any]
"""Row of the table ``rules`` by column, with every default."""

ABSOLUTE = ("amount", "per_head")
"""Bases that bind cells without a bid or target too."""


@dataclass(frozen=True, eq=False)
class Limit:
    """One rule as an array over the axes of its index set: money or objective units, NaN where it does not bind."""

    value: Floats

    @property
    def binds(self) -> Booleans:
        """Where the rule holds."""
        return ~np.isnan(self.value)


@dataclass(frozen=True, eq=False)
class SumLimit:
    """A limit of a sum of grants: one row of the table ``rules``, its areas (A) and cells (E×T), the limit in money."""

    rule: Rule
    label: str
    areas: Booleans
    cells: Booleans
    limit: float


@dataclass(frozen=True, eq=False)
class Rules:
    """Every rule of a scenario as limits.

    Parameters
    ----------
    limits
        The limits of each rule over cells, by its name: A×E×T for grants and A in money, E×T for pots in money, A×K×T
        for targets in objective units, J for take-ups, A×T for capacities in money; of recipients, R in place of A. A
        limit of a step is the largest change between a year and the one before.
    sums
        The limits of sums of grants.
    """

    limits: Mapping[str, Limit]
    sums: tuple[SumLimit, ...]

    def __getitem__(self, rule: str) -> Limit:
        """The limits of a rule over cells."""
        return self.limits[rule]

    def with_limits(self, **limits: Limit) -> Rules:
        """Return the rules with other limits for some of them."""
        return replace(self, limits={**self.limits, **limits})

    def scaled(self, rule: str, factor: float) -> Rules:
        """Return the rules with every limit of one of them multiplied."""
        if rule in self.limits:
            return self.with_limits(**{rule: Limit(self.limits[rule].value * factor)})
        sums = (replace(one, limit=one.limit * factor) if one.rule.name == rule else one for one in self.sums)
        return replace(self, sums=tuple(sums))

    @property
    def of_rates(self) -> bool:
        """Whether any rule that is measured by rates binds."""
        return any(self.limits[name].binds.any() for name, rule in RULES.items() if rule.over.of_rates)

    def without_rates(self) -> Rules:
        """Return the rules without those that are measured by rates."""
        none = {name: Limit(self.limits[name].value * np.nan) for name, rule in RULES.items() if rule.over.of_rates}
        return self.with_limits(**none)


def resolve(scenario: Scenario, data: Arrays) -> Rules:
    """Work out every rule's limit in every cell."""
    columns = scenario.columns("rules")
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return resolve_rows(rows, scenario.settings.rules, data)


def resolve_rows(table: Sequence[Row], general: Mapping[str, float], data: Arrays) -> Rules:
    """Work out every rule's limit in every cell from the rows of the table of rules and the general ones."""
    rows: dict[str, list[Row]] = {name: [] for name in RULES}
    for row in table:
        rows[name_of(str(row["rule"]), str(row["level"]))].append(row)
    limits = {
        rule.name: _limit(rule, rows[rule.name], general.get(rule.name), data)
        for rule in RULES.values()
        if rule.over is not SUMS
    }
    sums = [_sum_limit(rule, row, data) for rule in RULES.values() if rule.over is SUMS for row in rows[rule.name]]
    return Rules(limits, tuple(sorted(sums, key=lambda one: (one.label, one.rule.lower))))


def sizes(rule: Rule, data: Arrays) -> dict[str, Floats]:
    """Scale of a rule's value in each basis, money or objective units, to be broadcast to the axes of the rule.

    A share of the bid is one of the cell's bid or proposed target, of the yearly mean for steps, of the area's bids
    together for areas, of the pot for what moves between pots, and of the largest take-up for options. ``least`` is
    the smaller of bid and reference.
    """
    one = np.ones(())
    if rule.over.members is not None:
        return sizes_together(rule, data, sizes(replace(rule, over=rule.over.members), data))
    if rule.over is OPTIONS:
        return {"bid": data.options.limit, "amount": one}
    if rule.over is POTS:
        return {"bid": data.pot, "amount": one}
    if rule.over is AREAS:
        reference = np.nansum(data.reference, axis=(1, 2))
        return {"bid": data.bid_of_area, "reference": reference, "amount": one, "per_head": data.population}
    if rule.over is CAPACITIES:
        reference = np.nansum(data.reference, axis=1)
        return {
            "bid": data.bid.sum(axis=1),
            "reference": reference,
            "amount": one,
            "per_head": data.population[:, None],
        }
    none = np.full((1, 1, 1), np.nan)
    asked, reference = (data.bid, data.reference) if rule.over is GRANTS else (data.proposed, none)
    if rule.sense == "step":
        asked, reference = (amounts.mean(axis=2, keepdims=True) for amounts in (asked, np.nan_to_num(reference)))
    shares = {"bid": asked, "reference": reference, "least": np.minimum(asked, reference)}
    return {**shares, "amount": one, "per_head": data.population[:, None, None]}


@dataclass(frozen=True, eq=False)
class _Choice:
    """The winning value and basis (its place among ``BASES``) in each cell; NaN and -1 where no row matches."""

    value: Floats
    basis: Integers
    names_centre: Booleans


def _limit(rule: Rule, rows: Sequence[Row], general: float | None, data: Arrays) -> Limit:
    """Turn shares, amounts and per-head values into limits."""
    if rule.over.of_rates:
        return _rate_limit(rule, rows, general, data)
    choice = _choose(rule, rows, general, data)
    limit = np.full(choice.value.shape, np.nan)
    for basis, size in sizes(rule, data).items():
        limit = np.where(choice.basis == BASES.index(basis), choice.value * size, limit)
    return Limit(np.where(_concerned(rule, choice, data), limit, np.nan))


def _rate_limit(rule: Rule, rows: Sequence[Row], general: float | None, data: Arrays) -> Limit:
    """Turn values of a rule of rates into limits: in the year of the section, unless a row names one."""
    year = data.levelling.year
    if rule.over is PAIRS and data.levelling.together is not None:
        year = data.levelling.together.year
    named = rows
    if not rule.switch:
        named = [{**row, "year": row["year"] or data.years[year]} for row in _by_selectors(rows)]
    choice = _choose(rule, named, None, data)
    value = choice.value
    if general is not None:
        everywhere = np.asarray([rule.switch or t == year for t in range(len(data.years))])
        value = np.where(np.isnan(value) & everywhere, general, value)
    if "area" in rule.over.axes:
        out = data.centre & ~choice.names_centre.any(axis=tuple(range(1, value.ndim)))
        value = np.where(out.reshape(-1, *(1,) * (value.ndim - 1)), np.nan, value)
    return Limit(rate_limit(rule, value, data))


def _by_selectors(rows: Sequence[Row]) -> list[Row]:
    """Sort rows by how many selectors they name, the most particular last."""
    return sorted(rows, key=lambda row: sum(row[name] != "" for name in SELECTORS))


def _concerned(rule: Rule, choice: _Choice, data: Arrays) -> Booleans:
    """Where a rule can bind at all; the centre only where it bids, proposes or is named."""
    if rule.over in (POTS, OPTIONS):
        return np.ones(choice.value.shape, dtype=bool)
    if rule.over is AREAS:
        return data.bid_of_area > 0
    if rule.level == RECIPIENT:
        return concerned_together(rule, data)
    if rule.over is CAPACITIES:
        asks = data.bid.sum(axis=1) > 0
    else:
        asks = (data.bid if rule.over is GRANTS else data.proposed) > 0
    if rule.sense == "step":
        both = np.zeros(asks.shape, dtype=bool)
        both[:, :, 1:] = asks[:, :, 1:] & asks[:, :, :-1]
        return both
    absolute = np.isin(choice.basis, [BASES.index(basis) for basis in ABSOLUTE])
    centre = data.centre.reshape(-1, *(1,) * (asks.ndim - 1))
    return np.asarray(asks | (absolute & (~centre | choice.names_centre)), dtype=bool)


def _choose(rule: Rule, rows: Sequence[Row], general: float | None, data: Arrays) -> _Choice:
    axes = rule.over.axes
    shape = tuple(data.options.size if axis == "option" else len(getattr(data, f"{axis}s")) for axis in axes)
    value = np.full(shape, np.nan if general is None else float(general))
    basis = np.full(shape, -1 if general is None else BASES.index("bid"))
    names_centre = np.zeros(shape, dtype=bool)
    if rule.over is OPTIONS:
        value[data.options.scale_back] = np.nan
    for row in _by_selectors(rows):
        match = np.ones((1,) * len(shape), dtype=bool)
        for axis, name in enumerate(axes):
            along = tuple(-1 if i == axis else 1 for i in range(len(axes)))
            match = match & _matching(row, name, data).reshape(along)
        match = np.broadcast_to(match, shape)
        value[match] = float(row["value"])
        basis[match] = BASES.index(row["basis"])
        names_centre[match] = row["area"] != "" or row["type"] != ""
    return _Choice(value, basis, names_centre)


def _matching(row: Row, axis: str, data: Arrays) -> Booleans:
    if axis == "area":
        matches = np.ones(len(data.areas), dtype=bool)
        for selector, labels in (("area", data.areas), ("region", data.region), ("type", data.type)):
            if row[selector]:
                matches &= np.asarray(labels, dtype=object) == row[selector]
        return matches & _matching(row, "recipient", data)[data.holder]
    if axis == "recipient":
        named = (
            row[axis] if row[axis] in data.recipients else dict(zip(data.names, data.areas, strict=True)).get(row[axis])
        )
        return np.asarray([not row[axis] or label == named for label in data.recipients], dtype=bool)
    if axis == "option":
        options = data.options
        named = options.name == row["option"] if row["option"] else ~options.scale_back
        return np.asarray(named & _matching(row, "area", data)[options.area], dtype=bool)
    labels = getattr(data, f"{axis}s")
    return np.asarray([not row[axis] or label == row[axis] for label in labels], dtype=bool)


def _sum_limit(rule: Rule, row: Row, data: Arrays) -> SumLimit:
    """Turn a row about a sum of grants into its limit: a share of the pots of its cells, or an amount."""
    cells = np.outer(_matching(row, "envelope", data), _matching(row, "year", data))
    value = float(row["value"])
    limit = value if row["basis"] == "amount" else value * float(data.pot[cells].sum())
    label = " ".join(row[name] for name in SELECTORS if row[name]) or "all"
    return SumLimit(rule, label, _matching(row, "area", data), cells, limit)
