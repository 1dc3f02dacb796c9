"""Append-only ledger of talks: one SQLite table whose entries are chained by their hashes."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from singlepot.solver.errors import SinglepotError

WAIT_S = 30.0
"""Seconds that a writer waits for another one."""

COLUMNS = ("seq", "at", "who", "kind", "body", "previous", "hash")

_SCHEMA = """
CREATE TABLE ledger (
    seq INTEGER PRIMARY KEY CHECK (typeof(seq) = 'integer'),
    at TEXT NOT NULL CHECK (typeof(at) = 'text'),
    who TEXT NOT NULL CHECK (typeof(who) = 'text'),
    kind TEXT NOT NULL CHECK (typeof(kind) = 'text'),
    body TEXT NOT NULL CHECK (typeof(body) = 'text'),
    previous TEXT NOT NULL CHECK (typeof(previous) = 'text'),
    hash TEXT NOT NULL CHECK (typeof(hash) = 'text' AND length(hash) = 64)
);
CREATE TRIGGER never_changed BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER never_deleted BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END;
CREATE TRIGGER only_at_the_end BEFORE INSERT ON ledger
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM ledger)
      OR NEW.previous IS NOT coalesce((SELECT hash FROM ledger ORDER BY seq DESC LIMIT 1), '')
      OR NEW.at < coalesce((SELECT at FROM ledger ORDER BY seq DESC LIMIT 1), '')
    BEGIN SELECT RAISE(ABORT, 'an entry follows the last one'); END;
CREATE VIEW entries AS SELECT seq, at, who, kind,
    json_extract(body, '$.area') AS area, json_extract(body, '$.option') AS option,
    json_extract(body, '$.up_to') AS up_to, json_extract(body, '$.reason') AS reason FROM ledger;
"""


class TalksError(SinglepotError):
    """Talks do not take this step now; nothing was written."""

    exit_code = 2


class UnreadableTalksError(SinglepotError):
    """A folder holds no talks, or what it holds cannot be read."""

    exit_code = 3


@dataclass(frozen=True)
class Entry:
    """Entry of a ledger: its number, time (UTC), author, kind, content (JSON text), and the hashes that chain it."""

    seq: int
    at: str
    who: str
    kind: str
    body: str
    previous: str
    hash: str

    @property
    def content(self) -> dict[str, Any]:
        """The body as values."""
        values: dict[str, Any] = json.loads(self.body)
        return values


def hash_of(previous: str, seq: int, at: str, who: str, kind: str, body: str) -> str:
    """SHA-256 of an entry's fields and of the hash before it, joined by newlines."""
    text = "\n".join((previous, str(seq), at, who, kind, body))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def body_text(values: Mapping[str, object]) -> str:
    """Write a body as canonical JSON: sorted keys, no spaces, ASCII, texts in normal form C, no NaN."""
    return json.dumps(_normal(values), sort_keys=True, separators=(",", ":"), allow_nan=False)


def _normal(value: object) -> object:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {_normal(key): _normal(item) for key, item in value.items()}
    return [_normal(item) for item in value] if isinstance(value, list | tuple) else value


class Writing:
    """Open transaction of a ledger: the entries so far, and a way to add one behind them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read the entries."""
        self._connection = connection
        self.entries = _read(connection)

    def draft(self, who: str, kind: str, values: Mapping[str, object]) -> Entry:
        """Make the entry that would come next, without adding it."""
        who = unicodedata.normalize("NFC", " ".join(who.split()))
        if not who:
            raise TalksError("nobody is named who does this", "say by whom")
        last = self.entries[-1] if self.entries else None
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        at = max(now, last.at) if last else now
        seq, previous, body = (last.seq if last else 0) + 1, last.hash if last else "", body_text(values)
        return Entry(seq, at, who, kind, body, previous, hash_of(previous, seq, at, who, kind, body))

    def add(self, entry: Entry) -> None:
        """Add an entry that :meth:`draft` made."""
        fields = [getattr(entry, name) for name in COLUMNS]
        self._connection.execute(f"INSERT INTO ledger VALUES ({','.join('?' * len(fields))})", fields)
        self.entries = (*self.entries, entry)


class Ledger:
    """Ledger of talks in an SQLite file on a local disk; one writer at a time, the others wait.

    Parameters
    ----------
    path
        The file; it is not made here.
    """

    def __init__(self, path: Path) -> None:
        """Keep the path."""
        self.path = path

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries in order."""
        with self._connected() as connection:
            return _read(connection)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Hold the ledger for writing: all entries that are added are kept, or after an exception none."""
        with self._connected() as connection, _transaction(connection):
            yield Writing(connection)

    @contextmanager
    def starting(self) -> Iterator[Writing]:
        """Make the file and its table, if they are not there, and hold the ledger for writing."""
        with self._connected("rwc") as connection, _transaction(connection):
            if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                for statement in _statements(_SCHEMA):
                    connection.execute(statement)
            yield Writing(connection)

    @contextmanager
    def _connected(self, mode: str = "rw") -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode={mode}", timeout=WAIT_S, isolation_level=None, uri=True
            )
            try:
                for setting in ("journal_mode = DELETE", "synchronous = EXTRA", "recursive_triggers = ON"):
                    connection.execute(f"PRAGMA {setting}")
                yield connection
            finally:
                connection.close()
        except sqlite3.Error as error:
            if not self.path.is_file():
                raise UnreadableTalksError(
                    f"{self.path.parent} holds no talks", "open them with singlepot talks open"
                ) from error
            if "locked" in str(error):
                raise TalksError(f"{self.path} is held by another writer", "wait for it, and run this again") from error
            raise UnreadableTalksError(
                f"{self.path} cannot be read or written ({error})", "see that it is the ledger, and the disk has room"
            ) from error


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> Iterator[str]:
    """Split a script where a statement is complete, triggers with their inner statements included."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _read(connection: sqlite3.Connection) -> tuple[Entry, ...]:
    """Read all entries; none where an opening was ended before it made the table."""
    if not connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'ledger'").fetchone()[0]:
        return ()
    rows = connection.execute(f"SELECT {','.join(COLUMNS)} FROM ledger ORDER BY seq").fetchall()
    return tuple(Entry(*row) for row in rows)


def broken_links(entries: Sequence[Entry]) -> list[str]:
    """Name the entries that do not follow from the one before, or whose fields do not have their hash."""
    faults, previous, at = [], "", ""
    for number, entry in enumerate(entries, start=1):
        fields = (entry.at, entry.who, entry.kind, entry.body, entry.previous, entry.hash)
        if entry.seq != number:
            faults.append(f"entry {number} has the number {entry.seq}")
        elif not all(isinstance(field, str) for field in fields):
            faults.append(f"entry {number} holds what is no text")
        elif entry.hash != hash_of(entry.previous, entry.seq, entry.at, entry.who, entry.kind, entry.body):
            faults.append(f"entry {number} was changed: its fields do not have its hash")
        elif entry.previous != previous:
            faults.append(f"entry {number} does not follow entry {number - 1}: the hash before it is another")
        elif entry.at < at:
            faults.append(f"entry {number} is earlier than the one before it")
        previous, at = entry.hash, entry.at if isinstance(entry.at, str) else at
    return faults
