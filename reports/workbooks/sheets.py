"""Sheets of a workbook: one table each, with header, kind and total of every column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

MISSING, NOT_APPLICABLE = "[x]", "[z]"
"""Text of a cell whose number is not known, and of one where nothing applies; no cell of a table is empty."""

MONEY = {
    "GBP": ("£", "#,##0.00"),
    "GBP thousand": ("£ thousand", "#,##0.000"),
    "GBP million": ("£ million", "#,##0.000"),
}
"""Name in headers and number format of each unit of money."""

FORMATS = {
    "pounds": "#,##0",
    "whole": "#,##0",
    "share": "0.0%",
    "outcome": "#,##0.00",
    "part": "0.0000",
    "number": "#,##0.00####",
    "text": "@",
    "long": "@",
    "link": "@",
}
"""Number formats by kind of column; money has its own by unit."""

WIDEST = {"text": 28, "long": 60, "link": 28}
"""Most characters of a column of text, by kind."""

LONGEST_HEADER = 255
"""Characters that Excel allows in the header of a table."""


_ESCAPE = re.compile("_x[0-9A-Fa-f]{4}_")
"""Escape of a character that XML lacks; the header of a table must not look like it."""


@dataclass(frozen=True)
class Column:
    """Column of a sheet.

    Attributes
    ----------
    source
        Column of the sheet's table.
    header
        What stands above it, with the unit; it is cut and numbered where two would be the same.
    kind
        How its cells are shown: ``money``, ``link`` (name of a sheet, which leads there) or a key of :data:`FORMATS`.
    total
        Whether the sheet ends in its sum, as a live formula.
    """

    source: str
    header: str
    kind: str = "text"
    total: bool = False

    @property
    def words(self) -> bool:
        """Whether its cells are text."""
        return self.kind in ("text", "long", "link")


@dataclass(frozen=True, eq=False)
class Sheet:
    """Sheet of a workbook: a title, a sentence, and a table.

    Attributes
    ----------
    name
        Of the sheet; at most 31 characters, and none of ``[]:*?/\\``.
    title, about
        What stands above the table.
    table
        The rows.
    columns
        What is shown of them, in order.
    formulas
        Columns that hold formulas in place of the table's values, which are what the formulas come to.
    """

    name: str
    title: str
    about: str
    table: pd.DataFrame
    columns: Sequence[Column]
    formulas: Mapping[str, Sequence[str]] | None = None

    @property
    def headers(self) -> list[str]:
        """Headers as they are written: unique whatever the case, and none too long."""
        seen: dict[str, int] = {}
        headers = []
        for column in self.columns:
            header = "".join(letter for letter in " ".join(column.header.split()) if letter.isprintable())
            header = _ESCAPE.sub("-", header) or "-"
            header = header if len(header) <= LONGEST_HEADER - 6 else header[: LONGEST_HEADER - 7] + "…"
            seen[header.casefold()] = seen.get(header.casefold(), 0) + 1
            again = seen[header.casefold()]
            headers.append(header if again == 1 else f"{header} ({again})")
        return headers


@dataclass(frozen=True)
class BarChart:
    """Bar chart of a column of a sheet, drawn by the spreadsheet program from the cells.

    Attributes
    ----------
    title
        What is drawn, with its unit.
    about
        What it shows in a sentence, for who cannot see it.
    sheet
        The sheet of the cells, a bar for each row.
    names, values
        Columns of the sheet: the names of the bars and their lengths.
    """

    title: str
    about: str
    sheet: Sheet
    names: str
    values: str
