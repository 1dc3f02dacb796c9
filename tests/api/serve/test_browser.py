"""The screen in a browser: every lever, undo, save, compare, cancel, uploads, by pointer and by keyboard alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import expect, sync_playwright

import singlepot as sp

from ...reports.report_scenarios import NAMES, hostile
from .served import Served, served

pytestmark = pytest.mark.needs("chromium")

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""Sets of rules of axe-core: WCAG 2.2 at level AA, and good practice."""

PATIENCE_MS = 120_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    flags = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        yield started
        started.close()


@pytest.fixture(scope="module")
def england(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("england"), "england") as server:
        yield server


class Watch:
    """A browser at the printed address, and everything that it complained of or asked another host for."""

    def __init__(self, browser: Any, server: Served, viewport: dict[str, int] = DESK, **settings: Any) -> None:
        self.server = server
        self.context = browser.new_context(viewport=viewport, reduced_motion="reduce", **settings)
        self.context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(server.address)

    def __enter__(self) -> Any:
        return self.page

    def __exit__(self, *failure: object) -> None:
        self.context.close()
        if not failure[0]:
            expected = (
                "status of 4",
                "htmx:sendAbort",
                "htmx:afterRequest",
            )  # refused forms, and looks that were ended
            complaints = [line for line in self.complaints if not any(words in line for words in expected)]
            assert not complaints
            own = (self.server.origin + "/", "data:")
            assert all(url.startswith(own) for url in self.requests), self.requests


def settled(page: Any) -> None:
    expect(page.locator(".running")).to_have_count(0)
    expect(page.locator("#t-money")).to_be_visible()


def pull(page: Any, lever: str, text: str) -> None:
    """Write into the field of a lever and leave it, with its group unfolded."""
    field = page.locator(f"[name='{lever}']")
    field.evaluate("field => { for (let at = field; at; at = at.parentElement) if (at.open === false) at.open = true }")
    field.fill(text)
    field.blur()


LEVERS = [
    ("pot", "95", "pot £196.0m → £186.2m (−5%)"),
    ("pot.2027-28", "£95m", "pot 2027-28 £98.0m → £95.0m"),
    ("bids", "-5%", "bids £"),
    ("national.carbon", "99", "national targets for Carbon −1%"),
    ("weight.carbon", "2", "weight of Carbon 1 → 2"),
    ("priority.trees", "2", "priority of Trees 1 → 2"),
    ("rules.grant_floor", "85", "grant floor 90% → 85%"),
    ("give.shortfall.total", "1", "allowance on all shortfalls together off → 0.01"),
]


@pytest.mark.parametrize(("lever", "text", "said"), LEVERS)
def test_a_lever_moves_the_picture_and_undo_brings_it_back(
    browser: Any, bucks: Served, lever: str, text: str, said: str
) -> None:
    with Watch(browser, bucks) as page:
        settled(page)
        before = page.inner_text("#picture")
        pull(page, lever, text)
        expect(page.locator(".changes")).to_contain_text(said)
        settled(page)
        expect(page.locator("#said")).to_contain_text("Settled.")
        page.click("#undo")
        expect(page.locator(".changes")).to_have_count(0)
        settled(page)
        assert page.inner_text("#picture") == before
        expect(page.locator("#undo")).to_be_disabled()


def test_an_area_is_fixed_and_equity_ended(browser: Any, england: Served) -> None:
    with Watch(browser, england) as page:
        settled(page)
        page.click("summary:has-text('Areas whose grant is fixed')")
        page.select_option("#lock-area", label="Leicester")
        expect(page.locator(".changes")).to_contain_text("grant lock of Leicester off → 100%")
        expect(page.locator("[name='lock.E06000016']")).to_have_value("100")
        page.click("summary:has-text('How losses are shared')")
        page.uncheck("[name=equity]")
        expect(page.locator(".changes")).to_contain_text("equity on → off")


def test_what_cannot_be_read_is_said_beside_its_field_and_mended(browser: Any, bucks: Served) -> None:
    with Watch(browser, bucks) as page:
        settled(page)
        pull(page, "pot", "much")
        expect(page.locator("#levers [role=alert]")).to_contain_text("1 field cannot be read")
        expect(page.locator("#l-pot")).to_have_attribute("aria-invalid", "true")
        expect(page.locator("#u-l-pot")).to_contain_text("Write a percentage of what it is")
        pull(page, "pot", "97")
        expect(page.locator(".changes")).to_contain_text("(−3%)")
        expect(page.locator("#levers [role=alert]")).to_have_count(0)


