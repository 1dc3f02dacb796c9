"""Recipients: who holds the grant of each area, by its label; a recipient is a sum and changes no grant."""

from __future__ import annotations

from ..tables.recipients import recipients_of
from ..tables.schema import CENTRE
from .scenario import Scenario

RECIPIENT_TABLES = ("recipients", "recipient_targets")
"""Tables of a settlement in which some recipient holds the grant of another area."""


def recipient_names(scenario: Scenario) -> dict[str, str]:
    """Return the name of every recipient, by its code or label."""
    areas = scenario.columns("areas")
    names = dict(zip(areas["code"], areas["name"], strict=True))
    return {holder: str(names.get(holder, holder)) for holder in holders(scenario).values()}


def holders(scenario: Scenario) -> dict[str, str]:
    """Return who holds the grant of each area, by the codes of the areas."""
    areas = scenario.columns("areas")
    codes, names, recipients = (areas[name].tolist() for name in ("code", "name", "recipient"))
    return dict(zip(codes, recipients_of(codes, names, recipients), strict=True))


def further_tables(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of the tables that a settlement of this scenario has beside those of all settlements."""
    areas = scenario.columns("areas")
    held = holders(scenario)
    two_tiers = any(
        held[code] != code for code, kind in zip(areas["code"], areas["type"], strict=True) if kind != CENTRE
    )
    return (*scenario.settings.sections, *(RECIPIENT_TABLES if two_tiers else ()))
