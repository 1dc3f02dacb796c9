"""Refusals of pydantic in plain words: what was expected in place of a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TYPES = {
    "string": "text in quotes",
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false",
    "tuple": "a list",
    "list": "a list",
    "dict": "a section of keys and numbers",
    "model": "a section of keys",
}


def expected_in(error: Mapping[str, Any]) -> str:
    """Say what was expected, by an error of pydantic.

    Examples
    --------
    >>> expected_in({"type": "greater_than", "ctx": {"gt": 0.0}}), expected_in({"type": "tuple_type"})
    ('a number > 0', 'a list')
    """
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind.endswith("_type"):
        return _TYPES.get(kind.removesuffix("_type").removesuffix("_attributes"), "something else")
    if kind == "literal_error":
        known = str(context["expected"]).replace("'", '"')
        return f"one of {known}" if " or " in known else known
    limits = {
        "greater_than_equal": f"a number ≥ {context.get('ge', 0):g}",
        "less_than_equal": f"a number ≤ {context.get('le', 0):g}",
        "greater_than": f"a number > {context.get('gt', 0):g}",
        "less_than": f"a number < {context.get('lt', 0):g}",
        "finite_number": "a finite number",
        "too_short": "at least one",
        "string_too_short": "a text that is not empty",
        "string_too_long": f"at most {context.get('max_length', 0)} characters",
    }
    if kind in limits:
        return limits[kind]
    said = str(error["msg"]).removeprefix("Value error, ")
    return said[:1].lower() + said[1:]
