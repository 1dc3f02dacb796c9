"""References to the cells of a sheet, as formulas and charts name them."""

from __future__ import annotations

from .sheets import Sheet

TOP = 4
"""Rows above the header of a table: title, sentence, way back to the contents, note on the cells."""

MOST_ROWS = 1_048_576
"""Rows of a sheet."""


def rows_shown(part: Sheet) -> int:
    """Return how many rows of its table a sheet has room for."""
    return min(len(part.table), MOST_ROWS - TOP - 2)


def position_of(part: Sheet, source: str) -> int:
    """Return the position of a column among those that a sheet shows."""
    return [column.source for column in part.columns].index(source)


def cell_reference(row: int, column: int, sheet: str = "") -> str:
    """Return the absolute reference of a cell, as formulas name it.

    Examples
    --------
    >>> cell_reference(5, 27, "Grants")
    "'Grants'!$AB$6"
    """
    from xlsxwriter.utility import xl_rowcol_to_cell

    cell = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
    return f"'{sheet}'!{cell}" if sheet else str(cell)


def span(part: Sheet, source: str, *, named: bool = True) -> str:
    """Return the range of a sheet's column, as formulas name it; ``named`` with the name of the sheet."""
    position = position_of(part, source)
    first = cell_reference(TOP + 1, position, part.name if named else "")
    return f"{first}:{cell_reference(TOP + max(rows_shown(part), 1), position)}"
