"""A settlement as a workbook: cover, contents, notes, totals, its tables, and the logs for assurance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from singlepot.models.tables.plain_words import assumed_words

from ..logs.logs import Log
from ..text.answer import answer
from ..text.present_value import present_value_words
from .answer_sheets import charts, gains_sheet, inputs_sheet, shortfall_sheet, years_sheet
from .settlement_sheets import column_notes, settlement_sheets
from .sheet_writing import Page, write_sheets
from .sheets import MISSING, NOT_APPLICABLE, BarChart, Column, Sheet
from .totals import totals_sheet

if TYPE_CHECKING:
    from singlepot.models.settlement.settlement import Settlement

SHORT = (
    *("by", "confidence", "date", "filled in by", "found", "holds", "at most", "rows", "table", "unit", "value"),
    "version",
)
"""Columns of logs that hold short texts; the others are wide."""


def settlement_workbook(settlement: Settlement, logs: Sequence[Log]) -> bytes:
    """Write a settlement as an Excel workbook.

    Parameters
    ----------
    settlement
        What to write.
    logs
        From :func:`singlepot.reports.logs.logs.logs`.

    Returns
    -------
    The bytes of an ``.xlsx`` file; the same settlement gives the same bytes.
    """
    tables = settlement_sheets(settlement)
    areas = next(sheet for sheet in tables if sheet.name == "Areas")
    shortfall, gains = shortfall_sheet(settlement), gains_sheet(areas)
    first = [shortfall, gains, years_sheet(settlement), inputs_sheet(settlement)]
    sheets = [*first, totals_sheet(settlement, tables), *tables, *map(log_sheet, logs)]
    notes = notes_sheet(settlement, tables)
    contents = contents_sheet([notes, *sheets])
    settings = settlement.scenario.settings
    title = settings.title or "Settlement"
    page = cover(settlement, charts(settlement, shortfall, gains))
    return write_sheets(title, settings.money, [page, contents, notes, *sheets])


def cover(settlement: Settlement, drawn: Sequence[BarChart]) -> Page:
    """Lay out the first sheet: the answer with its charts, who answers for it, and how to make it again."""
    settings, provenance = settlement.scenario.settings, settlement.provenance
    record = settings.log.get("transparency", {})
    licences = sorted({entry["licence"] for entry in settings.log.get("sources", {}).values() if entry.get("licence")})
    version = (provenance.get("versions") or {}).get("singlepot", "")  # type: ignore[attr-defined]
    assumed, options = settlement.scenario.assumed_options
    lines = [
        ("top", settings.title or "Settlement"),
        (
            "body",
            f"What {len(settlement.scenario.areas)} areas receive from one pot and agree to, {settings.period}.",
        ),
        ("head", "The answer"),
        *(("body", line) for line in (*answer(settlement), present_value_words(settlement)) if line),
        *([("body", f"{assumed_words(assumed, options)}; see the sheet Assumptions.")] if assumed else []),
        ("body", "The sheet Contents leads to all others; Notes says how to read them."),
    ]
    after = [
        ("head", "Made by"),
        ("body", f"singlepot {version}, from the scenario with SHA-256 {provenance.get('scenario_sha256', '')}"),
        ("body", "To make this workbook again: singlepot report FOLDER, the folder being that of the settlement."),
        ("head", "Who answers for it"),
        ("body", f"Organisation: {record.get('organisation') or 'not said in the scenario'}"),
        ("body", f"Contact: {record.get('contact') or 'not said in the scenario'}"),
    ]
    if licences:
        after += [("head", "Licences of the figures"), *(("body", licence) for licence in licences)]
    return Page("Cover", [*lines, *drawn, *after])


def contents_sheet(sheets: Sequence[Sheet]) -> Sheet:
    """Lay out the second sheet: a row for each of the others, its name leading to it."""
    import pandas as pd

    rows = [(sheet.name, sheet.title, sheet.about, len(sheet.table)) for sheet in sheets]
    table = pd.DataFrame(rows, columns=["sheet", "title", "about", "rows"])
    columns = [
        Column("sheet", "Sheet", "link"),
        Column("title", "Title", "long"),
        Column("about", "What it holds", "long"),
        Column("rows", "Rows of its table", "whole"),
    ]
    return Sheet("Contents", "Contents", "A row for each sheet; its name leads to it.", table, columns)


def notes_sheet(settlement: Settlement, sheets: Sequence[Sheet]) -> Sheet:
    """Lay out the notes: what holds for all sheets, then each column of the settlement's tables."""
    import pandas as pd

    settings = settlement.scenario.settings
    prices = f", in prices of {settings.price_base}" if settings.price_base else ""
    general = [
        f"Money is in {settings.money}{prices}, unless a header says whole £. Years are financial years.",
        f"{MISSING} stands where a number is not known, {NOT_APPLICABLE} where nothing applies. No cell is empty.",
        "Targets are contributions: the improvement on the baseline in that year, counted positive whether the measure "
        "should rise or fall. They add up over areas.",
        "Totals under tables are formulas over the rows that a filter leaves. The sheet Totals adds the cells up again "
        "and compares them with the settlement.",
        "Cells show rounded numbers and hold exact ones. Whole pounds are rounded to the nearest pound where the pot "
        "has room, else by largest remainder; each grant is within £1 of exact.",
        "A scale-back takes a share of one cell of the bid, and the share of the targets that goes with it.",
        "Texts are shown as they are written in the scenario; none of them is a formula or link.",
    ]
    notes = [*(("", "", text) for text in general), *column_notes(settlement, sheets)]
    table = pd.DataFrame([(number, *note) for number, note in enumerate(notes, start=1)], columns=list(_NOTES))
    columns = [Column(source, header, kind) for source, (header, kind) in _NOTES.items()]
    return Sheet("Notes", "Notes", "How to read the other sheets.", table, columns)


_NOTES = {
    "note": ("Note", "whole"),
    "sheets": ("Sheet", "text"),
    "column": ("Column", "long"),
    "text": ("What it says", "long"),
}
"""Header and kind of each column of the notes."""


def log_sheet(log: Log) -> Sheet:
    """Lay a log out as a sheet."""
    name = {"transparency": "Transparency record"}.get(log.key, log.title)
    columns = [
        Column(source, source[:1].upper() + source[1:], "text" if source in SHORT else "long")
        for source in map(str, log.table.columns)
    ]
    return Sheet(name, log.title, log.about, log.table, columns)
