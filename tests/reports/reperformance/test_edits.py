"""An edit of any column of any table, or of any file, is found though all hashes were made anew."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
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
from .edits import Edit, Files, every_edit

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
    place = tmp_path_factory.mktemp("edits")
    source = shutil.copytree(TESTS / "input" / "full", place / "source")
    with (source / "scenario.toml").open("a", encoding="utf-8") as file:
        file.write(LOG)
    settlement = sp.settle(source)
    made = outputs(settlement, sp.price_fairness(settlement), Wanted(area_pages=True, pictures="svg"))
    settlement.write(place / "out", further=made.files, entries=made.manifest)
    files = {p.relative_to(place / "out").as_posix(): p.read_bytes() for p in (place / "out").rglob("*") if p.is_file()}
    return Folder(place / "out", files, Derivation(settlement))


def test_an_untouched_folder_holds_and_every_file_is_listed(folder: Folder) -> None:
    said = sp.verify(folder.path)
    assert said.passed, said.statement()
    states = {file.name: file.state for file in said.files}
    assert set(states) == set(folder.files)
    assert {name for name, state in states.items() if state != "derived again and equal"} == {"run.json"}


def test_every_edit_is_found(folder: Folder) -> None:
    """And the few that are not are those that the statement lists as not checked."""
    assert not folder.finds(Edit("nothing", folder.files))
    walked: set[str] = set()
    tried, missed = 0, set()
    for edit in every_edit(folder.files):
        tried += 1
        walked.update(edit.what.partition(": ")[0].split(" and "))
        if not folder.finds(edit):
            missed.add(edit.what)
    assert missed == NOT_CHECKED, f"{len(missed)} of {tried} edits are not found"
    assert tried > 3000
    assert set(folder.files) - {"run.json"} <= walked
