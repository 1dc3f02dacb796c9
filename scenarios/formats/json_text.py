"""JSON parser: a repeated name, NaN or an infinite number, which the standard forbids, is reported with its path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from singlepot.models.diagnostics.problems import SETTINGS, Diagnostic, Report, shown
from singlepot.models.tables.raw import Refused

from .decoding import line_of

LARGEST_BYTES = 400_000_000
"""A document beyond this would take gigabytes to read."""

LONGEST_NUMBER = 400
"""Digits of a whole number: no number that can be used has more."""


DEEPEST = 40
"""Objects and lists within one another; those of a settlement go ten deep."""


class Doubled(dict[str, Any]):
    """JSON object in which names are repeated."""

    names: tuple[str, ...] = ()


def read_json(content: bytes, file: str, report: Report) -> Any:
    """Parse JSON; a fault of syntax is reported, and None is returned.

    A number that JSON does not have is returned as :class:`~singlepot.models.tables.raw.Refused`, an object with
    repeated names as :class:`Doubled`.
    """

    def complain(code: str, where: str, value: str, expected: str, remedy: str) -> None:
        report.add(Diagnostic(code, SETTINGS, file, where, "", value, expected, remedy))

    if len(content) > LARGEST_BYTES:
        most = f"at most {LARGEST_BYTES // 1_000_000} MB"
        complain("SP-J005", "", f"{len(content) / 1e6:.0f} MB", most, "keep large tables in CSV or Parquet files")
        return None
    try:
        text = content.decode("utf-8-sig")
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_whole
        )
        if not _is_too_deep(value):
            return value
        complain("SP-J005", "", "brackets within brackets", "a document of singlepot", "")
    except UnicodeDecodeError as fault:
        value = f"byte {fault.start + 1} that is not UTF-8"
        complain("SP-J001", f"line {line_of(content, fault)}", value, "JSON in UTF-8", "save it as UTF-8")
    except json.JSONDecodeError as fault:
        line = fault.doc.split("\n")[fault.lineno - 1].strip() if fault.doc else ""
        message = fault.msg[:1].lower() + fault.msg[1:]
        where = f"line {fault.lineno} column {fault.colno}"
        complain("SP-J001", where, shown(line) if line else "nothing", f"JSON ({message})", "")
    except RecursionError:
        complain("SP-J005", "", "brackets within brackets", "a document of singlepot", "")
    return None


def _is_too_deep(value: Any) -> bool:
    """Whether parsed JSON is nested so deeply that a recursion over it might fail."""
    level = [value]
    for _ in range(DEEPEST):
        inner = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list)]
        level = [item for items in inner for item in items if item.__class__ in (dict, list, Doubled)]
    return bool(level)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    names = [name for name, _ in pairs]
    doubled = Doubled(made)
    doubled.names = tuple(dict.fromkeys(name for name in names if names.count(name) > 1))
    return doubled


def _constant(token: str) -> Refused:
    return Refused("SP-J003", token, "JSON has no such number; write null where it is not known", token)


def _float(text: str) -> float | Refused:
    number = float(text)
    return _too_large(text) if abs(number) == float("inf") else number


def _whole(text: str) -> int | Refused:
    return _too_large(text) if len(text) > LONGEST_NUMBER else int(text)


def _too_large(text: str) -> Refused:
    return Refused("SP-J003", shown(text, quoted=False), "write a number below 1e308", text)


def report_faults(value: Any, path: str, file: str, report: Report) -> Any:
    """Report every fault within a parsed value, and return the value without the faulty parts."""
    if isinstance(value, Doubled):
        report_doubled(value, path, file, report)
    if isinstance(value, Mapping):
        cleaned = {name: report_faults(item, f"{path}.{name}", file, report) for name, item in value.items()}
        return {name: item for name, item in cleaned.items() if not isinstance(item, Refused)}
    if isinstance(value, list):
        return [report_faults(item, f"{path}[{at}]", file, report) for at, item in enumerate(value)]
    if isinstance(value, Refused):
        report.add(Diagnostic(value.code, SETTINGS, file, path, "", repr(value), "a finite number", value.remedy))
    return value


def report_doubled(value: Doubled, path: str, file: str, report: Report, table: int = -1, row: int = -1) -> None:
    """Report the repeated names of an object."""
    for name in value.names:
        twice, remedy = f"{shown(name)} twice", "delete one of them"
        problem = Diagnostic("SP-J002", SETTINGS, file, f"{path}.{name}", "", twice, "each name once", remedy)
        report.add(problem, table=table, row=row)
