"""The value of a lever as people write it, and the change that it makes in a sentence."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from ..money import POUNDS_PER, spoken, without_commas
from .lever import MONEY, SHARE, Lever

OFF = "off"
"""Value that removes what a lever sets."""

_UNITS = {"": 1.0, "k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
"""Pounds in a unit of money as people write it."""

_PERCENTAGE = re.compile(r"([+-]?)(\d+\.?\d*|\.\d+)\s*%")
_AMOUNT = re.compile(r"(£?)\s*(\d+\.?\d*|\.\d+)\s*([a-z]*)")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?")


class UnreadableValueError(ValueError):
    """A text that is no value of a lever: what was expected, and what to do."""

    def __init__(self, expected: str, remedy: str = "") -> None:
        """Hold both."""
        super().__init__(expected)
        self.expected, self.remedy = expected, remedy


def is_number_alone(value: object) -> bool:
    """Whether a value is a number, or written as one, without a sign of change, a percentage or a unit."""
    return bool(_NUMBER.fullmatch(str(value).strip().lower()))


def read_value(lever: Lever, value: object, money: str) -> float | None:
    """Read the value of a lever: a number, a percentage, an amount of money, or ``off``.

    Parameters
    ----------
    lever
        What it is a value of.
    value
        A finite number, or a text. Of a factor ``0.9`` and ``-10%`` mean the same; of a pot ``9.5bn`` is the total; of
        other levers ``80%`` is ``0.8``.
    money
        Unit of the scenario's money.

    Returns
    -------
    The factor or value; None for ``off``.

    Raises
    ------
    UnreadableValueError
        It is none of them, can be meant in two ways, or lies outside the lever's bounds.
    """
    text = str(value).strip().lower().replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "-")
    if text == OFF:
        if not lever.can_be_off:
            raise UnreadableValueError(_expected(lever), f"{lever.name} has no off")
        return None
    if lever.kind == "switch":
        raise UnreadableValueError(OFF)
    number = _number(lever, text, money)
    if not (math.isfinite(number) and lever.least <= number <= lever.most):
        raise UnreadableValueError(_expected(lever))
    if lever.whole and number != round(number):
        raise UnreadableValueError("a whole number")
    return int(number) if lever.whole else number


def _number(lever: Lever, text: str, money: str) -> float:
    if match := _PERCENTAGE.fullmatch(text):
        sign, share = match[1], float(match[1] + match[2]) / 100
        if lever.kind == "factor":
            if not sign:
                remedy = f"write +{match[2]}% to add as much, or {share:g} for so much of it"
                raise UnreadableValueError("a percentage with + or -", remedy)
            return 1 + share
        if lever.unit == SHARE and not sign:
            return share
        raise UnreadableValueError(
            _expected(lever), "write the value itself, not a change" if sign else f"write {share:g} if that is meant"
        )
    text = without_commas(text)
    match = _AMOUNT.fullmatch(text)
    if match and (match[1] or match[3] in ("k", "m", "bn", "thousand", "million", "billion")):
        if lever.table != "pot" or match[3] not in _UNITS:
            raise UnreadableValueError(_expected(lever))
        if not lever.now > 0:
            raise UnreadableValueError("a factor", "there is no money to be shared as it stands")
        return float(match[2]) * _UNITS[match[3]] / POUNDS_PER[money] / lever.now
    if not _NUMBER.fullmatch(text):
        raise UnreadableValueError(_expected(lever), "write a point for decimals" if "," in text else "")
    return float(text)


def _expected(lever: Lever) -> str:
    ends = f"{lever.least:g} or more" if math.isinf(lever.most) else f"{lever.least:g} to {lever.most:g}"
    if lever.kind == "factor":
        return f"a factor, {ends}, or a change such as -10%" + (
            ", or a total such as 9.5bn" if lever.table == "pot" else ""
        )
    return f"a number, {ends}" + (", or off" if lever.can_be_off else "")


def change_words(lever: Lever, value: float | None, money: str) -> str:
    """Say what a value of a lever changes.

    Examples
    --------
    >>> pot = Lever("pot", "pot", "factor", 10600.0, unit="money")
    >>> change_words(pot, 0.9, "GBP million")
    'pot £10,600.0m → £9,540.0m (−10%)'
    >>> change_words(Lever("rules.grant_floor", "grant floor", "value", 0.65, unit="share"), 0.8, "GBP million")
    'grant floor 65% → 80%'
    """
    if lever.kind != "factor":
        return f"{lever.label} {_written(lever, lever.now, money)} → {_written(lever, value, money)}"
    assert value is not None
    change = percent_change(value)
    if math.isnan(lever.now):
        return f"{lever.label} {change}"
    after = f"{_written(lever, lever.now, money)} → {_written(lever, lever.now * value, money)}"
    return f"{lever.label} {after} ({change})"


def percent_change(factor: float) -> str:
    """Write what a factor adds or takes away, in four digits and without powers of ten.

    Examples
    --------
    >>> percent_change(0.9), percent_change(500.0), percent_change(1.00000012)
    ('−10%', '+49,900%', '+0.000012%')
    """
    digits = Decimal(f"{100 * (factor - 1):.4g}")
    return f"{digits:+,f}%".replace("-", "\N{MINUS SIGN}")


def _written(lever: Lever, value: float | None, money: str) -> str:
    if lever.kind == "switch":
        return OFF if value is None else "on"
    if value is None or math.isnan(value):
        return OFF
    if lever.unit == MONEY:
        return spoken(value, money)
    return f"{100 * value:.4g}%" if lever.unit == SHARE else f"{value:,.6g} {lever.unit}".strip()
