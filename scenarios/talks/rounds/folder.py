"""Folder of a round: both settlements, then its tables, and the entry of the ledger last."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import pandas as pd

from singlepot.models.files.csv_text import csv_text
from singlepot.models.files.folder import write_folder
from singlepot.models.files.folder_kinds import MANIFEST, ROUND_TABLES
from singlepot.models.settlement.documents import guarded, unguarded

from ..columns import ASK_COLUMNS, FOR_CENTRE
from ..ledger import UnreadableTalksError, Writing
from .area_files import area_files
from .asks import asks_table, notices_table
from .pages import pages_of
from .settling import Round

ROUNDS, ALL_ACCEPTED, AGREED_SO_FAR, ASKS = "rounds", "all_accepted", "agreed_so_far", "asks"

PUT_BACK = "put it back; singlepot talks verify names what was lost or changed"

_TEXTS = frozenset([*ASK_COLUMNS, *FOR_CENTRE, "reason"]) - {
    "round",
    "accepted",
    "asked",
    "asked_share",
    "grant_change",
}


def folder_of(path: Path, seq: int) -> Path:
    """Return the folder of the round whose entry has a number."""
    return path / ROUNDS / str(seq)


def write_round(
    path: Path, writing: Writing, made: Round, by: str, number: int, deadline: str, *, closing: bool
) -> None:
    """Write a round: its settlements, its tables, and then its entry.

    Parameters
    ----------
    path
        Folder of the talks.
    writing
        The ledger, held for writing.
    made
        The round.
    by
        Who lets the talks go on.
    number, deadline, closing
        Number of the round, last day for answers, and whether nothing more may be asked.
    """
    folder = folder_of(path, (writing.entries[-1].seq if writing.entries else 0) + 1)
    hashes = {}
    for name, settlement in ((ALL_ACCEPTED, made.all_accepted), (AGREED_SO_FAR, made.agreed_so_far)):
        settlement.write(folder / name, overwrite=True)  # what is there was left by a run that was killed
        hashes[name] = hashlib.sha256((folder / name / MANIFEST).read_bytes()).hexdigest()
    state = made.state
    content = {
        "round": number,
        "deadline": deadline,
        "closing": closing,
        "asks": [[*key, ask.accepted, ask.asked] for key, ask in sorted(state.asks.items())],
        "raised": [[*key, value] for key, value in sorted(made.raised.items())],
        "settlements": hashes,
        "versions": made.all_accepted.provenance["versions"],
    }
    entry = writing.draft(by, "round", content)
    talks = writing.entries[0].hash
    tables = {
        "asks": asks_table(made, talks, number, entry.hash),
        "notices": notices_table(made.all_accepted, made.told),
    }
    files = {f"{name}.csv": csv_text(guarded(table)) for name, table in tables.items()}
    identity = {"talks": talks, "round": number, "head": entry.hash}
    settlements = (made.all_accepted, made.agreed_so_far)
    files |= area_files(
        settlements, tables["asks"], tables["notices"], identity, deadline, pages_of(made.agreed_so_far)
    )
    write_folder(folder / ASKS, ROUND_TABLES, files, overwrite=True)
    writing.add(entry)


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """Read a table of a round.

    Raises
    ------
    UnreadableTalksError
        It is lost, or no longer what was written.
    """
    path = folder / ASKS / f"{name}.csv"
    try:
        header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
        cells = {column: [unguarded(row[at]) for row in rows] for at, column in enumerate(header)}
        return pd.DataFrame({column: _typed(column, texts) for column, texts in cells.items()}, columns=header)
    except FileNotFoundError:
        raise UnreadableTalksError(f"{path} is missing", PUT_BACK) from None
    except (OSError, ValueError, LookupError):
        raise UnreadableTalksError(f"{path} is not as it was written", PUT_BACK) from None


def _typed(column: str, texts: list[str]) -> pd.Series[str] | pd.Series[int] | pd.Series[float]:
    if column in _TEXTS:
        return pd.Series(texts, dtype=object)
    if column == "round":
        return pd.Series(list(map(int, texts)), dtype="int64")
    return pd.Series([float(text) if text else float("nan") for text in texts], dtype="float64")
