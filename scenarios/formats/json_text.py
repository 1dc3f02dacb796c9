"""JSON as the standard has it: no name twice, no NaN, no number beyond all others; each fault with its path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from singlepot.models.diagnostics.problems import SETTINGS, Diagnostic, Report, shown
from singlepot.models.tables.raw import Refused

LARGEST_BYTES = 400_000_000
"""A document beyond this would take gigabytes to read."""

LONGEST_NUMBER = 400
"""Digits of a whole number: no number that can be used has more."""


class Doubled(dict[str, Any]):
    """An object in which names stand twice."""

    names: tuple[str, ...] = ()


def read_json(content: bytes, file: str, report: Report) -> Any:
    """Read JSON; what cannot be read is named, and None is returned.

    A number that JSON does not have is returned as :class:`~singlepot.models.tables.raw.Refused`, an object with a
    name that stands twice as :class:`Doubled`.
    """

    def complain(code: str, place: str, value: str, expected: str, remedy: str) -> None:
        report.add(Diagnostic(code, SETTINGS, file, place, "", value, expected, remedy))

    if len(content) > LARGEST_BYTES:
        most = f"at most {LARGEST_BYTES // 1_000_000} MB"
        complain("SP-J005", "", f"{len(content) / 1e6:.0f} MB", most, "keep large tables in CSV or Parquet files")
        return None
    try:
        text = content.decode("utf-8-sig")
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_whole
        )
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        complain(
            "SP-J001", f"line {line}", f"byte {fault.start + 1} that is not UTF-8", "JSON in UTF-8", "save it as UTF-8"
        )
    except json.JSONDecodeError as fault:
        found = fault.doc.split("\n")[fault.lineno - 1].strip() if fault.doc else ""
        said = fault.msg[:1].lower() + fault.msg[1:]
        place = f"line {fault.lineno} column {fault.colno}"
        complain("SP-J001", place, shown(found) if found else "nothing", f"JSON ({said})", "")
    except RecursionError:
        complain("SP-J005", "", "brackets within brackets", "a document of singlepot", "")
    return None


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
    if abs(number) == float("inf"):
        return Refused("SP-J003", shown(text, quoted=False), "write a number below 1e308", text)
    return number


def _whole(text: str) -> int | Refused:
    if len(text) > LONGEST_NUMBER:
        return Refused("SP-J003", shown(text, quoted=False), "write a number below 1e308", text)
    return int(text)


def report_faults(value: Any, path: str, file: str, report: Report) -> Any:
    """Name every fault within a value, and return the value without what is faulty."""
    if isinstance(value, Doubled):
        report_doubled(value, path, file, report)
    if isinstance(value, Mapping):
        cleaned = {name: report_faults(item, f"{path}.{name}", file, report) for name, item in value.items()}
        return {name: item for name, item in cleaned.items() if not isinstance(item, Refused)}
    if isinstance(value, list):
        return [report_faults(item, f"{path}[{at}]", file, report) for at, item in enumerate(value)]
    if isinstance(value, Refused):
        problem = Diagnostic(value.code, SETTINGS, file, path, "", repr(value), "a finite number", value.remedy)
        report.add(problem)
    return value


def report_doubled(value: Doubled, path: str, file: str, report: Report, table: int = -1, row: int = -1) -> None:
    """Name the names that stand twice in an object."""
    for name in value.names:
        problem = Diagnostic(
            "SP-J002",
            SETTINGS,
            file,
            f"{path}.{name}",
            "",
            f"{shown(name)} twice",
            "each name once",
            "delete one of them",
        )
        report.add(problem, table=table, row=row)
