"""Verification of a written folder by arithmetic: its manifest, and every number again in exact fractions."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from singlepot.models.assurance.statement import state
from singlepot.models.assurance.verification import Labels, Row, Table, verify_tables
from singlepot.models.assurance.verification.outcome import Outcome
from singlepot.models.assurance.verification.written import Book
from singlepot.models.diagnostics.problems import BadInputError
from singlepot.models.discounting.present_value import IN_FORCE, present_value_record, schedules
from singlepot.models.files.folder_kinds import MANIFEST, RUN
from singlepot.models.money import POUNDS_PER
from singlepot.models.scenario.recipients import further_tables
from singlepot.models.scenario.titles import Titles
from singlepot.models.settlement.documents import SCHEMA, unguarded
from singlepot.models.tables.output_levelling import output_of
from singlepot.solver import SinglepotError

from ..reading.reading import read_scenario

if TYPE_CHECKING:
    from singlepot.models.scenario.scenario import Scenario

STAGE_TOLERANCE = 1e-7
"""Largest difference of a stage's optimum from the double build's, relative to its size."""

EXACT_TOLERANCE = 1e-9
"""Largest difference of a stage's value from its optimum in fractions, relative to its size: what rounding leaves."""

GRANT_TOLERANCE = 1e-6
"""Largest distance of any grant from the unique solution of the sharing step, as a share of a bid."""

VIOLATION_TOLERANCE = 1e-8
"""Largest violation of a constraint of the double build, as a share."""


class SettlementNotFoundError(SinglepotError):
    """There is no settlement to verify."""


@dataclass(frozen=True, eq=False)
class WrittenFolder:
    """Folder of a settlement as it stands on the disk.

    Attributes
    ----------
    path
        Where it is.
    files
        Relative path, with ``/``, → content.
    manifest, document
        Values of ``manifest.json`` and of ``settlement.json``; of a repeated key the last.
    """

    path: Path
    files: Mapping[str, bytes]
    manifest: Mapping[str, Any]
    document: Mapping[str, Any]

    @property
    def listed(self) -> Mapping[str, str]:
        """SHA-256 of each file that the manifest lists."""
        listed = self.manifest.get("files", {})
        return listed if isinstance(listed, dict) else {}

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Versions, methods and the hash of the scenario, as ``settlement.json`` has them."""
        provenance = self.document.get("provenance", {})
        return provenance if isinstance(provenance, dict) else {}


@dataclass(frozen=True, eq=False)
class Recomputed:
    """Tables of a folder as texts, and what their take-ups make of the scenario."""

    tables: Mapping[str, Table]
    outcome: Outcome


def read_written(path: str | PathLike[str]) -> WrittenFolder:
    """Read a settlement's folder without judging it.

    Raises
    ------
    SettlementNotFoundError
        The folder or one of its parts is not there at all, or a newer version wrote it.
    """
    folder = Path(path)
    if not (folder / MANIFEST).is_file():
        state_ = "is incomplete: it has no manifest" if folder.is_dir() else "does not exist"
        raise SettlementNotFoundError(f"{folder} {state_}", "name a folder that singlepot settle wrote")
    try:
        files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    except OSError as error:
        raise SettlementNotFoundError(f"{folder} cannot be read ({error.strerror})", "ask for the original") from error
    return written_folder(folder, files)


def written_folder(folder: Path, files: Mapping[str, bytes]) -> WrittenFolder:
    """Take a settlement's folder from the contents of its files, see :func:`read_written`."""
    manifest = _json(folder, MANIFEST, files)
    newer = manifest.get("schema", 0)
    if isinstance(newer, int) and newer > SCHEMA:
        raise SettlementNotFoundError(f"{folder} was written by a newer singlepot", "update singlepot")
    return WrittenFolder(folder, files, manifest, _json(folder, "settlement.json", files))


def scenario_inside(folder: Path) -> Scenario:
    """Read the scenario inside a settlement's folder.

    Raises
    ------
    SettlementNotFoundError
        It cannot be read.
    """
    try:
        return read_scenario(folder / "scenario")
    except BadInputError as error:
        raise SettlementNotFoundError(
            f"the scenario inside {folder} cannot be read: {error}", "ask for the original"
        ) from error


