"""Official codes of areas: names, what lies within what, and what replaced what.

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

TERRITORIAL = re.compile(r"(?:TL|UK)[C-N][0-9A-Z]{0,2}")
"""The form of a code of an international territorial level (TLC, TLC1, TLC11), or of NUTS before it (UKC)."""


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
        The larger areas that a code lies within, the nearest first: county of a district, combined authority of an
        authority, metropolitan county, inner or outer London, region, country.
    kinds
        Beginning of a code → the area that every code with it lies within.
    changes
        What replaced a code, by the old code.
    begun
        First day of the codes that replaced others.
    """

    names: Mapping[str, str]
    within: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, str]
    changes: Mapping[str, Change]
    begun: Mapping[str, str]

    def containers(self, code: str) -> Iterator[str]:
        """The larger areas that an area lies within, the nearest first: as the register lists them, and by its kind.

        Examples
        --------
        >>> list(register().containers("S12000033")), list(register().containers("TLC11"))[:3]
        (['S92000003', 'TLM', 'K03000001', 'K02000001'], ['TLC1', 'TLC', 'E12000001'])
        """
        passed, waiting = {code}, self._parents(code)
        while waiting:
            parent = waiting.pop(0)
            if parent not in passed:
                passed.add(parent)
                yield parent
                waiting += self._parents(parent)

    def _parents(self, code: str) -> list[str]:
        parents = list(self.within.get(code, ()))
        if TERRITORIAL.fullmatch(code):
            parents += [f"TL{code[2:]}"] * code.startswith("UK")
            if len(code) > 3:  # TLC is the whole of a region or country
                return [code[:-1], *parents]
        elif not OFFICIAL.fullmatch(code):
            return parents
        return parents + [whole for prefix, whole in self.kinds.items() if code.startswith(prefix)]

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
        {row["code"]: tuple(row["within"].split()) for row in areas},
        {row["prefix"]: row["within"] for row in _rows("kinds.csv")},
        changes,
        {row["new"]: row["date"] for row in rows},
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (files("singlepot.models.checks.register") / name).open("r", encoding="utf-8") as file:
        yield from csv.DictReader(file)
