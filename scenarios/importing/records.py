"""Records of a take: one for each row of a published table that is taken, and why each other cell is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from singlepot.models.checks.lenient_numbers import read_decimal
from singlepot.models.checks.number_cells import without_mark
from singlepot.models.tables.schema import TABLES

from .header import Header, bare
from .map import Take
from .numbers import UNITLESS
from .published.left_out import LeftOut
from .published.sheets import SourceSheet, text_of
from .published.years import labels_of, start_of

Cell = tuple[int, int]
"""Row and column, from 1."""


@dataclass(eq=False)
class Record:
    """Row of a published table, or one form.

    Parameters
    ----------
    sheet, row
        Where it stands.
    area, area_at
        Code or name of the area as written, and its cell; empty where the table has no areas.
    labels
        Texts by column of the scenario's table.
    numbers
        Cell by column of the scenario's table and year (empty: not by years).
    at
        Cell of each label.
    code
        Code of the area, once it is known.
    """

    sheet: SourceSheet
    row: int
    area: str
    area_at: Cell | None
    labels: dict[str, str]
    numbers: dict[tuple[str, str], Cell]
    at: dict[str, Cell] = field(default_factory=dict)
    code: str = ""

    def cells(self) -> Iterator[Cell]:
        """Yield the cells of the record."""
        if self.area_at:
            yield self.area_at
        yield from self.at.values()
        yield from self.numbers.values()

    def leave_out(self, left: LeftOut, kind: str) -> None:
        """List the record's row and cells as left out."""
        left.row(self.sheet, self.row, kind)
        for row, column in self.cells():
            left.cell(self.sheet, row, column, kind)

    @property
    def place(self) -> str:
        """The cell of the area, or the row, as the user sees it."""
        return self.sheet.place(*(self.area_at or (self.row, None)))


def read_records(sheet: SourceSheet, take: Take, header: Header, left: LeftOut) -> list[Record]:
    """Read the rows below a header; rows and cells that are not taken are listed."""
    for row in sheet.rows:
        if row < header.row:
            left.row(sheet, row, "above the header")
    left.row(sheet, header.row, "header")
    repeated = _bare_row(sheet, header.row)
    taken = []
    for row in sheet.rows:
        if row <= header.row:
            continue
        if _bare_row(sheet, row) == repeated:
            left.row(sheet, row, "header")
        elif reason := _passed_over(sheet, take, header, row):
            left.row(sheet, row, reason)
        else:
            taken.append(_record(sheet, take, header, row))
            for column in set(sheet.rows[row]) - {at for _, at in taken[-1].cells()}:
                named = column in header.columns.values()
                left.cell(sheet, row, column, "where" if named else "column not named")
    return taken


def _bare_row(sheet: SourceSheet, row: int) -> dict[int, str]:
    return {column: bare(sheet.text(row, column)) for column in sheet.rows[row]}


def _passed_over(sheet: SourceSheet, take: Take, header: Header, row: int) -> str:
    """Say why a row is none of the table; empty where it is one."""
    cells = sheet.rows[row]
    if take.area and header.columns[take.area] not in cells:
        return "no area"
    area_at = header.columns.get(take.area, 0)
    others = {*(header.columns[name] for name in take.columns.values()), *header.years.values()} - {area_at}
    filled = others & set(cells)
    if others and not filled:
        return "nothing beside the area" if take.area else "nothing in the columns"
    if not take.area and len(others) > 1 and len(filled) == len(cells) == 1 and _is_note(sheet, row):
        return "note"
    for name, text in take.where.items():
        if sheet.text(row, header.columns[name]).casefold() != text.strip().casefold():
            return "where"
    area = sheet.text(row, header.columns[take.area]) if take.area else ""
    if area and area.casefold() in {name.strip().casefold() for name in take.drop}:
        return "drop"
    if take.years and not take.wide:
        year = start_of(bare(sheet.text(row, header.columns[take.columns["year"]])))
        if year not in labels_of(take.years, take.becomes):
            return "year not named"
    return ""


