"""The tables of a scenario as exact numbers by cell, one row at a time in the order of section 3 of the design."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from .words import CENTRE, TOTAL, Cell, Place, exact, is_there, sums_by

if TYPE_CHECKING:
    import pandas as pd

    from ...scenario.scenario import Scenario


class Tables:
    """Bids, proposals, pots and areas of a scenario by cell, and its rows as they stand."""

    def __init__(self, scenario: Scenario) -> None:
        self.settings = scenario.settings
        self.tables = scenario.tables
        self.years = tuple(self.settings.years)
        self.areas = [dict(row) for row in self.rows("areas")]
        self.codes = sorted(row["code"] for row in self.areas)
        self.of_area = {row["code"]: row for row in self.areas}
        self.centre = frozenset(row["code"] for row in self.areas if row.get("type") == CENTRE)
        self.pot: dict[Place, Fraction] = {}
        for row in self.rows("pot"):
            pot = (row.get("envelope") or TOTAL, row["year"])
            self.pot[pot] = self.pot.get(pot, Fraction(0)) + exact(row["amount"])
        self.envelopes = tuple(sorted({envelope for envelope, _ in self.pot}))
        self.bid: dict[Cell, Fraction] = {}
        self.reference: dict[Cell, Fraction] = {}
        for row in self.rows("bids"):
            cell = (row["area"], row.get("envelope") or TOTAL, row["year"])
            self.bid[cell] = exact(row["amount"])
            if is_there(row.get("reference")):
                self.reference[cell] = exact(row["reference"])
        self.proposed: dict[Cell, Fraction] = {}
        self.preference: dict[Place, Fraction] = {}
        for row in self.rows("targets"):
            cell = (row["area"], row["objective"], row["year"])
            self.proposed[cell] = exact(row["target"])
            self.preference[cell[:2]] = exact(row["weight"]) if is_there(row.get("weight")) else Fraction(1)
        self.whole = sums_by((area, value) for (area, _, _), value in self.bid.items())
        self.goals = {row["key"]: row for row in self.rows("objectives")}
        self.code_of = {row["name"]: row["code"] for row in self.areas}

    def recipient_of(self, code: str) -> str:
        """Who holds the grant of an area: the code that it names, or the area of that exact name, or the label."""
        return self.named_recipient(self.of_area[code].get("recipient") or code)

    def named_recipient(self, named: str) -> str:
        """Whom a word means: the area of that code, or of that exact name, or the label."""
        return named if named in self.of_area else self.code_of.get(named, named)

    def rows(self, table: str) -> Iterator[dict[str, str]]:
        """Go through a table, each row as column → cell."""
        frame: pd.DataFrame = self.tables[table]
        columns = [frame[name].tolist() for name in frame.columns]
        for cells in zip(*columns, strict=True):
            yield dict(zip(frame.columns, cells, strict=True))
