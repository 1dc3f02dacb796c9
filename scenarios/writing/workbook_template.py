"""Workbook template: cells have data validation, and every header has a comment."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settings.explained import SETTINGS_EXPLAINED
from singlepot.models.tables.schema import NAN, PROGRAMMES, TABLES, Column, grant_of

from ..workbooks.reading import READ_ME
from ..workbooks.settings_sheet import SHEET, rows_of
from ..workbooks.writing import Header, Styles, check_limits, new_workbook, write_settings, write_table
from .template_content import columns_of, explain, full_tables

READY = 2000
"""Rows below the last one with data validation."""

LONGEST_LIST = 255
"""Characters that Excel takes in a list of words."""

GUIDE = (
    "This workbook is a scenario for singlepot: one sheet for each table, and the sheet scenario for the settings.",
    "Replace the example rows; headers stay as they are. Put the mouse on a header to see what the column holds.",
    "Headers in dark green are required, those in light green may stay empty. Sheets without rows may be deleted.",
    "A column called note, or with a name that begins with _, is yours: it is kept and not read.",
    "When you have saved it:  singlepot check THIS.xlsx   then   singlepot settle THIS.xlsx --out FOLDER",
)
"""Text of the first sheet."""


def write_workbook_template(scenario: Scenario, path: Path) -> None:
    """Write a template as a workbook, with a scenario in it.

    Raises
    ------
    BadInputError
        A sheet or a cell cannot hold what it should.
    """
    tables = full_tables(scenario)
    settings = _all_settings(scenario)
    check_limits(tables, settings)
    with new_workbook(path) as book:
        styles = Styles(book)
        book.set_properties({"title": scenario.settings.title[:200], "created": datetime(2000, 1, 1)})
        guide = book.add_worksheet(READ_ME)
        guide.set_column(0, 0, 110)
        for row, line in enumerate(GUIDE):
            guide.write_string(row, 0, line)
        for words, first in _long_lists().items():
            guide.write_string(first - 1, 0, "Words to choose from where a sheet has too many for a list of its own:")
            for row, word in enumerate(words, start=first):
                guide.write_string(row, 0, word)
        sheet = book.add_worksheet(SHEET.name)
        write_settings(sheet, settings, styles)
        _guide_settings(sheet, settings)
        for name, table in tables.items():
            _write_sheet(book, name, table, styles, scenario)


def write_return(scenario: Scenario, area: str, path: Path) -> None:
    """Write a workbook for one council, with the sheet ``programmes`` alone.

    Parameters
    ----------
    scenario
        Its years, envelopes and objectives are those of the sheet.
    area
        Code of the area; its lines stand in the sheet, or the items of a first one to fill in.
    """
    lines = full_tables(scenario)[PROGRAMMES]
    table = lines[lines["area"] == area].reset_index(drop=True)
    if not len(table):
        items = [*_grants(scenario), *scenario.objectives["key"]]
        columns = {column.name: NAN if column.numeric else "" for column in columns_of(PROGRAMMES, scenario)}
        table = pd.DataFrame({**columns, "area": area, "item": items})
    with new_workbook(path) as book:
        name = scenario.areas.set_index("code")["name"][area]
        book.set_properties({"title": f"Programmes: {name}"[:200], "created": datetime(2000, 1, 1)})
        _write_sheet(book, PROGRAMMES, table, Styles(book), scenario)


def _grants(scenario: Scenario) -> list[str]:
    return ["grant"] if len(scenario.envelopes) == 1 else [grant_of(envelope).name for envelope in scenario.envelopes]


def _write_sheet(book: Any, name: str, table: pd.DataFrame, styles: Styles, scenario: Scenario) -> None:
    """Write the sheet of a table, with an explanation on every header and a rule under it."""
    required = book.add_format({"bold": True, "bottom": 1, "bg_color": "#1d6f42", "font_color": "#ffffff"})
    optional = book.add_format({"bold": True, "bottom": 1, "bg_color": "#d7ecdf"})
    columns = {column.name: column for column in columns_of(name, scenario)}
    sheet = book.add_worksheet(name)
    free = Header(optional, "Yours: kept and not read.")
    headers = {
        header: Header(
            required if columns[header].required else optional,
            explain(columns[header], scenario.settings.money),
        )
        if header in columns
        else free
        for header in table.columns
    }
    write_table(sheet, name, table, styles, headers)
    for at, header in enumerate(table.columns):
        rule = _validation(columns[header], scenario) if header in columns else None
        if rule is not None:
            sheet.data_validation(1, at, len(table) + READY, at, {"ignore_blank": True, **rule})


_FREE = ("expect", "log", "notes", "stages.give", "stages.limits")
"""Settings whose keys are the user's, or follow from other settings."""


