"""A workbook written as the spreadsheet guidance of the Government Analysis Function asks; nothing in it runs.

One table a sheet, marked as a table, under a title in A1 and a sentence in A2; no merged or empty cells; headers with
units that stay when the sheet is scrolled, and filters; no colours. Texts are texts, whatever they begin with.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .sheets import FORMATS, MISSING, MONEY, NOT_APPLICABLE, WIDEST, Column, Sheet

if TYPE_CHECKING:
    import pandas as pd

TOP = 4
"""Rows above the header of a table: title, sentence, way back to the contents, note on the cells."""

LONGEST_CELL = 32_767
"""Characters that a cell can hold, as Excel counts: one beyond the basic plane is two."""

TOTAL = "Total of the rows shown"
"""Label of the sums under a table."""

LINE_HEIGHT, TITLE_HEIGHT, TALLEST = 15, 24, 400
"""Heights of a line, of the title, and of the tallest row, points; Excel allows 409."""

MOST_ROWS = 1_048_576
"""Rows of a sheet."""

CREATED = datetime(2000, 1, 1)
"""Stands in every workbook, so that the same content gives the same bytes."""

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_format_properties": {"font_name": "Arial", "font_size": 11, "valign": "top"},
}
"""Options of XlsxWriter: text is never made a formula, number or link."""


@dataclass(frozen=True)
class Page:
    """A sheet of lines: text, or a text that leads to another sheet."""

    name: str
    lines: Sequence[tuple[str, str]]
    """Style (``title``, ``head`` or ``body``) and text."""


def write_sheets(title: str, money: str, parts: Iterable[Page | Sheet]) -> bytes:
    """Write a workbook.

    Parameters
    ----------
    title
        Of the workbook, in its properties.
    money
        Unit of money of the scenario.
    parts
        Pages and sheets, in order.

    Returns
    -------
    The bytes of an ``.xlsx`` file; the same parts give the same bytes.
    """
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    book = Workbook(buffer, deepcopy(OPTIONS))  # which it changes
    book.set_properties({"created": CREATED, "title": cut(title, 255), "comments": "Made by singlepot"})
    styles = _Styles(book, money)
    for position, part in enumerate(parts):
        if isinstance(part, Page):
            _page(book.add_worksheet(part.name), part, styles)
        else:
            _sheet(book.add_worksheet(part.name), part, styles, f"Table{position}")
    book.close()
    return buffer.getvalue()


class _Styles:
    """Formats of a workbook."""

    def __init__(self, book: Any, money: str) -> None:
        wide = {"text_wrap": True}
        left = {"align": "left", "indent": 1, **wide}
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.head = book.add_format({"bold": True, "font_size": 13, **wide})
        self.body = book.add_format(wide)
        self.plain = book.add_format({})
        self.link = book.add_format({"underline": 1, "align": "left", "indent": 1})
        self.header = book.add_format({"bold": True, "bottom": 1, **left})
        self.header_of_numbers = book.add_format({"bold": True, "bottom": 1, "align": "right", **wide})
        self.cells = {
            kind: book.add_format({"num_format": code, **(left if kind in WIDEST else {})})
            for kind, code in {**FORMATS, "money": MONEY[money][1]}.items()
        }
        self.totals = {
            kind: book.add_format({"num_format": code, "bold": True, "top": 1})
            for kind, code in {**FORMATS, "money": MONEY[money][1]}.items()
        }


def _page(sheet: Any, page: Page, styles: _Styles) -> None:
    sheet.set_column(0, 0, 100)
    sheet.hide_gridlines(2)
    for row, (style, text) in enumerate(page.lines):
        sheet.set_row(row, TITLE_HEIGHT if style == "title" else LINE_HEIGHT * _lines(text, 100))
        sheet.write_string(row, 0, cut(text), getattr(styles, style))
    _print(sheet)


def _sheet(sheet: Any, part: Sheet, styles: _Styles, name: str) -> None:
    """Write a table under its title; a table without rows has one that says so."""
    table, columns, headers = part.table, part.columns, part.headers
    rows = min(len(table), MOST_ROWS - TOP - 2)
    totals = any(column.total for column in columns) and rows > 0
    cut_off = f" The first {rows:,} of {len(table):,} rows." if rows < len(table) else ""
    sheet.write_string(0, 0, part.title, styles.title)
    sheet.write_string(1, 0, f"This sheet holds one table. {part.about}{cut_off}", styles.plain)
    other = "Cover" if part.name == "Contents" else "Contents"
    sheet.write_url(2, 0, f"internal:'{other}'!A1", styles.link, f"Back to the {other.lower()}")
    sheet.write_string(3, 0, "Cells: [x] not known, [z] does not apply. What is said is in the notes.", styles.plain)
    last = TOP + max(rows, 1) + totals
    options = {
        "name": name,
        "style": None,
        "banded_rows": False,
        "total_row": totals,
        "columns": [
            _option(column, header, position, part, styles, totals)
            for position, (column, header) in enumerate(zip(columns, headers, strict=True))
        ],
    }
    sheet.add_table(TOP, 0, last, len(columns) - 1, options)
    widths = [_width(column, table, rows) for column in columns]
    sheet.set_row(0, TITLE_HEIGHT)
    sheet.set_row(TOP, LINE_HEIGHT * max(map(_lines, headers, widths)))
    _heights(sheet, part, widths, rows)
    for position, column in enumerate(columns):
        sheet.set_column(position, position, widths[position])
        if not rows:
            sheet.write_string(TOP + 1, position, NOT_APPLICABLE, styles.cells["text"])
        else:
            _cells(sheet, position, column, part, styles, rows)
        if totals and column.total:
            value = exact_sum(table[column.source].tolist()[:rows])
            sheet.write_formula(last, position, total_formula(part, column.source), styles.totals[column.kind], value)
        elif totals:
            sheet.write_string(last, position, "" if position else TOTAL, styles.totals["text"])
    sheet.freeze_panes(TOP + 1, 1)
    sheet.repeat_rows(TOP)
    _print(sheet)


def _width(column: Column, table: pd.DataFrame, rows: int) -> int:
    """Width of a column, characters: numbers all alike, texts as their cells need."""
    if column.kind not in WIDEST:
        return 17
    longest = max((len(str(cell)) for cell in table[column.source].tolist()[:rows]), default=0)
    return min(max(longest + 3, 13), WIDEST[column.kind])


def _lines(text: str, width: int) -> int:
    """Number of lines that a text takes in a column of so many characters, a little generous."""
    return max(1, math.ceil(1.05 * len(text) / width))


def _heights(sheet: Any, part: Sheet, widths: Sequence[int], rows: int) -> None:
    """Give rows with long texts the height they need: not every program works it out."""
    tallest = [1] * rows
    for column, width in zip(part.columns, widths, strict=True):
        if column.kind in WIDEST and width == WIDEST[column.kind]:
            for row, cell in enumerate(part.table[column.source].tolist()[:rows]):
                tallest[row] = max(tallest[row], _lines(str(cell), width))
    for row, lines in enumerate(tallest):
        if lines > 1:
            sheet.set_row(TOP + 1 + row, min(LINE_HEIGHT * lines, TALLEST))


def _option(column: Column, header: str, position: int, part: Sheet, styles: _Styles, totals: bool) -> dict[str, Any]:
    """Declaration of a column of a table, as XlsxWriter takes it."""
    option: dict[str, Any] = {
        "header": header,
        "header_format": styles.header if column.words else styles.header_of_numbers,
    }
    if totals and column.total:
        option["total_function"] = total_formula(part, column.source)
    elif totals and position == 0:
        option["total_string"] = TOTAL
    return option


def total_formula(part: Sheet, source: str) -> str:
    """Return the formula of a column's sum over the rows that a filter leaves."""
    return f"SUBTOTAL(109,{span(part, source, named=False)})"


