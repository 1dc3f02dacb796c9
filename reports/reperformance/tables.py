"""Comparison of tables: each cell with the same cell of the table that was derived."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from singlepot.models.assurance.verification import AssuranceFinding
from singlepot.models.scenario.array_types import Floats
from singlepot.models.tables.output import MONEY, OBJECTIVE, STAGE, TAKE_UP, OutputColumn, OutputTable

from .precision import Precision

LABELS = ("label", "year", "years")
"""Kinds of columns that say which row this is."""


def table_differences(
    table: OutputTable, written: pd.DataFrame, derived: pd.DataFrame, precision: Precision, file: str, whole: float
) -> Iterator[AssuranceFinding]:
    """Compare a table with what was derived: its columns, its rows in their order, and each cell.

    Parameters
    ----------
    table
        What its columns hold.
    written, derived
        The two tables.
    precision
        By how much numbers may differ.
    file
        Where the table stands, ending in the word before the number of a row: ``tables/grants.csv line``.
    whole
        All the money there is, the natural size of a stage that is no share.
    """
    where = file.rpartition(" ")[0]
    expected = [name for name in map(str, derived.columns) if not precision.settled_only or is_settled(table, name)]
    names = [name for name in map(str, written.columns) if not precision.settled_only or name in expected]
    if names != expected:
        yield AssuranceFinding(where, "its columns", ", ".join(names), ", ".join(expected))
    if len(written) != len(derived):
        yield AssuranceFinding(where, "its number of rows", str(len(written)), str(len(derived)))
    size = min(len(written), len(derived))
    first = 2 if file.endswith("line") else 1
    sizes = _Sizes(table, derived.head(size), whole)
    labels = [name for name in expected if _kind(table, name) in LABELS]
    for name in [name for name in expected if name in names]:
        one, other = written[name].head(size), derived[name].head(size)
        for at in _unequal(_kind(table, name), one, other, precision, sizes.of(name)):
            key = ", ".join(str(derived[label].iloc[at]) for label in labels)
            found, wanted = (_cell(column.iloc[at]) for column in (one, other))
            yield AssuranceFinding(f"{file} {at + first}", f"{key}, {name}", found, wanted)


def is_settled(table: OutputTable, name: str) -> bool:
    """Whether the stages and the sharing step alone decide a column, in every version of the program."""
    column = _column(table, name)
    return column is None or (not column.added and column.kind in (*LABELS, "number"))


def _column(table: OutputTable, name: str) -> OutputColumn | None:
    """Column of this name; one of several, such as that of an objective, has none."""
    return next((column for column in table.columns if column.name == name), None)


def _kind(table: OutputTable, name: str) -> str:
    return table.kind_of(name)


def _unequal(kind: str, written: pd.Series, derived: pd.Series, precision: Precision, size: Floats) -> list[int]:
    """Positions of the cells that differ."""
    if kind == "number":
        one, other = (column.to_numpy(dtype=np.float64, na_value=np.nan) for column in (written, derived))
        largest = np.maximum(np.maximum(np.abs(one), np.abs(other)), size)
        with np.errstate(invalid="ignore"):
            same = (one == other) | (np.abs(one - other) <= precision.relative * largest)
        return [int(at) for at in np.flatnonzero(~(same | (np.isnan(one) & np.isnan(other))))]
    pairs = zip(written.tolist(), derived.tolist(), strict=True)
    if kind == "text":
        return [at for at, (one, other) in enumerate(pairs) if not precision.same_text(str(one), str(other))]
    return [at for at, (one, other) in enumerate(pairs) if one != other]


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "nothing" if value != value else repr(value).removesuffix(".0")
    return str(value) or "nothing"


class _Sizes:
    """Sizes of the quantities in each row: numbers of one unit in a row are differences of each other."""

    def __init__(self, table: OutputTable, derived: pd.DataFrame, whole: float) -> None:
        self._table, self._derived, self._whole = table, derived, whole

    def of(self, name: str) -> Floats:
        column = _column(self._table, name)
        unit = "" if column is None else column.unit
        if unit == TAKE_UP:
            return np.ones(len(self._derived))
        if unit == STAGE:
            shares = self._derived["unit"].str.contains("share").to_numpy(dtype=bool)
            return np.where(shares, 1.0, np.maximum(self._whole, self._largest(STAGE)))
        return self._largest(unit) if unit in (MONEY, OBJECTIVE) else np.zeros(len(self._derived))

    def _largest(self, unit: str) -> Floats:
        names = [column.name for column in self._table.columns if column.unit == unit and not column.per]
        return np.asarray(self._derived[names].abs().max(axis=1).to_numpy(dtype=np.float64))
