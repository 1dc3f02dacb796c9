"""Completion of tables: every column present, and defaults in place of empty cells."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from .schema import PROGRAMMES, TABLES, TOTAL, grant_of, kept
from .stored_table import StoredTable

if TYPE_CHECKING:
    import pandas as pd


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
    import pandas as pd

    given = tables[table]
    completed = _completed(table, [*given], envelopes_of(tables["pot"]), [*tables["objectives"]["key"]], attributes)
    return pd.DataFrame({name: _filled(given, source, empty) for name, source, empty in completed}, index=given.index)


def fill_columns(
    table: str, tables: Mapping[str, StoredTable], attributes: Sequence[str]
) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of :func:`fill` as arrays: numbers as floats, texts as objects."""
    given, keys = tables[table], [*tables["objectives"].array("key", "")]
    completed = _completed(table, [*given.columns], stored_envelopes(tables["pot"]), keys, attributes)
    return {name: given.array(source, empty) for name, source, empty in completed}


def _completed(
    table: str, headers: Sequence[str], envelopes: Sequence[str], objectives: Sequence[str], attributes: Sequence[str]
) -> Iterator[tuple[str, str, str | float]]:
    """List the columns of a completed table: name, column that it is read from, default in place of empty cells."""
    if table != "option_years":
        for column in TABLES[table]:
            yield column.name, column.name, column.empty
        further = attributes if table == "areas" else year_columns(headers) if table == PROGRAMMES else ()
        yield from ((name, name, math.nan) for name in further)
        return
    yield from ((name, name, "") for name in ("area", "option", "year"))
    for envelope in envelopes:
        name = grant_of(envelope).name
        yield name, "grant" if name not in headers and len(envelopes) == 1 else name, 0.0
    yield from ((key, key, 0.0) for key in objectives)


def year_columns(headers: Iterable[str]) -> list[str]:
    """List the columns of ``programmes`` that are years."""
    return [name for name in map(str, headers) if name not in TABLES[PROGRAMMES].by_name and not kept(name)]


def envelopes_of(pot: pd.DataFrame) -> tuple[str, ...]:
    """Return the envelopes of the table pot in order of first appearance."""
    return tuple(dict.fromkeys(_filled(pot, "envelope", TOTAL)))


def stored_envelopes(pot: StoredTable) -> tuple[str, ...]:
    """Return the same of a stored table."""
    return tuple(dict.fromkeys(pot.array("envelope", TOTAL)))


def _filled(table: pd.DataFrame, name: str, default: str | float) -> pd.Series[Any]:
    import pandas as pd

    if name not in table:
        kind = str if isinstance(default, str) else float
        return pd.Series([default] * len(table), index=table.index, dtype=kind)
    column: pd.Series[Any] = table[name]
    if isinstance(default, str):
        return column if default == "" else column.mask(column == "", default)
    return column if math.isnan(default) or not column.hasnans else column.fillna(default)
