"""Files of a round for each area: a workbook to fill in, and its asks as CSV, with nothing of another area."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from singlepot.models.files.csv_text import csv_text
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.documents import guarded
from singlepot.models.settlement.settlement import Settlement

from ...workbooks.writing import LONGEST_CELL, exact
from ..answers.checking import IDENTITY, TO_FILL
from ..answers.offers import OFFER_COLUMNS
from ..columns import FOR_CENTRE, HASHES, SHARE, WHY_ASKED
from .pages import file_names

_NARROW, _WIDE = 10, 48
"""Least width of a column in characters, which those that only programs read have, and largest."""

_LINE_PT = 15
"""Height of a line; what is wrapped says its height, since not every program works it out."""

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}

_HOW = (
    "How to answer",
    "Sheet asks: each row asks you to go further with an option of your own, from accepted to asked (1 is all of it).",
    "Leave up_to empty to accept, write how far you go (0.5, 50% or £1.2m), or 0 with a reason to refuse.",
    "A row counts once by (who answers) or another of the cells to fill is filled in.",
    "Sheets offers and offer_years: an option of your own, as in your bid; instead_of names the ask that it replaces.",
    "Sheet notices: cuts to your bid if everything is accepted; they are told, not asked.",
    "Money is in {money} over all years, below 0 where your grant falls; targets are in the units of your bid.",
    "Sheets grants and targets: your figures if all that is asked is accepted, and if no area accepts anything more.",
    "Change nothing else, and send the workbook back. What is not answered in time counts as refused.",
)


def area_files(
    settlements: tuple[Settlement, Settlement],
    asks: pd.DataFrame,
    notices: pd.DataFrame,
    identity: Mapping[str, Any],
    deadline: str,
    pages: Mapping[str, str],
) -> dict[str, bytes]:
    """Write a workbook and a CSV for each area, and the workbook of the centre.

    Parameters
    ----------
    settlements
        If all is accepted, and agreed so far.
    asks, notices
        Tables of the round.
    identity
        talks, round and head.
    deadline
        Last day for answers; empty without one.
    pages
        Hash of the page that each area would sign.

    Returns
    -------
    Contents by name of the file.
    """
    scenario = settlements[0].scenario
    areas = scenario.filled("areas")
    areas = areas[areas["type"] != "centre"]
    files = {"centre.xlsx": _workbook("The centre", {"asks": asks, "notices": notices}, ())}
    names = file_names(areas["code"].tolist())
    how = [line.format(money=scenario.settings.money) for line in _HOW]
    for code, name in zip(areas["code"], areas["name"], strict=True):
        mine = _asks_of(asks, code)
        sheets = {
            IDENTITY: pd.DataFrame(
                [{**identity, "area": code, "name": name, "deadline": deadline, "page": pages[code]}]
            ),
            "asks": mine,
            "offers": pd.DataFrame(columns=list(OFFER_COLUMNS)),
            "offer_years": pd.DataFrame(columns=_offer_years(scenario)),
            "notices": _of(notices, code),
            "grants": _figures(settlements, code, "grants", ["envelope", "year"], "bid", "grant"),
            "targets": _figures(settlements, code, "targets", ["objective", "year"], "proposed", "agreed"),
        }
        files[f"{names[code]}.xlsx"] = _workbook(f"{name} ({code})", sheets, how)
        files[f"{names[code]}.csv"] = csv_text(guarded(mine))
    return files


def _of(table: pd.DataFrame, code: str) -> pd.DataFrame:
    return table[table["area"] == code].reset_index(drop=True)


def _asks_of(asks: pd.DataFrame, code: str) -> pd.DataFrame:
    """Return the asks of an area with empty cells to fill in; the reason of an ask is why it is asked."""
    table = _of(asks, code).drop(columns=list(FOR_CENTRE)).rename(columns={"reason": WHY_ASKED})
    return table.assign(**dict.fromkeys(TO_FILL, ""))


def _offer_years(scenario: Scenario) -> list[str]:
    grants = [f"grant_{one}" for one in scenario.envelopes] if len(scenario.envelopes) > 1 else ["grant"]
    return ["area", "option", "year", *grants, *scenario.objectives["key"]]


def _figures(
    settlements: tuple[Settlement, Settlement], code: str, table: str, labels: list[str], before: str, after: str
) -> pd.DataFrame:
    """Set what an area proposed beside what it gets in both settlements."""
    first, second = (_of(getattr(one, table), code) for one in settlements)
    figures = first[[*labels, before]].copy()
    figures["if_all_accepted"] = first[after].to_numpy(float)
    figures["if_nothing_more_is_accepted"] = second[after].to_numpy(float)
    return figures


def _workbook(title: str, sheets: Mapping[str, pd.DataFrame], lines: Sequence[str]) -> bytes:
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    book = Workbook(buffer, _OPTIONS)
    book.set_properties({"created": datetime(2000, 1, 1), "title": title[:200]})
    top = {"valign": "top"}
    head, fill = {**top, "bold": True, "text_wrap": True, "bottom": 1}, {"bg_color": "#FFF2CC"}
    styles = {
        "head": book.add_format(head),
        "fill head": book.add_format({**head, **fill}),
        "fill": book.add_format({**top, **fill, "text_wrap": True, "border": 4}),
        "fill as typed": book.add_format({**top, **fill, "text_wrap": True, "border": 4, "num_format": "@"}),
        "text": book.add_format({**top, "num_format": "@", "text_wrap": True}),
        "hash": book.add_format({**top, "num_format": "@", "font_color": "#767676"}),
        "count": book.add_format({**top, "num_format": "0"}),
        "share": book.add_format({**top, "num_format": "0.0##%"}),
        "number": book.add_format({**top, "num_format": "#,##0.00####"}),
    }
    if lines:
        sheet = book.add_worksheet("read me")
        _print_on_pages(sheet)
        sheet.set_column(0, 0, 120)
        for row, line in enumerate((title, "", *lines)):
            sheet.write_string(row, 0, line, styles["head" if row in (0, 2) else "text"])
    for name, table in sheets.items():
        _sheet(book.add_worksheet(name), table, styles, (*TO_FILL,) if name == "asks" and lines else ())
    book.close()
    return buffer.getvalue()


def _print_on_pages(sheet: Any) -> None:
    """Print a sheet on A4 across, as wide as the paper."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _sheet(sheet: Any, table: pd.DataFrame, styles: Mapping[str, Any], to_fill: Sequence[str]) -> None:
    """Write a table; columns to fill in are coloured."""
    _print_on_pages(sheet)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 0)
    lines = [1] * (len(table) + 1)
    for at, column in enumerate(map(str, table.columns)):
        cells = table[column].tolist()
        only_read = to_fill and column in HASHES
        longest = max((len(cell) for cell in cells if isinstance(cell, str)), default=0)
        width = _NARROW if only_read else max(len(column), longest) + 2
        if column in to_fill and column == "reason":
            width = _WIDE
        width = min(_WIDE, max(_NARROW, width))
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, column, styles["fill head" if column in to_fill else "head"])
        for row, cell in enumerate(cells, start=1):
            if isinstance(cell, int | float):
                if cell == cell:
                    style = "count" if isinstance(cell, int) else "share" if column == SHARE else "number"
                    sheet.write_number(row, at, exact(float(cell)), styles[style])
            elif cell:
                lines[row] = max(lines[row], 1 if only_read else -(-len(cell) // (width - 6)))
                sheet.write_string(row, at, str(cell)[:LONGEST_CELL], styles["hash" if only_read else "text"])
            elif column in to_fill:
                sheet.write_blank(row, at, None, styles["fill as typed" if column == "up_to" else "fill"])
    for row, count in enumerate(lines):
        sheet.set_row(row, _LINE_PT * count)
    if to_fill:
        first = max(list(table.columns).index(name) for name in HASHES) + 1
        sheet.print_area(0, first, len(table), len(table.columns) - 1)
