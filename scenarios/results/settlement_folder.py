"""Settlement reader: a written folder is checked against its manifest and read back."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from singlepot.models.scenario.json_schema import SETTLEMENT_TABLES
from singlepot.models.settlement.documents import MANIFEST, RUN, SCHEMA, unguarded
from singlepot.models.settlement.settlement import Settlement

from ..reading.reading import read_scenario
from .settlement_document import (
    LABELS,
    UnreadableSettlementError,
    certificate_of,
    read_settlement_json,
    typed_column,
)

TABLES = tuple(SETTLEMENT_TABLES)
"""The tables of a written settlement."""


def read_settlement(path: str | PathLike[str]) -> Settlement:
    """Read what :meth:`~singlepot.models.settlement.settlement.Settlement.write` wrote, or one JSON document.

    Parameters
    ----------
    path
        The folder, or the file of a JSON document.

    Returns
    -------
    Settlement
        Equal, number by number, to the one that was written.

    Raises
    ------
    UnreadableSettlementError
        The folder is missing, incomplete, from a newer version, or differs from its manifest.
    """
    folder = Path(path)
    if folder.is_file():
        return read_settlement_json(folder)
    manifest = _manifest(folder)
    for name, digest in manifest["files"].items():
        file = folder / name
        if not file.is_file():
            raise UnreadableSettlementError(f"{file} is missing", "write the settlement again")
        if hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            raise UnreadableSettlementError(f"{file} was changed after it was written", "write the settlement again")
    document = json.loads((folder / "settlement.json").read_text(encoding="utf-8"))
    run = folder / RUN
    timings = json.loads(run.read_text(encoding="utf-8"))["cpu_seconds"] if run.is_file() else {}
    tables: dict[str, Any] = {name: _table(folder / "tables" / f"{name}.csv") for name in TABLES}
    return Settlement(
        scenario=read_scenario(folder / "scenario"),
        **tables,
        certificate=certificate_of(document["certificate"]),
        provenance=document["provenance"],
        timings=timings,
    )


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        state = "is incomplete: it has no manifest" if folder.is_dir() else "does not exist"
        raise UnreadableSettlementError(f"{folder} {state}", "name a folder that singlepot settle wrote")
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if manifest.get("schema", 0) > SCHEMA:
        raise UnreadableSettlementError(f"{folder} was written by a newer singlepot", "upgrade singlepot")
    return manifest


def _table(path: Path) -> pd.DataFrame:
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    columns = list(zip(*rows[1:], strict=True)) or [() for _ in rows[0]]
    return pd.DataFrame({name: _column(name, cells) for name, cells in zip(rows[0], columns, strict=True)})


def _column(name: str, cells: tuple[str, ...]) -> object:
    if name in LABELS:
        return typed_column(name, [unguarded(cell) for cell in cells])
    return typed_column(name, [cell or None for cell in cells])
