"""Present value: amounts of later years discounted by a dated, published schedule of rates."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from itertools import accumulate

IN_FORCE = "green-book-2026"
"""Schedule by which settlements are discounted."""


@dataclass(frozen=True)
class Schedule:
    """Schedule of real discount rates.

    Parameters
    ----------
    name, title
        Name in files, and what people call it: the edition and which of its schedules.
    published
        Date of the edition.
    spans
        First year, last year (None without an end) and rate, in order; years count from the year of the present value.
    """

    name: str
    title: str
    published: str
    spans: tuple[tuple[int, int | None, Fraction], ...]

    def rates(self, years: int) -> list[Fraction]:
        """Return the rate of each of the years after the first, years − 1 numbers."""
        return [next(rate for _, last, rate in self.spans if last is None or year <= last) for year in range(1, years)]

    def factors(self, years: int) -> list[float]:
        """Return the discount factor of each year, the first being 1.

        Examples
        --------
        >>> [round(factor, 4) for factor in schedules()[IN_FORCE].factors(3)]
        [1.0, 0.9662, 0.9335]
        """
        return list(
            map(float, accumulate(self.rates(years), lambda factor, rate: factor / (1 + rate), initial=Fraction(1)))
        )


@cache
def schedules() -> dict[str, Schedule]:
    """Return the schedules by name."""
    with (files(__package__) / "schedules.csv").open("r", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = {row["schedule"]: (row["title"], row["published"]) for row in rows}
    spans = [(r["schedule"], int(r["first_year"]), int(r["last_year"] or 0) or None, Fraction(r["rate"])) for r in rows]
    return {
        name: Schedule(name, *about, tuple(span[1:] for span in spans if span[0] == name))
        for name, about in names.items()
    }


def present_value_record(name: str, first_year: str, price_base: str) -> dict[str, str]:
    """Return what a settlement records of its present values: schedule, year in which they are counted, prices."""
    return {"schedule": name, "year": first_year, "prices": price_base}
