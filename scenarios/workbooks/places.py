"""Where the cells of a sheet stand, in the words of a spreadsheet: ``bids!D14``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from singlepot.models.tables.raw import Place


@dataclass(frozen=True)
class SheetPlace(Place):
    """Where the cells of a table stand on a sheet.

    Parameters
    ----------
    sheet
        Name of the sheet.
    header
        Row of the header.
    columns
        Letters of the columns of each header.
    """

    sheet: str = ""
    header: int = 1
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def row(self, position: int) -> str:
        """Name a row by its first cell."""
        first = next((letters[0] for letters in self.columns.values()), "A")
        return f"{self.sheet}!{first}{self.labels[position]}"

    def cell(self, position: int, column: str) -> str:
        """Name a cell; a row where the column is not on the sheet."""
        letters = self.columns.get(column)
        return f"{self.sheet}!{letters[0]}{self.labels[position]}" if letters else self.row(position)

    def whole(self, column: str) -> str:
        """Name the header of a column, twice where it stands twice; the sheet where there is no such column."""
        letters = self.columns.get(column)
        if not letters:
            return f"sheet {self.sheet}"
        return f"{self.sheet}!" + " and ".join(f"{letter}{self.header}" for letter in letters)
