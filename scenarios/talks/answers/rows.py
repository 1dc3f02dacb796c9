"""Rows of a table of answers as they came: cells are read one by one, and each fault names its cell."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence

from singlepot.models.checks.plausibility.units import TOO_LARGE
from singlepot.models.diagnostics.problems import Diagnostic, Report, did_you_mean, one_of, shown
from singlepot.models.files.csv_text import number_text
from singlepot.models.tables.raw import RawTable, Refused, is_missing

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")

LISTED = 12
"""Columns that a refusal lists."""


class Rows:
    """Rows of one table of answers.

    Parameters
    ----------
    name
        Name of the table, for programs.
    raw
        The cells.
    report
        Takes the problems.
    """

    def __init__(self, name: str, raw: RawTable, report: Report) -> None:
        """Keep the cells."""
        self.name, self.raw, self.report = name, raw, report
        self.cells = {header: list(cells) for header, cells in raw.columns.items()}

    def __len__(self) -> int:
        """Number of rows."""
        return self.raw.rows

    @property
    def columns(self) -> Sequence[str]:
        """Headers."""
        return list(self.cells)

    def complain(self, code: str, row: int, column: str, value: str, expected: str, remedy: str = "") -> None:
        """Report what is wrong with a cell; with row -1, with the table."""
        place = self.raw.place.cell(row, column) if row >= 0 else self.raw.place.whole(column)
        self.report.add(Diagnostic(code, self.name, self.raw.place.file, place, column, value, expected, remedy))

    def check_columns(
        self,
        known: Sequence[str],
        required: Sequence[str],
        kept: Collection[str] = (),
        *,
        absent: str = "SP-T002",
        unknown: str = "SP-T001",
    ) -> None:
        """Report columns that are absent, unknown or there twice.

        Parameters
        ----------
        known
            Columns that are read.
        required
            Those of them that must be there.
        kept
            Columns that may be there and are not read, beside ``note`` and names that begin with ``_``.
        absent, unknown
            Codes.
        """
        for name in required:
            if name not in self.cells:
                self.complain(absent, -1, name, "", "the column to be there")
        for name in self.cells:
            if name not in known and name not in kept and name != "note" and not name.startswith("_"):
                expected = f"one of {one_of(known, LISTED)}"
                self.complain(unknown, -1, name, shown(name), expected, did_you_mean(name, known))
        for name in self.raw.repeated:
            self.complain(unknown, -1, name, shown(name), "the column once", "delete the one that is not meant")

    def text(self, row: int, column: str) -> str:
        """Text of a cell without spaces around it; empty where there is none."""
        cell = self.cells[column][row] if column in self.cells else ""
        if isinstance(cell, Refused):
            if column == "date" and cell.text:
                return cell.text[:10]
            if column == "up_to" and cell.code == "SP-X024":
                return cell.text  # a share is meant, as it is shown
            self.complain(cell.code, row, column, cell.value, "a value", cell.remedy)
            return ""
        if isinstance(cell, str):
            return cell.strip()
        if is_missing(cell):
            return ""
        if isinstance(cell, bool):
            return str(cell).upper()
        return number_text(float(cell)) if isinstance(cell, int | float) else str(cell).strip()

    def number(self, row: int, column: str, code: str, least: float = -math.inf) -> float | None:
        """Number of a cell; None where it is empty, or no number or too small or large, which is reported."""
        text = self.text(row, column)
        if not text:
            return None
        if not is_number(text):
            self.complain(code, row, column, shown(text), "a number", "write digits and a point only")
            return None
        number = float(text)
        if number < least:
            self.complain(code, row, column, shown(number), f"a number ≥ {least:g}")
        elif abs(number) >= TOO_LARGE:
            self.complain(code, row, column, f"{number:g}", "a number below 1e15", "use a larger unit")
        else:
            return number
        return None

    def filled(self, row: int, columns: Sequence[str]) -> bool:
        """Whether a row holds anything in some columns."""
        return any(not is_blank(self.cells[column][row]) for column in columns if column in self.cells)


def is_number(text: str) -> bool:
    """Whether a text is a plain number."""
    return bool(_NUMBER.fullmatch(text))


def is_blank(cell: object) -> bool:
    """Whether nothing stands in a cell."""
    return not cell.strip() if isinstance(cell, str) else is_missing(cell)
