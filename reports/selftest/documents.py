"""Checks of what is written: every format comes back as it was; workbook and report hold the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineWorkbook

from singlepot.models.analysis.price_of_fairness import price_fairness
from singlepot.models.extras import EXTRAS, insist_on
from singlepot.models.settlement.settlement import Settlement
from singlepot.scenarios.reading.reading import read_scenario
from singlepot.scenarios.results.settlement_document import write_settlement
from singlepot.scenarios.results.settlement_folder import read_settlement
from singlepot.scenarios.writing.writing import Format, write_scenario

from ..outputs import REPORT, WORKBOOK, outputs
from .outcome import require
from .published_cases import Check

FORMATS: dict[str, Format] = {
    "a folder of CSV files": "csv",
    "an Excel workbook": "xlsx",
    "a JSON document": "json",
    "a folder of Parquet files": "parquet",
}
ENDINGS = {"xlsx": ".xlsx", "json": ".json"}

SCENARIOS = ("bucks-and-burnley", "bucks-and-burnley-lines")
"""Shipped scenarios that are written and read again: one of bids and options, one of programme lines."""

FOLDER = "Ynys Môn £5 – 島"
"""Folder of the round trips: its name needs every byte that a file name of people may need."""

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
"""Elements of HTML without an end."""


def format_checks(settlement: Callable[[], Settlement], folder: Path) -> Iterator[tuple[str, Check]]:
    """Name the round trips of scenarios through every format, and of a settlement."""
    place = folder / FOLDER
    place.mkdir(exist_ok=True)
    for words, kind in FORMATS.items():
        yield words, partial(_comes_back, kind, place)
    yield "a settlement", partial(_settlement_comes_back, settlement, place)


def output_checks(settlement: Callable[[], Settlement]) -> Iterator[tuple[str, Check]]:
    """Name the checks of the workbook and of the report."""
    yield "a workbook", partial(_workbook, settlement)
    yield "a report", partial(_report, settlement)


def extra_checks() -> Iterator[tuple[str, Check]]:
    """Name the parts that are installed on demand, each with its packages."""
    for extra in EXTRAS:
        yield extra, partial(_is_installed, extra)


def _comes_back(kind: Format, folder: Path) -> str:
    if kind == "parquet":
        insist_on("parquet", "Parquet")
    for name in SCENARIOS:
        scenario = read_scenario(name)
        path = folder / f"{name}-{kind}{ENDINGS.get(kind, '')}"
        write_scenario(scenario, path, format=kind)
        again = read_scenario(path)
        require(again == scenario, f"{name} is another after it was written as {kind} and read again")
        require(again.sha256 == scenario.sha256, f"{name} has another hash after it was written as {kind}")
    return f"{len(SCENARIOS)} scenarios come back as they were"


def _settlement_comes_back(settlement: Callable[[], Settlement], folder: Path) -> str:
    settlement().write(folder / "settlement")
    write_settlement(settlement(), folder / "settlement.json")
    for path in (folder / "settlement", folder / "settlement.json"):
        require(read_settlement(path).grants.equals(settlement().grants), f"grants differ when read from {path.name}")
    return "as a folder and as a document"


def _workbook(settlement: Callable[[], Settlement]) -> str:
    made = outputs(settlement(), price_fairness(settlement()))
    require(WORKBOOK in made.files, "; ".join(made.failed))
    sheets = CalamineWorkbook.from_filelike(BytesIO(made.files[WORKBOOK])).sheet_names
    require(len(sheets) > 1 and sheets[0] != "", "the workbook has no sheets")
    return f"{len(sheets)} sheets"


def _report(settlement: Callable[[], Settlement]) -> str:
    insist_on("report", "the report")
    made = outputs(settlement(), price_fairness(settlement()))
    require(REPORT in made.files, "; ".join(made.failed))
    page = Page()
    page.feed(made.files[REPORT].decode())
    page.close()
    require(not page.open and not page.crossed, f"elements are not closed in order: {page.open + page.crossed}")
    require(not page.fetched, f"the report asks another machine for {page.fetched[:1]}")
    text = " ".join(" ".join(page.texts).split())
    missing = [name for name in settlement().scenario.areas["name"] if name not in text]
    require(not missing, f"the report does not name {', '.join(missing)}")
    return f"{len(made.files[REPORT]) // 1000:,} kB, complete in itself, and names every area"


def _is_installed(extra: str) -> str:
    insist_on(extra, f"the part {extra!r}")
    return ", ".join(sorted(set(EXTRAS[extra].values())))


class Page(HTMLParser):
    """Report as a program without a browser reads it.

    Attributes
    ----------
    texts
        What is written on it.
    open, crossed
        Elements that are not closed, and ends without a beginning.
    fetched
        Addresses of other machines that a browser would ask by itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.open: list[str] = []
        self.crossed: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element, and keep what it would fetch."""
        if tag not in VOID:
            self.open.append(tag)
        named = ("src", "srcset", "data", "poster") + (("href",) if tag in ("link", "use", "image") else ())
        self.fetched += [value for name, value in attrs if name in named and value and _elsewhere(value)]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open and close an element."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.texts.append(data)


def _elsewhere(address: str) -> bool:
    return address.startswith(("http:", "https:", "//"))
