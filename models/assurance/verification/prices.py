"""Shadow prices of a written settlement: their signs, complementary slackness, and the sums they must have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from ..statement import Place
from .outcome import NONE, Outcome
from .written import Book, Reader, Row, Table, said_number

TINY = Fraction(1, 10**7)
"""Slack, relative to its size, that a row with a price may have."""

ROUGH = Fraction(1, 10**6)
"""Relative difference of two ways to the same price: duals are accurate to about this."""

LARGEST, TOTAL = "shortfall.largest", "shortfall.total"
NOTES = ("a part of one price", "may be one end of a range")
"""Remarks that ``price_note`` may hold."""


@dataclass(frozen=True)
class Labels:
    """Labels of the scenario: its money, areas by code, options by area and key, units by objective."""

    money: str
    areas: Mapping[str, str]
    options: Mapping[Place, str]
    units: Mapping[str, str]


@dataclass(frozen=True)
class Stage:
    """A written stage: its place in the order, optimum, unit, and what it may give."""

    position: int
    value: Fraction
    unit: str
    give: Fraction

    def counts_shortfall(self, name: str) -> bool:
        """Whether it is a shortfall that is above zero."""
        return name.startswith("shortfall") and self.value > 0


class Prices:
    """Check of the shadow prices of national targets and pots."""

    def __init__(self, outcome: Outcome, tables: Mapping[str, Table], labels: Labels, book: Book) -> None:
        self.outcome, self.statement, self.labels, self.book = outcome, outcome.statement, labels, book
        book.topic("prices: signs, units, stages, and only where a target or pot binds", "to 1e-7 of their size")
        self.national = Reader(tables["national"], ("objective", "year"), book)
        self.pots = Reader(tables["pot"], ("envelope", "year"), book)
        stages = Reader(tables["stages"], ("name",), book)
        self.stages = {
            key[0]: Stage(
                position,
                stages.number(row, "value") or NONE,
                row.cells.get("unit", ""),
                stages.number(row, "give") or NONE,
            )
            for position, (key, row) in enumerate(stages.by_key.items())
        }
        self.written = "price" in tables["national"].columns

    def check(self) -> None:
        """Check both tables; a settlement of an earlier version has no prices."""
        if not self.written:
            return
        for row in self.pots.by_key.values():
            self._pot(row)
        for row in self.national.by_key.values():
            self._national(row)
        self.book.topic("prices: what those of one stage add up to", "to 1e-6")
        for name, stage in self.stages.items():
            if name.startswith(LARGEST) and stage.counts_shortfall(name):
                self._of_the_largest(name)
            elif name.startswith(TOTAL) and stage.counts_shortfall(name) and stage.give == 0:
                self._of_the_total(name)

    def _pot(self, row: Row) -> None:
        reader, where, size = self.pots, self.pots.where(row), self.statement.whole_pot
        written = self._price(reader, row)
        if written is None:
            return
        price, name, stage = written
        if stage.give == 0:
            left = reader.number(row, "reserve") or NONE
            self.book.require(left <= TINY * size, where, "a price, though money is left", said_number(left), "0")
        unit = f"{stage.unit} per {self.labels.money}"
        self.book.require(row.cells["price_unit"] == unit, where, "price_unit", row.cells["price_unit"], unit)
        self._removes(reader, row, min(price / stage.value, Fraction(1)) if stage.counts_shortfall(name) else None)

    def _national(self, row: Row) -> None:
        reader, where = self.national, self.national.where(row)
        written = self._price(reader, row)
        if written is None:
            return
        _, name, stage = written
        objective, target = row.cells["objective"], reader.number(row, "target") or NONE
        if stage.give == 0:
            over = (reader.number(row, "agreed") or NONE) - target
            what = "a price, though more than the target is agreed"
            self.book.require(over <= TINY * target, where, what, said_number(over), "0")
        priority = self._priority(row)
        of = int(name.partition("[")[2].rstrip("]")) if "[" in name else priority
        self.book.require(of >= priority, where, f"{name} settles what is less urgent than {objective}")
        per, unit = self.labels.units.get(objective, "unit"), row.cells["price_unit"]
        pot = self._pot_named(unit, per)
        plain = f"{stage.unit} per {per}"
        self.book.require(pot is not None or unit == plain, where, "price_unit", unit, f"money of a pot, or {plain}")
        binds = any(priced.cells.get("price_stage") == name for priced in self.pots.by_key.values())
        self.book.require(pot is not None or not binds, where, "not in money, though a pot binds in its stage", unit)
        if pot is not None and stage.give == 0:
            left = self.pots.number(pot, "reserve") or NONE
            what = "measured in a pot that has money left"
            self.book.require(left <= TINY * self.statement.whole_pot, where, what, said_number(left), "0")
        if pot is None or not stage.counts_shortfall(name):
            self._removes(reader, row, None)
        elif (worth := self.worth(pot, name)) is not None:
            self._removes(reader, row, min(worth / stage.value, Fraction(1)))
        else:
            share = reader.number(row, "removes")
            self.book.require(share is None or 0 < share <= 1, where, "removes", row.cells["removes"], "a share")

    def _price(self, reader: Reader, row: Row) -> tuple[Fraction, str, Stage] | None:
        """Check what all prices have in common; None where there is none."""
        where, name = reader.where(row), row.cells.get("price_stage", "")
        price = reader.number(row, "price")
        if price is None:
            return None
        notes = [note for note in row.cells.get("price_note", "").split("; ") if note]
        self.book.require(set(notes) <= set(NOTES), where, "price_note", "; ".join(notes), " or ".join(NOTES))
        if name == "":
            empty = price == 0 and not row.cells.get("price_unit") and not row.cells.get("removes")
            self.book.require(empty, where, "a price without a stage", said_number(price), "0, no unit")
            return None
        if not self.book.require(name in self.stages, where, "price_stage", name, ", ".join(self.stages)):
            return None
        self.book.require(price > 0, where, "price", said_number(price), "above 0, or no stage")
        shared = reader is self.national and name.startswith(LARGEST)
        self.book.require((NOTES[0] in notes) == shared, where, "price_note", "; ".join(notes))
        return price, name, self.stages[name]

    def _removes(self, reader: Reader, row: Row, expected: Fraction | None) -> None:
        written, where = row.cells.get("removes", ""), reader.where(row)
        if expected is None:
            self.book.require(written == "", where, "removes", written, "empty")
            return
        share = reader.number(row, "removes")
        holds = share is not None and abs(share - expected) <= ROUGH * expected
        self.book.require(holds, where, "removes", written, said_number(expected))

    def _pot_named(self, unit: str, per: str) -> Row | None:
        """Find the numeraire: the pot whose money a unit names."""
        several = len(self.statement.envelopes) > 1
        for (envelope, year), row in self.pots.by_key.items():
            name = f"{envelope} {year}" if several else year
            if unit == f"{self.labels.money} of {name} per {per}":
                return row
        return None

    def worth(self, pot: Row, stage: str) -> Fraction | None:
        """Return the dual of a pot in a stage; None where only that of an earlier stage is written."""
        return self.pots.number(pot, "price") if pot.cells.get("price_stage") == stage else None

    def marginals(self, stage: str) -> Iterator[tuple[Row, Fraction | None]]:
        """Go through the national rows that first have a dual in a stage, each with it; None where it is not known."""
        for row in self.national.by_key.values():
            if row.cells.get("price_stage") != stage:
                continue
            price = self.national.number(row, "price") or NONE
            pot = self._pot_named(row.cells["price_unit"], self.labels.units.get(row.cells["objective"], "unit"))
            worth = Fraction(1) if pot is None else self.worth(pot, stage)
            yield row, None if worth is None else price * worth

    def _of_the_largest(self, name: str) -> None:
        """Σ β y = 1: the largest shortfall falls by what all of its targets fall by together."""
        position = self.stages[name].position
        rows = [row for row in self.national.by_key.values() if name.endswith(f"[{self._priority(row)}]")]
        parts = [(row, y) for row, y in self.marginals(name) if row in rows]
        earlier = any(
            row.cells["price_stage"] in self.stages and self.stages[row.cells["price_stage"]].position < position
            for row in rows
        )
        known = [(row, y) for row, y in parts if y is not None]
        if not parts or earlier or len(known) < len(parts):
            return
        total = sum((y * self._base(row) for row, y in known), NONE)
        what = f"{name}: targets times prices"
        self.book.require(abs(total - 1) <= ROUGH, self.national.table.file, what, said_number(total), "1")

    def _base(self, row: Row) -> Fraction:
        """What shares of a row's shortfall are counted of."""
        mine = (row.cells["objective"], row.cells["year"])
        rows = (wanted for wanted in self.statement.national if (wanted.objective, wanted.label) == mine)
        return next((wanted.base for wanted in rows), self.national.number(row, "target") or NONE)

    def _priority(self, row: Row) -> int:
        return self.statement.priority.get(row.cells["objective"], 1)

    def _of_the_total(self, name: str) -> None:
        """y = ω / (Σω n Q) where a target is missed, and no more elsewhere; where no largest one was held before."""
        position = self.stages[name].position
        if any(other.startswith(LARGEST) and stage.position < position for other, stage in self.stages.items()):
            return
        of = int(name.partition("[")[2].rstrip("]"))
        rows = [row for row in self.statement.national if self.statement.priority[row.objective] == of]
        weights = {row.objective: self.statement.weight[row.objective] for row in rows}
        total = sum(weights.values(), NONE)
        for row, marginal in self.marginals(name):
            key, target = row.cells["objective"], self.national.number(row, "target")
            if marginal is None or not target or key not in weights:
                continue
            most = weights[key] / total / sum(other.objective == key for other in rows) / self._base(row)
            missed = (self.national.number(row, "shortfall") or NONE) > ROUGH * target
            holds = marginal <= most * (1 + ROUGH) and (not missed or marginal >= most * (1 - ROUGH))
            what = f"{name}: price in its unit"
            self.book.require(holds, self.national.where(row), what, said_number(marginal), said_number(most))
