"""Recipients: who holds the grant of each area, by its label; a recipient is a sum and changes no grant."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..tables.schema import CENTRE
from .scenario import Scenario

RECIPIENT_TABLES = ("recipients", "recipient_targets")
"""Tables of a settlement in which some recipient holds the grant of another area."""


def recipients_of(codes: Collection[str], names: Iterable[str], labels: Iterable[str]) -> tuple[str, ...]:
    """Return who holds the grant of each area: a code, or a label that is none.

    Parameters
    ----------
    codes, names
        Of all areas.
    labels
        The column ``recipient``: a code, or the exact name of an area where no code matches; empty for the area itself.

    Examples
    --------
    >>> recipients_of(["A", "B", "C"], ["Aston", "Barton", "Carton"], ["", "Aston", "Both"])
    ('A', 'A', 'Both')
    """
    known, of_name = set(codes), dict(zip(names, codes, strict=True))
    return tuple(
        code if not label else label if label in known else of_name.get(label, label)
        for code, label in zip(codes, labels, strict=True)
    )


def recipient_names(scenario: Scenario) -> dict[str, str]:
    """Return the name of every recipient, by its code or label."""
    areas = scenario.filled("areas")
    names = dict(zip(areas["code"], areas["name"], strict=True))
    return {holder: str(names.get(holder, holder)) for holder in holders(scenario).values()}


def holders(scenario: Scenario) -> dict[str, str]:
    """Return who holds the grant of each area, by the codes of the areas."""
    areas = scenario.filled("areas")
    codes = areas["code"].tolist()
    return dict(zip(codes, recipients_of(codes, areas["name"].tolist(), areas["recipient"].tolist()), strict=True))


def further_tables(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of the tables that a settlement of this scenario has beside those of all settlements."""
    areas = scenario.filled("areas")
    held = holders(scenario)
    two_tiers = any(
        held[code] != code for code, kind in zip(areas["code"], areas["type"], strict=True) if kind != CENTRE
    )
    return (*scenario.settings.sections, *(RECIPIENT_TABLES if two_tiers else ()))
