"""What is common to all draws of a scenario, and what each decides for itself once it is known.

Common: grants, and the money carried over and moved between envelopes; for them hold pots, floors, ceilings, locks and
steps of grants, and regional shares. Recourse, in each draw: take-ups, with everything that follows from them. An area
may spend less than its grant, never more; every other rule holds in every draw.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from singlepot.solver import BadOptionError, Family, LinearProgramme, Recourse

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


@dataclass(frozen=True, eq=False)
class Common:
    """What is decided once: a programme whose first columns are the grants, and where those stand in the tables."""

    formulation: Formulation
    programme: LinearProgramme
    grants: int
    cells: tuple[Integers, Integers, Integers]


def common(scenario: Scenario, pots: Floats | None = None) -> Common:
    """Write what is decided once.

    Parameters
    ----------
    scenario
        The base; its rules for grants hold.
    pots
        Envelopes × years, money: the least of any draw; None for the scenario's own.
    """
    formulation = formulate(scenario)
    whole, data = formulation.programme, formulation.data
    columns = np.concatenate([_span(whole.columns(name)) for name in COMMON_COLUMNS])
    rows = np.concatenate([_span(whole.rows(name)) for name in COMMON_ROWS])
    upper = whole.row_upper.copy()
    if pots is not None:
        pot_rows = _span(whole.rows("pot"))
        wanted = data.has_pot | (formulation.model.grant != ABSENT).any(axis=0)
        upper[pot_rows] = np.minimum(upper[pot_rows], pots[wanted])
    programme = LinearProgramme(
        matrix=sparse.csc_array(whole.matrix.tocsr()[rows].tocsc()[:, columns]),
        column_lower=whole.column_lower[columns],
        column_upper=whole.column_upper[columns],
        row_lower=whole.row_lower[rows],
        row_upper=upper[rows],
        implied_lower=whole.implied_lower[columns],
        implied_upper=whole.implied_upper[columns],
        column_families=(),
        row_families=(),
    )
    area, envelope, year = (at.astype(np.int64) for at in np.nonzero(formulation.model.grant != ABSENT))
    return Common(formulation, programme, len(area), (area, envelope, year))


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
