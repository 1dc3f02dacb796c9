"""Schema of the tables of a scenario, column by column: parsing, checks and documentation read it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from .output import OUTPUT
from .rule_kinds import BASES, RULES, SELECTORS

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
    above
        Numbers must be greater than this.
    words
        The words allowed, for a ``word``.
    unit
        Unit of a number; ``money`` is the scenario's.
    refers
        What the label must name.
    """

    name: str
    kind: Kind
    explanation: str
    required: bool = False
    default: str | float = ""
    least: float = -math.inf
    most: float = math.inf
    above: float = -math.inf
    words: tuple[str, ...] = ()
    unit: str = ""
    refers: Subject = ""

    @property
    def numeric(self) -> bool:
        """Whether the cells are numbers."""
        return self.kind in ("number", "whole")

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
    open_to
        What further columns are named after: ``attribute``, ``objective`` or nothing.
    """

    name: str
    explanation: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    required: bool = False
    open_to: Subject = ""
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the columns by name."""
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})

    def __iter__(self) -> Iterator[Column]:
        """The fixed columns in order."""
        return iter(self.columns)

    def __getitem__(self, name: str) -> Column:
        """A fixed column by name."""
        return self.by_name[name]


TOTAL = "total"
"""The envelope of a scenario that names none."""

CENTRE = "centre"
"""The type of an area that may hold options and targets and never bids."""

SCALE_BACK = "scale-back"
"""How the names of implied options begin."""

RESERVED = ("whole", *(column.name for column in OUTPUT["asks"].columns if not column.per))
"""Names kept for later use, and those of columns of a settlement beside which objectives have theirs."""

NAN = math.nan


def _area(explanation: str = "Code of the area.", required: bool = True) -> Column:
    return Column("area", "label", explanation, required, refers="area")


def _objective(required: bool = True, explanation: str = "Key of the objective.") -> Column:
    return Column("objective", "label", explanation, required, refers="objective")


def _year(required: bool = True, explanation: str = "Financial year.") -> Column:
    return Column("year", "year", explanation, required, refers="year")


def _envelope(explanation: str = "Part of the pot.", default: str = TOTAL) -> Column:
    return Column("envelope", "label", explanation, default=default, refers="envelope")


def _money(name: str, explanation: str, required: bool = False, default: float = NAN) -> Column:
    return Column(name, "number", explanation, required, default, least=0, unit="money")


