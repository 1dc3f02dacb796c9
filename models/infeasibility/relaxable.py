"""The elastic programme of a scenario: every limit is a row, which can be dropped or relaxed at a cost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from singlepot.solver import Extra, Family, LinearProgramme
from singlepot.solver.infeasibility.elastic import Slacks

from ..formulation.bounds import least_targets
from ..formulation.formulation import Formulation, write
from ..formulation.model import ABSENT, Model, reachable
from ..formulation.rules import Limit, Rules, resolve
from ..scenario.array_types import Floats, Integers
from ..scenario.arrays import arrays
from ..scenario.scenario import Scenario
from ..tables.rule_kinds import KINDS, OPTIONS, POT, POTS, RULES, SUMS, Rule, names_over
from .relaxation_costs import cost_of_relaxing, shares_of_pot

EXTRA = "extra"
"""The family of rows that the calling program added: a kind that no repair changes."""


PLACE = ("area", "envelope", "objective", "year", "option")
"""Columns of a table of limits that say where each holds."""


@dataclass(frozen=True, eq=False)
class RelaxableProgramme:
    """The programme of a scenario with its limits as rows, to be relaxed by slacks.

    Attributes
    ----------
    formulation
        Written with carry-over and virement open up to the whole pot; its ``rules`` are those.
    programme
        The same, with no limit left in the bounds of its columns.
    limits
        One row a limit: ``kind``, ``rule``, ``area``, ``envelope``, ``objective``, ``year``, ``option`` (empty: none),
        ``row``, ``position`` (among the rule's limits), ``value`` (money, objective units or take-up), ``before`` (what
        counts towards it already), ``there`` (False: no rule says so, nothing may move), ``below`` and ``above``
        (whether the lower and the upper bound of the row are the limit's), ``unit`` (what a change of 1 means in the
        value), ``share`` (whether it is a share of the proposed target or largest take-up), ``most`` (the largest
        value), ``size`` and ``weight`` of a change, ``implied_upper``.
    pot_shares
        (rows, limits of kind pot, values): what a larger pot does to limits that are shares of it.
    """

    formulation: Formulation
    programme: LinearProgramme
    limits: pd.DataFrame
    pot_shares: tuple[Integers, Integers, Floats]

    @property
    def kinds(self) -> list[str]:
        """The kinds of which some limit is there, in order; ``extra`` last."""
        there = set(self.limits.loc[self.limits["there"], "kind"])
        kinds = [kind for kind in KINDS if kind in there]
        span = self.programme.rows(EXTRA)
        return kinds + [EXTRA] * (span.stop > span.start)

    def keeping(self, kinds: Collection[str]) -> LinearProgramme:
        """Return the programme without the limits of other kinds."""
        lower, upper = self.programme.row_lower.copy(), self.programme.row_upper.copy()
        gone = self.limits.loc[self.limits["there"] & ~self.limits["kind"].isin(list(kinds)), "row"].to_numpy()
        lower[gone], upper[gone] = -np.inf, np.inf
        if EXTRA not in kinds:
            lower[self.programme.rows(EXTRA)], upper[self.programme.rows(EXTRA)] = -np.inf, np.inf
        return replace(self.programme, row_lower=lower, row_upper=upper)

    def slacks(self, kinds: Collection[str]) -> tuple[Slacks, Integers, Floats]:
        """Return slacks for the limits of these kinds, the limit that each moves, and by how much in its value."""
        limits = self.limits
        chosen = limits["kind"].isin(list(kinds)).to_numpy()
        below = np.flatnonzero(chosen & limits["below"].to_numpy())
        above = np.flatnonzero(chosen & limits["above"].to_numpy())
        of = np.concatenate([below, above])
        entry = np.concatenate([np.ones(len(below)), -np.ones(len(above))]) * limits["unit"].to_numpy()[of]
        step = limits["rule"].isin([rule.name for rule in RULES.values() if rule.sense == "step"]).to_numpy()[of]
        moves = np.where(step, 1.0, -np.sign(entry)) * limits["unit"].to_numpy()[of]
        value, unit = limits["value"].to_numpy()[of], limits["unit"].to_numpy()[of]
        return (
            Slacks(
                row=limits["row"].to_numpy(dtype=np.int64)[of],
                entry=entry,
                most=np.where(moves < 0, value / unit, np.inf),
                implied_upper=np.where(moves < 0, value / unit, limits["implied_upper"].to_numpy()[of]),
                weight=limits["weight"].to_numpy()[of],
                size=limits["size"].to_numpy()[of],
                further=self._further(of),
            ),
            of,
            moves,
        )

    def _further(self, of: Integers) -> tuple[Integers, Integers, Floats]:
        rows, limits, values = self.pot_shares
        slack_of = np.full(len(self.limits), ABSENT, dtype=np.int64)
        slack_of[of] = np.arange(len(of))
        moved = slack_of[limits] != ABSENT
        return rows[moved], slack_of[limits[moved]], values[moved]


def relaxable(scenario: Scenario, extra: Extra | None = None) -> RelaxableProgramme:
    """Write a scenario's programme with its limits as rows.

    Carry-over and virement are open up to the whole pot, so that a repair may allow them where no rule does.
    """
    data = arrays(scenario)
    rules = resolve(scenario, data).without_rates()
    pot = np.where(data.has_pot, data.pot, np.nan)
    opened = rules.with_limits(**{name: Limit(np.fmax(rules[name].value, pot)) for name in names_over(POTS)})
    formulation = write(scenario, data, opened, extra, staged=extra is not None)
    programme = _without_limits(formulation)
    bounds = [rule for rule in RULES.values() if rule.bound]
    parts = [
        *_of_bounds(formulation.model, rules, (rule for rule in bounds if rule.over is not POTS)),
        *_of_rows(formulation, rules),
        *_of_bounds(formulation.model, rules, (rule for rule in bounds if rule.over is POTS)),
    ]
    programme, parts = _with_new_rows(programme, parts)
    programme = _at_their_own_limit(programme, formulation.model, rules)
    limits = pd.concat([part for part in parts if len(part)], ignore_index=True)
    limits = cost_of_relaxing(limits, data, rules, formulation)
    return RelaxableProgramme(formulation, programme, limits, shares_of_pot(formulation, scenario, limits))


def _without_limits(formulation: Formulation) -> LinearProgramme:
    """Take floors, ceilings and locks out of the bounds of grants, targets and take-ups."""
    data, model, programme = formulation.data, formulation.model, formulation.programme
    lower, upper, implied_lower, implied_upper = (
        array.copy()
        for array in (programme.column_lower, programme.column_upper, programme.implied_lower, programme.implied_upper)
    )
    options = data.options
    for table, start, cells, least in (
        (model.grant, data.bid, options.grant, np.zeros(data.bid.shape)),
        (model.target, data.proposed, options.outcome, least_targets(data)),
    ):
        at = table != ABSENT
        down, up = reachable(start, cells, options.area, options.limit)
        lower[table[at]], upper[table[at]] = least[at], np.inf
        implied_lower[table[at]], implied_upper[table[at]] = np.maximum(least, down)[at], np.maximum(up, 0.0)[at]
    most = options.available
    for bounds, bound in ((lower, 0.0), (implied_lower, 0.0), (upper, most), (implied_upper, most)):
        bounds[model.take_up] = bound
    return replace(
        programme, column_lower=lower, column_upper=upper, implied_lower=implied_lower, implied_upper=implied_upper
    )


def _limits(
    rule: Rule | None, keys: Mapping[str, npt.NDArray[np.generic]], value: Floats, row: Integers | None = None
) -> pd.DataFrame:
    """List limits of one rule (None: of the pot); without a row, theirs is still to be made, of ``column``."""
    size = len(value)
    blank = np.full(size, "", dtype=object)
    columns = {name: keys.get(name, blank) for name in PLACE}
    return pd.DataFrame(
        {
            "kind": POT if rule is None else rule.kind,
            "rule": POT if rule is None else rule.name,
            **columns,
            "row": np.full(size, ABSENT, dtype=np.int64) if row is None else row,
            "position": keys.get("position", np.arange(size)),
            "before": keys.get("before", np.zeros(size)),
            "column": keys.get("column", np.full(size, ABSENT, dtype=np.int64)),
            "value": value,
            "there": True,
            "below": rule is not None and rule.lower,
            "above": rule is None or rule.upper,
        }
    )


def _of_bounds(model: Model, rules: Rules, bounds: Iterable[Rule]) -> list[pd.DataFrame]:
    """List the limits that bound a single column: a grant, a target, or money carried over."""
    data, parts = model.data, []
    for rule in bounds:
        table: Integers = getattr(model, rule.term)
        limit = rules[rule.name]
        there = table != ABSENT
        # money may move where no rule says so, by nothing; elsewhere a cell without a limit has none to relax
        at = np.nonzero(there if rule.over is POTS else there & limit.binds)
        value = limit.value[at]
        if rule.over is OPTIONS:
            keys = {name: np.asarray(labels, dtype=object) for name, labels in model.option_keys(at[0]).items()}
            before = keys["before"] = (data.options.limit * data.options.used)[at]
            value = np.maximum(value, before) if rule.upper else value  # less than what was taken leaves nothing
        else:
            keys = {axis: data.labels(f"{axis}s", where) for axis, where in zip(rule.over.axes, at, strict=True)}
        position = np.ravel_multi_index(at, table.shape)
        parts.append(_limits(rule, {**keys, "column": table[at], "position": position}, value))
    return parts


def _of_rows(formulation: Formulation, rules: Rules) -> list[pd.DataFrame]:
    """List the limits that are rows of the programme already: of the pots, then of rules."""
    programme = formulation.programme
    pots = programme.rows(POT)
    parts = [_limits(None, _keys(programme, POT), programme.row_upper[pots], np.arange(pots.start, pots.stop))]
    for rule in RULES.values():
        keys, span = _keys(programme, rule.term), programme.rows(rule.term)
        if rule.bound or rule.over.of_rates or not keys:
            continue
        rows = np.arange(span.start, span.stop)
        if rule.over is SUMS:
            limits = np.asarray([share.limit for share in rules.sums if share.rule.name == rule.name], dtype=np.float64)
            mine = keys["rule"] == rule.name
            parts.append(_limits(rule, {"area": keys["where"][mine]}, limits, rows[mine]))
            continue
        at = tuple(
            pd.Index(getattr(formulation.data, f"{axis}s")).get_indexer(pd.Index(keys[axis])) for axis in rule.over.axes
        )
        value = rules[rule.name].value
        position = np.ravel_multi_index(at, value.shape)
        parts.append(_limits(rule, {**keys, "position": position}, np.asarray(value[at]), rows))
    return parts


def _keys(programme: LinearProgramme, name: str) -> dict[str, npt.NDArray[np.object_]]:
    """Labels of the rows of a family; empty where it has none."""
    span = programme.rows(name)
    if span.start == span.stop:
        return {}
    keys = programme.row_family(span.start).keys
    return {key: np.asarray(labels, dtype=object) for key, labels in keys.items()}


def _with_new_rows(programme: LinearProgramme, parts: list[pd.DataFrame]) -> tuple[LinearProgramme, list[pd.DataFrame]]:
    """Give each limit of a single column a row of its own."""
    first = programme.shape[0]
    for part in parts:
        if not len(part) or part["row"].iloc[0] != ABSENT:
            continue
        size, rule = len(part), str(part["rule"].iloc[0])
        part["row"] = np.arange(first, first + size)
        columns = part["column"].to_numpy(dtype=np.int64)
        rows = sparse.coo_array((np.ones(size), (np.arange(size), columns)), shape=(size, programme.shape[1]))
        bound = np.nan_to_num((part["value"] - part["before"]).to_numpy(dtype=np.float64))
        keys = {name: part[name].to_numpy(dtype=object) for name in PLACE}
        lower, upper = np.where(part["below"], bound, -np.inf), np.where(part["above"], bound, np.inf)
        programme = programme.with_rows(Family(rule, first, size, keys), rows.tocsr(), lower, upper)
        first += size
    return programme, parts


def _at_their_own_limit(programme: LinearProgramme, model: Model, rules: Rules) -> LinearProgramme:
    """Limit virement as the rules do; without a rule, nothing moves."""
    upper = programme.row_upper.copy()
    span = programme.rows("virement")
    if span.stop > span.start:
        moves = model.virement
        assert moves is not None
        pairs = np.unique(np.column_stack([moves.source, moves.year]), axis=0)
        upper[span] = np.nan_to_num(rules["virement"].value[pairs[:, 0], pairs[:, 1]])
    return replace(programme, row_upper=upper)
