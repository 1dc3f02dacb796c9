"""Shadow prices of the rules that bind: what one unit of slack in each limit would be worth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from singlepot.solver import Bound, Family, Marginals

from ..scenario.array_types import Integers, Texts
from ..tables.rule_kinds import OPTIONS, RULES, bounds_of
from .prices import RULE_ROWS, Price, bound_kinds, first_stage, place_of, priced, with_certainty, year_of
from .solved_stages import SolvedStages
from .take_up_limits import take_up_limits


def rule_prices(solved: SolvedStages) -> tuple[Price, ...]:
    """Return the shadow price of every rule that binds: from duals of rows, and reduced costs of bounds."""
    prices = [*_row_rules(solved), *_bound_rules(solved)]
    return with_certainty(solved, [price for price in prices if price.stage])


def _row_rules(solved: SolvedStages) -> Iterator[Price]:
    for family in solved.programme.row_families:
        if family.name not in RULE_ROWS:
            continue
        touched = np.zeros(family.size, dtype=bool)
        for stage in solved.marginals:
            touched |= stage.row[family.span] != 0
        for member in np.flatnonzero(touched):
            row = family.start + int(member)
            labels = place_of((family,), row)
            first = first_stage(solved, row)
            marginal = float(first.row[row]) if first else 0.0
            bound = Bound(row, lower=marginal > 0, upper=marginal < 0)
            kind = RULE_ROWS[family.name]
            per = _unit_of(solved, family.name, labels)
            yield priced(solved, kind, labels, first, bound, marginal, per, year_of(solved, labels))


def _bound_rules(solved: SolvedStages) -> Iterator[Price]:
    """Floors, ceilings and locks of grants, targets and take-ups, and the limit of carry-over, from reduced costs."""
    programme = solved.programme
    for family in programme.column_families:
        if not bounds_of(family.name):
            continue
        lower, upper = programme.column_lower[family.span], programme.column_upper[family.span]
        done = np.zeros(family.size, dtype=bool)
        for stage in solved.marginals:
            matters = (stage.column[family.span] != 0) & ~done
            done |= matters
            members = np.flatnonzero(matters)
            for member, kind in zip(members, _kinds(solved, family, stage, members), strict=True):
                if kind in ("", "zero"):
                    continue
                labels = place_of((family,), family.start + int(member))
                marginal = float(stage.column[family.start + member])
                lock = lower[member] == upper[member]
                bound = Bound(family.start + int(member), True, bool(lock or marginal > 0), bool(lock or marginal < 0))
                per = _unit_of(solved, family.name, labels)
                yield priced(solved, kind, labels, stage, bound, marginal, per, year_of(solved, labels))


def _kinds(solved: SolvedStages, family: Family, stage: Marginals, members: Integers) -> Texts:
    """Name the bounds at which some columns of a family stand; "zero" or nothing where no rule sets them."""
    programme, span = solved.programme, family.span
    if family.name == "take_up":
        return take_up_limits(solved).kinds(stage.column[span])[members]
    lower, upper = programme.column_lower[span], programme.column_upper[span]
    return bound_kinds(family.name, lower[members], upper[members], stage.x[span][members])


def _unit_of(solved: SolvedStages, term: str, labels: tuple[str, ...]) -> str:
    """Unit of the limits of a term: money, the unit of the objective that labels name, or else one whole option."""
    rule = next((rule for rule in RULES.values() if rule.term == term), None)
    if rule is None or rule.over is OPTIONS:
        return "unit"
    if rule.unit:
        return rule.unit
    if not rule.over.of_targets:
        return solved.formulation.scenario.settings.money
    objectives = solved.formulation.data.objectives
    return next(solved.units[objectives.index(label)] for label in labels if label in objectives)


def bound_of_rule(solved: SolvedStages, kind: str, labels: tuple[str, ...]) -> Bound | None:
    """Return the bound of a rule, whether it binds or not; None where there is none.

    Parameters
    ----------
    solved
        The solved stages.
    kind
        What people call the rule, as in :class:`Price`.
    labels
        Labels of the row or column.
    """
    programme = solved.programme
    for family in programme.row_families:
        if RULE_ROWS.get(family.name) == kind:
            for row in range(family.start, family.start + family.size):
                if place_of((family,), row) == labels:
                    above = bool(np.isfinite(programme.row_upper[row]))
                    return Bound(row, lower=not above, upper=above)
    for family in programme.column_families:
        sense = next((sense for sense, rule in bounds_of(family.name).items() if rule.words == kind), None)
        if sense is None:
            continue
        for column in range(family.start, family.start + family.size):
            lower, upper = float(programme.column_lower[column]), float(programme.column_upper[column])
            lock = lower == upper
            there = {"floor": lower > 0, "ceiling": np.isfinite(upper) and not lock, "lock": lock}
            if family.name == "take_up":
                there["ceiling"] = upper < float(take_up_limits(solved).available[column - family.start])
            if place_of((family,), column) == labels and there.get(sense, False):
                return Bound(column, True, sense != "ceiling" or lock, sense != "floor" or lock)
    return None
