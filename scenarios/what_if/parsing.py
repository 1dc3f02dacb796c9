"""What-if parser: changes of rows and of settings are checked for their syntax."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from singlepot.models.diagnostics.problems import SETTINGS, Diagnostic, Report, as_number, did_you_mean, one_of, shown
from singlepot.models.settings.frozen import FrozenMapping
from singlepot.models.tables.schema import TABLES

Cell = str | float
"""Value of a cell in a change."""

ACTIONS = ("set", "multiply", "add", "drop", "append")
"""Actions on the selected rows; each change has one of them."""

SECTIONS = ("rules", "stages", "equity", "convergence", "inclusion", "derive", "review", "public", "log")
"""Sections of the settings that a what-if may change."""

KEYS = ("base", "title", "levers", "remove", *SECTIONS, "change")
"""Keys of a what-if."""


@dataclass(frozen=True)
class Change:
    """Change of the rows of one table.

    Parameters
    ----------
    table
        Name of the table.
    action
        One of :data:`ACTIONS`.
    values
        New value, factor or summand of each column, for ``set``, ``multiply`` and ``add``.
    rows
        The new rows, for ``append``.
    where
        Which rows: for each column the values that match; empty selects all.
    label
        Name of the change in messages: ``change 2 (line 9)``.
    """

    table: str
    action: str
    values: Mapping[str, Cell] = field(default_factory=FrozenMapping)
    rows: tuple[Mapping[str, Cell], ...] = ()
    where: Mapping[str, tuple[Cell, ...]] = field(default_factory=FrozenMapping)
    label: str = "change 1"


@dataclass(frozen=True)
class WhatIf:
    """Parsed what-if.

    Parameters
    ----------
    changes
        The changes of rows, in order.
    settings
        Changes of title, rules and the other sections, nested as in ``scenario.toml``; None removes a key.
    levers
        Levers that are pulled before, with their values, in order.
    file
        Source in messages: a file's name, or ``what-if``.
    base
        Base of the file; empty where the scenario is given.
    lines
        Line of each key of the settings, by its path.
    """

    changes: tuple[Change, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=FrozenMapping)
    levers: tuple[tuple[str, object], ...] = ()
    file: str = "what-if"
    base: str = ""
    lines: Mapping[str, int] = field(default_factory=FrozenMapping)


@dataclass
class Complaints:
    """Diagnostics of one what-if, each with file, change and key."""

    report: Report
    file: str

    def add(
        self, code: str, where: str, key: str = "", value: str = "", expected: str = "", remedy: str = "", row: int = -1
    ) -> None:
        """Add a problem; ``row`` orders it among the others."""
        self.report.add(Diagnostic(code, SETTINGS, self.file, where, key, value, expected, remedy), row=row)


def parse_what_if(
    content: Mapping[str, Any],
    report: Report,
    file: str = "what-if",
    lines: Mapping[str, int] | None = None,
    change_lines: Sequence[int] = (),
) -> WhatIf:
    """Parse the content of a what-if, nested as its file nests it.

    Parameters
    ----------
    content
        ``title``, ``levers``, ``rules``, ``stages``, ``equity``, ``remove`` and the list ``change``.
    report
        Takes the problems of syntax: unknown and missing keys, wrong types, unknown tables.
    file
        What to call it in messages.
    lines, change_lines
        Line of each key by its path, and of each change in order, where the source has lines.

    Returns
    -------
    The parsed parts; to be used only where the report is empty.

    Examples
    --------
    >>> pot = {"table": "pot", "multiply": {"amount": 0.9}}
    >>> parse_what_if({"title": "Less", "change": [pot]}, Report()).changes[0].values
    {'amount': 0.9}
    """
    lines = lines or {}
    complaints = Complaints(report, file)
    for key in content:
        if key not in KEYS:
            at = lines.get(key, -1)
            remedy = did_you_mean(key, KEYS, "years, money and attributes belong to the scenario")
            complaints.add("SP-W001", line_text(at), key, "", "one of " + ", ".join(KEYS), remedy, at)
    settings = _settings(content, complaints, lines)
    listed = content.get("change", [])
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        complaints.add("SP-W003", "", "change", shown(listed), "a list of changes", "write [[change]], in two brackets")
        listed = []
    changes = []
    for number, one in enumerate(listed, start=1):
        line = change_lines[number - 1] if len(change_lines) == len(listed) else -1
        label = f"change {number}" + (f" (line {line})" if line > 0 else "")
        if (change := _change(one, label, line, complaints)) is not None:
            changes.append(change)
    levers = tuple(_levers(content.get("levers", {}), complaints, lines))
    return WhatIf(tuple(changes), settings, levers, file, str(content.get("base", "")), lines)


def line_text(number: int) -> str:
    """Write the number of a line in a file; empty for a source without lines."""
    return f"line {number}" if number > 0 else ""


def _levers(
    content: Any, complaints: Complaints, lines: Mapping[str, int], path: str = ""
) -> Iterator[tuple[str, Cell]]:
    """List the levers of ``[levers]`` with their values; ``rules.grant_floor`` may be written nested."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from _levers(value, complaints, lines, f"{path}.{key}".lstrip("."))
    elif path and _is_cell(plain := _plain(content)):
        yield path, plain
    else:
        key = f"levers.{path}".rstrip(".")
        line = lines.get(key, -1)
        complaints.add("SP-W003", line_text(line), key, shown(content), "a lever with a number or text", row=line)


