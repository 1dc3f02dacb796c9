"""Outputs of a settlement are files beside its tables: workbook, report, pages of areas, pictures."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from singlepot.models.extras import how_to_install
from singlepot.models.files.folder import FolderRefusedError
from singlepot.models.settlement.documents import MANIFEST, RUN, json_text
from singlepot.solver import SinglepotError

from .logs.logs import Log, logs

if TYPE_CHECKING:
    from singlepot.models.analysis.price_of_fairness import PriceOfFairness
    from singlepot.models.settlement.settlement import Settlement
    from singlepot.solver import Progress

WORKBOOK, REPORT, FAIRNESS = "settlement.xlsx", "report.html", "fairness.json"
"""Files that are always written, the second only where its extra is installed."""

AREA_PAGES, PICTURES = "area-pages", "pictures"
"""Folders of the files that are written on request."""

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
"""File names that every system takes, but for those that Windows reserves."""

_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}

DRAWN_BY = ("XlsxWriter", "Jinja2", "vl-convert-python")
"""Libraries whose versions may change a workbook, a page or a drawing."""

HOW_TO_INSTALL = how_to_install("report")


@dataclass(frozen=True)
class Outputs:
    """Files that are written beside a settlement's tables.

    Attributes
    ----------
    files
        Relative path → content.
    manifest
        Entries of the manifest: ``logs``; beside files also ``made_with``, the versions of the libraries that draw
        them, and ``not_written`` where something could not be made.
    missing
        One line on what could not be written and what to install; empty where nothing is missing.
    """

    files: Mapping[str, bytes]
    manifest: Mapping[str, object]
    missing: str = ""


@dataclass(frozen=True)
class Wanted:
    """Outputs that are asked for beside workbook and report."""

    area_pages: bool = False
    pictures: str = ""
    """``png``, ``svg`` or empty."""


def outputs(settlement: Settlement, price: PriceOfFairness | None, wanted: Wanted = Wanted()) -> Outputs:
    """Make the outputs of a settlement; the same settlement gives the same bytes.

    Parameters
    ----------
    settlement
        The settlement to show.
    price
        What fairness cost, from :func:`singlepot.price_fairness`; without it only the logs are made.
    wanted
        Outputs to make.
    """
    from .workbooks.settlement_workbook import settlement_workbook

    written = logs(settlement)
    manifest: dict[str, object] = {"logs": logs_as_dict(written)}
    if price is None:
        return Outputs({}, manifest)
    pages = _ReportFiles()
    files = {FAIRNESS: json_text(dataclasses.asdict(price)), WORKBOOK: settlement_workbook(settlement, written)}
    files |= pages.make(REPORT, lambda page: {REPORT: page.report_html(settlement, price, written).encode()})
    if wanted.area_pages:
        files |= pages.make(AREA_PAGES, lambda page: _area_pages(settlement, page))
    if wanted.pictures:
        files |= pages.make(PICTURES, lambda page: _pictures(settlement, page, wanted.pictures))
    missing = pages.missing()
    manifest |= {"made_with": versions_of(DRAWN_BY)} | ({"not_written": missing} if missing else {})
    return Outputs(files, manifest, missing)


@cache
def versions_of(names: tuple[str, ...]) -> Mapping[str, str]:
    """Return the versions of libraries, as far as they are installed."""
    versions = {}
    for name in names:
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    return versions


def report_of(make: Callable[[Any], str]) -> Outputs:
    """Make one report, or a line on what to install.

    Parameters
    ----------
    make
        Takes the package of pages and returns the report as HTML.
    """
    pages = _ReportFiles()
    files = pages.make(REPORT, lambda page: {REPORT: make(page).encode()})
    return Outputs(files, {}, pages.missing())


@dataclass
class _ReportFiles:
    """Outputs that need the extra ``report``, with a list of those that could not be made."""

    refused: list[str] = field(default_factory=list)
    cause: str = ""

    def make(self, what: str, draw: Any) -> dict[str, bytes]:
        try:
            page = import_module("singlepot.reports.page")
            made: dict[str, bytes] = draw(page)
        except ModuleNotFoundError as fault:
            self.cause = f"{fault.name} is not installed"
        except SinglepotError as fault:
            if type(fault).__name__ != "PagesNotInstalledError":
                raise
            self.cause = fault.cause
        else:
            return made
        self.refused.append(what)
        return {}

    def missing(self) -> str:
        if not self.refused:
            return ""
        was = "was" if len(self.refused) == 1 else "were"
        return f"{', '.join(self.refused)} {was} not written: {self.cause}; {HOW_TO_INSTALL}"


def _area_pages(settlement: Settlement, page: Any) -> dict[str, bytes]:
    names = file_names(list(map(str, settlement.scenario.areas["code"])))
    return {f"{AREA_PAGES}/{name}.html": page.area_page_html(settlement, code).encode() for code, name in names.items()}


def file_names(codes: Sequence[str]) -> dict[str, str]:
    """Name a file for each code: the code where every system takes it, else its safe part and a part of its hash.

    Examples
    --------
    >>> file_names(["E06000060", "../x", "a", "A"])
    {'E06000060': 'E06000060', '../x': 'x-d6b96a97', 'a': 'a', 'A': 'A-559aead0'}
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for code in codes:
        name = code
        if not _SAFE.fullmatch(code) or code.casefold() in taken or code.casefold() in _RESERVED:
            digest = hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()[:8]
            name = f"{re.sub('[^A-Za-z0-9_-]', '', code)[:40]}-{digest}"
        taken.add(name.casefold())
        names[code] = name
    return names


