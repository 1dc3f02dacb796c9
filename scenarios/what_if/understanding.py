"""What a what-if says: changes of rows, and of settings, understood and checked for their shape."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from singlepot.models.diagnostics.problems import SETTINGS, Diagnostic, Report, did_you_mean, one_of, shown
from singlepot.models.settings.settings import FrozenMapping
from singlepot.models.tables.schema import TABLES

Cell = str | float
"""What a cell of a change holds."""

ACTIONS = ("set", "multiply", "add", "drop", "append")
"""What a change does to the rows it chooses; each change does one of them."""

SECTIONS = ("rules", "stages", "equity", "log")
"""Sections of the settings that a what-if may change."""

KEYS = ("base", "title", "remove", *SECTIONS, "change")
"""Keys of a what-if."""


@dataclass(frozen=True)
class Change:
    """A change of the rows of one table.

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
        Which rows: for each column the values that match; empty chooses all.
    place
        What the change is called: ``change 2 (line 9)``.
    """

    table: str
    action: str
    values: Mapping[str, Cell] = field(default_factory=FrozenMapping)
    rows: tuple[Mapping[str, Cell], ...] = ()
    where: Mapping[str, tuple[Cell, ...]] = field(default_factory=FrozenMapping)
    place: str = "change 1"


@dataclass(frozen=True)
class WhatIf:
    """What a what-if says, understood.

    Parameters
    ----------
    changes
        The changes of rows, in order.
    settings
        Changes of title, rules, stages and equity, nested as in ``scenario.toml``; None removes a key.
    file
        Where it was said: a file's name, or ``what-if``.
    base
        What the file builds on; empty where the scenario is given.
    lines
        Line of each key of the settings, by its path.
    """

    changes: tuple[Change, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=FrozenMapping)
    file: str = "what-if"
    base: str = ""
    lines: Mapping[str, int] = field(default_factory=FrozenMapping)


@dataclass
class Complaints:
    """Takes the problems of one what-if, each with file, change and key."""

    report: Report
    file: str

    def add(
        self, code: str, place: str, key: str = "", value: str = "", expected: str = "", remedy: str = "", row: int = -1
    ) -> None:
        """Add a problem; ``row`` orders it among the others."""
        self.report.add(Diagnostic(code, SETTINGS, self.file, place, key, value, expected, remedy), row=row)


def understand(
    said: Mapping[str, Any],
    report: Report,
    file: str = "what-if",
    lines: Mapping[str, int] | None = None,
    change_lines: Sequence[int] = (),
) -> WhatIf:
    """Understand the content of a what-if, nested as its file nests it.

    Parameters
    ----------
    said
        ``title``, ``rules``, ``stages``, ``equity``, ``remove`` and the list ``change``.
    report
        Takes the problems of shape: unknown and missing keys, wrong types, unknown tables.
    file
        What to call it in messages.
    lines, change_lines
        Line of each key by its path, and of each change in order, where the source has lines.

    Returns
    -------
    What could be understood; to be used only where the report is empty.

    Examples
    --------
    >>> pot = {"table": "pot", "multiply": {"amount": 0.9}}
    >>> understand({"title": "Less", "change": [pot]}, Report()).changes[0].values
    {'amount': 0.9}
    """
    lines = lines or {}
    complaints = Complaints(report, file)
    for key in said:
        if key not in KEYS:
            at = lines.get(key, -1)
            remedy = did_you_mean(key, KEYS, "years, money and attributes belong to the scenario")
            complaints.add("SP-W001", _line(at), key, "", "one of " + ", ".join(KEYS), remedy, at)
    settings = _settings(said, complaints, lines)
    listed = said.get("change", [])
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        complaints.add("SP-W003", "", "change", shown(listed), "a list of changes", "write [[change]], in two brackets")
        listed = []
    changes = []
    for number, one in enumerate(listed, start=1):
        line = change_lines[number - 1] if len(change_lines) == len(listed) else -1
        place = f"change {number}" + (f" (line {line})" if line > 0 else "")
        if (change := _change(one, place, line, complaints)) is not None:
            changes.append(change)
    return WhatIf(tuple(changes), settings, file, str(said.get("base", "")), lines)


def _line(number: int) -> str:
    return f"line {number}" if number > 0 else ""


def _settings(said: Mapping[str, Any], complaints: Complaints, lines: Mapping[str, int]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for key in ("base", "title"):
        if not isinstance(said.get(key, ""), str):
            at = lines.get(key, -1)
            complaints.add("SP-W003", _line(at), key, shown(said[key]), "text in quotes", row=at)
        elif key == "title" and key in said:
            settings[key] = said[key]
    remove = said.get("remove", [])
    if not isinstance(remove, Sequence) or isinstance(remove, str) or not all(isinstance(one, str) for one in remove):
        at, example = lines.get("remove", -1), 'write remove = ["rules.grant_floor", "equity"]'
        complaints.add("SP-W003", _line(at), "remove", shown(remove), "a list of keys", example, at)
        remove = []
    for path in remove:
        settings = _removing(settings, path.split(".", 1))
    for key in SECTIONS:
        section = said.get(key, {})
        if section is None:
            settings[key] = None
        elif not isinstance(section, Mapping):
            at = lines.get(key, -1)
            complaints.add("SP-W003", _line(at), key, shown(section), "a section of keys", f"write [{key}]", at)
        elif section:
            settings[key] = {**(settings.get(key) or {}), **section}
    return settings


def _removing(settings: dict[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """Note that a key goes: ``rules.grant_floor``, ``stages.give.shortfall.total``, ``equity``."""
    key, rest = path[0], path[1:]
    if not rest:
        return {**settings, key: None}
    inner = settings.get(key) or {}
    deeper = rest[0].split(".", 1) if key == "stages" else [rest[0]]
    return {**settings, key: _removing(inner, deeper)}


def _change(said: Any, place: str, line: int, complaints: Complaints) -> Change | None:
    """Understand one change; None where it cannot be used."""

    def complain(code: str, key: str = "", value: str = "", expected: str = "", remedy: str = "") -> None:
        complaints.add(code, place, key, value, expected, remedy, line)

    if not isinstance(said, Mapping):
        complain("SP-W003", "change", shown(said), "a section of keys", "write [[change]], in two brackets")
        return None
    known = ("table", "where", *ACTIONS)
    for key in said:
        if key not in known:
            complain("SP-W001", key, "", "one of " + ", ".join(known), did_you_mean(key, known))
    table = said.get("table")
    usable = isinstance(table, str) and table in TABLES
    if table is None:
        complain("SP-W002", "table", "", "one of " + ", ".join(TABLES), 'write table = "pot", for instance')
    elif not usable:
        remedy = did_you_mean(table, TABLES, "") if isinstance(table, str) else ""
        complain("SP-W007", "table", shown(table), "one of " + ", ".join(TABLES), remedy)
    where = _where(said.get("where", {}), complain)
    actions = [action for action in ACTIONS if action in said]
    if len(actions) != 1:
        value = ", ".join(actions) or "none of them"
        complain("SP-W009", "", value, "exactly one of " + ", ".join(ACTIONS), "write one change for each")
        return None
    change = _action(actions[0], said[actions[0]], "where" in said, complain)
    if change is None or where is None or not usable:
        return None
    return replace(change, table=str(table), where=where, place=place)


def _where(said: Any, complain: Any) -> FrozenMapping[tuple[Cell, ...]] | None:
    if not isinstance(said, Mapping):
        complain("SP-W003", "where", shown(said), "columns with values", 'write where = { area = "E06000014" }')
        return None
    chosen: dict[str, tuple[Cell, ...]] = {}
    for column, value in said.items():
        value = _plain(value)
        values = tuple(map(_plain, value)) if isinstance(value, list | tuple) else (value,)
        if not values or not all(map(_is_cell, values)):
            complain("SP-W003", f"where.{column}", shown(value), "a text or number, or a list of them")
            return None
        chosen[str(column)] = values
    return FrozenMapping(chosen)


def _action(action: str, said: Any, has_where: bool, complain: Any) -> Change | None:
    """Understand what a change does; table, where and place are filled in later."""
    if action == "drop":
        if said is not True:
            complain("SP-W003", "drop", shown(said), "true", "leave the change out if nothing is to be dropped")
            return None
        return Change("", action)
    if action == "append":
        rows = [said] if isinstance(said, Mapping) else said
        if has_where:
            complain("SP-W015", "where", "where with append", "append alone", "new rows stand in no row's place")
            return None
        good = isinstance(rows, Sequence) and not isinstance(rows, str) and bool(rows)
        if not good or not all(_are_cells(row) for row in rows):
            complain("SP-W003", "append", shown(said), "a row, or a list of rows, of columns with values")
            return None
        return Change("", action, rows=tuple(FrozenMapping(_cells(row)) for row in rows))
    numbers = action != "set"
    example = "write multiply = { amount = 0.9 }" if numbers else "write set = { amount = 12 }"
    if not _are_cells(said) or not said:
        complain("SP-W003", action, shown(said), "columns with texts or finite numbers", example)
        return None
    for column, value in said.items():
        if numbers and isinstance(_plain(value), str):
            remedy = "write it without quotes; set replaces a text"
            complain("SP-W003", f"{action}.{column}", shown(value), "a number", remedy)
            return None
    return Change("", action, FrozenMapping(_cells(said)))


def _are_cells(said: Any) -> bool:
    return isinstance(said, Mapping) and all(_is_cell(_plain(value)) for value in said.values())


def _cells(said: Mapping[str, Any]) -> dict[str, Cell]:
    return {str(column): _plain(value) for column, value in said.items()}


def _is_cell(value: object) -> bool:
    """Whether a cell can hold it: a text or a finite number."""
    return isinstance(value, str) or (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    )


def _plain(value: Any) -> Any:
    """Turn numpy's and pandas' values into Python's."""
    return value.tolist() if hasattr(value, "tolist") else value


def known_columns(names: Sequence[str]) -> str:
    """List the columns that a change may name."""
    return "one of " + one_of(names, 20)
