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

from .arrays import Floats, Integers
from .band_edges import beyond_the_band
from .prices import RULE_ROWS, bound_kind
from .workings import Workings

MATTERS = 1e-6
"""Size of a part, relative to the largest part of its option, above which it counts."""

WHOLE = 1e-9
"""How near its limit, as a share, a take-up is used up."""

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
    sum with ``money`` and ``own`` is ``total``. Stage units for each unit of take-up.
    """

    stage: Marginals
    money: Floats
    outcome: Floats
    own: Floats
    rules: Mapping[str, Floats]
    total: Floats

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
        excess = beyond_the_band(self._workings, stage)
        beyond = np.zeros(len(self._take_up))
        if excess is not None:
            for sign, (place, amount) in excess.items():
                cells = np.full(self._workings.programme.shape[1], 0.0)
                cells[place] = amount
                moves = self._moves.maximum(0) if sign > 0 else self._moves.minimum(0)
                beyond = beyond - np.asarray(moves.T @ cells[self._cells])
        return beyond, rest - beyond


@dataclass(frozen=True)
class Verdict:
    """Why an option stands where it does.

    Attributes
    ----------
    stage
        The stage that decided.
    stop
        ``used up``, ``dearer than the price``, ``tie shared`` (as dear as others that are used in part),
        ``the last that was needed`` (alone in that), or the rule that holds it back most.
    rules
        Every rule that holds it back in that stage, the strongest first.
    """

    stage: str
    stop: str
    rules: tuple[str, ...]


USED_UP, DEARER, TIED, LAST = "used up", "dearer than the price", "tie shared", "the last that was needed"


def judge(workings: Workings, parts: tuple[Parts, ...]) -> tuple[Verdict, ...]:
    """Say for every option which stage decided it and what stopped it there."""
    options = workings.formulation.data.options
    share = workings.take_up / options.limit
    size = [_size(each) for each in parts]
    return tuple(_verdict(j, float(share[j]), parts, size) for j in range(options.size))


def _size(parts: Parts) -> Floats:
    """The largest part of each option."""
    each = [np.abs(parts.money), np.abs(parts.own), np.abs(parts.outcome).max(axis=1, initial=0.0)]
    return np.asarray(np.max([*each, *(np.abs(part) for part in parts.rules.values())], axis=0))


def _verdict(j: int, share: float, parts: tuple[Parts, ...], size: list[Floats]) -> Verdict:
    """The first stage in which the option is not at the margin decides."""
    tied = Verdict("", USED_UP if share >= 1 - WHOLE else TIED, ())
    for each, sizes in zip(parts, size, strict=True):
        if sizes[j] == 0:
            continue
        least = MATTERS * sizes[j]
        against = sorted(((float(part[j]), kind) for kind, part in each.rules.items() if part[j] > least), reverse=True)
        rules = tuple(kind for _, kind in against)
        net, total = float(each.net[j]), float(each.total[j])
        if share >= 1 - WHOLE:
            if total < -least:
                return Verdict(each.stage.name, USED_UP, ())
        elif net > least and total > least and share <= UNUSED:
            return Verdict(each.stage.name, DEARER, ())
        elif rules and (net < -least or share > UNUSED or total > least):
            return Verdict(each.stage.name, rules[0], rules)
        elif total > least and share <= UNUSED:
            return Verdict(each.stage.name, DEARER, ())
        tied = Verdict(each.stage.name, tied.stop, ())
    return tied
