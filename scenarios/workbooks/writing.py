"""Workbook writer: a scenario becomes a sheet ``scenario`` and one for each table, exact to the last digit."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from singlepot.models.diagnostics.problems import SETTINGS, Diagnostic, Report, shown
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.tables.schema import TABLES

from ..formats.column_letters import letters
from .archive import LARGEST_EXPANDED
from .layout import NAMING, TOTAL
from .settings_sheet import SHEET, rows_of

MOST_ROWS = 1_048_576
"""Rows of a sheet, the header among them."""

LONGEST_CELL = 32_767
"""Characters that a cell can hold, as Excel counts: one beyond the basic plane is two."""

_SMALLER = "export to CSV or Parquet instead"

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
"""Options of XlsxWriter: text is never made a formula, number or link, and rows leave memory as they are written."""


class Exact(float):
    """Number that is written with as many digits as it needs to be read back: XlsxWriter writes sixteen."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        """Write the shortest text that reads as the same number, for any format."""
        return repr(float(self))


@dataclass(frozen=True)
class Header:
    """Style of a header, and its comment."""

    style: Any
    comment: str = ""


@contextmanager
def new_workbook(path: Path) -> Iterator[xlsxwriter.Workbook]:
    """Open a workbook to write into; where it cannot be written, raise what the system said.

    Raises
    ------
    OSError
        There is no room, or no permission.
    """
    try:
        with xlsxwriter.Workbook(str(path), OPTIONS) as workbook:
            yield workbook
    except FileCreateError as error:
        raise error.args[0] from None


def write_workbook(scenario: Scenario, path: Path) -> None:
    """Write a scenario as a workbook; tables without rows are left out.

    Raises
    ------
    BadInputError
        A sheet or a cell cannot hold what it should.
    """
    tables = {name: table for name, table in scenario.given.items() if len(table)}
    settings = rows_of(scenario.settings.as_dict())
    check_limits(tables, settings)
    with new_workbook(path) as workbook:
        styles = Styles(workbook)
        workbook.set_properties({"title": scenario.settings.title[:200], "created": datetime(2000, 1, 1)})
        write_settings(workbook.add_worksheet(SHEET.name), settings, styles)
        for name, table in tables.items():
            write_table(workbook.add_worksheet(name), name, table, styles)
    check_size(path)


def check_size(path: Path) -> None:
    """Refuse a workbook too large to be read again.

    Raises
    ------
    BadInputError
        It expands too far.
    """
    with zipfile.ZipFile(path) as archive:
        size = sum(part.file_size for part in archive.infolist())
    if size > LARGEST_EXPANDED:
        report, value = Report(), f"{size / 1e6:.0f} MB of sheets"
        _complain(report, "SP-X004", SETTINGS, "", value, f"at most {LARGEST_EXPANDED // 1_000_000} MB", _SMALLER)
        report.stop_if_any()


class Styles:
    """Cell formats of a workbook."""

    def __init__(self, workbook: Any) -> None:
        """Add them to the workbook."""
        self.header = workbook.add_format({"bold": True, "bottom": 1})
        self.value = workbook.add_format({"align": "left"})
        self.plain = workbook.add_format({})
        self.text = workbook.add_format({"num_format": "@"})
        self.money = workbook.add_format({"num_format": "#,##0.00####"})
        self.people = workbook.add_format({"num_format": "#,##0"})

    def of(self, table: str, column: str) -> Any:
        """Return the format of a column's cells."""
        known = TABLES[table].by_name.get(column)
        if known is None:
            return self.money if column.startswith("grant_") else self.plain
        if not known.numeric:
            return self.text
        return {"money": self.money, "people": self.people}.get(known.unit, self.plain)


def write_settings(sheet: Any, rows: list[tuple[str, Any, str]], styles: Styles) -> None:
    """Write the rows of the sheet ``scenario``."""
    _prepare(sheet, [column.name for column in SHEET], styles, {0: 26, 1: 60, 2: 60}, {})
    for at, (key, value, note) in enumerate(rows, start=1):
        sheet.write_string(at, 0, key)
        if isinstance(value, str):
            if value:
                sheet.write_string(at, 1, value, styles.text)
        else:
            sheet.write_number(at, 1, exact(float(value)), styles.value)
        if note:
            sheet.write_string(at, 2, note)


