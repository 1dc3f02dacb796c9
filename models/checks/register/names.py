"""Normal form of the names of areas, in which two spellings of one name are equal."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from . import register

_PARTS = (("london", "borough"), ("combined", "authority"))
_WORDS = frozenset("the city county borough metropolitan district royal council of".split())  # noqa: SIM905

WHOLES = ("E92", "W92", "S92", "N92", "K0", "E11", "E12", "E13", "E15", "TL", "UK")
"""Beginnings of codes of areas that are totals of authorities: countries, regions, metropolitan counties, ITL."""

COUNTRIES = frozenset(
    ("england", "scotland", "wales", "northern ireland", "great britain", "united kingdom", "uk", "england and wales")
)
"""Names, in normal form, of what contains all authorities of a nation."""


def normal_form(name: str) -> str:
    """Return the normal form of a name.

    Examples
    --------
    >>> normal_form("Kingston upon Hull, City of"), normal_form("The Royal Borough of Kingston & Chelsea")
    ('kingston upon hull', 'kingston and chelsea')
    >>> normal_form("London Borough of Tower Hamlets"), normal_form("Ynys Môn"), normal_form("City Council")
    ('tower hamlets', 'ynys mon', 'city council')
    >>> normal_form("Tees Valley Combined Authority")
    'tees valley'
    """
    plain = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold()
    plain = re.sub(r"['’‘`]", "", "".join(c for c in plain if not unicodedata.combining(c)))
    words = re.findall(r"[^\W_]+", plain)
    kept: list[str] = []
    at = 0
    while at < len(words):
        part = tuple(words[at : at + 2]) in _PARTS
        if not part and words[at] not in _WORDS:
            kept.append(words[at])
        at += 2 if part else 1
    return " ".join(kept or words)


def is_whole(code: str) -> bool:
    """Whether a code is that of a total of authorities by its class."""
    return code.startswith(WHOLES)


@lru_cache(maxsize=1)
def current_codes() -> dict[str, tuple[str, ...]]:
    """Return the codes in use by the normal form of their name; countries, regions and the like are left out."""
    known = register()
    codes: dict[str, tuple[str, ...]] = {}
    for code, name in known.names.items():
        if code not in known.changes and not is_whole(code):
            codes[normal_form(name)] = (*codes.get(normal_form(name), ()), code)
    return codes


@lru_cache(maxsize=1)
def names_of_wholes() -> frozenset[str]:
    """Return the names of countries and regions, in small letters."""
    named = {name.casefold() for code, name in register().names.items() if code[1:3] in ("92", "12") or code[0] == "K"}
    return frozenset(named | COUNTRIES)


@lru_cache(maxsize=1)
def wholes() -> frozenset[str]:
    """Return the normal forms of the names of countries and regions."""
    return frozenset(map(normal_form, names_of_wholes()))
