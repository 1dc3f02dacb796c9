"""An edit of any column of any table, or of any file, is found though all hashes were made anew."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pytest

import singlepot as sp
from singlepot.models.assurance.verification.written import Book
from singlepot.reports.outputs import DRAWN_BY, Wanted, outputs
from singlepot.reports.reperformance.comparison import FolderComparison
from singlepot.reports.reperformance.derivation import Derivation
from singlepot.scenarios.results.verifying import SettlementNotFoundError, check_manifest, written_folder

from ...places import TESTS
from ...steered import MANY
from .edits import Edit, Files, csv_of, every_edit, rows_of, sign

LOG = """
[log.sources.plans]
what = "Plans of the areas"
tables = ["bids", "targets"]
publisher = "The areas"
date = "2026-01-31"
licence = "Open Government Licence v3.0"

[log.assumptions.pay]
what = "Pay rises"
value = "3"
unit = "% a year"
source = "Treasury"
confidence = "low"
bears_on = "pot"

[log.decisions."rules.grant_floor"]
by = "The board"
date = "2026-02-01"
why = "So that no programme closes"

[log.transparency]
organisation = "Department"
owner = "Director, signed off on 3 March"
"""

NOT_CHECKED = {f"manifest.json: ('made_with', '{name}') '{version(name)}x'" for name in DRAWN_BY}
"""Edits that nothing can find: which version of a library drew the pages is recorded, and follows from nothing."""


LAST_DIGIT = re.compile(r"settlement.json and tables/recipient\w*.csv: .*(9{9}|0{9}\d)\d*")
"""Edits of sums by less than the 1e-9 to which they are compared: no page shows so many digits of them."""

NUMBER = re.compile(r"-?[0-9]+([.][0-9]+)?")


@dataclass(frozen=True)
class Folder:
    """A written folder with everything in it, and what was derived of it once."""

    path: Path
    files: Files
    derivation: Derivation

    def finds(self, edit: Edit) -> bool:
        """Whether the comparison with what was derived, or the manifest, tells the edit."""
        book = Book()
        try:
            written = written_folder(self.path, edit.files)
            check_manifest(written, book)
            FolderComparison(written, self.derivation, book).run()
        except SettlementNotFoundError:
            return True
        return bool(book.findings)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A settlement that uses every table, with workbook, report, pages, pictures, fairness and logs."""
    root = tmp_path_factory.mktemp("edits")
    source = shutil.copytree(TESTS / "input" / "full", root / "source")
    with (source / "scenario.toml").open("a", encoding="utf-8") as file:
        file.write(LOG)
    settlement = sp.settle(source)
    made = outputs(settlement, sp.price_fairness(settlement), Wanted(area_pages=True, pictures="svg"))
    settlement.write(root / "out", further=made.files, entries=made.manifest)
    return Folder(root / "out", contents(root / "out"), Derivation(settlement))


def contents(folder: Path) -> Files:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_an_untouched_folder_holds_and_every_file_is_listed(folder: Folder) -> None:
    assurance = sp.verify(folder.path)
    assert assurance.passed, assurance.statement()
    states = {file.name: file.state for file in assurance.files}
    assert set(states) == set(folder.files)
    assert {name for name, state in states.items() if state != "derived again and equal"} == {"run.json"}


def test_every_edit_is_found(folder: Folder) -> None:
    """And the few that are not are those that the statement lists as not checked; one in five is tried each time."""
    assert not folder.finds(Edit("nothing", folder.files))
    walked: set[str] = set()
    tried, missed = 0, set()
    for number, edit in enumerate(every_edit(folder.files)):
        walked.update(edit.what.partition(": ")[0].split(" and "))
        if number % (1 if MANY else 5):
            continue
        tried += 1
        if not folder.finds(edit) and not LAST_DIGIT.fullmatch(edit.what):
            missed.add(edit.what)
    assert missed <= NOT_CHECKED, f"{len(missed)} of {tried} edits are not found"
    assert missed == NOT_CHECKED or not MANY
    assert tried > (3000 if MANY else 600)
    assert set(folder.files) - {"run.json"} <= walked


FOLLOWS_FROM_NOTHING = {
    *(f"areas.csv {column}" for column in ("region", "contact", "note")),
    *("options.csv component", "pot.csv source", "objectives.csv rate_unit"),
    "objectives.csv weight",  # of the one objective of its priority
    "bids.csv reference",  # of a floor that no grant comes down to
}
"""Columns of this scenario from which nothing in tables, reasons and logs follows: people wrote them."""


def test_an_edit_of_the_scenario_is_found_where_anything_follows_from_it(folder: Folder, tmp_path: Path) -> None:
    """Though the hashes of the scenario were made anew in every document: what is not found is what people wrote."""
    scenario = folder.derivation.settlement.scenario
    folder.derivation.settlement.write(
        tmp_path / "out", entries={"logs": json.loads(folder.files["manifest.json"])["logs"]}
    )
    files = {
        p.relative_to(tmp_path / "out").as_posix(): p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()
    }
    assert not Folder(tmp_path, files, folder.derivation).finds(Edit("nothing", files))
    missed = set()
    for name, content in scenario.documents().items():
        rows = rows_of(content) if name.endswith(".csv") else []
        for at, column in enumerate(rows[0] if rows else []):
            root = shutil.copytree(tmp_path / "out" / "scenario", tmp_path / "scenario", dirs_exist_ok=True)
            line = next((number for number, row in enumerate(rows[1:], 1) if row[at]), 1)
            text = rows[line][at]
            rows[line][at] = f"{float(text) * 1.01 + 0.01!r}" if NUMBER.fullmatch(text) else f"{text}x"
            (root / name).write_bytes(csv_of(rows))
            rows[line][at] = text
            try:
                other = sp.read_scenario(root)
                assert other.sha256 != scenario.sha256
                derivation = Derivation(sp.settle(other))
            except sp.SinglepotError:
                continue
            forged = with_hashes(files, scenario, other)
            if not Folder(tmp_path, forged, derivation).finds(Edit(column, forged)):
                missed.add(f"{name} {column}")
    assert missed == FOLLOWS_FROM_NOTHING


def with_hashes(files: Files, scenario: sp.Scenario, other: sp.Scenario) -> Files:
    """Put another scenario into a folder, and its hashes wherever those of the first stand."""
    hashes = [(scenario.sha256, other.sha256)]
    documents = {f"scenario/{name}": content for name, content in other.documents().items()}
    hashes += [(sha256(files[name]).hexdigest(), sha256(content).hexdigest()) for name, content in documents.items()]
    forged = {**files, **documents}
    for name in ("settlement.json", "manifest.json"):
        for before, after in hashes:
            forged[name] = forged[name].replace(before.encode(), after.encode())
    return sign(forged, {"settlement.json", *documents})
