"""Search for a repair: the uniform change of a rule, or the least relaxation of single limits, shared fairly."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from singlepot.models.diagnostics.problems import did_you_mean
from singlepot.models.infeasibility.clash import Clash
from singlepot.models.infeasibility.relaxable import EXTRA, RelaxableProgramme, relaxable
from singlepot.models.infeasibility.search import find_clash
from singlepot.models.infeasibility.uniform_change import RuleValue, find_uniform_change
from singlepot.models.money import POUNDS_PER
from singlepot.models.natural_order import natural
from singlepot.models.settlement.settle import settle_scenario
from singlepot.models.tables.rule_kinds import KINDS, OPTIONS, POT, RATE_KINDS, RULES, SUMS, names_over
from singlepot.solver import (
    Control,
    Extra,
    InfeasibleError,
    LinearProgramme,
    NoSettlementError,
    Progress,
    SolverFailedError,
    VerificationFailedError,
)
from singlepot.solver.infeasibility.elastic import least_change, loosen
from singlepot.solver.infeasibility.farkas import is_possible

from ..reading.settling import ScenarioSource, scenario_of
from .by_value import by_value, joined, repair_rates, with_options
from .changes import as_changes
from .repair import COLUMNS, OPTION, SHARE, TAKEN, CannotChangeError, NoRepairError, Repair

DIGITS = 6
"""Digits of a rounded target, counted from the first of the proposed target."""

LEAST_MOVE = 1e-3
"""Share of the last digit below which a change is none."""

COARSEST = 3
"""Most digits by which limits are rounded more coarsely where the room that is left is too narrow for the solvers."""


def repair(
    scenario: ScenarioSource,
    may_change: Sequence[str] | None = None,
    *,
    limit_by_limit: bool = False,
    extra: Extra | None = None,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Repair:
    """Find a change of rules that lets a scenario settle: one value of one rule where that is enough.

    The value of a rule changes uniformly, by one factor for all areas and years: the rule whose limits then move by the
    least money is taken. Where no rule has such a change, where the pot may change, or where ``limit_by_limit`` asks
    for it, single limits move by the least total, which is then shared: the sum of squares relative to each limit's
    natural size, so that equal areas' limits move equally and there is one answer. Money counts by its amount; a
    target's limit moves in shares of the proposed target, and all of an area's targets together weigh like all of its
    bid; a take-up's in shares of the largest one, and all of it weighs like the money that the option moves. A rule of
    rates, such as ``gini_ceiling``, is set to what can be reached beside the other rules.

    Parameters
    ----------
    scenario
        What to repair: a scenario, or its shipped name or path. Where it settles as it is, nothing changes.
    may_change
        Kinds of rules that may move: ``pot``, ``grant_floor``, …, ``pot_share``, ``carry_over``, ``virement``,
        ``gini_ceiling``, ….
        The pot moves only if it is named here. Default: the kinds that take part in a clash, but for the pot.
    limit_by_limit
        Move single limits by the least total.
    extra
        As in :func:`singlepot.settle`; these rows never move.
    time_limit_s
        Seconds of wall time.
    progress
        Called with a :class:`~singlepot.Progress`; returning False stops the run.

    Returns
    -------
    The repair; ``sp.settle(repair.repaired())`` settles.

    Raises
    ------
    CannotChangeError
        There is no such kind.
    NoRepairError
        No change of these kinds restores a settlement.
    NotProvenError, StoppedError
        The time limit or the caller ended the run.

    Examples
    --------
    >>> import pandas as pd, singlepot as sp
    >>> scenario = sp.Scenario.from_tables(
    ...     areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
    ...     pot=pd.DataFrame({"year": ["2026-27"], "amount": [9.0]}),
    ...     bids=pd.DataFrame({"area": ["A", "B"], "year": ["2026-27"] * 2, "amount": [4.0, 8.0]}),
    ...     years=["2026-27"],
    ...     rules={"grant_floor": 0.9},
    ... )
    >>> repaired = repair(scenario)
    >>> print(repaired.clash)
    the grant floor of Aston and Barton in 2026-27 (£10.8m) is more than the pot in 2026-27 (£9.0m) by £1.8m
    >>> print(repaired.summary())
    grant floor lowered from 0.9 to 0.75
    >>> repair(scenario, limit_by_limit=True).changes[["rule", "area", "from", "to"]]
              rule area  from   to
    0  grant_floor    A   3.6  3.0
    1  grant_floor    B   7.2  6.0
    """
    scenario = scenario_of(scenario)
    allowed = wanted = _known(may_change)
    control = Control(time_limit_s, progress)
    elastic = relaxable(scenario, extra)
    clashes = _clashes(elastic, control)
    if not clashes and (of_rates := repair_rates(scenario, allowed, extra, control)) is not None:
        return of_rates
    if allowed is None:
        allowed = _sensible(elastic, clashes, control)
    if not clashes:
        return Repair(scenario, allowed, pd.DataFrame(columns=list(COLUMNS)), (), 0.0, "")
    programme = elastic.keeping(elastic.kinds)
    slacks, of, moves = elastic.slacks(allowed)
    background = elastic.formulation.curvature
    uniform = [] if limit_by_limit or POT in allowed else _uniform(elastic, allowed, programme, control)
    try:
        relaxed = least_change(programme, slacks, background, control, shared=not uniform)
    except InfeasibleError:
        raise _no_repair(elastic, allowed, clashes, control) from None
    if uniform:
        trial = by_value(scenario, allowed, uniform, clashes, relaxed.total)
        if (settled := _settled(trial, wanted, extra, control)) is not None:
            return settled
        return repair(scenario, allowed, limit_by_limit=True, extra=extra, time_limit_s=control.remaining_s)
    moved = _moved(elastic, of, moves * relaxed.slack)
    for changes, limits, words in _rounded(moved, scenario.settings.money):
        steps = as_changes(scenario, limits)
        trial = Repair(scenario, allowed, changes, clashes, relaxed.total, words, _steps=tuple(steps))
        if (settled := _settled(trial, wanted, extra, control)) is not None:
            return settled
    raise SolverFailedError("the repaired scenario does not settle", "report this scenario as a defect")


def _known(may_change: Sequence[str] | None) -> tuple[str, ...] | None:
    if may_change is None:
        return None
    known = (*KINDS, *RATE_KINDS)
    for kind in may_change:
        if kind not in known:
            remedy = did_you_mean(kind, known) or f"choose among {', '.join(known)}"
            raise CannotChangeError(f"{kind!r} is no kind of rule that may change", remedy)
    return tuple(kind for kind in known if kind in may_change)


def _clashes(elastic: RelaxableProgramme, control: Control) -> tuple[Clash, ...]:
    """Find clash after clash, leaving out the kinds of those found."""
    clashes: list[Clash] = []
    without: list[str] = []
    while (clash := find_clash(elastic, control, without)) is not None:
        clashes.append(clash)
        without += clash.kinds
        if not clash.kinds:
            raise SolverFailedError("bids and options alone leave no point", "report this scenario as a defect")
    return tuple(clashes)


def _uniform(
    elastic: RelaxableProgramme, allowed: Sequence[str], programme: LinearProgramme, control: Control
) -> list[RuleValue]:
    """Find values of rules that change uniformly; none where no such change is enough."""
    change = find_uniform_change(elastic, allowed, programme, control)
    return [] if change is None else list(change.values)


def _sensible(elastic: RelaxableProgramme, clashes: Sequence[Clash], control: Control) -> tuple[str, ...]:
    """Choose the kinds of the clashes but for the pot; if that is not feasible, shares of the pot, then every kind."""
    involved = {kind for clash in clashes for kind in clash.kinds} - {POT}
    there = set(elastic.kinds) - {POT}
    sums = {rule.kind for rule in RULES.values() if rule.over is SUMS}
    sets = [tuple(kind for kind in KINDS if kind in some) for some in (involved, involved | sums, there)]
    return next((some for some in sets if _helps(elastic, some, control)), sets[0])


def _helps(elastic: RelaxableProgramme, kinds: Sequence[str], control: Control) -> bool:
    programme = elastic.keeping(elastic.kinds)
    return is_possible(loosen(programme, elastic.slacks(kinds)[0]), control)


def _settled(trial: Repair, wanted: Sequence[str] | None, extra: Extra | None, control: Control) -> Repair | None:
    """Return a repair that settles, with the values of rules of rates where these cannot hold beside it; else None."""
    scenario = trial.repaired()
    of_rates = repair_rates(scenario, wanted, extra, control)
    trial = trial if of_rates is None else joined(trial, of_rates)
    try:
        settle_scenario(trial.repaired(), extra=extra, time_limit_s=control.remaining_s)
    except (NoSettlementError, SolverFailedError, VerificationFailedError):
        return None
    return trial


def _no_repair(
    elastic: RelaxableProgramme, allowed: Sequence[str], clashes: Sequence[Clash], control: Control
) -> NoRepairError:
    """Say which further kinds would restore a settlement."""
    others = [kind for kind in KINDS if kind not in allowed]
    ways = [kind for kind in others if _helps(elastic, [*allowed, kind], control)]
    together = [kind for kind in KINDS if any(kind in clash.kinds for clash in clashes)]
    cause = f"changing {', '.join(allowed) or 'nothing'} cannot restore a settlement: "
    cause += "; ".join(map(str, clashes))
    if ways:
        return NoRepairError(cause, f"also allow {' or '.join(ways)}")
    if _helps(elastic, [*allowed, *together], control):
        return NoRepairError(cause, f"also allow {' and '.join(kind for kind in together if kind not in allowed)}")
    named = any(EXTRA in clash.kinds for clash in clashes)
    return NoRepairError(cause, "change the constraints of your own" if named else "allow all kinds")


def _moved(elastic: RelaxableProgramme, of: np.ndarray[Any, Any], change: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Return the limits that move, with ``change`` in money or objective units; both ways of one limit add up."""
    limits = elastic.limits
    total = np.bincount(of, weights=change, minlength=len(limits))
    rows, pots, values = elastic.pot_shares
    with_pot = limits["value"].to_numpy(dtype=np.float64).copy()
    by_row = pd.Series(np.arange(len(limits)), index=limits["row"])
    np.add.at(with_pot, by_row.reindex(rows).to_numpy(dtype=np.int64), -values * total[pots])
    moved = limits.assign(value=with_pot, change=total)[total != 0]
    keys = [
        (KINDS.index(kind), rule, year, natural(area), *rest)
        for kind, rule, year, area, *rest in zip(
            *(moved[name] for name in ("kind", "rule", "year", "area", "envelope", "objective", "option")), strict=True
        )
    ]
    result: pd.DataFrame = moved.iloc[sorted(range(len(keys)), key=keys.__getitem__)].reset_index(drop=True)
    return result


