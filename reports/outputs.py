"""Outputs of a settlement are files beside its tables: workbook, report, pages of areas, pictures."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from singlepot.models.extras import how_to_install
from singlepot.models.files.folder_kinds import MANIFEST
from singlepot.models.files.ownership import FolderRefusedError
from singlepot.models.files.table_json import json_text
from singlepot.solver import SinglepotError, StoppedError

from .charts.axes_and_files import ChartsNotInstalledError
from .logs.logs import Log, logs

if TYPE_CHECKING:
    from singlepot.models.analysis.price_of_convergence import PriceOfConvergence
    from singlepot.models.analysis.price_of_fairness import PriceOfFairness
    from singlepot.models.settlement.settlement import Settlement
    from singlepot.solver import Progress

log = logging.getLogger("singlepot")

WORKBOOK, REPORT, FAIRNESS = "settlement.xlsx", "report.html", "fairness.json"
"""Files that are always written, the second only where its extra is installed."""

SWEEP = "sweep.json"
"""The lever and the values of the report's slider, where one was asked for."""

AREA_PAGES, PICTURES = "area-pages", "pictures"
"""Folders of the files that are written on request."""

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
"""File names that every system takes, but for those that Windows reserves."""

_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}

DRAWN_BY = ("XlsxWriter", "Jinja2", "vl-convert-python")
"""Libraries whose versions may change a workbook, a page or a drawing."""

HOW_TO_INSTALL = how_to_install("report")


INCOMPLETE = 7
"""Exit code where the tables are written and a workbook, page, chart or picture could not be made."""


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
    failed
        A line for each output whose making failed.
    """

    files: Mapping[str, bytes]
    manifest: Mapping[str, object]
    missing: str = ""
    failed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """Outputs that are asked for beside workbook and report."""

    area_pages: bool = False
    pictures: str = ""
    """``png``, ``svg`` or empty."""
    sweep: tuple[str, tuple[float, ...]] | None = None
    """Lever and values of a slider in the report."""


class Layers:
    """Outputs that are made one by one: one that fails is left out, with a line that says why.

    Attributes
    ----------
    files
        What was made: relative path → content.
    failed
        A line for each that failed.
    exit_code
        That of a chart whose library is not installed; else 0.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.failed: list[str] = []
        self.exit_code = 0
        self._refused: list[str] = []
        self._cause = ""

    def make(self, what: str, make: Callable[[], Mapping[str, bytes]]) -> None:
        """Make files; ``what`` is their name in messages."""
        with self.surviving(what):
            self.files |= make()

    def make_page(self, what: str, make: Callable[[Any], Mapping[str, bytes]]) -> None:
        """Make files by the package of pages, which needs the extra ``report``."""
        try:
            page = import_module("singlepot.reports.page")
        except ModuleNotFoundError as fault:
            self._lack(what, f"{fault.name} is not installed")
        else:
            self.make(what, lambda: make(page))

    @contextmanager
    def surviving(self, what: str) -> Iterator[None]:
        """Turn the failure of one output into a line; nothing that it raises may cost the tables."""
        try:
            yield
        except SinglepotError as fault:
            if isinstance(fault, StoppedError):
                raise
            if type(fault).__name__ == "PagesNotInstalledError":
                self._lack(what, fault.cause)
            else:
                if isinstance(fault, ChartsNotInstalledError):
                    self.exit_code = fault.exit_code
                self.failed.append(f"{what} was not written: {' '.join(str(fault).split())}")
        except Exception as fault:  # drawing libraries raise what they like
            log.debug("%s failed", what, exc_info=True)
            reason = f"{type(fault).__name__}: {' '.join(str(fault).split())[:200]}"
            self.failed.append(f"{what} was not written ({reason}); report this, everything else is written")

    def _lack(self, what: str, cause: str) -> None:
        self._cause = cause
        self._refused.append(what)

    @property
    def missing(self) -> str:
        """One line on what could not be made without the extra, and what to install."""
        if not self._refused:
            return ""
        was = "was" if len(self._refused) == 1 else "were"
        return f"{', '.join(self._refused)} {was} not written: {self._cause}; {HOW_TO_INSTALL}"


