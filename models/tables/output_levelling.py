"""Tables of a settlement that are there where the settings have the section of their name, or areas a recipient."""

from __future__ import annotations

from collections.abc import Container

from .output import (
    LEVEL,
    MONEY,
    OBJECTIVE,
    OUTPUT,
    POUNDS,
    TARGETS_MET,
    OutputColumn,
    OutputTable,
    number_column,
    price_columns,
)

_PLACE = OutputColumn("place", "Place", "Area, recipient or region, as the section says.")
_RECIPIENT = OutputColumn("recipient", "Recipient", "Code of who holds the grant, or its label where it is no area.")
_YEAR = OutputColumn("year", "Year", "Financial year.", "year")
_MEMBERS = OutputColumn("members", "Members", "Number of areas that are added up.", "whole")

OF_SECTIONS = {
    table.name: table
    for table in (
        OutputTable(
            "convergence",
            "Convergence",
            "A row for each place below its line and objective with an aim; there where `[convergence]` is.",
            (
                _PLACE,
                OutputColumn("objective", "Objective key", "Key of the objective."),
                OutputColumn("year", "Year", "Year of the aims.", "year"),
                number_column("line", "Line at the start", "Rate that the place is compared with, today.", LEVEL),
                number_column(
                    "line_end", "Line at the end", "The same with what all who are compared add to it.", LEVEL
                ),
                number_column("before", "Level at the start", "Rate of the place today.", LEVEL),
                number_column("after", "Level at the end", "Rate of the place with what is agreed.", LEVEL),
                number_column("gap", "Gap at the start", "What the place lacks to the line of today.", OBJECTIVE),
                number_column(
                    "gap_end", "Gap at the end", "What it lacks to the line at the end; negative above it.", OBJECTIVE
                ),
                number_column("aim", "Aim", "Part of the gap at the start that should be made up.", OBJECTIVE),
                number_column("agreed", "Agreed", "What the areas of the place agree to.", OBJECTIVE),
                number_column(
                    "short", "Short of the aim", "Aim less agreed, and what the line moves by if it does.", OBJECTIVE
                ),
                *price_columns("What one more unit of the aim costs, in the first stage in which the aim matters."),
            ),
        ),
        OutputTable(
            "inclusion",
            "Prosperity and inclusion",
            "A row for each place, what it brings of both national targets; there where `[inclusion]` is.",
            (
                _PLACE,
                number_column("prosperity", "Prosperity", "Share of the national target of prosperity.", TARGETS_MET),
                number_column("inclusion", "Inclusion", "Share of the national target of inclusion.", TARGETS_MET),
                number_column("together", "Together", "The smaller of the two.", TARGETS_MET),
            ),
        ),
        OutputTable(
            "recipients",
            "Recipients",
            "A row for each recipient, envelope and year: sums over members; there where one holds others' grants.",
            (
                _RECIPIENT,
                OutputColumn("envelope", "Part of the pot", "Part of the pot; `total` where the scenario names none."),
                _YEAR,
                _MEMBERS,
                number_column("bid", "Bid", "Sum of its members' bids.", MONEY),
                number_column("grant", "Grant", "Sum of its members' grants.", MONEY),
                number_column("change", "Change", "Grant less bid.", MONEY),
                OutputColumn("pounds", "Grant", "Sum of its members' grants in whole pounds.", "whole", POUNDS),
            ),
        ),
        OutputTable(
            "recipient_targets",
            "Targets of recipients",
            "A row for each recipient, objective and year: sums over members; there where one holds others' grants.",
            (
                _RECIPIENT,
                OutputColumn("objective", "Objective key", "Key of the objective."),
                _YEAR,
                _MEMBERS,
                number_column("proposed", "Proposed", "Sum of its members' proposed targets.", OBJECTIVE),
                number_column("agreed", "Agreed", "Sum of its members' agreed targets.", OBJECTIVE),
            ),
        ),
    )
}
"""The tables by name, in the order in which they are written, behind all others."""


def output_of(further: Container[str]) -> dict[str, OutputTable]:
    """Return the tables of a settlement that has these beside those of all."""
    return OUTPUT | {name: table for name, table in OF_SECTIONS.items() if name in further}