def write_table(
    sheet: Any, name: str, table: pd.DataFrame, styles: Styles, headers: Mapping[str, Header] | None = None
) -> None:
    """Write a table: its headers, styled by ``headers``, then its rows; empty cells stay empty."""
    widths = {
        at: 12 if table.iloc[:, at].dtype.kind == "f" else _width(table.iloc[:, at]) for at in range(table.shape[1])
    }
    _prepare(sheet, list(table.columns), styles, widths, headers or {})
    contents = [table.iloc[:, at] for at in range(table.shape[1])]
    numeric = [cells.dtype.kind == "f" for cells in contents]
    formats = [styles.of(name, header) for header in table.columns]
    if not len(table):
        return
    for at, row in enumerate(zip(*(cells.tolist() for cells in contents), strict=True), start=1):
        for column, cell in enumerate(row):
            if numeric[column]:
                if cell == cell:
                    sheet.write_number(at, column, exact(cell), formats[column])
            elif cell:
                sheet.write_string(at, column, cell, formats[column])


def _prepare(
    sheet: Any, texts: list[str], styles: Styles, widths: Mapping[int, int], headers: Mapping[str, Header]
) -> None:
    for at, width in widths.items():
        sheet.set_column(at, at, width)
    sheet.freeze_panes(1, 0)
    for at, text in enumerate(texts):
        header = headers.get(text, Header(styles.header))
        sheet.write_string(0, at, text, header.style)
        if header.comment:
            size = {"x_scale": 2.2, "y_scale": 1.0 + header.comment.count("\n") * 0.2}
            sheet.write_comment(0, at, header.comment, {**size, "author": "singlepot"})


def _width(column: pd.Series[Any]) -> int:
    return min(40, 3 + max([8, *map(len, column.head(200).tolist())]))


def exact(number: float) -> float:
    """Wrap a number that sixteen digits do not write exactly."""
    return number if float(f"{number:.16G}") == number else Exact(number)


def check_limits(tables: Mapping[str, pd.DataFrame], settings: list[tuple[str, Any, str]]) -> None:
    """Refuse tables and texts that a workbook cannot hold, or that would be read back as something else.

    Raises
    ------
    BadInputError
        With every cell and table that does not fit.
    """
    report = Report()
    for at, row in enumerate(settings, start=2):
        for column, text in zip("ABC", row, strict=True):
            if isinstance(text, str) and (fault := _unfit(text)):
                _complain(report, "SP-X031", SETTINGS, f"scenario!{column}{at}", *fault)
    for name, table in tables.items():
        if len(table) >= MOST_ROWS:
            value = f"{len(table):,} rows"
            _complain(
                report, "SP-X030", name, f"sheet {name}", value, f"at most {MOST_ROWS - 1:,} below the header", _SMALLER
            )
        for at, header in enumerate(table.columns, start=1):
            if table[header].dtype.kind != "f":
                _check_texts(report, name, header, letters(at), table[header])
    report.stop_if_any()


def _check_texts(report: Report, name: str, header: str, column: str, cells: pd.Series[Any]) -> None:
    naming = header in NAMING and header in TABLES[name].by_name
    if fault := _unfit(header):
        _complain(report, "SP-X031", name, f"{name}!{column}1", *fault)
    for word in cells.unique().tolist():
        fault, code = _unfit(word), "SP-X031"
        if fault is None and naming and TOTAL.fullmatch(word):
            fault, code = (
                (shown(word), "a name that cannot be taken for a total", f"rename it, or {_SMALLER}"),
                "SP-X032",
            )
        if fault is not None:
            row = 2 + int((cells == word).to_numpy().argmax())
            _complain(report, code, name, f"{name}!{column}{row}", *fault)


def _unfit(text: str) -> tuple[str, str, str] | None:
    """Describe a text that no cell can hold: value, what was expected and the remedy."""
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if length > LONGEST_CELL:
        return f"a text of {length:,} characters", f"at most {LONGEST_CELL:,}", f"shorten it, or {_SMALLER}"
    odd = sorted({f"U+{ord(c):04X}" for c in text if c in "\ufffe\uffff" or "\ud800" <= c <= "\udfff"})
    if odd:
        return shown(text), f"text without {', '.join(odd)}", f"take the character out, or {_SMALLER}"
    return None


def _complain(report: Report, code: str, table: str, cell: str, value: str, expected: str, remedy: str) -> None:
    number = -1 if table == SETTINGS else list(TABLES).index(table)
    report.add(Diagnostic(code, table, "workbook", cell, "", value, expected, remedy), table=number)
