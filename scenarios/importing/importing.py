"""Import of published tables into a scenario: header, rows, totals, keys, classes, roll-up, numbers, units, join."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from singlepot.models.checks.register import OFFICIAL, register
from singlepot.models.diagnostics.problems import Diagnostic, Report, did_you_mean, one_of, shown
from singlepot.models.scenario.scenario import from_raw
from singlepot.models.settings.frozen import merged

from .header import Header, find_header, title_of
from .join import Joined
from .keys import Keys
from .map import ImportMap, MapSource, Take, number_of, read_map
from .numbers import check_unit
from .published.left_out import LeftOut
from .published.sheets import SourceSheet, covered, matches, read_files
from .records import Record, read_form, read_records
from .result import Imported
from .roll_up import roll_up, without_roll_up
from .totals import without_totals


def import_tables(files: Iterable[str | os.PathLike[str]], map: MapSource, *, encoding: str = "utf-8") -> Imported:
    """Make a scenario of published tables.

    Parameters
    ----------
    files
        CSV files and workbooks; each must be one that the map takes.
    map
        A TOML file, or the same as nested values: what their columns hold.
    encoding
        Encoding of CSV files that are not UTF-8.

    Returns
    -------
    The scenario, and each cell that is not in it with the reason.

    Raises
    ------
    BadInputError
        With everything that is wrong with the map and the files.
    """
    stated, name = read_map(map)
    sheets = read_files([Path(file) for file in files], encoding)
    run = _Import(stated, name, sheets)
    return run.result()


class _Import:
    """One import: takes that state the areas first, then all others."""

    def __init__(self, stated: ImportMap, name: str, sheets: Sequence[SourceSheet]) -> None:
        self.map, self.name, self.sheets = stated, name, sheets
        self.report, self.left = Report(quiet=True), LeftOut()
        money = stated.scenario.get("money", "GBP million")
        self.joined = Joined(money if money in ("GBP", "GBP thousand", "GBP million") else "GBP million", self.left)
        self.keys = Keys({}, stated.names)
        self.sources: dict[tuple[str, str], tuple[SourceSheet, str, list[str]]] = {}

    def result(self) -> Imported:
        self._check_files()
        defining = [take for take in self.map.take if take.into == "areas" and _states(take)]
        others = [take for take in self.map.take if take not in defining]
        for take in defining:
            self._take(take, defines=True)
        rows = self.joined.rows.get("areas", {}).values()
        self.keys = Keys({row.texts["code"]: row.texts.get("name", "") for row in rows}, self.map.names)
        self._check_names()
        for take in others:
            self._take(take)
        for problem in self.joined.problems:
            self._add(problem)
        self.report.stop_if_any()
        if not defining:
            self._areas_of_register()
        settings = merged({"schema": 1, **self.map.scenario}, {"log": {"sources": self._log()}})
        raw = self.joined.raw()
        scenario = from_raw(settings, self.name, raw, self.report)
        taken = {name: table.rows for name, table in raw.items()}
        return Imported(scenario, taken, self.left.table(self.sheets), scenario.notes)

    def _add(self, problem: Diagnostic) -> None:
        self.report.add(problem, table=number_of(problem.table) if problem.table != "import" else -1)

    def _check_files(self) -> None:
        """Report files that no take takes, and takes that find no sheet."""
        for sheet in dict.fromkeys(sheet.file for sheet in self.sheets):
            if not any(matches(sheet, take.file) for take in self.map.take):
                patterns = one_of([shown(take.file) for take in self.map.take])
                remedy = "add a [[take]] for it, or do not give it"
                problem = Diagnostic("SP-I005", "import", sheet, "", "", "no take", f"one of {patterns}", remedy)
                self._add(problem)
        for number, take in enumerate(self.map.take, start=1):
            if not self._sheets(take):
                names = one_of([shown(f"{sheet.file} {sheet.sheet}".strip()) for sheet in self.sheets])
                value = f"no sheet {shown(take.sheet)} in {shown(take.file)}" if take.sheet else shown(take.file)
                remedy = "correct file or sheet, or take the [[take]] out"
                place = f"take {number}"
                self._add(Diagnostic("SP-I005", "import", self.name, place, "file", value, f"one of {names}", remedy))
        self.report.stop_if_any()

    def _check_names(self) -> None:
        """Report names that the map gives codes which no area has and which are no official ones."""
        for name, code in self.map.names.items():
            if self.keys.areas and code not in self.keys.areas and not OFFICIAL.fullmatch(code):
                remedy = did_you_mean(code, self.keys.areas, "correct the code")
                expected = "a code of areas, or an official one"
                self._add(Diagnostic("SP-I003", "import", self.name, "names", name, shown(code), expected, remedy))

    def _sheets(self, take: Take) -> list[SourceSheet]:
        return [one for one in self.sheets if matches(one.file, take.file) and matches(one.sheet, take.sheet)]

    def _take(self, take: Take, *, defines: bool = False) -> None:
        records: list[Record] = []
        for sheet in self._sheets(take):
            records += self._form(sheet, take) if take.form else self._table(sheet, take)
        if take.key and take.area:
            records = without_totals(records, take, self.keys, self.left)
            records = [record for record in records if self._keyed(record, take, defines)]
            known = {} if defines else self.keys.areas
            if take.roll_up and not known:
                remedy = "add a take into areas with their names, or take roll_up out"
                expected = "areas to add up to"
                self._add(Diagnostic("SP-I003", "import", self.name, "", "roll_up", "", expected, remedy))
                return
            choose = roll_up if take.roll_up else without_roll_up
            placed, problems = choose(records, take, known, self.left)
            for problem in problems:
                self._add(problem)
            self._note_roll_up(placed, take)
        else:
            placed = [(record, record.labels.get(take.key) or take.fixed.get(take.key, "")) for record in records]
        for record, target in placed:
            self.joined.add(record, target, take)
        if not placed and not len(self.report):
            self._complain_of_nothing(take)

    def _complain_of_nothing(self, take: Take) -> None:
        counts = Counter(kind for sheet in self._sheets(take) for kind in self.left.kinds(sheet))
        value = ", ".join(f"{number} cells {kind}" for kind, number in counts.most_common(4))
        place = f"take {self.map.take.index(take) + 1}"
        expected, remedy = f"a row for {take.into}", "correct where, classes or drop, or the areas"
        self._add(Diagnostic("SP-I014", "import", self.name, place, "", f"left out: {value}", expected, remedy))

    def _table(self, sheet: SourceSheet, take: Take) -> list[Record]:
        header = find_header(sheet, take)
        if isinstance(header, Diagnostic):
            self._add(header)
            return []
        self._check(sheet, take, header)
        records = read_records(sheet, take, header, self.left)
        title = title_of(sheet, header)
        self._source(sheet, take, title)
        value = f"the header in row {header.row}" + (f", below {shown(title)}" if title else "")
        count = f"{len(records)} row{'s' if len(records) != 1 else ''} below it read into {take.into}"
        self._note("SP-I021", sheet, take, sheet.place(header.row), value, count)
        return records

    def _form(self, sheet: SourceSheet, take: Take) -> list[Record]:
        record, faults = read_form(sheet, take, self.left)
        self._source(sheet, take, "")
        if record is None:
            place = f"sheet {sheet.sheet}" if sheet.sheet else ""
            value, remedy = (
                f"a form without {one_of(faults)}",
                "write the labels into the map as they stand in the form",
            )
            expected = "each label that the map names once, its value to the right"
            self._add(Diagnostic("SP-I013", take.into, sheet.file, place, "", value, expected, remedy))
            return []
        self._check(sheet, take, Header(0, {}, {}))
        return [record]

    def _check(self, sheet: SourceSheet, take: Take, header: Header) -> None:
        """Check the unit of money, and that no cell of the columns is merged with another; note what is hidden."""
        if (problem := check_unit(sheet, take, header)) is not None:
            self._add(problem)
        columns = {*header.columns.values(), *header.years.values()}
        for area in sheet.merged:
            if any(row > header.row and column in columns for row, column in covered(area)) and header.row:
                place, remedy = f"{sheet.sheet}!{area}", "unmerge them and fill in every cell"
                problem = Diagnostic(
                    "SP-X016", take.into, sheet.file, place, "", "merged cells", "each cell by itself", remedy
                )
                self._add(problem)
        money = {header.columns.get(take.columns.get(name, ""), 0) for name in take.numbers if take.is_money(name)}
        money |= set(header.years.values()) if take.is_money(take.of_years) else set()
        for column in sorted(money & set(sheet.percent)):
            rows = [row for row in sheet.percent[column] if row > header.row and column in sheet.rows.get(row, {})]
            value = f"{len(rows)} cell{'s' * (len(rows) != 1)} of money shown as percentages"
            remedy = "format them as numbers, and see that they are the ones meant"
            if rows:
                place = sheet.place(rows[0], column)
                self._add(Diagnostic("SP-X024", take.into, sheet.file, place, "", value, "amounts of money", remedy))
        for column in sorted(money & set(sheet.scaled)):
            rows = [row for row in sheet.scaled[column] if row > header.row]
            value = f"{len(rows)} cells whose format divides what is shown by a thousand or more"
            remedy = "see that unit is that of what the cells hold"
            if rows:
                self._note("SP-X035", sheet, take, sheet.place(rows[0], column), value, remedy)
        if sheet.hidden:
            self._note("SP-X027", sheet, take, f"sheet {sheet.sheet}", f"hidden: {sheet.hidden}", "read as the others")

    def _keyed(self, record: Record, take: Take, defines: bool) -> bool:
        """Find the code of a record; whether it is one that is taken."""
        is_code = defines and take.columns.get("name") != take.area
        if is_code:
            record.code = self.keys.stated(record.area) or record.area
        else:
            record.code = self.keys.code_of(record.area)
        if not record.code:
            value, remedy = shown(record.area), self.keys.near(record.area)
            expected = "the code or name of one area"
            problem = Diagnostic(
                "SP-I007", take.into, record.sheet.file, record.place, take.area, value, expected, remedy
            )
            self._add(problem)
            return False
        dropped = {name.strip() for name in take.drop}
        if record.code in dropped or (take.classes and not record.code.startswith(take.classes)):
            record.leave_out(self.left, "drop" if record.code in dropped else "class")
            return False
        if record.code != record.area and not is_code:
            value = f"{shown(record.area)} is {record.code}"
            self._note("SP-I022", record.sheet, take, record.place, value, "by its name")
        return True

    def _note_roll_up(self, placed: Sequence[tuple[Record, str]], take: Take) -> None:
        into: dict[tuple[SourceSheet, str], list[Record]] = {}
        for record, target in placed:
            if take.roll_up and target != record.code:
                into.setdefault((record.sheet, target), []).append(record)
        for (sheet, target), parts in into.items():
            codes = one_of(list(dict.fromkeys(record.code for record in parts)))
            self._note("SP-I023", sheet, take, parts[0].place, f"{codes}", f"added up to {target}")

    def _note(self, code: str, sheet: SourceSheet, take: Take, place: str, value: str, remedy: str) -> None:
        self._add(Diagnostic(code, take.into, sheet.file, place, "", value, "", remedy))

    def _areas_of_register(self) -> None:
        """Make the areas of the codes in use, with the names of the register."""
        codes = {
            row.texts["area"]: row.origin
            for table in self.joined.rows.values()
            for row in table.values()
            if row.texts.get("area")
        }
        for code, origin in codes.items():
            self.joined.state_area(code, register().names.get(code, code), origin)

    def _source(self, sheet: SourceSheet, take: Take, title: str) -> None:
        _, before, tables = self.sources.setdefault((sheet.file, sheet.sheet), (sheet, title, []))
        if take.into not in tables:
            tables.append(take.into)
        self.sources[sheet.file, sheet.sheet] = (sheet, before or title, tables)

    def _log(self) -> dict[str, Mapping[str, Any]]:
        """Write the sources of the scenario's log: file, hash, sheet and title."""
        entries: dict[str, Mapping[str, Any]] = {}
        for (file, sheet), (source, title, tables) in self.sources.items():
            entry = {"file": file, "sha256": source.sha256, "sheet": sheet, "title": " ".join(title.split())}
            entries[f"{file} {sheet}".strip()] = {
                "tables": tables,
                **{key: value for key, value in entry.items() if value},
            }
        return entries


def _states(take: Take) -> bool:
    """Whether a take states what areas there are: it has their names."""
    return "name" in take.columns or "name" in take.fixed
