"""Content of a template: tables with every column, the explanation of a column, and commented settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import tomli_w

from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settings.explained import SETTINGS_EXPLAINED
from singlepot.models.tables.schema import (
    NAN,
    PROGRAMMES,
    TABLES,
    Column,
    attribute,
    grant_of,
    kept,
    of_year,
    outcome,
)


def full_tables(scenario: Scenario) -> dict[str, pd.DataFrame]:
    """Extend every table by the columns it may have, empty where the scenario has none.

    The column ``population`` is added only where no area would then lack it.
    """
    made = {}
    for name in TABLES:
        table = scenario.given[name]
        columns = {}
        for column in columns_of(name, scenario):
            if column.name in table:
                columns[column.name] = table[column.name]
            elif column.name != "population":
                empty = NAN if column.numeric else ""
                columns[column.name] = pd.Series([empty] * len(table), dtype=float if column.numeric else str)
        columns |= {header: table[header] for header in table.columns if kept(header)}
        made[name] = pd.DataFrame(columns)
    return made


def columns_of(name: str, scenario: Scenario) -> list[Column]:
    """List the columns of a scenario's table, those of its attributes, envelopes, objectives and years among them."""
    fixed = list(TABLES[name])
    if name == "areas":
        return [*fixed, *map(attribute, scenario.settings.attributes)]
    if name == PROGRAMMES and "year" not in scenario.given[PROGRAMMES]:
        across = list(map(of_year, scenario.settings.years))
        return [*fixed[:3], *across, *(column for column in fixed[3:] if column.name not in ("year", "value"))]
    if name != "option_years":
        return fixed
    table, envelopes = scenario.option_years, scenario.envelopes
    if len(envelopes) > 1 or grant_of(envelopes[0]).name in table:
        fixed = [column for column in fixed if column.name != "grant"] + [grant_of(envelope) for envelope in envelopes]
    return [*fixed, *(outcome(key) for key in scenario.objectives["key"])]


def explain(column: Column, money: str) -> str:
    """Explain a column in three lines: meaning, values, default."""
    default = column.default if isinstance(column.default, str) else f"{column.default:g}"
    empty = "Required." if column.required else f"Empty: {default}." if default not in ("", "nan") else "May be empty."
    return f"{column.explanation}\nHolds {column.expected(money)}.\n{empty}"


FREE = ("expect", "log", "notes")
"""Sections that are written only where they are set: most of their keys are the user's."""


def commented_settings(scenario: Scenario) -> bytes:
    """Write ``scenario.toml`` with a comment above every key; keys that are not set are commented out."""
    settings = scenario.settings.as_dict()
    lines: list[str] = []
    sections: Mapping[str, list[str]] = _by_section()
    for section, keys in sections.items():
        content = settings
        for part in section.split(".") if section else ():
            content = content.get(part, {})
        lines += (
            ["", f"[{section}]" if content or section in ("rules", "stages") else f"# [{section}]"] if section else []
        )
        for key in keys:
            lines.append(f"# {SETTINGS_EXPLAINED[f'{section}.{key}'.lstrip('.')]}")
            lines.append(_line(key, content[key]) if content.get(key, {}) != {} else f"# {key} =")
    for section in FREE:
        if settings.get(section):
            lines += ["", tomli_w.dumps({section: settings[section]}).strip()]
    return ("\n".join(lines).lstrip("\n") + "\n").encode()


def _line(key: str, value: Any) -> str:
    """Write a key and its value on one line."""
    if isinstance(value, Mapping):
        return f"{key} = {{ {', '.join(_line(json.dumps(name), item) for name, item in value.items())} }}"
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"


def _by_section() -> dict[str, list[str]]:
    """Group the keys of the settings by section."""
    sections: dict[str, list[str]] = {}
    for path in SETTINGS_EXPLAINED:
        section, _, key = path.rpartition(".")
        if path not in FREE:
            sections.setdefault(section, []).append(key)
    return sections
