"""MGA folder: the alternatives' differences and ranges are written as tables, and each as a settlement."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any

import pandas as pd

from singlepot.models.analysis.alternatives import Alternatives
from singlepot.models.files.csv_text import csv_text
from singlepot.models.files.folder import write_folder
from singlepot.models.files.folder_kinds import ALTERNATIVES
from singlepot.models.settlement.documents import guarded

from .result_folder import rows_with_nulls


def alternatives_values(alternatives: Alternatives) -> dict[str, Any]:
    """Convert alternatives into plain values; missing numbers are null."""
    return {
        "schema": 1,
        "title": alternatives.settlement.scenario.settings.title,
        "within": alternatives.within,
        "by": alternatives.by,
        "alternatives": [
            {
                "moved": alternative.moved,
                "direction": {str(group): float(value) for group, value in alternative.direction.items()},
                "certificate": alternative.settlement.certificate.passed,
            }
            for alternative in alternatives.found
        ],
        **{name: rows_with_nulls(table) for name, table in _tables(alternatives).items()},
    }


def _tables(alternatives: Alternatives) -> dict[str, pd.DataFrame]:
    return {name: getattr(alternatives, name) for name in ("groups", "stages", "ranges", "grants")}


def write_alternatives(
    alternatives: Alternatives,
    path: str | PathLike[str],
    *,
    overwrite: bool = False,
    further: Mapping[str, bytes] | None = None,
) -> None:
    """Write tables, ``alternatives.json``, and ``settlement-1.json`` … as a folder, complete or not at all."""
    files = {f"{name}.csv": csv_text(guarded(table)) for name, table in _tables(alternatives).items()}
    for number, alternative in enumerate(alternatives.found, start=1):
        files[f"settlement-{number}.json"] = alternative.settlement.documents()["settlement.json"]
    files |= further or {}
    write_folder(path, ALTERNATIVES, files, alternatives_values(alternatives), overwrite=overwrite)
