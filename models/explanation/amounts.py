"""Units, prices and changes of outcomes in words: what sentences, tables and pages show to people."""

from __future__ import annotations

import math

from ..money import POUNDS_PER, spoken
from ..tables.plain_words import plain
from ..tables.stage_words import stage_words

SMALLEST = 1e-6
"""Outcome below which it is only said to be smaller than that."""


PEOPLE = frozenset(
    [
        "people",
        "persons",
        "adults",
        "children",
        "pupils",
        "learners",
        "students",
        "apprentices",
        "workers",
        "residents",
        "patients",
        "households",
    ]
)
"""First words of units that count people, or the homes they make."""

SMALLEST_PRICE = 1e-6
"""Pounds below which a price is only said to be smaller than that."""


def spoken_closely(amount: float, money: str) -> str:
    """Write an amount for people, one too small for the scenario's unit in pounds.

    Examples
    --------
    >>> spoken_closely(1.25, "GBP million"), spoken_closely(0.05, "GBP million"), spoken_closely(1e-8, "GBP million")
    ('£1.2m', '£50,000', 'less than £1')
    """
    size = abs(amount)
    if 0 < size * POUNDS_PER[money] <= 0.5:
        return "less than £1"
    text = f"£{size * POUNDS_PER[money]:,.0f}" if 0 < size < 0.095 else spoken(size, money)
    return f"-{text}" if amount < 0 else text


def spoken_price(pounds: float, further: int = 0) -> str:
    """Write a price for people, with about three digits that matter.

    Parameters
    ----------
    pounds
        The price in pounds.
    further
        Digits more than that, to tell prices apart.

    Examples
    --------
    >>> spoken_price(2074.3), spoken_price(56.5e6), spoken_price(0.52), spoken_price(2074.3, 1), spoken_price(-0.0021)
    ('£2,074', '£56.5m', '£0.52', '£2,074.3', '-£0.0021')
    """
    size = abs(pounds)
    if size >= 999_500:
        text = f"£{size / 1e6:,.{(2 if size < 9.995e6 else 1) + further}f}m"
    elif 0 < size < SMALLEST_PRICE:
        text = f"less than £{SMALLEST_PRICE:.6f}"
    else:
        digits = 0 if size >= 9.995 or size == 0 else 2 if size >= 0.0995 else 1 - math.floor(math.log10(size))
        text = f"£{size:,.{digits + further}f}"
    return f"-{text}" if pounds < 0 and size >= SMALLEST_PRICE else text


def one_of(unit: str) -> str:
    """One of a unit: a person, an adult, a tonne; units that begin otherwise stay.

    Examples
    --------
    >>> one_of("people in work"), one_of("adults with level 3"), one_of("kt CO2 a year")
    ('person in work', 'adult with level 3', 'kt CO2 a year')
    """
    first, _, rest = unit.partition(" ")
    if first == "people":
        first = "person"
    elif first.endswith("s") and not first.endswith("ss") and len(first) > 2:
        first = first[:-1]
    return f"{first} {rest}".strip()


def natural(unit: str) -> tuple[float, str]:
    """Return how many natural units a unit holds, and one of them in words: a pound, a tonne, a person.

    Examples
    --------
    >>> natural("£m GVA a year"), natural("kt CO2 a year"), natural("people in work")
    ((1000000.0, '£1 GVA a year'), (1000.0, 't CO2 a year'), (1.0, 'person in work'))
    """
    first, _, rest = unit.partition(" ")
    if first in _POUNDS_OF:
        return _POUNDS_OF[first], f"£1 {rest}".strip()
    if first in _TONNES_OF:
        return _TONNES_OF[first], f"t {rest}".strip()
    return 1.0, one_of(unit)


def whole(unit: str) -> bool:
    """Whether a unit counts people, who are shown whole.

    Examples
    --------
    >>> whole("people in work"), whole("adults with level 3"), whole("kt CO2 a year")
    (True, True, False)
    """
    return unit.partition(" ")[0].lower() in PEOPLE


def in_sentence(name: str) -> str:
    """Return the name of an objective as it stands within a sentence: in small letters, but for proper names.

    Examples
    --------
    >>> in_sentence("Skills"), in_sentence("Skills and training"), in_sentence("CO2"), in_sentence("Net Zero")
    ('skills', 'skills and training', 'CO2', 'Net Zero')
    """
    first, *others = name.split(" ")
    plain = first[1:].islower() and all(word.islower() for word in others)
    return name[0].lower() + name[1:] if plain else name


