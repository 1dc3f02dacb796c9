"""The report in a browser: it opens quietly, sorts, filters, explains itself to the pointer and to the keyboard."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright

import singlepot as sp
from singlepot.reports.page import area_page_html, report_html, round_html
from singlepot.reports.page.public import pages as pages_of_agreement

from ..report_scenarios import NAMES, hostile

pytestmark = pytest.mark.needs("chromium")

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

CHOSEN = "E47000002"
"""South Yorkshire."""

PLAIN = ["england", "england-area", "hostile", "public-area", "round"]
"""Pages of each kind; others that are laid out like one of them are tried beside some."""

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""Sets of rules of axe-core: WCAG 2.2 at level AA, and good practice."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports and pages of areas as files: of England, and of the scenario whose names are an attack."""
    folder = tmp_path_factory.mktemp("pages")
    for name, scenario in (("england", sp.read_scenario("england")), ("hostile", hostile())):
        settlement = sp.settle(scenario)
        report = report_html(settlement, sp.price_fairness(settlement))
        (folder / f"{name}.html").write_text(report, encoding="utf-8")
        most = str(settlement.asks["area"].value_counts().index[0])
        (folder / f"{name}-area.html").write_text(area_page_html(settlement, most), encoding="utf-8")
    talks = sp.open_talks("bucks-and-burnley", folder / "talks", by="the centre")
    (folder / "round.html").write_text(round_html(talks), encoding="utf-8")
    made = public_pages()
    for name, file in (("public", "index.html"), ("public-area", "areas/E07000117.html")):
        (folder / f"{name}.html").write_bytes(made[file])
    return folder


def public_pages() -> dict[str, bytes]:
    """Pages for the public of an agreement of which some of each kind of target stands."""
    signed = sp.settle("bucks-and-burnley")
    kpis = sp.list_kpis(signed).assign(source="Department for Energy", baseline=100.0, baseline_year="2024-25")
    kpis["status"] = ["on track", "at risk", "off track", "not reviewed yet", "off track", "at risk"]
    return pages_of_agreement(signed, kpis, "Agreement 0123")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    flags = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        yield started
        started.close()


class Watch:
    """A page, and everything that it complained of or asked for."""

    def __init__(self, browser: Any, path: Path, viewport: dict[str, int] = DESK, **settings: Any) -> None:
        self.context = browser.new_context(viewport=viewport, reduced_motion="reduce", **settings)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())

    def __enter__(self) -> Any:
        return self.page

    def __exit__(self, *failure: object) -> None:
        self.context.close()
        if not failure[0]:
            assert not self.complaints
            assert all(url.startswith(("file:", "data:")) for url in self.requests), self.requests


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", [*PLAIN, "hostile-area", "public"])
def test_a_page_opens_quietly_and_fits_its_window(browser: Any, pages: Path, name: str, viewport: Any) -> None:
    """No console message, no request to any host, no sideways scrolling, nothing run by a name."""
    with Watch(browser, pages / f"{name}.html", viewport) as page:
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
        assert page.evaluate("typeof window.hit") == "undefined"


