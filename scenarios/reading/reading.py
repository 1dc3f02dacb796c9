"""Scenario reader: the source is a shipped name, a folder of tables, a workbook, a JSON document, or a what-if."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from importlib.resources.abc import Traversable
from pathlib import Path

from singlepot.models.diagnostics.problems import SETTINGS, BadInputError, Diagnostic, Report, did_you_mean, near, shown
from singlepot.models.files.folder_kinds import LEFT_OUT
from singlepot.models.levers.pulling import Pairs
from singlepot.models.scenario.scenario import Scenario, from_raw
from singlepot.models.tables.raw import RawTable, lost
from singlepot.models.tables.schema import TABLES

from ..formats.allowed_places import listed_files, refuse_content, refuse_file, refuse_place, what_is_there
from ..formats.csv_tables import read_csv
from ..formats.parquet_tables import read_parquet
from ..formats.read_options import LARGEST_MB, HowToRead
from ..formats.settings_file import NAME, read_settings_file
from ..what_if.file import read_chain
from ..what_if.parsing import WhatIf
from ..what_if.what_if import compose
from .one_file import is_part, read_file
from .shipped import shipped_names, shipped_source, shipped_what_ifs

log = logging.getLogger("singlepot")

NEARLY_A_TABLE = 0.8
"""Similarity from which a file's name is taken for a misspelt table name (0 to 1, difflib)."""


def read_scenario(
    source: str | os.PathLike[str],
    *,
    encoding: str = "utf-8",
    lenient_numbers: bool = False,
    allow_outside: bool = False,
    largest_mb: float = LARGEST_MB,
    levers: Pairs = (),
) -> Scenario:
    """Read a scenario.

    What is certain is accepted and noted in the log ``singlepot``: a byte-order mark, spaces around a text, empty
    rows at the end. What is not is refused.

    Parameters
    ----------
    source
        The name of a shipped scenario or what-if, or the path of a folder with ``scenario.toml`` and a CSV or
        Parquet file for each table, of an Excel workbook (``.xlsx``), of a JSON document or of a what-if's file,
        ``tighter.toml``. A text with a path separator is a
        path, and so is a :class:`~pathlib.Path`; any other text is looked up among the shipped scenarios first,
        then as a path: ``./england`` is the folder.
    encoding
        Encoding of the CSV files that are not UTF-8: ``cp1252`` for what Excel on Windows saves as plain CSV.
    lenient_numbers
        Take ``£1,234.5``, ``12%``, ``(500)`` and ``1.2m`` as numbers, by the rules of
        :mod:`singlepot.models.checks.lenient_numbers`.
    allow_outside
        Follow links that lead out of the scenario's folder.
    largest_mb
        Largest file, in millions of bytes.
    levers
        Levers to pull, see :meth:`singlepot.Scenario.with_levers`.

    Returns
    -------
    The scenario, checked.

    Raises
    ------
    BadInputError
        With everything that is wrong.
    """
    how = HowToRead(encoding, lenient_numbers, allow_outside, largest_mb)
    return read_reporting(source, how, Report(), levers)


def read_reporting(source: str | os.PathLike[str], how: HowToRead, report: Report, levers: Pairs = ()) -> Scenario:
    """Read a scenario as :func:`read_scenario` does; the report takes warnings and notes too."""
    chain = read_chain(find_scenario(source), find_scenario)
    scenario = chain.compose(_read_base(chain.folder, os.fspath(source), how, report))
    pairs = tuple(levers.items() if isinstance(levers, Mapping) else levers)
    return compose(scenario, [WhatIf(levers=pairs, file="levers")], report=report) if pairs else scenario


def _read_base(source: Traversable, name: str, how: HowToRead, report: Report) -> Scenario:
    """Read the scenario at the bottom of a chain; ``name`` is the source that the caller gave."""
    log.info("reading %s", source)
    if isinstance(source, Path) and source.is_file():
        return read_file(source, how, report)
    path = source if isinstance(source, Path) else None
    if source == shipped_source(source.name):
        path = None  # which may be links, in an editable install
        if source.name == name and Path(name).joinpath(NAME).is_file():
            remedy = f"the shipped one is read; name the folder as {shown(f'./{name}')}"
            report.add(Diagnostic("SP-F019", SETTINGS, shown(name), value="two scenarios of that name", remedy=remedy))
    return _read_folder(_Files(source, path, how, report))


