"""Every edit of a stored field of the ledger, and of a file of talks, is found, and the entry or the file named.

Some edits are drawn in the usual run; with ``SINGLEPOT_SCENARIOS`` set, all are made.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.scenarios.talks.ledger import COLUMNS, Entry, Ledger, body_text

from ...steered import MANY
from .players import CENTRE, accept_all, answer_to

LEDGER = "talks.sqlite"


@pytest.fixture(scope="module")
def talked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Talks with an entry of every kind that talks know, an opening to an agreement."""
    talks = sp.open_talks("bucks-and-burnley", tmp_path_factory.mktemp("talked") / "talks", by=CENTRE)
    accept_all(talks)
    *_, ask = talks.asks.itertuples()
    talks.answer(pd.DataFrame([answer_to(ask, up_to=0, reason="no builders, “perhaps” in spring — naïvely")]), by="A")
    offers = pd.DataFrame([{"area": ask.area, "option": "other", "instead_of": ask.option, "reason": "rather"}])
    years = pd.DataFrame([{"area": ask.area, "option": "other", "year": "2027-28", "grant": 1, "carbon": 1}])
    talks.answer(offers=offers, offer_years=years, by="A")
    imposed = [{"area": ask.area, "option": "efficiency", "up_to": 1.0, "reason": "must"}]
    talks.move({"levers": {"pot": 1.001}, "imposed": imposed}, reason="more", by=CENTRE)
    talks.undo(by=CENTRE)
    while not talks.status.ended:
        talks.next(by=CENTRE)
    signed = talks.pages.assign(signed_by="A. Leader", role="leader", date="2026-06-01", state="signed")
    talks.agree(signed.drop(columns="name"), by=CENTRE)
    kinds = {entry.kind for entry in talks.entries}
    assert kinds == {"open", "round", "answer", "offer", "move", "imposed", "undo", "agree"}
    return talks.path


@pytest.fixture
def copied(talked: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(talked, tmp_path / "talks"))


def chosen(edits: Sequence[Any], usual: int) -> list[Any]:
    """All edits, or as many as are drawn in the usual run."""
    if MANY or len(edits) <= usual:
        return list(edits)
    return [edits[at] for at in np.random.default_rng(1).choice(len(edits), usual, replace=False)]


def edited(content: bytes) -> Iterator[bytes]:
    """Contents with a bit changed, cut short, with more behind them, or of nothing."""
    for at in sorted({0, len(content) // 3, len(content) // 2, len(content) - 1} if content else ()):
        yield content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    yield from (one for one in (content[:-1], content + b" ", content + b"\n", b"") if one != content)


def edits_of(entry: Entry) -> Iterator[tuple[str, object]]:
    """Columns of an entry with what an editor might write into them: other texts, numbers, bytes, nothing."""
    yield from (("seq", number) for number in (0, -1, 10**6))
    for name in COLUMNS[1:]:
        content = getattr(entry, name).encode()
        yield from ((name, text.decode("utf-8", "replace")) for text in edited(content))
        yield from ((name, other) for other in (content, 7, 0.5, None))
    for values in changed_values(entry.content):
        yield "body", body_text({**values})


def changed_values(value: Any) -> Iterator[Any]:
    """A body with one value in it changed, for each value."""
    if isinstance(value, dict):
        yield from ({**value, key: other} for key, item in value.items() for other in changed_values(item))
    elif isinstance(value, list):
        yield from (
            [*value[:at], other, *value[at + 1 :]] for at, one in enumerate(value) for other in changed_values(one)
        )
    elif isinstance(value, bool) or value is None:
        yield not value
    else:
        yield value + "x" if isinstance(value, str) else value + 1


def unguarded(path: Path) -> sqlite3.Connection:
    """A copy of the ledger whose table takes anything, as somebody with an editor could make it."""
    rows = [[getattr(entry, name) for name in COLUMNS] for entry in Ledger(path / LEDGER).entries]
    connection = sqlite3.connect(path / LEDGER, isolation_level=None)
    for kind, name in connection.execute("SELECT type, name FROM sqlite_master WHERE type <> 'index'").fetchall():
        connection.execute(f"DROP {kind} IF EXISTS {name}")
    connection.execute(f"CREATE TABLE ledger ({', '.join(COLUMNS)})")
    connection.executemany(f"INSERT INTO ledger VALUES ({','.join('?' * len(COLUMNS))})", rows)
    return connection


def test_every_edit_of_every_field_of_every_entry_is_found_and_the_entry_named(copied: Path) -> None:
    entries = Ledger(copied / LEDGER).entries
    edits = [(entry, *edit) for entry in entries for edit in edits_of(entry)]
    connection = unguarded(copied)
    connection.execute("PRAGMA synchronous = OFF")
    assert sp.verify_talks(copied).passed
    for entry, name, value in chosen(edits, 150):
        connection.execute(f"UPDATE ledger SET {name} = ? WHERE seq = ?", (value, entry.seq))
        faults = " ".join(sp.verify_talks(copied).faults)
        where = entry.seq if name != "seq" else "[0-9]+"
        assert re.search(rf"entry {where}\b", faults), (entry.seq, name, value, faults)
        key = value if name == "seq" else entry.seq
        connection.execute(f"UPDATE ledger SET {name} = ? WHERE seq = ?", (getattr(entry, name), key))
    assert sp.verify_talks(copied).passed
    connection.close()
    assert len(edits) > 500


def test_an_entry_that_was_taken_out_doubled_or_moved_is_found(copied: Path) -> None:
    entries = Ledger(copied / LEDGER).entries
    connection = unguarded(copied)
    for entry in entries[:-1]:
        connection.execute("BEGIN")
        connection.execute("DELETE FROM ledger WHERE seq = ?", (entry.seq,))
        connection.execute("COMMIT")
        faults = sp.verify_talks(copied).faults
        assert faults and f"entry {entry.seq}" in faults[0]
        row = [getattr(entry, name) for name in COLUMNS]
        for _ in range(2):
            connection.execute(f"INSERT INTO ledger VALUES ({','.join('?' * len(row))})", row)
        assert f"entry {entry.seq + 1}" in sp.verify_talks(copied).faults[0]
        connection.execute("DELETE FROM ledger WHERE rowid = (SELECT max(rowid) FROM ledger)")
    assert sp.verify_talks(copied).passed
    connection.execute("DELETE FROM ledger WHERE seq = ?", (entries[-1].seq,))  # which only a head that was kept shows
    assert sp.verify_talks(copied).passed
    assert not sp.verify_talks(copied, head=entries[-1].hash).passed
    connection.close()


def test_every_edit_of_every_file_is_found_and_the_file_named(copied: Path) -> None:
    files = sorted(file for file in copied.rglob("*") if file.is_file() and file.name != LEDGER)
    folders = {file.relative_to(copied).parts[0] for file in files}
    assert folders == {"scenario", "rounds", "agreement"}
    named = [file for file in files if file.name in ("run.json", "manifest.json", "signatures.json", "scenario.toml")]
    edits = [(file, content) for file in files for content in (*edited(file.read_bytes()), None)]
    usual = [(file, content) for file in named for content in (file.read_bytes() + b" ", None)]
    for file, changed in edits if MANY else [*chosen(usual, 6), *chosen(edits, 10)]:
        content = file.read_bytes()
        file.unlink() if changed is None else file.write_bytes(changed)
        faults = " ".join(sp.verify_talks(copied).faults)
        assert str(file.relative_to(copied)) in faults, (file, changed, faults)
        file.write_bytes(content)
    assert sp.verify_talks(copied).passed
    assert len(edits) > 500
