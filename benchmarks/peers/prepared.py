"""From the tables to what section 4 of the design names, in pandas: the part that every peer has to do first.

Whoever writes the model in PuLP, Pyomo, linopy or cvxpy first brings the tables into this shape, and would do it in
pandas for each of them alike. Nothing of the package is used but the tables and settings themselves.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

import singlepot as sp

from .limits import Limits
from .moves import Moves, moves_of
from .sums import Sum, sums

GRANT_KEYS = ["area", "envelope", "year"]
TARGET_KEYS = ["area", "objective", "year"]


@dataclass(frozen=True)
class Prepared:
    """The data of the programme, one row a thing.

    Attributes
    ----------
    moves
        Options and scale-backs with what they change at take-up 1.
    grants
        area, envelope, year: bid, low, high; every cell that a bid, move or floor concerns.
    targets
        area, objective, year: proposed, low (-inf where nothing binds), high, ceiling (inf).
    pot
        envelope, year: amount, carry (most that may go into the next year), vire (most that may go elsewhere),
        open (whether money may come from elsewhere).
    national
        objective, priority, weight, target, first, last: positions of its years.
    steps
        area, envelope, year, before, step: the largest change from the year before.
    pot_shares
        (cells of ``grants``, whether it is a floor, limit).
    sums
        Limits of sums over several cells or areas.
    own_cost_ceiling
        By area, money.
    concessions
        area, objective: weight (λ p π / Σ π), years.
    burdens
        area: equity (λ), bid (Σ b); bid 0 where only own costs count.
    order, give, limits, ends, slopes
        Of the stages: (name, priority), give by name, limits by name with priority, bands.
    """

    years: list[str]
    moves: Moves
    grants: pd.DataFrame
    targets: pd.DataFrame
    pot: pd.DataFrame
    national: pd.DataFrame
    steps: pd.DataFrame
    pot_shares: list[tuple[pd.DataFrame, bool, float]]
    sums: list[Sum]
    own_cost_ceiling: pd.Series
    concessions: pd.DataFrame
    burdens: pd.DataFrame
    order: list[tuple[str, int | None]]
    give: dict[str, float]
    limits: dict[str, float]
    ends: list[float]
    slopes: list[float]

    @cached_property
    def money(self) -> float:
        """Natural size of sums of money: all bids, or the pot where it is larger."""
        return max(self.grants["bid"].sum(), self.pot["amount"].sum()) or 1.0

    @cached_property
    def widths(self) -> list[float]:
        """Width of each band; the last is open."""
        return [*np.diff([0.0, *self.ends]), np.inf]

    @cached_property
    def given_up(self) -> pd.DataFrame:
        """The cells of ``targets`` that count as concessions: proposed above zero, not of the centre."""
        cells = self.targets[self.targets["proposed"] > 0]
        return cells.merge(self.concessions[["area", "objective"]], on=["area", "objective"])

    def shortfall_weights(self, priority: int | None) -> pd.Series:
        """ω / (Σ ω · rows of the objective) of each national row of a priority."""
        rows = self.national[self.national["priority"] == priority]
        if rows.empty:
            return pd.Series(dtype=float)
        number = rows.groupby("objective")["target"].transform("size")
        total = rows.drop_duplicates("objective")["weight"].sum()
        return rows["weight"] / number / total if total > 0 else pd.Series(dtype=float)

    def size(self, stage: str) -> float:
        """Natural size of a stage: 1 for a share, all the money for money."""
        return self.money if stage in ("burden", "cost") else 1.0


def label(stage: str, priority: int | None) -> str:
    """Name of a stage in the settlement's table."""
    return stage if priority is None else f"{stage}[{priority}]"


NOT_STATED = ("convergence_floor", "no_worse_than_today", "gini_ceiling", "inclusion_floor")
"""Rules that no peer states."""


