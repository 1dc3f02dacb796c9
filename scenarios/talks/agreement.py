"""Agreement: what could be signed, with a page for each area and a signature or its absence for each."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from singlepot.models.diagnostics.problems import Report, did_you_mean, one_of, shown
from singlepot.models.files.csv_text import csv_text
from singlepot.models.files.folder import write_folder
from singlepot.models.files.folder_kinds import MANIFEST, SIGNATURES
from singlepot.models.settlement.documents import guarded
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.raw import RawTable, from_frame

from .answers.files import read_table_file
from .answers.rows import Rows
from .ledger import Writing
from .rounds.pages import file_names, page_of

AGREEMENT, SIGNED, PAGES = "agreement", "settlement", "signatures"

STATES = ("signed", "subject to cabinet", "not signed")

SIGNATURE_COLUMNS = ("area", "signed_by", "role", "date", "page", "state")


def read_signatures(
    signatures: pd.DataFrame | str | os.PathLike[str], pages: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Read and check signatures.

    Parameters
    ----------
    signatures
        A table, or a CSV file.
    pages
        Hash of the page of each area.

    Raises
    ------
    BadInputError
        With every cell that is wrong.
    """
    report = Report(quiet=True)
    if isinstance(signatures, pd.DataFrame):
        raw = from_frame("signatures", signatures)
    else:
        raw = read_table_file(signatures, "signatures", report)
        report.stop_if_any()
    checked = check_signatures(raw, pages, report)
    report.stop_if_any()
    return checked


def check_signatures(raw: RawTable, pages: Mapping[str, str], report: Report) -> list[dict[str, Any]]:
    """Check a table of signatures.

    Parameters
    ----------
    raw
        The cells: area, signed_by, role, date, page (hash of what is signed), state (``signed``, ``subject to cabinet``
        or ``not signed``, which needs area and state alone).
    pages
        Hash of the page of each area.
    report
        Takes the problems.

    Returns
    -------
    A signature for each area.
    """
    rows, signatures = Rows("signatures", raw, report), {}
    rows.check_columns(SIGNATURE_COLUMNS, SIGNATURE_COLUMNS, kept=("name",))
    if len(report):
        return []
    for row in range(len(rows)):
        signature = {name: rows.text(row, name) for name in SIGNATURE_COLUMNS}
        area, state = signature["area"], signature["state"]
        if area not in pages:
            rows.complain("SP-T005", row, "area", shown(area), "the code of an area", did_you_mean(area, pages))
            continue
        if area in signatures:
            rows.complain("SP-T009", row, "area", shown(area), "one signature for each area")
        signatures[area] = signature
        if state not in STATES:
            rows.complain(
                "SP-T013", row, "state", shown(state), f"one of {one_of(STATES)}", did_you_mean(state, STATES)
            )
        elif state != "not signed":
            _check_signed(rows, row, signature, pages[area])
    missing = [area for area in pages if area not in signatures]
    if missing:
        expected = f"a row for each area; {one_of(missing)} {'has' if len(missing) == 1 else 'have'} none"
        rows.complain("SP-T013", -1, "area", "", expected, "write not signed for an area that has not")
    return [signatures[area] for area in pages if area in signatures]


def _check_signed(rows: Rows, row: int, signature: Mapping[str, str], page: str) -> None:
    for name in ("signed_by", "role"):
        if not signature[name]:
            rows.complain("SP-T013", row, name, "", "who signed, and in which role")
    try:
        date.fromisoformat(signature["date"])
    except ValueError:
        rows.complain("SP-T013", row, "date", shown(signature["date"]), "a day such as 2026-05-29")
    if signature["page"] != page:
        remedy = "let the area sign the page of this round"
        rows.complain("SP-T013", row, "page", shown(signature["page"]), f"{page}, the hash of its page", remedy)


def agreement_folder(path: Path, seq: int) -> Path:
    """Return the folder of the agreement whose entry has a number."""
    return path / AGREEMENT / str(seq)


def write_agreement(
    path: Path, writing: Writing, signed: Settlement, signatures: list[dict[str, Any]], by: str
) -> None:
    """Write an agreement: the settlement that is signed, pages and signatures, and then its entry."""
    folder = agreement_folder(path, writing.entries[-1].seq + 1)
    signed.write(folder / SIGNED, overwrite=True)  # what is there was left by a run that was killed
    write_folder(folder / PAGES, SIGNATURES, signature_files(signed, signatures), overwrite=True)
    manifest = hashlib.sha256((folder / SIGNED / MANIFEST).read_bytes()).hexdigest()
    writing.add(writing.draft(by, "agree", {"settlement": manifest, "signatures": signatures}))


def signature_files(signed: Settlement, signatures: list[dict[str, Any]]) -> dict[str, bytes]:
    """Write the signatures and the page of each area: content by name of the file."""
    names = file_names([signature["area"] for signature in signatures])
    files = {f"pages/{names[code]}.csv": page_of(signed, code) for code in names}
    table = pd.DataFrame(signatures, columns=list(SIGNATURE_COLUMNS))
    return {**files, "signatures.csv": csv_text(guarded(table))}
