"""Checks of the counts and hashes that the section ``[expect]`` of the settings states."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from ..diagnostics.problems import SETTINGS, Diagnostic, Report
from ..files.csv_text import csv_text
from ..settings.settings import Settings
from .parsing import Parsed


def check_expectations(tables: Mapping[str, Parsed], settings: Settings, report: Report, file: str) -> None:
    """Report what is not as ``[expect]`` states; tables with other problems are passed over."""
    for name, expected in settings.expect.items():
        if name == "settings":
            actual: int | str = settings.values_set
        elif not tables[name].complete or (isinstance(expected, str) and tables[name].faulty):
            continue
        elif isinstance(expected, int):
            actual = tables[name].rows
        else:
            actual = f"sha256:{hashlib.sha256(csv_text(tables[name].stored().frame)).hexdigest()}"
        if actual != expected:
            noun = "values of rules, equity and stages" if name == "settings" else f"rows of {name}"
            value = f"{actual} {noun}" if isinstance(actual, int) else actual
            written = str(actual) if isinstance(actual, int) else f'"{actual}"'
            remedy = f"see what was lost or added; if nothing was, write {name} = {written}"
            report.add(Diagnostic("SP-S014", SETTINGS, file, "", f"expect.{name}", value, str(expected), remedy))
