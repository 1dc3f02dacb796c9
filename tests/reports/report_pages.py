"""Reads a page of a report as a browser would: its tables by name, row and column; its texts; what could run."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "input", "br", "link", "img"}


@dataclass
class Cell:
    text: str = ""
    value: float | None = None
    parts: dict[str, float] = field(default_factory=dict)


@dataclass
class Page(HTMLParser):
    """Tables: name → row → column → cell. Texts: all that is shown. Tags: every tag with its attributes."""

    tables: dict[str, dict[str, dict[str, Cell]]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    scripts: dict[str, str] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._table = self._row = ""
        self._columns: list[str] = []
        self._at = -1
        self._cell: Cell | None = None
        self._script = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text = {name: value or "" for name, value in attrs}
        self.tags.append((tag, text))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self._table, self._columns = text["data-table"], []
            self.tables[self._table] = {}
        elif tag == "th" and "data-column" in text:
            self._columns.append(text["data-column"])
        elif tag == "tr":
            self._row, self._at = text.get("data-key", ""), -1
        elif tag in ("td", "th"):
            self._at += 1
            self._cell = Cell(value=float(text["data-v"]) if "data-v" in text else None)
            row = self.tables[self._table].setdefault(self._row, {})
            row[self._columns[self._at]] = self._cell
        elif tag == "span" and "data-c" in text and self._cell is not None:
            self._cell.parts[text["data-c"]] = float(text["data-v"])
        elif tag == "script":
            self._script = text.get("id", "main")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:])
        self.open.pop()
        if tag in ("td", "th"):
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts[self._script] = self.scripts.get(self._script, "") + data
        elif self.open and self.open[-1] != "style":
            self.texts.append(data)
            if self._cell is not None:
                self._cell.text += data

    @property
    def text(self) -> str:
        return " ".join(self.texts)


def read_page(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    assert not page.open, page.open
    return page


def area_pages(page: Page) -> dict[str, Page]:
    """The pages of the areas that a report packs."""
    packed = json.loads(page.scripts["packed"])
    rows: dict[str, Page] = {}
    for pack in packed["packs"]:
        fragments = json.loads(gzip.decompress(base64.b64decode(pack)))
        rows |= {code: read_page(fragment) for code, fragment in fragments.items()}
    assert list(rows) == packed["codes"]
    return rows
