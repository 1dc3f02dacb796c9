"""Files that areas send back: workbooks and CSV files of the round, read as untrusted input."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from singlepot.models.diagnostics.problems import Diagnostic, Report, shown
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.documents import unguarded
from singlepot.models.tables.raw import RawTable, lost
from singlepot.models.tables.schema import Column, Table

from ...formats.csv_tables import read_csv
from ...workbooks.sheets import read_sheets
from ..deadline import has_passed
from ..ledger import Entry, TalksError
from ..programme import scenario_of_talks
from ..state import State, fold
from .checking import IDENTITY, Facts, check_answers
from .offers import NUMBERS, OFFER_COLUMNS, asks_taken, check_offers
from .rows import Rows

LARGEST_BYTES = 20_000_000
"""Largest file that is read."""

_WHO = (Column("talks", "text", ""), Column("round", "text", ""), Column("head", "text", ""))
_AREA = Column("area", "label", "", required=True)
_OPTION = Column("option", "label", "")
_ANSWER = (
    Column("asked", "number", "", unit="take-up"),
    Column("up_to", "number", "", unit="take-up"),
    *(Column(name, "text", "") for name in ("name", "contact", "option_name", "why_asked")),
    *(Column(name, "text", "") for name in ("reason", "by", "role", "date")),
)
_OFFER = tuple(
    Column(name, "number" if name in NUMBERS else "text", "")
    for name in OFFER_COLUMNS
    if name not in ("area", "option")
)

SPECS = {
    IDENTITY: Table(
        IDENTITY, "", (*_WHO, _AREA, *(Column(name, "text", "") for name in ("name", "deadline", "page"))), ()
    ),
    "asks": Table("asks", "", (*_WHO, _AREA, _OPTION, *_ANSWER), ()),
    "answers": Table("answers", "", (*_WHO, _AREA, _OPTION, *_ANSWER), ()),
    "offers": Table("offers", "", (_AREA, _OPTION, *_OFFER), ()),
    "offer_years": Table("offer_years", "", (_AREA, _OPTION, Column("year", "year", "")), ()),
}
"""Sheets that are read, and their columns; those of offer_years that are left are numbers."""


def read_answer_file(path: str | os.PathLike[str], report: Report) -> tuple[dict[str, RawTable], Rows | None]:
    """Read a file of answers: a workbook, or a CSV file with the table answers.

    Parameters
    ----------
    path
        The file.
    report
        Takes the problems.

    Returns
    -------
    The tables answers, offers and offer_years that are there, and the row that says whose sheet it is; None without.
    """
    file = Path(path)
    name = shown(file.name, quoted=False)
    if file.suffix.lower() == ".csv":
        return {"answers": read_table_file(file, "answers", report)}, None
    if file.suffix.lower() != ".xlsx":
        report.add(Diagnostic("SP-T012", "answers", name, "", "", shown(file.suffix), "a file .xlsx or .csv"))
    if len(report) or not _readable(file, "answers", report):
        return {}, None
    sheets = read_sheets(file, SPECS, report)
    identity = Rows(IDENTITY, sheets[IDENTITY], report) if IDENTITY in sheets else None
    tables = {name: sheet for name, sheet in sheets.items() if name not in (IDENTITY, "asks")}
    if "asks" in sheets:
        tables["answers"] = sheets["asks"]
    if not tables and not len(report):
        expected = "a sheet asks or answers, as it was sent"
        report.add(Diagnostic("SP-T012", "answers", name, "", "", "another workbook", expected))
    return tables, identity


def read_table_file(path: str | os.PathLike[str], table: str, report: Report) -> RawTable:
    """Read one table from a CSV file.

    Parameters
    ----------
    path
        The file.
    table
        Name of the table, for programs.
    report
        Takes the problems.
    """
    file = Path(path)
    name = shown(file.name, quoted=False)
    if not _readable(file, table, report):
        return lost(name)
    raw = read_csv(table, name, file.read_bytes(), 0, report)
    columns = {header: [unguarded(str(cell)) for cell in cells] for header, cells in raw.columns.items()}
    return RawTable(columns, raw.place, raw.rows, raw.complete, raw.repeated)


def _readable(file: Path, table: str, report: Report) -> bool:
    """Report a file that is not there or too large."""
    name = shown(file.name, quoted=False)
    try:
        size = file.stat().st_size
        file.open("rb").close()
    except OSError as fault:
        reason = (fault.strerror or type(fault).__name__).lower()
        report.add(Diagnostic("SP-F003", table, name, "", "", reason, "a file that can be read"))
        return False
    if size > LARGEST_BYTES:
        limit = f"at most {LARGEST_BYTES} bytes"
        report.add(Diagnostic("SP-F013", table, name, "", "", f"{size} bytes", limit, "send the table alone"))
    return size <= LARGEST_BYTES


def area_of_sheet(identity: Rows, state: State, talks: str, head: str, areas: Sequence[str]) -> str:
    """Check whose sheet a workbook is, and that it belongs to the round; return its area."""
    if not len(identity):
        identity.complain("SP-T005", -1, "area", "", "the row that was sent", "answer on the sheet that was sent")
        return ""
    for column, right, code in (
        ("round", str(state.round), "SP-T003"),
        ("talks", talks, "SP-T004"),
        ("head", head, "SP-T004"),
    ):
        text = identity.text(0, column)
        if text != right:
            remedy = "answer on the sheet that was sent for this round"
            identity.complain(code, 0, column, shown(text), f"{right}, the {column} that is open", remedy)
    area = identity.text(0, "area")
    if area not in areas:
        identity.complain("SP-T005", 0, "area", shown(area), "the code of an area")
    return area


Source = tuple[dict[str, RawTable], Rows | None]
"""Tables of one source of answers, and the row that says whose sheet it is."""


def check_sources(
    sources: Sequence[Source], entries: Sequence[Entry], base: Scenario, by: str, report: Report
) -> list[tuple[str, dict[str, Any]]]:
    """Check tables of answers and offers against the round.

    Parameters
    ----------
    sources
        What was read.
    entries
        Entries of the ledger.
    base
        The scenario that the talks were opened with.
    by
        Who answers, where a row does not say.
    report
        Takes the problems.

    Returns
    -------
    Kind and content of each entry to be added.

    Raises
    ------
    TalksError
        No round is open.
    BadInputError
        With every cell that is wrong.
    """
    state = fold(entries)
    if not state.round:
        raise TalksError("no round is open", "let the talks go on to the next round")
    scenario = scenario_of_talks(base, state)
    talks, head, codes = entries[0].hash, entries[state.round_seq - 1].hash, list(scenario.areas["code"])
    told: list[tuple[str, dict[str, Any]]] = []
    for tables, sheet in sources:
        area = "" if sheet is None else area_of_sheet(sheet, state, talks, head, codes)
        offers, years = tables.get("offers"), tables.get("offer_years")
        offered, late = offers is not None and offers.rows > 0, has_passed(state.deadline)
        taken = frozenset() if offers is None else asks_taken(offers)
        facts = Facts(state, scenario, talks, head, late, area, offered, taken)
        if "answers" in tables:
            told += [("answer", one) for one in check_answers(tables["answers"], facts, by, report)]
        if offers is not None:
            told += [("offer", one) for one in check_offers(offers, years, facts, by, report)]
    report.stop_if_any()
    return told
