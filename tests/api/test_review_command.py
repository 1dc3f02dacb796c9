"""`singlepot review`, started as a user starts it: a year that is over, its proof, and talks on those that are left."""

from __future__ import annotations

from pathlib import Path

import pytest

import singlepot as sp
from singlepot.cli import _run

from ..scenarios.review.plans import outturn

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an agreement, and what was spent and delivered of it."""
    monkeypatch.chdir(tmp_path)
    agreed = sp.settle("bucks-and-burnley")
    agreed.write("agreed")
    changes = {("E07000117", "carbon"): 0.5, ("E06000052", "money"): 0.9}
    outturn(agreed, 1, changes).to_csv("outturn.csv", index=False)
    return tmp_path


def test_a_review_says_who_is_behind_what_returns_and_what_changes(place: Path, capsys: Capture) -> None:
    assert _run(["review", "agreed", "--outturn", "outturn.csv", "--out", "after"]) == 0
    said = capsys.readouterr().out
    for part in ("Review after 2026-27", "5 on track, 1 off track", "£45.5m  £41.0m", "Burnley  Carbon", "Written to"):
        assert part in said, part
    assert _run(["verify", "after/settlement"]) == 0
    assert _run(["review", "agreed", "--verify", "after"]) == 0
    assert "Everything holds." in capsys.readouterr().out


def test_a_changed_review_is_found(place: Path, capsys: Capture) -> None:
    assert _run(["review", "agreed", "--outturn", "outturn.csv", "--out", "after", "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    file = place / "after" / "review" / "outturn.csv"
    file.write_bytes(file.read_bytes().replace(b"5.5", b"9.5"))
    assert _run(["review", "agreed", "--verify", "after"]) == 6
    assert "FAILS: settlement settles another scenario" in capsys.readouterr().out


def test_talks_are_opened_on_the_years_that_are_left(place: Path, capsys: Capture) -> None:
    arguments = ["review", "agreed", "--outturn", "outturn.csv", "--talks", "talks", "--by", "Treasury"]
    assert _run(arguments) == 0
    assert "Round 1 of at most 6" in capsys.readouterr().out
    assert sp.Talks("talks").scenario.settings.review.until == "2026-27"


@pytest.mark.parametrize("taken", ["talks", "after/review", "after/settlement"])
def test_nothing_is_written_where_one_folder_is_taken(place: Path, capsys: Capture, taken: str) -> None:
    (place / taken).mkdir(parents=True)
    (place / taken / "mine.txt").write_text("mine", encoding="utf-8")
    before = sorted(place.rglob("*"))
    arguments = ["review", "agreed", "--outturn", "outturn.csv", "--out", "after", "--talks", "talks", "--by", "T"]
    assert _run(arguments) == 2
    assert sorted(place.rglob("*")) == before


def test_talks_are_refused_before_anything_is_written(place: Path, capsys: Capture) -> None:
    arguments = ["review", "agreed", "--outturn", "outturn.csv", "--by", "T"]
    assert _run([*arguments, "--out", "talks/after", "--talks", "talks"]) == 2
    assert not (place / "talks").exists()
    outturn(sp.settle("bucks-and-burnley"), 2).to_csv("outturn.csv", index=False)
    assert _run([*arguments, "--out", "after", "--talks", "talks"]) == 2
    assert "no year is left" in capsys.readouterr().err
    assert not (place / "after").exists()


def test_what_is_missing_is_said(place: Path, capsys: Capture) -> None:
    assert _run(["review", "agreed"]) == 2
    assert "--outturn is needed" in capsys.readouterr().err
    assert _run(["review", "agreed", "--verify", "agreed"]) == 2
    assert "holds no review" in capsys.readouterr().err
    (place / "outturn.csv").write_text("area,year,value\nE07000117,2026-27,lots\n", encoding="utf-8")
    assert _run(["review", "agreed", "--outturn", "outturn.csv"]) == 3
    assert 'SP-O002 outturn.csv row 2, column "value": got "lots"' in capsys.readouterr().err
    for encoding in ("cp1252", "utf-16"):
        (place / "outturn.csv").write_text("area,year,value,note\nE07000117,2026-27,1,Môn\n", encoding=encoding)
        assert _run(["review", "agreed", "--outturn", "outturn.csv"]) == 3
        said = capsys.readouterr().err
        assert "SP-F004 outturn.csv" in said and "CSV UTF-8" in said and "--encoding" not in said
