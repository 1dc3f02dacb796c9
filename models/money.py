"""The unit of a scenario's money, and how amounts and shares are said."""

from __future__ import annotations

import math
import re

POUNDS_PER = {"GBP": 1, "GBP thousand": 1_000, "GBP million": 1_000_000}
"""Pounds in one unit of a scenario's money."""

_SUFFIX = {"GBP": "", "GBP thousand": "k", "GBP million": "m"}

NEAR = 2e-3
"""Share of a number by which rounding it outward may move it; no more than a tenth of its change either."""

NOISE = 1e-11
"""Share of a number that arithmetic may have added to it, so that it is not rounded outward for that."""

MOST_DECIMALS = 15
"""Decimals of a float around 1."""


_GROUPED = re.compile(r"(?<![\d,.])\d{1,3}(,\d{3})+(?![\d,])")


def without_commas(text: str) -> str:
    """Take out the commas that group thousands by three digits; any other, which can mean a point, stays.

    Examples
    --------
    >>> without_commas("£9,540.5m"), without_commas("9,5bn")
    ('£9540.5m', '9,5bn')
    """
    return _GROUPED.sub(lambda match: match[0].replace(",", ""), text)


def spoken(amount: float, money: str, decimals: int | None = None) -> str:
    """Write an amount for people: a minus stands first, and none before what is rounded to nothing.

    Parameters
    ----------
    amount
        In the scenario's unit.
    money
        The unit, as the settings name it.
    decimals
        How many; by default one, and none for pounds.

    Examples
    --------
    >>> spoken(2710.44, "GBP million"), spoken(-1250.0, "GBP"), spoken(-0.04, "GBP million")
    ('£2,710.4m', '-£1,250', '£0.0m')
    """
    if decimals is None:
        decimals = least_decimals(money)
    digits = f"{abs(amount):,.{decimals}f}"
    minus = "-" if amount < 0 and digits.strip("0.") else ""
    return f"{minus}£{digits}{_SUFFIX[money]}"


def spoken_up(amount: float, money: str) -> str:
    """Write an amount rounded up, with as many decimals as it needs, so that who adds it has enough.

    Examples
    --------
    >>> spoken_up(0.03, "GBP million"), spoken_up(1.75004, "GBP million"), spoken_up(2e-6, "GBP million")
    ('£0.03m', '£1.751m', '£2')
    """
    if money != "GBP" and amount * POUNDS_PER[money] < POUNDS_PER[money] / 1000:
        return spoken_up(amount * POUNDS_PER[money], "GBP")
    return spoken(*_up(amount, money))


def decimals_for(amount: float, money: str) -> int:
    """Return the decimals of :func:`spoken_up`, for the sums beside the amount."""
    return _up(amount, money)[2]


def least_decimals(money: str) -> int:
    """Return the decimals of an amount of everyday size."""
    return 1 if _SUFFIX[money] else 0


def _up(amount: float, money: str) -> tuple[float, str, int]:
    up, decimals = outward(amount, amount, least_decimals(money))
    return up, money, 2 if money == "GBP" and decimals == 1 else decimals


def outward(value: float, change: float, least: int = 0) -> tuple[float, int]:
    """Round a number on in the direction in which it changed, with as few decimals as keep it near.

    Parameters
    ----------
    value
        The number.
    change
        By how much it changed: up if positive, else down.
    least
        The fewest decimals.

    Returns
    -------
    The rounded number, and its decimals.

    Examples
    --------
    >>> outward(0.5555, -0.3945), outward(20.03, 0.03), outward(0.90909, -0.06)
    ((0.555, 3), (20.03, 2), (0.909, 3))
    """
    near = min(abs(value) * NEAR, abs(change) / 10)
    noise = math.copysign(abs(value) * NOISE, change)
    for decimals in range(least, MOST_DECIMALS + 1):
        steps = (value - noise) * 10**decimals
        rounded = round((math.ceil(steps) if change > 0 else math.floor(steps)) / 10**decimals, decimals)
        if abs(rounded - value) <= near:
            return rounded, decimals
    return value, MOST_DECIMALS
