"""Remedies of broken workbooks are carried out on them in a spreadsheet: each leaves less that is wrong."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

import singlepot as sp

from .test_broken_workbooks import sound as sound  # a fixture
from .workbook_cases import CASES, Case, changed


class Book:
    """A broken workbook, the sound one that it was made of, and what is wrong with one place of it."""

    def __init__(self, content: bytes, sound: bytes, problem: sp.Diagnostic) -> None:
        self.book, self.sound = (openpyxl.load_workbook(io.BytesIO(bytes_)) for bytes_ in (content, sound))
        self.problem = problem
        self.name, _, self.at = problem.place.removeprefix("sheet ").partition("!")
        self.at = re.split(r" and |:", self.at)[-1] if " and " in self.at else self.at.partition(":")[0]

    @property
    def sheet(self) -> Worksheet:
        return self.book[self.name]

    def put(self, value: Any, number_format: str = "General") -> None:
        cell = self.sheet[self.at]
        cell.value, cell.number_format = value, number_format

    def as_it_was(self, *, text: bool = False) -> None:
        """Write what the sound workbook has there, which a person would know."""
        value = self.sound[self.name][self.at].value
        self.put(str(value) if text else value, "@" if text else "General")

    def unmerge(self) -> None:
        for merged in list(self.sheet.merged_cells.ranges):
            self.sheet.unmerge_cells(str(merged))
            for row in self.sheet[str(merged)]:
                for cell in row:
                    cell.value = self.sound[self.name][cell.coordinate].value

    def delete_row(self) -> None:
        self.sheet.delete_rows(self.sheet[self.at].row)

    def delete_column(self) -> None:
        self.sheet.delete_cols(self.sheet[self.at].column)

    def move_table(self) -> None:
        corner = self.sheet[self.at]
        for row in self.sheet.iter_rows(min_row=corner.row, min_col=corner.column):
            for cell in row:
                cell.value = None

    def rename(self, word: str) -> None:
        """Name the sheet, the column or the key as it should be."""
        if self.at:
            path, dot, _ = str(self.sheet[self.at].value).rpartition(".")
            self.put(f"{path}{dot}{word}")
        elif self.name in self.book.sheetnames:
            self.sheet.title = word
        else:  # the sheet that is missed is there by another name
            self.book[word].title = self.name

    def header(self) -> None:
        names = [self.name_of(cell) for cell in self.sheet[1]]
        self.sheet.insert_rows(1)
        for column, name in enumerate(names, start=1):
            self.sheet.cell(1, column, name)

    def name_of(self, cell: Any) -> Any:
        return self.sound[self.name][cell.coordinate].value

    def saved(self, path: Path) -> Path:
        self.book.save(path)
        return path


def number_or_text(word: str) -> float | str:
    return word.strip('"') if word.startswith('"') else float(word)


WAYS: dict[str, Callable[[Book, re.Match[str]], object]] = {
    r"write (\"[\d-]+\"|[\d.]+)(?: if| \(|$)": lambda book, found: book.put(number_or_text(found[1])),
    r"write the number, and format the cell as a number": lambda book, found: book.put(10.0),
    r"format it as a number": lambda book, found: book.put(10.0),
    r"format the cell as text|as text, 2026-27": lambda book, found: book.as_it_was(text=True),
    r"correct it in the workbook|open the workbook in Excel": lambda book, found: book.as_it_was(),
    r"write (?:(\S+)|a number alone), without quotes": lambda book, found: book.put(float(found[1] or 1)),
    r"unmerge them and fill in every cell": lambda book, found: book.unmerge(),
    r"in row (\d+): delete the rows above": lambda book, found: book.sheet.delete_rows(1, int(found[1]) - 1),
    r"write the names of the columns there": lambda book, found: book.header(),
    r"give the column a header \((note)": lambda book, found: book.put(found[1]),
    r"is kept and not read\), or delete it|or delete one of them": lambda book, found: book.delete_column(),
    r"rename or delete one": lambda book, found: book.put("note"),
    r"delete the row$|too; delete one|leave the key out": lambda book, found: book.delete_row(),
    r"move the second table": lambda book, found: book.move_table(),
    r'did you mean "(.+)"\?|call it (\w+) if|rename it to (\w+)': lambda book, found: book.rename(
        next(filter(None, found.groups()))
    ),
    r"let its name begin with _": lambda book, found: book.rename("_kept"),
}
"""Each way that a remedy names, and how a person carries it out."""

LEFT_TO_PEOPLE = ("the workbook has the sheets", "fill it in, or choose", "use a larger unit", "write years =")


@pytest.mark.parametrize("case", [case for case in CASES if case.code], ids=lambda case: f"{case.number} {case.what}")
def test_every_remedy_of_a_broken_workbook_makes_it_better(case: Case, sound: bytes, tmp_path: Path) -> None:
    broken = changed(sound, case.change)
    (tmp_path / "book.xlsx").write_bytes(broken)
    problems = sp.check_scenario(tmp_path / "book.xlsx").problems
    before = Counter(problem.code for problem in problems)
    for problem in problems:
        carried = 0
        for way, carry in WAYS.items():
            if found := re.search(way, problem.remedy):
                book = Book(broken, sound, problem)
                carry(book, found)
                left = sp.check_scenario(book.saved(tmp_path / "book.xlsx")).problems
                after = Counter(one.code for one in left)
                assert after[problem.code] < before[problem.code], (str(problem), way, list(map(str, left)))
                carried += 1
        assert carried or not problem.remedy or any(map(problem.remedy.__contains__, LEFT_TO_PEOPLE)), str(problem)
