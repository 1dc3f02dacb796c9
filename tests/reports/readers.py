"""What people read of a file: the texts of pages and pictures, and the cells of workbooks; keys for programs left out.

Left out are the attributes, scripts and commands of pages, formulas, and the columns of workbooks that hold keys by
their header: those of the tables that are written as CSV too.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl

from .report_pages import area_pages, read_page

SPOKEN = ("aria-label", "alt", "placeholder")
"""Attributes of a page that screen readers speak."""

KEY_COLUMNS = re.compile(
    r"Area code|Objective key|Envelope|Option|Stage|Stage of the price|Unit of the price|"  # of a settlement
    r"table|row|column|area|objective|envelope|option|stage"  # of a comparison, as its CSV files call them
)
"""Headers of the columns of workbooks that hold keys; beside them stand titles."""


def texts_of(path: Path) -> Iterator[str]:
    """Texts of a page, a picture, a workbook, or a file of text."""
    if path.suffix in (".html", ".svg"):
        yield from page_texts(path.read_text(encoding="utf-8"))
    elif path.suffix == ".xlsx":
        yield from cell_texts(path.read_bytes())
    elif path.suffix == ".txt":
        yield from path.read_text(encoding="utf-8").splitlines()


def page_texts(html: str) -> Iterator[str]:
    """Texts of a page and of the pages of areas that it packs; of a picture also what its glyphs were drawn for."""
    yield from re.findall(r"<!-- (.*?) -->", html)
    page = read_page(re.sub(r"<code>.*?</code>|<\?.*?\?>|<!.*?>", "", html, flags=re.DOTALL))
    yield from page.texts
    for _, attributes in page.tags:
        yield from (attributes[name] for name in SPOKEN if name in attributes)
    if "packed" in page.scripts:
        for area in area_pages(page).values():
            yield from area.texts


def cell_texts(content: bytes) -> Iterator[str]:
    """Texts of the cells of a workbook."""
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        yield sheet.title
        keys: set[int] = set()
        for row in sheet.iter_rows():
            texts = {cell.column: cell.value for cell in row if isinstance(cell.value, str)}
            header = {column for column, text in texts.items() if KEY_COLUMNS.fullmatch(text)}
            if header and len(texts) > 1 and not keys:
                keys = header
            yield from (text for column, text in texts.items() if column not in keys and not text.startswith("="))
