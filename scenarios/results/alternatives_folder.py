"""Alternatives as a folder: what each differs in, the ranges of grants, and every alternative as a settlement."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any

from singlepot.models.analysis.alternatives import Alternatives
from singlepot.models.files.csv_text import csv_text
from singlepot.models.files.folder import write_folder
from singlepot.models.settlement.documents import guarded, json_text

MANIFEST = "alternatives.json"
"""Written last: without it the folder is incomplete."""


def alternatives_values(found: Alternatives) -> dict[str, Any]:
    """Everything about alternatives as plain values; what is missing is null."""
    tables = {"groups": found.groups, "stages": found.stages, "ranges": found.ranges, "grants": found.grants}
    return {
        "schema": 1,
        "title": found.settlement.scenario.settings.title,
        "within": found.within,
        "by": found.by,
        "alternatives": [
            {
                "moved": each.moved,
                "direction": {str(group): float(value) for group, value in each.direction.items()},
                "certificate": each.settlement.certificate.passed,
            }
            for each in found.found
        ],
        **{
            name: [
                {key: None if value != value else value for key, value in row.items()}
                for row in table.to_dict("records")
            ]
            for name, table in tables.items()
        },
    }


def write_alternatives(
    found: Alternatives,
    path: str | PathLike[str],
    *,
    overwrite: bool = False,
    further: Mapping[str, bytes] | None = None,
) -> None:
    """Write tables, ``alternatives.json``, and ``settlement-1.json`` … as a folder, complete or not at all."""
    tables = {"groups": found.groups, "stages": found.stages, "ranges": found.ranges, "grants": found.grants}
    files = {f"{name}.csv": csv_text(guarded(table)) for name, table in tables.items()}
    for number, each in enumerate(found.found, start=1):
        files[f"settlement-{number}.json"] = each.settlement.documents()["settlement.json"]
    files[MANIFEST] = json_text(alternatives_values(found))
    write_folder(path, {**files, **(further or {})}, MANIFEST, overwrite=overwrite)
