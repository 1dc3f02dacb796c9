r"""Uniform change of a rule: its values are scaled by one factor, the nearest to 1 that leaves a feasible point.

A limit is a value times a size, :math:`L_i = v n_i`. One slack u for all limits of a rule, with entry :math:`L_i` in
the row of each, turns v into :math:`v (1 - u)` for floors and :math:`v (1 + u)` for ceilings; where v is 0, into u.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from singlepot.solver import Control, Family, InfeasibleError, LinearProgramme, SolverFailedError
from singlepot.solver.infeasibility.elastic import Slacks, least_change
from singlepot.solver.infeasibility.farkas import is_possible

from ..formulation.rules import resolve_rows
from ..money import outward
from ..scenario.array_types import Floats, Integers
from ..scenario.scenario import Scenario
from ..tables.rule_kinds import OF_REFERENCE, OPTIONS, RULES, SELECTORS, SUMS, name_of
from .relaxable import RelaxableProgramme

MOST_ALONE = 4
"""Most values of a rule that are also tried one by one, each at the price of a linear programme."""

SURE_DIGITS, MOST_DIGITS = 7, 12
"""Digits of a value: those that a solver gets right, by which 0.94999999 is 0.95; where that is too near, more."""


@dataclass(frozen=True)
class RuleValue:
    """A value of a rule: a general one, or a row of the table ``rules``, and what it becomes.

    Parameters
    ----------
    rule
        The rule.
    row
        Position in the table; None for a general one.
    selectors
        Columns of the row that are not empty.
    basis
        What the value is a share or number of.
    value, to
        As it is, and as it is to be; both the same where it does not change.
    decimals
        How many decimals ``to`` has.
    """

    rule: str
    row: int | None
    selectors: Mapping[str, str]
    basis: str
    value: float
    to: float
    decimals: int = 0

    @property
    def is_share(self) -> bool:
        """Whether the value is a share rather than an amount."""
        return self.basis == "bid" or self.basis in OF_REFERENCE


@dataclass(frozen=True)
class UniformChange:
    """The values of rules that change, by one factor for each rule, and what their limits move by in all, in money."""

    values: tuple[RuleValue, ...]
    total: float


def find_uniform_change(
    elastic: RelaxableProgramme, kinds: Sequence[str], programme: LinearProgramme, control: Control
) -> UniformChange | None:
    """Find the uniform change of one rule that leaves a feasible point; if no single one does, of several together.

    Where a rule has a few values, each is tried alone first, then all values of each rule together, then all rules. Of
    several such changes the one that moves limits by the least money is taken.

    Parameters
    ----------
    elastic
        The programme with its limits as rows.
    kinds
        Kinds of rules that may change. A lock has no uniform change, nor has the pot.
    programme
        The same, or without the limits of some kinds.
    control
        How long the search may take.

    Returns
    -------
    The change, its values rounded outward; None if no such change leaves a point.
    """
    by_kind = [values for kind in kinds if (values := values_of(elastic.formulation.scenario, kind))]
    alone = [[[value]] for values in by_kind if 1 < len(values) <= MOST_ALONE for value in values]
    for tries in (alone, [[values] for values in by_kind], [by_kind] if len(by_kind) > 1 else []):
        changes = [_least(elastic, groups, programme, control) for groups in tries]
        if any(changes):
            return min((change for change in changes if change is not None), key=lambda change: change.total)
    return None


def values_of(scenario: Scenario, kind: str) -> list[RuleValue]:
    """List the values of a kind of rule that can be scaled: the general one, then the rows of the table.

    Amounts of take-up cannot: the largest take-ups of their options differ.
    """
    rules = {name: rule for name, rule in RULES.items() if rule.kind == kind and rule.sense != "lock"}
    general = scenario.settings.rules
    values = [RuleValue(name, None, {}, "bid", general[name], general[name]) for name in rules if name in general]
    for position, row in enumerate(scenario.filled("rules").to_dict("records")):
        name = name_of(str(row["rule"]), str(row["level"]))
        if name in rules and not (rules[name].over is OPTIONS and row["basis"] == "amount"):
            selectors = {name: str(row[name]) for name in SELECTORS if row[name]}
            value = float(row["value"])
            values.append(RuleValue(name, position, selectors, str(row["basis"]), value, value))
    return values


def _least(
    elastic: RelaxableProgramme, groups: Sequence[Sequence[RuleValue]], programme: LinearProgramme, control: Control
) -> UniformChange | None:
    """Find the least factors, one a group of values."""
    moves = [_moves(elastic, group) for group in groups]
    if not all(move.any() for move in moves):
        return None
    slacks, wider = _slacks(elastic, groups, moves, programme)
    background = np.zeros(wider.shape[1])
    try:
        relaxed = least_change(wider, slacks, background, control, shared=False)
    except (InfeasibleError, SolverFailedError):
        return None
    for digits in (SURE_DIGITS, MOST_DIGITS):
        changed = [
            _changed(value, float(factor), all(other.value == 0 for other in group), digits)
            for group, factor in zip(groups, relaxed.slack, strict=True)
            for value in group
        ]
        changed = [value for value in changed if value.to != value.value]
        if is_possible(_at(elastic, changed, programme), control):
            return UniformChange(tuple(changed), relaxed.total)
    return None


def _slacks(
    elastic: RelaxableProgramme,
    groups: Sequence[Sequence[RuleValue]],
    moves: Sequence[Floats],
    programme: LinearProgramme,
) -> tuple[Slacks, LinearProgramme]:
    """One slack a group, with an entry in the row of every limit that it moves; and the programme with those rows."""
    limits = elastic.limits
    wider, row_above = _with_rows_above(elastic, programme)
    row_below = limits["row"].to_numpy(dtype=np.int64)
    entries: list[tuple[Integers, Integers, Floats]] = []
    for column, move in enumerate(moves):
        for side, row, sign in (("below", row_below, 1.0), ("above", row_above, -1.0)):
            at = np.flatnonzero(limits[side].to_numpy(dtype=bool) & (move != 0))
            entries.append((row[at], np.full(len(at), column), sign * move[at]))
    rows, columns, values = (np.concatenate([part[i] for part in entries]) for i in range(3))
    first = np.unique(columns, return_index=True)[1]
    rest = np.setdiff1d(np.arange(len(rows)), first)
    worth = (limits["weight"] / limits["unit"]).to_numpy(dtype=np.float64)
    need = (limits["implied_upper"] * limits["unit"]).to_numpy(dtype=np.float64)
    slacks = Slacks(
        row=rows[first].astype(np.int64),
        entry=values[first],
        most=np.asarray([min(map(_most, group)) for group in groups]),
        implied_upper=np.asarray([float((need[move > 0] / move[move > 0]).max(initial=1.0)) for move in moves]),
        weight=np.asarray([float((worth * move).sum()) for move in moves]),
        size=np.ones(len(groups)),
        further=(rows[rest].astype(np.int64), columns[rest].astype(np.int64), values[rest]),
    )
    return slacks, wider


def _moves(elastic: RelaxableProgramme, group: Sequence[RuleValue]) -> Floats:
    """By how much each limit moves where the values of a group are doubled, or become 1 where all are 0."""
    fresh = all(value.value == 0 for value in group)
    doubled = [replace(value, to=1.0 if fresh else 2 * value.value) for value in group]
    moves = np.nan_to_num(_limit_values(elastic, doubled) - _limit_values(elastic, []))
    return np.where(elastic.limits["there"], moves, 0.0)


def _at(elastic: RelaxableProgramme, changed: Sequence[RuleValue], programme: LinearProgramme) -> LinearProgramme:
    """The programme with its limits as they are after a change; limits that it leaves out stay out."""
    limits = elastic.limits
    value = _limit_values(elastic, changed) - limits["before"].to_numpy(dtype=np.float64)
    lower, upper = programme.row_lower.copy(), programme.row_upper.copy()
    moved = (limits["there"] & limits["rule"].isin([one.rule for one in changed])).to_numpy(dtype=bool)
    rows = limits["row"].to_numpy(dtype=np.int64)
    step = limits["rule"].isin(_steps()).to_numpy(dtype=bool)
    sides = ((lower, "below", np.where(step, -value, value)), (upper, "above", value))
    for bounds, side, limit in sides:
        at = np.flatnonzero(moved & limits[side].to_numpy(dtype=bool))
        bounds[rows[at]] = np.where(np.isinf(bounds[rows[at]]), bounds[rows[at]], limit[at])
    return replace(programme, row_lower=lower, row_upper=upper)


def _limit_values(elastic: RelaxableProgramme, changed: Sequence[RuleValue]) -> Floats:
    """Limits after a change, in the order of the table of limits."""
    scenario, limits, data = elastic.formulation.scenario, elastic.limits, elastic.formulation.data
    table, general = scenario.filled("rules"), dict(scenario.settings.rules)
    for one in changed:
        if one.row is None:
            general[one.rule] = one.to
        else:
            table.loc[table.index[one.row], "value"] = one.to
    rules = resolve_rows(table.to_dict("records"), general, data)
    values = np.full(len(limits), np.nan)
    for rule in RULES.values():
        mine = np.flatnonzero(limits["rule"] == rule.name)
        if not len(mine):
            continue
        if rule.over is SUMS:
            values[mine] = [one.limit for one in rules.sums if one.rule.name == rule.name]
            continue
        values[mine] = rules[rule.name].value.reshape(-1)[limits["position"].to_numpy(dtype=np.int64)[mine]]
    return values


def _with_rows_above(elastic: RelaxableProgramme, programme: LinearProgramme) -> tuple[LinearProgramme, Integers]:
    """Give a limit that bounds its row on both sides a second row for the upper one: each side has its own entry."""
    limits = elastic.limits
    above = limits["row"].to_numpy(dtype=np.int64).copy()
    both = np.flatnonzero(limits["below"] & limits["above"] & limits["rule"].isin(_steps()))
    if not len(both):
        return programme, above
    rows = above[both]
    upper = programme.row_upper.copy()
    matrix = sparse.csr_array(programme.matrix)[rows]
    first, bounds = programme.shape[0], upper[rows].copy()
    above[both] = np.arange(first, first + len(both))
    keys = {name: limits[name].iloc[both].to_numpy(dtype=object) for name in ("area", "envelope", "year")}
    wider = programme.with_rows(
        Family("step_above", first, len(both), keys), matrix, np.full(len(both), -np.inf), bounds
    )
    upper = wider.row_upper.copy()
    upper[rows] = np.inf
    return replace(wider, row_upper=upper), above


def _steps() -> list[str]:
    return [rule.name for rule in RULES.values() if rule.sense == "step"]


def _most(value: RuleValue) -> float:
    """Largest factor: a floor falls to nothing, a ceiling rises to the largest value that the rule takes."""
    rule = RULES[value.rule]
    if rule.sense == "floor":
        return 1.0
    if not value.is_share or not np.isfinite(rule.most):
        return np.inf
    return rule.most / value.value - 1 if value.value else rule.most


def _changed(value: RuleValue, factor: float, fresh: bool, digits: int) -> RuleValue:
    """The value after its change, rounded to the digits that count and then outward."""
    change = factor if fresh else value.value * factor
    change = -change if RULES[value.rule].sense == "floor" else change
    to, decimals = outward(float(f"{value.value + change:.{digits}g}"), change)
    return replace(value, to=max(to, 0.0), decimals=decimals)
