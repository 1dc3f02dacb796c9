"""Templates: every table has every column with its explanation, and example rows that settle."""

from __future__ import annotations

import os
from pathlib import Path

from singlepot.models.files.csv_text import csv_text
from singlepot.models.files.folder import write_folder
from singlepot.models.files.folder_kinds import TEMPLATE
from singlepot.models.files.single_file import write_file
from singlepot.models.scenario.manual_page import tables_page
from singlepot.models.scenario.scenario import Scenario

from ..formats.settings_file import NAME
from .template_content import commented_settings, full_tables
from .workbook_template import write_workbook_template
from .writing import OTHER_ENDINGS, WrongTargetError


def write_template(path: str | os.PathLike[str], scenario: Scenario | None = None) -> None:
    """Write a template: a workbook where the name ends in ``.xlsx``, else a folder.

    Parameters
    ----------
    path
        What to write; it must not exist: a template that is filled in is never replaced.
    scenario
        What stands in it; without one, two invented areas.

    Raises
    ------
    FolderRefusedError
        Something stands there already, or the disk refused; nothing was changed.
    """
    target = Path(path)
    if target.suffix.lower() in (*OTHER_ENDINGS, ".json"):
        raise WrongTargetError(f"{path} would be neither a folder nor a workbook (.xlsx)", "choose another name")
    if scenario is None:
        from .example import example

        scenario = example()
    if target.suffix.lower() == ".xlsx":
        made = scenario
        write_file(path, lambda target: write_workbook_template(made, target), overwrite=False)
    else:
        write_folder(path, TEMPLATE, template_files(scenario), overwrite=False)


def template_files(scenario: Scenario) -> dict[str, bytes]:
    """Build the files of a template's folder: tables, commented settings, and the page of columns."""
    files = {f"{name}.csv": csv_text(table) for name, table in full_tables(scenario).items()}
    return {**files, NAME: commented_settings(scenario), "README.md": tables_page().encode()}