def _settings(content: Mapping[str, Any], complaints: Complaints, lines: Mapping[str, int]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for key in ("base", "title"):
        if not isinstance(content.get(key, ""), str):
            at = lines.get(key, -1)
            complaints.add("SP-W003", line_text(at), key, shown(content[key]), "text in quotes", row=at)
        elif key == "title" and key in content:
            settings[key] = content[key]
    remove = content.get("remove", [])
    if not isinstance(remove, Sequence) or isinstance(remove, str) or not all(isinstance(one, str) for one in remove):
        at, example = lines.get("remove", -1), 'write remove = ["rules.grant_floor", "equity"]'
        complaints.add("SP-W003", line_text(at), "remove", shown(remove), "a list of keys", example, at)
        remove = []
    for path in remove:
        settings = _removing(settings, path.split(".", 1))
    for key in SECTIONS:
        section = content.get(key, {})
        if section is None:
            settings[key] = None
        elif not isinstance(section, Mapping):
            at = lines.get(key, -1)
            complaints.add("SP-W003", line_text(at), key, shown(section), "a section of keys", f"write [{key}]", at)
        elif section or (key == "derive" and key in content):  # which alone derives by the defaults
            settings[key] = {**(settings.get(key) or {}), **section}
    return settings


def _removing(settings: dict[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """Set a key to None in nested settings: ``rules.grant_floor``, ``stages.give.shortfall.total``, ``equity``."""
    key, rest = path[0], path[1:]
    if not rest:
        return {**settings, key: None}
    inner = settings.get(key) or {}
    deeper = rest[0].split(".", 1) if key in ("stages", "convergence", "derive", "theme") else [rest[0]]
    return {**settings, key: _removing(inner, deeper)}


def _change(content: Any, label: str, line: int, complaints: Complaints) -> Change | None:
    """Parse one change; None where it cannot be used."""

    def complain(code: str, key: str = "", value: str = "", expected: str = "", remedy: str = "") -> None:
        complaints.add(code, label, key, value, expected, remedy, line)

    if not isinstance(content, Mapping):
        complain("SP-W003", "change", shown(content), "a section of keys", "write [[change]], in two brackets")
        return None
    known = ("table", "where", *ACTIONS)
    for key in content:
        if key not in known:
            complain("SP-W001", key, "", "one of " + ", ".join(known), did_you_mean(key, known))
    table = content.get("table")
    usable = isinstance(table, str) and table in TABLES
    if table is None:
        complain("SP-W002", "table", "", "one of " + ", ".join(TABLES), 'write table = "pot", for instance')
    elif not usable:
        remedy = did_you_mean(table, TABLES, "") if isinstance(table, str) else ""
        complain("SP-W007", "table", shown(table), "one of " + ", ".join(TABLES), remedy)
    where = _where(content.get("where", {}), complain)
    actions = [action for action in ACTIONS if action in content]
    if len(actions) != 1:
        value = ", ".join(actions) or "none of them"
        remedy = "write one change for each" if actions else "write drop = true, for instance, or leave the change out"
        complain("SP-W009", "", value, "exactly one of " + ", ".join(ACTIONS), remedy)
        return None
    change = _action(actions[0], content[actions[0]], "where" in content, complain)
    if change is None or where is None or not usable:
        return None
    return replace(change, table=str(table), where=where, label=label)


def _where(condition: Any, complain: Any) -> FrozenMapping[tuple[Cell, ...]] | None:
    if not isinstance(condition, Mapping):
        complain("SP-W003", "where", shown(condition), "columns with values", 'write where = { area = "E06000014" }')
        return None
    chosen: dict[str, tuple[Cell, ...]] = {}
    for column, value in condition.items():
        value = _plain(value)
        values = tuple(map(_plain, value)) if isinstance(value, list | tuple) else (value,)
        if not values or not all(map(_is_cell, values)):
            complain("SP-W003", f"where.{column}", shown(value), "a text or number, or a list of them")
            return None
        chosen[str(column)] = values
    return FrozenMapping(chosen)


def _action(action: str, content: Any, has_where: bool, complain: Any) -> Change | None:
    """Parse the action of a change; table, where and label are filled in later."""
    if action == "drop":
        if content is not True:
            complain("SP-W003", "drop", shown(content), "true", "leave the change out if nothing is to be dropped")
            return None
        return Change("", action)
    if action == "append":
        rows = [content] if isinstance(content, Mapping) else content
        if has_where:
            complain(
                "SP-W015",
                "where",
                "where with append",
                "append alone",
                "leave where out: new rows stand in no row's place",
            )
            return None
        good = isinstance(rows, Sequence) and not isinstance(rows, str) and bool(rows)
        if not good or not all(_are_cells(row) for row in rows):
            complain("SP-W003", "append", shown(content), "a row, or a list of rows, of columns with values")
            return None
        return Change("", action, rows=tuple(FrozenMapping(_cells(row)) for row in rows))
    numbers = action != "set"
    example = "write multiply = { amount = 0.9 }" if numbers else "write set = { amount = 12 }"
    if not _are_cells(content) or not content:
        complain("SP-W003", action, shown(content), "columns with texts or finite numbers", example)
        return None
    for column, value in content.items():
        if numbers and isinstance(_plain(value), str):
            remedy = as_number(str(value)) or "set replaces a text"
            complain("SP-W003", f"{action}.{column}", shown(value), "a number", remedy)
            return None
    return Change("", action, FrozenMapping(_cells(content)))


def _are_cells(cells: Any) -> bool:
    return isinstance(cells, Mapping) and all(_is_cell(_plain(value)) for value in cells.values())


def _cells(cells: Mapping[str, Any]) -> dict[str, Cell]:
    return {str(column): _plain(value) for column, value in cells.items()}


def _is_cell(value: object) -> bool:
    """Whether a value is a text or a finite number."""
    return isinstance(value, str) or (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    )


def _plain(value: Any) -> Any:
    """Convert values of numpy and pandas into those of Python."""
    return value.tolist() if hasattr(value, "tolist") else value


def known_columns(names: Sequence[str]) -> str:
    """List the columns that a change may name."""
    return "one of " + one_of(names, 20)
