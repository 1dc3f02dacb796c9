"""Scenario writer: the target is a folder of CSV or Parquet files, a workbook, or one JSON document."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, get_args

from singlepot.models.extras import insist_on
from singlepot.models.files.folder import check_target, write_folder
from singlepot.models.files.folder_kinds import MANIFEST, SCENARIO
from singlepot.models.files.ownership import FolderRefusedError
from singlepot.models.files.single_file import check_file, write_file
from singlepot.models.scenario.documents import settings_text
from singlepot.models.scenario.scenario import Scenario

from ..formats.json_document import scenario_json
from ..formats.settings_file import NAME

Format = Literal["csv", "parquet", "xlsx", "json"]

FORMATS: tuple[Format, ...] = get_args(Format)
"""The formats of a scenario; ``csv`` and ``parquet`` are folders."""

_OF_ENDING: dict[str, Format] = {".xlsx": "xlsx", ".json": "json"}


OTHER_ENDINGS = (".xls", ".xlsm", ".xlsb", ".ods", ".csv", ".parquet", ".toml", ".zip")
"""Endings of files that are not written: a folder of such a name would not be what was meant."""


class WrongTargetError(FolderRefusedError):
    """The name of a file does not fit its format."""


def write_scenario(
    scenario: Scenario, path: str | os.PathLike[str], *, overwrite: bool = False, format: Format | None = None
) -> None:
    """Write a scenario so that reading it gives the same one.

    Parameters
    ----------
    scenario
        The scenario.
    path
        A name that ends in ``.xlsx`` is a workbook, in ``.json`` a document, any other a folder.
    overwrite
        Whether what stands there may be replaced; a folder only if ``written.json`` in it proves that a call of this
        function wrote every file and none was changed since.
    format
        ``csv`` (the default for a folder), ``parquet``, ``xlsx`` or ``json``.

    Raises
    ------
    FolderRefusedError
        Something stands there already, or the disk refused; nothing was changed.
    BadInputError
        The format cannot hold the scenario, or needs a package that is not installed.
    """
    chosen = check_scenario_target(path, format, overwrite=overwrite)
    if chosen == "xlsx":
        from ..workbooks.writing import write_workbook

        write_file(path, lambda target: write_workbook(scenario, target), overwrite=overwrite)
    elif chosen == "json":
        write_file(path, scenario_json(scenario), overwrite=overwrite)
    else:
        write_folder(path, SCENARIO, scenario_files(scenario, chosen), overwrite=overwrite)


def check_scenario_target(
    path: str | os.PathLike[str],
    format: Format | None = None,
    *,
    overwrite: bool = False,
    inputs: Iterable[Path] = (),
) -> Format:
    """Return the format of a path; refuse one that must not be written, before any work is done for it.

    Raises
    ------
    FolderRefusedError
        As :func:`write_scenario`.
    ExtraNotInstalledError
        The format needs a package that is not installed.
    """
    target = Path(path)
    if target.suffix.lower() in OTHER_ENDINGS:
        raise WrongTargetError(
            f"{path} would be neither a folder nor a workbook (.xlsx) nor a document (.json)", "choose another name"
        )
    by_name = _OF_ENDING.get(target.suffix.lower())
    chosen = format or by_name or "csv"
    if chosen == "parquet":
        insist_on("parquet", "Parquet")
    if by_name != (chosen if chosen in ("xlsx", "json") else None):
        ending = f"a name that ends in .{chosen}" if chosen in ("xlsx", "json") else "the name of a folder"
        raise WrongTargetError(f"{path} is no name for the format {chosen}", f"choose {ending}")
    if chosen in ("xlsx", "json"):
        check_file(target, overwrite=overwrite, inputs=inputs)
    else:
        check_target(target, SCENARIO, overwrite=overwrite, inputs=inputs)
    return chosen


def scenario_files(scenario: Scenario, format: Format) -> dict[str, bytes]:
    """Build the files of a folder: relative path → content; tables without rows are left out."""
    if format != "parquet":
        return scenario.documents()
    from ..formats.parquet_tables import parquet_bytes

    tables = {f"{name}.parquet": parquet_bytes(table) for name, table in scenario.given.items() if len(table)}
    return {NAME: settings_text(scenario.settings), **tables}


def settlement_at(source: str, target: str | os.PathLike[str]) -> bool:
    """Whether a source is a written settlement, and the target a document that can hold one."""
    return Path(source, MANIFEST).is_file() and Path(target).suffix.lower() == ".json"
