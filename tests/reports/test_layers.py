"""Outputs come in layers: tables, scenario and manifest always, and one output that fails takes no other with it."""

from __future__ import annotations

import dataclasses
import html
import io
import json
import unicodedata
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.cli import _run
from singlepot.reports.outputs import FAIRNESS, REPORT, WORKBOOK, Wanted, outputs

from ..examples import tries
from ..places import INPUT

pytest.importorskip("vl_convert")

ODD = (
    "Cornwall and the Isles of Scilly 😀",
    "😀" * 90,
    "Ynys Môn ᴀ̈ 👩🏽🚒 with a long name that is cut in every chart 👍🏿",
    "مجلس المدينة الكبرى",
    "</script><script>alert(1)</script>",
    "<b>bold</b> & \"quoted\" 'twice' {{ 7*7 }} {% raw %} $x^2$ \\frac{1}{2}",
    "=HYPERLINK('x')",
    "-1+1",
    "@SUM(A1)",
    "x" * 196,
    "\ufffd \U0002070e \U00020731",
)
"""Names of every kind that a scenario takes: the longest, of other writings, of other planes, of code and formulas."""

LETTERS = st.characters(exclude_categories=["C", "Z"], include_characters=" ")
PIECES = st.one_of(st.text(LETTERS, max_size=30), st.sampled_from(["😀", "<", "&", '"', "'", "$", "{", "%", "=", "\\"]))
NAMES = st.lists(PIECES, min_size=1, max_size=6).map(
    lambda pieces: unicodedata.normalize("NFC", " ".join("".join(pieces).split())[:150])
)


@cache
def settled() -> tuple[sp.Settlement, sp.PriceOfFairness]:
    settlement = sp.settle("bucks-and-burnley")
    return settlement, sp.price_fairness(settlement)


def renamed(names: list[str]) -> sp.Settlement:
    """The settlement with other names of everything that has one, made different by a number at the end."""
    settlement, _ = settled()
    scenario = settlement.scenario
    each = iter(f"{name} {number}" for number, name in enumerate(names * 20))
    tables = {
        table: frame.assign(name=[next(each) for _ in range(len(frame))])
        for table, frame in scenario.tables.items()
        if table in ("areas", "objectives", "options")
    }
    tables["areas"] = tables["areas"].assign(region=[next(each) for _ in range(len(tables["areas"]))])
    tables["objectives"] = tables["objectives"].assign(unit=[next(each) for _ in range(len(tables["objectives"]))])
    return dataclasses.replace(settlement, scenario=scenario.with_(title=next(each), **tables))


@tries(8)
@given(st.lists(NAMES, min_size=4, max_size=12))
@example(list(ODD))
@example(["😀" * 60])
def test_every_name_goes_through_every_output(names: list[str]) -> None:
    """Workbook, report, pages and pictures are made, and hold the names as they are."""
    settlement = renamed(names)
    made = outputs(settlement, settled()[1], Wanted(area_pages=True, pictures="svg"))
    assert made.failed == ()
    page = made.files[REPORT].decode()
    assert "<script>alert" not in page
    shown = html.unescape(page)
    assert all(name in shown for name in settlement.scenario.areas["name"])
    for name, content in made.files.items():
        if name.endswith(".svg"):
            ElementTree.fromstring(content)
    workbook = openpyxl.load_workbook(io.BytesIO(made.files[WORKBOOK]), read_only=True)
    assert workbook.sheetnames


def test_an_emoji_is_drawn_as_a_picture_too() -> None:
    made = outputs(renamed(list(ODD)), settled()[1], Wanted(pictures="png"))
    assert made.failed == ()
    assert all(content.startswith(b"\x89PNG") for name, content in made.files.items() if name.endswith(".png"))


PARTS = {
    "logs": ("singlepot.reports.outputs.logs", set()),
    WORKBOOK: ("singlepot.reports.workbooks.settlement_workbook.settlement_workbook", {WORKBOOK}),
    REPORT: ("singlepot.reports.page.report_html", {REPORT}),
    "area-pages": ("singlepot.reports.page.area_page_html", {"area-pages"}),
    "pictures": ("singlepot.reports.page.picture_files", {"pictures"}),
    FAIRNESS: ("singlepot.price_fairness", {FAIRNESS, WORKBOOK, REPORT, "area-pages", "pictures"}),
}
"""What fails, by what function, and which outputs are not written then."""


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("fault", [ValueError("bad\nglyph"), sp.SolverFailedError("no", "try again")])
def test_one_output_that_fails_takes_no_other_with_it(
    part: str, fault: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is 7, one line says which and why, and what was written verifies."""

    def fail(*_: object, **__: object) -> None:
        raise fault

    where, lost = PARTS[part]
    monkeypatch.setattr(where, fail)
    arguments = ["settle", "bucks-and-burnley", "--out", str(tmp_path / "s"), "--area-pages", "--pictures", "svg"]
    assert _run(arguments) == 7
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "not written" in line]
    assert line.startswith(part)
    there = {path.name for path in (tmp_path / "s").iterdir()}
    everything = {WORKBOOK, REPORT, FAIRNESS, "area-pages", "pictures"}
    assert there == {"manifest.json", "run.json", "settlement.json", "tables", "scenario"} | (everything - lost)
    assert "logs" in json.loads((tmp_path / "s" / "manifest.json").read_text(encoding="utf-8"))
    assert sp.verify(tmp_path / "s").passed


FRONTIER = ["frontier", "scenario", "--between", "burden,cost", "--out", "o", "--chart"]
CHARTS = {
    "compare": (["compare", "scenario", "scenario", "--out", "o"], "comparison_workbook", "comparison.json"),
    "sweep": (["sweep", "scenario", "--lever", "pot=0.9,1", "--out", "o"], "sweep_chart", "sweep.json"),
    "regimes": (["regimes", "scenario", "--out", "o", "--only", "pro-rata"], "regimes_chart", "regimes.json"),
    "frontier": ([*FRONTIER, "o/chart.svg"], "frontier_chart", "frontier.json"),
    "frontier, chart elsewhere": ([*FRONTIER, "chart.svg"], "frontier_chart", "frontier.json"),
}


@pytest.mark.parametrize("command", CHARTS)
def test_a_chart_that_fails_leaves_the_tables(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("bad glyph")

    arguments, where, manifest = CHARTS[command]
    monkeypatch.setattr(f"singlepot.reports.{where}", fail)
    monkeypatch.chdir(tmp_path)
    assert _run([str(INPUT / "full") if argument == "scenario" else argument for argument in arguments]) == 7
    assert "not written (ValueError: bad glyph)" in capsys.readouterr().err
    assert (tmp_path / "o" / manifest).is_file()
