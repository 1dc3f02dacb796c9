"""Settings sheet ``scenario``: each row holds a key, its value and a note."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from singlepot.models.diagnostics.problems import shown
from singlepot.models.files.csv_text import number_text
from singlepot.models.tables.schema import Column, Table

from .cells import LARGEST_PLAIN_RULE, financial_year
from .layout import Complain, Layout
from .opening import Date, Sheet
from .tables import UNMERGE, faults_of

SHEET = Table(
    "scenario",
    "The settings.",
    (
        Column("key", "label", "Name of a setting, the section before it: `rules.grant_floor`.", True),
        Column("value", "text", "Its value; several separated by commas. Empty: not set."),
        Column("note", "text", "Kept and not read."),
    ),
    key=("key",),
)
"""The sheet as a table."""

LISTS = {
    "years": str,
    "attributes": str,
    "ring_fenced": str,
    "stages.order": str,
    "stages.bands.ends": float,
    "stages.bands.slopes": float,
}
"""Keys that hold several values, and of which kind."""

SWITCHES = {"true": True, "false": False}
"""How a cell says whether something is so."""

TEXTS = (
    *("title", "money", "price_base", "equity.attribute"),
    *("convergence.places", "convergence.compared_with", "convergence.line", "convergence.year"),
    *("inclusion.prosperity", "inclusion.inclusion", "inclusion.places", "inclusion.year"),
)
"""Keys that hold text."""

THEMES = "derive.theme."
"""Section of sections by theme, whose names may contain points."""

LOG = "log."
"""Section of texts for assurance; its entries' names may contain points."""

TABLES_OF_SOURCE = ".tables"
"""Ending of the one key of the section that holds several values."""