def find_scenario(source: str | os.PathLike[str]) -> Traversable:
    """Find the folder or file of a scenario or what-if by shipped name or path, see :func:`read_scenario`.

    Raises
    ------
    BadInputError
        If there is none.
    """
    text = os.fspath(source)
    separated = os.sep in text or (os.altsep is not None and os.altsep in text) or "/" in text
    if not separated and isinstance(source, str) and (shipped := shipped_source(text)) is not None:
        return shipped
    if (refused := refuse_place(text)) is not None:
        raise BadInputError([refused])
    try:
        path = Path(text).expanduser()
        inside = path / "scenario" / NAME
        holds_one = path.is_dir() and inside.is_file() and not (path / NAME).exists()
        if text and not holds_one and (path.is_dir() or (path.is_file() and not is_part(path))):
            return path
        kind = "a folder that was written with a scenario in it" if holds_one else what_is_there(path)
    except (OSError, ValueError, RuntimeError):
        path, kind, holds_one = Path(text), "a path that cannot be looked at", False
    problem = Diagnostic(
        "SP-F001",
        SETTINGS,
        shown(text),
        value=kind,
        expected=f"a folder with {NAME}, a workbook (.xlsx), a JSON document, the file of a what-if, "
        f"or one of {', '.join(shipped_names())}",
        remedy=f"name that, {inside.parent}" if holds_one else _other_source(text, path),
    )
    raise BadInputError([problem])


def _other_source(text: str, path: Path) -> str:
    if is_part(path) and path.is_file():
        return f"name the folder, {shown(str(path.parent))}"
    try:
        near_by = path.parent.iterdir() if text else iter(())
        around = [str(item) for item in near_by if item.is_dir() or item.suffix in (".xlsx", ".json")]
    except (OSError, ValueError):
        around = []
    return did_you_mean(
        text,
        [*shipped_names(), *(name for name, _ in shipped_what_ifs()), *around],
        "singlepot list shows what is shipped",
    )


def _read_folder(files: _Files) -> Scenario:
    _check_names(files.names, files.report)
    content = files.content(NAME, -1)
    parsed = None if content is None else read_settings_file(content, files.report)
    settings, lines = parsed or (None, {})
    there = {name.partition(".")[0] for name in files.names if name.endswith((".csv", ".parquet"))}
    tables = {table: _table(table, number, files, there) for number, table in enumerate(TABLES)}
    raw = {name: table for name, table in tables.items() if table is not None}
    files.report_missing()
    return from_raw(settings, NAME, raw, files.report, lines)


_COPIES = re.compile(r"^copy of | - copy.*$|\s*\([0-9]+\)$|[ _-](v?[0-9]+|final|new|old)$", re.IGNORECASE)
"""What file managers and people add to the name of a copy."""


def _check_names(files: Iterable[str], report: Report) -> None:
    """Report files with nearly the name of a table, which would be ignored."""
    there = set(files) - {LEFT_OUT}
    right = {NAME.rpartition(".")[0]: (NAME,), **{table: (f"{table}.csv", f"{table}.parquet") for table in TABLES}}
    for name in sorted(there - {known for names in right.values() for known in names}):
        if not name.startswith((".", "_", "~")) and (meant := _meant(name, there, right)):
            ending = right[meant][-1] if name.lower().endswith(".parquet") else right[meant][0]
            remedy = f"rename it to {ending}, or let its name begin with _"
            report.add(Diagnostic("SP-F011", meant, name, expected="the name of a table", remedy=remedy))
        elif (table := _table_in_another_kind(name)) and not (
            TABLES[table].required or there.intersection(right[table])
        ):
            remedy = _save_as(name, f"{table}.csv") + ", or let its name begin with _"
            report.add(Diagnostic("SP-F011", table, name, expected="the name of a table", remedy=remedy))
        elif name.lower().endswith((".csv", ".parquet", ".toml")) or (table and there.intersection(right[table])):
            remedy = "it is no table of a scenario and is not read"
            report.add(Diagnostic("SP-F023", SETTINGS, shown(name, quoted=False), remedy=remedy))


OTHER_KINDS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".fods", ".numbers", ".tsv", ".txt", ".json", ".zip", ".gz")
"""Endings of files that people take for tables; a folder holds CSV or Parquet."""


def _table_in_another_kind(name: str) -> str:
    """Return the table that a file is named after which is neither CSV nor Parquet; empty where it is none."""
    stem, _, ending = name.lower().partition(".")
    return stem if stem in TABLES and f".{ending}".endswith(OTHER_KINDS) else ""


def _save_as(name: str, csv: str) -> str:
    """Say how a file of another kind becomes a table of the folder."""
    if name.lower().endswith((".zip", ".gz")):
        return f"unpack {name} and put {csv} in its place"
    return f'open {name} in the program that wrote it and save it as {csv} ("CSV UTF-8")'


