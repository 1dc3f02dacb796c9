"""HTML of values in notebooks: a title, a line, and small tables that a screen reader can follow."""

from __future__ import annotations

from html import escape
from numbers import Integral, Real
from typing import TYPE_CHECKING

from .tables.raw import is_missing

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 10
"""Rows of a table that are shown; the others are counted."""

MOST_CHARACTERS = 200
"""Characters of a cell that are shown."""


def rich(title: str, summary: str, *tables: str) -> str:
    """Show a value: its title, what it is in a line, and tables made by :func:`rich_table`.

    Parameters
    ----------
    title, summary
        Plain text.
    tables
        HTML; empty texts are left out.
    """
    return f"<p><strong>{_text(title)}</strong><br>{_text(summary)}</p>" + "".join(tables)


def rich_table(caption: str, table: pd.DataFrame, most: int = MOST_ROWS) -> str:
    """Show the first rows of a table; nothing where it has none.

    The caption says what it is and how many rows are not shown, headers name their columns and rows, numbers have the
    digits that matter, and every text is escaped.

    Parameters
    ----------
    caption
        Plain text.
    table
        Any table; its first column names the rows.
    most
        Rows to show.
    """
    if not len(table):
        return ""
    left = len(table) - most
    more = f" ({left:,} more {'row' if left == 1 else 'rows'})" if left > 0 else ""
    head = "".join(f'<th scope="col">{_text(name)}</th>' for name in table.columns)
    rows = []
    for first, *others in table.head(most).itertuples(index=False, name=None):
        cells = "".join(f"<td>{_text(_cell(value))}</td>" for value in others)
        rows.append(f'<tr><th scope="row">{_text(_cell(first))}</th>{cells}</tr>')
    return (
        f"<table><caption>{_text(caption + more)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _cell(value: object) -> str:
    """Write a cell: numbers with about four digits, nothing where a figure is missing."""
    if is_missing(value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Integral):
        return f"{int(value):,}"
    if isinstance(value, Real):
        number = float(value)
        size = abs(number)
        digits = ".4g" if size < 1_000 or size >= 1e15 else ",.1f" if size < 10_000 else ",.0f"
        return f"{number:{digits}}"
    return str(value)


def _text(value: object) -> str:
    text = str(value)
    return escape(text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…")
