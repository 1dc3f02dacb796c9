"""Assumptions log of the shipped scenarios of England: the section ``[log]`` lists sources, assumptions, decisions."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

import tomli_w

UNUSED = ("discount_rate",)
"""Assumptions that nothing in the scenarios uses."""

AS_ABOVE = "as above"
"""Text that repeats the assumption before."""

SCALES = {"pot_per_year": "pot", "national_share_": "national."}
"""Quantity that an assumption scales in proportion, by the beginning of its key."""


def england_log(assumptions: Iterable[Mapping[str, str]], changed: Mapping[str, Mapping[str, str]]) -> bytes:
    """Write the section as TOML.

    Parameters
    ----------
    assumptions
        Rows of ``figures/assumptions.csv``.
    changed
        Parts of the entries that differ in a variant, by key.
    """
    text = (files("singlepot.scenarios.library") / "figures" / "log.toml").read_text(encoding="utf-8")
    sections = tomllib.loads(text)
    entries: dict[str, dict[str, Any]] = {}
    what = ""
    for row in assumptions:
        what = what if row["what it says"] == AS_ABOVE else row["what it says"]
        if row["key"] not in UNUSED:
            entries[row["key"]] = {"what": what, **_entry(row, changed)}
    log = {"sources": sections["sources"], "assumptions": entries, "decisions": sections["decisions"]}
    return b"\n" + tomli_w.dumps({"log": log}).encode()


def _entry(row: Mapping[str, str], changed: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    key = row["key"]
    entry = {"value": row["value"], "unit": row["unit"], "source": row["basis"], "confidence": row["confidence"]}
    entry |= changed.get(key, {})
    for start, scaled in SCALES.items():
        if key.startswith(start):
            entry["bears_on"] = scaled + (key.removeprefix(start) if scaled.endswith(".") else "")
    return entry