def outputs(
    settlement: Settlement,
    price: PriceOfFairness | None,
    wanted: Wanted = Wanted(),
    progress: Callable[[Progress], object] | None = None,
    cost: PriceOfConvergence | None = None,
) -> Outputs:
    """Make the outputs of a settlement; the same settlement gives the same bytes.

    Each is made for itself: one whose making fails is named in ``failed``, and the others are made all the same.

    Parameters
    ----------
    settlement
        The settlement to show.
    price
        What fairness cost, from :func:`singlepot.price_fairness`; without it only the logs are made.
    wanted
        Outputs to make.
    progress
        Called while more is settled: what convergence costs, and the points of a slider.
    cost
        What convergence and inclusion cost, from :func:`singlepot.price_convergence`; settled here where it is needed.
    """
    layers = Layers()
    written: tuple[Log, ...] = ()
    with layers.surviving("logs"):
        written = logs(settlement)
    if price is not None:
        layers.make(FAIRNESS, lambda: {FAIRNESS: json_text(dataclasses.asdict(price))})
        layers.make(WORKBOOK, lambda: {WORKBOOK: _workbook(settlement, written)})
        layers.make_page(REPORT, lambda page: _report(page, settlement, price, written, wanted, progress, cost))
        if wanted.pictures:
            layers.make_page(PICTURES, lambda page: _pictures(settlement, page, wanted.pictures))
        if wanted.area_pages:
            layers.make_page(AREA_PAGES, lambda page: _area_pages(settlement, page))
    manifest: dict[str, object] = {"logs": logs_as_dict(written)}
    if price is not None:
        lacking = "; ".join(filter(None, [layers.missing, *layers.failed]))
        manifest |= {"made_with": versions_of(DRAWN_BY)} | ({"not_written": lacking} if lacking else {})
    return Outputs(layers.files, manifest, layers.missing, tuple(layers.failed))


def _report(
    page: Any,
    settlement: Settlement,
    price: PriceOfFairness,
    written: Sequence[Log],
    wanted: Wanted,
    progress: Callable[[Progress], object] | None,
    cost: PriceOfConvergence | None,
) -> dict[str, bytes]:
    """Make the report, with the points of a slider and what they are where one is wanted."""
    from singlepot.models.analysis.price_of_convergence import price_convergence

    if not settlement.has_extra_rows:
        cost = cost or price_convergence(settlement, progress=progress)
    if wanted.sweep is None:
        return {REPORT: page.report_html(settlement, price, written, None, cost).encode()}
    from singlepot.models.settlement.extra_rows import insist_on_own_rules
    from singlepot.scenarios.many.sweep import sweep

    insist_on_own_rules(settlement, "the slider")
    lever, values = wanted.sweep
    swept = sweep(settlement.scenario, {lever: values}, progress=progress)
    html = page.report_html(settlement, price, written, swept, cost)
    return {REPORT: html.encode(), SWEEP: json_text({"lever": lever, "values": list(values)})}


def _workbook(settlement: Settlement, written: Sequence[Log]) -> bytes:
    from .workbooks.settlement_workbook import settlement_workbook

    return settlement_workbook(settlement, written)


@cache
def versions_of(names: tuple[str, ...]) -> Mapping[str, str]:
    """Return the versions of libraries, as far as they are installed."""
    versions = {}
    for name in names:
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    return versions


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
    swept = Path(folder) / SWEEP
    points = swept_of(swept.read_bytes()) if swept.is_file() else None
    return Wanted(area_pages or standing.area_pages, pictures or standing.pictures, points)


def wanted_of(names: Iterable[str]) -> Wanted:
    """Tell from the names of a settlement's files which outputs were asked for."""
    listed = list(names)
    endings = {name.rsplit(".", 1)[-1] for name in listed if name.startswith(f"{PICTURES}/")}
    kinds = sorted(endings & {"png", "svg"})
    return Wanted(any(name.startswith(f"{AREA_PAGES}/") for name in listed), kinds[0] if kinds else "")


def swept_of(content: bytes) -> tuple[str, tuple[float, ...]] | None:
    """Read the lever and the values of a slider as they are written; None where they are not."""
    try:
        value = json.loads(content)
        return str(value["lever"]), tuple(map(float, value["values"]))
    except (KeyError, TypeError, ValueError):
        return None


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
        Saying what to install, or what failed.
    """
    standing = json.loads((Path(folder) / MANIFEST).read_text(encoding="utf-8"))["files"]
    shown = (WORKBOOK, REPORT, AREA_PAGES, PICTURES)
    lost = [name for name in standing if name.startswith(shown) and name not in made.files]
    if lost and made.missing:
        raise FolderRefusedError(made.missing.partition("; ")[0], HOW_TO_INSTALL)
    if lost and made.failed:
        raise FolderRefusedError(made.failed[0].partition("; ")[0], "the folder is as it was; name another with --out")
