"""JSON document of a scenario: it holds the settings, and each table as a list of rows.

The names are those of ``Scenario.from_tables``: ``rules`` holds the general rules, ``rule_rows`` the table rules.
An empty cell is null. Numbers are written with as many digits as bring them back exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from singlepot.models.diagnostics.problems import SETTINGS, Diagnostic, Report, shown
from singlepot.models.files.table_json import json_text
from singlepot.models.scenario.scenario import Scenario, from_raw
from singlepot.models.tables.raw import Place, RawTable, lost
from singlepot.models.tables.schema import TABLES

from .json_text import Doubled, read_json, report_doubled, report_faults

if TYPE_CHECKING:
    import pandas as pd

KEYS = {"rule_rows" if name == "rules" else name: name for name in TABLES}
"""Key of the document → table."""


@dataclass(frozen=True)
class JsonPlace(Place):
    """JSON path of the cells of a table: ``$.bids[3].amount``, from 0."""

    key: str = ""

    def row(self, position: int) -> str:
        """Name a row."""
        return f"$.{self.key}[{position}]"

    def cell(self, position: int, column: str) -> str:
        """Name a cell."""
        return f"{self.row(position)}.{column}" if column else self.row(position)

    def whole(self, column: str) -> str:
        """Name the table."""
        return f"$.{self.key}"


def scenario_json(scenario: Scenario) -> bytes:
    """Write a scenario as one JSON document in UTF-8."""
    return json_text(scenario_as_dict(scenario))


def scenario_as_dict(scenario: Scenario) -> dict[str, Any]:
    """Convert a scenario into plain values; tables without rows are left out, empty cells are None."""
    given = scenario.given
    tables = {key: records(given[name]) for key, name in KEYS.items() if len(given[name])}
    return {**scenario.settings.as_dict(), **tables}


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Convert a table into a list of rows, every column in each."""
    columns = {}
    for name in table.columns:
        cells = table[name].tolist()
        columns[name] = [None if cell != cell or cell == "" else cell for cell in cells]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def read_scenario_json(content: bytes, file: str, report: Report) -> Scenario:
    """Read a scenario from one JSON document; the report takes warnings and notes too.

    Raises
    ------
    BadInputError
        With everything that is wrong.
    """
    document = read_json(content, file, report)
    if document is not None and not isinstance(document, dict):
        _complain(report, file, "$", _kind(document), "an object with schema, years and tables")
    report.stop_if_any()
    if "certificate" in document:
        remedy = "read it with sp.read_settlement; what was settled is under scenario"
        _complain(report, file, "$", "a settlement", "a scenario", remedy)
        report.stop_if_any()
    return scenario_of(document, "$", file, report)


def scenario_of(document: Mapping[str, Any], path: str, file: str, report: Report) -> Scenario:
    """Build a scenario from a parsed document, or from a part of one."""
    if isinstance(document, Doubled):
        report_doubled(document, path, file, report)
    settings = {
        key: report_faults(value, f"{path}.{key}", file, report) for key, value in document.items() if key not in KEYS
    }
    raw: dict[str, RawTable] = {}
    for number, (key, name) in enumerate(KEYS.items()):
        at = f"{path}.{key}"
        if document.get(key) is not None:
            raw[name] = _table(document[key], at.removeprefix("$."), name, number, file, report)
        elif TABLES[name].needed([known for k, known in KEYS.items() if document.get(k) is not None]):
            report.add(Diagnostic("SP-D001", name, file, at, expected="a list of rows"), table=number)
            raw[name] = lost(file)
    return from_raw(settings, file, raw, report, paths_of(settings, path))


def paths_of(settings: Mapping[str, Any], path: str) -> dict[str, int | str]:
    """List the JSON path of each key of the settings."""
    paths: dict[str, int | str] = {"": path}

    def walk(part: Mapping[str, Any], keys: str, at: str) -> None:
        for name, value in part.items():
            key = f"{keys}.{name}".lstrip(".")
            paths[key] = f"{at}.{name}"
            if isinstance(value, Mapping):
                walk(value, key, f"{at}.{name}")

    walk(settings, "", path)
    return paths


def _table(rows: Any, key: str, name: str, number: int, file: str, report: Report) -> RawTable:
    if not isinstance(rows, list):
        _complain(report, file, f"$.{key}", _kind(rows), "a list of rows", table=number, name=name)
        return lost(file)
    required = [] if rows else [column.name for column in TABLES[name] if column.required]  # none is a table too
    headers, complete = dict.fromkeys(required), True
    for position, row in enumerate(rows):
        if isinstance(row, dict):
            if row.keys() != headers.keys():
                headers |= dict.fromkeys(row)
            if isinstance(row, Doubled):
                report_doubled(row, f"$.{key}[{position}]", file, report, number, position)
        else:
            path = f"$.{key}[{position}]"
            _complain(report, file, path, _kind(row), "a row: an object of columns and cells", table=number, name=name)
            complete = False
    columns = {header: [row.get(header) if isinstance(row, dict) else None for row in rows] for header in headers}
    if not complete:
        return lost(file)
    return RawTable(columns, JsonPlace(file, key=key), len(rows))


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return kinds.get(type(value), "null" if value is None else shown(value))


def _complain(
    report: Report,
    file: str,
    path: str,
    value: str,
    expected: str,
    remedy: str = "",
    table: int = -1,
    name: str = SETTINGS,
) -> None:
    report.add(Diagnostic("SP-J004", name, file, path, "", value, expected, remedy), table=table)
