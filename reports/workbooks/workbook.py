"""Workbook of a comparison: a sheet for each table, headers that stay, units beside them, nothing that runs."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.scenarios.many.comparison import Comparison

MOST_ROWS = 1_048_575
"""Rows that fit under the header of a sheet."""

LONGEST_CELL = 32_767
"""Characters that fit into a cell."""

MONEY = {
    "scenarios": ("pot", "bids", "grants", "left", "moved"),
    "areas": ("bid", "before", "after", "change"),
    "regions": ("bid", "before", "after", "change"),
    "grants": ("bid_before", "bid", "before", "after", "change"),
    "asks": ("before", "after", "change"),
    "nesting": ("before", "after", "change"),
    "stability": ("before", "after", "change"),
}
"""Columns that hold money, by table."""

SHARES = ("share", "lowest", "median", "highest", "largest_shortfall", "short_before", "short")
"""Columns that hold shares."""

WHAT = {
    "scenarios": "One row a scenario: what was granted, how many areas gain and lose, what falls short",
    "inputs": "Every value of settings and tables that differs from the first scenario",
    "areas": "Areas whose grant over all years changes, by size of the change",
    "regions": "Grants by region",
    "nation": "National targets: agreed and short, before and after",
    "grants": "Grants by area, envelope and year that change",
    "targets": "Agreed targets by area, objective and year that change",
    "region_targets": "Agreed targets by region",
    "asks": "What is asked of areas and changes, by change of the grant",
    "stages": "Value of each stage at the settlement",
    "nesting": "Areas that lose although the pot grows and nothing else changes",
    "stability": "How far grants move with the areas' own numbers",
}
"""Contents of each sheet."""


def comparison_workbook(comparison: Comparison) -> bytes:
    """Write a comparison as an Excel workbook.

    Parameters
    ----------
    comparison
        From :func:`singlepot.compare`.

    Returns
    -------
    The bytes of an ``.xlsx`` file; the same comparison gives the same bytes. A table with more rows than a sheet
    holds is cut, which the first sheet says.
    """
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False}
    book = Workbook(buffer, options)
    book.set_properties({"created": datetime(2000, 1, 1), "title": "Comparison"})
    formats = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "share": book.add_format({"num_format": "0.0%"}),
        "money": book.add_format({"num_format": "#,##0.000"}),
        "number": book.add_format({"num_format": "#,##0.####"}),
        "text": book.add_format({"num_format": "@"}),
    }
    _contents(book, formats, comparison)
    for name, table in comparison.tables.items():
        _sheet(book, formats, name, table, comparison.money)
    book.close()
    return buffer.getvalue()


def _contents(book: Any, formats: Mapping[str, Any], comparison: Comparison) -> None:
    sheet = book.add_worksheet("read me")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    lines = [(f"compared with {comparison.names[0]}", f"money in {comparison.money}")]
    titles = comparison.scenarios
    lines += list(zip(titles["scenario"], titles["title"], strict=True))
    for name, table in comparison.tables.items():
        cut = f"; the first {MOST_ROWS} of {len(table)} rows" if len(table) > MOST_ROWS else ""
        lines.append((f"sheet {name}", WHAT[name] + cut))
    for row, (left, right) in enumerate(lines):
        sheet.write_string(row, 0, str(left)[:LONGEST_CELL], formats["head"] if row == 0 else formats["text"])
        sheet.write_string(row, 1, str(right)[:LONGEST_CELL], formats["head"] if row == 0 else formats["text"])


def _sheet(book: Any, formats: Mapping[str, Any], name: str, table: pd.DataFrame, money: str) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    rows = min(len(table), MOST_ROWS)
    if rows:
        sheet.autofilter(0, 0, rows, len(table.columns) - 1)
    for position, column in enumerate(map(str, table.columns)):
        unit = f" ({money})" if column in MONEY.get(name, ()) else ""
        kind = "money" if unit else "share" if column in SHARES else "number"
        sheet.write_string(0, position, column.replace("_", " ") + unit, formats["head"])
        cells = table[column].tolist()[:rows]
        widest = max((len(str(cell)) for cell in cells[:200] if isinstance(cell, str)), default=10)
        sheet.set_column(position, position, min(max(widest, len(column), 10) + 1, 44))
        for row, cell in enumerate(cells, start=1):
            _cell(sheet, row, position, cell, formats, kind)


def _cell(sheet: Any, row: int, position: int, cell: object, formats: Mapping[str, Any], kind: str) -> None:
    """Write a number as a number, anything else as text; what is missing stays empty."""
    if isinstance(cell, int | float):
        if math.isfinite(cell):
            sheet.write_number(row, position, cell, formats[kind])
    elif cell:
        sheet.write_string(row, position, str(cell)[:LONGEST_CELL], formats["text"])