def prepare(scenario: sp.Scenario) -> Prepared:
    """Bring a scenario's tables into the shape of the programme.

    Raises
    ------
    ValueError
        The scenario has aims or rules of convergence or inclusion, which no peer states.
    """
    settings = scenario.settings
    unknown = [*settings.sections, *({*settings.rules, *scenario.rules["rule"]} & set(NOT_STATED))]
    if unknown:
        raise ValueError(f"the peers do not state {', '.join(unknown)}")
    years = list(settings.years)
    tables = {name: scenario.filled(name) for name in scenario.tables}
    areas = tables["areas"]
    centre = areas.loc[areas["type"] == "centre", "code"]
    moves = moves_of(tables, years, centre)
    limits = Limits(tables, dict(settings.rules), years)
    moves = replace(moves, table=limits.take_ups(moves.table))
    objectives = tables["objectives"].set_index("key")
    concerned = _concerned(tables, centre)
    people, equity = _people(concerned), _equity(concerned, settings.equity)
    return Prepared(
        years=years,
        moves=moves,
        grants=_grants(tables, moves, limits),
        targets=_targets(tables, moves, limits),
        pot=_pot(tables, moves, limits, years, settings.ring_fenced),
        national=_national(tables, objectives, years),
        steps=limits.steps(),
        pot_shares=limits.pot_shares(),
        sums=sums(limits, moves),
        own_cost_ceiling=limits.own_cost(),
        concessions=_concessions(tables, centre, people, equity),
        burdens=pd.DataFrame({"equity": equity, "bid": tables["bids"].groupby("area")["amount"].sum()})
        .reindex(areas["code"])
        .fillna({"equity": 1.0, "bid": 0.0})
        .rename_axis("area")
        .reset_index(),
        order=_order(list(settings.stages.order), sorted(objectives["priority"].astype(int).unique())),
        give=dict(settings.stages.give),
        limits=dict(settings.stages.limits),
        ends=list(settings.stages.bands.ends),
        slopes=list(settings.stages.bands.slopes),
    )


def _grants(tables: dict[str, pd.DataFrame], moves: Moves, limits: Limits) -> pd.DataFrame:
    """Every cell of money that a bid, a move or a floor concerns."""
    cells = limits.money.copy()
    cells["low"] = np.fmax(limits.of("grant_floor", cells), limits.of("grant_lock", cells))
    cells["high"] = np.fmin(limits.of("grant_ceiling", cells), limits.of("grant_lock", cells)).fillna(np.inf)
    changed = pd.MultiIndex.from_frame(moves.grant[GRANT_KEYS].drop_duplicates())
    concerned = (cells["bid"] > 0) | cells["low"].notna() | pd.MultiIndex.from_frame(cells[GRANT_KEYS]).isin(changed)
    cells["low"] = cells["low"].fillna(0.0).clip(lower=0.0)
    return cells.loc[concerned, [*GRANT_KEYS, "bid", "low", "high"]].reset_index(drop=True)


def _targets(tables: dict[str, pd.DataFrame], moves: Moves, limits: Limits) -> pd.DataFrame:
    """Every target that was proposed, that a move changes or that a floor concerns."""
    cells = limits.outcome.copy()
    lock = limits.of("target_lock", cells)
    cells["low"] = np.fmax(limits.of("target_floor", cells), lock)
    cells["high"] = lock.fillna(np.inf)
    cells["ceiling"] = limits.of("target_ceiling", cells).fillna(np.inf)
    changed = pd.MultiIndex.from_frame(moves.outcome[TARGET_KEYS].drop_duplicates())
    there = cells["proposed"] > 0
    concerned = there | cells["low"].notna() | pd.MultiIndex.from_frame(cells[TARGET_KEYS]).isin(changed)
    cells["low"] = cells["low"].mask(there, cells["low"].fillna(0.0).clip(lower=0.0)).fillna(-np.inf)
    return cells.loc[concerned, [*TARGET_KEYS, "proposed", "low", "high", "ceiling"]].reset_index(drop=True)


