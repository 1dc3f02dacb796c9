"""Columns of the table of asks, which areas get back as a sheet to fill in."""

from __future__ import annotations

ASK_COLUMNS = (
    "talks", "round", "head", "area", "name", "contact", "option", "option_name", "accepted", "asked", "asked_share",
    "grant_change",
)  # fmt: skip
"""Columns before those of the objectives."""

OUTPUTS = ("reason", "grant_if_all_accepted", "grant_if_nothing_more")
"""Columns after those of the objectives."""

FOR_CENTRE = ("reason_with_rivals", "next_best")
"""Columns that name other areas: for the centre alone."""

WHY_ASKED = "why_asked"
"""Name of the column ``reason`` on an area's sheet, where ``reason`` is the area's own."""

HASHES, SHARE = ("talks", "head"), "asked_share"
"""Columns of ASK_COLUMNS that only programs read, and the one that is shown in per cent."""
