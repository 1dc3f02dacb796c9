"""Row changes of a what-if: rows are selected by their columns and those of their areas, and edited."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from singlepot.models.diagnostics.problems import as_number, did_you_mean, shown
from singlepot.models.natural_order import natural
from singlepot.models.tables.defaults import envelopes_of
from singlepot.models.tables.line_columns import OF_LINE, of_line
from singlepot.models.tables.schema import PROGRAMMES, TABLES, Column, attribute, grant_of, kept, of_year, outcome

from .parsing import Cell, Change, Complaints, known_columns

if TYPE_CHECKING:
    import pandas as pd

Rows = npt.NDArray[np.bool_]

RELATED = {"option_years": (("options", ("area", "option")), ("areas", ("area",)))}
"""Tables whose columns may select rows of another, and the columns by which they are joined."""


@dataclass
class Tables:
    """Tables of a scenario while a what-if changes them."""

    frames: dict[str, pd.DataFrame]
    attributes: Sequence[str]
    years: Sequence[str]
    derived: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def column(self, table: str, name: str) -> Column | None:
        """Describe a column that the table may have; None if it may not."""
        return self.columns(table).get(name) or (Column(name, "text", "Kept and ignored.") if kept(name) else None)

    def columns(self, table: str) -> dict[str, Column]:
        """Describe all columns that a table may have."""
        known = dict(TABLES[table].by_name)
        if table == "areas":
            known |= {name: attribute(name) for name in self.attributes}
        if table == PROGRAMMES:
            known |= {year: of_year(year) for year in self.years}
        if table == "option_years":
            grants = map(grant_of, envelopes_of(self.frames["pot"]))
            outcomes = map(outcome, self.frames["objectives"]["key"])
            known |= {column.name: column for column in (*grants, *outcomes)}
        notes = [name for name in self.frames[table].columns if kept(name)]
        return known | {name: Column(name, "text", "Kept and ignored.") for name in notes}

    def cells(self, table: str, column: Column) -> pd.Series[Any]:
        """Return the cells of a column, with its default where it is absent or a cell is empty."""
        frame = self.frames[table]
        if column.name not in frame:
            return _empty(column, frame.index, column.default)
        cells: pd.Series[Any] = frame[column.name]
        if table == PROGRAMMES and column.name in OF_LINE:
            cells = of_line(frame, column.name)
        if column.numeric:
            return cells.fillna(column.empty)
        return cells.mask(cells == "", column.default) if column.default else cells


def apply(change: Change, tables: Tables, complaints: Complaints) -> None:
    """Apply a change to the tables, or report why it cannot be applied.

    Parameters
    ----------
    change
        The change.
    tables
        The tables; that of the change is replaced.
    complaints
        Takes the problems; with a problem nothing is changed.
    """
    before = len(complaints.report)
    fits = _fitting(change, tables, complaints)
    if change.action == "append":
        if fits:
            tables.frames[change.table] = _appended(change, tables)
        return
    chosen = _chosen(change, tables, complaints)
    if len(complaints.report) > before or chosen is None:
        return
    if change.action == "drop":
        rest = tables.frames[change.table][~chosen].reset_index(drop=True)
        required = [column.name for column in TABLES[change.table] if column.required]
        tables.frames[change.table] = rest if len(rest) else rest[required]
        return
    frame = tables.frames[change.table].copy()
    for name, value in change.values.items():
        changed = _changed(change, tables, name, value, chosen, complaints)
        if changed is not None:
            frame[name] = changed
    if len(complaints.report) == before:
        tables.frames[change.table] = frame


def _fitting(change: Change, tables: Tables, complaints: Complaints) -> bool:
    """Check that every column of a change is known and can hold its value."""
    known = tables.columns(change.table)
    fits = True
    for cells in change.rows or (change.values,):
        for name, value in cells.items():
            key, column = f"{change.action}.{name}", tables.column(change.table, name)
            if column is None:
                remedy = did_you_mean(name, known)
                complaints.add("SP-W008", change.label, key, "", known_columns(list(known)), remedy)
            elif change.action in ("multiply", "add") and not column.numeric:
                complaints.add("SP-W012", change.label, key, "a column of text", "a column of numbers", "use set")
            elif column.numeric and isinstance(value, str) and value:
                remedy = as_number(value) or 'write "" for no number'
                complaints.add("SP-W013", change.label, key, shown(value), column.expected(), remedy)
            elif not column.numeric and not isinstance(value, str):
                complaints.add("SP-W013", change.label, key, shown(value), column.expected(), "put it in quotes")
            else:
                continue
            fits = False
    return fits


def _chosen(change: Change, tables: Tables, complaints: Complaints) -> Rows | None:
    """Select the rows that match ``where``; None where no row does, or it cannot be read."""
    if change.table in tables.derived and not _matches(change, tables):
        behind = Tables({**tables.frames, **tables.derived}, tables.attributes, tables.years)
        if _matches(change, behind):
            remedy = "change programmes or [derive], or make all rows given ones with singlepot derive"
            expected = f"given rows of {change.table}"
            complaints.add("SP-W022", change.label, "where", "rows derived from programmes", expected, remedy)
            return None
    chosen = np.ones(len(tables.frames[change.table]), dtype=bool)
    faulty = False
    for name, values in change.where.items():
        cells = cells_for_choosing(tables, change.table, name)
        if cells is None:
            known = _choosing_columns(tables, change.table)
            remedy = did_you_mean(name, known)
            complaints.add("SP-W008", change.label, f"where.{name}", "", known_columns(known), remedy)
            faulty = True
            continue
        there = set(cells)
        missing = [value for value in values if value not in there]
        for value in missing:
            words = sorted({cell for cell in there if isinstance(cell, str) and cell}, key=natural)
            remedy = did_you_mean(value, words) if isinstance(value, str) else ""
            few = f"one of {', '.join(words)}" if 0 < len(words) <= 12 else f"a value of the column {name}"
            complaints.add("SP-W010", change.label, f"where.{name}", shown(value), few, remedy)
            faulty = True
        chosen &= np.isin(np.asarray(cells, dtype=object), np.asarray(values, dtype=object))
    if faulty:
        return None
    if not chosen.any():
        conditions = " and ".join(f"{name} {shown(list(values))}" for name, values in change.where.items())
        value = f"no row with {conditions}" if conditions else f"no row in {change.table}"
        remedy = "widen it, or leave the change out"
        complaints.add("SP-W011", change.label, "where", value, "at least one row", remedy)
        return None
    return chosen


def _matches(change: Change, tables: Tables) -> bool:
    """Whether any row matches ``where``."""
    chosen = np.ones(len(tables.frames[change.table]), dtype=bool)
    for name, values in change.where.items():
        cells = cells_for_choosing(tables, change.table, name)
        if cells is None:
            return False
        chosen &= np.isin(np.asarray(cells, dtype=object), np.asarray(values, dtype=object))
    return bool(chosen.any())


def _related(table: str) -> Sequence[tuple[str, tuple[str, ...]]]:
    if table in RELATED:
        return RELATED[table]
    return (("areas", ("area",)),) if "area" in TABLES[table].by_name else ()


def _choosing_columns(tables: Tables, table: str) -> list[str]:
    known = list(tables.columns(table))
    for other, _ in _related(table):
        known += [name for name in tables.columns(other) if name not in known]
    return known


def cells_for_choosing(tables: Tables, table: str, name: str) -> pd.Series[Any] | None:
    """Return the cells of a column of the table or, for the rows of areas and options, of a related table."""
    import pandas as pd

    if (column := tables.column(table, name)) is not None:
        return tables.cells(table, column)
    frame = tables.frames[table]
    for other, keys in _related(table):
        column = tables.column(other, name)
        if column is None or any(key not in frame for key in keys):
            continue
        there = tables.frames[other]
        names = ("code",) if other == "areas" else keys
        labels = list(zip(*(there[key] for key in names), strict=True))
        meaning = dict(zip(labels, tables.cells(other, column), strict=True))
        rows = zip(*(frame[key] for key in keys), strict=True)
        empty: Cell = math.nan if column.numeric else ""
        return pd.Series([meaning.get(row, empty) for row in rows], index=frame.index, dtype=object)
    return None


def _changed(
    change: Change, tables: Tables, name: str, value: Cell, chosen: Rows, complaints: Complaints
) -> pd.Series[Any] | None:
    """Compute the new cells of a column; None where there is no number to change."""
    column = tables.column(change.table, name)
    assert column is not None
    frame = tables.frames[change.table]
    cells = frame[name].copy() if name in frame else _empty(column, frame.index)
    if change.action == "set":
        cells[chosen] = _cell(column, value)
        return cells
    numbers = tables.cells(change.table, column)[chosen].astype(float)
    if change.action == "multiply" and column.default == 0:
        numbers = cells[chosen].astype(float)  # an empty cell that means 0 stays empty
    result = numbers * float(value) if change.action == "multiply" else numbers + float(value)
    if result.isna().all():
        key = f"{change.action}.{name}"
        complaints.add("SP-W012", change.label, key, "empty cells only", "cells with numbers", "use set")
        return None
    cells[chosen] = result
    return cells


def _appended(change: Change, tables: Tables) -> pd.DataFrame:
    import pandas as pd

    frame = tables.frames[change.table]
    further = [name for name in dict.fromkeys(name for row in change.rows for name in row) if name not in frame]
    columns = {}
    for name in (*frame.columns, *further):
        column = tables.column(change.table, name) or Column(name, "text", "")
        old = list(frame[name]) if name in frame else [_cell(column, "")] * len(frame)
        new = [_cell(column, row.get(name, "")) for row in change.rows]
        columns[name] = pd.Series([*old, *new], dtype=float if column.numeric else str)
    return pd.DataFrame(columns)


def _cell(column: Column, value: Cell) -> Cell:
    return (math.nan if value == "" else float(value)) if column.numeric else str(value)


def _empty(column: Column, index: pd.Index[Any], value: Cell = "") -> pd.Series[Any]:
    import pandas as pd

    return pd.Series([_cell(column, value)] * len(index), index=index, dtype=float if column.numeric else str)
