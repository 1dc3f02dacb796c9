"""Sheets of a workbook that are no tables of a scenario: read as hard as those are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from singlepot.models.diagnostics.problems import Diagnostic, Report, shown
from singlepot.models.tables.raw import RawTable
from singlepot.models.tables.schema import Table

from .archive import UnopenedError
from .child import folded
from .layout import lay_out
from .opening import open_workbook
from .tables import SheetTable


def read_sheets(path: Path, specs: Mapping[str, Table], report: Report) -> dict[str, RawTable]:
    """Read the sheets of a workbook that have one of some names.

    Parameters
    ----------
    path
        The workbook.
    specs
        What each sheet holds, by its name in small letters.
    report
        Takes the problems.

    Returns
    -------
    The cells of the sheets that are there and have a header, by name.
    """
    file = shown(path.name, quoted=False)
    try:
        opened = open_workbook(path, specs)
    except UnopenedError as refused:
        code, position, *rest = refused.parts
        report.add(Diagnostic(code, next(iter(specs)), file, position, "", *rest))
        return {}
    read = {}
    for sheet in opened.sheets.values():
        name = folded(sheet.name)
        complain = partial(_complain, report, name, file)
        layout = lay_out(sheet, specs[name], complain)
        if layout is not None:
            read[name] = SheetTable(file, sheet, layout, specs[name], complain, {}).read()
    return read


def _complain(
    report: Report, name: str, file: str, code: str, position: str, column: str, value: str, expected: str, remedy: str
) -> None:
    report.add(Diagnostic(code, name, file, position, column, value, expected, remedy))
