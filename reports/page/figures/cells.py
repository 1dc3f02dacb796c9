"""The hexagon grid places areas by the scenario's own columns, else by the table of English authorities."""

from __future__ import annotations

import csv
from importlib.resources import files

import pandas as pd

from singlepot.models.scenario.scenario import Scenario

OWN_COLUMNS = ("hex_q", "hex_r")
"""Attributes of areas that hold the scenario's own hexagons."""

LEAST_MAPPED = 0.5
"""Share of the areas that must have a hexagon: with fewer a map would mislead."""

LEAST_CELLS = 10
"""Hexagons that make a map."""

BY_HAND = ("by hand", "moved")
"""Values of the column ``placed`` of hexagons that are not the source's."""


def cells_of(scenario: Scenario) -> pd.DataFrame:
    """Return the hexagons of a scenario's areas: area, cell (name of the hexagon), q, r, placed.

    An area has the hexagon of its own code, or those of all its members where it is their recipient. Empty where too
    few areas have one.
    """
    areas = scenario.filled("areas")
    areas = areas[areas["type"] != "centre"]
    if set(OWN_COLUMNS) <= set(areas):
        columns = {"code": "area", "name": "cell", "hex_q": "q", "hex_r": "r"}
        cells = areas.dropna(subset=list(OWN_COLUMNS))[list(columns)].rename(columns=columns).assign(placed="scenario")
    else:
        cells = _english(set(areas["code"]))
    few = len(cells) < LEAST_CELLS or cells["area"].nunique() < LEAST_MAPPED * len(areas)
    return cells.iloc[:0] if few else cells.reset_index(drop=True)


def read_cells() -> pd.DataFrame:
    """Read the shipped hexagons: code, name, recipient, q, r, placed."""
    with (files(__package__) / "cells.csv").open("r", encoding="utf-8") as file:
        table = pd.DataFrame(list(csv.DictReader(file)))
    return table.astype({"q": int, "r": int})


def _english(codes: set[str]) -> pd.DataFrame:
    cells = read_cells()
    itself = cells["code"].isin(codes)
    holder = cells["code"].where(itself, cells["recipient"])
    mapped = cells.assign(area=holder, cell=cells["name"])[holder.isin(codes)]
    return mapped[["area", "cell", "q", "r", "placed"]]
