"""Warnings of the check stand in the report and the record of the run, and a verifier finds the same again."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

import singlepot as sp
from singlepot.reports.page import report_html

from ...command_line import run

HEADING = "Warnings of the check"


def plan(bids: float = 5.0) -> sp.Scenario:
    """Two areas, one with this bid, in a scenario that leaves nothing else to doubt."""
    return sp.Scenario.from_tables(
        years=["2026-27"],
        money="GBP thousand",
        areas=pd.DataFrame({"code": ["A", "B"], "name": ["A", "B"], "population": [1000.0, 1000.0]}),
        bids=pd.DataFrame({"area": ["A", "B"], "year": "2026-27", "amount": [bids, 20_000.0]}),
        pot=pd.DataFrame({"year": ["2026-27"], "amount": [20_000.0]}),
    )


def test_a_warning_stands_in_check_record_and_report_and_the_folder_verifies(tmp_path: Path) -> None:
    source, out = tmp_path / "plan.xlsx", tmp_path / "out"
    sp.write_scenario(plan(30_000.0), source)
    checked = run("check", str(source), "--json")
    assert [note["code"] for note in json.loads(checked.stdout)["notes"]] == ["SP-N022"]
    assert run("settle", str(source), "--out", str(out), "--quiet").returncode == 0
    notes = json.loads((out / "run.json").read_text(encoding="utf-8"))["notes"]
    assert [(note["code"], note["level"]) for note in notes] == [("SP-N022", "warning")]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert HEADING in page
    assert "<li>SP-N022 bids, column &#34;amount&#34;: got bids of £25,000 a head in 2026-27;" in page
    verified = run("verify", str(out))
    assert verified.returncode == 0, verified.stdout


def test_a_report_without_warnings_says_nothing_of_them() -> None:
    settlement = sp.settle(plan())
    assert HEADING not in report_html(settlement, sp.price_fairness(settlement))


def test_a_report_that_rests_on_assumptions_is_flagged_as_illustrative() -> None:
    settlement = sp.settle(sp.read_scenario("bucks-and-burnley").with_(options=None, option_years=None, derive={}))
    page = report_html(settlement, sp.price_fairness(settlement))
    assert "options are assumed: illustrative</strong>" in page
    assert "does not call its figures illustrative" not in page
