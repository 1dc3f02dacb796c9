"""The sheets of a settlement: each of its tables with names and units, and what each area gets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from singlepot.models.money import POUNDS_PER

from .sheets import MONEY, Column, Sheet

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.models.settlement.settlement import Settlement

OWN_UNIT = "unit of the objective"
"""What stands in the header of a column whose rows have units of their own."""


def settlement_sheets(settlement: Settlement) -> list[Sheet]:
    """The sheets in the order in which people ask: the nation, the money, the areas, then every cell."""
    return [
        national_sheet(settlement),
        pot_sheet(settlement),
        areas_sheet(settlement),
        grants_sheet(settlement),
        targets_sheet(settlement),
        asks_sheet(settlement),
        take_up_sheet(settlement),
        stages_sheet(settlement),
        objectives_sheet(settlement),
    ]


def national_sheet(settlement: Settlement) -> Sheet:
    """National targets: proposed, agreed, short, and what one more unit costs."""
    table = _with_objectives(settlement, settlement.national)
    short = table["shortfall"] / table["target"]
    columns = [
        *_objective_columns(),
        Column("year", "Year or range"),
        *(Column(name, f"{name.capitalize()} ({OWN_UNIT})", "outcome") for name in ("target", "proposed", "agreed")),
        Column("shortfall", f"Shortfall ({OWN_UNIT})", "outcome"),
        Column("short", "Shortfall (share of the target)", "share"),
        *_price_columns(),
    ]
    about = "A row for each national target: what areas proposed and agreed to, and what is short."
    return Sheet("National", "National targets", about, table.assign(short=short), columns)


def pot_sheet(settlement: Settlement) -> Sheet:
    """The pot by year and envelope."""
    unit, table = _money(settlement), settlement.pot
    words = {
        "amount": "Pot",
        "allocated": "Granted",
        "carried": "Carried into the next year",
        "vired": "Moved to other envelopes",
        "reserve": "Left",
        "carried_in": "Carried in from the year before",
        "vired_in": "Moved in from other envelopes",
    }
    pounds = {
        "pounds": "Granted",
        "carried_pounds": "Carried into the next year",
        "vired_pounds": "Moved to other envelopes",
        "vired_in_pounds": "Moved in from other envelopes",
    }
    summed = ("amount", "allocated", "reserve", "pounds")
    columns = [
        Column("envelope", "Envelope"),
        Column("year", "Year"),
        *(Column(name, f"{said} ({unit})", "money", name in summed) for name, said in words.items()),
        *(Column(n, f"{said} (whole £)", "pounds", n in summed) for n, said in pounds.items() if n in table),
        *(
            Column(name, f"Moved to {name.removeprefix('vired_to_')} ({unit})", "money")
            for name in table.columns
            if name.startswith("vired_to_")
        ),
        *_price_columns(),
    ]
    about = "A row for each envelope and year: what there is, what is granted, and what is left."
    return Sheet("Pot", "The pot", about, table, columns)


def areas_sheet(settlement: Settlement) -> Sheet:
    """A row for each area: bid and grant over all years and envelopes."""
    unit, per_unit = _money(settlement), POUNDS_PER[settlement.scenario.settings.money]
    areas = settlement.scenario.filled("areas")[["code", "name", "type", "region", "population"]].sort_values("code")
    sums = settlement.grants.groupby("area")[["bid", "grant", "change", "pounds"]].sum()
    asked = settlement.asks.groupby("area").size()
    table = areas.merge(sums, how="left", left_on="code", right_index=True).reset_index(drop=True)
    table[["bid", "grant", "change"]] = table[["bid", "grant", "change"]].fillna(0.0)
    table["pounds"] = table["pounds"].fillna(0).astype("int64")
    table["asks"] = table["code"].map(asked).fillna(0).astype("int64")
    table["moved"] = table["change"] / table["bid"].where(table["bid"] > 0)
    people = table["population"].where(table["population"] > 0)
    table["per_head"], table["change_per_head"] = (table[name] * per_unit / people for name in ("grant", "change"))
    columns = [
        Column("code", "Area code"),
        Column("name", "Area", "long"),
        Column("type", "Type"),
        Column("region", "Region"),
        Column("population", "Population (people)", "whole", True),
        Column("bid", f"Bid ({unit})", "money", True),
        Column("grant", f"Grant ({unit})", "money", True),
        Column("change", f"Grant less bid ({unit})", "money", True),
        Column("moved", "Grant less bid (share of the bid)", "share"),
        Column("per_head", "Grant (£ per head)", "outcome"),
        Column("change_per_head", "Grant less bid (£ per head)", "outcome"),
        Column("pounds", "Grant (whole £)", "pounds", True),
        Column("asks", "What is asked of it (number of asks)", "whole", True),
    ]
    about = "A row for each area, over all years and envelopes: what it bid and what it gets."
    return Sheet("Areas", "Areas: bids and grants", about, table, columns)


def grants_sheet(settlement: Settlement) -> Sheet:
    """A row for each area, envelope and year."""
    unit = _money(settlement)
    columns = [
        *_area_columns(),
        Column("envelope", "Envelope"),
        Column("year", "Year"),
        Column("bid", f"Bid ({unit})", "money", True),
        Column("grant", f"Grant ({unit})", "money", True),
        Column("change", f"Grant less bid ({unit})", "money", True),
        Column("pounds", "Grant (whole £)", "pounds", True),
    ]
    table = _with_names(settlement, settlement.grants)
    return Sheet("Grants", "Grants", "A row for each area, envelope and year.", table, columns)


def targets_sheet(settlement: Settlement) -> Sheet:
    """A row for each area, objective and year."""
    table = _with_objectives(settlement, _with_names(settlement, settlement.targets))
    words = {
        "proposed": "Proposed",
        "agreed": "Agreed",
        "uplift": "Above what was proposed",
        "concession": "Below what was proposed",
    }
    columns = [
        *_area_columns(),
        *_objective_columns(),
        Column("year", "Year"),
        *(Column(name, f"{said} ({OWN_UNIT})", "outcome") for name, said in words.items()),
        Column("rate", "Level reached (unit of the level)", "number"),
        Column("rate_unit", "Unit of the level"),
    ]
    about = "A row for each area, objective and year. Targets are contributions: improvements on the baseline."
    return Sheet("Targets", "Targets", about, table, columns)


def asks_sheet(settlement: Settlement) -> Sheet:
    """A row for each ask, with its reason."""
    unit = _money(settlement)
    outcomes = [
        Column(row["key"], f"{row['name'] or row['key']} ({row['unit']}, added over the years)", "outcome")
        for row in settlement.scenario.filled("objectives").to_dict("records")
        if row["key"] in settlement.asks
    ]
    columns = [
        *_area_columns(),
        Column("option", "Option"),
        Column("take_up", "Take-up (1 is the whole option)", "part"),
        Column("grant_change", f"Change of grant ({unit}, all years)", "money", True),
        *outcomes,
        Column("reason", "Reason", "long"),
    ]
    about = "A row for each option that is used: what it does, and why this area."
    return Sheet("Asks", "What is asked of areas", about, _with_names(settlement, settlement.asks), columns)


def take_up_sheet(settlement: Settlement) -> Sheet:
    """A row for each option, used or not."""
    columns = [
        *_area_columns(),
        Column("option", "Option"),
        Column("take_up", "Take-up (1 is the whole option)", "part"),
    ]
    about = "A row for each option and scale-back of each area, used or not."
    return Sheet("Take-up", "Take-up of options", about, _with_names(settlement, settlement.take_up), columns)


def stages_sheet(settlement: Settlement) -> Sheet:
    """A row for each stage."""
    columns = [
        Column("name", "Stage"),
        Column("value", "Proved optimum (unit of the stage)", "number"),
        Column("final", "Value at the settlement (unit of the stage)", "number"),
        Column("give", "What later stages may use (unit of the stage)", "number"),
        Column("unit", "Unit of the stage", "long"),
    ]
    about = "A row for each stage, in the order in which they are minimised."
    return Sheet("Stages", "Stages", about, settlement.stages, columns)


def objectives_sheet(settlement: Settlement) -> Sheet:
    """A row for each objective: what is counted, and in which unit."""
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


def _money(settlement: Settlement) -> str:
    return MONEY[settlement.scenario.settings.money][0]


def _with_names(settlement: Settlement, table: pd.DataFrame) -> pd.DataFrame:
    names = settlement.scenario.filled("areas").set_index("code")["name"]
    return table.assign(area_name=table["area"].map(names))


def _with_objectives(settlement: Settlement, table: pd.DataFrame) -> pd.DataFrame:
    objectives = settlement.scenario.filled("objectives").set_index("key")
    key = table["objective"]
    return table.assign(
        objective_name=key.map(objectives["name"].where(objectives["name"] != "", objectives.index)),
        own_unit=key.map(objectives["unit"]),
        rate_unit=key.map(objectives["rate_unit"]),
    )


def _area_columns() -> Iterable[Column]:
    return Column("area", "Area code"), Column("area_name", "Area", "long")


def _objective_columns() -> Iterable[Column]:
    return (
        Column("objective", "Objective key"),
        Column("objective_name", "Objective"),
        Column("own_unit", "Unit of the objective"),
    )


def _price_columns() -> Iterable[Column]:
    return (
        Column("price", "Price (unit of the price)", "number"),
        Column("price_unit", "Unit of the price"),
        Column("price_stage", "Stage of the price"),
        Column("price_note", "Note on the price"),
        Column("removes", "What one more unit of money removes (share of the stage's shortfall)", "share"),
    )
