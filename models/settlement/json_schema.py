"""JSON Schema (2020-12) of a settlement's document, from the table of output columns."""

from __future__ import annotations

from typing import Any

from ..scenario.json_schema import DIALECT, YEAR, YEARS, scenario_schema
from ..settings.settings import MONEY, SCHEMA
from ..tables.output import UNITS, OutputColumn, OutputTable
from ..tables.output_levelling import OF_SECTIONS, output_of


def settlement_schema() -> dict[str, Any]:
    """Return the schema of a settlement's JSON document.

    ``settlement.json`` in a folder is the same without the scenario. A column that the first version did not write is
    not required; later versions may add columns.
    """
    scenario = scenario_schema()
    properties: dict[str, Any] = {
        "schema": {"const": SCHEMA},
        "title": {"type": "string"},
        "money": {"enum": list(MONEY)},
        "price_base": {"type": "string", "pattern": f"^$|{YEAR}"},
        "years": {"type": "array", "items": {"type": "string", "pattern": YEAR}},
        **{name: _rows(table) for name, table in output_of(OF_SECTIONS).items()},
        "certificate": {"type": "object", "required": ["passed"], "properties": {"passed": {"const": True}}},
        "provenance": {"type": "object"},
        "scenario": {"$ref": "#/$defs/scenario"},
    }
    definitions = scenario.pop("$defs")
    del scenario["$schema"]
    return {
        "$schema": DIALECT,
        "title": "A settlement of singlepot",
        "description": "What every area receives and agrees to, the evidence, and what was settled. Unknown is null.",
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in ("title", "price_base", "scenario", *OF_SECTIONS)],
        "additionalProperties": True,
        "$defs": {**definitions, "scenario": scenario},
    }


def _rows(table: OutputTable) -> dict[str, Any]:
    """Schema of a table; columns of envelopes have a prefix, those of objectives are all others."""
    single = [column for column in table.columns if not column.per]
    envelopes = {"^" + column.of("").name: _cell(column) for column in table.columns if column.per == "envelope"}
    objectives = [_cell(column) for column in table.columns if column.per == "objective"]
    return {
        "type": "array",
        "description": table.explanation,
        "items": {
            "type": "object",
            "properties": {column.name: _cell(column) for column in single},
            "required": [column.name for column in single if not column.added],
            "patternProperties": envelopes,
            "additionalProperties": objectives[0] if objectives else True,
        },
    }


def _cell(column: OutputColumn) -> dict[str, Any]:
    kind = {"number": "number", "whole": "integer"}.get(column.kind, "string")
    schema: dict[str, Any] = {
        "description": column.explanation + (f" Unit: {UNITS[column.unit]}." if column.unit else ""),
        "type": [kind, "null"] if column.missing else kind,
    }
    if column.kind in ("year", "years"):
        schema["pattern"] = YEAR if column.kind == "year" else YEARS
    return schema
