"""Tables as they are published: titles above, notes below, marks, totals, years across, shuffled columns, £000."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

import singlepot as sp
from singlepot.models.tables.schema import TABLES

from ...strategies import Picker, chance, choice

MARKS = ("", " [note 3]", "¹", " *", " †", "\n[note 1]", " (note 2)")
TITLES = ("Table 5: figures of all councils", "Published 3 March 2026, £ thousand", "Figures in £000", "Contents")
NOTES = ("Source: returns of councils", "Notes", "1. See the guidance.", "[note 3] Provisional")
YEARS = ("{a}-{b}", "{a}/{b}", "{a}–{b}", "{a} to {c}", "FY{a}-{b}")
GONE = ("", "..", ":", "[x]", "n/a")

Grid = list[list[str]]


@dataclass
class Sheet:
    """A published table: its cells, those of them that are data, and the takes that read it."""

    grid: Grid
    data: set[tuple[int, int]]
    takes: list[dict[str, Any]]


@dataclass
class Published:
    """Published files of a scenario, and the map that reads them."""

    sheets: dict[str, Sheet]
    map: dict[str, Any] = field(default_factory=dict)

    def write(self, folder: Path, as_workbook: bool) -> list[Path]:
        for take in (take for sheet in self.sheets.values() for take in sheet.takes):
            name = take.pop("name")
            take |= {"file": "all*.xlsx", "sheet": name} if as_workbook else {"file": f"{name}.csv"}
        self.map["take"] = [take for sheet in self.sheets.values() for take in sheet.takes]
        if as_workbook:
            return [write_workbook(folder / "all tables.xlsx", {name: one.grid for name, one in self.sheets.items()})]
        paths = []
        for name, sheet in self.sheets.items():
            paths.append(folder / f"{name}.csv")
            paths[-1].write_text(csv_of(sheet.grid), encoding="utf-8")
        return paths

    def cells(self, as_workbook: bool, *, data: bool) -> set[tuple[str, str, int, int]]:
        """All filled cells, or those that are data: file, sheet, row, column."""
        return {
            (*(("all tables.xlsx", name) if as_workbook else (f"{name}.csv", "")), row, column)
            for name, sheet in self.sheets.items()
            for row, cells in enumerate(sheet.grid, start=1)
            for column, cell in enumerate(cells, start=1)
            if cell.strip() and (not data or (row, column) in sheet.data)
        }


def csv_of(grid: Grid) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(grid)
    return text.getvalue()


def write_workbook(path: Path, grids: dict[str, Grid]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, grid in grids.items():
        sheet = book.create_sheet(name)
        for row, cells in enumerate(grid, start=1):
            for column, cell in enumerate(cells, start=1):
                if cell:
                    plain = cell.replace(".", "", 1).isdigit() and (cell == "0" or not cell.startswith("0"))
                    is_exact = plain and repr(float(cell)).removesuffix(".0") == cell
                    sheet.cell(row, column, float(cell) if is_exact else cell)
    file = io.BytesIO()
    book.save(file)
    path.write_bytes(file.getvalue())
    return path


def number(pick: Picker, value: float, power: int = 0) -> str:
    """A number in one of the ways in which they are published."""
    plain = format(Decimal(repr(value)).scaleb(power).normalize(), "f")
    whole, point, rest = plain.lstrip("-").partition(".")
    grouped = f"{int(whole):,}{point}{rest}"
    minus = plain.startswith("-")
    way = pick.integer(0, 4)
    if way == 1:
        return f"({grouped})" if minus else f"£{grouped}"
    if way == 2:
        return f"−{grouped}" if minus else f"{grouped} [p]"
    return ("-" if minus else "") + (grouped if way == 3 else plain.lstrip("-"))


def year_in(pick: Picker, year: str) -> str:
    start = int(year[:4])
    return choice(pick, YEARS).format(a=start, b=f"{(start + 1) % 100:02d}", c=start + 1)


def dressed(pick: Picker, header: list[str], rows: Grid, total: list[str] | None) -> tuple[Grid, set[tuple[int, int]]]:
    """Put titles above, notes below, a column without a meaning between, a total among the rows; say what is data."""
    order = list(range(len(header)))
    for at in range(len(order) - 1, 0, -1):
        other = pick.integer(0, at)
        order[at], order[other] = order[other], order[at]
    unnamed = pick.integer(0, len(order)) if chance(pick, 50) else None

    def laid(cells: Sequence[str], between: str) -> list[str]:
        shuffled = [cells[at] for at in order]
        return shuffled if unnamed is None else [*shuffled[:unnamed], between, *shuffled[unnamed:]]

    above = [[choice(pick, TITLES)] for _ in range(pick.integer(0, 3))]
    grid = [*above, *([[]] if above and chance(pick, 50) else []), laid(header, "Region code")]
    at_total = pick.integer(0, len(rows))
    data: set[tuple[int, int]] = set()
    for at, row in enumerate(rows):
        if total is not None and at == at_total:
            grid.append(laid(total, ""))
        grid.append(laid(row, "x"))
        kept = [column for column in range(len(grid[-1])) if column != unnamed]
        data |= {(len(grid), column + 1) for column in kept if grid[-1][column] not in GONE}
    if total is not None and at_total == len(rows):
        grid.append(laid(total, ""))
    if chance(pick, 70):
        grid += [[], *([choice(pick, NOTES)] for _ in range(pick.integer(1, 3)))]
    return grid, data


def publish(pick: Picker, scenario: sp.Scenario) -> Published:
    """Publish every table of a scenario whose money is in millions."""
    made = Published({}, {"schema": 1, "reviewed": True, "scenario": scenario.settings.as_dict()})
    for name, table in scenario.tables.items():
        if not len(table):
            continue
        if name == "bids":
            made.sheets |= {f"bids {value}": _wide(pick, name, table, value) for value in ("amount", "reference")}
        elif name == "targets" and chance(pick, 70):
            made.sheets[name] = _wide(pick, name, table, "target")
        else:
            made.sheets[name] = _long(pick, name, table)
    for name, sheet in made.sheets.items():
        for take in sheet.takes:
            take["name"] = name
    return made


def _is_money(name: str, column: str) -> bool:
    known = TABLES[name].by_name.get(column)
    return column.startswith("grant_") or (known is not None and known.unit == "money")


def _long(pick: Picker, name: str, table: pd.DataFrame) -> Sheet:
    key = "code" if name == "areas" else "area" if "area" in TABLES[name].by_name and name != "rules" else ""
    headers = {column: f"Their {column}" for column in table}
    rows = []
    for record in table.to_dict("records"):
        row = []
        for column, value in record.items():
            if isinstance(value, str):
                row.append(year_in(pick, value) if column == "year" and value and ":" not in value else value)
            elif value != value:
                row.append(choice(pick, GONE))
            else:
                row.append(number(pick, value, 3 if _is_money(name, str(column)) else 0))
        rows.append(row)
    grid, data = dressed(pick, [f"{header}{choice(pick, MARKS)}" for header in headers.values()], rows, None)
    take: dict[str, Any] = {"into": name, "columns": {c: h for c, h in headers.items() if c != key}}
    if key:
        take["area"] = headers[key]
    if any(_is_money(name, str(column)) for column in table):
        take["unit"] = "£000"
    return Sheet(grid, data, [take])


def _wide(pick: Picker, name: str, table: pd.DataFrame, value: str) -> Sheet:
    """A table with years across; a label stands once for each area."""
    others = {"bids": {"amount", "reference"}, "targets": {"target"}}[name]
    labels = [column for column in table if column not in ("year", *others)]
    years = sorted(set(table["year"]))
    power = 3 if _is_money(name, value) else 0
    header = [f"Their {column}{choice(pick, MARKS)}" for column in labels]
    header += [year_in(pick, year) + choice(pick, MARKS) for year in years]
    rows, sums = [], dict.fromkeys(years, 0.0)
    for group, part in table.groupby(labels, sort=False):
        of_year = dict(zip(part["year"], part[value], strict=True))
        texts = [one if isinstance(one, str) else number(pick, one) for one in group]
        rows.append([*texts, *(number(pick, of_year[y], power) if y in of_year else choice(pick, GONE) for y in years)])
        for year, amount in of_year.items():
            sums[year] += amount
    total = None
    if chance(pick, 70):
        label = choice(pick, ["Total", "England", "E92000001", "All authorities", "E12000001", "Grand total", "TLC"])
        total = [label, *("" for _ in labels[1:]), *(number(pick, round(sums[year], 2), power) for year in years)]
    grid, data = dressed(pick, header, rows, total)
    assert labels[0] == "area"
    take: dict[str, Any] = {"into": name, "area": "Their area", "value": value, "years": f"{years[0]}:{years[-1]}"}
    take["columns"] = {column: f"Their {column}" for column in labels[1:]}
    if power:
        take["unit"] = "£000"
    return Sheet(grid, data, [take])


def canonical(scenario: sp.Scenario) -> dict[str, Any]:
    """A scenario without the order of its rows and columns, without empty columns, and without its log."""
    tables: dict[str, Any] = {}
    for name, table in scenario.tables.items():
        ordered = table[sorted(table.columns)]
        ordered = ordered.sort_values(list(ordered.columns), ignore_index=True) if len(table) else ordered
        tables[name] = ordered.to_dict("list")
        filled = {column: [str(cell) for cell in cells] for column, cells in tables[name].items()}
        tables[name] = {column: cells for column, cells in filled.items() if set(cells) - {"", "nan"}}
    settings = {key: value for key, value in scenario.settings.as_dict().items() if key != "log"}
    return {"settings": settings, **tables}
