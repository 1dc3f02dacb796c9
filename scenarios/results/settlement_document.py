"""JSON document of a settlement: it holds the tables, the certificate, and the scenario that was settled."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from singlepot.models.diagnostics.problems import BadInputError, Report
from singlepot.models.files.single_file import write_file
from singlepot.models.files.table_json import json_text
from singlepot.models.scenario.recipients import further_tables
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.certificate import Certificate, StageEvidence
from singlepot.models.settlement.documents import SCHEMA, as_dict
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.output import OUTPUT, Kind, OutputTable
from singlepot.models.tables.output_levelling import output_of
from singlepot.solver import SinglepotError

from ..formats.json_document import scenario_as_dict, scenario_of
from ..formats.json_text import read_json, report_faults


class UnreadableSettlementError(SinglepotError):
    """A folder or file does not hold a complete settlement, or it has been changed since it was written."""

    exit_code = 3


def settlement_json(settlement: Settlement) -> bytes:
    """Write a settlement as one JSON document in UTF-8; timings are no part of it."""
    return json_text({**as_dict(settlement), "scenario": scenario_as_dict(settlement.scenario)})


def write_settlement(settlement: Settlement, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Write a settlement as one JSON document, complete or not at all.

    Parameters
    ----------
    settlement
        What to write.
    path
        The file; its name ends in ``.json``, so that it can be read back.
    overwrite
        Whether a file that stands there may be replaced.

    Raises
    ------
    FolderRefusedError
        The file stands already, or the disk refused; nothing was changed.
    """
    write_file(path, settlement_json(settlement), overwrite=overwrite)


def read_settlement_json(path: Path) -> Settlement:
    """Read a document written by :func:`write_settlement`.

    Raises
    ------
    UnreadableSettlementError
        It is no settlement, is from a newer version, or lacks a part.
    """
    report = Report()
    document = read_json(path.read_bytes(), path.name, report)
    if isinstance(document, dict):
        newer = document.get("schema")
        if isinstance(newer, int) and newer > SCHEMA:
            raise UnreadableSettlementError(f"{path} was written by a newer singlepot", "upgrade singlepot")
        document = report_faults(document, "$", path.name, report)
    if len(report):
        raise UnreadableSettlementError(str(report.problems[0]), "write the settlement again")
    missing = [
        key for key in (*OUTPUT, "certificate", "scenario") if not isinstance(document, dict) or key not in document
    ]
    if missing:
        remedy = (
            "name the folder that it is in"
            if path.name == "settlement.json"
            else "name a document that singlepot wrote"
        )
        raise UnreadableSettlementError(f"{path} is no whole settlement: it lacks {', '.join(missing)}", remedy)
    try:
        scenario = scenario_of(document["scenario"], "$.scenario", path.name, report)
        described = output_of(further_tables(scenario))
        tables: dict[str, Any] = {name: rows_of(table, document[name], scenario) for name, table in described.items()}
        certificate = certificate_of(document["certificate"])
    except BadInputError as fault:
        raise UnreadableSettlementError(
            f"{path} holds a scenario that does not hold: {fault.problems[0]}", "write it again"
        ) from fault
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise UnreadableSettlementError(
            f"{path} is not as it was written ({fault})", "write the settlement again"
        ) from fault
    return Settlement(
        scenario=scenario, **tables, certificate=certificate, provenance=document.get("provenance", {}), timings={}
    )


def rows_of(table: OutputTable, rows: list[Mapping[str, Any]], scenario: Scenario) -> pd.DataFrame:
    """Take a table from its rows in JSON.

    Raises
    ------
    KeyError, TypeError, ValueError
        A row lacks a column, or a cell is no number where the table has numbers.
    """
    columns = table.columns_of(sorted(scenario.objectives["key"]), sorted(scenario.envelopes))
    names = rows[0] if rows else [column.name for column in columns]
    return pd.DataFrame({name: typed_column(table.kind_of(name), [row[name] for row in rows]) for name in names})


def typed_column(kind: Kind, cells: list[Any]) -> object:
    """Array of the cells of a column: texts, whole numbers, or numbers, NaN where the cell is None or empty."""
    if kind == "number":
        return np.asarray([np.nan if cell in (None, "") else float(cell) for cell in cells], dtype=np.float64)
    if kind == "whole":
        return np.asarray([int(cell) for cell in cells], dtype=np.int64)
    return np.asarray(cells, dtype=object)


def certificate_of(values: Mapping[str, Any]) -> Certificate:
    """Build a certificate from its plain values."""
    stages = tuple(StageEvidence(**stage) for stage in values["stages"])
    return Certificate(**{**values, "stages": stages, "notes": tuple(values.get("notes", ()))})
