"""Documents of a settlement: ``settlement.json``, its tables as CSV, the scenario, and a manifest."""

from __future__ import annotations

import platform
import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from os import PathLike
from typing import Protocol

import pandas as pd

from ..files.csv_text import csv_text
from ..files.folder import write_folder
from ..files.folder_kinds import RUN, SETTLEMENT
from ..files.ownership import sealed
from ..files.table_json import json_text, plain
from ..scenario.scenario import Scenario
from .certificate import Certificate

SCHEMA = 1
"""Version of the written form."""

LIVE = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""Beginnings that a spreadsheet takes for a formula."""

GUARD = "'"
"""Put before a text that begins so, in ``tables/``; taken away again by the reader."""


class Written(Protocol):
    """Protocol of a settlement: the attributes that its documents hold."""

    @property
    def scenario(self) -> Scenario:
        """What was settled."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """All tables by name."""

    @property
    def certificate(self) -> Certificate:
        """The evidence."""

    @property
    def provenance(self) -> Mapping[str, object]:
        """Versions, methods and the hash of the scenario."""

    @property
    def timings(self) -> Mapping[str, float]:
        """CPU seconds of each phase."""


def documents(settlement: Written) -> dict[str, bytes]:
    """Write a settlement as named texts, without the manifest.

    The same settlement gives the same bytes.
    """
    files = {"settlement.json": json_text(as_dict(settlement))}
    for name, table in settlement.tables.items():
        files[f"tables/{name}.csv"] = csv_text(guarded(table))
    for name in ("options", "option_years"):
        rows = settlement.scenario.derived_rows.get(name)
        if rows is not None and len(rows):
            files[f"tables/derived_{name}.csv"] = csv_text(guarded(rows))
    for name, content in settlement.scenario.documents().items():
        files[f"scenario/{name}"] = content
    return files


def as_dict(settlement: Written) -> dict[str, object]:
    """Lay a settlement out as :func:`json_text` takes it: plain values, what is missing being None, and its tables."""
    settings = settlement.scenario.settings
    return {
        "schema": SCHEMA,
        "title": settings.title,
        "money": settings.money,
        "price_base": settings.price_base,
        "years": list(settings.years),
        **settlement.tables,
        "certificate": plain(settlement.certificate.as_dict()),
        "provenance": plain(dict(settlement.provenance)),
    }


def guarded(table: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before texts that a spreadsheet would run as a formula."""
    result = table.copy(deep=False)
    for name in result.columns:
        if result[name].dtype.kind not in "fiub":
            cells = result[name].tolist()
            if any(map(_live, {cell for cell in cells if isinstance(cell, str)})):
                result[name] = [GUARD + cell if isinstance(cell, str) and _live(cell) else cell for cell in cells]
    return result


def _live(text: str) -> bool:
    return text.startswith((*LIVE, GUARD))


def unguarded(text: str) -> str:
    """Take the apostrophe of :func:`guarded` away again."""
    if text.startswith(GUARD) and _live(text[1:]):
        return text[1:]
    return text


def write(
    settlement: Written,
    path: str | PathLike[str],
    *,
    overwrite: bool,
    further: Mapping[str, bytes],
    entries: Mapping[str, object],
) -> None:
    """Write a settlement as a folder, with further files and entries of the manifest, complete or not at all.

    Raises
    ------
    FolderRefusedError
        The folder stands already, or the disk refused; nothing was changed.
    """
    files = {**further, **documents(settlement)}
    run = {RUN: sealed(_run(settlement))}
    written = manifest_entries(settlement.provenance, entries)
    write_folder(path, SETTLEMENT, files, written, overwrite=overwrite, unlisted=run)


def manifest_entries(provenance: Mapping[str, object], entries: Mapping[str, object]) -> dict[str, object]:
    """Return what the manifest of a settlement holds beside kind, version and hashes."""
    return {**entries, "versions": plain(dict(provenance).get("versions", {}))}


def _run(settlement: Written) -> dict[str, object]:
    ended, timings = datetime.now(UTC), settlement.timings
    return {
        "written": ended.isoformat(timespec="seconds"),
        "started": (ended - timedelta(seconds=sum(timings.values()))).isoformat(timespec="seconds"),
        "cpu_seconds": dict(timings),
        "host": socket.gethostname(),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "notes": [note.as_dict() for note in settlement.scenario.notes],
    }
