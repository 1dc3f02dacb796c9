"""The sheets of the answer: what is short by objective, who gains and loses most, grants by year, and the inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singlepot.models.natural_order import natural
from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.plain_words import plain

from .sheets import MONEY, BarChart, Column, Sheet

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.models.settlement.settlement import Settlement

ENDS = 10
"""Areas that are named as gaining most, and as losing most."""


def shortfall_sheet(settlement: Settlement) -> Sheet:
    """Show each objective in the year, or range of years, in which the largest share of its target is short."""
    import pandas as pd

    titles = Titles(settlement.scenario)
    national = settlement.national.assign(share=settlement.national["shortfall"] / settlement.national["target"])
    worst = national.loc[national[::-1].groupby("objective")["share"].idxmax()]  # of equal ones the last
    order = list(titles.objectives)
    table = worst.sort_values("objective", key=lambda keys: keys.map(order.index)).reset_index(drop=True)
    table = pd.DataFrame(
        {
            "name": table["objective"].map(titles.objectives),
            "unit": table["objective"].map(titles.units),
            **{name: table[name] for name in ("year", "target", "agreed", "shortfall", "share")},
        }
    )
    columns = [
        Column("name", "Objective"),
        Column("unit", "Unit of the objective"),
        Column("year", "Year or range"),
        Column("target", "National target (unit of the objective)", "outcome"),
        Column("agreed", "Agreed (unit of the objective)", "outcome"),
        Column("shortfall", "Shortfall (unit of the objective)", "outcome"),
        Column("share", "Shortfall (share of the target)", "share"),
    ]
    about = "A row for each objective with a national target, in the year in which the largest share of it is short."
    return Sheet("Shortfall", "Shortfall by objective", about, table, columns)


def gains_sheet(areas: Sheet) -> Sheet:
    """Show the areas that gain most and lose most against their bids, by money.

    Parameters
    ----------
    areas
        The sheet Areas, whose columns it repeats.
    """
    import pandas as pd

    table = areas.table[areas.table["bid"].gt(0) | areas.table["grant"].gt(0)]
    table = table.sort_values(["change", "name"], ascending=[False, True], kind="stable")
    if len(table) > 2 * ENDS:
        table = pd.concat([table.iloc[:ENDS], table.iloc[-ENDS:]])
    twice = table["name"].duplicated(keep=False)
    table = table.assign(name=table["name"].where(~twice, table["name"] + " (" + table["code"] + ")"))
    shown = ("name", "region", "bid", "grant", "change", "moved", "change_per_head")
    described = {column.source: column for column in areas.columns}
    columns = [Column(name, described[name].header, described[name].kind) for name in shown]
    about = f"The {ENDS} areas that gain most against their bids and the {ENDS} that lose most, over all years."
    return Sheet("Gains and losses", "Who gains and who loses most", about, table.reset_index(drop=True), columns)


def years_sheet(settlement: Settlement) -> Sheet:
    """Lay grants out with a row for each area and a column for each year, in whole pounds, to be copied elsewhere."""
    scenario, years = settlement.scenario, settlement.scenario.settings.years
    several = len(scenario.envelopes) > 1
    rows = ["area", "envelope"] if several else ["area"]
    table: pd.DataFrame = settlement.grants.pivot_table(
        index=rows, columns="year", values="pounds", aggfunc="sum", fill_value=0
    )
    table = table.reindex(columns=list(years), fill_value=0).astype("int64").reset_index()
    names = Titles(scenario).areas
    table.insert(1, "name", table["area"].map(names))
    table = table.assign(all=table[list(years)].sum(axis=1))
    table = table.sort_values("name", key=lambda column: column.map(natural), kind="stable").reset_index(drop=True)
    if several:
        table["envelope"] = table["envelope"].map(plain)
    columns = [
        Column("area", "Area code"),
        Column("name", "Area"),
        *([Column("envelope", "Envelope")] if several else []),
        *(Column(year, f"{year} (£)", "pounds", True) for year in years),
        Column("all", "All years (£)", "pounds", True),
    ]
    about = "Grants by area, sorted by name, and year; whole pounds, ready to be copied."
    return Sheet("By year", "Grants by area and year", about, table, columns)


def inputs_sheet(settlement: Settlement) -> Sheet:
    """List the numbers of the scenario that a lever moves: pots, bids, national targets, weights, rules."""
    scenario = settlement.scenario
    table = scenario.levers().dropna(subset=["now"])
    unit = MONEY[scenario.settings.money][0]
    labels = [label[:1].upper() + label[1:] for label in table["label"]]
    table = table.assign(label=labels, unit=[{"money": unit, "": "number"}.get(name, name) for name in table["unit"]])
    columns = [
        Column("label", "What", "long"),
        Column("now", "Value (unit of the row)", "number"),
        Column("unit", "Unit"),
        Column("lever", "Name for --set", "long"),
    ]
    about = "Pots, bids, targets, weights and rules that were settled; singlepot settle --set NAME=VALUE changes one."
    return Sheet("Inputs", "Inputs", about, table[["label", "now", "unit", "lever"]].reset_index(drop=True), columns)


def charts(settlement: Settlement, shortfall: Sheet, gains: Sheet) -> list[BarChart]:
    """Draw shortfalls and gains from the cells of their sheets; one without rows is left out."""
    unit = MONEY[settlement.scenario.settings.money][0]
    drawn = [
        BarChart(
            "Shortfall by objective, share of the national target",
            "The largest shortfall of each objective as a share of its target; figures in the sheet Shortfall.",
            shortfall,
            "name",
            "share",
        ),
        BarChart(
            f"Grant above or below the bid, all years, {unit}",
            "The areas that gain most and lose most against their bids; figures in the sheet Gains and losses.",
            gains,
            "name",
            "change",
        ),
    ]
    return [chart for chart in drawn if len(chart.sheet.table)]
