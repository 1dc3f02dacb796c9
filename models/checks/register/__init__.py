"""What is known of official codes of English authorities: names, what lies within what, and what replaced what.

The tables stand beside this file, with their sources in ``sources.md``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

LENGTH = 9
"""Characters of an official code."""

OFFICIAL = re.compile(r"[EWSNK][0-9]{8}")
"""The form of a code of the Government Statistical Service: a letter for the country and eight digits."""


@dataclass(frozen=True)
class Change:
    """When a code ended, and the codes that took its place.

    Parameters
    ----------
    date
        First day of the new codes, ``2023-04-01``.
    new
        The new codes, more than one where the old area was divided.
    """

    date: str
    new: tuple[str, ...]


@dataclass(frozen=True)
class Register:
    """Official codes.

    Parameters
    ----------
    names
        Name by code.
    within
        The larger authority that a code lies within: county of a district, combined authority of an authority.
    changes
        What replaced a code, by the old code.
    begun
        First day of the codes that replaced others.
    """

    names: Mapping[str, str]
    within: Mapping[str, str]
    changes: Mapping[str, Change]
    begun: Mapping[str, str]

    def containers(self, code: str) -> Iterator[str]:
        """The larger authorities that an area lies within, the nearest first."""
        while code := self.within.get(code, ""):
            yield code

    def successors(self, code: str) -> tuple[str, ...]:
        """The codes that cover today what a code covered; none where it still stands or is not known.

        Examples
        --------
        >>> register().successors("E07000190")
        ('E06000066',)
        """
        change = self.changes.get(code)
        if change is None:
            return ()
        last = [self.successors(new) or (new,) for new in change.new]
        return tuple(dict.fromkeys(code for codes in last for code in codes))

    def said(self, code: str) -> str:
        """A code with its name."""
        return f"{code} ({self.names[code]})" if code in self.names else code


@lru_cache(maxsize=1)
def register() -> Register:
    """Read the tables beside this file."""
    areas, rows = list(_rows("register.csv")), list(_rows("changes.csv"))
    changes: dict[str, Change] = {}
    for row in rows:
        new = (*changes[row["old"]].new, row["new"]) if row["old"] in changes else (row["new"],)
        changes[row["old"]] = Change(row["date"], new)
    return Register(
        {row["code"]: row["name"] for row in areas},
        {row["code"]: row["within"] for row in areas if row["within"]},
        changes,
        {row["new"]: row["date"] for row in rows},
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (files("singlepot.models.checks.register") / name).open("r", encoding="utf-8") as file:
        yield from csv.DictReader(file)