def recompute(written: WrittenFolder, scenario: Scenario, book: Book) -> Recomputed:
    """Work out every number of the tables again in exact fractions, and check that ``settlement.json`` agrees."""
    tables = {name: _table(written, name) for name in output_of(further_tables(scenario))}
    _check_document(written.document, tables, scenario, book)
    pounds_per, rates = POUNDS_PER[scenario.settings.money], _rates(written, scenario, book)
    return Recomputed(tables, verify_tables(state(scenario), tables, pounds_per, rates, _labels(scenario), book))


def _rates(written: WrittenFolder, scenario: Scenario, book: Book) -> list[Fraction]:
    """Return the discount rates of the schedule that a folder names, after checking what it says of present values."""
    recorded = written.provenance.get("present_value")
    name = recorded.get("schedule", "") if isinstance(recorded, dict) else IN_FORCE
    used, settings = schedules().get(name, schedules()[IN_FORCE]), scenario.settings
    if recorded is not None:  # earlier versions did not write it
        book.topic("present value: schedule, year and prices in settlement.json", "exactly")
        expected = present_value_record(used.name, settings.years[0], settings.price_base)
        book.require(recorded == expected, "settlement.json", "provenance, present_value", f"{recorded}", f"{expected}")
    return used.rates(len(settings.years))


def _labels(scenario: Scenario) -> Labels:
    """Collect the names of areas, options and units from the scenario's tables."""
    titles, options = Titles(scenario), scenario.tables["options"]
    keys = zip(options["area"], options["option"], strict=True)
    called = {(area, option): titles.option(area, option) for area, option in keys}
    return Labels(money=scenario.settings.money, areas=titles.areas, options=called, units=titles.units)


def check_manifest(written: WrittenFolder, book: Book) -> None:
    """Check that every file is listed and unchanged, and that there is no other."""
    book.topic("files as in the manifest", "SHA-256")
    for name, digest in written.listed.items():
        if name not in written.files:
            book.require(False, name, "the manifest lists this file, and it is missing")
            continue
        same = hashlib.sha256(written.files[name]).hexdigest() == digest
        book.require(same, name, "changed after the manifest was written")
    for name in sorted(set(written.files) - set(written.listed) - {MANIFEST, RUN}):
        book.require(False, name, "the manifest does not list this file")


def _table(written: WrittenFolder, name: str) -> Table:
    """Read a table as texts, with the line of each row."""
    file = f"tables/{name}.csv"
    try:
        text = written.files[file].decode()
    except (KeyError, UnicodeDecodeError) as error:
        raise SettlementNotFoundError(f"{file} cannot be read", "ask for the original") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    rows = []
    for cells in reader:
        rows.append(Row(reader.line_num, dict(zip(header, map(unguarded, cells), strict=False))))
    return Table(file, tuple(header), tuple(rows))


