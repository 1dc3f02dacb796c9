"""Base of the settings' schema: strict sections, texts of one line, and errors with a code."""

from __future__ import annotations

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError


class Strict(BaseModel):
    """A section without further keys, whose values are of the right type."""

    model_config = ConfigDict(strict=True, extra="forbid", defer_build=True)


def fault(code: str, expected: str, remedy: str = "") -> PydanticCustomError:
    """A fault of the settings by its code."""
    return PydanticCustomError(code, "{expected}", {"expected": expected, "remedy": remedy})


def one_line(text: str) -> str:
    """Refuse a text with line ends or control characters."""
    if not text.isprintable():
        raise fault("SP-S004", "one line of text without control characters")
    return text


def _listed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


FROM_LIST = BeforeValidator(_listed)
"""A list is taken as a tuple."""
