"""Limits of sums: capacities of areas, and what the members of recipients get, agree to and pay together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .limits import Limits
from .moves import Moves

BOUNDS = {"grant_floor": (1, 0), "grant_ceiling": (0, 1), "grant_lock": (1, 1)}
"""Whether each rule of grants is a bound from below, and from above."""


@dataclass(frozen=True)
class Sum:
    """``low`` ≤ Σ change · take-up ≤ ``high``, over moves by position; what is asked for is taken off the bounds."""

    move: np.ndarray
    change: np.ndarray
    low: float
    high: float


def sums(limits: Limits, moves: Moves) -> list[Sum]:
    """State every limit of a sum."""
    return list(_Sums(limits, moves).rows())


class _Sums:
    def __init__(self, limits: Limits, moves: Moves) -> None:
        self.limits, self.moves = limits, moves
        self.money = limits.money.rename(columns={"bid": "asked"})
        self.outcome = limits.outcome.rename(columns={"proposed": "asked"}).assign(reference=np.nan)

    def rows(self) -> Iterator[Sum]:
        asked = self.money[self.money["asked"] > 0]
        for rule, (low, high) in BOUNDS.items():
            yield from self._of(rule, asked, ["recipient", "envelope", "year"], self.moves.grant, low, high)
        proposed = self.outcome[self.outcome["asked"] > 0]
        yield from self._of("target_floor", proposed, ["recipient", "objective", "year"], self.moves.outcome, 1, 0)
        yield from self._own_costs(asked)
        yield from self._steps()
        bids = self.money.groupby(["area", "year"])["asked"].transform("sum") > 0
        whole = self.money[bids]
        yield from self._of("capacity", whole, ["recipient", "year"], self.moves.grant, 0, 1)
        named = ["area", "year", "region", "type", "recipient"]
        for every, bases in ((whole, None), (self.money[~bids], ("amount", "per_head"))):
            yield from self._of("capacity", every, named, self.moves.grant, 0, 1, level="area", bases=bases)

    def _of(
        self,
        rule: str,
        cells: pd.DataFrame,
        keys: list[str],
        changes: pd.DataFrame,
        low: int,
        high: int,
        level: str = "recipient",
        bases: Sequence[str] | None = None,
    ) -> Iterator[Sum]:
        """Limits of one rule over the groups of cells that share these keys."""
        if cells.empty:
            return
        kind = "envelope" if "envelope" in cells else "objective"
        people = cells.drop_duplicates([*keys, "area"]).groupby(keys)["population"].sum()
        groups = cells.groupby(keys)[["asked", "reference"]].sum().assign(people=people).reset_index()
        limit, names_area = self._limit(rule, groups, level, bases)
        if level == "area":
            limit = limit.where(names_area | (groups["type"] != "centre") | (groups["asked"] > 0))
        numbered = cells.merge(groups[keys].reset_index(names="group"), on=keys)[["area", kind, "year", "group"]]
        moved = changes.merge(numbered, on=["area", kind, "year"])
        for group, most in limit.dropna().items():
            mine, start = moved[moved["group"] == group], groups.at[group, "asked"]
            yield _sum(mine, most - start if low else -np.inf, most - start if high else np.inf)

    def _limit(
        self, rule: str, groups: pd.DataFrame, level: str, bases: Sequence[str] | None = None
    ) -> tuple[pd.Series, pd.Series]:
        cells = groups if "year" in groups else groups.assign(year="")
        value, basis, names_area = self.limits.winner(rule, cells, level)
        sizes = {
            "bid": groups["asked"],
            "reference": groups["reference"],
            "least": np.minimum(groups["asked"], groups["reference"]),
            "per_head": groups["people"],
        }
        size = pd.Series(np.select([basis == name for name in sizes], list(sizes.values()), 1.0), groups.index)
        return (value * size).where(basis.isin(bases) if bases else value.notna()), names_area

    def _own_costs(self, asked: pd.DataFrame) -> Iterator[Sum]:
        if asked.empty:
            return
        groups = asked.groupby("recipient")[["asked", "reference"]].sum()
        people = asked.drop_duplicates("area").groupby("recipient")["population"].sum()
        groups = groups.assign(people=people).reset_index()
        limit, _ = self._limit("own_cost_ceiling", groups, "recipient")
        held_by = asked.drop_duplicates("area").set_index("area")["recipient"]
        costly = self.moves.table[self.moves.table["own_cost"] > 0]
        for group, most in limit.dropna().items():
            mine = costly[costly["area"].map(held_by) == groups.at[group, "recipient"]]
            yield _sum(pd.DataFrame({"move": mine.index, "change": mine["own_cost"]}), -np.inf, most)

    def _steps(self) -> Iterator[Sum]:
        """Changes from the year before, of members that bid in both years."""
        years = self.limits.years
        before = dict(zip(years[1:], years, strict=False))
        line = self.money.groupby(["area", "envelope"], sort=False)
        both = (self.money["asked"] > 0) & (line["asked"].shift() > 0) & self.money["year"].isin(before)
        means = self.money.assign(
            asked=line["asked"].transform("sum") / len(years), reference=line["reference"].transform("sum") / len(years)
        )[both]
        if means.empty:
            return
        keys, grant = ["recipient", "envelope", "year"], self.moves.grant
        groups = means.groupby(keys)[["asked", "reference", "population"]].sum().reset_index()
        limit, _ = self._limit("grant_step", groups.rename(columns={"population": "people"}), "recipient")
        numbered = means.merge(groups[keys].reset_index(names="group"), on=keys)[["area", "envelope", "year", "group"]]
        now = grant.merge(numbered, on=["area", "envelope", "year"])
        earlier = grant.merge(numbered.assign(year=numbered["year"].map(before)), on=["area", "envelope", "year"])
        moved = pd.concat([now, earlier.assign(change=-earlier["change"])])
        for group, step in limit.dropna().items():
            yield _sum(moved[moved["group"] == group], -step, step)


def _sum(moved: pd.DataFrame, low: float, high: float) -> Sum:
    return Sum(moved["move"].to_numpy(dtype=int), moved["change"].to_numpy(dtype=float), float(low), float(high))
