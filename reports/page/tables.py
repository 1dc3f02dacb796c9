"""Tables of the report are each made from a table of the settlement."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd

from singlepot.models.natural_order import natural
from singlepot.models.tables.plain_words import plain
from singlepot.reports.text.story import changes, last_national

from .drawings.map import Measure
from .figures.figures import Figures, records
from .figures.merit_order import MeritOrder
from .table import Cell, Column, Table, settlement_columns, tabulate

ASKS_SHOWN = 250
"""Asks in the table of the largest; all of an area's stand on its page."""

OPTIONS_SHOWN = 150
"""Options of a merit order in its table."""


def money_table(figures: Figures) -> Table:
    """Show pot, bids, grants, what is carried on and what is left, by envelope and year."""
    pot, unit = figures.settlement.pot, figures.money
    bids = figures.settlement.grants.groupby(["envelope", "year"])["bid"].sum()
    asked = [float(bids.get((e, y), 0.0)) for e, y in zip(pot["envelope"], pot["year"], strict=True)]
    several = pot["envelope"].nunique() > 1
    then = ("allocated", "carried", *(("vired", "vired_in") if several else ()), "reserve", "pounds")
    columns = [
        *settlement_columns("pot", ("year",), unit),
        *([Column("called", "Part of the pot")] if several else []),
        *settlement_columns("pot", ("amount",), unit),
        Column("bid", f"Bids, {unit}", "money"),
        *settlement_columns("pot", then, unit),
    ]
    rows = records(pot.assign(bid=asked, called=pot["envelope"].map(plain)))
    return tabulate("pot", "The pot, year by year", columns, rows, row_key=lambda r: f"{r['envelope']} {r['year']}")


def national_table(figures: Figures) -> Table:
    """Show every national target with what was proposed, agreed and is short, and its price."""
    table = figures.settlement.national
    named = table.assign(
        name=table["objective"].map(figures.names),
        unit=table["objective"].map(figures.units),
        short=table["shortfall"] / table["target"],
    )
    rows = [row | {"price": Cell(row["price_words"], repr(row["price"]))} for row in records(named)]
    columns = [
        Column("name", "Objective"),
        *settlement_columns("national", ("year", "target", "proposed", "agreed", "shortfall"), figures.money),
        Column("short", "Shortfall, % of target", "percent"),
        Column("unit", "Unit"),
        *settlement_columns("national", ("price",), figures.money),
    ]
    return tabulate(
        "national",
        "The national targets and what is agreed",
        columns,
        rows,
        row_key=lambda r: f"{r['objective']} {r['year']}",
        sortable=True,
        alike=("target", "proposed", "agreed", "shortfall"),
    )


def areas_table(figures: Figures, *, links: bool = True) -> Table:
    """Show bid, grant and change of every area, for each resident, and what is agreed against what it proposed.

    Its names lead to the pages of the areas where ``links`` says that there are any.
    """
    unit, last = figures.money, figures.last_targets
    table = figures.areas[figures.areas["type"] != "centre"]
    table = table.loc[sorted(table.index, key=lambda code: (natural(str(table.at[code, "name"])), code))]
    agreed = {key: last[last["objective"] == key].set_index("area")["share"] for key in figures.names}
    table = table.assign(**{f"share_{key}": values.reindex(table.index) for key, values in agreed.items()})
    columns = [
        Column("name", "Area"),
        Column("region", "Region"),
        *settlement_columns("grants", ("bid", "grant", "change"), unit),
        Column("share", "Grant, % of bid", "percent"),
        Column("per_head", "Grant per head, £", "number"),
        Column("change_per_head", "Change per head, £", "number"),
        Column("asks", "Asks", "count"),
        *(Column(f"share_{key}", f"{figures.names[key]}: agreed against proposed", "change") for key in agreed),
    ]
    return tabulate(
        "areas",
        "Every area: all years together; targets of " + figures.last_year,
        columns,
        records(table.rename_axis("code").reset_index()),
        row_key=lambda r: str(r["code"]),
        area="code" if links else "",
        sortable=True,
    )


