"""Rules of a review: in amounts of the first bid, and never in the way of what was agreed and delivered."""

from __future__ import annotations

from typing import Any

import numpy as np

from singlepot.models.formulation.recipients import values_together
from singlepot.models.formulation.rules import Limit, resolve_rows
from singlepot.models.scenario.array_types import Floats
from singlepot.models.scenario.arrays import Arrays
from singlepot.models.tables.rule_kinds import (
    AREA,
    AREAS,
    CAPACITIES,
    GRANTS,
    OPTIONS,
    PAIRS,
    POTS,
    RULES,
    SELECTORS,
    SUMS,
    TARGETS,
    Rule,
    name_of,
)

from .agreement import Agreed

RuleRow = dict[str, Any]

LOCKS = tuple(rule.name for rule in RULES.values() if rule.sense == "lock" and rule.level == AREA)


def reviewed_rules(
    agreed: Agreed, years: int, bids: Floats, targets: Floats, moved: Floats, *, hold: bool
) -> tuple[list[RuleRow], dict[str, float]]:
    """Make the rows of the table ``rules`` and the general rules of the reviewed scenario.

    A year that is over is locked. A floor is the lower of its amount and what is bid now, a ceiling the higher, a lock
    what is bid now; rules on targets move with what was delivered above or below what was agreed. talks.md section 7.

    Parameters
    ----------
    agreed
        What was agreed.
    years
        How many years are over.
    bids, targets
        Of the reviewed scenario, A×E×T (money) and A×K×T (objective units).
    moved
        Delivered less agreed in the last year that is over, A×K.
    hold
        Whether the first aims are held, so that rules of rates stay.
    """
    data = agreed.data
    rows: list[RuleRow] = [{"rule": rule, "value": 1.0, "year": year} for year in data.years[:years] for rule in LOCKS]
    general = {}
    for rule in RULES.values():
        if rule.over.of_rates:
            if rule.name in agreed.scenario.settings.rules and _stays(rule, "", data, years, hold=hold):
                general[rule.name] = agreed.scenario.settings.rules[rule.name]
        elif (of := rule.over.members or rule.over) in (GRANTS, CAPACITIES):
            now = _summed(rule, bids if of is GRANTS else bids.sum(axis=1), data)
            rows += _of_cells(rule, agreed.rules[rule.name], now, data, years)
        elif of is TARGETS:
            further = _summed(rule, np.broadcast_to(moved[:, :, None], targets.shape), data)
            limit = Limit(np.maximum(agreed.rules[rule.name].value + further, 0.0))
            rows += _of_cells(rule, limit, _summed(rule, targets, data), data, years)
        elif of is AREAS:
            rows += _of_areas(rule, agreed, bids)
        elif rule.over is OPTIONS:
            rows += _of_options(rule, agreed, years)
        elif rule.over is POTS:
            rows += _of_pots(rule, agreed, years)
    return rows + _given_rows(agreed, years, bids, hold=hold), general


def _stays(rule: Rule, named: str, data: Arrays, years: int, *, hold: bool) -> bool:
    """Whether a rule of rates still holds: one that is on or off always, others where the first aims are held.

    Parameters
    ----------
    rule
        The rule.
    named
        The year that its row names; empty where it names none.
    data
        Arrays of the agreement.
    years
        How many years are over.
    hold
        Whether the first aims are held.
    """
    together = data.levelling.together
    year = together.year if rule.over is PAIRS and together is not None else data.levelling.year
    return rule.switch or (hold and (data.years.index(named) if named else year) >= years)


def _summed(rule: Rule, cells: Floats, data: Arrays) -> Floats:
    """What a rule limits, given for areas: of its own level."""
    return cells if rule.level == AREA else values_together(rule, cells, data)


def _row(rule: Rule, value: float, **chosen: str) -> RuleRow:
    """Write an amount as a row of the table ``rules``."""
    level = {} if rule.level == AREA else {"level": rule.level}
    return {"rule": rule.written, **level, "value": value, "basis": "amount", **chosen}


