"""Raw tables: cells before parsing, and what the user calls the place of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard, cast

if TYPE_CHECKING:
    import pandas as pd

Cells: TypeAlias = "Sequence[object] | pd.Series[Any]"
"""The cells of a column in order: texts from a file of text, any objects from elsewhere."""


Complain = Callable[[int, str, str, str, str], None]
"""Take a position, a code, the value found, what was expected and the remedy."""


@dataclass(frozen=True)
class Place:
    """Where the cells of a table stand, as the user sees them.

    Readers of other formats may override :meth:`row` and :meth:`cell`.

    Parameters
    ----------
    file
        The table as the user sees it: ``bids.csv``, ``table bids``.
    labels
        What each row is called, in order.
    noun
        What stands before the label.
    index_names
        Names of a DataFrame's index.
    """

    file: str
    labels: Sequence[object] | pd.Index[Any] = ()
    noun: str = "row"
    index_names: tuple[object, ...] = ()

    def row(self, position: int) -> str:
        """Name a row by its position in the table, from 0."""
        return f"{self.noun} {self.labels[position]}"

    def cell(self, position: int, column: str) -> str:
        """Name a cell by the position of its row and its header."""
        return self.row(position)

    def heading(self, position: int, column: str) -> str:
        """Name the column of a cell as it is headed."""
        return column

    def whole(self, column: str) -> str:
        """Name a column as a whole, or the table where ``column`` is not there; empty where its name says enough."""
        return ""

    def missing(self, column: str) -> str:
        """Say how an absent column might be supplied; empty if there is nothing to say."""
        if column in self.index_names:
            return "it is the index: call reset_index() on the DataFrame"
        return ""


@dataclass(frozen=True)
class RawTable:
    """A table as it came.

    Parameters
    ----------
    columns
        Cells by header, all of one length. Headers need not be known columns.
    place
        Where the cells stand.
    rows
        Number of rows.
    complete
        False where rows were lost to problems already named: nothing is then said about what is missing.
    repeated
        Headers that occur more than once; the first column of that name is kept.
    lenient
        Whether numbers that are not plain may be taken for what they clearly mean.
    """

    columns: Mapping[str, Cells]
    place: Place
    rows: int
    complete: bool = True
    repeated: tuple[str, ...] = field(default=())
    lenient: bool = False


@dataclass(frozen=True)
class Refused:
    """A cell that its reader has understood and will not take: the checks name it in its place among all others.

    Parameters
    ----------
    code
        The problem.
    value
        What was found, as it is to be shown.
    remedy
        What to do.
    text
        What a column that is kept and not read holds in its place.
    """

    code: str
    value: str
    remedy: str
    text: str = ""

    def __str__(self) -> str:
        """The text of the cell."""
        return self.text

    def __repr__(self) -> str:
        """What is shown of the cell."""
        return self.value


def lost(file: str) -> RawTable:
    """Stand in for a table that is not there or cannot be read, which is already named."""
    return RawTable({}, Place(file), 0, complete=False)


def from_frame(name: str, frame: pd.DataFrame) -> RawTable:
    """Take the cells of a DataFrame; its rows are named by their labels."""
    headers = [header if isinstance(header, str) else repr(header) for header in frame.columns]
    columns: dict[str, Cells] = {}
    for header, (_, cells) in zip(headers, frame.items(), strict=True):
        columns.setdefault(header, cells)
    repeated = tuple(dict.fromkeys(h for h in headers if headers.count(h) > 1))
    origin = Place(f"table {name}", frame.index, "row label", tuple(frame.index.names))
    return RawTable(columns, origin, len(frame), repeated=repeated)


def is_series(cells: Cells) -> TypeGuard[pd.Series[Any]]:
    """Whether the cells are a column of a DataFrame."""
    return hasattr(cells, "iloc")


def values_of(cells: Cells) -> Sequence[object]:
    """Return the cells as Python's own values, in order."""
    return cells.tolist() if is_series(cells) else cast("Sequence[object]", cells)


def is_missing(cell: object) -> bool:
    """Whether a cell that is no text is an empty one: None, NaN or pandas' own."""
    return cell is None or (isinstance(cell, Real) and cell != cell) or type(cell).__name__ in _OF_PANDAS


_OF_PANDAS = ("NAType", "NaTType")
"""Types of what pandas puts in place of a text or a date that is missing."""
