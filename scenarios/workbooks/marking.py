"""A copy of a user's workbook in which the cells with problems are coloured and say what is wrong.

The copy is made with openpyxl (the extra ``excel-formats``): formulas, formats, widths and lists of the workbook
stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from singlepot.models.diagnostics.problems import SETTINGS, BadInputError, Diagnostic

INSTALL = "python -m pip install 'singlepot[excel-formats]'"

COLOUR = "FFFFB3B3"
"""Fill of a cell with a problem: light red, and the problem is beside it in words."""

LIST = "problems"
"""Name of the sheet that lists all problems."""

MOST_MARKED = 2_000
"""Cells that are marked; all problems are listed."""

_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def mark(source: Path, target: Path, problems: Iterable[Diagnostic]) -> None:
    """Write a copy of a workbook with its problems marked.

    Raises
    ------
    BadInputError
        openpyxl is not installed, or it cannot open the workbook.
    """
    try:
        import openpyxl
    except ImportError as fault:
        expected = "the package openpyxl"
        raise BadInputError(
            [Diagnostic("SP-J013", SETTINGS, source.name, expected=expected, remedy=f"run {INSTALL}")]
        ) from fault
    found = list(problems)
    try:
        book = openpyxl.load_workbook(source, keep_vba=source.suffix.lower() == ".xlsm")
    except Exception as fault:
        said = f"a workbook that openpyxl can open ({type(fault).__name__})"
        raise BadInputError(
            [*found, Diagnostic("SP-X002", SETTINGS, source.name, expected=said, remedy="no copy was written")]
        ) from fault
    marked: dict[tuple[str, str], list[Diagnostic]] = {}
    for problem in found:
        for place in places_of(problem.place, book.sheetnames):
            marked.setdefault(place, []).append(problem)
    for (sheet, cell), here in list(marked.items())[:MOST_MARKED]:
        _mark(book[sheet], cell, here)
    _list(book, found)
    book.save(target)


def places_of(place: str, sheets: Iterable[str]) -> list[tuple[str, str]]:
    """The cells that a place names, as pairs of sheet and cell; the first cell of a sheet that is named as a whole.

    >>> places_of("bids!C1 and E1", ["bids"]), places_of("sheet bids", ["bids"]), places_of("bids!A2:A3", ["bids"])
    ([('bids', 'C1'), ('bids', 'E1')], [('bids', 'A1')], [('bids', 'A2')])
    """
    known = set(sheets)
    if place.startswith("sheet "):
        name = place.removeprefix("sheet ")
        return [(name, "A1")] if name in known else []
    sheet, mark_, cells = place.rpartition("!")
    if not mark_ or sheet not in known:
        return []
    firsts = [part.partition(":")[0] for part in cells.split(" and ")]
    return [(sheet, cell) for cell in firsts if _CELL.fullmatch(cell)]


def _mark(sheet: Any, cell: str, problems: list[Diagnostic]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    target = sheet[cell]
    target.fill = PatternFill("solid", start_color=COLOUR)
    lines = [_said(problem) for problem in problems]
    if target.comment is not None:
        lines.append(target.comment.text)
    text = "\n".join(lines)
    if type(target).__name__ != "MergedCell":
        target.comment = Comment(text, "singlepot", width=420, height=60 + 22 * min(len(lines) + len(text) // 60, 14))


def _said(problem: Diagnostic) -> str:
    """A problem without the place that it is marked at."""
    return f"{problem.code} {str(problem).partition(': ')[2]}"


def _list(book: Any, problems: list[Diagnostic]) -> None:
    """Add a sheet that lists all problems, each with a way to its cell."""
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    name = LIST
    while name in book.sheetnames:
        name = f"_{name}"
    sheet = book.create_sheet(name, 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    rows = [("code", "where", "problem"), *((p.code, p.place, _said(p).partition(" ")[2]) for p in problems)]
    for row, cells in enumerate(rows, start=1):
        for column, text in enumerate(cells, start=1):
            cell = sheet.cell(row, column)
            cell.value = "".join(c if c.isprintable() else " " for c in text)
            cell.data_type = "s"
            cell.font = Font(bold=row == 1)
    for row, problem in enumerate(problems[:MOST_MARKED], start=2):
        for target, place in places_of(problem.place, book.sheetnames)[:1]:
            quoted = target.replace("'", "''")
            sheet.cell(row, 2).hyperlink = Hyperlink(ref=f"B{row}", location=f"'{quoted}'!{place}")
            sheet.cell(row, 2).font = Font(underline="single", color="FF0000EE")
    for letters, width in (("A", 12), ("B", 24), ("C", 120)):
        sheet.column_dimensions[letters].width = width
    sheet.freeze_panes = "A2"
