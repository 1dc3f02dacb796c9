"""Workbook reader: the sheets become raw tables and settings, with the cell reference of each value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from singlepot.models.diagnostics.problems import SETTINGS, Diagnostic, Report, did_you_mean, near, one_of, shown
from singlepot.models.tables.raw import RawTable, lost
from singlepot.models.tables.schema import TABLES

from ..formats.column_letters import number
from .archive import UnopenedError
from .child import folded
from .layout import Complain, Layout, lay_out
from .opening import Opened, Sheet, open_workbook
from .settings_sheet import SHEET, check_cells, first_rows, read_rows
from .tables import SheetTable

NEARLY_A_SHEET = 0.8
"""Similarity from which a sheet's name is taken for a misspelt table name (0 to 1, difflib)."""

READ_ME = "read me"
"""Sheet of the template that explains the others."""

_SPECS = {SHEET.name: SHEET, **TABLES}


@dataclass
class WorkbookContent:
    """Content of a workbook, for :func:`singlepot.models.scenario.scenario.from_raw`."""

    settings: dict[str, Any] | None = None
    references: dict[str, str] = field(default_factory=dict)
    raw: dict[str, RawTable] = field(default_factory=dict)


def read_workbook(path: Path, report: Report) -> WorkbookContent:
    """Read a workbook.

    Parameters
    ----------
    path
        The workbook.
    report
        Takes the problems.
    """
    file = shown(path.name, quoted=False)
    try:
        opened = open_workbook(path, _SPECS)
    except UnopenedError as refused:
        code, position, *rest = refused.parts
        report.add(Diagnostic(code, SETTINGS, file, position, "", *rest))
        report.stop_if_any()
        raise
    reader = _Reader(file, opened, report)
    reader.note_ignored(path)
    return reader.read()