def _all_settings(scenario: Scenario) -> list[tuple[str, Any, str]]:
    """List the rows of the sheet scenario, with every key that may be set and its explanation."""
    given = {key: (value, note) for key, value, note in rows_of(scenario.settings.as_dict())}
    gives = {
        f"stages.give.{stage}": f"How much of {stage} later stages may use." for stage in scenario.settings.stages.order
    }
    explained = {key: text for key, text in SETTINGS_EXPLAINED.items() if key not in _FREE} | gives
    known = list(explained)
    keys = [*known, *(key for key in given if key not in known)]
    rows = []
    for key in keys:
        value, note = given.get(key, ("", ""))
        rows.append((key, value, note or explained.get(key, "")))
    return rows


def _guide_settings(sheet: Any, rows: list[tuple[str, Any, str]]) -> None:
    for at, (key, _, _) in enumerate(rows, start=1):
        if key == "money":
            sheet.data_validation(at, 1, at, 1, {"validate": "list", "source": ["GBP", "GBP thousand", "GBP million"]})
        elif key.startswith("rules."):
            sheet.data_validation(
                at, 1, at, 1, {"validate": "decimal", "criteria": ">=", "value": 0, **_refuse("a number ≥ 0")}
            )


def _validation(column: Column, scenario: Scenario) -> dict[str, Any] | None:
    expected = column.expected(scenario.settings.money)
    if column.numeric:
        return {"validate": "integer" if column.kind == "whole" else "decimal", **_limits(column), **_refuse(expected)}
    settings = scenario.settings
    lists: dict[str, list[str] | str] = {
        "area": _range("areas"),
        "objective": _range("objectives"),
        "year": list(settings.years) if column.kind == "year" else "",
        "envelope": [envelope for envelope in scenario.envelopes if "envelope" in scenario.pot],
        "attribute": [*settings.attributes, "population"],
    }
    source = list(column.words) if column.kind == "word" else lists.get(column.refers, "")
    if column.words in _long_lists():
        first = _long_lists()[column.words] + 1
        source = f"='{READ_ME}'!$A${first}:$A${first + len(column.words) - 1}"
    if not source or (isinstance(source, list) and len(",".join(source)) > LONGEST_LIST):
        return None
    error_type = "stop" if column.kind == "word" else "warning"
    return {"validate": "list", "source": source, **_refuse(expected), "error_type": error_type}


def _long_lists() -> dict[tuple[str, ...], int]:
    """Lists of words that Excel does not take in a cell, and the row of the first sheet where each begins, from 0."""
    lists: dict[tuple[str, ...], int] = {}
    row = len(GUIDE) + 2
    for column in (column for table in TABLES.values() for column in table):
        if len(",".join(column.words)) > LONGEST_LIST and column.words not in lists:
            lists[column.words] = row
            row += len(column.words) + 2
    return lists


def _range(table: str) -> str:
    """Write the reference of a sheet's first column, for a list."""
    assert next(iter(TABLES[table])).required
    return f"={table}!$A$2:$A${READY}"


def _limits(column: Column) -> dict[str, Any]:
    if column.above > -math.inf:
        return {"criteria": ">", "value": column.above}
    if column.least > -math.inf and column.most < math.inf:
        return {"criteria": "between", "minimum": column.least, "maximum": column.most}
    if column.least > -math.inf:
        return {"criteria": ">=", "value": column.least}
    return {"criteria": "between", "minimum": -1e300, "maximum": 1e300}


def _refuse(expected: str) -> dict[str, str]:
    return {"error_title": "Not what is expected here", "error_message": f"Expected {expected}."[:250]}
