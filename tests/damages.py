"""Random damage to a folder of tables, each with what must be said about it, or what the tables then mean."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from singlepot.models.tables.schema import TABLES, Column

from .strategies import Picker, chance, choice


@dataclass
class Folder:
    """A folder of tables as cells, and settings as lines; ``bytes_of`` has the files that are no longer such."""

    tables: dict[str, list[list[str]]]
    lines: list[str]
    bytes_of: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Folder:
        tables = {p.stem: list(csv.reader(io.StringIO(p.read_text(encoding="utf-8")))) for p in folder.glob("*.csv")}
        return cls(dict(sorted(tables.items())), (folder / "scenario.toml").read_text(encoding="utf-8").splitlines())

    def content(self, file: str) -> bytes:
        if file in self.bytes_of:
            return self.bytes_of[file]
        if file == "scenario.toml":
            return "\n".join([*self.lines, ""]).encode()
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(self.tables[file.removesuffix(".csv")])
        return out.getvalue().encode("utf-8", "surrogatepass")

    def write(self, folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        for file in ["scenario.toml", *(f"{table}.csv" for table in self.tables)]:
            (folder / file).write_bytes(self.content(file))
        return folder


@dataclass(frozen=True)
class Damage:
    """What was done.

    Parameters
    ----------
    what
        In words.
    file
        The only file that was changed.
    codes
        One of these must be said; none where the input stays in order.
    place
        Where; empty for anywhere in the file.
    needs
        Files that must be whole for it to be seen.
    wild
        Whether nothing is known of what follows: any problem, or a scenario of another meaning.
    """

    what: str
    file: str
    codes: tuple[str, ...] = ()
    place: str = ""
    needs: tuple[str, ...] = ()
    wild: bool = False


NO_NUMBERS = (
    *("abc", "£5", "12%", "1,234", "(3)", "--", "1.2m", "n/a", "TRUE", "٣", "1e999", "inf", "nan", "0x10", "1_000"),
    *("5 5", "1e", "+", ".", "½", "5;", "#REF!", "=1+1", "'5", "−5"),
)
HIDDEN = (
    "a\u200bb",
    "\u202eabc",
    "a\u0007b",
    "Mo\u0302n",
    "x" * 40_000,
    "a\u00a0b",
    "a\nb",
    "\ufeffa",
    "a\x7fb",
    "a\u2028b",
)
NO_YEARS = ("2026/28", "2026", "26-27", "2026-28", "2026-2028", "FY26", "2026-27:", "next")


def cell_of(pick: Picker, folder: Folder, wanted: Callable[[Column], bool]) -> tuple[str, int, int, Column] | None:
    """A cell with content, of a column that is wanted: table, row, position and column."""
    result = []
    for table, rows in folder.tables.items():
        for position, header in enumerate(rows[0]):
            column = TABLES[table].by_name.get(header) or Column(header, "number", "")
            if header == "note" or not wanted(column):
                continue
            filled = [row for row in range(1, len(rows)) if rows[row][position]]
            if filled:
                result.append((table, filled, position, column))
    table, rows, position, column = choice(pick, result)
    return table, choice(pick, rows), position, column


def needs_of(table: str, column: Column) -> tuple[str, ...]:
    """Files that say which columns a table has: attributes, objectives and envelopes."""
    if column.name in TABLES[table].by_name:
        return ()
    return ("scenario.toml",) if table == "areas" else ("objectives.csv", "pot.csv", "scenario.toml")


def damage_cell(pick: Picker, folder: Folder) -> Damage:
    kind = pick.integer(1, 7)
    wanted: Callable[[Column], bool] = {
        1: lambda column: column.numeric,
        2: lambda column: column.numeric and (column.least >= 0 or column.above >= 0),
        3: lambda column: column.required,
        4: lambda column: not column.numeric and column.kind != "year",
        5: lambda column: True,
        6: lambda column: column.numeric,
        7: lambda column: column.kind in ("year", "years"),
    }[kind]
    table, row, position, column = cell_of(pick, folder, wanted)
    cells, file, location = folder.tables[table][row], f"{table}.csv", f"row {row + 1}"
    before, needs = cells[position], needs_of(table, column)
    if kind == 1:
        cells[position] = choice(pick, NO_NUMBERS)
        codes: tuple[str, ...] = ("SP-D011", "SP-D012")
    elif kind == 2:
        cells[position], codes = f"-{before}" if float(before) else "-1", ("SP-D013",)
    elif kind == 3:
        cells[position], codes = choice(pick, ("", "  ", "\t")), ("SP-D010",)
    elif kind == 4:
        cells[position], codes = choice(pick, HIDDEN), ("SP-D017",)
        if column.kind == "text" and column.name != "name":
            codes = ("SP-D017", "SP-D025")
        if len(cells[position]) > 131_072:
            codes = ("SP-F009",)
    elif kind == 5:
        cells[position], codes = choice(pick, (f" {before}", f"{before} ", f"\t{before} \u00a0")), ()
    elif kind == 6:
        cells[position], codes = choice(pick, (f"{float(before)!r}", f" {before}", f"{float(before):+.17e}")), ()
    else:
        cells[position], codes = choice(pick, NO_YEARS), ("SP-D018",)
    return Damage(f"{before!r} became {cells[position][:40]!r}", file, codes, location, needs)


def damage_header(pick: Picker, folder: Folder) -> Damage:
    table = choice(pick, list(folder.tables))
    header, file = folder.tables[table][0], f"{table}.csv"
    needs = needs_of(table, Column("", "number", "")) if table in ("areas", "option_years") else ()
    if chance(pick, 50):
        required = [column.name for column in TABLES[table] if column.required]
        name = choice(pick, required)
        header[header.index(name)] = choice(pick, ("zzz", f"{name} ", name.upper(), f"{name}s", ""))
        return Damage(f"header {name} became {header}", file, ("SP-D002",))
    if chance(pick, 50):
        position = pick.integer(1, len(header) - 1)
        header[position] = header[0]
        return Damage("two columns of one name", file, ("SP-D004",))
    for row in folder.tables[table]:
        row.append("zzz" if row is header else "1")
    return Damage("a column too many", file, ("SP-D003",), needs=needs)


def damage_rows(pick: Picker, folder: Folder) -> Damage:
    table = choice(pick, list(folder.tables))
    rows, file = folder.tables[table], f"{table}.csv"
    row, kind = pick.integer(1, len(rows) - 1), pick.integer(1, 6)
    position = f"row {row + 1}"
    if kind == 1:
        rows[row].insert(pick.integer(0, len(rows[row])), "extra")
        return Damage("a cell too many", file, ("SP-F008",), position)
    if kind == 2:
        del rows[row][pick.integer(0, len(rows[row]) - 1)]
        return Damage("a cell too few", file, ("SP-F008",), position)
    if kind == 3 and TABLES[table].key:
        rows.append(list(rows[row]))
        return Damage("a row twice", file, ("SP-D020",), f"row {len(rows)}", ("pot.csv",))
    if kind == 4 and row > 1:
        rows.insert(row, [""] * len(rows[0]))
        return Damage("an empty row", file, ("SP-F010",), position)
    if kind == 5:
        rows += [[choice(pick, ("", " "))] * pick.integer(1, len(rows[0]) + 1) for _ in range(pick.integer(1, 3))]
        return Damage("empty rows at the end", file)
    if TABLES[table].required:
        del rows[1:]
        return Damage("no rows", file, ("SP-D005",))
    rows[row][-1] = rows[row][-1] + " "
    return Damage("a space at the end of a row", file)


def damage_bytes(pick: Picker, folder: Folder) -> Damage:
    file = choice(pick, [f"{table}.csv" for table in folder.tables])
    content, kind = folder.content(file), pick.integer(1, 11)
    text = content.decode()
    known: dict[int, tuple[str, bytes, tuple[str, ...]]] = {
        1: ("a byte-order mark", b"\xef\xbb\xbf" + content, ()),
        2: ("Windows line ends", text.replace("\n", "\r\n").encode(), ()),
        3: ("no line end at the end", content[:-1], ()),
        4: ("UTF-16", text.encode("utf-16"), ("SP-F004",)),
        5: ("Windows-1252", content + "é,".encode("cp1252"), ("SP-F004",)),
        6: ("semicolons", text.replace(",", ";").encode(), ("SP-F007",)),
        7: ("nothing", b"", ("SP-F006",)),
        8: ("a NUL", content[: len(content) // 2] + b"\0" + content[len(content) // 2 :], ("SP-F005",)),
        9: ("a workbook", b"PK\x03\x04" + content, ("SP-F004",)),
    }
    if kind in known:
        what, made, codes = known[kind]
        folder.bytes_of[file] = made
        return Damage(what, file, codes)
    at = pick.integer(1, len(content) - 1)
    if kind == 10:
        folder.bytes_of[file] = content[:at]
        return Damage(f"cut off after {at} bytes", file, wild=True)
    byte = bytes([pick.integer(0, 255)])
    folder.bytes_of[file] = content[:at] + byte + content[at + pick.integer(0, 1) :]
    return Damage(f"byte {byte!r} at {at}", file, wild=True)


def damage_settings(pick: Picker, folder: Folder) -> Damage:
    file, lines = "scenario.toml", folder.lines
    keys = [number for number, line in enumerate(lines) if re.match(r"[a-z_]+ = ", line)]
    number, kind = choice(pick, keys), pick.integer(1, 6)
    key, position = lines[number].partition(" ")[0], f"line {number + 1}"
    if kind == 1:
        lines[number] = lines[number].replace(key, f"{key}z", 1)
        return Damage(f"key {key} misspelt", file, ("SP-S001",), position)
    if kind == 2:
        lines[number] = f"{key} = {choice(pick, ('{ a = 1 }', '1979-05-27', '[[1]]', '-1'))}"
        return Damage(lines[number], file, ("SP-S003", "SP-S004", "SP-S011", "SP-S012"), position)
    if kind == 3:
        lines[number] = choice(pick, (f"{key} = ", f"{key} = 5%", f"{key} 5", f"{key} = 'x", f"{key} = 007", "[oops"))
        return Damage(lines[number], file, ("SP-F012",), position)
    if kind == 4:
        lines.insert(number, lines[number])
        return Damage(f"key {key} twice", file, ("SP-F012",), f"line {number + 2}")
    if kind == 5:
        folder.bytes_of[file] = b"\xef\xbb\xbf" + folder.content(file).replace(b"\n", b"\r\n")
        return Damage("a byte-order mark and Windows line ends", file)
    at = pick.integer(0, len(lines[number]))
    odd = choice(pick, ('"', "'", "[", "]", "=", "#", "\\", ".", ",", "9", "é", "\t", "{", "\x00"))
    lines[number] = lines[number][:at] + odd + lines[number][at:]
    return Damage(f"{odd!r} in line {number + 1}", file, wild=True)


KINDS = (damage_cell, damage_cell, damage_cell, damage_header, damage_rows, damage_rows, damage_bytes, damage_settings)


def damaged(pick: Picker, source: Path) -> tuple[Folder, list[Damage]]:
    """Damage one to three files of a folder, each once."""
    result, damages = Folder.read(source), []
    for _ in range(pick.integer(1, 3)):
        fresh = Folder.read(source)
        damage = choice(pick, KINDS)(pick, fresh)
        if damage.file not in {done.file for done in damages}:
            result.bytes_of[damage.file] = fresh.content(damage.file)
            damages.append(damage)
    return result, damages
