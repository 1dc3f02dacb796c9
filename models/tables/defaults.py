"""Completion of tables: every column present, and defaults in place of empty cells."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
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


def fill_columns(
    table: str, tables: Mapping[str, pd.DataFrame], attributes: Sequence[str]
) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of :func:`fill` as arrays: numbers as floats, texts as objects."""
    given, spec = tables[table], TABLES[table]
    if table != "option_years":
        columns = {
            column.name: _array(given, column.name, math.nan if column.numeric and column.required else column.default)
            for column in spec
        }
        named = attributes if table == "areas" else ()
        return columns | {name: _array(given, name, math.nan) for name in named}
    envelopes, objectives = envelopes_of(tables["pot"]), list(tables["objectives"]["key"])
    columns = {name: _array(given, name, "") for name in ("area", "option", "year")}
    columns |= {grant_of(one).name: _array(given, _grant_in(given, one, envelopes), 0.0) for one in envelopes}
    return columns | {key: _array(given, key, 0.0) for key in objectives}


def envelopes_of(pot: pd.DataFrame) -> tuple[str, ...]:
    """Return the envelopes of the table pot in order of first appearance."""
    return tuple(dict.fromkeys(_array(pot, "envelope", TABLES["pot"]["envelope"].default)))


def _fill_option_years(given: pd.DataFrame, envelopes: Sequence[str], objectives: Sequence[str]) -> pd.DataFrame:
    columns = {name: given[name] for name in ("area", "option", "year")}
    for envelope in envelopes:
        columns[grant_of(envelope).name] = _filled(given, _grant_in(given, envelope, envelopes), 0.0)
    for key in objectives:
        columns[key] = _filled(given, key, 0.0)
    return pd.DataFrame(columns, index=given.index)


def _grant_in(given: pd.DataFrame, envelope: str, envelopes: Sequence[str]) -> str:
    """Column of the grants of an envelope; one pot has its own without a name."""
    name = grant_of(envelope).name
    return "grant" if name not in given and len(envelopes) == 1 else name


def _array(table: pd.DataFrame, name: str, default: str | float) -> npt.NDArray[Any]:
    kind: Any = object if isinstance(default, str) else np.float64
    if name not in table:
        return np.full(len(table), default, dtype=kind)
    column = table[name].to_numpy(dtype=kind)
    if default == "" or default != default:
        return column
    return np.where(column == "" if kind is object else np.isnan(column), default, column)


def _filled(table: pd.DataFrame, name: str, default: str | float) -> pd.Series[Any]:
    if name not in table:
        kind = str if isinstance(default, str) else float
        return pd.Series([default] * len(table), index=table.index, dtype=kind)
    column: pd.Series[Any] = table[name]
    if isinstance(default, str):
        return column if default == "" else column.mask(column == "", default)
    return column if math.isnan(default) or not column.hasnans else column.fillna(default)
