"""Read a written settlement back."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from singlepot.models.certificate import Certificate, StageEvidence
from singlepot.models.settlement import Settlement
from singlepot.models.settlement_documents import MANIFEST, RUN, SCHEMA, unguarded
from singlepot.solver import SinglepotError

from .reading import read_scenario

TABLES = ("grants", "targets", "national", "asks", "pot", "take_up", "stages")
"""The tables of a written settlement."""

LABELS = ("area", "envelope", "objective", "option", "year", "name", "unit", "reason", "price_unit", "price_stage")
"""Columns that hold text; all others hold numbers."""

WHOLE = "pounds"
"""How the names of columns of whole numbers end."""


class UnreadableSettlement(SinglepotError):
    """A folder does not hold a complete settlement, or it has been changed since it was written."""

    exit_code = 3


def read_settlement(directory: str | PathLike[str]) -> Settlement:
    """Read a folder written by :meth:`~singlepot.models.settlement.Settlement.write`.

    Parameters
    ----------
    directory
        The folder.

    Returns
    -------
    Settlement
        Equal, number by number, to the one that was written.

    Raises
    ------
    UnreadableSettlement
        The folder is missing, incomplete, from a newer version, or differs from its manifest.
    """
    folder = Path(directory)
    manifest = _manifest(folder)
    for name, digest in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            raise UnreadableSettlement(f"{path} is missing", "write the settlement again")
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise UnreadableSettlement(f"{path} was changed after it was written", "write the settlement again")
    said = json.loads((folder / "settlement.json").read_text(encoding="utf-8"))
    run = folder / RUN
    timings = json.loads(run.read_text(encoding="utf-8"))["cpu_seconds"] if run.is_file() else {}
    tables: dict[str, Any] = {name: _table(folder / "tables" / f"{name}.csv") for name in TABLES}
    return Settlement(
        scenario=read_scenario(folder / "scenario"),
        **tables,
        certificate=_certificate(said["certificate"]),
        provenance=said["provenance"],
        timings=timings,
    )


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        state = "is incomplete: it has no manifest" if folder.is_dir() else "does not exist"
        raise UnreadableSettlement(f"{folder} {state}", "name a folder that singlepot settle wrote")
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if manifest.get("schema", 0) > SCHEMA:
        raise UnreadableSettlement(f"{folder} was written by a newer singlepot", "update singlepot")
    return manifest


def _table(path: Path) -> pd.DataFrame:
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    columns = list(zip(*rows[1:], strict=True)) or [() for _ in rows[0]]
    return pd.DataFrame({name: _column(name, cells) for name, cells in zip(rows[0], columns, strict=True)})


def _column(name: str, cells: tuple[str, ...]) -> object:
    if name in LABELS:
        return np.asarray([unguarded(cell) for cell in cells], dtype=object)
    if name.endswith(WHOLE):
        return np.asarray([int(cell) for cell in cells], dtype=np.int64)
    return np.asarray([float(cell) if cell else np.nan for cell in cells], dtype=np.float64)


def _certificate(said: dict[str, Any]) -> Certificate:
    stages = tuple(StageEvidence(**stage) for stage in said["stages"])
    return Certificate(**{**said, "stages": stages, "notes": tuple(said.get("notes", ()))})
