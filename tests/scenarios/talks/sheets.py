"""Sheets that areas were sent: copies of them, and cells that are filled in by the names of their columns."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import pytest

import singlepot as sp

openpyxl = pytest.importorskip("openpyxl")

BURNLEY, CORNWALL = "E07000117", "E06000052"


def sheet_of(talks: sp.Talks, area: str, folder: Path, suffix: str = ".xlsx") -> Path:
    """A copy of the workbook or CSV file that an area was sent."""
    sent = talks.path / "rounds" / str(talks.state.round_seq) / "asks" / f"{area}{suffix}"
    return Path(shutil.copy(sent, folder / sent.name))


def column(sheet: Any, name: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == name)


def fill(file: Path, sheet: str, row: int, **values: Any) -> Path:
    """Write cells of a row by the names of their columns."""
    book = openpyxl.load_workbook(file)
    for name, value in values.items():
        book[sheet].cell(row, column(book[sheet], name)).value = value
    book.save(file)
    return file


def cell_of(file: Path, sheet: str, row: int, name: str) -> str:
    """Reference of a cell by the name of its column."""
    page = openpyxl.load_workbook(file)[sheet]
    return f"{sheet}!{page.cell(row, column(page, name)).coordinate}"


def fill_csv(file: Path, row: int, **values: Any) -> Path:
    """Write cells of a row of a CSV file by the names of their columns; the header is row 1."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        header, *rows = csv.reader(text)
    for name, value in values.items():
        rows[row - 2][header.index(name)] = "" if value is None else str(value)
    with file.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows([header, *rows])
    return file
