"""The sheets of a settlement: each of its tables with names and units, and what each area gets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from singlepot.models.money import POUNDS_PER
from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.output import MONEY as UNIT_OF_MONEY
from singlepot.models.tables.output import OBJECTIVE, OUTPUT, POUNDS, SHARE, TAKE_UP, OutputColumn
from singlepot.models.tables.plain_words import plain
from singlepot.models.tables.stage_words import stage_words

from ..text.lines import capital
from .sheets import MONEY, Column, Sheet

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.models.settlement.settlement import Settlement

NAMES = {
    "national": "National",
    "pot": "Pot",
    "grants": "Grants",
    "targets": "Targets",
    "asks": "Asks",
    "take_up": "Take-up",
    "stages": "Stages",
}
"""Sheet of each table of the settlement, in the order in which people ask."""

SUMMED = {
    "pot": ("amount", "allocated", "reserve", "pounds"),
    "grants": ("bid", "grant", "change", "pounds", "present_value"),
    "asks": ("grant_change",),
}
"""Columns with a total beneath, by table."""

KINDS = {UNIT_OF_MONEY: "money", POUNDS: "pounds", OBJECTIVE: "outcome", TAKE_UP: "part", SHARE: "share"}
"""How numbers are shown, by unit; all others as ``number``."""

BESIDE = {
    "area": (Column("area name", "Area", "long"),),
    "objective": (Column("objective name", "Objective"), Column("objective unit", "Unit of the objective")),
    "option": (Column("option title", "What the option is", "long"),),
    "name": (Column("stage words", "What the stage minimises", "long"),),
    "shortfall": (Column("short share", "Shortfall (share of the target)", "share"),),
    "rate": (Column("level unit", "Unit of the level"),),
}
"""What a sheet adds after a column of the settlement: names, units, and the shortfall as a share."""


def settlement_sheets(settlement: Settlement) -> list[Sheet]:
    """Lay out the nation, the money, the areas, then every cell, in the order in which people ask."""
    titles = Titles(settlement.scenario)
    sheets = [table_sheet(settlement, table, titles) for table in NAMES]
    return [*sheets[:2], areas_sheet(settlement), *sheets[2:], objectives_sheet(settlement)]


def table_sheet(settlement: Settlement, name: str, titles: Titles) -> Sheet:
    """Lay a table of the settlement out as a sheet, with names and units beside its columns."""
    described, table = OUTPUT[name], _with_names(settlement, settlement.tables[name], titles)
    columns: list[Column] = []
    for column in _columns_of(settlement, name, titles):
        columns.append(shown(settlement, column, titles, total=column.name in SUMMED.get(name, ())))
        columns += [added for added in BESIDE.get(column.name, ()) if added.source in table]
    return Sheet(NAMES[name], described.title, described.explanation, table, columns)


def column_notes(settlement: Settlement, sheets: Iterable[Sheet]) -> list[tuple[str, str, str]]:
    """Explain each column of the settlement's tables: its sheets, its header and its sentence, each once."""
    explained: dict[tuple[str, str], list[str]] = {}
    tables, titles = {sheet: table for table, sheet in NAMES.items()}, Titles(settlement.scenario)
    for sheet in sheets:
        if sheet.name in tables:
            headers = {column.source: header for column, header in zip(sheet.columns, sheet.headers, strict=True)}
            for column in _columns_of(settlement, tables[sheet.name], titles):
                explained.setdefault((headers[column.name], column.explanation), []).append(sheet.name)
    return [(", ".join(names), header, sentence.replace("`", "")) for (header, sentence), names in explained.items()]