def _rounded(moved: pd.DataFrame, money: str) -> Iterator[tuple[pd.DataFrame, pd.DataFrame, str]]:
    """Round the new limits outward, ever more coarsely: changes for people, limits, and how it was done."""
    value, change = moved["value"].to_numpy(dtype=np.float64), moved["change"].to_numpy(dtype=np.float64)
    unit, share = moved["unit"].to_numpy(dtype=np.float64), moved["share"].to_numpy(dtype=bool)
    digits = np.where(share, DIGITS - np.floor(np.log10(unit)), round(math.log10(POUNDS_PER[money])))
    exact = np.maximum(value + change, 0.0)
    lock = moved["rule"].isin([rule.name for rule in RULES.values() if rule.sense == "lock"]).to_numpy()
    tries = [(0, False), *((fewer, True) for fewer in range(0 if lock.any() else 1, COARSEST + 1))]
    for fewer, keep_locks in tries:
        quantum = 10.0 ** (fewer - digits)
        steps = (value + change) / quantum
        outward = np.where(change > 0, np.ceil(steps - LEAST_MOVE), np.floor(steps + LEAST_MOVE))
        rounded = [round(n * q, int(d)) for n, q, d in zip(outward, quantum, digits, strict=True)]
        to = np.clip(np.asarray(rounded, dtype=np.float64), 0.0, moved["most"].to_numpy(dtype=np.float64))
        words = f"limits are rounded outward to £{10**fewer:,}, those of targets to {DIGITS + 1 - fewer} digits"
        if keep_locks and lock.any():  # a lock has no outside: rounding it can exclude the only point
            to, words = np.where(lock, exact, to), f"{words}, but no locks"
        yield _as_tables(moved, to, np.abs(change) > LEAST_MOVE * quantum, money, words)
    yield _as_tables(moved, exact, change != 0, money, "limits are not rounded")


def _as_tables(
    moved: pd.DataFrame, to: np.ndarray[Any, Any], kept: np.ndarray[Any, Any], money: str, words: str
) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    limits = moved.assign(to=to)[kept].reset_index(drop=True)
    unit = np.where(limits["share"], limits["unit"], 1.0)
    changes = pd.DataFrame(
        {
            **{name: limits[name].astype(str) for name in COLUMNS[:5]},
            "from": limits["value"] / unit,
            "to": limits["to"] / unit,
            "change": (limits["to"] - limits["value"]) / unit,
            "unit": np.select([limits["rule"].isin(names_over(OPTIONS)), limits["share"]], [TAKEN, SHARE], money),
            OPTION: limits["option"].astype(str),
        }
    )
    return with_options(changes), limits.assign(value=limits["to"]), words
