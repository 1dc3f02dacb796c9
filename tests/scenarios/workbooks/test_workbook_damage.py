"""A sound workbook with random damage: a coded line at the right place, or a scenario that says what the sheets say.

``SINGLEPOT_DAMAGES=2500`` tries more than the usual number.
"""

from __future__ import annotations

import datetime
import io
import os
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook

import singlepot as sp
from singlepot.models.diagnostics.problems import CODES, BadInputError
from singlepot.models.files.csv_text import number_text
from singlepot.models.tables.schema import TABLES
from singlepot.scenarios.workbooks.cells import financial_year
from singlepot.scenarios.writing.writing import write_scenario

from ...places import INPUT
from .workbook_cases import saved

DAMAGES = int(os.environ.get("SINGLEPOT_DAMAGES", "100"))
BATCH = 25

VALUES: list[Any] = [
    None,
    "",
    " ",
    0,
    1,
    -1,
    0.5,
    5,
    70,
    1e15,
    1e-9,
    12345678901234567,
    46113,
    2026,
    True,
    False,
    "x",
    "E1",
    " E1 ",
    "E1\u00a0",
    "e1",
    "Ε1",
    "2026-27",
    "2026/27",
    "2027-28 ",
    "resource",
    "Total",
    "total",
    "#N/A",
    "#REF!",
    "=1+1",
    "=A1",
    "£1,000",
    "1 234",
    "(500)",
    "1,5",
    "0123",
    "1e3",
    "NaN",
    "inf",
    "-",
    "yes",
    "skills",
    "area",
    "note",
    "a\nb",
    "\u200b",
    "x" * 300,
    "<script>",
    datetime.date(2026, 4, 1),
    datetime.date(2027, 3, 31),
    datetime.date(2026, 5, 6),
    datetime.datetime(2026, 4, 1, 10, 30),
    datetime.time(1, 30),
    datetime.timedelta(hours=30),
]
FORMATS = ["General", "0%", "0.0%", "0000", "@", "yyyy-mm-dd", "#,##0.00", '"£"#,##0']

Damage = tuple[str, str, str]
"""Kind of damage, sheet, and cell where it is one."""


def damage_cell(pick: random.Random, book: Workbook, sheet: Any) -> Damage:
    row, column = pick.randint(2, sheet.max_row), pick.randint(1, sheet.max_column)
    cell = sheet.cell(row, column)
    cell.value = pick.choice(VALUES)
    if pick.random() < 0.2:
        cell.number_format = pick.choice(FORMATS)
    return ("cell", sheet.title, cell.coordinate)


def damage_format(pick: random.Random, book: Workbook, sheet: Any) -> Damage:
    cell = sheet.cell(pick.randint(2, sheet.max_row), pick.randint(1, sheet.max_column))
    cell.number_format = pick.choice(FORMATS)
    return ("cell", sheet.title, cell.coordinate)


def damage_header(pick: random.Random, book: Workbook, sheet: Any) -> Damage:
    cell = sheet.cell(1, pick.randint(1, sheet.max_column))
    text = str(cell.value)
    cell.value = pick.choice(
        [
            None,
            text + " ",
            " " + text,
            text.upper(),
            text[:-1],
            text + "s",
            "note",
            "_x",
            sheet.cell(1, 1).value,
            7,
            "x y",
        ]
    )
    return ("header", sheet.title, cell.coordinate)


def damage_rows(pick: random.Random, book: Workbook, sheet: Any) -> Damage:
    row = pick.randint(1, sheet.max_row)
    what = pick.choice(["delete", "blank", "copy", "total", "far", "hide", "swap"])
    if what == "delete":
        sheet.delete_rows(row)
    elif what == "blank":
        sheet.insert_rows(row, pick.randint(1, 3))
    elif what == "copy":
        sheet.append([cell.value for cell in sheet[row]])
    elif what == "total":
        sheet.append(["Total", *[1.0] * (sheet.max_column - 1)])
    elif what == "far":
        sheet.cell(sheet.max_row + pick.randint(1, 3000), pick.randint(1, 40)).value = "x"
    elif what == "hide":
        sheet.row_dimensions[row].hidden = True
    else:
        other = pick.randint(1, sheet.max_row)
        for one, two in zip(list(sheet[row]), list(sheet[other]), strict=True):
            one.value, two.value = two.value, one.value
    return (f"rows {what}", sheet.title, "")


def damage_columns(pick: random.Random, book: Workbook, sheet: Any) -> Damage:
    column = pick.randint(1, sheet.max_column)
    what = pick.choice(["delete", "blank", "merge", "copy"])
    if what == "delete":
        sheet.delete_cols(column)
    elif what == "blank":
        sheet.insert_cols(column)
    elif what == "merge":
        row = pick.randint(1, sheet.max_row)
        sheet.merge_cells(start_row=row, end_row=row + pick.randint(0, 1), start_column=column, end_column=column + 1)
    else:
        for row in range(1, sheet.max_row + 1):
            sheet.cell(row, sheet.max_column + (row == 1)).value = sheet.cell(row, column).value
    return (f"columns {what}", sheet.title, "")


def damage_sheet(pick: random.Random, book: Workbook, sheet: Any) -> Damage:
    name = sheet.title
    what = pick.choice(["remove", "rename", "spaces", "capitals", "hide", "further"])
    if what == "remove":
        book.remove(sheet)
    elif what == "rename":
        sheet.title = pick.choice([name[:-1], name + "_2", "Sheet1"])
    elif what == "spaces":
        sheet.title = name + " "
    elif what == "capitals":
        sheet.title = name.capitalize()
    elif what == "hide":
        sheet.sheet_state = "hidden"
    else:
        book.create_sheet("workings")["A1"] = "x"
    return (f"sheet {what}", name, "")