def asks_table(figures: Figures) -> Table:
    """Show the largest asks by money, with their reasons."""
    asks = figures.settlement.asks
    order = asks["grant_change"].abs().sort_values(ascending=False, kind="stable").index[:ASKS_SHOWN]
    shown = asks.loc[order]
    named = shown.assign(
        name=shown["area"].map(figures.areas["name"]),
        called=[figures.titles.option(a, o) for a, o in zip(shown["area"], shown["option"], strict=True)],
    )
    many = len(asks) > ASKS_SHOWN
    return tabulate(
        "asks",
        f"The {ASKS_SHOWN} largest of {len(asks):,} asks, by money" if many else "Everything that is asked",
        [
            Column("name", "Area"),
            Column("called", "What is asked"),
            *settlement_columns("asks", ("reason",), figures.money),
            Column("grant_change", f"Grant, {figures.money}", "money"),
        ],
        records(named),
        row_key=lambda r: f"{r['area']} {r['option']}",
        area="area",
        sortable=True,
        note="All asks of an area stand on its page." if many else "",
    )


def kinds_table(figures: Figures) -> Table:
    """Sum asks by kind: raise, save, stretch, efficiency, scaling back."""
    asks = figures.settlement.asks
    keys = list(figures.names)
    kind = [_kind(row, keys) for row in records(asks)]
    sums = asks.assign(kind=kind).groupby("kind")
    rows = []
    for name in KINDS:
        if name in sums.groups:
            group = sums.get_group(name)
            outcomes = {key: float(group[key].sum()) for key in keys}
            counts = {"asks": len(group), "areas": group["area"].nunique()}
            money = {"grant_change": float(group["grant_change"].sum())}
            rows.append({"kind": KINDS[name], "key": name, **counts, **money, **outcomes})
    columns = [
        Column("kind", "Kind of ask"),
        Column("asks", "Asks", "count"),
        Column("areas", "Areas", "count"),
        Column("grant_change", f"Grant, {figures.money}", "money"),
        *(Column(k, f"{figures.names[k]}, {figures.units[k]}, years added up", "number") for k in keys),
    ]
    return tabulate("kinds", "What was asked, by kind", columns, rows, row_key=lambda r: str(r["key"]))


KINDS = {
    "raise": "Raise: more outcome for more grant",
    "stretch": "Stretch: more outcome for no grant",
    "efficiency": "Efficiency: the same outcome for less grant",
    "save": "Save: less outcome for less grant",
    "scale-back": "Scaling back: the bid and its targets",
    "other": "Other",
}
"""Kinds of asks, by what they do to grant and outcomes."""


def _kind(row: dict[str, Any], keys: list[str]) -> str:
    if row["option"].startswith("scale-back"):
        return "scale-back"
    gains, losses = any(row[key] > 0 for key in keys), any(row[key] < 0 for key in keys)
    if row["grant_change"] > 0:
        return "raise" if gains else "other"
    if row["grant_change"] < 0:
        return "save" if losses else "efficiency"
    return "stretch" if gains else "other"


def merit_table(figures: Figures, order: MeritOrder) -> Table:
    """Show the merit order of one need, the best placed first."""
    many = len(order.rows) > OPTIONS_SHOWN
    rows = [
        row | {"cost": Cell(order.write_cost(row["cost"]), repr(row["cost"]))} for row in order.rows[:OPTIONS_SHOWN]
    ]
    caption = f"{order.title}: the best placed"
    return tabulate(
        f"merit-{order.need}",
        f"{caption}, the first {OPTIONS_SHOWN} of {len(order.rows):,} options" if many else caption,
        [
            Column("name", "Area"),
            Column("called", "Option"),
            Column("region", "Region"),
            Column("outcome", f"Can {order.verb}, {order.unit}", "number"),
            Column("cost", order.cost_title, "number"),
            Column("taken", "Used", "percent"),
            Column("stop", "What stopped it"),
        ],
        rows,
        row_key=lambda r: f"{r['area']} {r['option']}",
        area="area",
        sortable=True,
    )


def stops_table(figures: Figures, order: MeritOrder) -> Table:
    """Sum the options of one need by what stopped them."""
    return tabulate(
        f"stops-{order.need}",
        f"{order.title}: what stopped the options",
        [
            Column("stop", "What stopped them"),
            Column("options", "Options", "count"),
            Column("outcome", f"Can {order.verb}, {order.unit}", "number"),
            Column("used", "Used", "number"),
        ],
        order.stops,
        row_key=lambda r: str(r["stop"]),
    )


