"""Templates: every table has every column with its explanation, and example rows that settle."""

from __future__ import annotations

import os
from pathlib import Path

from singlepot.models.diagnostics.problems import did_you_mean
from singlepot.models.files.csv_text import csv_text
from singlepot.models.files.folder import write_folder
from singlepot.models.files.folder_kinds import TEMPLATE
from singlepot.models.files.single_file import write_file
from singlepot.models.scenario.area_names import matching_areas
from singlepot.models.scenario.manual_page import tables_page
from singlepot.models.scenario.scenario import Scenario
from singlepot.solver.errors import BadOptionError

from ..formats.settings_file import NAME
from .template_content import commented_settings, full_tables
from .workbook_template import write_return, write_workbook_template
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
        write_file(path, lambda target: write_workbook_template(made, target), overwrite=None)
    else:
        write_folder(path, TEMPLATE, template_files(scenario), overwrite=False)


def write_area_return(path: str | os.PathLike[str], area: str, scenario: Scenario | None = None) -> None:
    """Write a workbook in which one council fills in its programme lines: the sheet ``programmes`` alone.

    Parameters
    ----------
    path
        A workbook (``.xlsx``); it must not exist.
    area
        Code or name of the area.
    scenario
        Its years, envelopes, objectives and areas; without one, those of the example.

    Raises
    ------
    FolderRefusedError
        Something stands there already, or the disk refused; nothing was changed.
    BadOptionError
        No area, or more than one, has this code or name.
    """
    if scenario is None:
        from .example import example

        scenario = example()
    if Path(path).suffix.lower() != ".xlsx":
        raise WrongTargetError(f"{path} is no workbook (.xlsx)", "choose another name")
    names = dict(scenario.areas[["code", "name"]].to_numpy())
    matches = matching_areas(area, names)
    if len(matches) != 1:
        called = f"{len(matches)} areas are called" if matches else "no area is called"
        raise BadOptionError(f"{called} {area!r}", did_you_mean(area, [*names, *names.values()], "name it by its code"))
    made, (code,) = scenario, matches
    write_file(path, lambda target: write_return(made, code, target), overwrite=None)


def template_files(scenario: Scenario) -> dict[str, bytes]:
    """Build the files of a template's folder: tables, commented settings, and the page of columns."""
    files = {f"{name}.csv": csv_text(table) for name, table in full_tables(scenario).items()}
    return {**files, NAME: commented_settings(scenario), "README.md": tables_page().encode()}
