"""Irreducible infeasible set of kinds of rules by the deletion filter, and the limits that prove it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from singlepot.solver import Control, InfeasibleError, SolverFailedError
from singlepot.solver.infeasibility.elastic import least_change
from singlepot.solver.infeasibility.farkas import NEGLIGIBLE, find_conflict, is_possible

from ..natural_order import natural
from ..scenario.array_types import Floats
from ..scenario.titles import Titles
from ..tables.rule_kinds import OPTIONS, POT, RULES, TARGETS, names_over
from .clash import Clash, ClashSide
from .relaxable import EXTRA, RelaxableProgramme
from .remedies import Relaxation, ways_out

FEW_KINDS = 2
"""Sets of at most this many kinds are all tried, so that the one found is the smallest."""

PLAIN = 1e-6
"""Relative difference below which multipliers are all 1, so that the limits add up as they are."""

BIDS = "bids"
"""The side of a clash that no rule sets: grants equal bids where no option is used."""

SUMMED = (POT, *(rule.name for rule in RULES.values() if rule.summed))
"""Rules whose limits are sums of grants."""


def find_clash(elastic: RelaxableProgramme, control: Control, without: Sequence[str] = ()) -> Clash | None:
    """Find an irreducible infeasible set of kinds of rules; None if all can hold together.

    A deletion filter drops kind after kind in the order of the table of rules. Where more than :data:`FEW_KINDS` are
    left, all sets of at most so many are tried, so that a smaller one is found if there is one.

    Parameters
    ----------
    elastic
        The programme, with limits as rows.
    control
        How long the search may take.
    without
        Kinds to leave out.
    """
    kinds = [kind for kind in elastic.kinds if kind not in without]

    def possible(some: Sequence[str]) -> bool:
        return is_possible(elastic.keeping(some), control)

    if possible(kinds):
        return None
    for kind in list(kinds):
        rest = [other for other in kinds if other != kind]
        if not possible(rest):
            kinds = rest
    if len(kinds) > FEW_KINDS:
        there = [kind for kind in elastic.kinds if kind not in without]
        few = (some for size in range(1, FEW_KINDS + 1) for some in combinations(there, size))
        kinds = next((list(some) for some in few if not possible(some)), kinds)
    alone = {kind: relaxation for kind in kinds if (relaxation := _alone(elastic, kinds, kind, control)) is not None}
    sides, excess = _sides(elastic, *_proof(elastic, kinds, alone, control))
    money = elastic.formulation.scenario.settings.money
    return Clash(
        tuple(kinds),
        sides,
        excess,
        {kind: (relaxation.money, relaxation.share) for kind, relaxation in alone.items()},
        ways_out(elastic, kinds, alone, control),
        money,
    )


@dataclass(frozen=True, eq=False)
class _Alone(Relaxation):
    """The least relaxation of one kind, and the duals that prove that no smaller one is feasible."""

    total: float
    multiplier: Floats


def _alone(elastic: RelaxableProgramme, kinds: Sequence[str], kind: str, control: Control) -> _Alone | None:
    """Find the least relaxation of one kind that makes the others feasible; None if there is none."""
    slacks, of, moves = elastic.slacks([kind])
    if not len(of):
        return None
    shared = kind in names_over(
        TARGETS, TARGETS.of_recipients, OPTIONS
    )  # sums of money are the same however they are shared
    programme, background = elastic.keeping(kinds), elastic.formulation.curvature
    try:
        relaxed = least_change(programme, slacks, background, control, shared=shared)
    except InfeasibleError:
        return None
    except SolverFailedError:  # the total is what matters, however it is shared
        relaxed = least_change(programme, slacks, background, control, shared=False)
    limits = elastic.limits
    share = limits["share"].to_numpy()[of]
    size = relaxed.slack * limits["unit"].to_numpy()[of]
    change = np.bincount(of, weights=relaxed.slack * moves, minlength=len(limits))
    moved = limits.assign(change=change)[np.abs(change) > NEGLIGIBLE * np.abs(change).max(initial=0.0)]
    money, shares = float(size[~share].sum()), float(relaxed.slack[share].sum())
    return _Alone(moved, money, shares, relaxed.total, relaxed.row_dual)


def _proof(
    elastic: RelaxableProgramme, kinds: Sequence[str], alone: Mapping[str, _Alone], control: Control
) -> tuple[Floats, float]:
    """Farkas multipliers of the rows, and by how much the combined row is violated at any point.

    They are the duals of the relaxation of the first kind, which people would change first.
    """
    if alone:
        first = next(iter(alone.values()))
        least = NEGLIGIBLE * np.abs(first.multiplier).max()
        return np.where(np.abs(first.multiplier) > least, first.multiplier, 0.0), first.total
    programme = elastic.keeping(kinds)
    nobody = np.zeros(programme.shape[0], dtype=bool)
    try:
        return find_conflict(programme, nobody, control).row_multiplier, np.nan
    except SolverFailedError:  # the kinds clash, by too little beside their terms to say which limits prove it
        return np.zeros(programme.shape[0]), np.nan


def _sides(elastic: RelaxableProgramme, multiplier: Floats, excess: float) -> tuple[tuple[ClashSide, ...], float]:
    """Sort the limits of a certificate by rule and direction; return them and their excess in money."""
    limits = elastic.limits.assign(multiplier=multiplier[elastic.limits["row"].to_numpy()])
    limits = limits[limits["there"] & (limits["multiplier"] != 0)]
    extra = _extra_in(elastic, multiplier)
    plain = not extra and bool(limits["rule"].isin(SUMMED).all())
    plain &= bool(((limits["multiplier"].abs() - 1).abs() < PLAIN).all()) and excess > 0
    scenario = elastic.formulation.scenario
    titles = Titles(scenario)
    sides = [ClashSide(EXTRA, True, extra, (), (), (), np.nan)] if extra else []
    for (rule, at_least), part in limits.groupby(["rule", limits["multiplier"] > 0], sort=False):
        areas = _words(part["area"].map(lambda code: titles.of("area", code)))
        objectives = _words(part["objective"].map(lambda key: titles.of("objective", key)))
        envelopes, years = (_words(part[name]) for name in ("envelope", "year"))
        pairs = part.loc[part["option"] != "", ["area", "option"]].itertuples(index=False)
        options = tuple(sorted({titles.option(str(area), str(option)) for area, option in pairs}, key=natural))
        amount = float(part["value"].sum()) if plain else np.nan
        sides.append(ClashSide(str(rule), bool(at_least), areas, envelopes, objectives, years, amount, options))
    rest = float((limits["multiplier"] * limits["value"]).sum()) - excess
    if plain and abs(rest) > PLAIN * excess:  # what bids themselves allow, or demand
        sides.append(ClashSide(BIDS, rest < 0, (), (), (), (), abs(rest)))
    sides.sort(key=lambda side: not side.at_least)
    return tuple(sides), excess if plain else np.nan


def _extra_in(elastic: RelaxableProgramme, multiplier: Floats) -> tuple[str, ...]:
    """Names of the calling program's rows in a certificate."""
    span = elastic.programme.rows(EXTRA)
    used = np.flatnonzero(multiplier[span])
    if not len(used):
        return ()
    names = elastic.programme.row_family(span.start).keys["name"]
    return tuple(str(names[int(position)]) for position in used)


def _words(column: pd.Series[str]) -> tuple[str, ...]:
    return tuple(sorted((str(word) for word in column.unique() if word), key=natural))