def _of_cells(rule: Rule, limit: Limit, now: Floats, data: Arrays, years: int) -> list[RuleRow]:
    """Write a limit of each cell of the years that are left, as an amount."""
    value = limit.value
    if rule.sense == "floor":
        value = np.minimum(value, now)
    elif rule.sense == "ceiling":
        value = np.maximum(value, now)
    elif rule.sense == "lock":
        value = np.where(np.isnan(value), np.nan, now)
    at = np.argwhere(~np.isnan(value))
    return [
        _row(
            rule,
            float(value[tuple(cell)]),
            **{axis: getattr(data, f"{axis}s")[cell[i]] for i, axis in enumerate(rule.over.axes)},
        )
        for cell in at.tolist()
        if cell[-1] >= years
    ]


def _of_areas(rule: Rule, agreed: Agreed, bids: Floats) -> list[RuleRow]:
    """Write what areas may still be asked to pay themselves: less what used options cost them."""
    data, options = agreed.data, agreed.data.options
    paid = np.zeros(len(data.areas))
    np.add.at(paid, options.area, options.own_cost * agreed.take_up)
    value = np.maximum(agreed.rules[rule.name].value - _summed(rule, paid, data), 0.0)
    chosen = ~np.isnan(value) & (_summed(rule, bids.sum(axis=(1, 2)), data) > 0)
    (axis,) = rule.over.axes
    return [
        _row(rule, float(value[a]), **{axis: getattr(data, f"{axis}s")[a]}) for a in np.flatnonzero(chosen).tolist()
    ]


def _of_options(rule: Rule, agreed: Agreed, years: int) -> list[RuleRow]:
    """Write limits of take-ups, which count what was taken; of scale-backs as shares of what is left of the bid."""
    data, options = agreed.data, agreed.data.options
    value, restores = agreed.rules[rule.name].value, set(agreed.restores())
    rows = []
    for j in np.flatnonzero(~np.isnan(value)).tolist():
        name, amount = options.name[j], float(value[j])
        if options.scale_back[j]:
            year = name.rpartition(" ")[2]
            if rule.lower or (year in data.years and data.years.index(year) < years):
                continue
            left = 1 - agreed.share[j]
            amount = min(max(amount - agreed.share[j], 0.0) / left, 1.0) if left > 0 else 1.0
        elif name in restores:
            continue
        rows.append(_row(rule, amount, area=data.areas[options.area[j]], option=name))
    return rows


def _of_pots(rule: Rule, agreed: Agreed, years: int) -> list[RuleRow]:
    """Write what may move between pots of the years that are left, as amounts of the first pot."""
    data, value = agreed.data, agreed.rules[rule.name].value
    return [
        _row(rule, float(value[e, t]), envelope=data.envelopes[e], year=data.years[t])
        for e, t in np.argwhere(~np.isnan(value)).tolist()
        if t >= years
    ]


def _given_rows(agreed: Agreed, years: int, bids: Floats, *, hold: bool) -> list[RuleRow]:
    """Keep the rows that name no cell: shares of the pot in amounts, and rules of rates in years that are left."""
    data, columns = agreed.data, agreed.scenario.columns("rules")
    given = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    rows: list[RuleRow] = []
    for row in given:
        rule = RULES[name_of(row["rule"], row["level"])]
        kept = {name: row[name] for name in ("rule", "value", "basis", *SELECTORS)}
        if rule.over.of_rates:
            if _stays(rule, row["year"], data, years, hold=hold):
                rows.append(kept)
        elif rule.over is SUMS:
            (limit,) = resolve_rows([row], {}, data).sums
            if not limit.cells[:, years:].any():
                continue
            held = float(bids[limit.areas][:, limit.cells].sum())
            value = min(limit.limit, held) if rule.lower else max(limit.limit, held)
            rows.append({**kept, "value": value, "basis": "amount"})
    return rows
