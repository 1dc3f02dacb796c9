"""The slider of a report: every point is the answer as settling it alone gives it, and moving it shows that point."""

from __future__ import annotations

import base64
import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

import singlepot as sp
from singlepot.cli import _run
from singlepot.reports.page import report_html, sweep_html
from singlepot.reports.text.story import story

from ..report_pages import Page, read_page
from ..report_scenarios import NAMES, hostile
from .test_browser import DESK, PHONE, STANDARDS, Watch, browser, column
from .test_report import by_area, check_rows

assert browser  # the fixture

POTS = [1.2, 0.3, 0.9, 1.0]
"""Values of the lever, not in order; the second leaves no settlement."""


@cache
def swept() -> sp.Sweep:
    return sp.sweep(hostile(), {"pot": POTS})


@cache
def html() -> str:
    settlement = sp.settle(hostile())
    return report_html(settlement, sp.price_fairness(settlement), (), swept())


def packs(page: Page) -> tuple[list[str], list[dict[str, str]]]:
    """The words and the parts of each point."""
    points = json.loads(page.scripts["points"])
    return points["words"], [json.loads(gzip.decompress(base64.b64decode(pack))) for pack in points["packs"]]


def test_every_point_is_what_settling_it_alone_gives() -> None:
    """In the order of the values; the point without a settlement says why."""
    words, parts = packs(read_page(html()))
    assert words == ["Pot × 0.3", "Pot × 0.9", "Pot × 1", "Pot × 1.2"]
    assert "no settlement" in parts[0]["answer"]
    for pot, part in zip(sorted(POTS)[1:], parts[1:], strict=True):
        alone = sp.settle(hostile().with_levers({"pot": pot}))
        assert story(alone) in read_page(part["answer"]).text
        check_rows(read_page(part["areas"]), "areas", by_area(alone))


@pytest.mark.parametrize("make", ["report", "sweep"])
def test_the_points_stand_in_a_plain_table_too(make: str) -> None:
    page = read_page(html() if make == "report" else sweep_html(swept()))
    assert len([key for key in page.tables["points"] if key]) == 3
    assert len(packs(page)[0]) == len(POTS)


def test_a_sweep_of_two_levers_has_no_slider() -> None:
    result = sp.sweep(hostile(), {"pot": [0.9, 1.0], "rules.grant_floor": [0.4]})
    assert result.outcomes == ()
    assert "points" not in read_page(sweep_html(result)).scripts


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_moving_it_shows_the_point(browser: Any, viewport: Any, tmp_path: Path) -> None:
    """By the keyboard: the sentence, bars, gains, and the table of areas change; nothing is asked of any host."""
    path = tmp_path / "report.html"
    path.write_text(html(), encoding="utf-8")
    stories = {f"Pot × {pot:g}": story(sp.settle(hostile().with_levers({"pot": pot}))) for pot in (0.9, 1.2)}
    with Watch(browser, path, viewport) as page:
        assert page.inner_text("#slider output") == "Pot × 1"
        before = page.inner_html("#p-sums")
        grants = column(page, "t-areas", "grant")
        page.focus("#point")
        for key, words in (("ArrowLeft", "Pot × 0.9"), ("End", "Pot × 1.2")):
            page.keyboard.press(key)
            expect(page.locator("#answer .story")).to_have_text(stories[words])
            assert page.inner_text("#slider output") == words
            assert page.get_attribute("#point", "aria-valuetext") == words
            assert page.inner_html("#p-sums") != before
            assert column(page, "t-areas", "grant") != grants
        page.keyboard.press("Home")
        expect(page.locator("#answer .story")).to_contain_text("There is no settlement")
        page.keyboard.press("ArrowRight")
        expect(page.locator("#t-areas tbody tr")).to_have_count(len(NAMES))
        assert page.locator("#t-areas thead button").count() > 3
        assert page.evaluate("typeof window.hit") == "undefined"
        assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


@pytest.mark.needs("chromium")
def test_axe_finds_nothing_and_no_script_leaves_the_table(browser: Any, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for name, text in (("report", html()), ("sweep", sweep_html(swept()))):
        path = tmp_path / f"{name}.html"
        path.write_text(text, encoding="utf-8")
        with Watch(browser, path, bypass_csp=True) as page:
            output = Axe().run(page, options={"runOnly": STANDARDS}).response["violations"]
            assert not [(item["id"], item["nodes"][0]["html"]) for item in output], name
        with Watch(browser, path, java_script_enabled=False) as page:
            assert page.locator("#slider").is_hidden()
            page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            assert page.locator("#t-points tbody tr").count() == 3


def test_report_makes_the_slider_again_and_verify_derives_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "out")
    assert _run(["settle", "bucks-and-burnley", "--with-sweep", "pot=0.9,1", "--out", folder, "--quiet"]) == 0
    before = (tmp_path / "out" / "report.html").read_bytes()
    assert b'id="points"' in before
    assert _run(["report", folder, "--quiet"]) == 0
    assert (tmp_path / "out" / "report.html").read_bytes() == before
    assurance = sp.verify(folder)
    assert assurance.passed
    assert {file.state for file in assurance.files if file.name in ("report.html", "sweep.json")} == {
        "derived again and equal"
    }
    capsys.readouterr()


def test_a_slider_that_cannot_be_is_refused_before_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("nothing=1,2", "pot=0.8:1.2:40", "pot"):
        assert _run(["settle", "bucks-and-burnley", "--with-sweep", text, "--out", str(tmp_path / "out")]) == 3
        assert not (tmp_path / "out").exists()
    capsys.readouterr()
