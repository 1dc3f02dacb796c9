"""Elasticities show how far grants move with the areas' own numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singlepot.models.money import spoken

from .lines import count, lay_out, signed_money, signed_percent, wrap

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
        "Times as far: relative change of the grant over that of the number. 0: the grant does not move; 1: it moves "
        "in step; beyond: it moves further than the number does."
    )
    head = [*wrap(settings.title), ""] if settings.title else []
    return "\n".join([*head, *stability_lines(stability, settings.money), *wrap(key, "  ")]) + "\n"


def stability_facts(stability: pd.DataFrame) -> list[str]:
    """Write which grant moves furthest, and how many changes leave no settlement."""
    lost, known = stability[stability["reason"].fillna("") != ""], stability[stability["elasticity"].notna()]
    facts = []
    if len(known):
        row = known.iloc[int(known["elasticity"].abs().argmax())]
        facts.append(
            f"Most moves the grant of {row['name']}: with {row['number']} {row['moved']:+.0%} it moves "
            f"{row['elasticity']:.2f} times as far as the number."
        )
    if len(lost):
        facts.append(f"{count(len(lost), 'change')} of {len(stability)} leave no settlement.")
    return facts or ["No number that was changed has a grant that could move."]


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
    return lay_out(("area", "own", "", "grant", "change", "", "times as far"), rows, left=(0, 1))
