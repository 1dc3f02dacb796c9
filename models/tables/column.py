"""Description of a column and of a table of a scenario."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["label", "key", "text", "number", "whole", "word", "year", "years"]
"""What a cell holds.

``label``: text that names a thing and is matched letter by letter. ``key``: a label in lower-case letters,
digits and underscores. ``text``: anything to be read by people. ``number``, ``whole``: a number, a whole one.
``word``: one of ``words``. ``year``: a financial year. ``years``: one, or a range.
"""

Subject = Literal["", "area", "objective", "envelope", "option", "attribute", "year"]
"""What a label refers to."""


_EXPECTED = {
    "year": "a financial year such as 2026-27",
    "years": "a year or range such as 2026-27:2029-30",
    "key": "a key such as skills",
    "area": "the code of an area",
    "objective": "the key of an objective",
    "envelope": "the name of an envelope",
    "option": "the name of an option",
    "attribute": "the name of an attribute",
}
"""What a text should be, by its kind or by what it refers to."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    name
        The header.
    kind
        What a cell holds.
    explanation
        One sentence for the manual.
    required
        Whether column and cells must be there.
    default
        What an absent column or empty cell means; ``nan`` is "not known".
    least, most
        Smallest and largest number allowed.
    above, below
        Numbers must be greater, and smaller, than this.
    words
        The words allowed, for a ``word``.
    unit
        Unit of a number; ``money`` is the scenario's.
    refers
        What the label must name.
    also
        What published tables call it, in small letters without units and marks.
    absent
        What to do where a required cell has a mark for a number that is not there.
    """

    name: str
    kind: Kind
    explanation: str
    required: bool = False
    default: str | float = ""
    least: float = -math.inf
    most: float = math.inf
    above: float = -math.inf
    below: float = math.inf
    words: tuple[str, ...] = ()
    unit: str = ""
    refers: Subject = ""
    also: tuple[str, ...] = ()
    absent: str = ""

    @property
    def remedy_for_absent(self) -> str:
        """Say what to do with a mark for a number that is not there: what its absence means, and never zero."""
        if self.absent:
            return self.absent
        if isinstance(self.default, float) and math.isnan(self.default):
            return "leave the cell empty: it is then not known"
        return (
            f"find the number out; an empty cell would mean {self.default:g}"
            if self.default
            else ("find the number out, or delete the row; an empty cell would mean that there is none")
        )

    @property
    def numeric(self) -> bool:
        """Whether the cells are numbers."""
        return self.kind in ("number", "whole")

    @property
    def empty(self) -> str | float:
        """What an empty cell is taken for: the default, or NaN where a number must be given."""
        return math.nan if self.numeric and self.default == "" else self.default

    def expected(self, money: str = "") -> str:
        """Say what a cell should hold, ``money`` being the scenario's unit."""
        if self.kind == "word":
            return "one of " + ", ".join(self.words)
        if not self.numeric:
            return _EXPECTED.get(self.kind) or _EXPECTED.get(self.refers, "text")
        noun = "a whole number" if self.kind == "whole" else "a number"
        limits = [
            f"> {self.above:g}" if self.above > -math.inf else "",
            f"≥ {self.least:g}" if self.least > -math.inf else "",
            f"≤ {self.most:g}" if self.most < math.inf else "",
            f"< {self.below:g}" if self.below < math.inf else "",
        ]
        unit = money if self.unit == "money" else self.unit
        words = [noun, " and ".join(limit for limit in limits if limit), f"in {unit}" if unit else ""]
        return " ".join(word for word in words if word)


@dataclass(frozen=True)
class Table:
    """A table of a scenario.

    Parameters
    ----------
    name
        Its name: of the file, the sheet and the argument.
    explanation
        One sentence for the manual.
    columns
        Its fixed columns in order.
    key
        The columns that no two rows may share; empty where rows may repeat.
    required
        Whether a scenario needs it.
    unless
        Table in whose presence it is not needed.
    open_to
        What further columns are named after: ``attribute``, ``objective``, ``year`` or nothing.
    """

    name: str
    explanation: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    required: bool = False
    open_to: Subject = ""
    unless: str = ""
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the columns by name."""
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})

    def __iter__(self) -> Iterator[Column]:
        """The fixed columns in order."""
        return iter(self.columns)

    def needed(self, there: Container[str]) -> bool:
        """Whether a scenario with these tables needs this one."""
        return self.required and not (self.unless and self.unless in there)

    def __getitem__(self, name: str) -> Column:
        """A fixed column by name."""
        return self.by_name[name]
