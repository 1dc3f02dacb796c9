"""JSON Schema (2020-12) of a scenario's document, from the table of columns that the checks follow."""

from __future__ import annotations

import math
from typing import Any

from ..settings.explained import SETTINGS_EXPLAINED
from ..settings.schema import SettingsFile
from ..settings.settings import MONEY, SCHEMA, STAGES
from ..tables.schema import TABLES, Column, Table

DIALECT = "https://json-schema.org/draft/2020-12/schema"

YEAR = r"^[0-9]{4}-[0-9]{2}$"
YEARS = r"^[0-9]{4}-[0-9]{2}(:[0-9]{4}-[0-9]{2})?$"
KEY = r"^[a-z][a-z0-9_]*$"

KEPT = r"^(note$|_)"
"""Columns that are kept and not read."""


def scenario_schema() -> dict[str, Any]:
    """Return the schema of a scenario's JSON document."""
    settings = _settings()
    tables = {"rule_rows" if name == "rules" else name: _rows(table) for name, table in TABLES.items()}
    required = [*settings["required"], *(name for name, table in TABLES.items() if table.required)]
    return {
        "$schema": DIALECT,
        "title": "A scenario of singlepot",
        "description": "Settings, and each table as a list of rows; an empty cell is null or left out.",
        "type": "object",
        "properties": {**settings["properties"], **tables},
        "required": required,
        "additionalProperties": False,
        "$defs": settings["$defs"],
    }


def _settings() -> dict[str, Any]:
    """Schema of the settings: what pydantic checks, with explanations and what its own checks add."""
    schema = SettingsFile.model_json_schema()
    properties = schema["properties"]
    schema["$defs"] = {name: _without_titles(part) for name, part in schema["$defs"].items()}
    for name, part in properties.items():
        properties[name] = _without_titles(part)
        _without_null(properties[name])
        if name in SETTINGS_EXPLAINED:
            properties[name]["description"] = SETTINGS_EXPLAINED[name]
    for name, part in schema["$defs"].items():
        sections = {
            "RulesSection": "rules",
            "EquitySection": "equity",
            "StagesSection": "stages",
            "BandsSection": "stages.bands",
            "ConvergenceSection": "convergence",
            "InclusionSection": "inclusion",
            "ReviewSection": "review",
            "PublicSection": "public",
        }
        if name not in sections:
            continue
        for key, content in part["properties"].items():
            _without_null(content)
            if (path := f"{sections[name]}.{key}") in SETTINGS_EXPLAINED:
                content["description"] = SETTINGS_EXPLAINED[path]
    properties["schema"]["const"] = SCHEMA
    properties["money"]["enum"] = list(MONEY)
    properties["price_base"]["pattern"] = f"^$|{YEAR}"
    properties["years"]["items"]["pattern"] = YEAR
    properties["years"]["minItems"] = properties["years"].pop("minLength", 1)
    stages = schema["$defs"]["StagesSection"]["properties"]
    stages["order"]["items"]["enum"] = list(STAGES)
    stages["give"]["propertyNames"] = {"enum": list(STAGES)}
    stages["limits"]["propertyNames"] = {"pattern": r"^(shortfall\.[a-z]+\[[1-9][0-9]*\]|[^\[]+)$"}
    return schema


def _without_null(part: dict[str, Any]) -> None:
    """Take away that a key may be null: such a key is left out."""
    kinds = [kind for kind in part.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        part.pop("anyOf")
        part.pop("default", None)
        part |= kinds[0]


def _without_titles(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _without_titles(value) for key, value in part.items() if key != "title" or isinstance(value, dict)}
    return [_without_titles(item) for item in part] if isinstance(part, list) else part


def _rows(table: Table) -> dict[str, Any]:
    """Schema of a table: rows with fixed columns, and the further ones that the table is open to."""
    further: dict[str, Any] | bool = False
    if table.open_to:
        further = {"type": ["number", "null"], "description": f"A further column, of each {table.open_to}."}
    return {
        "type": "array",
        "description": table.explanation,
        "items": {
            "type": "object",
            "properties": {column.name: _cell(column) for column in table},
            "required": [column.name for column in table if column.required],
            "patternProperties": {KEPT: {"type": ["string", "number", "boolean", "null"]}},
            "additionalProperties": further,
        },
    }


def _cell(column: Column) -> dict[str, Any]:
    schema: dict[str, Any] = {"description": column.explanation}
    kind = {"number": "number", "whole": "integer"}.get(column.kind, "string")
    schema["type"] = kind if column.required else [kind, "null"]
    if column.numeric:
        limits = {"minimum": column.least, "maximum": column.most, "exclusiveMinimum": column.above}
        limits |= {"exclusiveMaximum": column.below}
        schema |= {name: limit for name, limit in limits.items() if math.isfinite(limit)}
        if column.unit:
            schema["description"] += f" Unit: {'as money says' if column.unit == 'money' else column.unit}."
        return schema
    if column.kind == "word":
        schema["enum"] = [*column.words, *([] if column.required else [None, ""])]
    patterns = {"year": YEAR, "years": YEARS, "key": KEY}
    if column.kind in patterns:
        schema["pattern"] = patterns[column.kind] if column.required else f"^$|{patterns[column.kind]}"
    if column.required and column.kind not in patterns:
        schema["minLength"] = 1
    return schema