def test_the_old_picture_is_grey_while_it_settles_and_cancel_brings_it_back(
    browser: Any, slow: Path, tmp_path: Path
) -> None:
    """A scenario that takes minutes is opened as a base and cancelled: its levers are there, and the server goes on."""
    with served(tmp_path, str(slow), "--runs", "1") as server, Watch(browser, server) as page:
        expect(page.locator("#doing progress")).to_be_visible()
        page.click("#cancel")
        expect(page.locator("#notice")).to_contain_text("Cancelled")
        page.goto(server.origin + "/?choose")
        page.select_option("#scenario", "bucks-and-burnley")
        page.click("button.main")
        settled(page)
        busy = "document.querySelector('#status:has(.running) + #picture') !== null"
        page.evaluate("""() => { window.grey = []; new MutationObserver(() => {
            const picture = document.querySelector('#picture');
            if (document.querySelector('#cancel') && picture) grey.push(getComputedStyle(picture).filter);
        }).observe(document.body, {subtree: true, childList: true}) }""")
        pull(page, "pot", "98")
        expect(page.locator(".changes")).to_contain_text("(−2%)")
        assert "grayscale(1) opacity(0.5)" in page.evaluate("window.grey")
        assert not page.evaluate(busy)


def test_scenarios_are_saved_opened_and_compared(browser: Any, bucks: Served) -> None:
    with Watch(browser, bucks) as page:
        settled(page)
        pull(page, "pot", "96")
        expect(page.locator(".changes")).to_contain_text("(−4%)")
        page.click("summary:has-text('Keep, open, compare')")
        page.fill("#name", "four less")
        page.click("#save")
        expect(page.locator("#notice")).to_have_text("Saved as four less.")
        page.click("#reset")
        expect(page.locator(".changes")).to_have_count(0)
        page.click("summary:has-text('Keep, open, compare')")
        page.click("#to-compare")
        page.select_option("#second", "four less")
        page.click("#go")
        expect(page.locator("#compared .changes")).to_contain_text("(−4%)")
        page.goto(bucks.origin)
        page.click("summary:has-text('Keep, open, compare')")
        page.select_option("#open-name", "four less")
        page.click("#open")
        expect(page.locator("#l-pot")).to_have_value("96")
    (bucks.folder / "four less.toml").unlink()


def test_two_browsers_do_not_see_each_others_levers(browser: Any, bucks: Served) -> None:
    with Watch(browser, bucks) as one, Watch(browser, bucks) as other:
        pull(one, "pot", "99")
        pull(other, "pot", "97")
        expect(one.locator(".changes")).to_contain_text("(−1%)")
        expect(other.locator(".changes")).to_contain_text("(−3%)")
        one.click("#undo")
        expect(one.locator(".changes")).to_have_count(0)
        other.reload()
        expect(other.locator(".changes")).to_contain_text("(−3%)")


