"""Units of money in published tables: the unit that a map states, and the words of titles and headers."""

from __future__ import annotations

import re

_WORDS = {"": 0, "000": 3, "000s": 3, "k": 3, "thousand": 3, "thousands": 3}
_WORDS |= dict.fromkeys(("m", "mn", "million", "millions"), 6) | dict.fromkeys(("bn", "billion", "billions"), 9)

_UNIT = re.compile(r"(?:£|gbp)s?[\s(]{0,2}['’`]?(000s?|[a-z]*)(?![0-9a-z])", re.IGNORECASE)
_OF_POUNDS = re.compile(r"(thousand|million|billion)s?(?: of)? (?:pounds|£)", re.IGNORECASE)


def power_of(unit: str) -> int | None:
    """Return the power of ten of a unit of money in pounds; None where it is none.

    >>> [power_of(unit) for unit in ("£", "£000", "£'000s", "£m", "GBP million", "£ billion", "tonnes")]
    [0, 3, 3, 6, 6, 9, None]
    """
    match = _UNIT.fullmatch(unit.strip().rstrip(")"))
    return _WORDS.get(match[1].lower()) if match else None


def powers_in(text: str) -> set[int]:
    """Return the powers of ten of the units of money that a title or header names; amounts are not units.

    >>> powers_in("Settlement, £ million"), powers_in("Amount (£000)"), powers_in("more than £5 million")
    ({6}, {3}, set())
    """
    named = {_WORDS[word.lower()] for word in _UNIT.findall(text) if word.lower() in _WORDS}
    # a word after a bare sign that is no unit, as in "£ per head", leaves pounds
    named |= {0 for word in _UNIT.findall(text) if word.lower() not in _WORDS}
    return named | {_WORDS[word.lower()] for word in _OF_POUNDS.findall(text)}
