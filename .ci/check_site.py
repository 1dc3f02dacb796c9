"""Check a built site: every link of it leads somewhere, every page is reached, and nothing comes from another host.

``python .ci/check_site.py site`` prints what is wrong, a line each, and then exits with 1. Links to other hosts are
allowed, and not followed; scripts, styles, fonts and pictures from there are not.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
"""The attribute by which an element loads a file."""

FAR = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
"""How an address on another host begins."""

UNLINKED = {"index.html", "search.html", "genindex.html"}
"""Pages that nobody needs to link: the entrance, and what the theme leads to by forms."""


@dataclass
class Page(HTMLParser):
    """What a page links and loads, and the places in it that can be linked."""

    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    places: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element links, loads or names."""
        text = {name: value or "" for name, value in attrs}
        self.places |= {text[name] for name in ("id", "name") if name in text}
        if tag == "a" and "href" in text:
            self.links.append(text["href"])
        elif tag in LOADED and LOADED[tag] in text and text.get("rel") != "canonical":
            self.loads.append(text[LOADED[tag]])


def read(file: Path) -> Page:
    """Read a page."""
    page = Page()
    page.feed(file.read_text(encoding="utf-8"))
    return page


def problems(site: Path) -> list[str]:
    """Say everything that is wrong with a site, a line each."""
    site = site.resolve()
    pages = {file: read(file) for file in sorted(site.rglob("*.html"))}
    rows, reached = [], set()
    for file, page in pages.items():
        here = file.relative_to(site)
        for address in page.loads:
            if FAR.match(address):
                rows.append(f"{here}: loads {address} from another host")
        for address in [*page.links, *page.loads]:
            if FAR.match(address) or address.startswith(("mailto:", "data:")):
                continue
            path, position = urldefrag(address)
            target = (file.parent / unquote(path.partition("?")[0])).resolve() if path else file
            if target != file:
                reached.add(target)
            if not target.is_file():
                rows.append(f"{here}: {address} leads nowhere")
            elif position and target in pages and unquote(position) not in pages[target].places:
                rows.append(f"{here}: {address} has no such place")
    for file in pages:
        if file not in reached and str(file.relative_to(site)) not in UNLINKED:
            rows.append(f"{file.relative_to(site)}: no page leads here")
    for file in sorted(site.rglob("*.css")):
        for address in re.findall(r"(?:url\(|@import)\s*['\"]?([^'\")\s]+)", file.read_text(encoding="utf-8")):
            if FAR.match(address):
                rows.append(f"{file.relative_to(site)}: loads {address} from another host")
    return rows if pages else [f"{site} holds no page"]


if __name__ == "__main__":
    wrong = problems(Path(sys.argv[1]))
    right = f"{sys.argv[1]}: every link leads somewhere, and nothing is loaded from elsewhere"
    print("\n".join(wrong or [right]))
    sys.exit(bool(wrong))
