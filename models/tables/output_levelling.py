"""Tables of a settlement that are there where the settings have the section of their name."""

from __future__ import annotations

from collections.abc import Container

from .output import LEVEL, OBJECTIVE, OUTPUT, TARGETS_MET, OutputColumn, OutputTable, number_column, price_columns

_PLACE = OutputColumn("place", "Place", "Area, recipient or region, as the section says.")

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
    )
}
"""The tables by name, in the order in which they are written, behind all others."""


def output_of(sections: Container[str]) -> dict[str, OutputTable]:
    """Return the tables of a settlement whose settings have these sections."""
    return OUTPUT | {name: table for name, table in OF_SECTIONS.items() if name in sections}
