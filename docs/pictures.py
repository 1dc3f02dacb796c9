"""Take the picture of the README, the first screen of a real report: ``python docs/pictures.py``.

Settles ``england-uneven``, opens its report in Chromium and stores what a screen of 1280 pixels shows first. Needs the
extra ``test``, and a program ``chromium`` on the path.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import singlepot as sp
from singlepot.reports.page import report_html

PICTURE = Path(__file__).parent / "images" / "report.png"
WIDTH, HEIGHT = 1280, 900
"""Size of the screen, pixels."""


def first_screen(page: Path, picture: Path) -> None:
    """Store what a reader sees of a page before scrolling."""
    flags = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        screen = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        screen.goto(page.as_uri())
        screen.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    settlement = sp.settle("england-uneven")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.html"
        report.write_text(report_html(settlement, sp.price_fairness(settlement)), encoding="utf-8")
        first_screen(report, PICTURE)
