"""The report's section on recipients: what each holds over all years, and its members, folded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from singlepot.models.scenario.recipients import recipient_names

from .figures.figures import Figures, records
from .table import Column, Table, settlement_columns, tabulate

SUMMED = ["bid", "grant", "change", "pounds"]


def recipients(figures: Figures) -> dict[str, Any]:
    """Collect the values of the section for its template; empty where every area holds its own grant."""
    table = figures.settlement.recipients
    if table is None:
        return {"recipients": None, "members": []}
    names = recipient_names(figures.settlement.scenario)
    sums = table.groupby("recipient", sort=True)[SUMMED].sum().reset_index()
    held = figures.areas.assign(holder=[figures.holder[str(code)] for code in figures.areas.index])
    held = held[(held["bid"] > 0) | (held["grant"] > 0)]
    counted = held.groupby("holder").size()
    sums = sums.assign(
        name=sums["recipient"].map(names),
        members=sums["recipient"].map(counted).fillna(0).astype(int),
        share=sums["grant"] / sums["bid"].where(sums["bid"] > 0),
    )
    several = sums[sums["members"] > 1]
    return {
        "recipients": _table(figures, sums),
        "members": [(row["name"], _members(figures, row, held)) for row in _by_name(several)],
    }


def _by_name(table: Any) -> Iterator[dict[str, Any]]:
    yield from records(table.sort_values("name", kind="stable"))


def _table(figures: Figures, sums: Any) -> Table:
    unit = figures.money
    return tabulate(
        "recipients",
        "Who holds the grants: all years together",
        [
            Column("name", "Recipient"),
            Column("members", "Members", "count"),
            *settlement_columns("grants", ("bid", "grant", "change"), unit),
            Column("share", "Grant, % of bid", "percent"),
            *settlement_columns("grants", ("pounds",), unit),
        ],
        list(_by_name(sums)),
        row_key=lambda r: str(r["recipient"]),
        sortable=True,
        note="A recipient holds the sum of its members' grants, and every pound of it is one of theirs.",
    )


def _members(figures: Figures, recipient: dict[str, Any], held: Any) -> Table:
    mine = held[held["holder"] == recipient["recipient"]].rename_axis("code").reset_index()
    return tabulate(
        f"members-{recipient['recipient']}",
        f"{recipient['name']}: its members",
        [
            Column("name", "Area"),
            *settlement_columns("grants", ("bid", "grant", "change"), figures.money),
            Column("share", "Grant, % of bid", "percent"),
        ],
        list(_by_name(mine)),
        row_key=lambda r: str(r["code"]),
        area="code",
    )
