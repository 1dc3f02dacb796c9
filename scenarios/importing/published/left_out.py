"""Cells that an import leaves out, each with the reason, so that every cell of the files is accounted for."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ...formats.column_letters import letters
from .sheets import SourceSheet, text_of

COLUMNS = ("file", "sheet", "row", "column", "kind", "value")


class LeftOut:
    """List of the cells that are not taken; a cell that any take takes is not left out."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._kinds: dict[tuple[SourceSheet, int, int], str] = {}
        self._taken: set[tuple[SourceSheet, int, int]] = set()

    def cell(self, sheet: SourceSheet, row: int, column: int, kind: str) -> None:
        """Leave out a cell; the first reason stands."""
        self._kinds.setdefault((sheet, row, column), kind)

    def row(self, sheet: SourceSheet, row: int, kind: str) -> None:
        """Leave out the filled cells of a row."""
        for column in sheet.rows[row]:
            self.cell(sheet, row, column, kind)

    def take(self, sheet: SourceSheet, cells: Iterable[tuple[int, int]]) -> None:
        """Note that cells are in the scenario."""
        self._taken.update((sheet, row, column) for row, column in cells)

    def kinds(self, sheet: SourceSheet) -> list[str]:
        """Return the reason of each cell of a sheet that has one."""
        return [kind for (of, _, _), kind in self._kinds.items() if of is sheet]

    def table(self, sheets: Iterable[SourceSheet]) -> pd.DataFrame:
        """Return the cells that are left out, in the order of the sheets: a row for each, :data:`COLUMNS`."""
        cells = [
            (
                *(sheet.file, sheet.sheet, row, letters(column)),
                self._kinds.get((sheet, row, column), "sheet not named"),
                text_of(cell),
            )
            for sheet in sheets
            for row, filled in sheet.rows.items()
            for column, cell in filled.items()
            if (sheet, row, column) not in self._taken
        ]
        return pd.DataFrame(cells, columns=list(COLUMNS))
