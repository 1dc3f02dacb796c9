"""Pareto frontier files: the corners are written as CSV, and all values as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from os import PathLike
from typing import Any

from singlepot.models.analysis.frontier import Frontier
from singlepot.models.files.csv_text import csv_text
from singlepot.models.files.folder import write_folder
from singlepot.models.settlement.documents import guarded, json_text

from .result_folder import rows_with_nulls

MANIFEST = "frontier.json"
"""Written last: without it the folder of a frontier is incomplete."""


def frontier_values(frontier: Frontier) -> dict[str, Any]:
    """Convert a frontier into plain values; the rate at the last corner is null."""
    return {
        "schema": 1,
        "title": frontier.scenario.settings.title,
        "first": asdict(frontier.first),
        "second": asdict(frontier.second),
        "others": frontier.others,
        "settled": list(frontier.settled),
        "knee": None if frontier.knee is None else list(frontier.knee),
        "gap": frontier.gap,
        "corners": rows_with_nulls(frontier.corners),
    }


def write_frontier(
    frontier: Frontier,
    path: str | PathLike[str],
    *,
    overwrite: bool = False,
    further: Mapping[str, bytes] | None = None,
) -> None:
    """Write ``corners.csv``, ``frontier.json`` and further files as a folder, complete or not at all."""
    files = {"corners.csv": csv_text(guarded(frontier.corners)), MANIFEST: json_text(frontier_values(frontier))}
    write_folder(path, {**files, **(further or {})}, MANIFEST, overwrite=overwrite)