def test_a_broken_workbook_shows_its_problems_grouped(browser: Any, bucks: Served, tmp_path: Path) -> None:
    sp.write_template(tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    for row in range(2, 6):
        book["bids"].cell(row, 3).value = "many"
    book.save(tmp_path / "broken.xlsx")
    with Watch(browser, bucks) as page:
        page.goto(bucks.origin + "/?choose")
        page.set_input_files("#file", tmp_path / "broken.xlsx")
        page.click("#upload")
        expect(page.locator("h1")).to_have_text("broken.xlsx cannot be settled yet")
        expect(page.locator(".problems li")).to_have_count(1)
        expect(page.locator(".problems li")).to_contain_text("in 4 cells")
        page.click("text=Choose another file")
        page.set_input_files("#file", tmp_path / "plan.xlsx")
        page.click("#upload")
        settled(page)
        expect(page.locator("h1")).to_have_text("Example")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_names_do_no_harm(browser: Any, bucks: Served, tmp_path: Path, viewport: Any) -> None:
    sp.write_scenario(hostile(), tmp_path / "hostile.json")
    with Watch(browser, bucks, viewport) as page:
        page.goto(bucks.origin + "/?choose")
        page.set_input_files("#file", tmp_path / "hostile.json")
        page.click("#upload")
        settled(page)
        pull(page, "pot", "101")
        expect(page.locator(".changes")).to_contain_text("(+1%)")
        for view in ("gains", "map", "areas", "area"):
            page.click(f"#v-{view}")
            expect(page.locator(f"#v-{view}")).to_have_attribute("aria-current", "page")
            assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
        assert set(page.locator("#area option").all_inner_texts()) == {" ".join(name.split()) for name in NAMES}
        assert page.evaluate("typeof window.hit") == "undefined"


def test_every_view_is_reached_and_says_what_it_shows(browser: Any, england: Served) -> None:
    with Watch(browser, england) as page:
        settled(page)
        pull(page, "pot", "95")
        expect(page.locator(".changes")).to_contain_text("(−5%)")
        page.click("#v-gains")
        expect(page.locator("#p-beside svg").first).to_be_attached()
        page.click("#a-head")
        expect(page.locator("#in-pounds")).to_be_visible()
        page.click("#v-map")
        expect(page.locator("#measure")).to_have_value("beside")
        mark = page.locator("#p-beside [data-tip]").nth(40)
        mark.scroll_into_view_if_needed()
        mark.hover()
        expect(page.locator("#tip")).to_have_text(mark.get_attribute("data-tip"))
        page.select_option("#measure", "map-per_head")
        expect(page.locator("#p-map-per_head")).to_be_visible()
        page.click("#v-areas")
        page.click("#t-areas a:has-text('Leicester')")
        expect(page.locator("#area")).to_have_value("E06000016")
        expect(page.locator("#page h3").first).to_contain_text("Leicester")
        page.select_option("#area", label="Bedford")
        expect(page.locator("#page h3").first).to_contain_text("Bedford")


def test_the_keyboard_alone_pulls_a_lever_undoes_it_and_opens_a_view(browser: Any, bucks: Served) -> None:
    with Watch(browser, bucks) as page:
        settled(page)

        def tab_to(key: str) -> None:
            for _ in range(120):
                page.keyboard.press("Tab")
                if page.evaluate("document.activeElement.id") == key:
                    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
                    return
            pytest.fail(f"no tab leads to {key}")

        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        tab_to("l-pot")
        page.keyboard.press("Control+a")
        page.keyboard.type("97")
        page.keyboard.press("Enter")
        expect(page.locator(".changes")).to_contain_text("(−3%)")
        assert page.evaluate("document.activeElement.id") == "l-pot"
        tab_to("v-areas")
        page.keyboard.press("Enter")
        expect(page.locator("#v-areas")).to_have_attribute("aria-current", "page")
        assert page.evaluate("document.activeElement.id") == "v-areas"
        page.locator("body").evaluate("() => document.activeElement.blur()")
        tab_to("undo")
        page.keyboard.press("Enter")
        expect(page.locator(".changes")).to_have_count(0)


def test_without_scripts_the_same_forms_do_the_same(browser: Any, bucks: Served) -> None:
    with Watch(browser, bucks, java_script_enabled=False) as page:
        page.goto(bucks.origin)
        page.fill("#l-pot", "97")
        page.click("#settle")
        while page.locator("a:has-text('Look again')").count():
            page.click("a:has-text('Look again')")
        assert "(−3%)" in page.inner_text(".changes")
        page.click("#v-map")
        assert "no places on the map" in page.inner_text(".view")
        page.click("#v-area")
        page.select_option("#area", label="Burnley")
        page.click(".pick button")
        assert "Burnley" in page.inner_text("#page")
        page.click("#undo")
        assert page.locator(".changes").count() == 0
        assert page.input_value("#l-pot") == "100"


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(browser: Any, england: Served, viewport: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    def look(page: Any, what: str) -> None:
        output = Axe().run(page, options={"runOnly": STANDARDS}).response["violations"]
        assert not [(what, item["id"], item["nodes"][0]["html"]) for item in output]
        assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"], what

    with Watch(browser, england, viewport, bypass_csp=True) as page:
        settled(page)
        look(page, "base")
        pull(page, "pot", "96")
        expect(page.locator(".changes")).to_contain_text("(−4%)")
        for view in ("gains", "map", "areas", "area", "sums"):
            page.click(f"#v-{view}")
            expect(page.locator(f"#v-{view}")).to_have_attribute("aria-current", "page")
            look(page, view)
        page.evaluate("document.querySelectorAll('#levers details').forEach(one => one.open = true)")
        look(page, "levers")
        pull(page, "rules.grant_floor", "much")
        expect(page.locator("#levers [role=alert]")).to_be_visible()
        look(page, "a problem")
        for at in range(2):
            page.locator(".menu summary").nth(at).click()
            look(page, "menu")
            page.locator(".menu summary").nth(at).click()
        for path in ("/compare", "/?choose", "/explain?code=SP-D021", "/explain?code=none"):
            page.goto(england.origin + path)
            look(page, path)


def test_the_base_is_beside_the_figures(browser: Any, england: Served) -> None:
    """Every figure of the tables is the settlement's own, said by the project's words for money."""
    base, less = sp.settle("england"), sp.settle(sp.read_scenario("england").with_levers({"pot": 0.97}))
    with Watch(browser, england) as page:
        settled(page)
        pull(page, "pot", "97")
        expect(page.locator(".changes")).to_contain_text("(−3%)")
        row = page.locator("#t-money tbody tr", has_text="Grants").inner_text().split("\t")
        amounts = [settlement.grants["grant"].sum() for settlement in (base, less)]
        assert row == ["Grants", *(f"£{amount:,.1f}m" for amount in amounts), f"−£{amounts[0] - amounts[1]:,.1f}m"]
        carbon = page.locator("#t-short tbody tr", has_text="Carbon").inner_text().split("\t")
        for settlement, cell in zip((base, less), carbon[3:5], strict=True):
            last = settlement.national[settlement.national["objective"] == "carbon"].iloc[-1]
            assert cell == f"{last['shortfall'] / last['target']:.1%}"
