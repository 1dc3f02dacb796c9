"""What is common to all draws of a scenario, and what each decides for itself once it is known.

Common: grants, and the money carried over and moved between envelopes; for them hold pots, floors, ceilings, locks and
steps of grants, and regional shares, of every draw. Recourse, in each draw: take-ups, with everything that follows from
them. An area may spend less than its grant, never more; every other rule holds in every draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from scipy import sparse

from singlepot.solver import (
    BadOptionError,
    Family,
    LinearProgramme,
    NoSettlementError,
    Recourse,
    largest_violation,
)

from ..formulation.formulation import Formulation, formulate
from ..formulation.model import ABSENT
from ..formulation.terms import ALWAYS
from ..scenario.array_types import Floats, Integers
from ..scenario.scenario import Scenario
from ..tables.rule_kinds import POT, POTS, RULES

COMMON_COLUMNS = ("grant", *(rule.term for rule in RULES.values() if rule.over is POTS))
"""Families of columns that are decided once."""

COMMON_ROWS = tuple(
    term.__name__
    for term in ALWAYS
    if term.__name__ in {POT, *(rule.term for rule in RULES.values() if rule.over.of_grants and not rule.bound)}
)
"""Families of rows that hold for them."""


MET = 1e-7
"""Violation of a rule for grants, relative to its size, up to which a decision keeps it."""


@dataclass(frozen=True, eq=False)
class Common:
    """What is decided once: a programme whose first columns are the grants, and where those stand in the tables."""

    formulation: Formulation
    programme: LinearProgramme
    grants: int
    cells: tuple[Integers, Integers, Integers]
    of_draws: tuple[LinearProgramme, ...] = ()

    def is_kept(self, decision: Floats, draw: int) -> bool:
        """Whether a decision keeps the pots and the rules for grants of a draw."""
        return largest_violation(self.of_draws[draw], decision).relative <= MET


def common(scenario: Scenario, draws: Sequence[Scenario] = ()) -> Common:
    """Write what is decided once.

    Parameters
    ----------
    scenario
        The base.
    draws
        What may come of it: pots and rules for grants hold in each, whatever its pot and bids.

    Raises
    ------
    NoSettlementError
        They leave no grants.
    BadOptionError
        A draw has other grants than the base.
    """
    formulation = formulate(scenario)
    base = _part(formulation)
    of_draws = tuple(base if _same_money(draw, scenario) else _part(formulate(draw)) for draw in draws)
    programme = reduce(_narrowed, dict.fromkeys(of_draws), base)
    if (programme.column_lower > programme.column_upper).any() or (programme.row_lower > programme.row_upper).any():
        raise NoSettlementError(
            "no grants keep the rules of every draw", "loosen the rules for grants, or draw less widely"
        )
    area, envelope, year = (at.astype(np.int64) for at in np.nonzero(formulation.model.grant != ABSENT))
    return Common(formulation, programme, len(area), (area, envelope, year), of_draws)


def _part(formulation: Formulation) -> LinearProgramme:
    """Return the columns and rows of a programme that are decided once."""
    whole = formulation.programme
    columns = np.concatenate([_span(whole.columns(name)) for name in COMMON_COLUMNS])
    rows = np.concatenate([_span(whole.rows(name)) for name in COMMON_ROWS])
    return LinearProgramme(
        matrix=sparse.csc_array(whole.matrix.tocsr()[rows].tocsc()[:, columns]),
        column_lower=whole.column_lower[columns],
        column_upper=whole.column_upper[columns],
        row_lower=whole.row_lower[rows],
        row_upper=whole.row_upper[rows],
        implied_lower=whole.implied_lower[columns],
        implied_upper=whole.implied_upper[columns],
        column_families=(Family("decided once", 0, len(columns), {}),),
        row_families=(Family("rules for it", 0, len(rows), {}),),
    )


def _same_money(draw: Scenario, base: Scenario) -> bool:
    """Whether pots, bids and what rules for grants go by are those of the base."""
    same = draw.settings.rules == base.settings.rules
    return same and all(draw.tables[name].equals(base.tables[name]) for name in ("areas", "pot", "bids", "rules"))


def _narrowed(one: LinearProgramme, other: LinearProgramme) -> LinearProgramme:
    """Return a programme with the tighter bounds of two that differ in nothing else."""
    if one.shape != other.shape or abs(one.matrix - other.matrix).nnz:
        cause = "a draw has other grants, or other rules for sums of them, than the scenario that it is drawn from"
        raise BadOptionError(cause, "draw amounts that stay above nothing")
    return replace(
        one,
        column_lower=np.maximum(one.column_lower, other.column_lower),
        column_upper=np.minimum(one.column_upper, other.column_upper),
        row_lower=np.maximum(one.row_lower, other.row_lower),
        row_upper=np.minimum(one.row_upper, other.row_upper),
        implied_lower=np.minimum(one.implied_lower, other.implied_lower),
        implied_upper=np.maximum(one.implied_upper, other.implied_upper),
    )


def measure_of(scenario: Scenario) -> tuple[str, float]:
    """What is small in every draw: the total or the largest shortfall of the first priority, and what that stage gives.

    Raises
    ------
    BadOptionError
        The scenario has no national target or minimises no shortfall.
    """
    named = [name for name in scenario.settings.stages.order if name.startswith("shortfall.")]
    if not named or scenario.filled("national").empty:
        raise BadOptionError(
            "there is no shortfall that draws could change", "give national targets and a shortfall stage"
        )
    chosen = "shortfall.total" if "shortfall.total" in named else named[0]
    return chosen, float(scenario.settings.stages.give.get(chosen, 0.0))


def recourse(scenario: Scenario, measure: str, shared: Common) -> tuple[Recourse, Integers, Floats]:
    """Write what one draw decides for itself, as what follows from limits of its grants.

    Returns
    -------
    The programme, the columns of its national shortfalls, and the national targets.
    """
    give = dict.fromkeys(name for name in scenario.settings.stages.give if name != measure)
    formulation = formulate(scenario.with_(stages={"order": [measure], "give": give, "limits": None}))
    stage = next(stage for stage in formulation.stages if not stage.empty)
    columns = formulation.model.grant[shared.cells]
    there = columns != ABSENT
    programme, under = _with_under(formulation.programme, columns[there], formulation.programme.rows("grant"))
    rows = np.concatenate([_span(programme.rows(name)) for name in COMMON_ROWS])
    cost = np.concatenate([stage.cost, np.zeros(len(under))])
    problem = Recourse(programme, columns[there], np.flatnonzero(there), under, rows, cost)
    return problem, formulation.model.shortfall, formulation.data.national.target


def _with_under(programme: LinearProgramme, columns: Integers, rows: slice) -> tuple[LinearProgramme, Integers]:
    """Add what each grant is less than spent by, at most 0: spending is the grant and that."""
    count = programme.shape[1]
    under = count + np.arange(len(columns))
    first = programme.columns("grant").start
    at = rows.start + columns - first
    entries = sparse.coo_array((np.ones(len(columns)), (at, np.arange(len(columns)))), (programme.shape[0], len(under)))
    far = np.maximum(programme.implied_upper[columns], 1.0)
    family = Family("under", count, len(under), {})
    return (
        replace(
            programme,
            matrix=sparse.csc_array(sparse.hstack([programme.matrix, entries])),
            column_lower=np.concatenate([programme.column_lower, -far]),
            column_upper=np.concatenate([programme.column_upper, np.zeros(len(far))]),
            implied_lower=np.concatenate([programme.implied_lower, -far]),
            implied_upper=np.concatenate([programme.implied_upper, np.zeros(len(far))]),
            column_families=(*programme.column_families, family),
        ),
        under,
    )


def _span(span: slice) -> Integers:
    return np.arange(span.start, span.stop, dtype=np.int64)