def areas_sheet(settlement: Settlement) -> Sheet:
    """Sum bid and grant over all years and envelopes, a row for each area."""
    per_unit = POUNDS_PER[settlement.scenario.settings.money]
    areas = settlement.scenario.filled("areas")[["code", "name", "type", "region", "population"]].sort_values("code")
    there = [name for name in SUMMED["grants"] if name in settlement.grants]
    sums = settlement.grants.groupby("area")[there].sum()
    asked = settlement.asks.groupby("area").size()
    table = areas.merge(sums, how="left", left_on="code", right_index=True).reset_index(drop=True)
    table[there] = table[there].fillna(0.0)
    table["pounds"] = table["pounds"].astype("int64")
    table["asks"] = table["code"].map(asked).fillna(0).astype("int64")
    table["moved"] = table["change"] / table["bid"].where(table["bid"] > 0)
    people = table["population"].where(table["population"] > 0)
    table["per_head"], table["change_per_head"] = (table[name] * per_unit / people for name in ("grant", "change"))
    titles = Titles(settlement.scenario)
    summed = {
        column.name: shown(settlement, column, titles, total=True)
        for column in OUTPUT["grants"].columns
        if column.name in there
    }
    columns = [
        Column("code", "Area code"),
        Column("name", "Area", "long"),
        Column("type", "Type"),
        Column("region", "Region"),
        Column("population", "Population (people)", "whole", True),
        *(summed[name] for name in ("bid", "grant", "change")),
        Column("moved", "Change (share of the bid)", "share"),
        Column("per_head", "Grant (£ per head)", "outcome"),
        Column("change_per_head", "Change (£ per head)", "outcome"),
        *(summed[name] for name in there[3:]),
        Column("asks", "What is asked of it (number of asks)", "whole", True),
    ]
    about = "A row for each area, over all years and envelopes: what it bid and what it gets."
    return Sheet("Areas", "Areas: bids and grants", about, table, columns)


def objectives_sheet(settlement: Settlement) -> Sheet:
    """Describe each objective: what is counted, and in which unit."""
    table = settlement.scenario.filled("objectives")
    columns = [
        Column("key", "Objective key"),
        Column("name", "Objective", "long"),
        Column("unit", "Unit", "long"),
        Column("direction", "Better is"),
        Column("weight", "Weight", "number"),
        Column("priority", "Priority", "number"),
        Column("rate_unit", "Unit of the level", "long"),
    ]
    return Sheet("Objectives", "Objectives", "A row for each objective.", table, columns)


def _columns_of(settlement: Settlement, name: str, titles: Titles) -> Sequence[OutputColumn]:
    """Described columns of a table; those that an earlier version did not write are left out."""
    there = settlement.tables[name]
    described = OUTPUT[name].columns_of(titles.objectives, settlement.scenario.envelopes)
    return [column for column in described if column.name in there]


def shown(settlement: Settlement, column: OutputColumn, titles: Titles, *, total: bool) -> Column:
    """Return the column of a sheet: the heading and the unit, and how its cells are shown."""
    if not column.unit:
        return Column(column.name, column.heading, "long" if column.kind == "text" else "text")
    heading, unit = column.heading, column.unit
    if unit == UNIT_OF_MONEY:
        unit = MONEY[settlement.scenario.settings.money][0]
    elif column.per == "objective":
        heading, unit = titles.objectives[column.name], f"{titles.units[column.name]}, added over the years"
    return Column(column.name, f"{plain(heading)} ({unit})", KINDS.get(column.unit, "number"), total)


def _with_names(settlement: Settlement, table: pd.DataFrame, titles: Titles) -> pd.DataFrame:
    """Add the columns of :data:`BESIDE` that the table has a place for."""
    added: dict[str, Any] = {}
    if "area" in table:
        added["area name"] = table["area"].map(titles.areas)
    if "option" in table:
        pairs = zip(table["area"].tolist(), table["option"].tolist(), strict=True)
        added["option title"] = [titles.option(area, option) for area, option in pairs]
    if "name" in table:
        added["stage words"] = [capital(stage_words(name)) for name in table["name"]]
    if "objective" in table:
        objectives = settlement.scenario.filled("objectives")
        levels = dict(zip(objectives["key"], objectives["rate_unit"], strict=True))
        values = {"objective name": titles.objectives, "objective unit": titles.units, "level unit": levels}
        added |= {name: table["objective"].map(value) for name, value in values.items()}
    if "target" in table:
        added["short share"] = table["shortfall"] / table["target"]
    return table.assign(**added)
