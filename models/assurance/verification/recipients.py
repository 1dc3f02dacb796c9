"""The tables of recipients, compared with sums over the areas that name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from .outcome import NONE, Outcome
from .written import Book, Reader, Table

TO_NINE = "to 1e-9 of their size, whole pounds exactly"


def check_recipients(outcome: Outcome, tables: Mapping[str, Table], book: Book) -> None:
    """Check both tables where the scenario has recipients that hold other areas' grants."""
    if "recipients" not in tables:
        return
    book.topic("recipients: sums of what their members bid, receive, propose and agree to", TO_NINE)
    statement, pounds = outcome.statement, _pounds(tables["grants"])
    cells = _grouped(outcome, outcome.grants)
    reader = Reader(tables["recipients"], ("recipient", "envelope", "year"), book)
    for key, row in reader.match(cells):
        mine = cells[key[0], key[1], key[2]]
        bid = sum((statement.bid.get(cell, NONE) for cell in mine), NONE)
        grant = sum((outcome.grants[cell] for cell in mine), NONE)
        reader.whole(row, "members", len(mine))
        reader.equal(row, "bid", bid)
        size = sum((outcome.grant_sizes[cell] for cell in mine), NONE)
        reader.equal(row, "grant", grant, size)
        reader.equal(row, "change", grant - bid, size)
        reader.whole(row, "pounds", sum(pounds.get(cell, 0) for cell in mine))
    cells = _grouped(outcome, outcome.targets)
    reader = Reader(tables["recipient_targets"], ("recipient", "objective", "year"), book)
    for key, row in reader.match(cells):
        mine = cells[key[0], key[1], key[2]]
        proposed = sum((statement.proposed.get(cell, NONE) for cell in mine), NONE)
        size = sum((outcome.target_sizes[cell] for cell in mine), NONE)
        reader.whole(row, "members", len(mine))
        reader.equal(row, "proposed", proposed)
        reader.equal(row, "agreed", sum((outcome.targets[cell] for cell in mine), NONE), size)


def _grouped(
    outcome: Outcome, cells: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, str, str], list[tuple[str, str, str]]]:
    """Cells of areas by those of their recipients."""
    found: dict[tuple[str, str, str], list[tuple[str, str, str]]] = {}
    for area, across, year in cells:
        found.setdefault((outcome.statement.recipient[area], across, year), []).append((area, across, year))
    return found


def _pounds(grants: Table) -> dict[tuple[str, str, str], int]:
    pounds = {}
    for row in grants.rows:
        cell = (row.cells.get("area", ""), row.cells.get("envelope", ""), row.cells.get("year", ""))
        text = row.cells.get("pounds", "")
        pounds[cell] = int(Fraction(text)) if text.lstrip("-").isdigit() else 0
    return pounds
