"""Scenarios from where they are kept: a shipped name, a folder of CSV files with ``scenario.toml``, or a what-if."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from singlepot.models.columns import TABLES
from singlepot.models.problems import SETTINGS, BadInput, Problem, Report, did_you_mean, near, shown
from singlepot.models.raw_tables import RawTable, lost
from singlepot.models.scenario import Scenario, from_raw

from .csv_tables import read_csv
from .settings_file import NAME, read_settings_file
from .shipped import shipped_names, shipped_source, shipped_what_ifs
from .what_if_file import ENDING, read_chain

log = logging.getLogger("singlepot")

NEARLY_A_TABLE = 0.8
"""How alike a file's name and a table's are when one was probably meant for the other (0 to 1, difflib)."""


def read_scenario(source: str | os.PathLike[str]) -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    source
        The name of a shipped scenario or what-if, the path of a folder with ``scenario.toml`` and a CSV file for
        each table, or the path of a what-if's file, ``tighter.toml``. A text with a path separator is a path, and
        so is a :class:`~pathlib.Path`; any other text is looked up among the shipped scenarios first, then as a
        folder: ``./england`` is the folder.

    Returns
    -------
    The scenario, checked.

    Raises
    ------
    BadInput
        With everything that is wrong.
    """
    chain = read_chain(find_scenario(source), find_scenario)
    log.info("reading %s", chain.folder)
    return chain.compose(_read_folder(chain.folder))


def find_scenario(source: str | os.PathLike[str]) -> Traversable:
    """Find the folder of a scenario, or the file of a what-if, by shipped name or path, see :func:`read_scenario`.

    Raises
    ------
    BadInput
        If there is none.
    """
    text = os.fspath(source)
    separated = os.sep in text or (os.altsep is not None and os.altsep in text) or "/" in text
    if not separated and isinstance(source, str) and (found_here := shipped_source(text)) is not None:
        return found_here
    path = Path(text).expanduser()
    try:
        if text and (path.is_dir() or (path.name != NAME and path.suffix == ENDING and path.is_file())):
            return path
        found = "a file" if path.is_file() else "nothing there"
    except (OSError, ValueError):
        found = "a path that cannot be looked at"
    problem = Problem(
        "SP-F001",
        SETTINGS,
        shown(text),
        value=found,
        expected=f"a folder with {NAME}, the file of a what-if, or one of {', '.join(shipped_names())}",
        remedy=_other_source(text, path),
    )
    raise BadInput([problem])


def _other_source(text: str, path: Path) -> str:
    if path.name == NAME:
        return f"name the folder, {shown(str(path.parent))}"
    try:
        around = [str(item) for item in path.parent.iterdir() if item.is_dir()] if text else []
    except (OSError, ValueError):
        around = []
    return did_you_mean(
        text,
        [*shipped_names(), *(name for name, _ in shipped_what_ifs()), *around],
        "singlepot list shows what is shipped",
    )


def _read_folder(folder: Traversable) -> Scenario:
    report = Report()
    files = {item.name: item for item in folder.iterdir() if item.is_file()}
    _check_names(files, report)
    content = _content(files, NAME, -1, report)
    found = None if content is None else read_settings_file(content, report)
    said, lines = found or (None, {})
    tables = {table: _table(table, number, files, report) for number, table in enumerate(TABLES)}
    raw = {name: table for name, table in tables.items() if table is not None}
    return from_raw(said, NAME, raw, report, lines)


def _check_names(files: Mapping[str, Traversable], report: Report) -> None:
    """Name the files that were probably meant to be tables: read as nothing, they would go unnoticed."""
    right = [NAME, *(f"{table}.csv" for table in TABLES)]
    for name in sorted(set(files) - set(right)):
        stem, _, ending = name.rpartition(".")
        if ending.lower() not in ("csv", "toml") or name.startswith((".", "_", "~")):
            continue
        meant = near(stem, [item.rpartition(".")[0] for item in right], NEARLY_A_TABLE)
        if meant:
            remedy = f"rename it to {meant}.{ending.lower()}, or let its name begin with _"
            report.add(Problem("SP-F011", meant, name, expected="the name of a table", remedy=remedy))
        else:
            log.info("%s is not a table of a scenario and is not read", name)


def _table(table: str, number: int, files: Mapping[str, Traversable], report: Report) -> RawTable | None:
    """Take the cells of a table; None where it may be absent and is."""
    name = f"{table}.csv"
    if name not in files and not TABLES[table].required:
        return None
    content = _content(files, name, number, report)
    if content is None:
        return lost(name)
    return read_csv(table, name, content, number, report)


def _content(files: Mapping[str, Traversable], name: str, number: int, report: Report) -> bytes | None:
    """Take the bytes of a file, or say why not."""
    table = SETTINGS if name == NAME else name.removesuffix(".csv")
    if name not in files:
        code = "SP-F002" if name == NAME else "SP-D001"
        there = sorted(file for file in files if file.endswith((".csv", ".toml")))
        remedy = did_you_mean(name, there, f"the folder has {', '.join(there[:12])}" if there else "")
        report.add(Problem(code, table, name, expected="the file to be there", remedy=remedy), table=number)
        return None
    try:
        return files[name].read_bytes()
    except OSError as fault:
        reason = (fault.strerror or type(fault).__name__).lower()
        problem = Problem("SP-F003", table, name, value=reason, expected="a file that can be read")
        report.add(problem, table=number)
        return None
