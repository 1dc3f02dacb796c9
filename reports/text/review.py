"""A review is written for the terminal: how targets stand, who spent what, and what changes in the years left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singlepot.models.money import POUNDS_PER, spoken
from singlepot.models.scenario.titles import Titles

from .lines import count, join_sections, lay_out, signed_money, wrap

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.scenarios.review.review import Review
    from singlepot.scenarios.review.verifying import ReviewVerification

LISTED = 12
"""Rows of a table that are shown; the rest is counted."""


def review_text(review: Review) -> str:
    """Write a review on a screen or two.

    Parameters
    ----------
    review
        From :func:`singlepot.review`.
    """
    return join_sections(
        [
            wrap(f"Review after {review.years[-1]}"),
            _status_section(review),
            _money_section(review),
            _left_section(review),
            _national_section(review),
            _reward_section(review),
            _filled_section(review),
        ]
    )


def review_verification_text(result: ReviewVerification) -> str:
    """Write what a verification of a review compared, and what does not hold.

    Parameters
    ----------
    result
        From :func:`singlepot.verify_review`.
    """
    lines = [f"{count(result.files, 'file')} compared with what outturn and agreement lead to"]
    lines += [f"FAILS: {fault}" for fault in result.faults] or ["Everything holds."]
    return "\n".join(lines) + "\n"


def _status_section(review: Review) -> list[str]:
    table = review.status
    if table.empty:
        return ["No area agreed to a target in the last year."]
    counts = table["status"].value_counts()
    lines = [f"Targets: {', '.join(f'{counts[name]} {name}' for name in counts.index)}"]
    worst = table[table["status"] != "on track"]
    titles = Titles(review.agreed)
    rows = [
        (
            row["name"],
            titles.of("objective", row["objective"]),
            *(f"{row[name]:,.4g}" for name in ("agreed", "delivered", "target")),
            row["status"],
        )
        for row in worst.head(LISTED).to_dict("records")
    ]
    if rows:
        header = ("area", "target", f"due {review.years[-1]}", "delivered", "in the end", "status")
        lines += lay_out(header, rows, left=(0, 1, 5))
    return lines + _rest(len(worst))


def _rest(rows: int) -> list[str]:
    return [f"  and {rows - LISTED} more"] if rows > LISTED else []


def _money_section(review: Review) -> list[str]:
    table, money = review.money, _money(review)
    if table.empty:
        return ["Every area spent what was agreed."]
    names = ("agreed", "spent", "returned", "kept")
    rows = [
        (row["name"], *(spoken(row[name], money) for name in names), spoken(row["off_own_bids"], money))
        for row in table.head(LISTED).to_dict("records")
    ]
    header = ("area", *names, "off its bids")
    lines = ["Money", *lay_out(header, rows), *_rest(len(table))]
    for row in table[table["off_envelope"] > 0].to_dict("records"):
        lines += wrap(f"{row['name']} overspent by more than its own bids: {spoken(row['off_envelope'], money)} comes "
                      "off the pot of all areas.")  # fmt: skip
    for row in review.lacking.to_dict("records"):
        lines += wrap(f"No pot is left to pay {spoken(row['lacking'], money)} of what was overspent.")
    return lines


def _left_section(review: Review) -> list[str]:
    if review.settlement is None:
        return ["No year is left to be settled."]
    table, money = review.areas, _money(review)
    table = table[table["change"].abs() * POUNDS_PER[money] >= 1]
    asks = int(review.areas["asks"].sum())
    asked = f"{count(asks, 'ask')} would change what was agreed." if asks else "Nobody is asked for anything else."
    asked = " ".join([asked, *_carried(review.status)])
    if table.empty:
        return wrap(f"No area gets more or less money in the years that are left. {asked}")
    down, up = table["change"].clip(upper=0).sum(), table["change"].clip(lower=0).sum()
    largest = table.reindex(table["change"].abs().sort_values(ascending=False, kind="stable").index)
    names = ("agreed", "grant", "change")
    rows = [
        (row["name"], *(spoken(row[name], money) for name in names[:2]), signed_money(row["change"], money))
        for row in largest.head(LISTED).to_dict("records")
    ]
    said = f"In the years that are left {spoken(abs(down), money)} is taken from areas and {spoken(up, money)} given."
    return [*wrap(f"{said} {asked}"), *lay_out(("area", *names), rows), *_rest(len(table))]


def _carried(status: pd.DataFrame) -> list[str]:
    """Say of how many targets more or less was delivered than agreed, which moves those of later years."""
    moved = (status["delivered"] - status["agreed"]).abs() > 1e-9 * status["target"]
    said = "Targets move by what was delivered more or less than agreed"
    return [f"{said}: {moved.sum()} of {len(status)}."] if moved.any() else []


def _national_section(review: Review) -> list[str]:
    if review.settlement is None:
        return []
    short = review.settlement.national
    short = short[short["shortfall"] > 1e-9 * short["target"]]
    titles = Titles(review.agreed)
    rows = [
        (
            titles.of("objective", row["objective"]),
            row["year"],
            *(f"{row[name]:,.4g}" for name in ("target", "shortfall")),
        )
        for row in short.to_dict("records")
    ]
    header = ("national target", "year", "agreed of it", "now short")
    return lay_out(header, rows, left=(0, 1)) if rows else ["The nation reaches what was agreed of its targets."]


def _reward_section(review: Review) -> list[str]:
    table, money = review.rewards, _money(review)
    if table.empty:
        return []
    pool, paid = (spoken(float(table[name].sum()), money) for name in ("part", "payment"))
    return wrap(f"Rewards for targets that were met: {paid} of {pool}.")


def _filled_section(review: Review) -> list[str]:
    if review.filled.empty:
        return []
    missing = count(len(review.filled), "figure")
    return wrap(f"{missing} were missing and are taken as agreed: see filled.csv.")


def _money(review: Review) -> str:
    return review.agreed.settings.money
