"""Repairs that set values of rules: uniform changes, and rules of rates at what can be reached."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from singlepot.models.diagnostics.problems import list_words
from singlepot.models.formulation.formulation import formulate
from singlepot.models.infeasibility.clash import Clash
from singlepot.models.infeasibility.rates import OutOfReach, find_out_of_reach
from singlepot.models.infeasibility.uniform_change import RuleValue, values_of
from singlepot.models.money import outward
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.tables.rule_kinds import RATE_KINDS, RULES
from singlepot.solver import Control, Extra
from singlepot.solver.infeasibility.farkas import is_possible

from .changes import value_as_change
from .repair import COLUMNS, OPTION, NoRepairError, Repair

ROUNDED = "values are rounded outward, to as many digits as they need"


def by_value(
    scenario: Scenario,
    allowed: tuple[str, ...],
    values: Sequence[RuleValue],
    clashes: tuple[Clash, ...],
    least: float,
) -> Repair:
    """Make the repair of values of rules."""
    rows = [
        {
            "rule": value.rule,
            **{name: value.selectors.get(name, "") for name in (*COLUMNS[1:5], OPTION)},
            "from": value.value,
            "to": value.to,
            "change": value.to - value.value,
            "unit": value.basis,
        }
        for value in values
    ]
    general = {value.rule: value.to for value in values if value.row is None}
    steps = tuple(value_as_change(value) for value in values if value.row is not None)
    changes = with_options(pd.DataFrame(rows, columns=[*COLUMNS, OPTION]))
    return Repair(scenario, allowed, changes, clashes, least, ROUNDED, True, general, steps)


def with_options(changes: pd.DataFrame) -> pd.DataFrame:
    """Return the table of changes, with a column for options only where one is named."""
    return changes if (changes[OPTION] != "").any() else changes.drop(columns=OPTION)


def repair_rates(
    scenario: Scenario, allowed: Sequence[str] | None, extra: Extra | None, control: Control
) -> Repair | None:
    """Set every rule of rates that cannot hold to what can be reached, one after another.

    Parameters
    ----------
    scenario
        Whose other rules can hold.
    allowed
        Kinds of rules that may change; None for any.
    extra
        Rows of the calling program.
    control
        How long the search may take.

    Returns
    -------
    The repair; None where nothing has to change.

    Raises
    ------
    NoRepairError
        A rule cannot hold that may not change.
    """
    current, found = scenario, []
    values: dict[tuple[str, int | None], RuleValue] = {}
    while (out := _out_of_reach(current, extra, control)) is not None:
        if allowed is not None and out.rule not in allowed:
            raise NoRepairError(out.cause, out.remedy)
        found.append(out.clash)
        for value in _values(current, out):
            key = (value.rule, value.row)
            values[key] = replace(value, value=values[key].value) if key in values else value
        current = by_value(scenario, (), list(values.values()), (), math.nan).repaired()
    if not found:
        return None
    kinds = tuple(kind for kind in RATE_KINDS if any(kind == value.rule for value in values.values()))
    return by_value(scenario, kinds, list(values.values()), tuple(found), math.nan)


def _out_of_reach(scenario: Scenario, extra: Extra | None, control: Control) -> OutOfReach | None:
    formulation = formulate(scenario, extra)
    if not formulation.rules.of_rates or is_possible(formulation.programme, control):
        return None
    return find_out_of_reach(formulation, control, extra)


def _values(scenario: Scenario, out: OutOfReach) -> list[RuleValue]:
    """List the values that feed a rule where it cannot hold, with what they are to become."""
    found, rule = [], RULES[out.rule]
    for value in values_of(scenario, out.rule):
        here = {"objective": out.objective, "year": out.year}
        asks = value.value > 0 or not (rule.lower or rule.switch)  # a ceiling of nothing asks for most
        if asks and all(value.selectors.get(name, key) == key for name, key in here.items()):
            reached = out.reached(value.value)
            to, decimals = outward(reached, reached - value.value)
            to = 0.0 if rule.switch else to
            found.append(replace(value, to=to, decimals=decimals))
    return found


def joined(first: Repair, then: Repair) -> Repair:
    """Join a repair and one of what it repaired."""
    return replace(
        first,
        may_change=(*first.may_change, *then.may_change),
        changes=pd.concat([first.changes, then.changes], ignore_index=True).fillna({OPTION: ""}),
        clashes=(*first.clashes, *then.clashes),
        rounding=list_words(dict.fromkeys([first.rounding, then.rounding])),
        _rules={**first._rules, **then._rules},
        _steps=(*first._steps, *then._steps),
    )
