"""Lenient parsing of numbers as people write them, by stated rules and only where the caller asks for it.

In this order, and nothing else:

1. A minus sign may be ``−``, may stand at the end (``500-``), or be brackets around everything (``(500)``).
2. A ``£`` may stand before or after the minus sign. Other currencies are refused.
3. Commas, spaces, narrow spaces and apostrophes may part thousands, in groups of three, one kind in a number. The
   decimal mark is a point: ``1,5`` is refused, and ``1,234`` is one thousand two hundred and thirty-four.
4. ``%`` at the end divides by 100, in columns without unit only.
5. ``k``, ``m``, ``mn``, ``bn`` at the end (and ``thousand``, ``million``, ``billion``) multiply: people in a column
   of people, pounds in a column of money, which are then turned into the scenario's unit. Elsewhere refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal

from ..tables.schema import Column

_SPACES = " \u00a0\u2009\u202f"
"""Plain, no-break, thin and narrow no-break space."""

_GROUPED = re.compile(rf"[0-9]{{1,3}}(?:([,'’{_SPACES}])[0-9]{{3}})(?:\1[0-9]{{3}})*(\.[0-9]+)?")
_PLAIN = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")
_ENDINGS = {
    "k": 3,
    "thousand": 3,
    "m": 6,
    "mn": 6,
    "million": 6,
    "bn": 9,
    "billion": 9,
}
"""Powers of ten."""

_POUNDS = {"GBP": 0, "GBP thousand": 3, "GBP million": 6}
"""Power of ten of a unit of money."""


def read_leniently(text: str, column: Column, money: str) -> tuple[float, Sequence[str]] | None:
    """Read a number that is not plain.

    Parameters
    ----------
    text
        What the cell holds.
    column
        The column, whose unit decides what ``%`` and ``m`` may mean.
    money
        The scenario's unit of money.

    Returns
    -------
    The number and the kinds of departure from a plain one; None where the rules do not say what it is.

    Examples
    --------
    >>> from singlepot.models.tables.schema import TABLES
    >>> read_leniently("£1,234.5", TABLES["bids"]["amount"], "GBP million")
    (1234.5, ['£ sign', 'thousands separators'])
    >>> read_leniently("£1.2m", TABLES["bids"]["amount"], "GBP thousand")
    (1200.0, ['£ sign', 'ending m'])
    >>> read_leniently("1,5", TABLES["bids"]["amount"], "GBP million")
    """
    reading = read_decimal(text, column, money)
    if reading is None:
        return None
    number = float(reading[0])
    return (number, reading[1]) if reading[1] and math.isfinite(number) else None


def read_decimal(text: str, column: Column, money: str) -> tuple[Decimal, Sequence[str]] | None:
    """Read a number, plain or not, to its last digit; as :func:`read_leniently`.

    Examples
    --------
    >>> from singlepot.models.tables.schema import TABLES
    >>> read_decimal("(1,234.50)", TABLES["bids"]["amount"], "GBP million")
    (Decimal('-1234.50'), ['brackets', 'thousands separators'])
    """
    kinds: list[str] = []
    bare, sign = _without_minus(text.strip(), kinds)
    if bare.startswith("£"):
        bare = bare[1:].lstrip(_SPACES)
        kinds.append("£ sign")
        if not sign:
            bare, sign = _without_minus(bare, kinds)
    bare, power = _without_ending(bare, column, money, kinds)
    if _GROUPED.fullmatch(bare):
        bare = re.sub(rf"[,'’{_SPACES}]", "", bare)
        kinds.append("thousands separators")
    if power is None or not _PLAIN.fullmatch(bare):
        return None
    number = Decimal(bare).scaleb(power)
    return -number if sign else number, kinds


def _without_minus(text: str, kinds: list[str]) -> tuple[str, bool]:
    if text.startswith("(") and text.endswith(")"):
        kinds.append("brackets")
        return text[1:-1].strip(), True
    if text.startswith(("-", "−")):
        if text[0] == "−":
            kinds.append("minus sign −")
        return text[1:].lstrip(_SPACES), True
    if text.endswith(("-", "−")):
        kinds.append("minus sign at the end")
        return text[:-1].rstrip(_SPACES), True
    return text, False


def _without_ending(text: str, column: Column, money: str, kinds: list[str]) -> tuple[str, int | None]:
    """Take off ``%``, ``k``, ``m`` or ``bn``; return the power of ten it means, None where it must not stand."""
    if text.endswith("%"):
        kinds.append("% sign")
        return text[:-1].rstrip(_SPACES), None if column.unit else -2
    match = re.fullmatch(r"(.*?)\s*([A-Za-z]+)", text)
    if match is None:
        return text, 0
    power = _ENDINGS.get(match[2].lower())
    kinds.append(f"ending {match[2]}")
    if power is None or column.unit not in ("money", "people"):
        return text, None
    return match[1], power - (_POUNDS[money] if column.unit == "money" else 0)
