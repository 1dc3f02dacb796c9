"""Outturn is read strictly: each wrong cell is named, and what is missing is asked for or filled as agreed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.reports import review_text

from .plans import outturn, plan


@pytest.fixture(scope="module")
def agreed() -> sp.Settlement:
    return sp.settle("bucks-and-burnley")


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"area": "E99999999"}, "SP-O002", "area"),
        ({"year": "2031-32"}, "SP-O002", "year"),
        ({"envelope": "capital"}, "SP-O002", "envelope"),
        ({"objective": "carbn", "envelope": ""}, "SP-O002", "objective"),
        ({"objective": "carbon"}, "SP-O002", "envelope"),
        ({"value": "lots"}, "SP-O002", "value"),
        ({"value": -1.0}, "SP-O002", "value"),
        ({"value": 1e300}, "SP-O002", "value"),
        ({"value": np.nan}, "SP-O002", "value"),
        ({"status": "forecast"}, "SP-O002", "status"),
        ({"status": "draft"}, "SP-O002", "status"),
        ({"confidence": "some"}, "SP-O002", "confidence"),
    ],
)
def test_a_wrong_cell_is_named(agreed: sp.Settlement, changes: dict[str, Any], code: str, column: str) -> None:
    table = outturn(agreed, 1).assign(status="", confidence="").astype(object)
    table.loc[0, list(changes)] = list(changes.values())
    with pytest.raises(sp.BadInputError) as refused:
        sp.review(agreed, table)
    assert [(problem.code, problem.column) for problem in refused.value.problems] == [(code, column)]


def test_columns_are_those_of_outturn(agreed: sp.Settlement) -> None:
    for table in (outturn(agreed, 1).drop(columns="value"), outturn(agreed, 1).assign(amount=1.0)):
        with pytest.raises(sp.BadInputError, match="SP-O001"):
            sp.review(agreed, table)


def test_one_thing_is_said_once(agreed: sp.Settlement) -> None:
    table = outturn(agreed, 1)
    with pytest.raises(sp.BadInputError, match="SP-O004"):
        sp.review(agreed, pd.concat([table, table.tail(1)], ignore_index=True))


def test_what_is_missing_is_named_or_taken_as_agreed(agreed: sp.Settlement) -> None:
    table = outturn(agreed, 1).iloc[1:-1]
    with pytest.raises(sp.BadInputError, match="SP-O003") as refused:
        sp.review(agreed, table)
    assert len(refused.value.problems) == 2
    with pytest.raises(sp.BadInputError) as refused:
        sp.review(agreed, table.tail(1))
    named = "SP-O003 8 times: table outturn; expected a row for E06000052, money, 2026-27; a row for E06000060, money"
    assert str(refused.value).startswith(named) and "; and 5 more; add it" in str(refused.value)
    review = sp.review(agreed, table, as_agreed=True)
    assert review.filled[["area", "kind"]].values.tolist() == [["E06000052", "envelope"], ["E07000117", "objective"]]
    assert review.areas["change"].abs().max() < 1e-6


def test_what_is_worse_than_before_stays_so(agreed: sp.Settlement, tmp_path: Path) -> None:
    behind = {("E07000117", "carbon"): -0.5}
    review = sp.review(agreed, outturn(agreed, 1, behind))
    carbon = review.status.set_index(["area", "objective"]).loc["E07000117", "carbon"]
    assert (carbon["agreed"], carbon["delivered"], carbon["level"]) == (11.0, -5.5, 5.5)
    targets = review.scenario.targets.query("area == 'E07000117' and objective == 'carbon'")
    assert targets["target"].tolist() == pytest.approx([0.0, 5.5])
    review.write(tmp_path / "after")
    assert b",-5.5" in (tmp_path / "after" / "review" / "outturn.csv").read_bytes()
    assert sp.verify_review(tmp_path / "after", agreed).passed
    both = pd.DataFrame({"objective": ["carbon"], "year": ["2026-27:2027-28"], "target": [100.0]})
    summed = sp.settle(agreed.scenario.with_(national=both))
    with pytest.raises(sp.BadInputError, match="a national target adds this year"):
        sp.review(summed, outturn(summed, 1, behind))


@pytest.mark.parametrize(
    ("rows", "code", "column"),
    [
        ([("2027-28", 8.0, "a"), ("2027-28", 8.0, "a"), ("2027-28", 8.0, "b")], "SP-O004", ""),
        ([("2026-27", 80.0, "a")], "SP-O002", "year"),
        ([("2027-28", -1.0, "a")], "SP-O002", "amount"),
        ([("2027-28", np.nan, "a")], "SP-O002", "amount"),
        ([("2027-28", 80.0, "capital")], "SP-O002", "envelope"),
        ([("2027-28", 80.0, "b")], "SP-O003", ""),
        ([], "SP-O002", ""),
    ],
)
def test_a_wrong_row_of_a_new_pot_is_named(rows: list[tuple[str, float, str]], code: str, column: str) -> None:
    years = ["2026-27", "2027-28"]
    parts = pd.DataFrame([("X", year, part, 5.0) for year in years for part in "ab"])
    parts.columns = ["area", "year", "envelope", "amount"]
    areas = pd.DataFrame({"code": ["X"], "name": ["X"]})
    parted = sp.settle(sp.Scenario.from_tables(years=years, areas=areas, bids=parts, pot=parts.drop(columns="area")))
    pot = pd.DataFrame(rows, columns=["year", "amount", "envelope"])
    with pytest.raises(sp.BadInputError) as refused:
        sp.review(parted, outturn(parted, 1), pot=pot)
    assert [(problem.code, problem.column) for problem in refused.value.problems] == [(code, column)]


def test_sources_of_a_new_pot_are_added_up(agreed: sp.Settlement) -> None:
    pot = pd.DataFrame({"year": ["2027-28"] * 2, "amount": [60.0, 30.0], "source": ["grant", "levy"]})
    review = sp.review(agreed, outturn(agreed, 1), pot=pot)
    assert review.scenario.pot["amount"].tolist() == pytest.approx([98.0, 90.0])


def test_what_changes_without_money_is_said(agreed: sp.Settlement) -> None:
    plain = sp.review(agreed, outturn(agreed, 1))
    assert "No area gets more or less money in the years that are left. Nobody is asked" in flat(review_text(plain))
    one = plan({"A": [10, 10], "B": [10, 10]}, {"A": [10, 20], "B": [10, 20]}, [20, 20], national=40)
    more = pd.DataFrame({"area": ["B"], "option": ["more"], "own_cost": [1.0]})
    profile = pd.DataFrame({"area": ["B"], "option": ["more"], "year": ["2026-27"], "homes": [5.0]})
    free = sp.settle(one.with_(options=more, option_years=profile))
    review = sp.review(free, outturn(free, 1, {("A", "homes"): 0.5}))
    said = "1 ask would change what was agreed. Targets move by what was delivered more or less than agreed: 1 of 2."
    assert said in flat(review_text(review))
    assert review.areas["change"].abs().max() < 1e-6


def test_a_side_effect_below_nothing_that_was_agreed_is_on_track() -> None:
    years = ["2026-27", "2027-28"]
    one = plan({"A": [10, 10]}, {"A": [10, 20]}, [20, 20], national=25)
    objectives = pd.DataFrame({"key": ["homes", "green"], "name": ["Homes", "Green"], "unit": ["homes", "ha"]})
    green = pd.DataFrame({"area": ["A"], "objective": ["green"], "year": years[1:], "target": [10.0]})
    more = pd.DataFrame({"area": ["A"], "option": ["more"]})
    profile = pd.DataFrame({"area": "A", "option": "more", "year": years, "homes": 5.0, "green": -3.0})
    agreed = sp.settle(
        one.with_(objectives=objectives, targets=pd.concat([one.targets, green]), options=more, option_years=profile)
    )
    due = agreed.targets.set_index(["objective", "year"])["agreed"]["green"]
    assert due.tolist() == pytest.approx([-3.0, 7.0])
    for as_agreed in (False, True):
        table = outturn(agreed, 1).iloc[: 1 if as_agreed else None]
        review = sp.review(agreed, table, as_agreed=as_agreed)
        assert set(review.status["status"]) == {"on track"}
        after = review.settlement.targets.query("objective == 'green' and year == '2027-28'")["agreed"]
        assert after.tolist() == pytest.approx([7.0])


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_year_that_was_reviewed_is_not_the_last_again(agreed: sp.Settlement) -> None:
    first = sp.review(agreed, outturn(agreed, 1))
    with pytest.raises(sp.BadInputError, match="SP-O003"):
        sp.review(first.settlement, outturn(agreed, 0))


def test_after_the_last_year_targets_are_judged_and_nothing_is_settled(agreed: sp.Settlement, tmp_path: Path) -> None:
    review = sp.review(agreed, outturn(agreed, 2))
    assert review.settlement is None and review.scenario is None
    assert set(review.status["status"]) == {"on track"}
    review.write(tmp_path / "out")
    assert sp.verify_review(tmp_path / "out", agreed).passed


def test_a_review_of_talks_takes_their_agreement_and_asks_again_what_was_refused(tmp_path: Path) -> None:
    talks = sp.open_talks("bucks-and-burnley", tmp_path / "talks", by="the centre")
    with pytest.raises(sp.BadOptionError, match="no agreement"):
        sp.review(talks, outturn(talks.agreed_so_far, 1))
    talks.next(by="the centre")  # silence refuses everything
    rows = [{"area": code, "state": "not signed", "signed_by": "", "role": "", "date": "", "page": ""}
            for code in talks.scenario.areas["code"]]  # fmt: skip
    talks.agree(pd.DataFrame(rows), by="the centre")
    review = sp.review(talks.path, outturn(talks.agreed_so_far, 1, {("E06000060", "carbon"): 0.9}))
    asked = set(review.settlement.asks["option"])
    assert "retrofit-more" in asked
    again = sp.open_talks(review.scenario, tmp_path / "again", by="the centre")
    assert "retrofit-more" in set(again.asks["option"])
    assert sp.verify_talks(again.path).passed


def test_talks_on_a_review_tell_what_moves_little_money_and_ask_the_rest(tmp_path: Path, agreed: sp.Settlement) -> None:
    review = sp.review(agreed, outturn(agreed, 1, {("E07000117", "carbon"): 0.995}))
    changes = dict(zip(review.settlement.asks["area"], review.settlement.asks["grant_change"], strict=True))
    bids = review.scenario.bids.query("year == '2027-28'").set_index("area")["amount"]
    assert abs(changes["E06000052"]) < 0.005 * bids["E06000052"]
    assert abs(changes["E07000117"]) > 0.005 * bids["E07000117"]
    talks = sp.open_talks(review.scenario, tmp_path / "talks", by="the centre")
    assert talks.asks["area"].tolist() == ["E07000117"]
    told = talks.notices[~talks.notices["option"].str.startswith("scale-back")]
    assert told["area"].tolist() == ["E06000052"] and (told["reason"] != "").all()
    assert sp.verify_talks(talks.path).passed


@pytest.mark.parametrize("name", ["folder", "scenario.xlsx", "scenario.json"])
def test_what_is_agreed_about_reviews_is_written_and_read_back(
    agreed: sp.Settlement, tmp_path: Path, name: str
) -> None:
    terms = {"underspend_kept": 0.5, "threshold": 0.7, "until": "2026-27", "kept": {"E07000117": 1.25}}
    scenario = sp.apply_what_if(agreed.scenario, {"review": terms, "public": {"kpis": 3}})
    sp.write_scenario(scenario, tmp_path / name)
    read = sp.read_scenario(tmp_path / name)
    assert read.settings.review == scenario.settings.review and read.settings.public == scenario.settings.public
    assert read.settings.review.as_dict()["kept"] == {"E07000117": 1.25}


@pytest.mark.parametrize(
    "section",
    [
        {"review": {"carry": 1.5}},
        {"review": {"pool": -0.1}},
        {"review": {"kept": {"A": -1.0}}},
        {"public": {"kpis": 0}},
    ],
)
def test_terms_that_cannot_be_are_refused(agreed: sp.Settlement, section: dict[str, Any]) -> None:
    with pytest.raises(sp.BadInputError, match="SP-S004"):
        sp.apply_what_if(agreed.scenario, section)


def test_a_last_year_that_is_none_of_the_years_is_refused(agreed: sp.Settlement) -> None:
    settled = sp.settle(sp.apply_what_if(agreed.scenario, {"review": {"until": "2019-20"}}))
    with pytest.raises(sp.BadOptionError, match="2019-20"):
        sp.review(settled, outturn(settled, 1))