def outcome_words(low: float, high: float, unit: str) -> str:
    """Write an amount of an objective, or a range of amounts, with its unit; one that is money in pounds.

    Examples
    --------
    >>> outcome_words(50, 50, "adults"), outcome_words(1.234, 12, "kt CO2 a year"), outcome_words(0.0347, 3, "£m GVA")
    ('50 adults', '1.23 to 12 kt CO2 a year', '£34,700 to £3.00m GVA')
    """
    first, _, rest = unit.partition(" ")
    if first in _POUNDS_OF:
        texts = [spoken_price(size * _POUNDS_OF[first]) for size in (low, high)]
    elif whole(unit):
        texts = [f"{size:,.0f}" if size > 0.5 else "less than 1" for size in (low, high)]
        rest = one_of(unit) if {*texts} <= {"1", "less than 1"} else unit
    else:
        texts = [_significant(size) if size >= SMALLEST else f"less than {SMALLEST:.6f}" for size in (low, high)]
        rest = one_of(unit) if texts == ["1", "1"] else unit
    amount = texts[0] if texts[0] == texts[1] else " to ".join(texts)
    return f"{amount} {rest}".strip()


_POUNDS_OF = {"£": 1.0, "£k": 1e3, "£m": 1e6, "£bn": 1e9}
"""Pounds in the first word of units that are money."""

_TONNES_OF = {"kt": 1e3, "Mt": 1e6}
"""Tonnes in the first word of units of mass that are larger."""


def share_words(share: float, digits: int = 0) -> str:
    """Write a share as a percentage; one that is not quite nothing, or not quite all, does not look like it.

    Examples
    --------
    >>> share_words(0.4), share_words(0.001), share_words(0.9999), share_words(0.057, 1), share_words(1.0)
    ('40%', 'less than 1%', 'more than 99%', '5.7%', '100%')
    """
    text, step = f"{share:.{digits}%}", 10.0**-digits
    if share > 0 and text == f"{0:.{digits}%}":
        return f"less than {step:.{digits}f}%"
    return f"more than {100 - step:.{digits}f}%" if share < 1 and text == f"{1:.{digits}%}" else text


def price_words(value: float, unit: str, money: str) -> str:
    """Write a price in pounds for each natural unit, with the pot whose money it is.

    Parameters
    ----------
    value, unit
        Of the price: money of a pot for each unit of an objective or rule, or else in the unit of a stage.
    money
        The scenario's unit of money.

    Examples
    --------
    >>> price_words(0.002074, "GBP million of 2026-27 per tCO2", "GBP million")
    '£2,074 per tCO2, in money of 2026-27'
    >>> price_words(2.764, "GBP million of 2026-27 per £m GVA", "GBP million")
    '£2.76 per £1 GVA, in money of 2026-27'
    >>> price_words(2.764, "GBP million of 2026-27 per GBP million", "GBP million")
    '£2.76 for each £1, in money of 2026-27'
    >>> price_words(0.0125, "share of the target per adults", "GBP million")
    '0.0125 share of the target per adult'
    """
    paid, _, per = unit.partition(" per ")
    pot = pot_of_unit(unit, money)
    if pot and per == money:
        return f"{spoken_price(value)} for each £1, in money of {plain(pot)}"
    if not pot:
        return f"{_significant(value)} {paid} per {one_of(per)}" if per else f"{_significant(value)} {unit}".strip()
    units, one = natural(per)
    return f"{spoken_price(value * POUNDS_PER[money] / units)} per {one}, in money of {plain(pot)}"


def pot_price_words(value: float, stage: str, money: str) -> str:
    """Write what one more unit of money in a pot is worth to a stage.

    Parameters
    ----------
    value
        The price, in the stage's unit for each unit of money.
    stage
        The stage in which the pot matters.
    money
        The scenario's unit of money.

    Examples
    --------
    >>> pot_price_words(0.000074, "shortfall.largest[1]", "GBP million")
    '£1m more lowers the largest shortfall by 0.0074 percentage points'
    >>> pot_price_words(2.1, "burden", "GBP million")
    '£1m more lowers what areas lose or pay themselves, weighted, by £2.10m'
    """
    one = spoken_price(POUNDS_PER[money]).replace(".00m", "m")
    weighted = "" if stage.startswith("shortfall") or stage in ("concession.largest", "cost") else ", weighted,"
    what = f"{one} more lowers {stage_words(stage)}{weighted} by "
    if stage in ("burden", "cost"):
        return what + spoken_price(value * POUNDS_PER[money])
    return what + f"{_significant(100 * value)} percentage points"


def _significant(value: float) -> str:
    """About three digits that matter, without an exponent."""
    digits = max(2 - math.floor(math.log10(abs(value))), 0) if value else 0
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def pot_of_unit(unit: str, money: str) -> str:
    """Name the pot in whose money a price is; empty where it is in no money."""
    paid = unit.partition(" per ")[0]
    return paid.removeprefix(f"{money} of ") if paid.startswith(f"{money} of ") else ""


def pence(*shares: float) -> list[str]:
    """Parts of a pound, with as many digits as it takes to tell those apart that differ.

    Examples
    --------
    >>> pence(0.75, 1.0), pence(0.58112, 0.58119)
    (['75p', '100p'], ['58.11p', '58.12p'])
    """
    for digits in range(4):
        texts = [f"{100 * share:,.{digits}f}p" for share in shares]
        if len(set(texts)) == len(set(shares)):
            break
    return texts
