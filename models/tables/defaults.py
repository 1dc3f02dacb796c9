"""Completion of tables: every column present, and defaults in place of empty cells."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from .schema import TABLES, grant_of


def fill(table: str, tables: Mapping[str, pd.DataFrame], attributes: Sequence[str]) -> pd.DataFrame:
    """Return a table of a valid scenario with every column, defaults in place of empty cells.

    Parameters
    ----------
    table
        Name of the table.
    tables
        All tables by name.
    attributes
        Further numeric columns of areas.

    Returns
    -------
    The columns of the manual in their order. In ``option_years`` these are area, option, year,
    ``grant_ENVELOPE`` for every envelope and one for each objective, 0 where nothing changes. Columns kept and
    ignored are left out.
    """
    given, spec = tables[table], TABLES[table]
    if table == "option_years":
        return _fill_option_years(given, envelopes_of(tables["pot"]), list(tables["objectives"]["key"]))
    columns = {column.name: _filled(given, column.name, column.default) for column in spec}
    if table == "areas":
        columns |= {name: _filled(given, name, math.nan) for name in attributes}
    return pd.DataFrame(columns, index=given.index)


def envelopes_of(pot: pd.DataFrame) -> tuple[str, ...]:
    """Return the envelopes of the table pot in order of first appearance."""
    return tuple(dict.fromkeys(_filled(pot, "envelope", TABLES["pot"]["envelope"].default)))


def _fill_option_years(given: pd.DataFrame, envelopes: Sequence[str], objectives: Sequence[str]) -> pd.DataFrame:
    columns = {name: given[name] for name in ("area", "option", "year")}
    for envelope in envelopes:
        name = grant_of(envelope).name
        columns[name] = _filled(given, "grant" if name not in given and len(envelopes) == 1 else name, 0.0)
    for key in objectives:
        columns[key] = _filled(given, key, 0.0)
    return pd.DataFrame(columns, index=given.index)


def _filled(table: pd.DataFrame, name: str, default: str | float) -> pd.Series[Any]:
    if name not in table:
        kind = str if isinstance(default, str) else float
        return pd.Series([default] * len(table), index=table.index, dtype=kind)
    column: pd.Series[Any] = table[name]
    if isinstance(default, str):
        return column if default == "" else column.mask(column == "", default)
    return column if math.isnan(default) or not column.hasnans else column.fillna(default)