def _json(folder: Path, name: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    if name not in files:
        raise SettlementNotFoundError(f"{folder / name} is missing", "ask for the original")
    try:
        content = json.loads(files[name].decode())
    except ValueError as error:
        raise SettlementNotFoundError(f"{folder / name} cannot be read", "ask for the original") from error
    if not isinstance(content, dict):
        raise SettlementNotFoundError(f"{folder / name} does not hold a settlement", "ask for the original")
    return content


def _check_document(document: Mapping[str, Any], tables: Mapping[str, Table], scenario: Scenario, book: Book) -> None:
    """Check that ``settlement.json`` agrees with the tables, and that its certificate holds."""
    book.topic("settlement.json says the same as the tables", "exactly")
    for name, table in tables.items():
        written = document.get(name, [])
        records = [row if isinstance(row, dict) else {} for row in written] if isinstance(written, list) else []
        size = f"{len(records)} rows"
        book.require(len(records) == len(table.rows), "settlement.json", name, size, f"{len(table.rows)} rows")
        for record, row in zip(records, table.rows, strict=False):
            wrong = [column for column in table.columns if not _same(record.get(column), row.cells.get(column, ""))]
            cells = ", ".join(row.cells.get(column, "") for column in wrong)
            there = ", ".join(str(record.get(column)) for column in wrong)
            what = f"differs from settlement.json in {', '.join(wrong)}"
            book.require(not wrong, f"{table.file} line {row.line}", what, cells, f"as there, {there}")
    book.topic("certificate and hash of the scenario in settlement.json", "exactly")
    certificate, provenance = document.get("certificate"), document.get("provenance")
    holds = isinstance(certificate, dict) and certificate.get("passed") is True
    book.require(holds, "settlement.json", "the certificate does not hold")
    settled = str(provenance.get("scenario_sha256", "")) if isinstance(provenance, dict) else ""
    book.require(settled == scenario.sha256, "settlement.json", "settled another scenario", settled, scenario.sha256)


def _same(value: object, text: str) -> bool:
    if value is None or text == "":
        return value in (None, "") and text == ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(text) == float(value)
        except ValueError:
            return False
    return str(value) == text


def compare_with_double_build(
    scenario: Scenario, recomputed: Recomputed, extra: Sequence[str], book: Book, stopped: Callable[[], bool]
) -> None:
    """Settle again by the double build: compare every optimum, every constraint, and the unique solution.

    Parameters
    ----------
    extra
        Further constraints of the program that settled, by name: optima are then bounds.
    stopped
        Asked before each solve whether the run has ended.
    """
    from singlepot.models.assurance.double_build import DoubleBuildError, Position, rebuild

    book.topic("double build: optimum of every stage", f"to {STAGE_TOLERANCE:.0e} of its size")
    try:
        rebuilt = rebuild(scenario, stopped)
    except DoubleBuildError as error:
        book.require(False, "double build", f"finds no settlement: {error}")
        return
    tables, outcome = recomputed.tables, recomputed.outcome
    _compare_optima(rebuilt.optima, recomputed, STAGE_TOLERANCE, book, are_bounds=bool(extra))
    position = Position({key: float(value) for key, value in outcome.take_up.items()}, *_moves(tables["pot"]))
    judged = rebuilt.judge(position)
    book.topic("double build: every constraint", f"to {VIOLATION_TOLERANCE:.0e}")
    book.require(
        judged.violation <= VIOLATION_TOLERANCE, "double build", judged.violated, f"{judged.violation:.1e}", "0"
    )
    if not extra:
        book.topic("double build: this is the one settlement that shares fairly", f"to {GRANT_TOLERANCE:.0e} of a bid")
        what = "grants can be shared more fairly at the same stages"
        book.require(judged.distance <= GRANT_TOLERANCE, "double build", what, f"{judged.distance:.1e} of a bid", "0")


def compare_with_fractions(
    scenario: Scenario, recomputed: Recomputed, extra: Sequence[str], book: Book, stopped: Callable[[], bool]
) -> str:
    """Find the optimum of every stage in exact fractions, without any solver, and compare.

    Returns
    -------
    Why that was not done; empty where it was.
    """
    from singlepot.models.assurance.double_build import DoubleBuildError, TooLargeError, exact_optima

    try:
        optima = exact_optima(scenario, stopped)
    except TooLargeError as error:
        return f"optima in exact fractions, since the programme is too large: {error}"
    except DoubleBuildError as error:
        book.topic("exact fractions: optimum of every stage", f"to {EXACT_TOLERANCE:.0e} of its size")
        book.require(False, "exact fractions", f"find no settlement: {error}")
        return ""
    book.topic("exact fractions: optimum of every stage", f"to {EXACT_TOLERANCE:.0e} of its size")
    values = {name: float(value) for name, value in optima.items()}
    _compare_optima(values, recomputed, EXACT_TOLERANCE, book, are_bounds=bool(extra))
    return ""


def _compare_optima(
    optima: Mapping[str, float], recomputed: Recomputed, tolerance: float, book: Book, *, are_bounds: bool
) -> None:
    """Compare the optimum of each stage with the value that is written."""
    table = recomputed.tables["stages"]
    written = {row.cells.get("name", ""): row for row in table.rows}
    sizes = {name: float(size) for name, _, _, size in recomputed.outcome.stages()}
    for name, optimum in optima.items():
        value = _number(written[name].cells.get("value", "")) if name in written else None
        if value is not None:
            off = (optimum - value if are_bounds else abs(optimum - value)) / max(sizes[name], abs(optimum))
            where = f"{table.file} line {written[name].line}"
            book.require(off <= tolerance, where, f"{name}, value", f"{value:.15g}", f"{optimum:.15g}")


def _moves(pot: Table) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str, str], float]]:
    carried, moved = {}, {}
    for row in pot.rows:
        envelope, year = row.cells.get("envelope", ""), row.cells.get("year", "")
        carried[envelope, year] = _number(row.cells.get("carried", "")) or 0.0
        for column in pot.columns:
            if column.startswith("vired_to_"):
                moved[envelope, column.removeprefix("vired_to_"), year] = _number(row.cells.get(column, "")) or 0.0
    return carried, moved


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