def _is_note(sheet: SourceSheet, row: int) -> bool:
    """Whether the one filled cell of a row is a text, not a number or year: a note below the table."""
    text = text_of(next(iter(sheet.rows[row].values())))
    return start_of(text) is None and read_decimal(without_mark(text), UNITLESS, "") is None


def _record(sheet: SourceSheet, take: Take, header: Header, row: int) -> Record:
    cells = sheet.rows[row]
    area_at = (row, header.columns[take.area]) if take.area else None
    record = Record(sheet, row, sheet.text(*area_at) if area_at else "", area_at, {}, {})
    for ours, theirs in take.columns.items():
        column = header.columns[theirs]
        if column in cells:
            _put(record, take, ours, (row, column))
    labels = labels_of(take.years, take.becomes)
    for year, column in header.years.items():
        if column in cells:
            record.numbers[take.of_years, labels[year]] = (row, column)
    return record


def _put(record: Record, take: Take, ours: str, cell: Cell) -> None:
    """Sort a cell into labels and numbers; a year becomes the scenario's."""
    column = take.column(ours)
    if column is not None and column.numeric:
        record.numbers[ours, ""] = cell
        return
    text = record.sheet.text(*cell)
    if ours == "year" and take.years:
        text = labels_of(take.years, take.becomes).get(start_of(bare(text)) or 0, text)
    record.labels[ours], record.at[ours] = text, cell


def read_form(sheet: SourceSheet, take: Take, left: LeftOut) -> tuple[Record | None, list[str]]:
    """Read a form: the value of a label is the next filled cell to its right. Return it, and the labels at fault."""
    years = labels_of(take.years, take.becomes) if take.wide else {}
    wanted: dict[str, list[Cell]] = {bare(name): [] for name in filter(None, (take.area, *take.columns.values()))}
    of_year: dict[int, list[Cell]] = {year: [] for year in years}
    for row, cells in sheet.rows.items():
        for column in cells:
            text = bare(sheet.text(row, column))
            for name in dict.fromkeys((text, text.rstrip(" :"))):
                if name in wanted:
                    wanted[name].append((row, column))
            if (start := start_of(text)) is not None and start in of_year:
                of_year[start].append((row, column))
    faults = [f"{name} {len(at)} times" if at else name for name, at in wanted.items() if len(at) != 1]
    faults += [f"{year} {len(at)} times" if at else str(year) for year, at in of_year.items() if len(at) != 1]
    labels = {at for places in (*wanted.values(), *of_year.values()) for at in places}
    area_at = None if faults or not take.area else _value_of(sheet, wanted[bare(take.area)][0], labels)
    if not faults and take.area and area_at is None:
        faults = [f"a value right of {take.area}"]
    if faults:
        return None, faults
    row = area_at[0] if area_at else min(sheet.rows)
    record = Record(sheet, row, sheet.text(*area_at) if area_at else "", area_at, {}, {})
    for ours, theirs in take.columns.items():
        if (cell := _value_of(sheet, wanted[bare(theirs)][0], labels)) is not None:
            _put(record, take, ours, cell)
    for year, at in of_year.items():
        if (cell := _value_of(sheet, at[0], labels)) is not None:
            record.numbers[take.of_years, years[year]] = cell
    used = set(record.cells())
    for row, cells in sheet.rows.items():
        for column in cells:
            if (row, column) not in used:
                left.cell(sheet, row, column, "label" if (row, column) in labels else "not named")
    return record, []


def _value_of(sheet: SourceSheet, label: Cell, labels: set[Cell]) -> Cell | None:
    row, column = label
    right = min((at for at in sheet.rows[row] if at > column), default=None)
    return None if right is None or (row, right) in labels else (row, right)


def key_columns(table: str) -> tuple[str, ...]:
    """Return the columns that tell the rows of an area apart."""
    return tuple(name for name in TABLES[table].key if name not in ("area", "code"))