class _Reader:
    """Reader of one opened workbook."""

    def __init__(self, file: str, opened: Opened, report: Report) -> None:
        self.file, self.opened, self.report = file, opened, report
        self.sheets = {folded(sheet.name): sheet for sheet in opened.sheets.values()}
        self.layouts: dict[str, Layout] = {}

    def read(self) -> WorkbookContent:
        self._check_names()
        for name, spec in _SPECS.items():
            if name in self.sheets:
                layout = lay_out(self.sheets[name], spec, self._complainer(name))
                if layout is not None:
                    self.layouts[name] = layout
        content = WorkbookContent(raw={name: table for name in TABLES if (table := self._table(name)) is not None})
        if SHEET.name in self.layouts:
            content.settings, content.references = self._settings()
        return content

    def note_ignored(self, path: Path) -> None:
        """Note the extras of the workbook, which are never run, followed or read."""
        complain = self._complainer(SETTINGS)
        for extra in self.opened.extras:
            complain("SP-X028", "", "", extra, "", "they are neither run nor followed")
        if path.with_name("~$" + path.name).exists():
            complain("SP-X029", "", "", "a workbook that is open in Excel", "", "what is not saved there is not read")
        others = [shown(name) for name in self.opened.names if folded(name) not in (*_SPECS, READ_ME)]
        if others:
            complain("SP-X034", "", "", f"sheets that are no tables: {one_of(others, 12)}", "", "they are not read")

    def _complainer(self, name: str) -> Complain:
        number_of_table = list(_SPECS).index(name) - 1

        def complain(code: str, position: str, column: str, value: str, expected: str, remedy: str) -> None:
            problem = Diagnostic(code, name, self.file, position, column, value, expected, remedy)
            self.report.add(problem, table=number_of_table)

        return complain

    def _check_names(self) -> None:
        """Report missing sheets, and sheets with nearly the name of a table, which would be ignored."""
        others = [name for name in self.opened.names if folded(name) not in _SPECS]
        for name in _SPECS:
            alike = [other for other in self.opened.names if folded(other) == name]
            if len(alike) > 1:
                expected = f"one sheet for {name}; there are {one_of(list(map(shown, alike)))}"
                self._complainer(name)("SP-X011", f"sheet {alike[1]}", "", "", expected, "rename or delete one of them")
        missing = [name for name in _SPECS if name not in self.sheets]
        for name in missing:
            if name == SHEET.name or TABLES[name].needed(self.sheets):
                remedy = did_you_mean(name, others, f"the workbook has the sheets {one_of(self.opened.names, 12)}")
                self._complainer(name)("SP-X010", f"sheet {name}", "", "", "the sheet to be there", remedy)
        for other in others:
            meant = near(other, missing, NEARLY_A_SHEET)
            if meant and not other.startswith("_") and not (meant == SHEET.name or TABLES[meant].required):
                remedy = f"rename it to {meant}, or let its name begin with _"
                expected = f"the name of a table; the workbook has the sheets {one_of(self.opened.names, 12)}"
                self._complainer(meant)("SP-X011", f"sheet {other}", "", "", expected, remedy)

    def _table(self, name: str) -> RawTable | None:
        """Read a table; None where an optional one is absent."""
        if name not in self.sheets:
            return lost(self.file) if TABLES[name].needed(self.sheets) else None
        sheet, spec = self.sheets[name], TABLES[name]
        if name not in self.layouts:
            if not len(sheet.rows) and not spec.needed(self.sheets):
                return None
            if not len(sheet.rows):
                self._complainer(name)("SP-X012", f"sheet {sheet.name}", "", "an empty sheet", "a header and rows", "")
            return lost(self.file)
        layout = self.layouts[name]
        if not len(layout.positions) and not spec.needed(self.sheets):
            return None
        self._note_hidden(sheet)
        return SheetTable(self.file, sheet, layout, spec, self._complainer(name), self._zero_led()).read()

    def _settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        sheet, layout, complain = self.sheets[SHEET.name], self.layouts[SHEET.name], self._complainer(SHEET.name)
        self._note_hidden(sheet)
        check_cells(sheet, layout, complain)
        return read_rows(first_rows(sheet, layout.positions.tolist(), layout.columns), sheet.name, complain)

    def _note_hidden(self, sheet: Sheet) -> None:
        facts, complain = sheet.facts, self._complainer(folded(sheet.name))
        if sheet.name in self.opened.hidden:
            complain("SP-X027", f"sheet {sheet.name}", "", "a hidden sheet", "", "it was read")
        if facts.hidden_rows:
            value = f"{facts.hidden_rows} {'row' if facts.hidden_rows == 1 else 'rows'}"
            value = f"{value} hidden by a filter" if facts.filtered else value.replace(" ", " hidden ")
            value += f", the first of them {facts.first_hidden}" if facts.hidden_rows > 1 else f": {facts.first_hidden}"
            complain("SP-X027", f"sheet {sheet.name}", "", value, "", "read as the others are")
        hidden = [
            column for column in facts.hidden_columns if any(_inside(letters, column) for letters in sheet.letters)
        ]
        if hidden:
            complain("SP-X027", f"sheet {sheet.name}", "", f"hidden columns: {', '.join(hidden)}", "", "they were read")

    def _zero_led(self) -> dict[int, str]:
        """Collect the area codes with leading zeros, by their number."""
        codes: dict[int, str] = {}
        for name, layout in self.layouts.items():
            for header in ("code", "area"):
                if header in layout.columns and header in _SPECS[name].by_name:
                    column = self.sheets[name].columns[layout.columns[header][0]]
                    words = column.words if column.numbers is None else column.odd.values()
                    codes |= {int(w): w for w in words if isinstance(w, str) and re.fullmatch(r"0[0-9]{1,14}", w)}
        return codes


def _inside(letters: str, column: str) -> bool:
    first, _, last = column.partition(":")
    return number(first) <= number(letters) <= number(last or first)
