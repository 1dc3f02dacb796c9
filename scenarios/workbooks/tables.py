"""Sheet reader: the cells of one sheet become a raw table, with a diagnostic for each refused cell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from singlepot.models.checks.headers import column_meant
from singlepot.models.diagnostics.problems import shown
from singlepot.models.tables.raw import Cells, RawTable, Refused
from singlepot.models.tables.schema import Column, Table, kept

from ..formats.column_letters import number
from .cells import LARGEST_PLAIN_RULE, Context, Notes, read_cells, read_kept
from .layout import Complain, Layout
from .opening import Sheet
from .places import SheetPlace
from .scan import Facts

UNMERGE = "unmerge them and fill in every cell"
"""Remedy for merged cells."""

_NEVER = Refused(
    "SP-X020",
    "a formula that was never calculated, or asks to be",
    "open the workbook in Excel and save it",
)


def faults_of(facts: Facts) -> dict[str, Refused]:
    """Refuse the cells of a sheet without a value: formulas never calculated, and errors."""
    errors = {
        cell: Refused("SP-X021", f"the error {error}", "correct it in the workbook", error)
        for cell, error in facts.errors.items()
    }
    return dict.fromkeys(facts.uncalculated, _NEVER) | errors


class SheetTable:
    """Reader of one sheet.

    Parameters
    ----------
    file
        Name of the workbook.
    sheet, layout, spec
        The sheet, the position of the table on it, and the specification of the table.
    complain
        Takes the problems of the sheet.
    zero_led
        Codes that the workbook writes with zeros before them, by their number.
    """

    def __init__(
        self, file: str, sheet: Sheet, layout: Layout, spec: Table, complain: Complain, zero_led: Mapping[int, str]
    ) -> None:
        """Keep the sheet and the specification of its table."""
        self.file, self.sheet, self.layout, self.spec = file, sheet, layout, spec
        self.complain, self.zero_led = complain, zero_led
        self.rows = sheet.rows[layout.positions]
        self.faults = faults_of(sheet.facts)
        self.at_row = {int(row): position for position, row in enumerate(self.rows)} if self._has_odd_cells() else {}

    def _has_odd_cells(self) -> bool:
        facts = self.sheet.facts
        return bool(facts.uncalculated or facts.errors or facts.percent or facts.padded or facts.scaled or facts.merged)

    def read(self) -> RawTable:
        """Read the table."""
        layout = self.layout
        cells = SheetPlace(self.file, pd.Index(self.rows), "row", (), self.sheet.name, layout.header, layout.columns)
        if self.sheet.name != self.spec.name:
            self._note("SP-X034", "", f"the name {shown(self.sheet.name)}", f"taken for the table {self.spec.name}")
        if self.sheet.blank:
            self._note("SP-X034", "", _count(self.sheet.blank, "blank row"), "passed over")
        if layout.trimmed:
            headers = ", ".join(map(shown, layout.trimmed))
            self._note("SP-D060", "", f"spaces around {headers}", "taken off the headers")
        self._check_headers()
        columns = {header: self._column(header, letters[0]) for header, letters in layout.columns.items()}
        self._check_merged(columns)
        return RawTable(columns, cells, len(self.rows), repeated=layout.repeated)

    def _note(self, code: str, cell: str, value: str, remedy: str) -> None:
        self.complain(code, f"{self.sheet.name}!{cell}" if cell else f"sheet {self.sheet.name}", "", value, "", remedy)

    def _check_headers(self) -> None:
        """Report headers that are formulas without a value, or errors."""
        for letters in (letter for several in self.layout.columns.values() for letter in several):
            if refused := self.faults.get(f"{letters}{self.layout.header}"):
                cell = f"{self.sheet.name}!{letters}{self.layout.header}"
                self.complain(refused.code, cell, "", refused.value, "the name of a column", refused.remedy)

    def _column(self, header: str, letters: str) -> Cells:
        cells = self.sheet.columns[letters].cells(self.layout.positions)
        if kept(header):
            return read_kept(self._with_errors(cells, letters))
        known = self.spec.by_name
        absent = {name: known[name] for name in known if known[name].required and name not in self.layout.columns}
        column = known.get(header) or known.get(column_meant(header, absent))
        notes = Notes()
        taken = read_cells(column, cells, self._context(column, letters), notes)
        self._note_accepted(notes, letters)
        if header.startswith("grant_") or (column is not None and column.unit == "money"):
            self._warn_of_scale(letters)
        return taken

    def _warn_of_scale(self, letters: str) -> None:
        """Warn of money that is shown divided by a thousand or more."""
        positions = sorted(self._positions(self.sheet.facts.scaled.get(letters, ())))
        shown_at = [
            at for at in positions if isinstance(self.sheet.columns[letters].at(int(self.layout.positions[at])), float)
        ]
        if shown_at:
            cell = f"{self.sheet.name}!{letters}{self.rows[shown_at[0]]}"
            value = f"{_count(len(shown_at), 'cell')} of money whose format divides what is shown by a thousand or more"
            remedy = "see that the cells hold the unit that is meant, and format them so that they show it"
            self.complain("SP-X035", cell, "", value, "what is shown to be what is held", remedy)

    def _with_errors(self, cells: Any, letters: str) -> Any:
        errors = self._refused(letters)
        listed = cells.tolist() if isinstance(cells, np.ndarray) and errors else cells
        for position, refused in errors.items():
            listed[position] = refused.text
        return listed

    def _context(self, column: Column | None, letters: str) -> Context:
        facts = self.sheet.facts
        shares = self._share_rows() if self.spec.name == "rules" and letters in facts.percent else None
        return Context(
            refused=self._refused(letters),
            percent=self._positions(facts.percent.get(letters, ())),
            padded=self._positions(facts.padded.get(letters, ())),
            zero_led=self.zero_led if column is not None and column.name in ("code", "area") else {},
            letters=letters,
            rows=self.rows,
            shares=shares,
            largest_plain=LARGEST_PLAIN_RULE if self.spec.name == "rules" else 1.0,
        )

    def _share_rows(self) -> frozenset[int]:
        """List the rows of rules whose value is a share."""
        if "basis" not in self.layout.columns:
            return frozenset(range(len(self.rows)))
        bases = self.sheet.columns[self.layout.columns["basis"][0]].cells(self.layout.positions)
        return frozenset(at for at, basis in enumerate(bases) if basis not in ("amount", "per_head"))

    def _positions(self, rows: Sequence[int]) -> frozenset[int]:
        return frozenset(self.at_row[row] for row in rows if row in self.at_row)

    def _refused(self, letters: str) -> dict[int, Refused]:
        taken: dict[int, Refused] = {}
        for ref, refused in self.faults.items():
            match = re.fullmatch(r"([A-Z]+)([0-9]+)", ref)
            if match and match[1] == letters and int(match[2]) in self.at_row:
                taken[self.at_row[int(match[2])]] = refused
        return taken

    def _note_accepted(self, notes: Notes, letters: str) -> None:
        """Note what was accepted in a column, by reason."""
        accepted = (
            ("SP-D060", "spaces around texts", "taken off", notes.trimmed),
            ("SP-X033", "numbers stored as text", "read as numbers", notes.texts_of_numbers),
            ("SP-X033", "numbers where text is meant", "read as text", notes.numbers_as_text),
            ("SP-X033", "dates", "read as financial years", notes.years_of_dates),
        )
        for code, what, done, positions in accepted:
            if positions:
                value = f"{what} in {_count(len(positions), 'cell')}"
                self._note(code, f"{letters}{self.rows[positions[0]]}", value, done)

    def _check_merged(self, columns: dict[str, Cells]) -> None:
        """Report merged cells, and fill them from the first one, so that no further problem is reported for them."""
        for merged in self.sheet.facts.merged:
            match = re.fullmatch(r"([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)", merged)
            if match is None:
                continue
            first, last = number(match[1]), number(match[3])
            inside = [h for h, letters in self.layout.columns.items() if first <= number(letters[0]) <= last]
            rows = [self.at_row[row] for row in range(int(match[2]), int(match[4]) + 1) if row in self.at_row]
            if not inside or not rows:
                continue
            self.complain("SP-X016", f"{self.sheet.name}!{merged}", "", "merged cells", "each cell by itself", UNMERGE)
            cells = list(columns[inside[0]])
            for header in inside:
                filled = list(columns[header])
                for row in rows:
                    filled[row] = cells[rows[0]]
                columns[header] = filled


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