@pytest.mark.parametrize("width", [390, 768, 1280, 1920])
@pytest.mark.parametrize("name", [*PLAIN, "hostile-area"])
def test_nothing_is_hidden_in_a_box(browser: Any, pages: Path, name: str, width: int) -> None:
    """Every box shows its whole width; only tables of more than five columns scroll, by touch, pointer and keyboard."""
    with Watch(browser, pages / f"{name}.html", {"width": width, "height": 900}) as page:
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        hiding = page.evaluate("""() => [...document.querySelectorAll('body *')]
            .filter((box) => !(box instanceof SVGElement) && getComputedStyle(box).display !== 'inline')
            .filter((box) => box.clientWidth > 1 && box.scrollWidth > box.clientWidth + 1)
            .map((box) => ({
                box: box.tagName + ' ' + box.className + ' ' + (box.querySelector('table') || {}).id,
                scrolls: box.matches('.scroll[tabindex="0"]') && box.querySelectorAll('thead th').length > 5,
            }))""")
        assert [box["box"] for box in hiding if not box["scrolls"]] == []


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", PLAIN)
def test_axe_finds_nothing(browser: Any, pages: Path, name: str, viewport: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with Watch(browser, pages / f"{name}.html", viewport, bypass_csp=True) as page:
        if page.locator("#area").count():
            page.select_option("#area", index=3)
            page.click("#choose button[type=submit]")
            page.wait_for_selector("#page h3")
        output = Axe().run(page, options={"runOnly": STANDARDS}).response["violations"]
        assert not [(item["id"], item["nodes"][0]["html"]) for item in output]


def column(page: Any, table: str, name: str) -> list[float]:
    """The exact numbers of a column, in the order of the rows."""
    script = """([table, name]) => {
        const all = document.getElementById(table);
        const at = [...all.tHead.rows[0].cells].findIndex((cell) => cell.dataset.column === name);
        return [...all.tBodies[0].rows].map((row) => Number(row.cells[at].dataset.v));
    }"""
    return list(page.evaluate(script, [table, name]))


def test_headers_sort_by_number_and_by_name(browser: Any, pages: Path) -> None:
    with Watch(browser, pages / "england.html") as page:
        header = page.locator("#t-areas th[data-column=change]")
        before = column(page, "t-areas", "change")
        assert before != sorted(before)
        header.locator("button").click()
        assert column(page, "t-areas", "change") == sorted(before)
        assert header.get_attribute("aria-sort") == "ascending"
        header.locator("button").focus()
        page.keyboard.press("Enter")
        assert column(page, "t-areas", "change") == sorted(before, reverse=True)
        assert header.get_attribute("aria-sort") == "descending"
        assert "descending" in page.inner_text("#said")
        page.click("#t-areas th[data-column=name] button")
        names = page.locator("#t-areas tbody th").all_inner_texts()
        assert names == sorted(names, key=str.casefold)
        assert header.get_attribute("aria-sort") == "none"


def test_a_filter_keeps_the_rows_that_contain_a_text(browser: Any, pages: Path) -> None:
    with Watch(browser, pages / "england.html") as page:
        page.fill("#f-t-areas", "north west")
        expect(page.locator("#f-t-areas ~ [role=status]")).to_contain_text(" of 71 rows")
        shown = page.locator("#t-areas tbody tr:visible").all_inner_texts()
        assert shown
        assert all("north west" in row.casefold() for row in shown)
        status = page.locator("#f-t-areas ~ [role=status]")
        assert status.inner_text() == f"{len(shown)} of 71 rows"
        page.fill("#f-t-areas", "")
        expect(page.locator("#t-areas tbody tr[hidden]")).to_have_count(0)


def test_marks_say_what_they_are_to_the_pointer_and_to_the_keyboard(browser: Any, pages: Path) -> None:
    with Watch(browser, pages / "england.html") as page:
        mark = page.locator("#p-map-change [data-tip]").nth(40)
        mark.scroll_into_view_if_needed()
        mark.hover()
        assert page.inner_text("#tip") == mark.get_attribute("data-tip")
        page.keyboard.press("Escape")
        assert page.locator("#tip").is_hidden()
        page.focus("#p-sums")
        scrolled = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        page.evaluate(scrolled)  # which hides what is shown
        text = []
        for _ in range(3):
            page.keyboard.press("ArrowRight")
            text.append(page.inner_text("#tip"))
        assert len(set(text)) == 3
        assert page.inner_text("#said") == text[-1]
        page.keyboard.press("ArrowLeft")
        assert page.inner_text("#tip") == text[1]
        page.keyboard.press("Tab")
        assert page.locator("#tip").is_hidden()


def test_a_finger_reaches_names_and_figures_of_the_map(browser: Any, pages: Path) -> None:
    with Watch(browser, pages / "england.html", PHONE, has_touch=True) as page:
        mark = page.locator("#p-map-change [data-tip]").nth(60)
        mark.scroll_into_view_if_needed()
        mark.tap()
        assert page.inner_text("#tip") == mark.get_attribute("data-tip")
        assert re.search(r": [-+]?[\d.]+%; £[\d.,]+m granted of £[\d.,]+m bid, £\d+ a head$", page.inner_text("#tip"))


def test_the_arrow_keys_walk_the_map_from_north_to_south(browser: Any, pages: Path) -> None:
    with Watch(browser, pages / "england.html") as page:
        marks = page.locator("#p-map-change [data-tip]").all()
        heights = [mark.bounding_box()["y"] for mark in marks]
        assert len(heights) == 153
        assert all(one <= other + 1 for one, other in pairwise(heights))


def test_the_answer_prints_on_two_sheets(browser: Any, pages: Path) -> None:
    """Sentence, money, shortfalls, gains and losses, and the map, on A4."""
    with Watch(browser, pages / "england.html") as page:
        page.evaluate("[...document.querySelectorAll('main > section')].slice(2).forEach((part) => part.remove())")
        printed = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2


def test_the_keyboard_reaches_the_main_content_first(browser: Any, pages: Path) -> None:
    with Watch(browser, pages / "england.html") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("#main$"))


def test_a_name_opens_the_page_of_its_area(browser: Any, pages: Path) -> None:
    with Watch(browser, pages / "england.html") as page:
        page.locator(f"#t-areas a[href='#area={CHOSEN}']").click()
        page.wait_for_selector("#page h3")
        assert "South Yorkshire" in page.inner_text("#page h3")
        assert page.input_value("#area") == CHOSEN
        box = page.locator("#page h3").bounding_box()
        assert -1 <= box["y"] < DESK["height"]
        page.click("#close")
        assert page.inner_text("#page") == ""


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_names_do_no_harm_in_a_browser(browser: Any, pages: Path, viewport: Any) -> None:
    with Watch(browser, pages / "hostile.html", viewport) as page:
        shown = page.locator("#t-areas tbody th").all_inner_texts()
        assert sorted(shown) == sorted(NAMES)
        for i, name in enumerate(NAMES):
            page.select_option("#area", value=f"A{i}")
            page.click("#choose button[type=submit]")
            expect(page.locator("#page small")).to_have_text(f"(A{i})")
            assert name in page.inner_text("#page h3")
        page.fill("#f-t-areas", NAMES[0])
        expect(page.locator("#t-areas tbody tr[hidden]")).to_have_count(len(NAMES) - 1)
        assert page.evaluate("typeof window.hit") == "undefined"
        assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


def test_the_report_can_be_read_where_scripts_do_not_run(browser: Any, pages: Path) -> None:
    """As in the preview of a mail: pictures and tables are there, and where the pages of areas are is said."""
    with Watch(browser, pages / "england.html", java_script_enabled=False) as page:
        assert page.locator("#p-sums svg").first.is_visible()
        assert page.locator("#t-areas tbody tr").count() == 71
        assert "--area-pages" in page.locator("noscript").inner_text()


@pytest.mark.parametrize("name", ["england-area", "hostile-area"])
def test_an_areas_page_prints_on_two_sheets(browser: Any, pages: Path, name: str) -> None:
    """The area with the most asks, on A4."""
    with Watch(browser, pages / f"{name}.html") as page:
        printed = page.pdf(prefer_css_page_size=True)
        assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2
