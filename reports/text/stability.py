"""Elasticities show how far grants move with the areas' own numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singlepot.models.money import spoken

from .lines import lay_out, signed_money, signed_percent, wrap

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.models.settings.settings import Settings


def stability_text(stability: pd.DataFrame, settings: Settings) -> str:
    """Write a table of stability for people, in 80 columns.

    Parameters
    ----------
    stability
        From :func:`singlepot.measure_stability`.
    settings
        Of the scenario: its title and unit of money.
    """
    key = (
        "Elasticity: relative change of the grant over that of the number. 0: the grant does not move; 1: it moves "
        "in step; beyond: it moves further than the number does."
    )
    head = [*wrap(settings.title), ""] if settings.title else []
    return "\n".join([*head, *stability_lines(stability, settings.money), *wrap(key, "  ")]) + "\n"


def stability_lines(stability: pd.DataFrame, money: str) -> list[str]:
    """Lay out the rows of a table of stability under their headers."""
    rows = []
    for row in stability.to_dict("records"):
        start = (row["name"], row["number"], f"{row['moved']:+.0%}", spoken(row["before"], money))
        if row["reason"]:
            rows.append((*start, "no settlement", "", ""))
            continue
        relative = row["change"] / row["before"] if row["before"] > 0 else float("nan")
        elasticity = (
            "-" if row["elasticity"] != row["elasticity"] else f"{row['elasticity']:.2f}".replace("-0.00", "0.00")
        )
        rows.append((*start, signed_money(row["change"], money), signed_percent(relative), elasticity))
    return lay_out(("area", "own", "", "grant", "change", "", "elasticity"), rows, left=(0, 1))
