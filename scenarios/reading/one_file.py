"""Single-file scenarios: the signature of the file selects the workbook reader or the JSON parser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from singlepot.models.diagnostics.problems import SETTINGS, BadInputError, Diagnostic, Report, shown
from singlepot.models.scenario.scenario import Scenario, from_raw

from ..formats.file_kinds import JSON, PARQUET, WORKBOOK, FileKind, kind_of
from ..formats.json_document import read_scenario_json
from ..formats.read_options import HowToRead
from ..formats.settings_file import NAME

_TEXT_OF_JSON = ("a text file", "text in UTF-16", "an empty file")


def is_part(path: Path) -> bool:
    """Whether a file is a part of a scenario's folder, so that a caller must give the folder instead."""
    return path.name == NAME or path.suffix.lower() in (".csv", ".parquet")


def read_file(path: Path, how: HowToRead, report: Report) -> Scenario:
    """Read a scenario from one file: a workbook or a JSON document; the report takes warnings and notes too.

    Raises
    ------
    BadInputError
        With everything that is wrong.
    """
    kind, name = _kind(path), shown(path.name, quoted=False)
    if kind is WORKBOOK:
        from ..workbooks.reading import read_workbook

        content = read_workbook(path, report)
        raw = {table: replace(cells, lenient=how.lenient_numbers) for table, cells in content.raw.items()}
        return from_raw(content.settings, name, raw, report, content.references)
    named_json = path.suffix.lower() == ".json"
    if (kind is JSON and not path.suffix.lower().startswith(".xls")) or (named_json and kind.name in _TEXT_OF_JSON):
        return read_scenario_json(path.read_bytes(), name, report)
    if kind is JSON:
        kind = FileKind("a JSON document under the name of a workbook", "let its name end in .json")
    if kind is PARQUET:
        kind = FileKind("a Parquet file", "name the folder that it is in")
    expected = "a workbook (.xlsx), a JSON document or a folder"
    raise BadInputError([Diagnostic(kind.code, SETTINGS, name, "", "", kind.name, expected, kind.remedy)])


def _kind(path: Path) -> FileKind:
    if path.name.startswith("~$"):
        return FileKind(
            "the file that Excel keeps beside an open workbook", f"name {shown(path.name[2:])} and close it in Excel"
        )
    try:
        return kind_of(path)
    except OSError as fault:
        reason = (fault.strerror or type(fault).__name__).lower()
        remedy = "if it is open in another program, close it there"
        problem = Diagnostic(
            "SP-F003", SETTINGS, shown(path.name, quoted=False), "", "", reason, "a file that can be read", remedy
        )
        raise BadInputError([problem]) from fault
