"""Cell references of a sheet are written as in a spreadsheet: ``bids!D14``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from singlepot.models.tables.raw import Place


@dataclass(frozen=True)
class SheetPlace(Place):
    """Cell references of a table on a sheet.

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
        """Write the reference of a row's first cell."""
        first = next((letters[0] for letters in self.columns.values()), "A")
        return f"{self.sheet}!{first}{self.labels[position]}"

    def cell(self, position: int, column: str) -> str:
        """Write the reference of a cell; of the row where the column is not on the sheet."""
        letters = self.columns.get(column)
        return f"{self.sheet}!{letters[0]}{self.labels[position]}" if letters else self.row(position)

    def whole(self, column: str) -> str:
        """Write the references of a column's headers, which may be repeated; the sheet where it has no such column."""
        letters = self.columns.get(column)
        if not letters:
            return f"sheet {self.sheet}"
        return f"{self.sheet}!" + " and ".join(f"{letter}{self.header}" for letter in letters)
