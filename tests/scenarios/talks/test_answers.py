"""What areas send back: right answers are taken as they are meant."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

import singlepot as sp
from singlepot.scenarios.talks import deadline as module

from .players import CENTRE, accept_all, answer_to
from .sheets import BURNLEY, CORNWALL, column, fill, sheet_of

openpyxl = pytest.importorskip("openpyxl")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sp.open_talks("bucks-and-burnley", tmp_path_factory.mktemp("opened") / "talks", by=CENTRE).path


@pytest.fixture
def talks(opened: Path, tmp_path: Path) -> sp.Talks:
    return sp.Talks(shutil.copytree(opened, tmp_path / "talks"))


def test_a_filled_sheet_is_taken_row_by_row(talks: sp.Talks, tmp_path: Path) -> None:
    file = sheet_of(talks, BURNLEY, tmp_path)
    fill(file, "asks", 2, by="leader", date=date(2026, 5, 4))
    fill(file, "asks", 3, up_to="25%", by="leader", reason="half of it")
    talks.answer_files([file], by="post room")
    answers = talks.state.answers
    assert {key[1]: answer.up_to for key, answer in answers.items()} == {"efficiency": 1.0, "retrofit-more": 0.25}
    assert talks.entries[-1].content["by"] == "leader"
    assert talks.entries[-2].content["date"] == "2026-05-04"


def test_a_sheet_prints_on_its_own_width_and_shows_what_is_to_fill(talks: sp.Talks, tmp_path: Path) -> None:
    """Wrapped text says its height; hashes are narrow, left out of print, and no cell of them is to be filled in."""
    book = openpyxl.load_workbook(sheet_of(talks, BURNLEY, tmp_path))
    for sheet in book:
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    asks = book["asks"]
    filled = {cell.value for cell in asks[1] if asks.cell(2, cell.column).fill.fgColor.rgb == "FFFFF2CC"}
    assert filled == {"up_to", "reason", "by", "role", "date"}
    assert asks.print_area.startswith("'asks'!$D$1:")
    assert asks.row_dimensions[2].height >= 4 * 15
    assert asks.cell(2, column(asks, "asked_share")).number_format.endswith("%")


def test_a_filled_csv_is_taken(talks: sp.Talks, tmp_path: Path) -> None:
    sent = talks.path / "rounds" / "2" / "asks" / f"{CORNWALL}.csv"
    table = pd.read_csv(sent, dtype=str, keep_default_na=False)
    table["by"] = "leader"
    table.to_csv(tmp_path / "back.csv", index=False)
    talks.answer_files([tmp_path / "back.csv"], by="post room")
    assert {key[1] for key in talks.state.answers} == {"efficiency", "fewer-trees"}


def test_money_and_shares_are_taken_as_take_ups(talks: sp.Talks) -> None:
    (ask,) = talks.asks[(talks.asks["area"] == BURNLEY) & (talks.asks["option"] == "retrofit-more")].itertuples()
    for up_to, taken in (("£3m", 0.25), ("£600,000", 0.05), ("20%", 0.2), (0.3, 0.3)):
        talks.answer(pd.DataFrame([answer_to(ask, up_to=up_to)]), by="Burnley")
        assert talks.state.answers[BURNLEY, "retrofit-more"].up_to == pytest.approx(taken, rel=1e-12)


def test_a_share_that_the_sheet_holds_as_a_number_is_taken_as_it_is_shown(talks: sp.Talks, tmp_path: Path) -> None:
    """The cells to fill keep what is typed as text; in a cell of another format, 50% is the number 0.5."""
    file = sheet_of(talks, BURNLEY, tmp_path)
    book = openpyxl.load_workbook(file)
    cell = book["asks"].cell(3, column(book["asks"], "up_to"))
    assert cell.number_format == "@"
    cell.value, cell.number_format = 0.07, "0%"
    book.save(file)
    talks.answer_files([file], by="leader")
    assert {key[1]: answer.up_to for key, answer in talks.state.answers.items()} == {"retrofit-more": 0.07}


def test_an_empty_option_answers_every_ask_that_is_not_named(talks: sp.Talks) -> None:
    (ask,) = talks.asks[(talks.asks["area"] == BURNLEY) & (talks.asks["option"] == "retrofit-more")].itertuples()
    rows = [{"round": 1, "area": BURNLEY, "option": ""}, answer_to(ask, up_to=0, reason="no")]
    for order in (1, -1):
        talks.answer(pd.DataFrame(rows[::order]), by="Burnley")
        answers = {key[1]: answer.up_to for key, answer in talks.state.answers.items()}
        assert answers == {"efficiency": 1.0, "retrofit-more": 0.0}


def test_the_last_answer_counts_where_both_answer_every_ask(talks: sp.Talks) -> None:
    for up_to, reason in ((0, "no builders"), (None, ""), (0, "no builders")):
        row = {"round": 1, "area": BURNLEY, "option": "", "up_to": up_to, "reason": reason}
        talks.answer(pd.DataFrame([row]), by="Burnley")
        assert [answer.up_to > 0 for answer in talks.state.answers.values()] == [up_to is None] * 2


def test_an_offer_beside_a_row_without_an_option_answers_its_own_ask(talks: sp.Talks) -> None:
    offers = pd.DataFrame([{"area": BURNLEY, "option": "cheaper", "instead_of": "retrofit-more"}])
    years = pd.DataFrame([{"area": BURNLEY, "option": "cheaper", "year": "2027-28", "grant": 1, "carbon": 1}])
    rows = pd.DataFrame([{"round": 1, "area": BURNLEY, "option": ""}])
    talks.answer(rows, offers=offers, offer_years=years, by="Burnley")
    told = [(one.kind, one.content["option"]) for one in talks.entries[2:]]
    assert told == [("answer", "efficiency"), ("offer", "cheaper")]


def test_an_offer_in_place_of_an_ask_is_its_answer_and_an_option_of_the_next_round(
    talks: sp.Talks, tmp_path: Path
) -> None:
    file = sheet_of(talks, BURNLEY, tmp_path)
    fill(file, "asks", 2, by="leader")
    fill(file, "offers", 2, area=BURNLEY, option="cheaper", name="Fewer homes", instead_of="retrofit-more", by="leader")
    fill(file, "offer_years", 2, area=BURNLEY, option="cheaper", year="2027-28", grant=1, carbon=1)
    talks.answer_files([file], by="post room")
    accept_all_but(talks, BURNLEY)
    talks.next(by=CENTRE)
    options = talks.all_accepted.scenario.options.set_index(["area", "option"])
    assert (BURNLEY, "cheaper") in options.index
    assert options.loc[(BURNLEY, "cheaper"), "group"] == options.loc[(BURNLEY, "retrofit-more"), "group"] != ""
    assert talks.state.open[BURNLEY, "retrofit-more"] == 0.0
    assert sp.verify_talks(talks.path).passed


def accept_all_but(talks: sp.Talks, area: str) -> None:
    asks = talks.asks[talks.asks["area"] != area]
    talks.answer(pd.DataFrame([answer_to(ask) for ask in asks.itertuples()]), by="areas")


def test_next_waits_for_the_deadline_unless_all_have_answered_and_late_answers_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = date(2026, 5, 4)
    monkeypatch.setattr(module, "today", lambda: today)
    talks = sp.open_talks("bucks-and-burnley", tmp_path / "talks", by=CENTRE, deadline="2026-05-29")
    with pytest.raises(sp.TalksError, match="2026-05-29"):
        talks.next(by=CENTRE)
    monkeypatch.setattr(module, "today", lambda: today + timedelta(days=26))
    accept_all(talks)
    assert talks.status.areas["late"].sum() > 0
    assert not talks.state.answers
    talks.next(by=CENTRE)
    assert talks.status.ended == "agreed so far is all"
    assert not any(talks.state.accepted.values())
