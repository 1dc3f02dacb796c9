"""Verification of a written settlement: manifest, agreement of the files, and every number computed again."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from singlepot.models.assurance.statement import state
from singlepot.models.assurance.verification import Assurance, Labels, Row, Table, verify_tables
from singlepot.models.assurance.verification.outcome import Outcome
from singlepot.models.assurance.verification.written import Book
from singlepot.models.diagnostics.problems import BadInputError
from singlepot.models.money import POUNDS_PER
from singlepot.models.settlement.documents import MANIFEST, RUN, SCHEMA, unguarded
from singlepot.models.tables.output import OUTPUT
from singlepot.solver import SinglepotError

from ..reading.reading import read_scenario

if TYPE_CHECKING:
    from singlepot.models.scenario.scenario import Scenario

STAGE_TOLERANCE = 1e-7
"""Largest difference of a stage's optimum from the double build's, relative to its size."""

GRANT_TOLERANCE = 1e-6
"""Largest distance of any grant from the unique solution of the sharing step, as a share of a bid."""

VIOLATION_TOLERANCE = 1e-8
"""Largest violation of a constraint of the double build, as a share."""


class SettlementNotFoundError(SinglepotError):
    """There is no settlement to verify."""


def verify(path: str | PathLike[str], *, independent: bool = False) -> Assurance:
    """Verify a written settlement.

    Parameters
    ----------
    path
        A folder that :meth:`~singlepot.models.settlement.settlement.Settlement.write` made.
    independent
        Also settle the scenario again by the double build and compare: minutes for a large scenario.

    Returns
    -------
    Assurance
        With everything that is wrong, what was checked to what tolerance, and what was not.

    Raises
    ------
    SettlementNotFoundError
        The folder or one of its parts is not there at all, or its scenario cannot be read.

    Examples
    --------
    >>> import tempfile, singlepot as sp
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sp.settle(sp.read_scenario("bucks-and-burnley")).write(folder + "/out")
    ...     sp.verify(folder + "/out").passed
    True
    """
    folder = Path(path)
    book = Book()
    _check_manifest(folder, book)
    scenario = _scenario(folder)
    tables = {name: _table(folder, name) for name in OUTPUT}
    document = _document(folder)
    _check_document(document, tables, scenario, book)
    pounds_per = POUNDS_PER[scenario.settings.money]
    outcome = verify_tables(state(scenario), tables, pounds_per, _labels(scenario), book)
    extra = document.get("provenance", {}).get("extra", [])
    not_checked = list(_not_checked(extra, independent))
    if independent:
        _compare(scenario, outcome, tables, extra, book)
    return Assurance(str(path), tuple(book.findings), book.checks, tuple(not_checked))


def _labels(scenario: Scenario) -> Labels:
    """Collect the names of areas, options and units from the scenario's tables."""
    areas, options = scenario.tables["areas"], scenario.tables.get("options")
    objectives = scenario.tables.get("objectives")
    called = {}
    for row in [] if options is None else options.to_dict("records"):
        name = row.get("name")
        called[str(row["area"]), str(row["option"])] = name if isinstance(name, str) and name else str(row["option"])
    return Labels(
        money=scenario.settings.money,
        areas=dict(zip(areas["code"], areas["name"], strict=True)),
        options=called,
        units={} if objectives is None else dict(zip(objectives["key"], objectives["unit"], strict=True)),
    )


def _not_checked(extra: list[str], independent: bool) -> Iterator[str]:
    if not independent:
        yield "that no better settlement exists: the optimum of each stage is taken as written (use --independent)"
        yield "that among equally good settlements this is the one that shares fairly (use --independent)"
    yield "what stopped an option, and costs in reasons beside the price: they need the stages solved again"
    if extra:
        yield f"further constraints of the program that settled: {', '.join(extra)}"
    yield "that the bids, targets, costs and rules of the scenario are true"
    yield f"{RUN}: timings and host"


