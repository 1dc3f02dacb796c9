"""Join of what is taken: cells become the rows of a scenario's tables, and a cell that is said twice is an error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count

from singlepot.models.diagnostics.problems import Diagnostic, shown
from singlepot.models.tables.raw import Cells, Place, RawTable
from singlepot.models.tables.schema import TABLES

from .map import Take
from .numbers import Unreadable, read_number, scale_of, scaled
from .published.left_out import LeftOut
from .records import Record

Key = tuple[str, ...]


@dataclass
class _Row:
    """Row of a table: texts, sums of numbers, and where each came from."""

    origin: str
    texts: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    sums: dict[str, Decimal] = field(default_factory=dict)
    sources: dict[str, dict[str, str]] = field(default_factory=dict)  # by column: codes that were added, and where


class Joined:
    """Tables of a scenario as they grow.

    Parameters
    ----------
    money
        The scenario's unit of money.
    left
        Takes the cells that are not there.
    """

    def __init__(self, money: str, left: LeftOut) -> None:
        """Start without rows."""
        self.money, self.left = money, left
        self.rows: dict[str, dict[Key, _Row]] = {}
        self.problems: list[Diagnostic] = []
        self._count = count()

    def add(self, record: Record, target: str, take: Take) -> None:
        """Add a record to the rows of an area: its texts, and its numbers by year."""
        numbers: dict[tuple[str, str], Decimal] = {}
        for (name, year), (row, column) in record.numbers.items():
            number = read_number(record.sheet, take, row, column)
            if isinstance(number, Decimal):
                numbers[name, year] = number
            elif number is None:
                self.left.cell(record.sheet, row, column, "not there")
            else:
                self._complain(record, take, (row, column), number)
        if _is_without(take, numbers):
            for row, column in record.cells():
                self.left.cell(record.sheet, row, column, "not there")
            return
        years = dict.fromkeys(year for _, year in numbers if year) or dict.fromkeys([""])
        for year in years:
            self._put(record, target, take, year, {name: n for (name, of), n in numbers.items() if of in (year, "")})

    def _put(self, record: Record, target: str, take: Take, year: str, numbers: Mapping[str, Decimal]) -> None:
        texts = {**take.fixed, **record.labels, **({"year": year} if year else {})}
        if take.key:
            texts[take.key] = target
        names = TABLES[take.into].key
        key = tuple(texts.get(name, "") for name in names) if names else (str(next(self._count)),)
        row = self.rows.setdefault(take.into, {}).setdefault(key, _Row(_origin(record)))
        is_part = target != record.code and take.roll_up
        for name, text in texts.items():
            if is_part and name in record.at and name not in names:
                self.left.cell(record.sheet, *record.at[name], "text of a part")
            elif row.texts.setdefault(name, text) != text:
                self._twice(record, take, name, text, row.texts[name], row.origin)
        for name, value in numbers.items():
            sources = row.sources.setdefault(name, {})
            if record.code in sources or (sources and not take.roll_up):
                before = next(iter(sources.values())) if record.code not in sources else sources[record.code]
                self._twice(record, take, name, str(value), "", before)
                continue
            sources[record.code] = _origin(record)
            scale = scale_of(take, name, self.money, texts.get("item", ""))
            row.sums[name] = row.sums.get(name, Decimal(0)) + value * scale
            row.numbers[name] = scaled(row.sums[name], Decimal(1))
        numbered = [at for (name, of), at in record.numbers.items() if of in (year, "") and name in numbers]
        at_labels = [at for name, at in record.at.items() if not (is_part and name not in names)]
        area = [record.area_at] if record.area_at else []
        self.left.take(record.sheet, [*area, *at_labels, *numbered])

    def state_area(self, code: str, name: str, origin: str) -> None:
        """Add a row to the areas, where it is not there."""
        row = self.rows.setdefault("areas", {}).setdefault((code,), _Row(origin))
        row.texts = {"code": code, "name": name, **row.texts}

    def _twice(self, record: Record, take: Take, name: str, value: str, before: str, where: str) -> None:
        at = record.at.get(name) or next((cell for (one, _), cell in record.numbers.items() if one == name), None)
        place = record.sheet.place(*(at or (record.row, None)))
        expected = f"a cell that is said once; {where} says {shown(before) if before else 'it too'}"
        remedy = "leave one of them out by where, drop or classes"
        header = take.columns.get(name, name)
        self.problems.append(
            Diagnostic("SP-I012", take.into, record.sheet.file, place, header, shown(value), expected, remedy)
        )

    def _complain(self, record: Record, take: Take, cell: tuple[int, int], fault: Unreadable) -> None:
        name = next(name for (name, _), at in record.numbers.items() if at == cell)
        place, header = record.sheet.place(*cell), take.columns.get(name, name)
        expected = "a number, or a mark that the map states"
        self.problems.append(
            Diagnostic(fault.code, take.into, record.sheet.file, place, header, fault.value, expected, fault.remedy)
        )

    def raw(self, names: Iterable[str] = TABLES) -> dict[str, RawTable]:
        """Return the tables with rows, their columns in the order of the schema."""
        return {name: self._table(name) for name in names if self.rows.get(name)}

    def _table(self, name: str) -> RawTable:
        rows = list(self.rows[name].values())
        there = dict.fromkeys(column for row in rows for column in (*row.texts, *row.numbers))
        known = [column.name for column in TABLES[name] if column.name in there]
        order = [*known, *(column for column in there if column not in known)]
        columns: dict[str, Cells] = {column: [_cell(row, column) for row in rows] for column in order}
        return RawTable(columns, Place(f"table {name}", [row.origin for row in rows], "from"), len(rows))


def _is_without(take: Take, numbers: Mapping[tuple[str, str], Decimal]) -> bool:
    """Whether a record has no number where its row stands for one: none at all, or no year has one."""
    if take.wide:
        return not any(year for _, year in numbers)
    return bool(take.numbers) and not numbers and take.into != "areas"


def _cell(row: _Row, column: str) -> str:
    return repr(row.numbers[column]) if column in row.numbers else row.texts.get(column, "")


def _origin(record: Record) -> str:
    return f"{record.sheet.file} {record.place}"
