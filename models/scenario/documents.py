"""Documents of a scenario: ``scenario.toml`` and one CSV for each table, exact to the last digit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import tomli_w

from ..files.csv_text import csv_text
from ..settings.settings import Settings

if TYPE_CHECKING:
    import pandas as pd


def scenario_documents(settings: Settings, tables: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """Return the files of a scenario: relative path → content; tables without rows are left out."""
    files = {"scenario.toml": settings_text(settings)}
    for name, table in tables.items():
        if len(table):
            files[f"{name}.csv"] = csv_text(table)
    return files


def settings_text(settings: Settings) -> bytes:
    """Write the settings as TOML, in UTF-8."""
    return tomli_w.dumps(settings.as_dict()).encode()
