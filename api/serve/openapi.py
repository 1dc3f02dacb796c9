"""OpenAPI description (3.1) of the routes for programs."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from singlepot.models.settlement.json_schema import settlement_schema

TEXT = {"type": "string"}
LEVERS = {
    "type": "object",
    "description": "Values by lever, pulled in this order; GET /api/levers lists them.",
    "additionalProperties": {"type": ["number", "string"]},
    "examples": [{"pot": 0.9, "rules.grant_floor": "80%"}],
}
SOURCE: dict[str, Any] = {
    "scenario": {**TEXT, "description": "A shipped name; empty: what the server was started with."},
    "document": {"type": "object", "description": "A scenario as a JSON document, in place of a name."},
    "levers": LEVERS,
}
LIMIT = {"type": "number", "exclusiveMinimum": 0, "description": "Seconds of wall time; the server's limit holds too."}
PROBLEM = {
    "type": "object",
    "required": ["code", "level", "meaning", "table", "file", "place", "column", "value", "expected", "remedy"],
    "additionalProperties": TEXT,
}
PROBLEMS = {"type": "array", "items": {"$ref": "#/components/schemas/problem"}}
ROWS = {"type": "array", "items": {"type": "object"}}

ERRORS = {
    "400": "The request cannot be read, or names no such area or code.",
    "403": "Without the token, or asked for by another page.",
    "404": "There is no scenario of that name.",
    "413": "The request is too large.",
    "422": "The scenario has problems, or its rules cannot hold together.",
    "500": "A fault of the program, or of a solver.",
    "503": "As many settlements wait as the server takes; Retry-After says when to ask again.",
    "504": "The time limit came first.",
}
"""Answers that are no success; those of 403 and 413 are a line of text."""


def description() -> dict[str, Any]:
    """Return the description of all routes for programs, as JSON values."""
    settlement = settlement_schema()
    definitions = settlement.pop("$defs")
    del settlement["$schema"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "singlepot",
            "version": version("singlepot"),
            "description": "Check, settle and explain scenarios on this machine. Nothing of them leaves it.",
        },
        "security": [{"token": []}],
        "paths": {
            "/api/check": {"post": _route("Find all problems of a scenario", SOURCE, "findings")},
            "/api/settle": {"post": _route("Settle a scenario", {**SOURCE, "time_limit_s": LIMIT}, "settlement")},
            "/api/explain": {
                "get": _query("Say what a code means", "explanation", ("code",)),
                "post": _route(
                    "Say all about one area of a settlement, or what a code means",
                    {**SOURCE, "time_limit_s": LIMIT, "area": {**TEXT, "description": "Code or name."}, "code": TEXT},
                    "explanation",
                ),
            },
            "/api/levers": {
                "get": _query("List the levers of a shipped scenario", "levers", ("scenario",)),
                "post": _route("List the levers of a scenario", SOURCE, "levers"),
            },
        },
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "The token of the printed address."}
            },
            "schemas": {
                **_schemas(),
                "settlement": _pointed(settlement),
                **{name: _pointed(part) for name, part in definitions.items()},
            },
        },
    }


def _schemas() -> dict[str, Any]:
    lever = {
        "type": "object",
        "required": ["lever", "label", "kind", "now", "least", "most", "unit", "linear"],
        "properties": {
            "lever": TEXT,
            "label": TEXT,
            "kind": {"enum": ["factor", "value", "switch"]},
            **{name: {"type": ["number", "null"]} for name in ("now", "least", "most")},
            "unit": TEXT,
            "linear": {"type": "boolean"},
        },
    }
    return {
        "problem": PROBLEM,
        "findings": {
            "type": "object",
            "required": ["scenario", "ready", "problems", "notes"],
            "properties": {"scenario": TEXT, "ready": {"type": "boolean"}, "problems": PROBLEMS, "notes": PROBLEMS},
        },
        "levers": {
            "type": "object",
            "required": ["levers"],
            "properties": {"levers": {"type": "array", "items": lever}},
        },
        "explanation": {
            "type": "object",
            "properties": {
                **dict.fromkeys(("area", "name", "code", "meaning", "level", "cause", "example", "remedy"), TEXT),
                **dict.fromkeys(("grants", "targets", "asks", "options"), ROWS),
            },
        },
        "error": {
            "type": "object",
            "required": ["error", "cause", "remedy"],
            "properties": {
                **dict.fromkeys(("error", "cause", "remedy"), TEXT),
                "problems": PROBLEMS,
                "stages": {"type": "array", "items": {"type": "array"}},
            },
        },
    }


def _route(summary: str, properties: dict[str, Any], result: str) -> dict[str, Any]:
    body = {"type": "object", "properties": properties, "additionalProperties": False}
    return {
        "summary": summary,
        "requestBody": {"content": {"application/json": {"schema": body}}},
        "responses": _responses(result),
    }


def _query(summary: str, result: str, names: tuple[str, ...]) -> dict[str, Any]:
    parameters = [{"name": name, "in": "query", "schema": TEXT} for name in names]
    return {"summary": summary, "parameters": parameters, "responses": _responses(result)}


def _responses(result: str) -> dict[str, Any]:
    plain = {"text/plain": {"schema": TEXT}}
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/error"}}}
    return {
        "200": {
            "description": "Done.",
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{result}"}}},
        },
        **{
            code: {"description": words, "content": plain if code in ("403", "413") else error}
            for code, words in ERRORS.items()
        },
    }


def _pointed(schema: Any) -> Any:
    """Point references at the components of the description."""
    if isinstance(schema, dict):
        return {
            key: value.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else _pointed(value)
            for key, value in schema.items()
        }
    return [_pointed(item) for item in schema] if isinstance(schema, list) else schema