def _check_manifest(folder: Path, book: Book) -> None:
    """Check that every file is listed and unchanged, and that there is no other."""
    book.topic("files as in the manifest", "SHA-256")
    path = folder / MANIFEST
    if not path.is_file():
        state_ = "is incomplete: it has no manifest" if folder.is_dir() else "does not exist"
        raise SettlementNotFoundError(f"{folder} {state_}", "name a folder that singlepot settle wrote")
    manifest = _json(path)
    if manifest.get("schema", 0) > SCHEMA:
        raise SettlementNotFoundError(f"{folder} was written by a newer singlepot", "update singlepot")
    listed: Mapping[str, str] = manifest.get("files", {})
    for name, digest in listed.items():
        file = folder / name
        if not file.is_file():
            book.require(False, name, "the manifest lists this file, and it is missing")
            continue
        same = hashlib.sha256(file.read_bytes()).hexdigest() == digest
        book.require(same, name, "changed after the manifest was written")
    there = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    for name in sorted(there - set(listed) - {MANIFEST, RUN}):
        book.require(False, name, "the manifest does not list this file")


def _scenario(folder: Path) -> Scenario:
    try:
        return read_scenario(folder / "scenario")
    except BadInputError as error:
        raise SettlementNotFoundError(
            f"the scenario inside {folder} cannot be read: {error}", "ask for the original"
        ) from error


def _table(folder: Path, name: str) -> Table:
    """Read a table as texts, with the line of each row."""
    file = f"tables/{name}.csv"
    try:
        text = (folder / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettlementNotFoundError(f"{file} cannot be read", "ask for the original") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    rows = []
    for cells in reader:
        rows.append(Row(reader.line_num, dict(zip(header, map(unguarded, cells), strict=False))))
    return Table(file, tuple(header), tuple(rows))


def _document(folder: Path) -> dict[str, Any]:
    path = folder / "settlement.json"
    if not path.is_file():
        raise SettlementNotFoundError(f"{path} is missing", "ask for the original")
    return _json(path)


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettlementNotFoundError(f"{path} cannot be read", "ask for the original") from error
    if not isinstance(content, dict):
        raise SettlementNotFoundError(f"{path} does not hold a settlement", "ask for the original")
    return content


def _check_document(document: Mapping[str, Any], tables: Mapping[str, Table], scenario: Scenario, book: Book) -> None:
    """Check that ``settlement.json`` agrees with the tables, and that its certificate holds."""
    book.topic("settlement.json says the same as the tables", "exactly")
    for name, table in tables.items():
        records = document.get(name, [])
        size = f"{len(records)} rows"
        book.require(len(records) == len(table.rows), "settlement.json", name, size, f"{len(table.rows)} rows")
        for record, row in zip(records, table.rows, strict=False):
            wrong = [column for column in table.columns if not _same(record.get(column), row.cells.get(column, ""))]
            cells = ", ".join(row.cells.get(column, "") for column in wrong)
            there = ", ".join(str(record.get(column)) for column in wrong)
            what = f"differs from settlement.json in {', '.join(wrong)}"
            book.require(not wrong, f"{table.file} line {row.line}", what, cells, f"as there, {there}")
    book.topic("certificate and hash of the scenario in settlement.json", "exactly")
    certificate = document.get("certificate", {})
    book.require(certificate.get("passed") is True, "settlement.json", "the certificate does not hold")
    settled = document.get("provenance", {}).get("scenario_sha256", "")
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


def _compare(scenario: Scenario, outcome: Outcome, tables: Mapping[str, Table], extra: list[str], book: Book) -> None:
    """Settle again by the double build: compare every optimum, every constraint, and the unique solution."""
    from singlepot.models.assurance.double_build import DoubleBuildError, Position, rebuild

    book.topic("double build: optimum of every stage", f"to {STAGE_TOLERANCE:.0e} of its size")
    try:
        rebuilt = rebuild(scenario)
    except DoubleBuildError as error:
        book.require(False, "double build", f"finds no settlement: {error}")
        return
    file = tables["stages"].file
    written = {row.cells.get("name", ""): row for row in tables["stages"].rows}
    sizes = {name: float(size) for name, _, _, size in outcome.stages()}
    for name, optimum in rebuilt.optima.items():
        value = _number(written[name].cells.get("value", "")) if name in written else None
        if value is not None:
            off = (optimum - value if extra else abs(optimum - value)) / max(sizes[name], abs(optimum))
            where = f"{file} line {written[name].line}"
            book.require(off <= STAGE_TOLERANCE, where, f"{name}, value", f"{value:.15g}", f"{optimum:.15g}")
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
