"""A frontier as files: the corners as CSV, and everything as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from os import PathLike
from typing import Any

from singlepot.models.analysis.frontier import Frontier
from singlepot.models.files.csv_text import csv_text
from singlepot.models.files.folder import write_folder
from singlepot.models.settlement.documents import guarded, json_text

MANIFEST = "frontier.json"
"""Written last: without it the folder of a frontier is incomplete."""


def frontier_values(found: Frontier) -> dict[str, Any]:
    """Everything about a frontier as plain values; the rate at the last corner is null."""
    corners = [
        {**row, "rate": None if row["rate"] != row["rate"] else row["rate"]} for row in found.corners.to_dict("records")
    ]
    return {
        "schema": 1,
        "title": found.scenario.settings.title,
        "first": asdict(found.first),
        "second": asdict(found.second),
        "others": found.others,
        "settled": list(found.settled),
        "knee": None if found.knee is None else list(found.knee),
        "gap": found.gap,
        "corners": corners,
    }


def write_frontier(
    found: Frontier,
    path: str | PathLike[str],
    *,
    overwrite: bool = False,
    further: Mapping[str, bytes] | None = None,
) -> None:
    """Write ``corners.csv``, ``frontier.json`` and further files as a folder, complete or not at all."""
    files = {"corners.csv": csv_text(guarded(found.corners)), MANIFEST: json_text(frontier_values(found))}
    write_folder(path, {**files, **(further or {})}, MANIFEST, overwrite=overwrite)