def exact_sum(cells: Iterable[float]) -> float:
    """Return the sum of the numbers that are there, rounded once."""
    return math.fsum(cell for cell in cells if cell == cell)


def _cells(sheet: Any, position: int, column: Column, part: Sheet, styles: _Styles, rows: int) -> None:
    from singlepot.scenarios.workbooks.writing import exact

    style = styles.cells[column.kind]
    values = part.table[column.source].tolist()[:rows]
    formulas = (part.formulas or {}).get(column.source)
    for row, value in enumerate(values, start=TOP + 1):
        if formulas is not None:
            sheet.write_formula(row, position, formulas[row - TOP - 1], style, value)
        elif column.kind == "link":
            sheet.write_url(row, position, f"internal:'{value}'!A1", styles.link, value)
        elif column.words:
            sheet.write_string(row, position, cut(str(value)) if value not in ("", None) else NOT_APPLICABLE, style)
        elif value is None or not math.isfinite(value):
            sheet.write_string(row, position, MISSING, styles.cells["text"])
        else:
            sheet.write_number(row, position, exact(value) if isinstance(value, float) else value, style)


def cut(text: str, most: int = LONGEST_CELL) -> str:
    """Shorten a text to what a cell holds."""
    if len(text) * 2 <= most or len(text.encode("utf-16-le")) // 2 <= most:
        return text
    return text.encode("utf-16-le")[: 2 * (most - 1)].decode("utf-16-le", "ignore") + "…"


def _print(sheet: Any) -> None:
    """Print on as many A4 pages as it is long, one wide, each with its number."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&RPage &P of &N")


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
    position = [column.source for column in part.columns].index(source)
    rows = max(min(len(part.table), MOST_ROWS - TOP - 2), 1)
    first = cell_reference(TOP + 1, position, part.name if named else "")
    return f"{first}:{cell_reference(TOP + rows, position)}"
