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

from singlepot.models.files.folder_kinds import MANIFEST, RUN
from singlepot.models.scenario.recipients import further_tables
from singlepot.models.settlement.documents import SCHEMA, unguarded
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.output import OutputTable
from singlepot.models.tables.output_levelling import output_of

from ..reading.reading import read_scenario
from .settlement_document import (
    UnreadableSettlementError,
    certificate_of,
    read_settlement_json,
    typed_column,
)


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
    scenario = read_scenario(folder / "scenario")
    tables: dict[str, Any] = {
        name: table_of(table, (folder / "tables" / f"{name}.csv").read_text(encoding="utf-8"))
        for name, table in output_of(further_tables(scenario)).items()
    }
    return Settlement(
        scenario=scenario,
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
    try:
        manifest: dict[str, Any] = json.loads(path.read_bytes())
        newer = manifest["schema"] > SCHEMA
        dict(manifest["files"])
    except (OSError, ValueError, RecursionError, LookupError, TypeError) as fault:
        raise UnreadableSettlementError(
            f"{path} is not the manifest of a settlement", "name a folder that singlepot settle wrote"
        ) from fault
    if newer:
        raise UnreadableSettlementError(f"{folder} was written by a newer singlepot", "upgrade singlepot")
    return manifest


def table_of(table: OutputTable, text: str) -> pd.DataFrame:
    """Read a table from its CSV.

    Raises
    ------
    ValueError
        A row is longer or shorter than the header, or a cell is no number where the table has numbers.
    """
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    columns = list(zip(*rows, strict=True)) or [() for _ in header]
    cells = {name: list(map(unguarded, texts)) for name, texts in zip(header, columns, strict=True)}
    return pd.DataFrame({name: typed_column(table.kind_of(name), texts) for name, texts in cells.items()})
