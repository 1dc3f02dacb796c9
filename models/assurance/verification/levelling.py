"""The tables of convergence and inclusion, compared with what the take-ups make of the scenario."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from ..statement import Aim
from .outcome import NONE, Outcome
from .written import Book, Reader, Table

TO_NINE = "to 1e-9 of their size"


def check_levelling(outcome: Outcome, tables: Mapping[str, Table], book: Book) -> None:
    """Check both tables where the scenario has their sections."""
    levelling = outcome.statement.levelling
    if "convergence" in tables:
        book.topic("convergence: lines, gaps, aims and what is short follow from the take-ups", TO_NINE)
        reader = Reader(tables["convergence"], ("place", "objective"), book)
        aims = {(aim.place, aim.objective): aim for aim in levelling.aims}
        for key, row in reader.match(aims):
            aim = aims[key[0], key[1]]
            book.require(row.cells.get("year") == levelling.year, reader.where(row), "year", row.cells.get("year", ""))
            for column, (value, size) in _of_aim(outcome, aim).items():
                reader.equal(row, column, value, size)
    if "inclusion" in tables and levelling.both is not None:
        book.topic("inclusion: what places bring of both targets follows from the take-ups", TO_NINE)
        reader = Reader(tables["inclusion"], ("place",), book)
        for key, row in reader.match({(place,): None for place in levelling.both.places}):
            one, other = outcome.brought(levelling.both, key[0])
            for column, value in (("prosperity", one), ("inclusion", other), ("together", min(one, other))):
                reader.equal(row, column, value, Fraction(1))


def _of_aim(outcome: Outcome, aim: Aim) -> dict[str, tuple[Fraction, Fraction]]:
    """What a row should hold: each value, and the size that its differences are relative to."""
    year, sign = outcome.statement.levelling.year, outcome.statement.sign[aim.objective]
    agreed = outcome.agreed(aim.areas, aim.objective, year)
    everybody = aim.people / aim.part
    line_end = aim.line + sign * outcome.agreed(aim.against, aim.objective, year) / everybody
    after = (aim.level + sign * agreed) / aim.people
    rate, whole = max(abs(aim.line), abs(line_end)), max(abs(aim.level), abs(aim.line * aim.people))
    return {
        "line": (aim.line, rate),
        "line_end": (line_end, rate),
        "before": (aim.level / aim.people, rate),
        "after": (after, rate),
        "gap": (aim.gap, whole),
        "gap_end": (sign * (line_end - after) * aim.people, whole),
        "aim": (aim.aim, aim.gap),
        "agreed": (agreed, whole),
        "short": (outcome.short(aim), max(whole, NONE)),
    }
