"""The unit of a scenario's money, and how amounts are said."""

from __future__ import annotations

POUNDS_PER = {"GBP": 1, "GBP thousand": 1_000, "GBP million": 1_000_000}
"""Pounds in one unit of a scenario's money."""

_SUFFIX = {"GBP": "", "GBP thousand": "k", "GBP million": "m"}


def spoken(amount: float, money: str) -> str:
    """Write an amount for people.

    Parameters
    ----------
    amount
        In the scenario's unit.
    money
        The unit, as the settings name it.

    Examples
    --------
    >>> spoken(2710.44, "GBP million"), spoken(1250.0, "GBP")
    ('£2,710.4m', '£1,250')
    """
    suffix = _SUFFIX[money]
    return f"£{amount:,.1f}{suffix}" if suffix else f"£{amount:,.0f}"