KINDS: list[Callable[[random.Random, Workbook, Any], Damage]] = [
    *[damage_cell] * 6,
    *[damage_format] * 2,
    *[damage_header] * 3,
    *[damage_rows] * 3,
    *[damage_columns] * 2,
    damage_sheet,
]


def damaged(seed: int, content: bytes) -> tuple[Workbook, list[Damage]]:
    pick = random.Random(seed)
    book = openpyxl.load_workbook(io.BytesIO(content))
    done = []
    for _ in range(pick.randint(1, 3)):
        sheet = book[pick.choice(book.sheetnames)]
        if sheet.max_row > 1:
            done.append(pick.choice(KINDS)(pick, book, sheet))
    return book, done


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sound") / "full.xlsx"
    write_scenario(sp.read_scenario(INPUT / "full"), path)
    return path.read_bytes()


@pytest.mark.parametrize("start", range(0, DAMAGES, BATCH))
def test_damage_is_named_or_makes_no_difference(start: int, sound: bytes, tmp_path: Path) -> None:
    for seed in range(start, min(start + BATCH, DAMAGES)):
        check_damage(seed, sound, tmp_path / "book.xlsx")


def check_damage(seed: int, sound: bytes, path: Path) -> None:
    """Damage a workbook and hold what is said, or what it then means, against its sheets."""
    book, done = damaged(seed, sound)
    path.write_bytes(saved(book))
    try:
        scenario = sp.read_scenario(path)
    except BadInputError as refused:
        check_refusal(refused, done, f"seed {seed}: {done}\n{refused}")
    else:
        check_meaning(scenario, openpyxl.load_workbook(path), f"seed {seed}: {done}")


def check_refusal(refused: BadInputError, done: list[Damage], said: str) -> None:
    """Every problem is one coded line with a place; one of them stands where damage was done, or refers to it."""
    for problem in refused.problems:
        line = str(problem)
        assert problem.code in CODES and line.startswith(problem.code) and "\n" not in line, said
        assert problem.file == "book.xlsx" and (problem.place or problem.code == "SP-D001"), said
        assert re.fullmatch(r"sheet .+|[^!]+![A-Z]+[0-9]+(:[A-Z]+[0-9]+)?( and [A-Z]+[0-9]+)*", problem.place), said
    sheets = {problem.place.removeprefix("sheet ").split("!")[0].strip().casefold() for problem in refused.problems}
    referred = {"scenario", "areas", "objectives", "pot", "options", "bids"}
    hit = {sheet.strip().casefold() for _, sheet, _ in done}
    renamed = any(kind.startswith("sheet") for kind, _, _ in done)
    assert sheets & hit or hit & referred or renamed, said
    if len(done) == 1 and done[0][0] == "cell" and done[0][1] not in referred:
        places = {problem.place for problem in refused.problems}
        row = re.sub("[A-Z]+", "", done[0][2])
        near = any(
            position.endswith(f"!{done[0][2]}") or re.fullmatch(rf".*![A-Z]+{row}", position) for position in places
        )
        assert near or re.search(rf"{done[0][1]}![A-Z]+{row}\b", str(refused)), said


def check_meaning(scenario: sp.Scenario, book: Workbook, said: str) -> None:
    """Every table says what its sheet does, read by another reader and another rule."""
    sheets = {name.strip().casefold(): book[name] for name in book.sheetnames}
    for name, spec in TABLES.items():
        if name not in sheets:
            assert len(scenario.tables[name]) == 0, said
            continue
        grid = pd.DataFrame(list(sheets[name].values))
        grid = grid[[any(not blank(cell) for cell in row) for row in grid.itertuples(index=False)]]
        if not len(grid) or (len(grid) == 1 and not spec.required):
            assert len(scenario.tables[name]) == 0, said
            continue
        header = ["" if blank(cell) else str(cell).strip() for cell in grid.iloc[0]]
        table = scenario.tables[name]
        assert list(table.columns) == [text for text in header if text], said
        assert len(table) == len(grid) - 1, said
        for position, text in enumerate(header):
            if text:
                numeric = table[text].dtype == np.float64
                wanted = [meaning(cell, numeric, text) for cell in grid.iloc[1:, position]]
                got = ["" if cell != cell or blank(cell) else cell for cell in table[text].tolist()]
                if text in ("key", "envelope") and got != wanted:  # which are read in small letters, and it is said
                    assert any(note.code == "SP-D064" for note in scenario.notes), said
                    wanted = [cell.lower() for cell in wanted]
                if text == "year" and got != wanted:  # 2026/27 is read as 2026-27, and it is said
                    assert any(note.code == "SP-D061" for note in scenario.notes), said
                    wanted = [cell.replace("/", "-") for cell in wanted]
                assert got == wanted, (said, name, text, got, wanted)


def blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, float) and np.isnan(cell)) or (isinstance(cell, str) and not cell.strip())


def meaning(cell: Any, numeric: bool, header: str) -> Any:
    """What a cell plainly says."""
    kept = header == "note" or header.startswith("_")
    if blank(cell):
        return ""
    if numeric:
        return float(cell)
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float):
        return number_text(cell)
    if isinstance(cell, datetime.datetime | datetime.date) and not kept:
        return financial_year(cell.isoformat())
    if kept and isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ").removesuffix(" 00:00:00")
    return str(cell) if kept else str(cell).strip()


def test_a_letter_for_each_column() -> None:
    """The places of messages count columns as a spreadsheet does."""
    from singlepot.scenarios.workbooks.scan import letters, number

    for column in (*range(1, 60), 702, 703, 16384):
        assert letters(column) == get_column_letter(column)
        assert number(letters(column)) == column
