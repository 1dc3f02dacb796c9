"""XML scan of a sheet: hidden rows, merged cells, formulas and formats, which the reader of the cells does not report.

The sheet is parsed by expat, whatever program wrote it and however it lays out its elements and attributes. A sheet of
a million rows has tens of millions of elements, so that a cell costs two short calls and everything rarer is looked at
only where it occurs.
"""

from __future__ import annotations

import zipfile
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from ..formats.column_letters import letters, number
from ..formats.file_kinds import UTF_16_MARKS
from .archive import Formats, UnopenedError, is_true

PIECE = 1 << 20
"""Bytes that are parsed at once."""

MOST_NAMED = 5_000
"""Cells of one kind of fault that are reported at most."""

ROOM = 1_000_000
"""Cells that a used range may have however few of them are filled."""

SPARSEST = 50
"""How many times more cells than are filled a used range may have beyond that."""

_DIGITS = "0123456789"


@dataclass
class Facts:
    """Facts about a sheet from its XML.

    Parameters
    ----------
    cells, rows, columns
        Number of cells that hold something, and the last row and column of one.
    hidden_rows, first_hidden, hidden_columns
        Number of hidden rows that hold something, and the first of them; hidden columns as Excel writes them.
    filtered
        Whether a filter is set.
    merged
        Merged ranges.
    uncalculated
        Cells with a formula and no value, or with one that the workbook asks to be calculated again.
    errors
        Cells with an error, and which.
    percent, padded, scaled
        Rows of the cells shown as a percentage, with zeros before them, or divided by a thousand or more, by the
        letters of their column.
    formulas, valued
        Cells with a formula, and how many of them hold something else than 0 or nothing.
    """

    cells: int = 0
    rows: int = 0
    columns: int = 0
    hidden_rows: int = 0
    first_hidden: int = 0
    hidden_columns: list[str] = field(default_factory=list)
    filtered: bool = False
    merged: list[str] = field(default_factory=list)
    uncalculated: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    percent: dict[str, array[int]] = field(default_factory=dict)
    padded: dict[str, array[int]] = field(default_factory=dict)
    scaled: dict[str, array[int]] = field(default_factory=dict)
    formulas: list[str] = field(default_factory=list)
    valued: int = 0


def scan_sheet(archive: zipfile.ZipFile, part: str, formats: Formats, recalculated: bool = False) -> Facts:
    """Scan the XML of a sheet.

    Parameters
    ----------
    archive, part
        The archive, and the part of it with the sheet.
    formats
        Styles whose format shows something else than the number.
    recalculated
        Whether the workbook asks for calculation when it is opened: the value of no formula is then taken.

    Raises
    ------
    UnopenedError
        The XML has a document type or another encoding.
    """
    scan = _Scan(formats, recalculated)
    with archive.open(part) as file:
        piece = file.read(PIECE)
        if piece[:2] in UTF_16_MARKS:
            _refuse()
        while piece:
            scan.parser.Parse(piece, False)
            piece = file.read(PIECE)
    scan.parser.Parse(b"", True)
    scan.facts.columns = max(map(number, scan.letters), default=0)
    return scan.facts


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


def cells_of(ref: str, most: int) -> Iterator[str]:
    """Yield the cells of a range, ``most`` of them at most.

    >>> list(cells_of("B2:C3", 3)), list(cells_of("B2", 9))
    (['B2', 'C2', 'B3'], ['B2'])
    """
    first, _, last = ref.partition(":")
    left, right = (number(end.rstrip(_DIGITS)) for end in (first, last or first))
    top, bottom = (int(end.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or 0) for end in (first, last or first))
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            if most <= 0:
                return
            most -= 1
            yield f"{letters(column)}{row}"


def _refuse(*_: object) -> None:
    value, remedy = "a sheet with a document type or in UTF-16", "save the workbook again in Excel"
    raise UnopenedError("SP-X002", "", value, "plain XML in UTF-8", remedy)


