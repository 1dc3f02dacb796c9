"""The ledger: entries are chained, never changed, and whole after a kill or beside another writer."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.scenarios.talks.ledger import Entry, TalksError, Writing

from .players import CENTRE, accept_all, answer_to


@pytest.fixture(scope="module")
def talked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Talks of two rounds."""
    talks = sp.open_talks("bucks-and-burnley", tmp_path_factory.mktemp("talked") / "talks", by=CENTRE)
    accept_all(talks)
    talks.next(by=CENTRE)
    return talks.path


@pytest.fixture
def copied(talked: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(talked, tmp_path / "talks"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET who = 'x' WHERE seq = 2",
        "DELETE FROM ledger WHERE seq = 3",
        "INSERT INTO ledger SELECT 99, at, who, kind, body, previous, hash FROM ledger WHERE seq = 3",
        "INSERT OR REPLACE INTO ledger SELECT seq, at, 'x', kind, body, previous, hash FROM ledger WHERE seq = 2",
        "INSERT INTO ledger SELECT (SELECT max(seq) + 1 FROM ledger), at, who, kind, body, 'x', hash FROM ledger "
        "WHERE seq = 3",
    ],
)
def test_the_file_itself_refuses_to_change_entries(copied: Path, statement: str) -> None:
    connection = sqlite3.connect(copied / "talks.sqlite")
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()
    assert sp.verify_talks(copied).passed


def test_a_ledger_that_was_made_anew_is_found_by_a_head_that_was_kept(copied: Path, tmp_path: Path) -> None:
    head = sp.Talks(copied).head
    other = sp.open_talks("bucks-and-burnley", tmp_path / "other", by=CENTRE)
    assert sp.verify_talks(other.path).passed
    assert not sp.verify_talks(other.path, head=head).passed
    assert sp.verify_talks(copied, head=head).passed


def test_times_never_decrease(copied: Path) -> None:
    times = [entry.at for entry in sp.Talks(copied).entries]
    assert times == sorted(times)


def _write(path: Path, area: str, count: int) -> None:
    talks = sp.Talks(path)
    asks = [ask for ask in talks.asks.itertuples() if ask.area == area]
    for _ in range(count):
        talks.answer(pd.DataFrame([answer_to(ask) for ask in asks]), by=area)


def test_two_writers_at_once_both_write_and_the_chain_holds(tmp_path: Path) -> None:
    talks = sp.open_talks("bucks-and-burnley", tmp_path / "talks", by=CENTRE)
    before = len(talks.entries)
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(talks.path, area, 6)) for area in ("E06000052", "E06000060")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert len(talks.entries) == before + 2 * 6 * 2
    assert sp.verify_talks(talks.path).passed


