"""Pareto frontier files: the corners are written as CSV, and all values as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from os import PathLike
from typing import Any

from singlepot.models.analysis.frontier import Frontier
from singlepot.models.files.csv_text import csv_text
from singlepot.models.files.folder import write_folder
from singlepot.models.files.folder_kinds import FRONTIER
from singlepot.models.settlement.documents import guarded

from .result_folder import rows_with_nulls


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
    files = {"corners.csv": csv_text(guarded(frontier.corners)), **(further or {})}
    write_folder(path, FRONTIER, files, frontier_values(frontier), overwrite=overwrite)