class _Scan:
    """Expat parser of one sheet, and the facts that its elements state."""

    def __init__(self, formats: Formats, recalculated: bool) -> None:
        self.facts, self.recalculated = Facts(), recalculated
        self.letters: set[str] = set()
        self.styled: dict[str, list[dict[str, array[int]]]] = {}
        for kind in ("percent", "padded", "scaled"):
            for style in getattr(formats, kind):
                self.styled.setdefault(str(style), []).append(getattr(self.facts, kind))
        self.row, self.hidden, self.filled = 0, False, False
        self.at, self.kind, self.value = "", "", False
        self.formula: str | None = None
        self.texts: list[str] = []
        self.prefix: str | None = None
        self.takes: dict[str, Callable[[dict[str, str]], None] | None] = {}
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = _refuse
        self.parser.StartElementHandler = self._start

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        """Hand an element to its method; elements of other namespaces, such as extensions, have another prefix."""
        try:
            take = self.takes[name]
        except KeyError:
            prefix, _, local = name.rpartition(":")
            self.prefix = prefix if self.prefix is None else self.prefix
            take = getattr(self, f"_take_{local}", None) if prefix == self.prefix else None
            self.takes[name] = take
        if take is not None:
            take(attributes)

    def _take_col(self, attributes: dict[str, str]) -> None:
        if is_true(attributes.get("hidden")) or _is_nothing(attributes.get("width")):
            ends = [letters(min(int(attributes[end]), 16384)) for end in ("min", "max") if end in attributes]
            self.facts.hidden_columns.append(":".join(dict.fromkeys(ends)))

    def _take_row(self, attributes: dict[str, str]) -> None:
        self.row = int(attributes["r"]) if "r" in attributes else self.row + 1
        self.hidden = is_true(attributes.get("hidden")) or _is_nothing(attributes.get("ht"))
        self.filled, self.at = False, ""

    def _take_c(self, attributes: dict[str, str]) -> None:
        ref = attributes.get("r")
        self.at = ref.rstrip(_DIGITS) if ref else letters(number(self.at) + 1)
        if attributes.get("s") in self.styled:
            for rows in self.styled[attributes["s"]]:
                rows.setdefault(self.at, array("I")).append(self.row)
        self.kind = attributes.get("t", "")
        if self.kind == "e":
            self._listen()

    def _take_v(self, attributes: dict[str, str]) -> None:
        self.facts.cells += 1
        self.letters.add(self.at)
        self.value = True
        if not self.filled:
            self.filled, self.facts.rows = True, max(self.facts.rows, self.row)
            self.facts.hidden_rows += self.hidden
            self.facts.first_hidden = self.facts.first_hidden or self.hidden * self.row

    _take_is = _take_v

    def _take_f(self, attributes: dict[str, str]) -> None:
        several = attributes.get("t") in ("array", "dataTable")
        self.formula = attributes.get("ref", "") if several else ""
        self._listen()

    def _listen(self) -> None:
        """Take the texts of the cell, to its end."""
        self.value, self.texts = False, []
        self.parser.CharacterDataHandler = self.texts.append
        self.parser.EndElementHandler = self._end

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local == "f":  # whose text is no value
            self.texts.clear()
        elif local == "c":
            self.parser.EndElementHandler = self.parser.CharacterDataHandler = None
            self._end_cell("".join(self.texts), f"{self.at}{self.row}")

    def _end_cell(self, text: str, cell: str) -> None:
        facts, formula, self.formula = self.facts, self.formula, None
        if self.kind == "e" and text and len(facts.errors) < MOST_NAMED:
            facts.errors[cell] = text
        without = not self.value or (not text.strip() and self.kind not in ("str", "b", "e"))
        if formula is not None and len(facts.formulas) < MOST_NAMED:
            facts.formulas.append(cell)
        if formula is not None and not without and text.strip() != "0":
            facts.valued += 1
        if formula is not None and (without or self.recalculated):
            facts.uncalculated += cells_of(formula or cell, MOST_NAMED - len(facts.uncalculated))

    def _take_mergeCell(self, attributes: dict[str, str]) -> None:  # the element's name
        if ":" in attributes.get("ref", "") and len(self.facts.merged) < MOST_NAMED:
            self.facts.merged.append(attributes["ref"])

    def _take_filterColumn(self, attributes: dict[str, str]) -> None:  # the element's name
        self.facts.filtered = True


def _is_nothing(size: str | None) -> bool:
    """Whether a height or width is 0, which hides a row or column as well."""
    return size is not None and size.strip("0.") == "" and "0" in size
