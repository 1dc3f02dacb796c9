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
from typing import Any

from .bar_charts import draw
from .cells import cut, write_column
from .references import TOP, rows_shown, span
from .sheets import FORMATS, MONEY, NOT_APPLICABLE, WIDEST, BarChart, Column, Sheet

TOTAL = "Total of the rows shown"
"""Label of the sums under a table."""

LINE_HEIGHT, TITLE_HEIGHT, TALLEST = 15, 24, 400
"""Heights of a line, of the title, and of the tallest row, points; Excel allows 409."""

A4, A3 = 9, 8
"""Papers as Excel numbers them."""

WIDTH_OF_A4 = 170
"""Characters across an A4 page on its side that can still be read; a wider sheet is printed on A3."""

WIDTH_OF_PAGE, WIDTH_OF_NUMBER = 74, 14
"""Widths of columns, characters: of a page of lines, which fits A4 upright in any font, and of numbers."""

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
    """A sheet of lines and charts."""

    name: str
    lines: Sequence[tuple[str, str] | BarChart]
    """Style (``top``, ``head`` or ``body``) and text, or a chart."""


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
            _page(book, part, styles)
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
        self.top = book.add_format({"bold": True, "font_size": 16, **wide})
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


def _page(book: Any, page: Page, styles: _Styles) -> None:
    sheet = book.add_worksheet(page.name)
    sheet.set_column(0, 0, WIDTH_OF_PAGE)
    sheet.hide_gridlines(2)
    for row, line in enumerate(page.lines):
        if isinstance(line, BarChart):
            draw(book, sheet, row, line)
            continue
        style, text = line
        height = TITLE_HEIGHT if style == "top" else LINE_HEIGHT
        sheet.set_row(row, height * _lines(text, WIDTH_OF_PAGE * (0.7 if style == "top" else 1)))
        sheet.write_string(row, 0, cut(text), getattr(styles, style))
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 1)
    _margins_and_footer(sheet)


def _sheet(sheet: Any, part: Sheet, styles: _Styles, name: str) -> None:
    """Write a table under its title; a table without rows has one that says so."""
    columns, rows = part.columns, rows_shown(part)
    cells = {column.source: part.table[column.source].tolist()[:rows] for column in columns}
    widths = [_width(column, cells[column.source]) for column in columns]
    totals = any(column.total for column in columns) and rows > 0
    last = TOP + max(rows, 1) + totals
    _heading(sheet, part, styles)
    sheet.add_table(TOP, 0, last, len(columns) - 1, _table(part, styles, name, totals))
    sheet.set_row(TOP, LINE_HEIGHT * max(map(_lines, part.headers, widths)))
    _heights(sheet, rows, [(cells[c.source], w) for c, w in zip(columns, widths, strict=True) if c.kind in WIDEST])
    for position, column in enumerate(columns):
        sheet.set_column(position, position, widths[position])
        if rows:
            formulas = (part.formulas or {}).get(column.source)
            write_column(sheet, (TOP + 1, position), column, cells[column.source], formulas, styles)
        else:
            sheet.write_string(TOP + 1, position, NOT_APPLICABLE, styles.cells["text"])
        if totals and column.total:
            value = exact_sum(cells[column.source])
            sheet.write_formula(last, position, total_formula(part, column.source), styles.totals[column.kind], value)
        elif totals:
            sheet.write_string(last, position, "" if position else TOTAL, styles.totals["text"])
    sheet.freeze_panes(TOP + 1, 1)
    sheet.repeat_rows(TOP)
    sheet.set_landscape()
    sheet.set_paper(A3 if sum(widths) > WIDTH_OF_A4 else A4)
    sheet.fit_to_pages(1, 0)
    _margins_and_footer(sheet)


def _heading(sheet: Any, part: Sheet, styles: _Styles) -> None:
    """Write what stands above a table."""
    rows, there = rows_shown(part), len(part.table)
    cut_off = f" The first {rows:,} of {there:,} rows." if rows < there else ""
    sheet.set_row(0, TITLE_HEIGHT)
    sheet.write_string(0, 0, part.title, styles.title)
    sheet.write_string(1, 0, f"This sheet holds one table. {part.about}{cut_off}", styles.plain)
    other = "Cover" if part.name == "Contents" else "Contents"
    sheet.write_url(2, 0, f"internal:'{other}'!A1", styles.link, f"Back to the {other.lower()}")
    sheet.write_string(3, 0, "Cells: [x] not known, [z] does not apply. What is said is in the notes.", styles.plain)


def _table(part: Sheet, styles: _Styles, name: str, totals: bool) -> dict[str, Any]:
    """Declaration of a table, as XlsxWriter takes it."""
    columns = [
        _option(column, header, position, part, styles, totals)
        for position, (column, header) in enumerate(zip(part.columns, part.headers, strict=True))
    ]
    return {"name": name, "style": None, "banded_rows": False, "total_row": totals, "columns": columns}


def _width(column: Column, cells: Sequence[Any]) -> int:
    """Width of a column, characters: numbers all alike, texts as their cells need."""
    if column.kind not in WIDEST:
        return WIDTH_OF_NUMBER
    longest = max(map(len, map(str, set(cells))), default=0)
    return min(max(longest + 3, 13), WIDEST[column.kind])


def _lines(text: str, width: float) -> int:
    """Number of lines that a text takes in a column of so many characters, a little generous."""
    return 1 if len(text) <= width else math.ceil(1.1 * len(text) / width)


def _heights(sheet: Any, rows: int, columns: Iterable[tuple[Sequence[Any], int]]) -> None:
    """Give rows with long texts the height they need: not every program works it out."""
    tallest = [1] * rows
    for cells, width in columns:
        lines = {cell: _lines(str(cell), width) for cell in set(cells)}
        if max(lines.values(), default=1) > 1:
            tallest = [max(most, lines[cell]) for most, cell in zip(tallest, cells, strict=True)]
    for row, most in enumerate(tallest):
        if most > 1:
            sheet.set_row(TOP + 1 + row, min(LINE_HEIGHT * most, TALLEST))


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


def _margins_and_footer(sheet: Any) -> None:
    """Print with the number of each page."""
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&L&A&RPage &P of &N")
