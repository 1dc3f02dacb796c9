r"""Reduced costs of options, decomposed by the bounds that each option touches.

.. math:: r_j = c_j - \sum_i A_{ij} y_i

A grant and a target are sums of take-ups, so their own rows are replaced by what the grant and the target in turn
touch. What is left are: money at the pot's price, national outcomes at theirs, what the stage itself counts
(concessions, burden), and rules. At an optimum the parts add up to zero for an option that is used in part, to
something positive for one that is not used, to something negative for one that is used in full: so a positive part is
what holds an option back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from singlepot.solver import Marginals

from ..scenario.array_types import Booleans, Floats, Integers
from ..tables.rule_kinds import RULES
from .band_kinks import band_kinks
from .prices import RULE_ROWS, cell_kinds
from .solved_stages import SolvedStages
from .take_up_limits import CEILING, FLOOR, take_up_limits
from .tight_rules import BAND, HELD, AtLimit

UNUSED = 1e-9
"""Share of its limit below which an option is not used."""

MONEY, OUTCOME, OWN = "money", "outcome", "own"
"""Parts that are no rules: money at the pot's price, national outcomes at theirs, the stage's own cost."""

COUNTED_BY = {
    "concession": ("concession.largest", "concession.total"),
    "cut": ("burden",),
    "burden_share": ("burden",),
    "convergence": ("convergence.total",),
    "prosperity": ("inclusion.total",),
    "inclusion": ("inclusion.total",),
}
"""Families of rows by which a stage counts, and those stages; in other stages their duals hold earlier ones."""

OF_RATES = ("gini_ceiling", "rate_difference")
"""Families of rows that say one rule together, of which what an option does counts net."""

SCHEME = "scheme"
"""Family of rows that hold the parts of joint schemes to one share."""


@dataclass(frozen=True, eq=False)
class ReducedCostParts:
    """Parts of the reduced costs of all options in one stage.

    Stage units for each unit of take-up; all parts add up to ``total``.

    Attributes
    ----------
    money
        At the pots' prices.
    outcome
        National outcomes at theirs, (options, objectives).
    own
        What the stage itself counts.
    served
        What an option does for rules, not above zero: it lifts a grant from its floor, say.
    demanded
        The part of that which its own take-up floor has.
    carried
        The part of that which its partners in a joint scheme have: it goes as far as they do.
    rules
        For each kind of rule what it holds the option back by, not below zero.
    in_the_way
        For each kind of rule which options it would stop too, though it has no price: it is at its limit.
    """

    stage: Marginals
    money: Floats
    outcome: Floats
    own: Floats
    served: Floats
    demanded: Floats
    carried: Floats
    rules: Mapping[str, Floats]
    total: Floats
    in_the_way: Mapping[str, Booleans]

    @property
    def net(self) -> Floats:
        """Cost without any rule: money, less what the outcomes are worth, and what the stage itself counts."""
        return np.asarray(self.money + self.outcome.sum(axis=1) + self.own)


class ReducedCosts:
    """Decomposition of the reduced costs of options, stage by stage."""

    def __init__(self, solved: SolvedStages) -> None:
        self._solved = solved
        model, programme = solved.formulation.model, solved.programme
        self._take_up: Integers = model.take_up
        self._take_ups = take_up_limits(solved)
        self._used = solved.take_up > UNUSED * model.data.options.limit
        parts = [programme.columns(name) for name in ("grant", "target")]
        rows = [programme.rows(name) for name in ("grant", "target")]
        self._cells: Integers = np.concatenate([np.arange(part.start, part.stop) for part in parts])
        own_rows = np.concatenate([np.arange(row.start, row.stop) for row in rows])
        by_row = solved.by_row
        self._moves = -by_row[own_rows][:, self._take_up]
        self._downwards, self._upwards = self._moves.minimum(0), self._moves.maximum(0)
        families = {family.name: family.span for family in programme.row_families}
        families["held"] = slice(programme.shape[0], by_row.shape[0])
        self._spans = {
            name: span for name, span in families.items() if name not in ("grant", "target") and span.stop > span.start
        }
        effects = by_row[:, self._take_up] + by_row[:, self._cells] @ self._moves
        self._effects = {name: effects[span] for name, span in self._spans.items()}
        self._rows = {name: by_row[span] for name, span in self._spans.items()}
        self._limits = AtLimit(solved, self._moves, self._cells, self._effects)

    def parts(self, stage: Marginals) -> ReducedCostParts:
        """Decompose every option's reduced cost in a stage."""
        none = np.zeros(len(self._take_up))
        money, served, carried, counted, rated = (none.copy() for _ in range(5))
        outcome = np.zeros((len(none), len(self._solved.formulation.data.objectives)))
        rules: dict[str, Floats] = {}

        def hold(kind: str, effects: sparse.csr_array, worth: Floats) -> Floats:
            against, favour = _signed(effects, worth)
            rules[kind] = rules.get(kind, none) + against
            np.add(served, favour, out=served)
            return favour

        for name, effects in self._effects.items():
            duals = self._as_said(name, stage)
            hold(HELD, effects, stage.row[self._spans[name]] - duals)
            if name == "pot":
                money += -(effects.T @ duals)
            elif name == "national":
                outcome += self._outcomes(effects, duals)
            elif name in OF_RATES:
                rated += -(effects.T @ duals)
            elif name in RULE_ROWS:
                favour = hold(RULE_ROWS[name], effects, duals)
                carried = favour if name == SCHEME else carried
            elif stage.name in COUNTED_BY.get(name, ()):
                counted += -(effects.T @ duals)
            else:
                hold(HELD, effects, duals)
        if OF_RATES[0] in self._effects:
            rules[RULE_ROWS[OF_RATES[0]]] = np.maximum(rated, 0.0)
            np.add(served, np.minimum(rated, 0.0), out=served)
        for kind, reduced in self._bounds(stage).items():
            hold(kind, self._moves, reduced)
        total = stage.column[self._take_up]
        kinds = self._take_ups.kinds(total)
        rules[CEILING] = np.where(kinds == CEILING, -total, 0.0)
        demanded = np.where(kinds == FLOOR, -total, 0.0)
        rules[BAND] = self._beyond(stage)
        counted += stage.cost[self._take_up] + self._moves.T @ stage.cost[self._cells] - rules[BAND]
        return ReducedCostParts(
            stage,
            money=money,
            outcome=outcome,
            own=counted,
            served=served + demanded,
            demanded=demanded,
            carried=carried,
            rules=rules,
            total=np.where(kinds == "", total, 0.0),
            in_the_way=self._limits.in_the_way(stage),
        )

    def _as_said(self, name: str, stage: Marginals) -> Floats:
        """Duals of a family of rows with the sign of their bounds; one of another sign holds an earlier stage."""
        span, programme = self._spans[name], self._solved.programme
        dual = stage.row[span]
        if name == "held":
            return dual
        lower, upper = programme.row_lower[span], programme.row_upper[span]
        at = np.asarray(self._rows[name] @ stage.x)
        at_lower = np.isfinite(lower) & (~np.isfinite(upper) | (np.abs(at - lower) <= np.abs(upper - at)))
        at_upper = np.isfinite(upper) & (~np.isfinite(lower) | (np.abs(upper - at) <= np.abs(at - lower)))
        return np.where((at_lower & (dual > 0)) | (at_upper & (dual < 0)), dual, 0.0)

    def _outcomes(self, effects: sparse.csr_array, duals: Floats) -> Floats:
        """Part of each objective's national rows in the reduced costs."""
        rows = self._solved.formulation.data.national
        result = np.zeros((len(self._take_up), len(self._solved.formulation.data.objectives)))
        for k in np.unique(rows.objective):
            result[:, k] = -(effects.T @ np.where(rows.objective == k, duals, 0.0))
        return result

    def _bounds(self, stage: Marginals) -> dict[str, Floats]:
        """Reduced costs of grants and targets by the floor, ceiling or lock at which they stand."""
        programme = self._solved.programme
        reduced = stage.column[self._cells]
        at = np.flatnonzero(reduced)
        columns = self._cells[at]
        kinds = cell_kinds(programme, columns, stage.x)
        ceiling = np.isin(kinds, [rule.words for rule in RULES.values() if rule.sense == "ceiling"])
        open_ = programme.column_lower[columns] != programme.column_upper[columns]
        kinds[open_ & ((reduced[at] < 0) != ceiling)] = HELD
        return {str(kind): _only(reduced, at[kinds == kind]) for kind in sorted(set(kinds))}

    def _beyond(self, stage: Marginals) -> Floats:
        """Part of what the stage counts that only the slope of the next band explains."""
        kinks = band_kinks(self._solved, stage)
        beyond = np.zeros(len(self._take_up))
        if kinks is not None:
            cells = np.zeros(self._solved.programme.shape[1])
            cells[kinks.cells] = kinks.beyond_down
            beyond -= self._downwards.T @ cells[self._cells]
            cells[kinks.cells] = kinks.beyond_up
            beyond += np.where(self._used, self._upwards.T @ cells[self._cells], 0.0)
        return beyond


def _only(values: Floats, places: Integers) -> Floats:
    """Some of the values, and 0 elsewhere."""
    result = np.zeros(len(values))
    result[places] = values[places]
    return result


def _signed(effects: sparse.csr_array, worth: Floats) -> tuple[Floats, Floats]:
    """Positive and negative parts of reduced costs from rows with these duals: against an option, and in favour."""
    used = np.flatnonzero(worth)
    if not len(used):
        return np.zeros(effects.shape[1]), np.zeros(effects.shape[1])
    part = effects[used]
    value = np.repeat(-worth[used], np.diff(part.indptr)) * part.data
    size = effects.shape[1]
    against = np.bincount(part.indices, np.maximum(value, 0.0), size)
    favour = np.bincount(part.indices, np.minimum(value, 0.0), size)
    return np.asarray(against, dtype=np.float64), np.asarray(favour, dtype=np.float64)
