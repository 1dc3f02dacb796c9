"""The smallest set of kinds of rules that cannot hold together, and who asks for how much of what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from singlepot.solver import Control, InfeasibleError
from singlepot.solver.infeasibility.elastic import least_change
from singlepot.solver.infeasibility.farkas import NEGLIGIBLE, find_conflict, is_possible

from ..scenario.array_types import Floats
from .clash import Clash, Side
from .relaxable import EXTRA, Movable

FEW = 2
"""Sets of at most this many kinds are all tried, so that the one found is the smallest."""

PLAIN = 1e-6
"""Multipliers of a proof that differ by less, relative, add up amounts as they are."""

BIDS = "bids"
"""The side of a clash that is no rule: no grant rises above its bid by itself."""

MONEY = ("pot", "grant_floor", "grant_ceiling", "grant_lock", "pot_share_floor", "pot_share_ceiling", "carry_over")
"""Rules whose limits are sums of grants."""


def find_clash(movable: Movable, control: Control, without: Sequence[str] = ()) -> Clash | None:
    """Find the smallest set of kinds of rules that cannot hold together; None if all can.

    Parameters
    ----------
    movable
        The programme, with limits as rows.
    without
        Kinds to leave out.
    """
    kinds = [kind for kind in movable.kinds if kind not in without]

    def possible(some: Sequence[str]) -> bool:
        return is_possible(movable.keeping(some), control)

    if possible(kinds):
        return None
    for kind in list(kinds):
        rest = [other for other in kinds if other != kind]
        if not possible(rest):
            kinds = rest
    if len(kinds) > FEW:
        there = [kind for kind in movable.kinds if kind not in without]
        few = (some for size in range(1, FEW + 1) for some in combinations(there, size))
        kinds = next((list(some) for some in few if not possible(some)), kinds)
    alone = {kind: found for kind in kinds if (found := _alone(movable, kinds, kind, control)) is not None}
    sides, excess = _sides(movable, *_proof(movable, kinds, alone, control))
    money = movable.formulation.scenario.settings.money
    return Clash(
        tuple(kinds), sides, excess, {kind: (found.money, found.share) for kind, found in alone.items()}, money
    )


@dataclass(frozen=True, eq=False)
class _Alone:
    """The least change of one kind by itself, and the multipliers that prove that no less will do."""

    money: float
    share: float
    total: float
    multiplier: Floats


def _alone(movable: Movable, kinds: Sequence[str], kind: str, control: Control) -> _Alone | None:
    """Find the least change that ends a clash if only one kind moves; None if none does."""
    slacks, of, _ = movable.slacks([kind])
    if not len(of):
        return None
    shared = kind.startswith("target")  # sums of money are the same however they are shared
    try:
        found = least_change(movable.keeping(kinds), slacks, movable.formulation.curvature, control, shared=shared)
    except InfeasibleError:
        return None
    share = movable.limits["share"].to_numpy()[of]
    change = found.slack * movable.limits["unit"].to_numpy()[of]
    return _Alone(float(change[~share].sum()), float(found.slack[share].sum()), found.total, found.row_dual)


def _proof(
    movable: Movable, kinds: Sequence[str], alone: Mapping[str, _Alone], control: Control
) -> tuple[Floats, float]:
    """Multipliers of the rows whose sum no point can satisfy, and by how much it misses.

    They are those of the kind that people would change first.
    """
    if alone:
        first = next(iter(alone.values()))
        least = NEGLIGIBLE * np.abs(first.multiplier).max()
        return np.where(np.abs(first.multiplier) > least, first.multiplier, 0.0), first.total
    programme = movable.keeping(kinds)
    return find_conflict(programme, np.zeros(programme.shape[0], dtype=bool), control).row_multiplier, np.nan


def _sides(movable: Movable, multiplier: Floats, excess: float) -> tuple[tuple[Side, ...], float]:
    """Sort the limits of a proof by rule and direction; return them and by how much they miss, in money."""
    limits = movable.limits.assign(multiplier=multiplier[movable.limits["row"].to_numpy()])
    limits = limits[limits["there"] & (limits["multiplier"] != 0)]
    extra = _extra_in(movable, multiplier)
    plain = not extra and bool(limits["rule"].isin(MONEY).all())
    plain &= bool(((limits["multiplier"].abs() - 1).abs() < PLAIN).all()) and excess > 0
    names = movable.formulation.scenario.areas.set_index("code")["name"]
    sides = [Side(EXTRA, True, extra, (), (), (), np.nan)] if extra else []
    for (rule, at_least), part in limits.groupby(["rule", limits["multiplier"] > 0], sort=False):
        areas = tuple(str(names.get(code, code)) for code in _words(part["area"]))
        envelopes, objectives, years = (_words(part[name]) for name in ("envelope", "objective", "year"))
        amount = float(part["value"].sum()) if plain else np.nan
        sides.append(Side(str(rule), bool(at_least), areas, envelopes, objectives, years, amount))
    rest = float((limits["multiplier"] * limits["value"]).sum()) - excess
    if plain and abs(rest) > PLAIN * excess:  # what bids themselves allow, or demand
        sides.append(Side(BIDS, rest < 0, (), (), (), (), abs(rest)))
    sides.sort(key=lambda side: not side.at_least)
    return tuple(sides), excess if plain else np.nan


def _extra_in(movable: Movable, multiplier: Floats) -> tuple[str, ...]:
    """Names of the calling program's rows in a proof."""
    span = movable.programme.rows(EXTRA)
    used = np.flatnonzero(multiplier[span])
    if not len(used):
        return ()
    names = movable.programme.row_family(span.start).keys["name"]
    return tuple(str(names[int(position)]) for position in used)


def _words(column: pd.Series[str]) -> tuple[str, ...]:
    return tuple(sorted(str(word) for word in column.unique() if word))
