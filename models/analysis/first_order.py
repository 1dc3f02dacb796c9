r"""First-order sensitivity of the stages to a percent more of one thing, from their duals.

.. math:: dV = y \cdot (db - dA\,x) + dc \cdot x + r \cdot d\ell

V: optimum of a stage. y: its duals. r: its reduced costs. x: its point. b, A, c, ℓ: right-hand sides, matrix, costs and
bounds of the programme, each as it is once the thing is scaled, less as it was. The envelope theorem of linear
programmes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from singlepot.solver import LinearProgramme, Marginals

from ..formulation.formulation import Formulation, write
from ..formulation.rules import Rules, resolve
from ..scenario.array_types import Floats
from ..scenario.arrays import Arrays
from ..settlement.settlement import Settlement
from ..tables.rule_kinds import RULES

MORE = 0.01
"""How much more: a percent."""

NOTHING = 1e-9
"""Relative change of an optimum below which a stage does not move."""


@dataclass(frozen=True)
class Effect:
    """First-order effect of one percent more of something.

    Attributes
    ----------
    stage
        The first stage whose optimum moves; empty where none does.
    change, value
        By how much it moves, and from what; in ``unit``.
    unit
        Of the stage.
    why_not
        Why it was not computed; empty where it was.
    """

    stage: str = ""
    change: float = 0.0
    value: float = 0.0
    unit: str = ""
    why_not: str = ""


def first_order(settlement: Settlement, name: str) -> Effect:
    """Work out what one percent more of something does to the first stage that it moves.

    Parameters
    ----------
    settlement
        Where from.
    name
        ``pot`` (every pot, and what is a share of it), ``national``, ``national.OBJECTIVE``, or ``rules.RULE``: the
        rule's limits wherever it binds.
    """
    if settlement.has_extra_rows:
        return Effect(why_not="a program added constraints of its own")
    solved = settlement.solved_stages
    before = solved.formulation
    scaled = _scaled(before, name)
    if isinstance(scaled, str):
        return Effect(why_not=scaled)
    after = write(before.scenario, *scaled)
    if not _same_shape(before.programme, after.programme):
        return Effect(why_not="a percent more changes which limits there are")
    change = _Change(before.programme, after.programme)
    for stage in solved.marginals:
        cost = after.stages[stage.position].cost - before.stages[stage.position].cost
        moved = change.of(stage, cost)
        if abs(moved) > NOTHING * max(abs(stage.value), float(np.abs(stage.cost * stage.x).max(initial=0.0))):
            return Effect(stage.name, moved, stage.value, stage.unit)
    return Effect()


def _scaled(before: Formulation, name: str) -> tuple[Arrays, Rules] | str:
    """Data and limits with one thing a percent larger, or why there is no such thing."""
    data, rules = before.data, before.rules
    kind, _, which = name.partition(".")
    if kind == "pot":
        larger = replace(data, pot=data.pot * (1 + MORE))
        return larger, resolve(before.scenario, larger)
    if kind == "national":
        if which and which not in data.objectives:
            return f"there is no objective {which}"
        mine = np.asarray([not which or data.objectives[k] == which for k in data.national.objective], dtype=bool)
        if not mine.any():
            return "there is no national target"
        return replace(data, national=replace(data.national, target=data.national.target * (1 + MORE * mine))), rules
    if which not in RULES:
        return f"there is no rule {which}"
    return data, rules.scaled(which, 1 + MORE)


def _same_shape(before: LinearProgramme, after: LinearProgramme) -> bool:
    sizes = [
        [(family.name, family.size) for family in (*programme.row_families, *programme.column_families)]
        for programme in (before, after)
    ]
    return sizes[0] == sizes[1]


class _Change:
    """What differs between two programmes of one shape."""

    def __init__(self, before: LinearProgramme, after: LinearProgramme) -> None:
        self.before, self.after = before, after
        self.matrix = sparse.csc_array(after.matrix - before.matrix)

    def of(self, stage: Marginals, cost: Floats) -> float:
        """The change of a stage's optimum. What an earlier stage holds can have a dual of either sign, so which side
        of a row or column holds is read from where it stands."""
        was, now, x = self.before, self.after, stage.x
        rows = _moved(was.matrix @ x, (was.row_lower, was.row_upper), (now.row_lower, now.row_upper))
        columns = _moved(x, (was.column_lower, was.column_upper), (now.column_lower, now.column_upper))
        dual = stage.row[: was.shape[0]]
        return float(dual @ (rows - self.matrix @ x) + cost @ x + stage.column @ columns)


def _moved(at: Floats, before: tuple[Floats, Floats], after: tuple[Floats, Floats]) -> Floats:
    """How far the nearer of two limits moves; 0 where there is none."""
    side = np.abs(at - before[0]) > np.abs(before[1] - at)
    old, new = (np.where(side, upper, lower) for lower, upper in (before, after))
    known = np.isfinite(old) & np.isfinite(new)
    return np.where(known, np.where(known, new, 0.0) - np.where(known, old, 0.0), 0.0)
