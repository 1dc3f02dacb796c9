"""The text form of a settlement: ``settlement.json``, its tables as CSV, the scenario, and a manifest."""

from __future__ import annotations

import hashlib
import json
import math
import platform
import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from os import PathLike
from typing import TYPE_CHECKING

import pandas as pd

from .documents import csv_text
from .folder import write_folder

if TYPE_CHECKING:
    from .settlement import Settlement

SCHEMA = 1
"""Version of the written form."""

MANIFEST = "manifest.json"
"""Written last: without it a folder is incomplete."""

RUN = "run.json"
"""Timings, host and start: the one file outside the promise of the same bytes."""

LIVE = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""Beginnings that a spreadsheet takes for a formula."""

GUARD = "'"
"""Put before a text that begins so, in ``tables/``; taken away again by the reader."""


def documents(settlement: Settlement) -> dict[str, bytes]:
    """Write a settlement as named texts, without the manifest.

    The same settlement gives the same bytes.
    """
    files = {"settlement.json": json_text(as_dict(settlement))}
    for name, table in settlement.tables.items():
        files[f"tables/{name}.csv"] = csv_text(guarded(table))
    for name, content in settlement.scenario.documents().items():
        files[f"scenario/{name}"] = content
    return files


def as_dict(settlement: Settlement) -> dict[str, object]:
    """Lay a settlement out as plain values; what is missing is None."""
    settings = settlement.scenario.settings
    return {
        "schema": SCHEMA,
        "title": settings.title,
        "money": settings.money,
        "price_base": settings.price_base,
        "years": list(settings.years),
        **{name: _records(table) for name, table in settlement.tables.items()},
        "certificate": _plain(settlement.certificate.as_dict()),
        "provenance": _plain(dict(settlement.provenance)),
    }


def json_text(value: object) -> bytes:
    """Write JSON in UTF-8 with no NaN, indented by one space, ending in a newline."""
    return (json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def guarded(table: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before texts that a spreadsheet would run as a formula."""
    result = table.copy()
    for name in result.columns:
        if result[name].dtype.kind not in "fiub":
            result[name] = [
                GUARD + cell if isinstance(cell, str) and cell.startswith((*LIVE, GUARD)) else cell
                for cell in result[name]
            ]
    return result


def unguarded(text: str) -> str:
    """Take the apostrophe of :func:`guarded` away again."""
    if text.startswith(GUARD) and text[1:].startswith((*LIVE, GUARD)):
        return text[1:]
    return text


def write(
    settlement: Settlement,
    directory: str | PathLike[str],
    *,
    overwrite: bool,
    further: Mapping[str, bytes],
    said: Mapping[str, object],
) -> None:
    """Write a settlement as a folder, with further files and entries of the manifest, complete or not at all.

    Raises
    ------
    FolderRefused
        The folder stands already, or the disk refused; nothing was changed.
    """
    files = {**further, **documents(settlement)}
    manifest = {
        **said,
        "schema": SCHEMA,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
        "versions": _plain(dict(settlement.provenance).get("versions", {})),
    }
    files[RUN] = json_text(_run(settlement.timings))
    files[MANIFEST] = json_text(manifest)
    write_folder(directory, files, MANIFEST, overwrite=overwrite)


def _run(timings: Mapping[str, float]) -> dict[str, object]:
    ended = datetime.now(UTC)
    return {
        "written": ended.isoformat(timespec="seconds"),
        "started": (ended - timedelta(seconds=sum(timings.values()))).isoformat(timespec="seconds"),
        "cpu_seconds": dict(timings),
        "host": socket.gethostname(),
        "platform": platform.platform(),
        "python": platform.python_version(),
    }


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    columns = {name: [_plain(cell) for cell in table[name].tolist()] for name in table.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _plain(value: object) -> object:
    """Turn a value into what JSON can hold; a number that is not one becomes None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