def test_a_round_that_was_overtaken_by_an_answer_is_refused(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talks = sp.open_talks("bucks-and-burnley", copied / "again", by=CENTRE)
    from singlepot.scenarios.talks import talks as module

    settle = module.settle_round

    def overtaken(*arguments: Any) -> object:
        accept_all(sp.Talks(talks.path))
        return settle(*arguments)

    monkeypatch.setattr(module, "settle_round", overtaken)
    with pytest.raises(TalksError, match="meanwhile"):
        talks.next(by=CENTRE)
    monkeypatch.undo()
    talks.next(by=CENTRE)
    assert talks.status.ended


KILLED = """
import sys, pandas as pd, singlepot as sp
talks = sp.Talks(sys.argv[1])
rows = [{"round": a.round, "area": a.area, "option": a.option, "asked": a.asked} for a in talks.asks.itertuples()]
unsigned = talks.pages.drop(columns="name").assign(signed_by="", role="", date="", state="not signed")
print("ready", flush=True)
if sys.argv[2] == "answer":
    talks.answer(pd.DataFrame(rows), by="areas")
elif sys.argv[2] == "move":
    talks.move({"levers": {"pot": 1.01}}, reason="more", by="centre")
elif sys.argv[2] == "agree":
    talks.agree(unsigned, by="centre")
else:
    talks.next(by="centre")
print("done", flush=True)
"""
KILLS = int(os.environ.get("SINGLEPOT_KILLS", "4"))
"""Processes that are killed; forty were when the test was written."""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_process_killed_at_any_moment_leaves_talks_that_verify_and_go_on(talked: Path, tmp_path: Path) -> None:
    opened = sp.open_talks("bucks-and-burnley", tmp_path / "talks", by=CENTRE).path
    generator, steps, longest = np.random.default_rng(1), ("answer", "next", "move", "agree"), {}
    for number in range(KILLS + len(steps)):
        step = steps[number % len(steps)]
        path = Path(shutil.copytree(talked if step == "agree" else opened, tmp_path / str(number)))
        run = subprocess.Popen([sys.executable, "-c", KILLED, str(path), step], stdout=subprocess.PIPE, text=True)
        assert run.stdout is not None and run.stdout.readline() == "ready\n"
        begun = time.monotonic()
        if step in longest:  # how long the step takes was measured in the first run of it
            try:
                run.wait(timeout=longest[step] * generator.random())
            except subprocess.TimeoutExpired:
                run.send_signal(signal.SIGKILL)
        run.communicate()
        longest.setdefault(step, time.monotonic() - begun)
        assert sp.verify_talks(path).passed
        talks = sp.Talks(path)
        if talks.status.round == 1:
            talks.next(by=CENTRE)
        assert sp.verify_talks(path).passed
        shutil.rmtree(path)


FULL = """
import resource, sys, singlepot as sp
talks = sp.Talks(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    talks.next(by="centre")
except sp.SinglepotError as error:
    print(error)
"""


@pytest.mark.skipif(os.name == "nt", reason="limits of a process")
@pytest.mark.parametrize("room", [2_000, 9_000])
def test_a_disk_that_is_full_leaves_talks_that_verify_and_go_on(tmp_path: Path, room: int) -> None:
    talks = sp.open_talks("bucks-and-burnley", tmp_path / "talks", by=CENTRE)
    head = talks.head
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(talks.path), str(room)], capture_output=True, text=True, check=True
    )
    assert "room" in done.stdout
    assert talks.head == head
    assert sp.verify_talks(talks.path).passed
    talks.next(by=CENTRE)
    assert talks.status.ended


def _interrupt(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """End a run at the moment when everything is written but the entry."""
    add = Writing.add

    def ended(writing: Writing, entry: Entry) -> None:
        if entry.kind == kind:
            raise KeyboardInterrupt
        add(writing, entry)

    monkeypatch.setattr(Writing, "add", ended)


def test_an_opening_that_was_interrupted_can_be_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _interrupt(monkeypatch, "round")
    with pytest.raises(KeyboardInterrupt):
        sp.open_talks("bucks-and-burnley", tmp_path / "talks", by=CENTRE)
    monkeypatch.undo()
    assert (tmp_path / "talks" / "rounds" / "2" / "agreed_so_far").is_dir()
    assert not sp.verify_talks(tmp_path / "talks").passed
    talks = sp.open_talks("bucks-and-burnley", tmp_path / "talks", by=CENTRE)
    assert sp.verify_talks(talks.path).passed


def test_an_agreement_that_was_interrupted_can_be_done_again(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talks = sp.Talks(copied)
    table = talks.pages.drop(columns="name").assign(signed_by="", role="", date="", state="not signed")
    _interrupt(monkeypatch, "agree")
    with pytest.raises(KeyboardInterrupt):
        talks.agree(table, by=CENTRE)
    monkeypatch.undo()
    assert not talks.status.signed
    assert sp.verify_talks(copied).passed
    talks.agree(table, by=CENTRE)
    assert sp.verify_talks(copied).passed


def test_a_folder_with_other_files_in_it_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "talks").mkdir()
    (tmp_path / "talks" / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(TalksError):
        sp.open_talks("bucks-and-burnley", tmp_path / "talks", by=CENTRE)
    assert [item.name for item in (tmp_path / "talks").iterdir()] == ["letter.txt"]


def test_an_opening_that_was_killed_while_its_scenario_was_written_can_be_done_again(tmp_path: Path) -> None:
    script = "import os, sys; from singlepot.models.files import folder\nimport singlepot as sp\n"
    script += "folder.place_folder = lambda *arguments: os._exit(9)\n"
    script += f'sp.open_talks("bucks-and-burnley", {str(tmp_path / "talks")!r}, by="centre")'
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 9
    assert any(item.name.endswith(".partial") for item in (tmp_path / "talks").iterdir())
    talks = sp.open_talks("bucks-and-burnley", tmp_path / "talks", by=CENTRE)
    assert sp.verify_talks(talks.path).passed
    assert not any(item.name.startswith(".") for item in talks.path.iterdir())
