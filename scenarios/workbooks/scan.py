"""XML scan of a sheet: hidden rows, merged cells, formulas and formats are found by searching the bytes.

The library that reads the cells does not report these facts. A sheet of a million rows has tens of millions of
elements, for which a parser would take half a minute; what is searched for here
(hidden rows, merged cells, formulas without a value, errors, two kinds of number format, the used range) is rare
or one number, and is found by searching the bytes for its mark.
"""

from __future__ import annotations

import re
import zipfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..formats.file_kinds import UTF_16_MARKS
from .archive import UnopenedError

PIECE = 1 << 20
"""Bytes that are searched at once, to the end of a row."""

LONGEST_ROW = 64_000_000
"""Bytes of one row; 16,384 full cells have less."""

MOST_NAMED = 5_000
"""Cells of one kind of fault that are reported at most."""

ROOM = 1_000_000
"""Cells that a used range may have however few of them are filled."""

SPARSEST = 50
"""How many times more cells than are filled a used range may have beyond that."""

FEW = 200_000
"""Cells up to which the last column is made out exactly; beyond, a sheet within 26 columns is taken to have 26."""

_REFERENCE = re.compile(rb' r="([A-Z]{1,3})([0-9]{1,7})"')


@dataclass
class Facts:
    """Facts about a sheet from its XML.

    Parameters
    ----------
    cells, rows, columns
        Number of cells that hold something, and the last row and column of one.
    hidden_rows, hidden_columns
        Number of hidden rows that hold something; hidden columns as Excel writes them.
    filtered
        Whether a filter is set.
    merged
        Merged ranges.
    uncalculated
        Cells with a formula and no value.
    errors
        Cells with an error, and which.
    percent, padded
        Rows of the cells shown as a percentage, or with zeros before them, by the letters of their column.
    """

    cells: int = 0
    rows: int = 0
    columns: int = 0
    hidden_rows: int = 0
    hidden_columns: list[str] = field(default_factory=list)
    filtered: bool = False
    merged: list[str] = field(default_factory=list)
    uncalculated: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    percent: dict[str, array[int]] = field(default_factory=dict)
    padded: dict[str, array[int]] = field(default_factory=dict)


def scan_sheet(archive: zipfile.ZipFile, part: str, percent: frozenset[int], padded: frozenset[int]) -> Facts:
    """Scan the XML of a sheet.

    Parameters
    ----------
    archive, part
        The archive, and the part of it with the sheet.
    percent, padded
        Numbers of the styles that show a percentage, or zeros before a number.

    Raises
    ------
    UnopenedError
        The XML has a document type, another encoding, or too long a row.
    """
    with archive.open(part) as file:
        pieces = _pieces(file)
        head = next(pieces, b"")
        _check_head(head)
        marked = re.search(rb"<(\w+:)?sheetData\b", head)
        search = _Search((marked[1] or b"") if marked else b"", percent, padded)
        search.look_before(head)
        search.look_at(head)
        for piece in pieces:
            search.look_at(piece)
    return search.facts


def check_range(facts: Facts, sheet: str) -> None:
    """Refuse a sparse used range: one stray cell makes the reader of cells allocate gigabytes.

    Raises
    ------
    UnopenedError
        The range is too sparse.
    """
    size = facts.rows * facts.columns
    if size > max(ROOM, SPARSEST * facts.cells):
        last = f"{letters(facts.columns)}{facts.rows}"
        value = f"a used range of {facts.rows:,} rows by {facts.columns:,} columns with {facts.cells:,} cells in it"
        remedy = "delete the stray cell, or all rows and columns beyond the table"
        raise UnopenedError("SP-X005", f"{sheet}!{last}", value, "a table", remedy)


def letters(column: int) -> str:
    """Convert the number of a column, from 1, into its letters.

    >>> letters(1), letters(26), letters(27), letters(16384)
    ('A', 'Z', 'AA', 'XFD')
    """
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def number(text: str) -> int:
    """Convert the letters of a column into its number, from 1.

    >>> number("A"), number("XFD")
    (1, 16384)
    """
    total = 0
    for letter in text:
        total = total * 26 + ord(letter) - 64
    return total


def _check_head(head: bytes) -> None:
    if b"<!DOCTYPE" in head or head[:2] in UTF_16_MARKS:
        value, remedy = "a sheet with a document type or in UTF-16", "save the workbook again in Excel"
        raise UnopenedError("SP-X002", "", value, "plain XML in UTF-8", remedy)


def _pieces(file: object) -> Iterator[bytes]:
    """Yield the bytes of a file in pieces that end with a row."""
    rest = b""
    while chunk := file.read(PIECE):  # type: ignore[attr-defined]
        rest += chunk
        end = rest.rfind(b"row>") + 4
        if end > 4:
            yield rest[:end]
            rest = rest[end:]
        elif len(rest) > LONGEST_ROW:
            value, remedy = f"a row of more than {LONGEST_ROW} bytes", "copy the table into a new workbook"
            raise UnopenedError("SP-X004", "", value, "rows of a table", remedy)
    yield rest