def _pictures(settlement: Settlement, page: Any, kind: str) -> dict[str, bytes]:
    return {f"{PICTURES}/{name}": content for name, content in page.picture_files(settlement, kind).items()}


def logs_as_dict(written: Sequence[Log]) -> dict[str, object]:
    """Return the logs as JSON values, by key."""
    return {log.key: {"title": log.title, "about": log.about, "rows": log.table.to_dict("records")} for log in written}


def wanted_again(folder: str | PathLike[str], area_pages: bool, pictures: str) -> Wanted:
    """Add the outputs of an earlier call, found in the written folder, to those that are asked for."""
    path = Path(folder) / MANIFEST
    standing = wanted_of(json.loads(path.read_text(encoding="utf-8"))["files"] if path.is_file() else {})
    return Wanted(area_pages or standing.area_pages, pictures or standing.pictures)


def wanted_of(names: Iterable[str]) -> Wanted:
    """Tell from the names of a settlement's files which outputs were asked for."""
    listed = list(names)
    endings = {name.rsplit(".", 1)[-1] for name in listed if name.startswith(f"{PICTURES}/")}
    kinds = sorted(endings & {"png", "svg"})
    return Wanted(any(name.startswith(f"{AREA_PAGES}/") for name in listed), kinds[0] if kinds else "")


def price_of(
    settlement: Settlement,
    folder: str | PathLike[str],
    progress: Callable[[Progress], object] | None = None,
) -> PriceOfFairness:
    """Read the price of fairness as it was written beside a settlement, else settle again for it."""
    from singlepot.models.analysis.price_of_fairness import PriceOfFairness, price_fairness

    path = Path(folder) / FAIRNESS
    if path.is_file():
        return PriceOfFairness(**json.loads(path.read_text(encoding="utf-8")))
    return price_fairness(settlement, progress=progress)


def insist_on_all(folder: str | PathLike[str], made: Outputs) -> None:
    """Refuse to replace a folder that holds an output which cannot be made here.

    Raises
    ------
    FolderRefusedError
        Saying what to install.
    """
    standing = json.loads((Path(folder) / MANIFEST).read_text(encoding="utf-8"))["files"]
    shown = (REPORT, AREA_PAGES, PICTURES)
    if any(name.startswith(shown) and name not in made.files for name in standing) and made.missing:
        raise FolderRefusedError(made.missing.partition("; ")[0], HOW_TO_INSTALL)


def insist_on_own_files(folder: str | PathLike[str]) -> None:
    """Refuse to replace a folder that holds files which no settlement wrote, for they would be lost.

    Raises
    ------
    FolderRefusedError
        Naming the first of them.
    """
    root = Path(folder)
    known = json.loads((root / MANIFEST).read_text(encoding="utf-8"))["files"]
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and name not in known and name not in (MANIFEST, RUN):
            raise FolderRefusedError(f"{path} is not of this settlement", "move it, or name another folder with --out")
