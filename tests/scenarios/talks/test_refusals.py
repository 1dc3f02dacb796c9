"""What talks refuse of the centre and of programs: each in one line, and nothing is written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import singlepot as sp

from .players import CENTRE


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sp.open_talks("bucks-and-burnley", tmp_path_factory.mktemp("opened") / "talks", by=CENTRE).path


Call = Callable[[Any], object]

ARGUMENTS: dict[str, tuple[Call, str]] = {
    "a row for a table": (lambda talks: talks.answer(talks.asks.iloc[0], by="A"), "of type Series is no answers"),
    "a file for a list of files": (lambda talks: talks.answer_files("b1.csv", by="A"), "of type str is no paths"),
    "an area for a list of areas": (lambda talks: talks.refuse_alone("E07000117"), "of type str is no areas"),
    "a list for a what-if": (lambda talks: talks.move([{}], reason="r", by="A"), "of type list is no what_if"),
    "nobody": (lambda talks: talks.undo(by=None), "of type NoneType is no by"),
    "no table": (lambda talks: talks.answer(None, by="A"), "nothing is answered"),
    "no file": (lambda talks: talks.answer_files([], by="A"), "nothing is answered"),
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_arguments_that_are_none_are_refused_in_a_line(name: str, opened: Path) -> None:
    call, said = ARGUMENTS[name]
    talks = sp.Talks(opened)
    with pytest.raises((sp.BadOptionError, sp.TalksError), match=said):
        call(talks)
    assert len(talks.entries) == 2


MOVES: dict[str, tuple[str, str]] = {
    "a base": ('base = "england-pot-down-10"\n[levers]\npot = "+1%"\n', 'more.toml, key "base"'),
    "no lever": ('[levers]\npots = "+1%"\n', 'more.toml, key "pots"'),
    "no value": ('[levers]\npot = "1,5bn"\n', 'more.toml, key "lever"'),
    "no column": ('[[change]]\ntable = "pot"\nset = { amounts = 1 }\n', 'more.toml change 1, key "set.amounts"'),
}
"""Files of what-ifs that are no moves, and how the place is named."""


@pytest.mark.parametrize("name", MOVES)
def test_a_move_is_refused_by_the_name_of_its_file(name: str, opened: Path, tmp_path: Path) -> None:
    text, said = MOVES[name]
    file = tmp_path / "more.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(sp.BadInputError) as refused:
        sp.Talks(opened).move(file, reason="why not", by=CENTRE)
    assert said in str(refused.value)
    assert len(sp.Talks(opened).entries) == 2


def test_tables_of_a_round_that_are_lost_or_spoilt_are_named(opened: Path, tmp_path: Path) -> None:
    talks = sp.Talks(shutil.copytree(opened, tmp_path / "talks"))
    asks = talks.path / "rounds" / "2" / "asks"
    (asks / "asks.csv").write_text("", encoding="utf-8")
    with pytest.raises(sp.UnreadableTalksError, match=r"asks\.csv is not as it was written; .*talks verify"):
        _ = talks.asks
    assert any("asks.csv" in fault for fault in sp.verify_talks(talks.path).faults)
    shutil.rmtree(asks)
    for call in (lambda: talks.asks, lambda: talks.notices):
        with pytest.raises(sp.UnreadableTalksError, match=r"is missing; .*talks verify"):
            call()


def test_a_folder_without_talks_is_refused_with_the_command_that_opens_them(tmp_path: Path) -> None:
    with pytest.raises(sp.UnreadableTalksError, match="singlepot talks open"):
        sp.Talks(tmp_path)
