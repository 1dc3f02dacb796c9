"""Sheets of published files: the filled cells of a CSV file or of each sheet of a workbook, by row and column."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from singlepot.models.diagnostics.problems import BadInputError, Diagnostic, Report, shown
from singlepot.models.files.csv_text import number_text
from singlepot.models.tables.raw import Refused

from ...formats.column_letters import letters, number
from ...formats.decoding import decode
from ...formats.file_kinds import WORKBOOK, kind_of
from ...formats.read_options import HowToRead
from ...workbooks.archive import UnopenedError
from ...workbooks.cells import financial_year
from ...workbooks.child import EVERY
from ...workbooks.opening import Date, Sheet, open_workbook
from ...workbooks.tables import faults_of

Row = Mapping[int, Any]
"""Filled cells of a row by the number of their column, from 1."""


@dataclass(frozen=True, eq=False)
class SourceSheet:
    """Sheet of a published file.

    Parameters
    ----------
    file, sheet
        Names; no sheet for a CSV file.
    sha256
        Hash of the file.
    rows
        Rows with a filled cell by their number, from 1.
    refused
        Cells that have no value, by row and column.
    merged
        Merged ranges, ``B2:C3``.
    hidden
        What of the sheet is hidden, in words.
    scaled, percent
        Rows of the cells that are shown divided by a thousand or more, or as percentages, by column.
    """

    file: str
    sheet: str
    sha256: str
    rows: Mapping[int, Row]
    refused: Mapping[tuple[int, int], Refused] = field(default_factory=dict)
    merged: Sequence[str] = ()
    hidden: str = ""
    scaled: Mapping[int, Sequence[int]] = field(default_factory=dict)
    percent: Mapping[int, Sequence[int]] = field(default_factory=dict)

    def place(self, row: int, column: int | None = None) -> str:
        """Name a row or cell as the user sees it."""
        if self.sheet:
            return f"{self.sheet}!{letters(column or min(self.rows.get(row, {1: ''})))}{row}"
        return f"row {row}" + (f" column {letters(column)}" if column else "")

    def text(self, row: int, column: int) -> str:
        """Return a cell as text, without spaces around it; empty where nothing is there."""
        return text_of(self.rows.get(row, {}).get(column, ""))


def text_of(cell: Any) -> str:
    """Return a cell as text without spaces around it; a date that stands for a financial year is that year."""
    if isinstance(cell, Date):
        return financial_year(cell) or str(cell)
    return number_text(cell) if isinstance(cell, float) else str(cell).strip()


def matches(name: str, pattern: str) -> bool:
    """Whether a name is that of a map, or fits its pattern; case does not count, and an empty pattern fits all."""
    name, pattern = name.strip().casefold(), pattern.strip().casefold()
    return not pattern or name == pattern or fnmatchcase(name, pattern)


def read_sheets(path: Path, report: Report, encoding: str = "utf-8") -> list[SourceSheet]:
    """Read every sheet of a file; what keeps it from being read is reported."""
    file = shown(path.name, quoted=False)
    try:
        content, kind = path.read_bytes(), kind_of(path)
    except OSError as fault:
        reason = (fault.strerror or type(fault).__name__).lower()
        report.add(Diagnostic("SP-F003", "import", file, "", "", reason, "a file that can be read"))
        return []
    digest = hashlib.sha256(content).hexdigest()
    if kind is not WORKBOOK:
        if kind.code != "SP-X001" or kind.name not in ("a text file", "text in UTF-16", "an empty file"):
            report.add(Diagnostic(kind.code, "import", file, "", "", kind.name, "CSV or a workbook", kind.remedy))
            return []
        return _read_csv(file, content, digest, report, HowToRead(encoding))
    try:
        opened = open_workbook(path, [EVERY])
    except UnopenedError as refused:
        code, position, *rest = refused.parts
        report.add(Diagnostic(code, "import", file, position, "", *rest))
        return []
    return [_of_workbook(file, digest, opened.sheets[name], name in opened.hidden) for name in opened.sheets]


def _read_csv(file: str, content: bytes, digest: str, report: Report, how: HowToRead) -> list[SourceSheet]:
    def complain(
        code: str, row: int | None = None, column: str = "", value: str = "", expected: str = "", remedy: str = ""
    ) -> None:
        where = "" if row is None else f"row {row}"
        report.add(Diagnostic(code, "import", file, where, column, value, expected, remedy))

    text = decode(content, how, complain)
    if text is None:
        return []
    rows: dict[int, Row] = {}
    try:
        for at, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            filled = {column: cell for column, cell in enumerate(cells, start=1) if cell.strip()}
            if filled:
                rows[at] = filled
    except csv.Error as fault:
        complain("SP-F009", len(rows) + 1, value=str(fault), expected="quotation marks that match")
        return []
    return [SourceSheet(file, "", digest, rows)]


def _of_workbook(file: str, digest: str, sheet: Sheet, is_hidden: bool) -> SourceSheet:
    rows = {
        int(at): {number(column): cell for column, cell in sheet.row(position).items() if text_of(cell)}
        for position, at in enumerate(sheet.rows)
    }
    refused = {_position(ref): fault for ref, fault in faults_of(sheet.facts).items()}
    for (row, column), fault in refused.items():
        rows[row] = {**rows.get(row, {}), column: fault.text or fault.value}
    parts = ["the sheet"] * is_hidden + [f"{sheet.facts.hidden_rows} rows"] * bool(sheet.facts.hidden_rows)
    parts += [f"columns {', '.join(sheet.facts.hidden_columns)}"] * bool(sheet.facts.hidden_columns)
    rows = {row: rows[row] for row in sorted(rows) if rows[row]}
    scaled, percent = (
        {number(column): at for column, at in odd.items()} for odd in (sheet.facts.scaled, sheet.facts.percent)
    )
    return SourceSheet(file, sheet.name, digest, rows, refused, sheet.facts.merged, ", ".join(parts), scaled, percent)


def _position(ref: str) -> tuple[int, int]:
    bare = ref.rstrip("0123456789")
    return int(ref[len(bare) :]), number(bare)


def covered(merged: str) -> Iterator[tuple[int, int]]:
    """Yield the cells of a merged range, as row and column."""
    (top, left), (bottom, right) = map(_position, merged.split(":"))
    yield from ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))


def read_files(files: Iterable[Path], encoding: str = "utf-8") -> list[SourceSheet]:
    """Read every sheet of every file.

    Raises
    ------
    BadInputError
        With everything that keeps a file from being read.
    """
    report = Report(quiet=True)
    listed = list(files)
    names = [path.name for path in listed]
    for name in sorted({name for name in names if names.count(name) > 1}):
        remedy = "rename one of them: what is taken is listed by the names of files"
        report.add(Diagnostic("SP-I005", "import", shown(name), "", "", "two files of one name", "", remedy))
    sheets = [sheet for path in listed for sheet in read_sheets(path, report, encoding)]
    if len(report):
        raise BadInputError(report.problems)
    return sheets
