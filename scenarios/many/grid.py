"""The grid of a parameter sweep: one lever or two, and the values of each."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from numbers import Real

from singlepot.models.diagnostics.problems import (
    SETTINGS,
    BadInputError,
    Diagnostic,
    Report,
    shown,
)
from singlepot.models.levers.lever import Lever, find_lever, levers_of, unknown_lever
from singlepot.models.levers.values import UnreadableValueError, read_value
from singlepot.models.scenario.scenario import Scenario

MOST_POINTS = 1000
"""Points in the grid of a sweep, unless more are allowed."""

MOST_LEVERS = 2
"""Levers in one sweep."""


Value = float | str
"""Value of a lever in a grid: a number, or a text as :meth:`singlepot.Scenario.with_levers` reads it."""


def read_lever(text: str) -> tuple[str, list[Value]]:
    """Read a lever as the command line takes it: values by comma, or first:last:how many.

    Raises
    ------
    BadInputError
        It is neither.

    Examples
    --------
    >>> read_lever("pot=0.8:1.2:5")
    ('pot', [0.8, 0.9, 1.0, 1.1, 1.2])
    >>> read_lever("rules.grant_floor=0.7,80%")
    ('rules.grant_floor', [0.7, '80%'])
    """
    name, equals, values = text.rpartition("=")
    try:
        if not equals or not name.strip():
            raise ValueError
        if ":" not in values:
            return name.strip(), [_value(value.strip()) for value in values.split(",")]
        first, last, count = values.split(":")
        return name.strip(), [*spaced(float(first), float(last), int(count))]
    except (ValueError, OverflowError):
        problem = Diagnostic(
            "SP-W017",
            SETTINGS,
            "lever",
            value=shown(text),
            expected="LEVER=FIRST:LAST:COUNT or LEVER=VALUE,VALUE",
            remedy="write pot=0.8:1.2:9, for instance",
        )
        raise BadInputError([problem]) from None


def _value(text: str) -> Value:
    if not text:
        raise ValueError("no value")
    try:
        return float(text)
    except ValueError:
        return text


def spaced(first: float, last: float, count: int) -> list[float]:
    """List equidistant values, both ends among them, rounded to twelve digits."""
    if count < 2 or count > 10**6:
        raise ValueError("a range has at least two values")
    return [float(f"{first + (last - first) * i / (count - 1):.12g}") for i in range(count)]


def points(
    scenario: Scenario, levers: Mapping[str, Sequence[Value]], most: int = MOST_POINTS
) -> Iterator[dict[str, float]]:
    """Lay out the grid of all values of the levers, the last lever moving fastest.

    Parameters
    ----------
    scenario
        Which has the levers.
    levers
        The values of each; texts such as ``-10%`` are read as for :meth:`singlepot.Scenario.with_levers`.
    most
        Points allowed.

    Raises
    ------
    BadInputError
        A lever is unknown, a value is no finite number, or there are more points than allowed.
    """
    report = Report()
    known = levers_of(scenario.settings.as_dict(), scenario.tables)
    areas = dict(zip(scenario.areas["code"], scenario.areas["name"], strict=True))

    def complain(code: str, value: str, expected: str, remedy: str = "") -> None:
        report.add(Diagnostic(code, SETTINGS, "lever", value=value, expected=expected, remedy=remedy))

    def read(lever: Lever, value: object) -> float:
        """Read one value; NaN where it is none, which is then said."""
        try:
            number = read_value(lever, value, scenario.settings.money) if isinstance(value, str) else value
        except UnreadableValueError as fault:
            complain("SP-W020", f"{lever.name} = {shown(value)}", fault.expected, fault.remedy)
            return math.nan
        if not isinstance(number, Real) or not math.isfinite(number):
            complain("SP-W017", f"{lever.name} = {shown(value)}", "finite numbers")
            return math.nan
        return float(number)

    numbers: dict[str, list[float]] = {}
    for name, values in levers.items():
        lever = find_lever(known, name, areas)
        if lever is None:
            complain("SP-W016", shown(name), *unknown_lever(known, name))
        elif isinstance(values, str) or not isinstance(values, Collection):
            complain("SP-W017", f"{name} = {shown(values)}", "a list of values")
        elif not len(values):
            complain("SP-W017", f"no value of {name}", "at least one")
        elif len(values) <= most:
            numbers[name] = [read(lever, value) for value in values]
    if not 0 < len(levers) <= MOST_LEVERS:
        complain("SP-W017", f"{len(levers)} levers", "one lever or two", "write a what-if for the others")
    count = math.prod(len(values) for values in levers.values() if isinstance(values, Collection))
    if count > most:
        complain("SP-W017", f"{count} points", f"at most {most}", "take fewer values, or allow more with --most")
    report.stop_if_any()
    return (dict(zip(numbers, values, strict=True)) for values in itertools.product(*numbers.values()))
