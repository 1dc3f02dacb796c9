"""Present values follow from published factors, stand beside cash in every output, and are verified by themselves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import singlepot as sp
from singlepot.models.discounting.present_value import IN_FORCE, schedules
from singlepot.reports.text.present_value import present_value_words

PUBLISHED = {1: 0.9662, 5: 0.8420, 10: 0.7089, 20: 0.5026, 30: 0.3563, 31: 0.3459, 60: 0.1468, 75: 0.0942, 125: 0.0274}
"""Standard discount factors as the Green Book's tables print them, by year."""


@pytest.mark.parametrize(("year", "factor"), PUBLISHED.items())
def test_factors_are_those_that_are_published(year: int, factor: float) -> None:
    assert round(schedules()[IN_FORCE].factors(year + 1)[year], 4) == factor


def test_the_spans_of_every_schedule_follow_each_other_without_a_gap() -> None:
    for schedule in schedules().values():
        ends = [last for _, last, _ in schedule.spans]
        assert [first for first, _, _ in schedule.spans] == [1, *(int(last or 0) + 1 for last in ends[:-1])]
        assert ends[-1] is None and schedule.published


def test_a_grant_of_a_later_year_is_worth_less_and_the_cash_is_the_same() -> None:
    grants = sp.settle("england").grants
    years = sorted(set(grants["year"]))
    for row in grants.to_dict("records"):
        assert row["present_value"] == pytest.approx(row["grant"] / 1.035 ** years.index(row["year"]), rel=1e-12)
    assert np.isclose(grants["pounds"].sum(), 10_600_000_000)


def test_the_settlement_says_in_which_year_and_prices_and_by_which_rates() -> None:
    settlement = sp.settle("bucks-and-burnley")
    assert settlement.provenance["present_value"] == {
        "schedule": IN_FORCE,
        "year": "2026-27",
        "prices": settlement.scenario.settings.price_base,
    }
    words = present_value_words(settlement)
    assert "counted in 2026-27" in words and "February 2026" in words
    unstated = sp.settle(settlement.scenario.with_(price_base=""))
    assert "of a year it does not state" in present_value_words(unstated)


@pytest.mark.parametrize("written", ["tables/grants.csv", "settlement.json"])
def test_verify_finds_a_present_value_that_was_edited(written: str, tmp_path: Path) -> None:
    sp.settle("bucks-and-burnley").write(tmp_path / "s")
    assert sp.verify(tmp_path / "s").passed
    file = tmp_path / "s" / written
    text = file.read_text(encoding="utf-8")
    assert "43.96" in text
    file.write_text(text.replace("43.96", "43.97", 1), encoding="utf-8")
    findings = [str(finding) for finding in sp.verify(tmp_path / "s").findings]
    assert any("present_value" in finding for finding in findings), findings


def test_verify_finds_another_year_of_the_present_value(tmp_path: Path) -> None:
    sp.settle("bucks-and-burnley").write(tmp_path / "s")
    file = tmp_path / "s" / "settlement.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    document["provenance"]["present_value"]["year"] = "2025-26"
    file.write_text(json.dumps(document), encoding="utf-8")
    findings = [str(finding) for finding in sp.verify(tmp_path / "s").findings]
    assert any("provenance, present_value" in finding for finding in findings), findings