class _Search:
    """Regular expressions for the XML of one sheet, and the facts that they match."""

    def __init__(self, prefix: bytes, percent: frozenset[int], padded: frozenset[int]) -> None:
        self.facts = Facts()
        p = re.escape(prefix)
        self.cell, self.cell_end = b"<" + prefix + b"c ", b"</" + prefix + b"c>"
        self.row_end = b"</" + prefix + b"row>"
        self.row = re.compile(rb"<" + p + rb'row [^>]*?\br="([0-9]{1,7})"')
        self.hidden_row = re.compile(rb"<" + p + rb'row [^>]*\bhidden="(?:1|true)"[^>]*[^/]>')
        self.ends = (b"</" + prefix + b"sheetData>", b"<" + prefix + b"sheetData/>")
        self.after = False
        self.contents = (b"<" + prefix + b"v>", b"<" + prefix + b"is>")
        self.row_start = b"<" + prefix + b"row "
        self.near = re.compile(rb' r="([A-Z])[0-9]+"(?:[^>]*[^/>])?>')
        self.far = re.compile(rb' r="([A-Z]{2,3})[0-9]+"(?:[^>]*[^/>])?>')
        self.formula = re.compile(rb"<" + p + rb"f[ />]")
        self.value = re.compile(rb"<" + p + rb"v[^>]*>([^<]*)<")
        self.filled = re.compile(rb"<" + p + rb"(?:v|is)[ >]")
        self.hidden_column = re.compile(rb"<" + p + rb'col [^>]*\bhidden="(?:1|true)"[^>]*>')
        self.merge = re.compile(rb"<" + p + rb'mergeCell [^>]*?ref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
        self.filter = re.compile(rb"<" + p + rb"filterColumn[ >]")
        self.styles = [
            (_of_styles(percent), self.facts.percent),
            (_of_styles(padded), self.facts.padded),
        ]

    def look_before(self, piece: bytes) -> None:
        """Search the XML before the rows."""
        head = piece.partition(b"sheetData")[0]
        for match in self.hidden_column.finditer(head):
            ends = [re.search(name + rb'="([0-9]+)"', match[0]) for name in (rb"min", rb"max")]
            if ends[0] and ends[1]:
                first, last = (letters(min(int(end[1]), 16384)) for end in ends if end)
                self.facts.hidden_columns.append(first if first == last else f"{first}:{last}")

    def look_at(self, piece: bytes) -> None:
        """Search the XML of some rows, and after them."""
        facts = self.facts
        end = -1 if self.after else next((at for mark in self.ends if (at := piece.find(mark)) >= 0), len(piece))
        rows, after = (b"", piece) if self.after else (piece[:end], piece[end:])
        self.after = self.after or bool(after)
        facts.cells += sum(rows.count(mark) for mark in self.contents)
        last = max(rows.rfind(mark) for mark in self.contents)
        if last >= 0 and (row := self.row.match(rows, max(rows.rfind(self.row_start, 0, last), 0))):
            facts.rows = max(facts.rows, int(row[1]))
        columns = set(self.far.findall(rows)) or (set(self.near.findall(rows)) if facts.cells < FEW else {b"Z"})
        facts.columns = max([facts.columns, *(number(text.decode()) for text in columns)])
        self._look_for_hidden_rows(rows)
        self._look_for_formulas(rows)
        self._look_for_errors(rows)
        self._look_for_styles(rows)
        if after:
            facts.merged += [ref.decode() for ref in self.merge.findall(after)[:MOST_NAMED]]
            facts.filtered |= self.filter.search(after) is not None

    def _look_for_hidden_rows(self, rows: bytes) -> None:
        if b'hidden="1"' in rows or b'hidden="true"' in rows:
            for match in self.hidden_row.finditer(rows):
                end = rows.find(self.row_end, match.end())
                self.facts.hidden_rows += self.filled.search(rows, match.end(), end) is not None

    def _look_for_formulas(self, rows: bytes) -> None:
        for match in self.formula.finditer(rows):
            start, end = self._around(rows, match.start())
            if len(self.facts.uncalculated) >= MOST_NAMED:
                return
            value = self.value.search(rows, start, end)
            text = re.search(rb'[ "]t="(?:str|e|b)"', rows[start : match.start()]) is not None
            cell = _REFERENCE.search(rows, start, end)
            if (value is None or not value[1]) and not text and cell:
                self.facts.uncalculated.append((cell[1] + cell[2]).decode())

    def _look_for_errors(self, rows: bytes) -> None:
        at = rows.find(b't="e"')
        while at >= 0 and len(self.facts.errors) < MOST_NAMED:
            start, end = self._around(rows, at)
            value, cell = self.value.search(rows, start, end), _REFERENCE.search(rows, start, end)
            if cell and value:
                self.facts.errors[(cell[1] + cell[2]).decode()] = value[1].decode(errors="replace")
            at = rows.find(b't="e"', at + 1)

    def _look_for_styles(self, rows: bytes) -> None:
        for pattern, styled in self.styles:
            for match in pattern.finditer(rows) if pattern else ():
                start = rows.rfind(b"<", 0, match.start())
                in_cell = rows.startswith(self.cell, start)
                if in_cell and (cell := _REFERENCE.search(rows, start, rows.find(b">", start))):
                    styled.setdefault(cell[1].decode(), array("I")).append(int(cell[2]))

    def _around(self, rows: bytes, at: int) -> tuple[int, int]:
        """Find the begin and end of the cell that holds a position."""
        end = rows.find(self.cell_end, at)
        return max(rows.rfind(self.cell, 0, at), 0), end if end >= 0 else len(rows)


def _of_styles(styles: frozenset[int]) -> re.Pattern[bytes] | None:
    if not styles:
        return None
    return re.compile(rb' s="(?:' + b"|".join(str(style).encode() for style in sorted(styles)) + rb')"')