def short_table(figures: Figures) -> Table:
    """Show the shortfalls of the first screen: the last year and ranges of years."""
    shown = last_national(figures.settlement.national)
    several = shown["year"].nunique() > 1
    label = [
        f"{figures.names[row['objective']]}, {figures.units[row['objective']]}"
        + (f", {row['year']}" if several else "")
        for row in records(shown)
    ]
    unit = shown["objective"].map(figures.units)
    rows = records(shown.assign(name=label, unit=unit, short=shown["shortfall"] / shown["target"]))
    when = "" if several or not len(shown) else f", {shown['year'].iloc[0]}"
    return tabulate(
        "short",
        f"Shortfall by objective{when}",
        [
            Column("name", "Objective"),
            Column("target", "Target", "number"),
            Column("agreed", "Agreed", "number"),
            Column("shortfall", "Short", "number"),
            Column("short", "Short, %", "percent"),
        ],
        rows,
        row_key=lambda r: f"{r['objective']} {r['year']}",
        alike=("target", "agreed", "shortfall"),
    )


ENDS = 6
"""Areas that gain most and lose most, in the tables of the first pages."""


def ends_table(figures: Figures, way: Literal["gain", "lose"], *, links: bool = True) -> Table | None:
    """Show the areas that gain or lose most against their bids, with links to their pages; None where none does."""
    change = changes(figures.settlement)
    chosen = change[change > 0] if way == "gain" else -change[change < 0]
    if not len(chosen):
        return None
    codes = chosen.sort_values(ascending=False, kind="stable").index[:ENDS]
    rows = [figures.area_records[str(code)] for code in codes]
    columns = [
        Column("name", "Area"),
        Column("change", f"Change, {figures.money}", "money"),
        *([Column("change_per_head", "£ a head", "money")] if figures.bidders["population"].notna().any() else []),
        Column("share", "Grant, % of bid", "percent"),
    ]
    caption = f"{len(chosen)} {'area' if len(chosen) == 1 else 'areas'} {way}{'s' if len(chosen) == 1 else ''}"
    caption += f", the {ENDS} that {way} most" if len(chosen) > ENDS else ""
    area = "code" if links else ""
    return tabulate(way, caption, columns, rows, row_key=lambda r: str(r["code"]), area=area)


def measure_table(figures: Figures, measure: Measure) -> Table:
    """Show the figures of one map."""
    named = figures.areas
    if measure.key.startswith("uplift-"):
        last = figures.last_targets
        rows = last[
            (last["objective"] == measure.key.removeprefix("uplift-")) & last["area"].isin(measure.values.index)
        ]
        unit = figures.units[measure.key.removeprefix("uplift-")]
        columns = [
            Column("proposed", f"Proposed, {unit}", "number"),
            Column("agreed", f"Agreed, {unit}", "number"),
            Column("uplift", f"Above the proposal, {unit}", "number"),
            Column("share", "Against proposed", "change"),
        ]
        table = rows.rename(columns={"area": "code"})
    else:
        mapped = named.loc[measure.values.index]
        table = mapped.assign(less=mapped["share"] - 1).reset_index(names="code")
        change = [
            *settlement_columns("grants", ("change",), figures.money),
            Column("less", "Against the bid", "change"),
        ]
        columns = [Column("per_head", "Grant per head, £", "number")] if measure.key == "per_head" else change
    table = table.assign(name=table["code"].map(named["name"]))
    return tabulate(
        f"map-{measure.key}",
        measure.title,
        [Column("name", "Area"), *columns],
        records(table),
        row_key=lambda r: str(r["code"]),
        area="code",
        sortable=True,
    )


def groups_table(figures: Figures, key: str, caption: str, heading: str, sums: pd.DataFrame) -> Table:
    """Show sums by region, or by fifths of the areas."""
    unit = figures.money
    return tabulate(
        key,
        caption,
        [
            Column("group", heading),
            Column("areas", "Areas", "count"),
            Column("bid", f"Bids, {unit}", "money"),
            Column("grant", f"Grants, {unit}", "money"),
            Column("change", f"Change, {unit}", "money"),
            Column("share", "Grants, % of bids", "percent"),
            Column("per_head", "Grant per head, £", "number"),
            Column("change_per_head", "Change per head, £", "number"),
        ],
        records(sums.rename_axis("group").reset_index()),
        row_key=lambda r: str(r["group"]),
        sortable=True,
    )