TABLES = {
    table.name: table
    for table in (
        Table(
            "areas",
            "The authorities that may hold a grant, and the centre.",
            (
                Column("code", "label", "Code by which all tables name the area.", True),
                Column("name", "text", "Name of the area.", True),
                Column("type", "label", "Kind of authority; `centre` has options and targets and no bid."),
                Column("region", "label", "Region, for rules about regions."),
                Column("recipient", "text", "Body that receives the grant."),
                Column("contact", "text", "Whom to ask."),
                Column("population", "number", "People who live there.", False, NAN, least=0, unit="people"),
            ),
            key=("code",),
            required=True,
            open_to="attribute",
        ),
        Table(
            "objectives",
            "What is counted, beside money.",
            (
                Column("key", "key", "Key by which all tables name the objective.", True),
                Column("name", "text", "Name of the objective.", True),
                Column("unit", "text", "Unit of a contribution.", True),
                Column(
                    "direction",
                    "word",
                    "Whether the measure should rise or fall; contributions count as positive either way.",
                    default="increase",
                    words=("increase", "decrease"),
                ),
                Column("weight", "number", "Weight in the national shortfall.", False, 1.0, least=0),
                Column("priority", "whole", "Priority 1 is settled before 2.", False, 1.0, least=1),
                Column("baseline", "label", "Attribute with the measure today.", refers="attribute"),
                Column("per", "label", "Attribute that the rate is per.", refers="attribute"),
                Column("rate_unit", "text", "Unit of the rate."),
            ),
            key=("key",),
        ),
        Table(
            "national",
            "The national objectives.",
            (
                _objective(),
                Column("year", "years", "Year, or range of years to be added up.", True, refers="year"),
                Column(
                    "target",
                    "number",
                    "Contribution wanted of all areas.",
                    True,
                    above=0,
                    unit="the objective's unit",
                ),
            ),
            key=("objective", "year"),
        ),
        Table(
            "pot",
            "The national pot; rows of one year and envelope are added up.",
            (
                _year(),
                _money("amount", "Money in the pot.", True),
                _envelope(),
                Column("source", "text", "Department that the money comes from."),
            ),
            key=(),
            required=True,
        ),
        Table(
            "bids",
            "What each area asks for.",
            (
                _area(),
                _year(),
                _money("amount", "Grant asked for; a bid of zero is a bid.", True),
                _envelope(),
                _money("reference", "Money to compare with, for instance last year's."),
            ),
            key=("area", "year", "envelope"),
            required=True,
        ),
        Table(
            "targets",
            "What each area proposes.",
            (
                _area(),
                _objective(),
                _year(),
                Column("target", "number", "Contribution proposed.", True, least=0, unit="the objective's unit"),
                Column(
                    "weight",
                    "number",
                    "The area's own weight for the objective, the same in all years.",
                    False,
                    1.0,
                    above=0,
                ),
            ),
            key=("area", "objective", "year"),
        ),
        Table(
            "options",
            "Moves away from the bid that an area could make.",
            (
                _area(),
                Column("option", "label", "Name by which the tables name the option within its area.", True),
                Column("name", "text", "What the option is called in reports."),
                Column("component", "text", "Part of the programme that it belongs to."),
                _money("own_cost", "What take-up 1 costs the area itself, over all years.", default=0.0),
                Column("max_take_up", "number", "Largest take-up.", False, 1.0, least=0),
                Column(
                    "group",
                    "label",
                    "Options of one group share one programme: their shares add up to at most 1.",
                ),
                Column("requires", "text", "Options, separated by `;`, that must be taken up at least as far."),
            ),
            key=("area", "option"),
        ),
        Table(
            "option_years",
            "What each option changes, at take-up 1, year by year.",
            (
                _area(),
                Column("option", "label", "Name of the option.", True, refers="option"),
                _year(),
                Column("grant", "number", "Change of the grant.", False, 0.0, unit="money"),
            ),
            key=("area", "option", "year"),
            open_to="objective",
        ),
        Table(
            "rules",
            "Limits; the row that chooses more particularly wins over the others and over the general rules.",
            (
                Column("rule", "word", "Which rule.", True, words=tuple(RULES)),
                Column("value", "number", "Its value.", True, least=0),
                Column(
                    "basis",
                    "word",
                    "What the value is a share or number of; least: of the smaller of bid and reference.",
                    default="bid",
                    words=BASES,
                ),
                _area("Only this area.", False),
                Column("region", "label", "Only areas of this region."),
                Column("type", "label", "Only areas of this type."),
                _envelope("Only this envelope.", ""),
                _objective(False, "Only this objective."),
                _year(False, "Only this year."),
            ),
            key=("rule", *SELECTORS),
        ),
    )
}
"""The nine tables by name, in the order in which they are read and written."""


def attribute(name: str) -> Column:
    """Describe the column of an attribute that ``scenario.toml`` lists."""
    return Column(name, "number", "Attribute of the area.", False, NAN)


def outcome(key: str) -> Column:
    """Describe the column of ``option_years`` that holds the change of an objective."""
    return Column(key, "number", "Change of the objective.", False, 0.0, unit="the objective's unit")


def grant_of(envelope: str) -> Column:
    """Describe the column of ``option_years`` that holds the change of the grant of an envelope."""
    return Column(f"grant_{envelope}", "number", "Change of the grant.", False, 0.0, unit="money")


def kept(name: str) -> bool:
    """Whether a column is kept and ignored: ``note``, or a name that begins with ``_``."""
    return name == "note" or name.startswith("_")


def column_names() -> frozenset[str]:
    """Names that no objective and no envelope may have."""
    fixed = {column.name for table in TABLES.values() for column in table}
    return frozenset(fixed | {"note", *RESERVED})
