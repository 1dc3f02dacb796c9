"""Cells of a column, written by the kind of the column: one decision for all of them, and none for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .sheets import MISSING, NOT_APPLICABLE, Column

LONGEST_CELL = 32_767
"""Characters that a cell can hold, as Excel counts: one beyond the basic plane is two."""


def write_column(
    sheet: Any,
    at: tuple[int, int],
    column: Column,
    cells: Sequence[Any],
    formulas: Sequence[str] | None,
    styles: Any,
) -> None:
    """Write the cells of a column.

    Parameters
    ----------
    sheet
        Of XlsxWriter.
    at
        Row of the first cell, and the column.
    column
        How the cells are shown.
    cells
        The values; of formulas what they come to.
    formulas
        What is written in place of the values, where they are worked out by the spreadsheet program.
    styles
        Formats of the workbook.
    """
    (top, position), style = at, styles.cells[column.kind]
    if formulas is not None:
        for row, (formula, value) in enumerate(zip(formulas, cells, strict=True), start=top):
            sheet.write_formula(row, position, formula, style, value)
    elif column.kind == "link":
        for row, name in enumerate(cells, start=top):
            sheet.write_url(row, position, f"internal:'{name}'!A1", styles.link, name)
    elif column.words:
        texts = {cell: NOT_APPLICABLE if cell in ("", None) else cut(str(cell)) for cell in set(cells)}
        write = sheet.write_string
        for row, cell in enumerate(cells, start=top):
            write(row, position, texts[cell], style)
    else:
        _write_numbers(sheet, top, position, cells, style, styles.cells["text"])


def _write_numbers(sheet: Any, top: int, position: int, cells: Sequence[Any], style: Any, missing: Any) -> None:
    """Write numbers exactly: those that sixteen digits do not say with seventeen, those not known as a mark."""
    from singlepot.scenarios.workbooks.writing import exact

    write = sheet.write_number
    known = np.isfinite(np.asarray(cells, dtype=np.float64)).tolist()
    for row, (cell, is_known) in enumerate(zip(cells, known, strict=True), start=top):
        if is_known:
            write(row, position, exact(cell) if isinstance(cell, float) else cell, style)
        else:
            sheet.write_string(row, position, MISSING, missing)


def cut(text: str, most: int = LONGEST_CELL) -> str:
    """Shorten a text to what a cell holds."""
    if len(text) * 2 <= most or len(text.encode("utf-16-le")) // 2 <= most:
        return text
    return text.encode("utf-16-le")[: 2 * (most - 1)].decode("utf-16-le", "ignore") + "…"
