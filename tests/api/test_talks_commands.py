"""`singlepot talks`, started as a user starts it: from the opening to a signed agreement."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pandas as pd
import pytest

import singlepot as sp
from singlepot.cli import _run
from singlepot.commands.talks import talks as group

from ..scenarios.talks.players import answer_to

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Path:
    """A folder with talks of one round, and the files that the examples name."""
    monkeypatch.chdir(tmp_path)
    assert _run(["talks", "open", "bucks-and-burnley", "out/talks", "--by", "Treasury"]) == 0
    asks = sp.Talks("out/talks").asks
    pd.DataFrame([answer_to(ask) for ask in asks.itertuples()]).to_csv("back.csv", index=False)
    Path("more.toml").write_text('title = "More"\n[levers]\npot = 1.01\n', encoding="utf-8")
    capsys.readouterr()
    return tmp_path


def sign() -> None:
    pages = sp.Talks("out/talks").pages
    signed = pages.assign(signed_by="A. Leader", role="leader", date="2026-06-01", state="signed")
    signed.drop(columns="name").to_csv("signatures.csv", index=False)


def test_the_example_of_every_command_runs_and_prints_the_head(place: Path, capsys: Capture) -> None:
    sign()
    names = ["asks", "answer", "move", "next", "status", "report", "history", "diff", "verify", "agree", "undo"]
    assert sorted(names) == sorted(set(group.commands) - {"open", "simulate"})
    for name in names:
        if name == "agree":
            sign()
        *_, line = str(group.commands[name].epilog).splitlines()
        assert _run(shlex.split(line)[1:]) == 0, name
        assert f"Head {sp.Talks('out/talks').head}" in capsys.readouterr().out, name


def test_status_and_asks_are_json_where_that_is_asked_for(place: Path, capsys: Capture) -> None:
    assert _run(["talks", "status", "out/talks", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["round"] == 1
    assert _run(["talks", "asks", "out/talks", "--json", "--area", "E07000117"]) == 0
    assert {ask["area"] for ask in json.loads(capsys.readouterr().out)["asks"]} == {"E07000117"}


def test_exit_codes_say_what_was_refused(place: Path, capsys: Capture) -> None:
    head = sp.Talks("out/talks").head
    Path("half.toml").write_text("[levers]\npot = 0.5\n", encoding="utf-8")
    pd.read_csv("back.csv").assign(round=7).to_csv("wrong.csv", index=False)
    refused = {
        ("talks", "move", "out/talks", "half.toml", "--reason", "x"): 4,
        ("talks", "answer", "out/talks", "wrong.csv", "--by", "x"): 3,
        ("talks", "agree", "out/talks", "back.csv"): 2,
        ("talks", "status", "elsewhere"): 3,
        ("talks", "open", "bucks-and-burnley", "out/talks"): 2,
        ("talks", "diff", "out/talks", "1", "9"): 2,
        ("talks", "verify", "out/talks", "--head", "0" * 64): 6,
    }
    for arguments, code in refused.items():
        assert _run(list(arguments)) == code, arguments
    assert sp.Talks("out/talks").head == head


def test_who_gains_by_refusing_alone_is_shown_to_the_centre(place: Path, capsys: Capture) -> None:
    assert _run(["talks", "asks", "out/talks", "--alone"]) == 0
    assert "if it alone refuses" in capsys.readouterr().out


def test_talks_are_simulated_to_their_end(place: Path, capsys: Capture) -> None:
    *_, line = str(group.commands["simulate"].epilog).splitlines()
    assert _run(shlex.split(line)[1:]) == 0
    assert "Ended" in capsys.readouterr().out
    assert _run(["talks", "simulate", "bucks-and-burnley", "out/other", "--areas", "truthfull"]) == 2
    assert "truthful" in capsys.readouterr().err
