"""Build of the shipped scenarios of England from figures.

Run ``python -m scenarios.library_build.build_england FOLDER`` in the root of the checkout; it writes them into a new
folder, from which they are copied to ``scenarios/library``. The tables are made in
:mod:`singlepot.scenarios.library_build.england`.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from singlepot.models.files.csv_text import csv_text
from singlepot.models.files.folder import write_folder
from singlepot.models.files.folder_kinds import LIBRARY
from singlepot.models.files.ownership import FolderRefusedError

from . import england_programmes
from .england import VARIANTS, Figures, Tables, build
from .england_programmes import programmes_of
from .library_log import england_log

__all__ = ["Figures", "Tables", "build", "documents", "main", "read_figures"]

FOLDER = files("singlepot.scenarios.library") / "figures"
"""Folder of the figures."""

WORDS = ("code", "name", "type", "region", "recipient", "recipient_name")
"""Columns of the authorities that hold no numbers."""


def read_figures() -> Figures:
    """Read the figures that are shipped with the library."""
    authorities, assumptions, objectives = (read_table(name) for name in ("authorities", "assumptions", "objectives"))
    for column in authorities.columns.difference(list(WORDS)):
        authorities[column] = [float(text) if text else np.nan for text in authorities[column]]
    return Figures(authorities, dict(zip(assumptions["key"], assumptions["value"], strict=True)), objectives)


def read_table(name: str) -> pd.DataFrame:
    """Read a file of figures as text."""
    with (FOLDER / f"{name}.csv").open("r", encoding="utf-8") as file:
        return pd.DataFrame(list(csv.DictReader(file)))


def documents(figures: Figures) -> dict[str, bytes]:
    """Return every generated file: path under the library → content."""
    generated = {}
    template = (FOLDER / "settings.toml").read_text(encoding="utf-8")
    variants = {variant.name: variant for variant in VARIANTS}
    rows = [{str(key): str(cell) for key, cell in row.items()} for row in read_table("assumptions").to_dict("records")]
    for name, tables in build(figures).items():
        settings = template.replace("{title}", variants[name].title)
        settings = settings.replace("{elasticity}", figures.assumptions["equity_elasticity"])
        log = england_log(rows, variants[name].changed)
        generated[f"{name}/scenario.toml"] = settings.encode() + log
        for table, frame in tables.items():
            generated[f"{name}/{table}.csv"] = csv_text(frame)
    by_lines = programmes_of(figures, template, rows).documents()
    return generated | {f"{england_programmes.NAME}/{path}": content for path, content in by_lines.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the scenarios into a new folder."""
    write(documents(read_figures()), "Write the scenarios of England.", arguments)


def write(files: Mapping[str, bytes], what: str, arguments: Sequence[str] | None) -> None:
    """Write generated files into the folder that the arguments name; one that these commands wrote is replaced."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("folder", type=Path, help="new folder, whose content is to be copied to scenarios/library")
    folder: Path = parser.parse_args(arguments).folder
    try:
        write_folder(folder, LIBRARY, files, overwrite=True)
    except FolderRefusedError as refused:
        parser.error(str(refused))
    sys.stdout.writelines(f"{folder / path}\n" for path in files)


if __name__ == "__main__":
    main()
