"""A workbook's sheets as raw tables and settings: each cell taken or refused, and where it stands."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from singlepot.models.columns import TABLES, Column, Table, kept
from singlepot.models.problems import SETTINGS, Problem, Report, did_you_mean, near, one_of, shown
from singlepot.models.raw_tables import Cells, RawTable, Refused, lost

from .cells import Context, Notes, read_cells, read_kept
from .child import folded
from .layout import Complain, Layout, lay_out
from .opening import Date, Opened, Sheet, Unopened, open_workbook
from .places import SheetPlace
from .scan import number
from .settings_sheet import SHEET, first_rows, read_rows

log = logging.getLogger("singlepot")

NEARLY_A_SHEET = 0.8
"""How alike a sheet's name and a table's are when one was probably meant for the other (0 to 1, difflib)."""

LARGEST_PLAIN_RULE = 2.0
"""Largest plain value of a rule beside percentages: 1.2 is a ceiling of 120%, 5 is 500% or 5%."""

_SPECS = {SHEET.name: SHEET, **TABLES}


@dataclass
class Found:
    """What a workbook says, for :func:`singlepot.models.scenario.from_raw`."""

    said: dict[str, Any] | None = None
    places: dict[str, str] = field(default_factory=dict)
    raw: dict[str, RawTable] = field(default_factory=dict)


def read_workbook(path: Path, report: Report) -> Found:
    """Read a workbook.

    Parameters
    ----------
    path
        The workbook.
    report
        Takes the problems.
    """
    try:
        opened = open_workbook(path, _SPECS)
    except Unopened as refused:
        code, place, *rest = refused.said
        report.add(Problem(code, SETTINGS, path.name, place, "", *rest))
        report.stop_if_any()
        raise
    reader = _Reader(path.name, opened, report)
    reader.say_what_is_ignored(path)
    return reader.read()


class _Reader:
    """The steps from sheets to tables."""

    def __init__(self, file: str, opened: Opened, report: Report) -> None:
        self.file, self.opened, self.report = file, opened, report
        self.sheets = {folded(sheet.name): sheet for sheet in opened.sheets.values()}
        self.layouts: dict[str, Layout] = {}

    def read(self) -> Found:
        self._check_names()
        for name, spec in _SPECS.items():
            if name in self.sheets:
                layout = lay_out(self.sheets[name], spec, self._complainer(name))
                if layout is not None:
                    self.layouts[name] = layout
        found = Found(raw={name: table for name in TABLES if (table := self._table(name)) is not None})
        if SHEET.name in self.layouts:
            found.said, found.places = self._settings()
        return found

    def say_what_is_ignored(self, path: Path) -> None:
        """Note what the workbook holds that is never run, followed or read."""
        for extra in self.opened.extras:
            log.warning("%s holds %s: they are neither run nor followed", self.file, extra)
        if path.with_name("~$" + path.name).exists():
            log.warning("%s is open in Excel: what is not saved there is not read", self.file)
        others = [name for name in self.opened.names if folded(name) not in _SPECS]
        if others:
            log.info("%s: sheets that are not read: %s", self.file, ", ".join(others))

    def _complainer(self, name: str) -> Complain:
        number_of_table = list(_SPECS).index(name) - 1

        def complain(code: str, place: str, column: str, value: str, expected: str, remedy: str) -> None:
            problem = Problem(code, name, self.file, place, column, value, expected, remedy)
            self.report.add(problem, table=number_of_table)

        return complain

    def _check_names(self) -> None:
        """Name the sheets that are missing, and those probably meant to be tables: they would go unnoticed."""
        others = [name for name in self.opened.names if folded(name) not in _SPECS]
        missing = [name for name in _SPECS if name not in self.sheets]
        for name in missing:
            if name == SHEET.name or TABLES[name].required:
                remedy = did_you_mean(name, others, f"the workbook has the sheets {one_of(self.opened.names, 12)}")
                self._complainer(name)("SP-X010", f"sheet {name}", "", "", "the sheet to be there", remedy)
        for other in others:
            meant = near(other, missing, NEARLY_A_SHEET)
            if meant and not other.startswith("_") and not (meant == SHEET.name or TABLES[meant].required):
                remedy = f"rename it to {meant}, or let its name begin with _"
                expected = f"the name of a table; the workbook has the sheets {one_of(self.opened.names, 12)}"
                self._complainer(meant)("SP-X011", f"sheet {other}", "", "", expected, remedy)

    def _table(self, name: str) -> RawTable | None:
        """A table; None where it may be absent and is."""
        if name not in self.sheets:
            return lost(self.file) if TABLES[name].required else None
        sheet, spec = self.sheets[name], TABLES[name]
        if name not in self.layouts:
            if not len(sheet.rows) and not spec.required:
                return None
            if not len(sheet.rows):
                self._complainer(name)("SP-X012", f"sheet {sheet.name}", "", "an empty sheet", "a header and rows", "")
            return lost(self.file)
        layout = self.layouts[name]
        if not len(layout.positions) and not spec.required:
            return None
        return _Table(self, name, sheet, layout, spec).read()

    def _settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        sheet, layout = self.sheets[SHEET.name], self.layouts[SHEET.name]
        complain = self._complainer(SHEET.name)
        self._note_hidden(sheet)
        for name in ("key", "value"):
            if name not in layout.columns:
                complain("SP-D002", f"sheet {sheet.name}", name, "", "the column to be there", "")
        for merged in sheet.facts.merged:
            complain("SP-X016", f"{sheet.name}!{merged}", "", "merged cells", "each cell by itself", _UNMERGE)
        faults = {ref: _NEVER for ref in sheet.facts.uncalculated} | {ref: _error(e) for ref, e in sheet.facts.errors.items()}
        for ref, refused in faults.items():
            complain(refused.code, f"{sheet.name}!{ref}", "", refused.value, "a value", refused.remedy)
        rows = first_rows(sheet, layout.positions.tolist(), layout.columns)
        letters = layout.columns.get("value", ["B"])[0]
        percent = set(sheet.facts.percent.get(letters, ()))
        for row, key, value, _ in rows:
            if isinstance(value, Date) and str(key).strip() not in ("years", "price_base"):
                complain("SP-X022", f"{sheet.name}!{letters}{row}", str(key), f"the date {value}", "a value", "format the cell as text")
            plain = isinstance(value, float) and row not in percent and str(key).startswith("rules.")
            if plain and percent and value > LARGEST_PLAIN_RULE:
                first = f"{letters}{min(percent)}"
                remedy = f"write {value / 100:g} if {value:g}% is meant"
                complain("SP-X024", f"{sheet.name}!{letters}{row}", str(key), f"{value:g}, while {first} is shown as a percentage", "a share", remedy)
        return read_rows(rows, sheet.name, complain)

    def _note_hidden(self, sheet: Sheet) -> None:
        facts = sheet.facts
        if sheet.name in self.opened.hidden:
            log.warning("%s: the hidden sheet %s was read", self.file, sheet.name)
        if facts.hidden_rows:
            why = "rows hidden by a filter were" if facts.filtered else "hidden rows were"
            why = why if facts.hidden_rows > 1 else why.replace("rows", "row").replace("were", "was")
            log.warning("%s %s: %d %s read", self.file, sheet.name, facts.hidden_rows, why)
        hidden = [column for column in facts.hidden_columns if any(_inside(letters, column) for letters in sheet.letters)]
        if hidden:
            log.warning("%s %s: hidden columns were read: %s", self.file, sheet.name, ", ".join(hidden))

    def zero_led(self) -> dict[int, str]:
        """Codes of areas written with zeros before them, by their number."""
        found: dict[int, str] = {}
        for name, layout in self.layouts.items():
            for header in ("code", "area"):
                if header in layout.columns and header in _SPECS[name].by_name:
                    column = self.sheets[name].columns[layout.columns[header][0]]
                    words = column.words if column.numbers is None else column.odd.values()
                    found |= {int(w): w for w in words if isinstance(w, str) and re.fullmatch(r"0[0-9]{1,14}", w)}
        return found


_UNMERGE = "unmerge them and fill in every cell"
_NEVER = Refused("SP-X020", "a formula that was never calculated", "open the workbook in Excel and save it")


def _error(said: str) -> Refused:
    return Refused("SP-X021", f"the error {said}", "correct it in the workbook", said)


def _inside(letters: str, column: str) -> bool:
    first, _, last = column.partition(":")
    return number(first) <= number(letters) <= number(last or first)


class _Table:
    """The steps from one sheet to one table."""

    def __init__(self, reader: _Reader, name: str, sheet: Sheet, layout: Layout, spec: Table) -> None:
        self.reader, self.name, self.sheet, self.layout, self.spec = reader, name, sheet, layout, spec
        self.rows = sheet.rows[layout.positions]
        self.complain = reader._complainer(name)
        self.at_row = {int(row): position for position, row in enumerate(self.rows)} if self._has_odd_cells() else {}

    def _has_odd_cells(self) -> bool:
        facts = self.sheet.facts
        return bool(facts.uncalculated or facts.errors or facts.percent or facts.padded or facts.merged)

    def read(self) -> RawTable:
        reader, layout = self.reader, self.layout
        reader._note_hidden(self.sheet)
        place = SheetPlace(reader.file, self.rows, "row", (), self.sheet.name, layout.header, layout.columns)
        if self.sheet.name != self.name:
            self._note(f"the sheet is taken for the table {self.name}")
        if self.sheet.blank:
            self._note(f"{_count(self.sheet.blank, 'blank row')} passed over")
        if layout.trimmed:
            self._note(f"spaces around headers taken away: {', '.join(map(shown, layout.trimmed))}")
        columns = {header: self._column(header, letters[0]) for header, letters in layout.columns.items()}
        self._check_merged(columns)
        return RawTable(columns, place, len(self.rows), repeated=layout.repeated)

    def _note(self, said: str) -> None:
        log.warning("%s %s: %s", self.reader.file, self.sheet.name, said)

    def _column(self, header: str, letters: str) -> Cells:
        cells = self.sheet.columns[letters].cells(self.layout.positions)
        if kept(header):
            return read_kept(self._with_errors(cells, letters))
        known = self.spec.by_name
        absent = [name for name in known if known[name].required and name not in self.layout.columns]
        column = known.get(header) or known.get(near(header, absent, NEARLY_A_SHEET))
        notes = Notes()
        taken = read_cells(column, cells, self._context(column, letters), notes)
        self._say(notes, letters)
        return taken

    def _with_errors(self, cells: Any, letters: str) -> Any:
        errors = self._refused(letters)
        listed = cells.tolist() if isinstance(cells, np.ndarray) and errors else cells
        for position, refused in errors.items():
            listed[position] = refused.text
        return listed

    def _context(self, column: Column | None, letters: str) -> Context:
        facts = self.sheet.facts
        shares = self._share_rows() if self.name == "rules" and letters in facts.percent else None
        return Context(
            refused=self._refused(letters),
            percent=self._positions(facts.percent.get(letters, ())),
            padded=self._positions(facts.padded.get(letters, ())),
            zero_led=self.reader.zero_led() if column is not None and column.name in ("code", "area") else {},
            letters=letters,
            rows=self.rows,
            shares=shares,
            largest_plain=LARGEST_PLAIN_RULE if self.name == "rules" else 1.0,
        )

    def _share_rows(self) -> frozenset[int]:
        """The rows of rules whose value is a share."""
        if "basis" not in self.layout.columns:
            return frozenset(range(len(self.rows)))
        bases = self.sheet.columns[self.layout.columns["basis"][0]].cells(self.layout.positions)
        return frozenset(at for at, basis in enumerate(bases) if basis not in ("amount", "per_head"))

    def _positions(self, rows: Sequence[int]) -> frozenset[int]:
        return frozenset(self.at_row[row] for row in rows if row in self.at_row)

    def _refused(self, letters: str) -> dict[int, Refused]:
        facts = self.sheet.facts
        found = {ref: _NEVER for ref in facts.uncalculated} | {ref: _error(said) for ref, said in facts.errors.items()}
        taken: dict[int, Refused] = {}
        for ref, refused in found.items():
            match = re.fullmatch(r"([A-Z]+)([0-9]+)", ref)
            if match and match[1] == letters and int(match[2]) in self.at_row:
                taken[self.at_row[int(match[2])]] = refused
        return taken

    def _say(self, notes: Notes, letters: str) -> None:
        """Note what was accepted in a column."""
        accepted = {
            "read without the spaces around them": notes.trimmed,
            "numbers stored as text, read as numbers": notes.texts_of_numbers,
            "numbers where text is meant, read as text": notes.numbers_as_text,
            "dates read as financial years": notes.years_of_dates,
            "more than fifteen digits, of which Excel keeps fifteen": notes.long_numbers,
        }
        for what, positions in accepted.items():
            if positions:
                first = f"{letters}{self.rows[positions[0]]}"
                self._note(f"{_count(len(positions), 'cell')} {what}, the first in {first}")

    def _check_merged(self, columns: dict[str, Cells]) -> None:
        """Name merged cells; below the first cell they are empty, and are filled so that nothing more is said of them."""
        for merged in self.sheet.facts.merged:
            match = re.fullmatch(r"([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)", merged)
            if match is None:
                continue
            first, last = number(match[1]), number(match[3])
            inside = [h for h, letters in self.layout.columns.items() if first <= number(letters[0]) <= last]
            rows = [self.at_row[row] for row in range(int(match[2]), int(match[4]) + 1) if row in self.at_row]
            if not inside or not rows:
                continue
            self.complain("SP-X016", f"{self.sheet.name}!{merged}", "", "merged cells", "each cell by itself", _UNMERGE)
            cells = list(columns[inside[0]])
            for header in inside:
                filled = list(columns[header])
                for row in rows:
                    filled[row] = cells[rows[0]]
                columns[header] = filled


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
