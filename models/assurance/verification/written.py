"""Written tables: rows of texts with their line numbers, and the record of what was checked in them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .assurance import AssuranceCheck, AssuranceFinding

Key = tuple[str, ...]

CLOSE = Fraction(1, 10**9)
"""Largest difference of two amounts, relative to the largest of their terms."""


@dataclass(frozen=True)
class Row:
    """One row of a written table: the line it stands on, and its texts by column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """A written table: the file it stands in, its columns and rows."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


class Book:
    """Record of findings and of how often each kind of check was made.

    Parameters
    ----------
    enter
        Called with each kind of check when it begins; what it raises ends the verification.
    """

    def __init__(self, enter: Callable[[str], None] = lambda _: None) -> None:
        self.enter = enter
        self.findings: list[AssuranceFinding] = []
        self._counts: dict[str, int] = {}
        self._failed: dict[str, int] = {}
        self._tolerances: dict[str, str] = {}
        self._topic = ""

    def topic(self, what: str, tolerance: str) -> None:
        """Begin a kind of checks."""
        self.enter(what)
        self._topic = what
        self._tolerances.setdefault(what, tolerance)
        self._counts.setdefault(what, 0)
        self._failed.setdefault(what, 0)

    def require(self, holds: bool, where: str, what: str, actual: str = "", expected: str = "") -> bool:
        """Count a check; keep a finding where it does not hold."""
        self._counts[self._topic] += 1
        if not holds:
            self._failed[self._topic] += 1
            self.findings.append(AssuranceFinding(where, what, actual, expected))
        return holds

    @property
    def checks(self) -> tuple[AssuranceCheck, ...]:
        """Kinds of checks that were made."""
        return tuple(
            AssuranceCheck(what, count, self._tolerances[what], self._failed[what])
            for what, count in self._counts.items()
        )


class Reader:
    """Index of the rows of one table by key, with checks of their cells."""

    def __init__(self, table: Table, keys: Sequence[str], book: Book) -> None:
        self.table, self.keys, self.book = table, tuple(keys), book
        self.by_key: dict[Key, Row] = {}
        for row in table.rows:
            key = tuple(row.cells.get(name, "") for name in keys)
            if book.require(key not in self.by_key, self.where(row), f"a second row for {_said(key)}"):
                self.by_key[key] = row

    def where(self, row: Row) -> str:
        """Return the file and line of a row."""
        return f"{self.table.file} line {row.line}"

    def match(self, wanted: Collection[Key]) -> Iterator[tuple[Key, Row]]:
        """Check that there is a row for each key and no other, and go through those that are there."""
        for key, row in self.by_key.items():
            self.book.require(key in wanted, self.where(row), f"a row for {_said(key)} that nothing explains")
        for key in wanted:
            if self.book.require(key in self.by_key, self.table.file, f"no row for {_said(key)}"):
                yield key, self.by_key[key]

    def number(self, row: Row, column: str) -> Fraction | None:
        """Return the number in a cell, exactly; a finding where there is none."""
        text = row.cells.get(column, "")
        try:
            return Fraction(text)
        except (ValueError, ZeroDivisionError):
            self.book.require(False, self.where(row), f"{_said(self._key(row))}, {column}", repr(text), "a number")
            return None

    def equal(self, row: Row, column: str, expected: Fraction, size: Fraction = Fraction(0)) -> None:
        """Compare a cell with what it should hold, to 1e-9 of the larger of it and ``size``."""
        value = self.number(row, column)
        if value is None:
            return
        holds = abs(value - expected) <= CLOSE * max(abs(expected), size)
        what = f"{_said(self._key(row))}, {column}"
        self.book.require(holds, self.where(row), what, row.cells[column], said_number(expected))

    def whole(self, row: Row, column: str, expected: int) -> None:
        """Compare a cell of whole numbers, exactly."""
        text = row.cells.get(column, "")
        what = f"{_said(self._key(row))}, {column}"
        self.book.require(text == str(expected), self.where(row), what, text, str(expected))

    def within(self, row: Row, column: str, lowest: Fraction | None, highest: Fraction | None, rule: str) -> None:
        """Check that a cell is within limits."""
        value = self.number(row, column)
        if value is None:
            return
        slack = CLOSE * max(abs(value), *(abs(limit) for limit in (lowest, highest) if limit is not None))
        what = f"{_said(self._key(row))}, {column} breaks {rule}"
        if lowest is not None:
            self.book.require(
                value >= lowest - slack, self.where(row), what, said_number(value), f">= {said_number(lowest)}"
            )
        if highest is not None:
            self.book.require(
                value <= highest + slack, self.where(row), what, said_number(value), f"<= {said_number(highest)}"
            )

    def _key(self, row: Row) -> Key:
        return tuple(row.cells.get(name, "") for name in self.keys)


def _said(key: Key) -> str:
    return ", ".join(key)


def said_number(value: Fraction) -> str:
    """Return a number as text, exactly where it is short."""
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.15g}"
