"""A resolved what-if lists each difference from the base under the change that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singlepot.models.diagnostics.problems import SETTINGS

from .lines import lay_out, setting_words, wrap

if TYPE_CHECKING:
    from singlepot.scenarios.reading.resolved import Resolved

MOST_ROWS = 20
"""Rows shown for each change unless all are asked for."""


def resolved_text(resolved: Resolved, *, everything: bool = False) -> str:
    """Write what a scenario resolves to, in 80 columns.

    Parameters
    ----------
    resolved
        From :func:`singlepot.scenarios.reading.resolved.resolve`.
    everything
        Show every row that differs.
    """
    lines = [*wrap(resolved.scenario.settings.title), repr(resolved.scenario).split(": ")[-1].removesuffix(">"), ""]
    if not resolved.steps:
        return "\n".join([*lines, f"{resolved.base} is a scenario of its own: it builds on nothing."]) + "\n"
    chain = " > ".join([resolved.base, *(file for file, _ in resolved.steps)])
    lines += wrap(f"Built on {chain}")
    if not len(resolved.differences):
        lines.append("Nothing differs from the base.")
    for origin, rows in resolved.differences.groupby("origin", sort=False):
        cells = [
            (
                _setting(row["column"])
                if row["table"] == SETTINGS
                else f"{row['table']} {row['row']} {row['column']}".strip(),
                row["kind"] if row["kind"] != "changed" else "",
                _cell(row["before"]),
                _cell(row["after"]),
            )
            for row in (rows if everything else rows.head(MOST_ROWS)).to_dict("records")
        ]
        lines += ["", f"{origin}:", *lay_out(("value", "", "base", "now"), cells, left=(0, 1))]
        if len(rows) > len(cells):
            lines.append(f"  ... and {len(rows) - len(cells)} more; --all shows them")
    return "\n".join(lines) + "\n"


def _setting(key: str) -> str:
    """Write a key as it stands in the file, with what people call it beside it."""
    words = setting_words(key)
    return key if words == key else f"{key} ({words})"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.12g}"
    text = str(value)
    return text if len(text) <= 24 else text[:23] + "…"