def _pot(
    tables: dict[str, pd.DataFrame], moves: Moves, limits: Limits, years: list[str], fenced: Sequence[str]
) -> pd.DataFrame:
    """Pots by envelope and year; one of nothing where money is changed and no pot is named."""
    pot = tables["pot"].groupby(["envelope", "year"])["amount"].sum()
    named = pot.index
    wanted = pd.MultiIndex.from_frame(moves.grant[["envelope", "year"]].drop_duplicates())
    pot = pot.reindex(named.union(wanted), fill_value=0.0).rename_axis(["envelope", "year"]).reset_index()
    here = pd.MultiIndex.from_frame(pot[["envelope", "year"]])
    pot["named"] = here.isin(named)
    following = dict(itertools.pairwise(years))
    into = pd.MultiIndex.from_arrays([pot["envelope"], pot["year"].map(following)])
    for rule, column in (("carry_over", "carry"), ("virement", "vire")):
        value, basis, _ = limits.winner(rule, pot)
        pot[column] = np.where(basis == "amount", value, value * pot["amount"])
        pot.loc[~(pot["named"] & (pot["amount"] > 0) & (pot[column] > 0)), column] = 0.0
    pot.loc[~into.isin(named), "carry"] = 0.0
    pot["open"] = pot["named"] & ~pot["envelope"].isin(fenced)
    return pot


def _national(tables: dict[str, pd.DataFrame], objectives: pd.DataFrame, years: list[str]) -> pd.DataFrame:
    """National rows with the positions of their first and last year."""
    national = tables["national"]
    span = national["year"].astype(object).str.split(":")
    return pd.DataFrame(
        {
            "objective": national["objective"],
            "priority": national["objective"].map(objectives["priority"]).astype(int),
            "weight": national["objective"].map(objectives["weight"]),
            "target": national["target"],
            "base": national["base"].fillna(national["target"]),
            "first": [years.index(names[0]) for names in span],
            "last": [years.index(names[-1]) for names in span],
        }
    ).reset_index(drop=True)


def _concerned(tables: dict[str, pd.DataFrame], centre: pd.Series) -> pd.DataFrame:
    """Areas with a bid or a target: their bids and attributes."""
    areas = tables["areas"].set_index("code")
    areas["bid"] = tables["bids"].groupby("area")["amount"].sum().reindex(areas.index).fillna(0.0)
    proposing = tables["targets"].loc[tables["targets"]["target"] > 0, "area"]
    return areas[((areas["bid"] > 0) | areas.index.isin(proposing)) & ~areas.index.isin(centre)]


def _people(concerned: pd.DataFrame) -> pd.Series:
    """Share of each area in the population, or in the bids where no population is known."""
    for size in (concerned["population"].fillna(0.0), concerned["bid"], pd.Series(1.0, concerned.index)):
        if size.sum() > 0:
            return size / size.sum()
    return pd.Series(dtype=float)


def _equity(concerned: pd.DataFrame, equity: object) -> pd.Series:
    """(median / value) ** elasticity, the median being that of people."""
    if equity is None or concerned.empty:
        return pd.Series(1.0, concerned.index)
    value = concerned[equity.attribute]  # type: ignore[attr-defined]  # set, or we are not here
    ordered = value.sort_values()
    median = ordered[_people(concerned)[ordered.index].cumsum() >= 0.5 - 1e-12].iloc[0]
    return (median / value) ** equity.elasticity  # type: ignore[attr-defined]  # the same


def _concessions(
    tables: dict[str, pd.DataFrame], centre: pd.Series, people: pd.Series, equity: pd.Series
) -> pd.DataFrame:
    """Pairs of area and objective that can give something up, and how they weigh."""
    targets = tables["targets"]
    targets = targets[(targets["target"] > 0) & ~targets["area"].isin(centre)]
    pairs = targets.groupby(["area", "objective"])["weight"].agg(["first", "size"]).reset_index()
    preference = pairs["first"] / pairs.groupby("area")["first"].transform("sum")
    weight = (
        preference.astype(float) * pairs["area"].map(people).astype(float) * pairs["area"].map(equity).astype(float)
    )
    return pd.DataFrame(
        {"area": pairs["area"], "objective": pairs["objective"], "weight": weight, "years": pairs["size"]}
    )


def _order(order: list[str], priorities: list[int]) -> list[tuple[str, int | None]]:
    """Stages in turn; all shortfall stages for one priority after the other at the first of them."""
    shortfall = [name for name in order if name.startswith("shortfall.")]
    stages: list[tuple[str, int | None]] = []
    for name in order:
        if name not in shortfall:
            stages.append((name, None))
        elif name == shortfall[0]:
            stages += [(item, priority) for priority in priorities or [1] for item in shortfall]
    return stages
