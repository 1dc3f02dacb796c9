"""The page of a round says how far talks can go, what could be signed, who has answered and what is open."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import singlepot as sp
from singlepot.reports.page import round_html

from ..report_pages import Page

CORNWALL, BURNLEY = "E06000052", "E07000117"


@pytest.fixture
def talks(tmp_path: Path) -> sp.Talks:
    return sp.open_talks("bucks-and-burnley", tmp_path / "talks", by="the centre", deadline="2099-05-29")


def read(talks: sp.Talks) -> Page:
    page = Page()
    page.feed(round_html(talks))
    return page


def test_both_settlements_stand_beside_one_another(talks: sp.Talks) -> None:
    page = read(talks)
    for row in talks.status.stages.to_dict("records"):
        shown = page.tables["stages"][row["name"]]
        assert shown["if_all_accepted"].value == row["if_all_accepted"]
        assert shown["agreed_so_far"].value == row["agreed_so_far"]
    after, now = talks.all_accepted.national, talks.agreed_so_far.national
    for one, other in zip(after.to_dict("records"), now.to_dict("records"), strict=True):
        shown = page.tables["short"][f"{one['objective']} {one['year']}"]
        assert (shown["after"].value, shown["now"].value) == (one["shortfall"], other["shortfall"])
    assert set(page.tables["last"]) == {"carbon 2027-28", "trees 2027-28"}
    text = " ".join(page.text.split())
    assert "The largest shortfall is 7.55% in what could be signed today, and 0.00% if all is accepted." in text
    assert "until 2099-05-29" in text and talks.head in text


def test_who_has_answered_is_no_longer_open(talks: sp.Talks) -> None:
    assert {key.split()[0] for key in read(talks).tables["open"]} == set(talks.asks["area"])
    rows = [{"round": 1, "area": CORNWALL, "option": ""}, {"round": 1, "area": BURNLEY, "option": "", "up_to": 0,
             "reason": "no"}]  # fmt: skip
    talks.answer(pd.DataFrame(rows), by="councils")
    page = read(talks)
    assert {key.split()[0] for key in page.tables["open"]} == {"E06000060"}
    assert page.tables["areas"][BURNLEY]["refused"].value == 2
    text = " ".join(page.text.split())
    assert "2 of 3 areas asked have answered everything; 4 of 6 asks are answered, 2 of them refused." in text
    assert "Still to answer: Buckinghamshire." in text


def test_every_ask_and_notice_stands_there_with_its_reason(talks: sp.Talks) -> None:
    page = read(talks)
    for ask in talks.asks.to_dict("records"):
        shown = page.tables["asks"][f"{ask['area']} {ask['option']}"]
        assert shown["grant_change"].value == ask["grant_change"]
        assert shown["reason_with_rivals"].text == ask["reason_with_rivals"]
    assert set(page.tables["notices"]) == {f"{row.area} {row.option}" for row in talks.notices.itertuples()}


def test_an_end_is_said(talks: sp.Talks) -> None:
    talks.answer(pd.DataFrame([{"round": 1, "area": code, "option": ""} for code in set(talks.asks["area"])]), by="all")
    talks.next(by="the centre")
    text = " ".join(read(talks).text.split())
    assert "Nothing is left to ask: agreed so far is all." in text and "Nobody is asked." in text
