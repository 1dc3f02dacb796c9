"""Settlement with fixed grants: targets and take-ups follow by the same bids, options and stages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from singlepot.models.formulation.model import touched
from singlepot.models.formulation.rate_limits import rate_values
from singlepot.models.formulation.recipients import values_together
from singlepot.models.formulation.rules import Limit, Rules, resolve
from singlepot.models.scenario.array_types import Booleans
from singlepot.models.scenario.arrays import Arrays
from singlepot.models.scenario.option_purpose import meant_for
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.decisions import Decisions, decisions_of, own_costs
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.rule_kinds import (
    AREAS,
    CAPACITIES,
    GRANTS,
    OPTIONS,
    POTS,
    RULES,
    SUMS,
    TARGETS,
    Rule,
    Sense,
    bounds_of,
    names_of,
)
from singlepot.solver import SolverFailedError, VerificationFailedError

from .allocations import Allocation, Floats

BELOW_POT = 1e-12
"""Share of a grant by which locks stay below a pot that they use up: their sum must not pass it by rounding."""

OPENING = 1e-9
"""Share of a grant that is left open where an answer under exact locks cannot be proved."""

NEAR = 1e-9
"""How far beyond a limit counts as on it, relative to the limit."""


@dataclass(frozen=True)
class Broken:
    """A rule that fixed grants break, and in how many areas (for a share of the pot, in how many rows)."""

    rule: str
    count: int

    def __str__(self) -> str:
        """``grant_floor (23 areas)``."""
        noun = "row" if RULES[self.rule].over is SUMS else "area"
        return f"{self.rule} ({self.count} {noun}{'s' if self.count != 1 else ''})"


def fix(
    scenario: Scenario, data: Arrays, given: Allocation, *, width: float = 0.0
) -> tuple[Scenario, tuple[Broken, ...]]:
    """Fix the grants of a scenario, and drop the rules that they break.

    Every cell that bids or options touch gets a ``grant_lock`` row, which takes the place of all other rules on
    grants; those that it breaks are named. With a ``width``, a floor and a ceiling stand that share of the grant apart
    in its place. Money moves between years or envelopes no more, for nothing needs it. Rules on targets, own costs and
    take-ups are kept, unless the plainest way of living with the grants breaks them: to scale each bid back to its
    grant and to use the options that the regime chose.

    Returns
    -------
    The scenario with the grants fixed, and the rules that they break.
    """
    rules = resolve(scenario, data)
    plain = decisions_of(data, _plain(data, given), np.zeros(data.pot.shape), np.zeros((0, 0, 0)))
    broken = tuple(_broken(data, rules, given.grants, plain))
    gone = {rule.name for rule in RULES.values() if rule.over.of_grants} | {rule.rule for rule in broken}
    table = scenario.filled("rules")
    kept = table[~np.isin(names_of(table["rule"], table["level"]), list(gone))]
    kept = kept if (kept["option"] != "").any() else kept.drop(columns="option")
    grants = _within(data.pot, given.grants)
    bounds = bounds_of("grant")
    limits: dict[Sense, Floats] = {"lock": grants}
    if width:
        limits = {"floor": grants * (1 - width), "ceiling": grants}
    rows = pd.concat(
        [kept, *(_rows(data, bounds[sense].name, level) for sense, level in limits.items())], ignore_index=True
    )
    general = {name: None for name in gone if name in scenario.settings.rules}
    return scenario.with_(rules=general, rule_rows=rows), broken


def _plain(data: Arrays, given: Allocation) -> Floats:
    """Take-ups that give just these grants: those that the regime chose, or each bid scaled back to its grant."""
    if given.take_up is not None:
        return given.take_up
    options = data.options
    cells, take_up = options.grant, np.zeros(options.size)
    back = options.scale_back[cells.option]
    at = (options.area[cells.option[back]], cells.across[back], cells.year[back])
    take_up[cells.option[back]] = 1 - given.grants[at] / data.bid[at]
    return np.clip(take_up, 0.0, 1.0)


def _within(pot: Floats, grants: Floats) -> Floats:
    """Grants that no pot is too small for, however they are added up."""
    used_up = grants.sum(axis=0) > pot * (1 - BELOW_POT)
    return np.where(used_up, grants * (1 - BELOW_POT), grants)


def _rows(data: Arrays, rule: str, level: Floats) -> pd.DataFrame:
    """A row of the table ``rules`` for every cell that bids or options touch."""
    wanted = (data.bid > 0) | touched(data.options.grant, data.options.area, data.bid.shape)
    area, envelope, year = np.nonzero(wanted)
    return pd.DataFrame(
        {
            "rule": rule,
            "value": level[wanted],
            "basis": "amount",
            "area": data.labels("areas", area),
            "envelope": data.labels("envelopes", envelope),
            "year": data.labels("years", year),
        }
    )


def _broken(data: Arrays, rules: Rules, grants: Floats, plain: Decisions) -> list[Broken]:
    """Every rule that these grants break, or that their plainest use does."""
    counts = [(rule.name, _count(rule, data, rules, grants, plain)) for rule in RULES.values() if rule.over is not POTS]
    return [Broken(name, count) for name, count in counts if count]


def _count(rule: Rule, data: Arrays, rules: Rules, grants: Floats, plain: Decisions) -> int:
    """In how many areas, or objectives, a rule is broken; of a sum of grants, how many rows are."""
    if rule.over is SUMS:
        totals = [
            (limit, float(grants[limit.areas][:, limit.cells].sum()))
            for limit in rules.sums
            if limit.rule.name == rule.name
        ]
        return sum(
            (limit.limit - total if rule.lower else total - limit.limit) > NEAR * max(limit.limit, 1.0)
            for limit, total in totals
        )
    value, limit = _limited(rule, data, grants, plain), rules[rule.name]
    broken = np.zeros(value.shape, dtype=bool)
    if rule.lower and rule.sense != "step":
        broken |= _below(value, limit)
    if rule.upper:
        broken |= _above(value, limit)
    if rule.over is TARGETS and rule.sense == "ceiling":
        broken &= value > data.proposed
    if rule.over is OPTIONS:
        return len(np.unique(data.options.area[broken]))
    return int(broken.any(axis=tuple(range(1, broken.ndim))).sum())


def _limited(rule: Rule, data: Arrays, grants: Floats, plain: Decisions) -> Floats:
    """The quantity that a rule limits, over its index set."""
    if rule.over.members is not None:
        return _limited_together(rule, data, grants, plain)
    if rule.over is CAPACITIES:
        return np.asarray(grants.sum(axis=1))
    if rule.over is AREAS:
        return own_costs(data, plain)
    if rule.over is OPTIONS:
        return plain.take_up
    if rule.over is TARGETS and rule.sense == "ceiling":
        return _carried(data, plain)
    if rule.over.of_rates:
        return rate_values(rule, plain.targets, data)
    level, asked = (grants, data.bid) if rule.over is GRANTS else (plain.targets, data.proposed)
    if rule.sense != "step":
        return level
    change = np.zeros(level.shape)
    change[:, :, 1:] = np.abs(np.diff(level - asked, axis=2))
    return change


def _limited_together(rule: Rule, data: Arrays, grants: Floats, plain: Decisions) -> Floats:
    """The sums over the members of recipients that a rule limits."""
    assert rule.over.members is not None
    of_members = replace(rule, over=rule.over.members)
    if rule.sense != "step":
        return values_together(rule, _limited(of_members, data, grants, plain), data)
    change = np.zeros(grants.shape)
    change[:, :, 1:] = np.diff(grants - data.bid, axis=2)
    return np.asarray(np.abs(values_together(rule, change, data)))


def _below(value: Floats, limit: Limit) -> Booleans:
    edge = np.where(limit.binds, limit.value, -np.inf)
    return np.asarray(value < edge - NEAR * np.abs(np.nan_to_num(limit.value)))


def _above(value: Floats, limit: Limit) -> Booleans:
    edge = np.where(limit.binds, limit.value, np.inf)
    return np.asarray(value > edge + NEAR * np.maximum(np.abs(np.nan_to_num(limit.value)), 1e-3))


def _carried(data: Arrays, plain: Decisions) -> Floats:
    """What each area is asked to carry: its proposal and the increases from the options meant for it, A×K×T."""
    options, cells = data.options, data.options.outcome
    meant = meant_for(data)
    counted = (cells.value > 0) & meant[cells.option, cells.across]
    carried = data.proposed.copy()
    at = (options.area[cells.option[counted]], cells.across[counted], cells.year[counted])
    np.add.at(carried, at, cells.value[counted] * plain.take_up[cells.option[counted]])
    return carried


Settle = Callable[[Scenario], Settlement]
"""Settles a scenario."""


def settle_fixed(scenario: Scenario, data: Arrays, given: Allocation, settle: Settle) -> Settlement:
    """Settle with fixed grants; the provenance says which rules they break and what else there is to know.

    Locks leave a programme little room: where no answer could be proved, it is tried once more with :data:`OPENING`.
    """
    fixed, broken = fix(scenario, data, given)
    notes = given.notes
    try:
        settlement = settle(fixed)
    except (SolverFailedError, VerificationFailedError):
        settlement = settle(fix(scenario, data, given, width=OPENING)[0])
        notes = (*notes, f"Grants are held to one part in {1 / OPENING:,.0f}.")
    return told(settlement, [str(rule) for rule in broken], notes)


def told(settlement: Settlement, broken: list[str], notes: tuple[str, ...]) -> Settlement:
    """Write into the provenance of a settlement what its regime dropped and what a reader must know."""
    regime = {"dropped": broken, "notes": list(notes)}
    return replace(settlement, provenance={**settlement.provenance, "regime": regime})
