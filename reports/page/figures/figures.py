"""Figures sum a settlement's tables by area, by region and by deprivation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd

from singlepot.models.explanation.merit_order import BestPlaced
from singlepot.models.money import POUNDS_PER
from singlepot.models.scenario.recipients import holders
from singlepot.models.scenario.titles import Titles
from singlepot.models.settlement.settlement import Settlement
from singlepot.solver import BadOptionError

ELSEWHERE = "no region"
"""Region of the areas that name none."""

FIFTHS = 5
"""Groups of areas by deprivation."""

SHORT_UNITS = {"GBP": "£", "GBP thousand": "£k", "GBP million": "£m"}
"""Short unit of money by unit of money."""


@dataclass(frozen=True, eq=False)
class Figures:
    """Figures that pages show of a settlement: every number is one of its tables, or a sum or ratio of them."""

    settlement: Settlement

    @cached_property
    def money(self) -> str:
        """Short unit of money: ``£m``, ``£k`` or ``£``."""
        return SHORT_UNITS[self.settlement.scenario.settings.money]

    @cached_property
    def pounds_per(self) -> int:
        """Pounds in a unit of the scenario's money."""
        return POUNDS_PER[self.settlement.scenario.settings.money]

    @cached_property
    def objectives(self) -> pd.DataFrame:
        """Objectives by key."""
        return self.settlement.scenario.filled("objectives").set_index("key")

    @cached_property
    def titles(self) -> Titles:
        """Titles of areas, objectives and options."""
        return Titles(self.settlement.scenario)

    @property
    def names(self) -> dict[str, str]:
        """Name of each objective."""
        return self.titles.objectives

    @property
    def units(self) -> dict[str, str]:
        """The unit of each objective."""
        return self.titles.units

    @cached_property
    def last_year(self) -> str:
        """The last year that is settled."""
        return self.settlement.scenario.settings.years[-1]

    @cached_property
    def areas(self) -> pd.DataFrame:
        """A row for each area, by code: name, type, region, population; over all years bid, grant, change and pounds.

        share: grant over bid. per_head, change_per_head: £ for each resident over all years. asks: their number.
        """
        table = self.settlement.scenario.filled("areas").set_index("code")
        sums = self.settlement.grants.groupby("area")[["bid", "grant", "change", "pounds"]].sum()
        areas = table.join(sums).fillna({"bid": 0.0, "grant": 0.0, "change": 0.0, "pounds": 0})
        people = areas["population"].where(areas["population"] > 0)
        asks = self.settlement.asks["area"].value_counts()
        return areas.assign(
            name=areas["name"].astype(str),
            share=areas["grant"] / areas["bid"].where(areas["bid"] > 0),
            per_head=areas["grant"] * self.pounds_per / people,
            change_per_head=areas["change"] * self.pounds_per / people,
            asks=asks.reindex(areas.index).fillna(0).astype(int),
        ).sort_index()

    @cached_property
    def area_parts(self) -> dict[str, tuple[str, str]]:
        """Parts of the pages of areas that were rendered, by code."""
        return {}

    @cached_property
    def area_records(self) -> dict[str, dict[str, Any]]:
        """The rows of ``areas`` as plain values, with their code, by code."""
        return {row["code"]: row for row in records(self.areas.rename_axis("code").reset_index())}

    @cached_property
    def holder(self) -> dict[str, str]:
        """Who holds the grant of each area; empty where every area holds its own."""
        return holders(self.settlement.scenario) if self.settlement.recipients is not None else {}

    @cached_property
    def bidders(self) -> pd.DataFrame:
        """The areas with a bid."""
        return self.areas[self.areas["bid"] > 0]

    @cached_property
    def last_targets(self) -> pd.DataFrame:
        """The rows of ``targets`` of the last year, with share: agreed less proposed, as a share of the proposed."""
        table = self.settlement.targets
        last = table[table["year"] == self.last_year]
        proposed = last["proposed"].where(last["proposed"] > 0)
        return last.assign(share=(last["agreed"] - last["proposed"]) / proposed)

    @cached_property
    def by_region(self) -> pd.DataFrame:
        """Sums by region, where the scenario names any."""
        holders = self.areas[(self.areas["bid"] > 0) | (self.areas["grant"] > 0)]
        if not (holders["region"] != "").any():
            return self._sums(holders.iloc[:0], holders["region"].iloc[:0])
        return self._sums(holders, holders["region"].where(holders["region"] != "", ELSEWHERE))

    @cached_property
    def deprivation(self) -> str:
        """The attribute by which areas weigh; empty without equity."""
        equity = self.settlement.scenario.settings.equity
        return equity.attribute if equity else ""

    @cached_property
    def by_deprivation(self) -> pd.DataFrame:
        """Sums by fifths of the areas with a bid, in the order of the attribute by which areas weigh."""
        if not self.deprivation or len(self.bidders) < FIFTHS:
            return self._sums(self.bidders.iloc[:0], pd.Series(dtype=object))
        ordered = self.bidders.sort_values(self.deprivation, kind="stable")
        fifth = np.arange(len(ordered)) * FIFTHS // len(ordered)
        spans = ordered[self.deprivation].groupby(fifth).agg(["min", "max"])
        labels = [
            f"{k + 1}: {low:,.0f} to {high:,.0f}" if high >= 100 else f"{k + 1}: {low:,.3g} to {high:,.3g}"
            for k, (low, high) in enumerate(zip(spans["min"], spans["max"], strict=True))
        ]
        return self._sums(ordered, pd.Series([labels[k] for k in fifth], index=ordered.index))

    def _sums(self, areas: pd.DataFrame, by: pd.Series[str]) -> pd.DataFrame:
        """Sum groups of areas: areas, population, bid, grant, change, share, per_head, change_per_head."""
        columns = ["population", "bid", "grant", "change"]
        sums = areas.groupby(by)[columns].sum(min_count=1)
        whole = areas["population"].gt(0).groupby(by).all()  # a sum over some of the residents is none
        people = sums["population"].where(whole)
        return sums.assign(
            areas=areas.groupby(by).size(),
            population=people,
            share=sums["grant"] / sums["bid"].where(sums["bid"] > 0),
            per_head=sums["grant"] * self.pounds_per / people,
            change_per_head=sums["change"] * self.pounds_per / people,
        )

    @cached_property
    def best(self) -> BestPlaced | None:
        """Merit order of every need; None where a program had added constraints, so that it cannot be worked out."""
        try:
            return self.settlement.best_placed
        except BadOptionError:
            return None

    @cached_property
    def components(self) -> dict[tuple[str, str], str]:
        """Component of intervention of the options that name one."""
        options = self.settlement.scenario.filled("options")
        return {
            (str(row["area"]), str(row["option"])): str(row["component"])
            for row in options.to_dict("records")
            if row["component"]
        }


def with_unit(amount: str, unit: str) -> str:
    """Write an amount with its unit, where that is one of money as people write it.

    Examples
    --------
    >>> with_unit("-9.0", "£m"), with_unit("+12", "£ per head"), with_unit("4", "kt")
    ('-£9.0m', '+£12 per head', '4 kt')
    """
    if not unit.startswith("£"):
        return f"{amount} {unit}"
    sign = amount[0] if amount[:1] in ("-", "+") else ""
    return f"{sign}£{amount[len(sign) :]}{unit[1:]}"


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values; ``to_dict`` of a table with texts takes three times as long."""
    columns = [column.to_numpy(dtype=object).tolist() for _, column in table.items()]
    names = [str(name) for name in table.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


@lru_cache(maxsize=1)
def figures_of(settlement: Settlement) -> Figures:
    """Return the figures of a settlement; those of the last one are kept, for its many pages."""
    return Figures(settlement)
