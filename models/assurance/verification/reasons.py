"""Reasons of a written settlement: every number in a sentence that the tables hold is the tables' number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from .outcome import NONE, Outcome
from .prices import Labels, Prices
from .written import Book, Reader, Row, Table, said_number

AMOUNT = r"-?£[\d,]+(?:\.\d+)?[mk]?"
LAST = (
    r"(?:each|one) ([^;,]+?)(?: in (?:each of )?\d{4}[^;]*?)? (?:costs |pays for itself, against )[^;]*?"
    rf"({AMOUNT}) for the last that was needed"
)
"""The unit of an objective in a sentence, and the price of the last one."""

UNITS = {"GBP": 1, "GBP thousand": 1_000, "GBP million": 1_000_000}
SUFFIX = {"": 1, "k": 1_000, "m": 1_000_000}
"""Pounds in one unit of money, and in the suffix of an amount."""

POUNDS_OF = {"£": 1, "£k": 1_000, "£m": 1_000_000, "£bn": 1_000_000_000}
TONNES_OF = {"kt": 1_000, "Mt": 1_000_000}
"""Pounds and tonnes in the first word of the unit of an objective."""

HALF = Fraction(501, 1000)
"""Largest difference from a rounded number, in units of its last digit: half, and what binary arithmetic leaves."""

ALL = Fraction(1) - Fraction(1, 10**8)
"""Share of its largest take-up from which an option is used up."""

_OF_IT = r"(?:; beyond|; only|stops it at|, and|asks for|;)"
"""What stands before the share of an option that is used."""


class Reasons:
    """Check of the sentences of the asks."""

    def __init__(self, outcome: Outcome, asks: Table, prices: Prices, labels: Labels, book: Book) -> None:
        self.outcome, self.statement, self.prices, self.labels, self.book = (
            outcome,
            outcome.statement,
            prices,
            labels,
            book,
        )
        self.reader = Reader(asks, ("area", "option"), book)
        self.moves = {(move.area, move.name): move for move in self.statement.moves}

    def check(self) -> None:
        """Go through the sentences; a settlement of an earlier version has none."""
        self.book.topic("reasons: area, option and every number that the tables hold", "to their last digit")
        if "reason" in self.reader.table.columns:
            for row in self.reader.by_key.values():
                self._sentence(row)

    def _sentence(self, row: Row) -> None:
        area, option, text = row.cells["area"], row.cells["option"], row.cells["reason"]
        where, move = self.reader.where(row), self.moves.get((area, option))
        if move is None:
            return
        name = self.labels.areas.get(area, area)
        self._require(text.endswith("."), where, text, "a sentence that ends with a full stop")
        self._require(name in text, where, text, f"a sentence that names {name}")
        if not move.is_scale_back:
            called = f"“{self.labels.options.get((area, option), option)}”"
            self._require(called in text, where, text, f"a sentence that names {called}")
        share = self.outcome.take_up[area, option] / move.most
        taken, first_part = self.outcome.take_up[area, option], text.partition("; ")[0]
        for verb, figure in re.findall(rf" (saves|takes) ({AMOUNT})(?! more)", first_part):
            sign = 1 if verb == "takes" else -1
            self._amount(figure, taken * sum((sign * m for m in move.grant.values() if sign * m > 0), NONE), where)
        for figure in re.findall(r"gives up ([\d.]+)% of its (?:[^%;:,]+ )?programme", text):
            self._number(figure, 100 * share, where, f"{figure}% of its programme")
        for figure in re.findall(rf"{_OF_IT} (\d+)%(?! of the programme is still run)", text):
            self._number(figure, 100 * share, where, f"{figure}% of it")
        for figure in re.findall(r"; only (\d+)% of the programme is still run", text):
            self._number(figure, 100 * share / (1 - move.used), where, f"{figure}% of the programme still run")
        if ", so all of it is used" in text or ", so all that was left of it is used" in text:
            self._require(share >= ALL - move.used, where, f"{float(share):.2%}", "all of it is used")
        for when, bids, pot in re.findall(
            rf"ids for (.+?) add up to ({AMOUNT})[^:]*? and the pot holds ({AMOUNT})", text
        ):
            self._bids(when, bids, pot, where)
        for unit, figure in re.findall(LAST, text):
            self._last(unit, figure, where)

    def _bids(self, when: str, bids: str, pot: str, where: str) -> None:
        year, _, words = when.partition(" ")
        by_words = {envelope.replace("_", " "): envelope for envelope in self.statement.envelopes}
        cell = (by_words[words] if words else self.statement.envelopes[0], year)
        asked = sum((bid for (_, e, t), bid in self.statement.bid.items() if (e, t) == cell), NONE)
        self._amount(bids, asked, where)
        self._amount(pot, self.statement.pot.get(cell, NONE), where)

    def _last(self, unit: str, amount: str, where: str) -> None:
        """Check that the price that a sentence names is that of an objective with this unit, if the tables tell it."""
        told = [
            price if price is None else price / units
            for key, (units, one) in ((key, natural(its_unit)) for key, its_unit in self.labels.units.items())
            if one == unit
            for price in self._price(key)
        ]
        near = [price for price in told if price is not None and self._near(amount, price)]
        unknown = not told or None in told
        expected = " or ".join(said_number(price) for price in told if price is not None)
        self.book.require(bool(near) or unknown, where, f"the last {unit}", amount, expected)

    def _price(self, objective: str) -> Iterator[Fraction | None]:
        """Price of one more unit in all years of an objective, in money of the pot of the latest."""
        rows = [row for row in self.prices.national.by_key.values() if row.cells["objective"] == objective]
        stages = {row.cells.get("price_stage", "") for row in rows} & set(self.prices.stages)
        if not stages:
            return
        first = min(stages, key=lambda name: self.prices.stages[name].position)
        mine = [(row, y) for row, y in self.prices.marginals(first) if row.cells["objective"] == objective]
        latest = max((row for row, _ in mine), key=lambda row: row.cells["year"].rpartition(":")[2])
        price = self.prices.national.number(latest, "price")
        of_latest = next(y for row, y in mine if row is latest)
        values = [y for _, y in mine if y is not None]
        if not price or not of_latest or len(values) < len(mine):
            yield price if len(mine) == 1 else None
        else:
            yield sum(values, NONE) * price / of_latest

    def _amount(self, text: str, expected: Fraction, where: str) -> None:
        self.book.require(self._near(text, expected), where, "an amount in the reason", text, said_number(expected))

    def _near(self, text: str, expected: Fraction) -> bool:
        """Whether an amount in a sentence is this one, rounded."""
        number, suffix = text.replace("£", "").replace(",", ""), ""
        if number[-1] in "mk":
            number, suffix = number[:-1], number[-1]
        pounds = expected * UNITS[self.labels.money] / SUFFIX[suffix]
        return _rounded(number, pounds)

    def _number(self, text: str, expected: Fraction, where: str, what: str) -> None:
        self.book.require(_rounded(text, expected), where, what, text, said_number(expected))

    def _require(self, holds: bool, where: str, written: str, expected: str) -> None:
        self.book.require(holds, where, "reason", written, expected)


def _rounded(text: str, expected: Fraction) -> bool:
    digits = len(text.partition(".")[2])
    return bool(abs(Fraction(text) - expected) <= HALF / Fraction(10) ** digits)


def natural(unit: str) -> tuple[int, str]:
    """Return how many natural units a unit holds, and one of them, as the sentences say it.

    Examples
    --------
    >>> natural("£m GVA a year"), natural("kt CO2 a year"), natural("people in work")
    ((1000000, '£1 GVA a year'), (1000, 't CO2 a year'), (1, 'person in work'))
    """
    first, _, rest = unit.partition(" ")
    if first in POUNDS_OF:
        return POUNDS_OF[first], f"£1 {rest}".strip()
    return (TONNES_OF[first], f"t {rest}".strip()) if first in TONNES_OF else (1, one_of(unit))


def one_of(unit: str) -> str:
    """One of a unit, as the sentences say it: a person, an adult, a tonne.

    Examples
    --------
    >>> one_of("people in work"), one_of("kt CO2 a year")
    ('person in work', 'kt CO2 a year')
    """
    first, _, rest = unit.partition(" ")
    if first == "people":
        first = "person"
    elif first.endswith("s") and not first.endswith("ss") and len(first) > 2:
        first = first[:-1]
    return f"{first} {rest}".strip()
