"""Marked copy of a workbook: the cells with problems are coloured and carry a comment.

The copy is made with openpyxl (the extra ``excel-formats``): formulas, formats, widths and lists of the workbook
stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from singlepot.models.diagnostics.problems import SETTINGS, BadInputError, Diagnostic
from singlepot.models.extras import insist_on

COLOUR = "FFFFB3B3"
"""Fill of a cell with a problem: light red."""

LIST = "problems"
"""Name of the sheet that lists all problems."""

MOST_MARKED = 2_000
"""Cells that are marked at most; all problems are listed."""

_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def mark(source: Path, target: Path, problems: Iterable[Diagnostic]) -> None:
    """Write a copy of a workbook with its problems marked.

    Raises
    ------
    ExtraNotInstalledError
        openpyxl is not installed.
    BadInputError
        It cannot open the workbook.
    """
    insist_on("excel-formats", "a marked copy")
    import openpyxl

    problems = list(problems)
    try:
        book = openpyxl.load_workbook(source, keep_vba=source.suffix.lower() == ".xlsm")
    except Exception as fault:
        expected = f"a workbook that openpyxl can open ({type(fault).__name__})"
        refusal = Diagnostic("SP-X002", SETTINGS, source.name, expected=expected, remedy="no copy was written")
        raise BadInputError([refusal]) from fault
    marked: dict[tuple[str, str], list[Diagnostic]] = {}
    for problem in problems:
        for reference in cells_of(problem.place, book.sheetnames):
            marked.setdefault(reference, []).append(problem)
    for (sheet, cell), here in list(marked.items())[:MOST_MARKED]:
        _mark(book[sheet], cell, here)
    _list(book, problems)
    book.save(target)


def cells_of(reference: str, sheets: Iterable[str]) -> list[tuple[str, str]]:
    """Parse a cell reference into pairs of sheet and cell; a whole sheet stands for its first cell.

    >>> cells_of("bids!C1 and E1", ["bids"]), cells_of("sheet bids", ["bids"]), cells_of("bids!A2:A3", ["bids"])
    ([('bids', 'C1'), ('bids', 'E1')], [('bids', 'A1')], [('bids', 'A2')])
    """
    known = set(sheets)
    if reference.startswith("sheet "):
        name = reference.removeprefix("sheet ")
        return [(name, "A1")] if name in known else []
    sheet, separator, cells = reference.rpartition("!")
    if not separator or sheet not in known:
        return []
    firsts = [part.partition(":")[0] for part in cells.split(" and ")]
    return [(sheet, cell) for cell in firsts if _CELL.fullmatch(cell)]


def _mark(sheet: Any, cell: str, problems: list[Diagnostic]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    target = sheet[cell]
    target.fill = PatternFill("solid", start_color=COLOUR)
    lines = [_message(problem) for problem in problems]
    if target.comment is not None:
        lines.append(target.comment.text)
    text = "\n".join(lines)
    if type(target).__name__ != "MergedCell":
        target.comment = Comment(text, "singlepot", width=420, height=60 + 22 * min(len(lines) + len(text) // 60, 14))


def _message(problem: Diagnostic) -> str:
    """Write a problem without its cell reference."""
    return f"{problem.code} {str(problem).partition(': ')[2]}"


def _list(book: Any, problems: list[Diagnostic]) -> None:
    """Add a sheet that lists all problems, each with a hyperlink to its cell."""
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    name = LIST
    while name in book.sheetnames:
        name = f"_{name}"
    sheet = book.create_sheet(name, 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    rows = [("code", "where", "problem"), *((p.code, p.place, _message(p).partition(" ")[2]) for p in problems)]
    for row, cells in enumerate(rows, start=1):
        for column, text in enumerate(cells, start=1):
            cell = sheet.cell(row, column)
            cell.value = "".join(c if c.isprintable() else " " for c in text)
            cell.data_type = "s"
            cell.font = Font(bold=row == 1)
    for row, problem in enumerate(problems[:MOST_MARKED], start=2):
        for target, linked in cells_of(problem.place, book.sheetnames)[:1]:
            quoted = target.replace("'", "''")
            sheet.cell(row, 2).hyperlink = Hyperlink(ref=f"B{row}", location=f"'{quoted}'!{linked}")
            sheet.cell(row, 2).font = Font(underline="single", color="FF0000EE")
    for letters, width in (("A", 12), ("B", 24), ("C", 120)):
        sheet.column_dimensions[letters].width = width
    sheet.freeze_panes = "A2"
