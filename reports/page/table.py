"""Tables of an HTML page hold the text of each cell and the exact number behind it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal
from urllib.parse import quote

import pandas as pd

from singlepot.models.explanation.amounts import whole
from singlepot.models.tables.output import MONEY, OUTPUT, POUNDS, OutputColumn
from singlepot.reports.text.lines import number

Kind = Literal[
    "text", "money", "pounds", "number", "percent", "fine percent", "growth", "change", "count", "parts", "mixed"
]

Part = tuple[str, str, str]
"""A figure within a cell: its column in the settlement, its text, its exact value."""


@dataclass(frozen=True)
class Column:
    """A column: the key of its values, its header with the unit, and how the values are written."""

    key: str
    title: str
    kind: Kind = "text"


def settlement_columns(table: str, names: Iterable[str], money: str) -> list[Column]:
    """Describe columns of a table of a settlement; ``money`` is the short unit of money."""
    described = {column.name: column for column in OUTPUT[table].columns}
    return [_settlement_column(described[name], money) for name in names]


def _settlement_column(column: OutputColumn, money: str) -> Column:
    if column.unit == MONEY:
        return Column(column.name, f"{column.heading}, {money}", "money")
    if column.unit == POUNDS:
        return Column(column.name, f"{column.heading} in whole pounds, £", "pounds")
    return Column(column.name, column.heading, "number" if column.unit else "text")


@dataclass(frozen=True)
class Cell:
    """A cell: its text, the exact value as Python writes it (empty for a text), the area that it leads to, figures."""

    text: str
    value: str = ""
    area: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table of a page.

    Attributes
    ----------
    key
        Name of the table, unique in the page.
    caption
        What it shows.
    columns, rows
        The first column heads its rows.
    keys
        Keys that identify the rows.
    sortable
        Whether the reader can sort and filter it.
    note
        Sentence below the table.
    """

    key: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    keys: Sequence[str] = ()
    sortable: bool = False
    note: str = ""

    @property
    def body(self) -> str:
        """Rows in HTML, every text escaped; a template takes twice as long for the same."""
        keys = [f' data-key="{escape(key)}"' for key in self.keys] or [""] * len(self.rows)
        return "\n".join(f"<tr{key}>{_row(row)}</tr>" for key, row in zip(keys, self.rows, strict=True))


def _row(cells: Sequence[Cell]) -> str:
    """Write a row in HTML: its first cell heads it, and leads to the page of an area where it has one."""
    texts = []
    for at, one in enumerate(cells):
        value = f' data-v="{escape(one.value)}"' if one.value else ""
        text = escape(one.text)
        if at == 0:
            linked = f'<a href="#area={quote(one.area)}">{text}</a>' if one.area else text
            texts.append(f'<th scope="row"{value}>{linked}</th>')
            continue
        if one.parts:
            text = "; ".join(
                f'<span data-c="{escape(key)}" data-v="{escape(exact)}">{escape(words)}</span>'
                for key, words, exact in one.parts
            )
        texts.append(f"<td{value}>{text}</td>")
    return "".join(texts)


def tabulate(
    key: str,
    caption: str,
    columns: Sequence[Column],
    records: Iterable[Mapping[Any, Any]],
    *,
    row_key: Callable[[Mapping[Any, Any]], str] = lambda row: "",
    area: str = "",
    sortable: bool = False,
    note: str = "",
    alike: Sequence[str] = (),
) -> Table:
    """Make a table of records: the numbers of a column have as many decimals as its largest needs.

    Parameters
    ----------
    key, caption, columns, sortable, note
        As in :class:`Table`.
    records
        Values by the keys of the columns.
    alike
        Keys of columns that have one unit in a row, another in the next: there the row sets the decimals, none where
        its ``unit`` counts people.
    row_key
        Key that identifies a row.
    area
        Key of the column that holds the code of an area, to which the first cell then leads.
    """
    rows, keys, records = [], [], list(records)
    of_column = {column.key: decimals((record[column.key] for record in records), column.kind) for column in columns}
    for record in records:
        people = whole(str(record.get("unit", "")))
        of_row = 0 if people else decimals((record[name] for name in alike), "number")
        digits = of_column | dict.fromkeys(alike, of_row)
        cells = [cell(record[column.key], column.kind, digits[column.key]) for column in columns]
        if area:
            cells[0] = Cell(cells[0].text, "", str(record[area]))
        rows.append(cells)
        keys.append(row_key(record))
    return Table(key, caption, columns, rows, keys, sortable, note)


