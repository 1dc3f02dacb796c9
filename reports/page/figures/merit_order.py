"""The merit order ranks the options of a need by cost; neighbours are merged where they are many."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from singlepot.models.explanation.amounts import natural, outcome_words, pot_of_unit
from singlepot.models.explanation.merit_order import CUTS
from singlepot.models.money import POUNDS_PER
from singlepot.models.tables.plain_words import plain
from singlepot.reports.text.lines import count
from singlepot.reports.text.merit_order import merit_cost, merit_title

from .figures import ELSEWHERE, SHORT_UNITS, Figures, records

USED = 1e-6
"""Share of an option's largest take-up above which it is used."""

POUNDS_BELOW = 1e5
"""Below this many pounds the axis of a price is in pounds, else in millions."""


@dataclass(frozen=True, eq=False)
class MeritOrder:
    """The merit order of one need: its options as bars, and the outcome at which the nation stopped.

    Attributes
    ----------
    need, title, unit
        The key, its title, the unit of what is added (money for cuts).
    options
        The options of the need, from the best placed on: area, name, region, option, called, outcome, cost, price,
        taken, stop.
    price, cost_unit
        Cost of the last unit that was needed, and its unit.
    unit_of_money
        As the settings name it.
    stop_at
        Outcome of all options that are no dearer than the price.
    """

    need: str
    title: str
    unit: str
    options: pd.DataFrame
    price: float
    cost_unit: str
    stop_at: float
    unit_of_money: str

    @property
    def money(self) -> str:
        """Short unit of money."""
        return SHORT_UNITS[self.unit_of_money]

    @property
    def in_money(self) -> bool:
        """Whether costs are money for each unit of an objective."""
        return bool(pot_of_unit(self.cost_unit, self.unit_of_money))

    @property
    def verb(self) -> str:
        """What an area can do with its options: ``add`` to an objective, or ``save`` money."""
        return "save" if self.need == CUTS else "add"

    @property
    def factor(self) -> float:
        """Factor of costs on an axis, where those of money are in pounds, or millions, for a natural unit."""
        if not self.in_money:
            return 1.0
        pounds = POUNDS_PER[self.unit_of_money] / natural(self.cost_unit.partition(" per ")[2])[0]
        return pounds / (1.0 if abs(self.price) * pounds < POUNDS_BELOW else 1e6)

    @property
    def cost_title(self) -> str:
        """Title of a column of costs, which name their own unit of money."""
        if self.need == CUTS:
            return merit_title(self.rows[0], self.unit_of_money).capitalize()
        pot, per = pot_of_unit(self.cost_unit, self.unit_of_money), self.cost_unit.partition(" per ")[2]
        return f"Cost per {natural(per)[1]}, in money of {plain(pot)}" if pot else f"Cost, {self.cost_unit}"

    @property
    def cost_axis(self) -> str:
        """Title of the axis of costs."""
        if self.need == CUTS:
            return self.cost_title
        pounds = POUNDS_PER[self.unit_of_money] / natural(self.cost_unit.partition(" per ")[2])[0]
        unit = "£" if self.factor == pounds else "£m"
        return self.cost_title.replace("Cost", f"Cost, {unit}", int(self.in_money))

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The options as plain values; the first of them holds what all share."""
        return records(self.options)

    def write_cost(self, cost: float) -> str:
        """Write a cost for people."""
        return merit_cost({"need": self.need, "unit": self.cost_unit, "cost": cost}, self.unit_of_money)

    def bars(self, most: int) -> list[dict[str, Any]]:
        """Lay the options out as at most ``most`` bars: start, end, cost, used (end of the used part), region, tip.

        Neighbours in the order are merged until their bar is wide enough; its height is the mean cost of what it adds,
        its region the one that adds the most of it.
        """
        width = self.options["outcome"].to_numpy(dtype=float)
        end = np.cumsum(width)
        least = end[-1] / most if len(end) else 0.0
        bar_numbers = np.floor((end - width / 2) / least).astype(int) if len(end) > most else np.arange(len(end))
        groups: dict[int, list[dict[str, Any]]] = {}
        for bar_number, row in zip(bar_numbers.tolist(), self.rows, strict=True):
            groups.setdefault(bar_number, []).append(row)
        rows, start = [], 0.0
        for group in groups.values():
            adds = sum(row["outcome"] for row in group)
            taken = sum(row["outcome"] * row["taken"] for row in group) / adds
            by_region: dict[str, float] = {}
            for row in group:
                by_region[row["region"]] = by_region.get(row["region"], 0.0) + row["outcome"]
            rows.append(
                {
                    "start": start,
                    "end": start + adds,
                    "used": start + adds * taken,
                    "cost": sum(row["outcome"] * row["cost"] for row in group) / adds,
                    "region": max(by_region, key=lambda name: by_region[name]),
                    "tip": self._tip(group, adds, taken),
                }
            )
            start += adds
        return rows

    def _tip(self, group: list[dict[str, Any]], adds: float, taken: float) -> str:
        added, each = outcome_words(adds, adds, self.unit), "for each £1" if self.need == CUTS else "each"
        if len(group) == 1:
            row = group[0]
            cost = self.write_cost(row["cost"])
            return f"{row['name']}: {row['called']}. {added}, {cost} {each}; {taken:.0%} used: {row['stop']}."
        low, high = (self.write_cost(end(row["cost"] for row in group)) for end in (min, max))
        areas = count(len({row["area"] for row in group}), "area")
        return f"{len(group)} options of {areas}. {added}, {low} to {high} {each}; {taken:.0%} used."

    def named(self, most: int) -> list[dict[str, Any]]:
        """Select the options whose areas are named at their bars: the last used one, then those of the widest use.

        One of each area, from the best placed on; ``middle`` is the place of the bar's middle on the axis.
        """
        end = self.options["outcome"].cumsum()
        table = self.options.assign(middle=end - self.options["outcome"] / 2)
        used = table[table["taken"] > USED]
        widest = (used["outcome"] * used["taken"]).sort_values(ascending=False, kind="stable").index
        chosen = used.loc[[*used.index[-1:], *widest]].drop_duplicates("area").head(most)
        return records(chosen.sort_index())

    @property
    def stops(self) -> list[dict[str, Any]]:
        """Sums by what stopped the options: stop, options (their number), outcome (added or saved at most), used."""
        table = self.options.assign(used=self.options["outcome"] * self.options["taken"])
        sums = table.groupby("stop").agg(options=("outcome", "size"), outcome=("outcome", "sum"), used=("used", "sum"))
        ordered = sums.sort_values(["used", "outcome"], ascending=False, kind="stable").reset_index()
        return records(ordered)


def merit_orders(figures: Figures) -> list[MeritOrder]:
    """Return the merit order of every objective that is short, and of cuts; none where it cannot be worked out."""
    best = figures.best
    if best is None:
        return []
    named = figures.areas
    orders = []
    for need in dict.fromkeys(best.table["need"]):
        table = best.table[best.table["need"] == need].reset_index(drop=True)
        table = table[table["outcome"] > 0]
        region = table["area"].map(named["region"])
        options = table.assign(
            name=table["area"].map(named["name"]),
            region=region.where(region != "", ELSEWHERE),
            called=[figures.titles.option(a, o) for a, o in zip(table["area"], table["option"], strict=True)],
        )
        price = float(table["price"].iloc[0])
        orders.append(
            MeritOrder(
                need=str(need),
                title="Cuts: money saved" if need == CUTS else figures.names[need],
                unit=figures.money if need == CUTS else str(figures.units[need]),
                options=options,
                price=price,
                cost_unit=str(table["unit"].iloc[0]),
                stop_at=float(table["outcome"][table["cost"] <= price * (1 + USED)].sum()),
                unit_of_money=figures.settlement.scenario.settings.money,
            )
        )
    return orders