def _meant(name: str, there: set[str], right: Mapping[str, tuple[str, ...]]) -> str:
    """Find the table whose name a file nearly has; empty where it has none."""
    stem, _, ending = name.rpartition(".")
    if ending.lower() == "txt" and stem.lower().endswith((".csv", ".toml")):  # an ending that was hidden
        stem, _, ending = stem.rpartition(".")
    if ending.lower() not in ("csv", "parquet", "toml"):
        return ""
    copied = _COPIES.sub("", stem).lower()
    if copied in right and not there.intersection(right[copied]):
        return copied
    return near(stem, right, NEARLY_A_TABLE)


class _Files:
    """Folder of a scenario, whose files are read one by one; ``path`` is None for a shipped one."""

    def __init__(self, folder: Traversable, path: Path | None, how: HowToRead, report: Report) -> None:
        self.folder, self.path, self.how, self.report = folder, path, how, report
        self.names, self.odd = self._list()
        self._listed = {} if path is None else listed_files(path)

    def _list(self) -> tuple[dict[str, Traversable], set[str]]:
        """List the files by name, and the names of entries that are no files."""
        try:
            entries = {item.name: item for item in self.folder.iterdir()}
        except OSError as fault:
            name, expected = shown(str(self.folder)), "a folder that can be read"
            problem = Diagnostic("SP-F003", SETTINGS, name, value=_reason(fault), expected=expected)
            raise BadInputError([problem]) from fault
        files = {name: item for name, item in entries.items() if item.is_file()}
        return files, set(entries) - set(files)

    def content(self, name: str, number: int) -> bytes | None:
        """Read the bytes of a file, or report why it cannot be read."""
        table = SETTINGS if name == NAME else name.partition(".")[0]
        if name not in self.names:
            self.report.add(self._absent(name, table), table=number)
            return None
        content = None
        try:
            problem = None if self.path is None else refuse_file(self.path, name, self.how)
            if problem is None:
                content = self.names[name].read_bytes()
        except OSError as fault:
            problem = Diagnostic("SP-F003", table, name, value=_reason(fault), expected="a file that can be read")
        listed = self._listed.pop(name, None)
        if content is not None and listed is not None:
            problem = refuse_content(name, content, listed)
        if problem is not None:
            self.report.add(problem, table=number)
        return content

    def _absent(self, name: str, table: str) -> Diagnostic:
        if name in self.odd:
            remedy = "rename or delete it, or put the file in its place"
            return Diagnostic("SP-F003", table, name, "", "", "a folder, or a link to nothing", "a file", remedy)
        code = "SP-F002" if name == NAME else "SP-D001"
        there = sorted(file for file in self.names if file.endswith((".csv", ".parquet", ".toml")))
        other = next((file for file in sorted(self.names) if _table_in_another_kind(file) == table), "")
        if other:
            return Diagnostic(code, table, name, expected="the file to be there", remedy=_save_as(other, name))
        remedy = did_you_mean(name, there, f"the folder has {', '.join(there[:12])}" if there else "")
        return Diagnostic(code, table, name, expected="the file to be there", remedy=remedy)

    def report_missing(self) -> None:
        """Report the files that a manifest lists and that are missing."""
        for name, listed in self._listed.items():
            if name not in self.names and (problem := refuse_content(name, None, listed)) is not None:
                self.report.add(problem, table=list(TABLES).index(problem.table) if name != NAME else -1)


def _reason(fault: OSError) -> str:
    return (fault.strerror or type(fault).__name__).lower()


def _table(table: str, number: int, files: _Files, there: Container[str]) -> RawTable | None:
    """Read the cells of a table; None where an optional one is absent."""
    name, packed = f"{table}.csv", f"{table}.parquet"
    if packed in files.names:
        if name in files.names:
            remedy = "delete one of them, or let its name begin with _"
            problem = Diagnostic("SP-J010", table, packed, value=f"{name} as well", expected="one file", remedy=remedy)
            files.report.add(problem, table=number)
            return lost(packed)
        content = files.content(packed, number)
        if content is None:
            return lost(packed)
        return replace(read_parquet(table, packed, content, number, files.report), lenient=files.how.lenient_numbers)
    if name not in {*files.names, *files.odd} and not TABLES[table].needed(there):
        return None
    content = files.content(name, number)
    if content is None:
        return lost(name)
    return read_csv(table, name, content, number, files.report, files.how)
