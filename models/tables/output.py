"""The tables of a settlement, column by column: what frames, schema, docstring, workbooks, pages and manual follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

Kind = Literal["label", "text", "year", "years", "number", "whole"]
"""What a cell holds, in the words of :data:`~singlepot.models.tables.schema.Kind`."""

MONEY, POUNDS, OBJECTIVE = "money", "whole £", "unit of the objective"
LEVEL, PRICE, STAGE = "unit of the level", "unit of the price", "unit of the stage"
TAKE_UP, SHARE = "1 is the whole option", "share of the stage's shortfall"
TARGETS_MET = "share of the national target"

UNITS: Mapping[str, str] = {
    MONEY: "the scenario's unit of money, its setting `money`",
    POUNDS: "pounds, without pence",
    OBJECTIVE: "column `unit` of the scenario's table `objectives`",
    LEVEL: "column `rate_unit` of the scenario's table `objectives`",
    PRICE: "column `price_unit` of the row",
    STAGE: "column `unit` of the row",
    TAKE_UP: "share of the option as the scenario describes it",
    SHARE: "share between 0 and 1",
    TARGETS_MET: "1 is the national target of the year, or without one all that areas propose",
}
"""Units of the columns, and where each is found."""


@dataclass(frozen=True)
class OutputColumn:
    """A column of a table of a settlement.

    Attributes
    ----------
    name
        Header in frames and files; it holds ``OBJECTIVE`` or ``ENVELOPE`` where there is a column for each.
    heading
        Header in workbooks and pages, without the unit.
    explanation
        One sentence, with what a single column of several stands for.
    kind
        What a cell holds.
    unit
        Unit of a number, a key of :data:`UNITS`.
    missing
        Whether a number may be missing: NaN in frames, null in JSON, empty in CSV.
    added
        Whether documents that the first version wrote lack the column.
    per
        What there is a column for each of; empty for a single column.
    """

    name: str
    heading: str
    explanation: str
    kind: Kind = "label"
    unit: str = ""
    missing: bool = False
    added: bool = False
    per: Literal["", "objective", "envelope"] = ""

    def of(self, label: str) -> OutputColumn:
        """Return the column of one objective or envelope."""
        word = self.per.upper()
        return replace(self, name=self.name.replace(word, label), heading=self.heading.replace(word, label))


@dataclass(frozen=True)
class OutputTable:
    """A table of a settlement: its name in files, its title above a sheet, what a row is, and its columns in order."""

    name: str
    title: str
    explanation: str
    columns: tuple[OutputColumn, ...]

    def columns_of(self, objectives: Iterable[str], envelopes: Sequence[str]) -> list[OutputColumn]:
        """Columns of a settlement with these objectives and envelopes, in order."""
        several = {"objective": tuple(objectives), "envelope": tuple(envelopes) if len(envelopes) > 1 else ()}
        parts = ([c.of(label) for label in several[c.per]] if c.per else [c] for c in self.columns)
        return list(chain.from_iterable(parts))

    def kind_of(self, name: str) -> Kind:
        """What a column holds; one of an objective or envelope holds numbers."""
        return next((column.kind for column in self.columns if column.name == name), "number")


def number_column(name: str, heading: str, explanation: str, unit: str, *, missing: bool = False) -> OutputColumn:
    """Describe a column of numbers."""
    return OutputColumn(name, heading, explanation, "number", unit, missing)


def _pounds(name: str, heading: str, explanation: str, *, added: bool = False) -> OutputColumn:
    return OutputColumn(name, heading, explanation, "whole", POUNDS, added=added)


def price_columns(price: str) -> tuple[OutputColumn, ...]:
    """Describe the columns of a price."""
    return (
        OutputColumn("price", "Price of one more unit", price, "number", PRICE, True, True),
        OutputColumn(
            "price_words",
            "The price in words",
            "The price in pounds for each natural unit, rounded; of a pot what it does to its stage.",
            "text",
            added=True,
        ),
        OutputColumn(
            "price_unit", "Unit of the price", "Unit of the price, with the pot whose money it is.", added=True
        ),
        OutputColumn("price_stage", "Stage of the price", "First stage in which the row matters.", added=True),
        OutputColumn(
            "price_note",
            "Note on the price",
            "Whether the price is a part of one price or may be one end of a range; empty where it is the only one.",
            "text",
            added=True,
        ),
        OutputColumn(
            "removes",
            "Removed by one more unit of money",
            "Share of that stage's shortfall that one more unit of money removes; missing where it is no shortfall.",
            "number",
            SHARE,
            True,
            True,
        ),
    )


_AREA = OutputColumn("area", "Area code", "Code of the area.")
_ENVELOPE = OutputColumn("envelope", "Envelope", "Part of the pot; `total` where the scenario names none.")
_OBJECTIVE = OutputColumn("objective", "Objective key", "Key of the objective.")
_YEAR = OutputColumn("year", "Year", "Financial year.", "year")
_OPTION = OutputColumn(
    "option", "Option", "Name of the option within its area, or `scale-back` and its cell of the bid."
)
_TAKE_UP = number_column("take_up", "Take-up", "Share of the option that is used, at most its `max_take_up`.", TAKE_UP)

OUTPUT = {
    table.name: table
    for table in (
        OutputTable(
            "grants",
            "Grants",
            "A row for each area, envelope and year.",
            (
                *(_AREA, _ENVELOPE, _YEAR),
                number_column("bid", "Bid", "Grant that the area asked for.", MONEY),
                number_column("grant", "Grant", "Grant that the area receives.", MONEY),
                number_column("change", "Change", "Grant less bid.", MONEY),
                _pounds("pounds", "Grant", "Grant in whole pounds, by largest remainder where the pot is used up."),
                OutputColumn(
                    "present_value",
                    "Grant in present value",
                    "Grant in present value of the first year that is settled, in the scenario's prices, by the Green "
                    "Book's standard rates.",
                    "number",
                    MONEY,
                    added=True,
                ),
            ),
        ),
        OutputTable(
            "targets",
            "Targets",
            "A row for each area, objective and year. Targets are contributions: improvements on the baseline.",
            (
                *(_AREA, _OBJECTIVE, _YEAR),
                number_column("proposed", "Proposed", "Target that the area proposed.", OBJECTIVE),
                number_column("agreed", "Agreed", "Target that the area agrees to.", OBJECTIVE),
                number_column("uplift", "Uplift", "Agreed above what was proposed, else 0.", OBJECTIVE),
                number_column(
                    "concession", "Concession", "Proposed above what is agreed, else 0; 0 for the centre.", OBJECTIVE
                ),
                number_column(
                    "rate",
                    "Level reached",
                    "(baseline ± agreed) / denominator; missing where the scenario lacks a figure.",
                    LEVEL,
                    missing=True,
                ),
            ),
        ),
        OutputTable(
            "national",
            "National targets",
            "A row for each national target: what areas proposed and agreed to, and what is short.",
            (
                _OBJECTIVE,
                OutputColumn("year", "Year", "Financial year, or range of years added up.", "years"),
                number_column("target", "National target", "Contribution wanted of all areas together.", OBJECTIVE),
                number_column("proposed", "Proposed", "Sum of the proposed targets.", OBJECTIVE),
                number_column("agreed", "Agreed", "Sum of the agreed targets.", OBJECTIVE),
                number_column(
                    "shortfall", "Shortfall", "National target less agreed, where that is positive.", OBJECTIVE
                ),
                *price_columns(
                    "What one more unit of the target costs, in the first stage in which the target matters."
                ),
            ),
        ),
        OutputTable(
            "asks",
            "What is asked of areas",
            "A row for each option used above a millionth of its largest take-up: what it does, and why this area.",
            (
                *(_AREA, _OPTION, _TAKE_UP),
                number_column(
                    "grant_change",
                    "Change of the grant over all years",
                    "Change of the grant, added over the years.",
                    MONEY,
                ),
                OutputColumn(
                    "OBJECTIVE",
                    "OBJECTIVE",
                    "Change of the contributions to one objective, added over the years; its key is the name.",
                    "number",
                    OBJECTIVE,
                    per="objective",
                ),
                OutputColumn(
                    "reason", "Why", "Why this area is asked, and no other, in a sentence.", "text", added=True
                ),
            ),
        ),
        OutputTable(
            "pot",
            "The pot",
            "A row for each envelope and year: what there is, what is granted, and what is left.",
            (
                *(_ENVELOPE, _YEAR),
                number_column("amount", "Pot", "Money in the pot.", MONEY),
                number_column("allocated", "Grants", "Sum of the grants.", MONEY),
                number_column("carried", "Carried on", "Money carried into the next year.", MONEY),
                number_column("vired", "To other envelopes", "Money moved to other envelopes in the year.", MONEY),
                number_column("reserve", "Left", "Money that is neither granted nor moved.", MONEY),
                number_column("carried_in", "Carried in", "Money carried in from the year before.", MONEY),
                number_column(
                    "vired_in", "From other envelopes", "Money moved in from other envelopes in the year.", MONEY
                ),
                _pounds("pounds", "Grants", "Sum of the grants in whole pounds."),
                _pounds("carried_pounds", "Carried on", "Whole pounds carried into the next year.", added=True),
                _pounds("vired_pounds", "To other envelopes", "Whole pounds moved to other envelopes.", added=True),
                _pounds(
                    "vired_in_pounds", "From other envelopes", "Whole pounds moved in from other envelopes.", added=True
                ),
                OutputColumn(
                    "vired_to_ENVELOPE",
                    "To ENVELOPE",
                    "Money moved to one other envelope; there where the scenario has several.",
                    "number",
                    MONEY,
                    added=True,
                    per="envelope",
                ),
                *price_columns("What one more unit of money is worth to the first stage in which the pot matters."),
            ),
        ),
        OutputTable(
            "take_up",
            "Take-up of options",
            "A row for each option and scale-back of each area, used or not.",
            (_AREA, _OPTION, _TAKE_UP),
        ),
        OutputTable(
            "stages",
            "Stages",
            "A row for each stage, in the order in which they are minimised.",
            (
                OutputColumn("name", "Stage", "Name of the stage, with its priority in brackets."),
                number_column("value", "Optimum", "Optimum of the stage, proved by its duals.", STAGE),
                OutputColumn("unit", "Unit", "Unit of the stage.", "text"),
                number_column("final", "At the settlement", "Value of the stage at the settlement.", STAGE),
                number_column("give", "May give", "How far later stages may leave the optimum.", STAGE),
            ),
        ),
    )
}
"""The tables of every settlement by name, in the order in which they are written. Tables only ever gain columns."""