_OPEN = ("stages.give.", "stages.limits.", "notes.")
"""Sections whose keys are names with points in them."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def read_rows(
    rows: Sequence[tuple[int, Any, Any, Any]], sheet: str, complain: Complain
) -> tuple[dict[str, Any], dict[str, str]]:
    """Build nested settings from the rows of the sheet.

    Parameters
    ----------
    rows
        Number of the row, key, value and note.
    sheet
        Name of the sheet.
    complain
        Takes the problems.

    Returns
    -------
    The settings, and the cell reference of each value by the path of its key, of the key by ``key:`` and its path.
    """
    settings: dict[str, Any] = {}
    cells: dict[str, str] = {"": f"sheet {sheet}"}
    notes: dict[str, str] = {}
    for number, key, value, note in rows:
        key, cell = str(key).strip(), f"{sheet}!A{number}"
        if not key:
            if value != "":
                missing = f"no key for {shown(str(value))}"
                complain("SP-X026", cell, "", missing, "a key, such as rules.grant_floor", "")
            continue
        if note != "":
            notes[key] = str(note)
        if value == "":
            continue
        if f"key:{key}" in cells:
            remedy = f"it stands in {cells[f'key:{key}']} too; delete one"
            complain("SP-X026", cell, key, "the key again", "each key once", remedy)
            continue
        cells[key], cells[f"key:{key}"] = f"{sheet}!B{number}", cell
        if not _put(settings, key, read_value(key, value)):
            complain("SP-X026", cell, key, "a key within a value", "sections before keys", "delete one of the two")
    if notes:
        settings["notes"] = {**settings.get("notes", {}), **notes}
    return settings, cells


def check_cells(sheet: Sheet, layout: Layout, complain: Complain) -> None:
    """Report the cells of the sheet that hold no value, or an ambiguous one."""
    for name in ("key", "value"):
        if name not in layout.columns:
            complain("SP-D002", f"sheet {sheet.name}", name, "", "the column to be there", "")
    for merged in sheet.facts.merged:
        complain("SP-X016", f"{sheet.name}!{merged}", "", "merged cells", "each cell by itself", UNMERGE)
    for cell, refused in faults_of(sheet.facts).items():
        complain(refused.code, f"{sheet.name}!{cell}", "", refused.value, "a value", refused.remedy)
    letters = layout.columns.get("value", ["B"])[0]
    percent = set(sheet.facts.percent.get(letters, ()))
    for row, key, value, _ in first_rows(sheet, layout.positions.tolist(), layout.columns):
        cell, key = f"{sheet.name}!{letters}{row}", str(key).strip()
        if isinstance(value, Date) and key not in ("years", "price_base", "convergence.year", "inclusion.year"):
            complain("SP-X022", cell, key, f"the date {value}", "a value", "format the cell as text")
        plain = isinstance(value, float) and row not in percent and key.startswith("rules.")
        if plain and percent and value > LARGEST_PLAIN_RULE:
            doubt = f"{value:g}, while {letters}{min(percent)} is shown as a percentage"
            complain("SP-X024", cell, key, doubt, "a share", f"write {value / 100:g} if {value:g}% is meant")


def path_of(key: str) -> list[str]:
    """Split a key into the names of its sections and its own.

    >>> path_of("rules.grant_floor"), path_of("stages.give.shortfall.largest")
    (['rules', 'grant_floor'], ['stages', 'give', 'shortfall.largest'])
    >>> path_of("log.decisions.rules.grant_floor.by"), path_of("log.transparency.owner")
    (['log', 'decisions', 'rules.grant_floor', 'by'], ['log', 'transparency', 'owner'])
    """
    if key.startswith(LOG) and key.count(".") > 2:
        part, _, rest = key.removeprefix(LOG).partition(".")
        return ["log", part, *rest.rsplit(".", 1)]
    if key.startswith(THEMES):
        return [*THEMES.rstrip(".").split("."), *key.removeprefix(THEMES).rsplit(".", 1)]
    section = next((section for section in _OPEN if key.startswith(section)), "")
    return [*section.rstrip(".").split("."), key[len(section) :]] if section else key.split(".")


def _put(settings: dict[str, Any], key: str, value: Any) -> bool:
    """Set a value in nested settings; False where a section or another value is in its way."""
    *sections, name = path_of(key)
    for section in sections:
        inner: object = settings.setdefault(section, {})
        if not isinstance(inner, dict):
            return False
        settings = inner
    if isinstance(settings.get(name), dict):
        return False
    settings[name] = value
    return True


def read_value(key: str, value: Any) -> Any:
    """Convert a cell into the value that ``scenario.toml`` would hold under a key."""
    if isinstance(value, Date):
        value = financial_year(value) or value
    if key.startswith(LOG):
        if key.endswith(TABLES_OF_SOURCE):
            return _list(value, str)
        return number_text(value) if isinstance(value, float) else value
    if key in LISTS:
        return _list(value, LISTS[key])
    if key in TEXTS:
        value = number_text(value) if isinstance(value, float) else value
        return value.strip() if isinstance(value, str) and key != "title" else value
    if key == "overlapping" and isinstance(value, str):
        return SWITCHES.get(value.strip().lower(), value)
    if isinstance(value, str):
        text = value.strip()
        value = float(text) if _NUMBER.fullmatch(text) else text
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _list(value: Any, kind: type) -> Any:
    if isinstance(value, float):
        return [value if kind is float else number_text(value)]
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.startswith("["):
        try:
            return tomllib.loads(f"x = {text}")["x"]
        except (tomllib.TOMLDecodeError, RecursionError):
            return value
    items = [item.strip() for item in text.split(",") if item.strip()]
    return [float(item) if kind is float and _NUMBER.fullmatch(item) else item for item in items]


def list_text(items: Sequence[Any]) -> str:
    """Write several values in one cell: separated by commas, or as TOML where one of them holds a comma or mark.

    >>> list_text(["2026-27", "2027-28"]), list_text([0.05, 1]), list_text(["a, b"]), list_text([])
    ('2026-27, 2027-28', '0.05, 1', '["a, b"]', '[]')
    """
    texts = [item if isinstance(item, str) else number_text(item) for item in items]
    plain = all(text and text == text.strip() and not set(text) & set('[],"') for text in texts)
    return ", ".join(texts) if plain and texts else json.dumps(list(items), ensure_ascii=False)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return next(word for word, means in SWITCHES.items() if means is value)
    return list_text(value) if isinstance(value, list | tuple) else value


def rows_of(settings: Mapping[str, Any]) -> list[tuple[str, Any, str]]:
    """Flatten nested settings into rows of key, value and note: numbers as they are, several values as one text."""
    notes = dict(settings.get("notes", {}))
    rows: list[tuple[str, Any, str]] = []

    def lay(section: str, content: Mapping[str, Any]) -> None:
        for name, value in content.items():
            key = f"{section}{name}"
            if isinstance(value, Mapping):
                lay(f"{key}.", value)
            else:
                rows.append((key, _cell(value), notes.pop(key, "")))

    lay("", {name: value for name, value in settings.items() if name != "notes"})
    return rows + [(key, "", note) for key, note in notes.items()]


def first_rows(
    sheet: Sheet, positions: Sequence[int], columns: Mapping[str, Sequence[str]]
) -> list[tuple[int, Any, Any, Any]]:
    """List the rows of the sheet: number, key, value and note."""
    rows = []
    for position in positions:
        cells = sheet.row(int(position))
        named = [cells.get(columns[name][0], "") if name in columns else "" for name in ("key", "value", "note")]
        rows.append((int(sheet.rows[position]), named[0], named[1], named[2]))
    return rows
