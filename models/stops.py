r"""What stops each option where it stands: its reduced cost, taken apart by the bounds that it touches.

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

from .arrays import Booleans, Floats, Integers
from .at_limit import AtLimit
from .band_edges import kinks
from .prices import RULE_ROWS, bound_kind
from .workings import Workings

UNUSED = 1e-9
"""Share of its limit below which an option is not used."""

MONEY, OUTCOME, OWN = "money", "outcome", "own"
"""Parts that are no rules: money at the pot's price, national outcomes at theirs, the stage's own cost."""

BAND = "the next band"
HELD = "what earlier stages may give"


@dataclass(frozen=True, eq=False)
class Parts:
    """One stage's reduced costs of all options, taken apart.

    ``rules`` holds the part of each kind of rule, ``outcome`` the part of each objective (options, objectives); their
    sum with ``money`` and ``own`` is ``total``. Stage units for each unit of take-up. ``in_the_way`` says for each kind
    which options it would stop too, though it has no price: it is at its limit.
    """

    stage: Marginals
    money: Floats
    outcome: Floats
    own: Floats
    rules: Mapping[str, Floats]
    total: Floats
    in_the_way: Mapping[str, Booleans]

    @property
    def net(self) -> Floats:
        """Cost without any rule: money, less what the outcomes are worth, and what the stage itself counts."""
        return np.asarray(self.money + self.outcome.sum(axis=1) + self.own)


class Anatomy:
    """Takes reduced costs of options apart, stage by stage."""

    def __init__(self, workings: Workings) -> None:
        self._workings = workings
        model, programme = workings.formulation.model, workings.programme
        self._take_up: Integers = model.take_up
        self._used = workings.take_up > UNUSED * model.data.options.limit
        parts = [programme.columns(name) for name in ("grant", "target")]
        rows = [programme.rows(name) for name in ("grant", "target")]
        self._cells: Integers = np.concatenate([np.arange(part.start, part.stop) for part in parts])
        own_rows = np.concatenate([np.arange(row.start, row.stop) for row in rows])
        self._grants = parts[0].stop - parts[0].start
        by_row = workings.matrix.tocsr()
        self._moves = sparse.csc_array(-by_row[own_rows][:, self._take_up])
        self._direct = {}
        self._through = {}
        families = [(family.name, family.span) for family in programme.row_families]
        families.append(("held", slice(programme.shape[0], workings.matrix.shape[0])))
        for name, span in families:
            if name not in ("grant", "target") and span.stop > span.start:
                self._direct[name] = by_row[span][:, self._take_up]
                self._through[name] = by_row[span][:, self._cells]
        self._spans = dict(families)
        effects = {name: self._direct[name] + self._through[name] @ self._moves for name in self._direct}
        self._limits = AtLimit(workings, self._moves, self._cells, effects)

    def parts(self, stage: Marginals) -> Parts:
        """Take every option's reduced cost in a stage apart."""
        worth = {name: self._family(name, stage) for name in self._direct}
        none = np.zeros(len(self._take_up))
        rules = {RULE_ROWS[name]: part for name, part in worth.items() if name in RULE_ROWS}
        rules |= self._bounds(stage)
        rules[HELD] = worth.get("held", none)
        beyond, rest = self._bands(stage, worth)
        rules[BAND] = beyond
        own = stage.cost[self._take_up] + self._moves.T @ stage.cost[self._cells] + rest
        return Parts(
            stage,
            money=worth.get("pot", none),
            outcome=self._outcomes(stage),
            own=np.asarray(own),
            rules=rules,
            total=stage.column[self._take_up],
            in_the_way=self._limits.in_the_way(stage) | {BAND: self._limits.beyond(stage)},
        )

    def _family(self, name: str, stage: Marginals) -> Floats:
        dual = stage.row[self._spans[name]]
        return np.asarray(-(self._direct[name].T @ dual) - self._moves.T @ (self._through[name].T @ dual))

    def _outcomes(self, stage: Marginals) -> Floats:
        """The part of each objective's national rows."""
        rows = self._workings.formulation.data.national
        count = len(self._workings.formulation.data.objectives)
        result = np.zeros((len(self._take_up), count))
        if "national" not in self._through:
            return result
        dual = stage.row[self._spans["national"]]
        for k in np.unique(rows.objective):
            only = np.where(rows.objective == k, dual, 0.0)
            result[:, k] = -(self._moves.T @ (self._through["national"].T @ only))
        return result

    def _bounds(self, stage: Marginals) -> dict[str, Floats]:
        """Floors, ceilings and locks of grants and targets: by the reduced costs of their columns."""
        programme = self._workings.programme
        reduced = stage.column[self._cells]
        kinds = np.full(len(self._cells), "", dtype=object)
        for i in np.flatnonzero(reduced):
            column = self._cells[i]
            family = "grant" if i < self._grants else "target"
            lower, upper = float(programme.column_lower[column]), float(programme.column_upper[column])
            kinds[i] = bound_kind(family, lower, upper, float(stage.x[column]))
        return {
            str(kind): np.asarray(-(self._moves.T @ np.where(kinds == kind, reduced, 0.0)))
            for kind in np.unique(kinds[kinds != ""])
        }

    def _bands(self, stage: Marginals, worth: Mapping[str, Floats]) -> tuple[Floats, Floats]:
        """Cut what the stage itself counts into the present band and what only the next one asks."""
        rest = np.zeros(len(self._take_up))
        for name in ("concession", "cut", "burden_share"):
            rest = rest + worth.get(name, 0.0)
        found = kinks(self._workings, stage)
        beyond = np.zeros(len(self._take_up))
        if found is not None:
            cells = np.zeros(self._workings.programme.shape[1])
            cells[found.cells] = found.beyond_down
            beyond += -(self._moves.minimum(0).T @ cells[self._cells])
            cells[found.cells] = found.beyond_up
            beyond += np.where(self._used, self._moves.maximum(0).T @ cells[self._cells], 0.0)
        return beyond, rest - beyond