def decimals(values: Iterable[Any], kind: Kind) -> int:
    """Return how many decimals numbers of a column or row need: about four digits of the largest, no zeros behind all.

    Examples
    --------
    >>> decimals([-2.805, 8.068, 0.4437, -16.0], "number"), decimals([0.7, 2.0], "number")
    (2, 1)
    """
    if kind not in ("number", "money"):
        return 0
    numbers = [abs(float(value)) for value in values if isinstance(value, float | int) and math.isfinite(value)]
    most = max(numbers, default=0.0)
    if kind == "money" and (most >= 1 or not most):
        return 1
    needed = min(max(3 - math.floor(math.log10(most)), 0), 9) if 0 < most < 1000 else 0
    while needed and all(round(value, needed) == round(value, needed - 1) for value in numbers):
        needed -= 1
    return needed


def cell(value: Any, kind: Kind, digits: int | None = None) -> Cell:
    """Write one value, or a dash where it is missing; a number with ``digits`` decimals, else with those that it needs.

    A cell that is written already stays.

    Examples
    --------
    >>> cell(1234.5678, "money"), cell(-0.1234, "change"), cell(0.004, "number", 1)
    (Cell(text='1,234.6', value='1234.5678', ...), Cell(text='−12.3%', ...), Cell(text='<0.1', value='0.004', ...))
    """
    if isinstance(value, Cell):
        return value
    if kind == "parts":
        parts = ((key, f"{title} {signed(float(change))}", repr(float(change))) for key, title, change in value)
        return Cell("", parts=tuple(parts))
    if kind == "mixed":  # a number as one, anything else as text
        kind, digits = "number" if isinstance(value, float | int) and not isinstance(value, bool) else "text", None
    if kind == "text":
        return Cell("" if value is None or value != value else str(value))
    if value == "":
        return Cell("")
    if value is None or value != value:
        return Cell("–")
    exact = float(value)
    if kind in _WRITE:
        text = _WRITE[kind](exact)
    elif math.isfinite(exact):
        text = _rounded(exact, decimals([exact], kind) if digits is None else digits)
    else:
        text = "–"
    return Cell(text.replace("-", "−"), repr(int(value) if kind in ("count", "pounds") else exact))


def _rounded(value: float, digits: int) -> str:
    """Write a number with so many decimals; one that would be zero by them is said to be less than the last of them."""
    text = f"{value:,.{digits}f}"
    if value and not text.strip("-0.,"):
        return f"{'-' if value < 0 else ''}<{10.0**-digits:.{digits}f}"
    return text if value else f"{0.0:.{digits}f}"


def signed(value: float) -> str:
    """Write a change with its sign."""
    return ("−" if value < 0 else "+") + number(abs(value))


def from_frame(key: str, caption: str, frame: pd.DataFrame) -> Table:
    """Make a table of a DataFrame, with numbers where its columns are numeric."""
    columns = [
        Column(str(name), str(name), "number" if pd.api.types.is_numeric_dtype(frame[name]) else "text")
        for name in frame.columns
    ]
    return tabulate(key, caption, columns, ({str(k): v for k, v in row.items()} for row in frame.to_dict("records")))


def _per_cent(value: float) -> str:
    return f"{100 * value:.1f}%"


def _change(value: float) -> str:
    return "0.0%" if abs(value) < 0.0005 else f"{100 * value:+.1f}%"


_WRITE: dict[str, Callable[[float], str]] = {
    "pounds": lambda value: f"{value:,.0f}",
    "count": lambda value: f"{value:,.0f}",
    "percent": _per_cent,
    "fine percent": lambda value: f"{value:.2%}",
    "change": _change,
    "growth": lambda value: f"{value:.3%}",
}
"""How numbers of each kind are written whose decimals do not follow from others beside them."""
