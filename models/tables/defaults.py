"""Completion of tables: every column present, and defaults in place of empty cells."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .schema import PROGRAMMES, TABLES, grant_of, kept


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
    given = tables[table]
    columns = {name: _filled(given, column, default) for name, column, default in _completed(table, tables, attributes)}
    return pd.DataFrame(columns, index=given.index)


def fill_columns(
    table: str, tables: Mapping[str, pd.DataFrame], attributes: Sequence[str]
) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of :func:`fill` as arrays: numbers as floats, texts as objects."""
    given = tables[table]
    return {name: _array(given, column, default) for name, column, default in _completed(table, tables, attributes)}


def _completed(
    table: str, tables: Mapping[str, pd.DataFrame], attributes: Sequence[str]
) -> Iterator[tuple[str, str, str | float]]:
    """List the columns of a completed table: name, column that it is read from, default in place of empty cells."""
    if table != "option_years":
        for column in TABLES[table]:
            yield column.name, column.name, column.empty
        further = attributes if table == "areas" else year_columns(tables[table]) if table == PROGRAMMES else ()
        yield from ((name, name, math.nan) for name in further)
        return
    given, envelopes = tables[table], envelopes_of(tables["pot"])
    yield from ((name, name, "") for name in ("area", "option", "year"))
    for envelope in envelopes:
        name = grant_of(envelope).name
        yield name, "grant" if name not in given and len(envelopes) == 1 else name, 0.0
    yield from ((key, key, 0.0) for key in tables["objectives"]["key"])


def year_columns(programmes: pd.DataFrame) -> list[str]:
    """List the columns of ``programmes`` that are years."""
    return [name for name in map(str, programmes) if name not in TABLES[PROGRAMMES].by_name and not kept(name)]


def envelopes_of(pot: pd.DataFrame) -> tuple[str, ...]:
    """Return the envelopes of the table pot in order of first appearance."""
    return tuple(dict.fromkeys(_array(pot, "envelope", TABLES["pot"]["envelope"].default)))


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
