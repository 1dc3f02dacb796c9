"""Verification says what it could derive and what not, whoever wrote the folder, and can be stopped."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

import singlepot as sp
from singlepot.reports.outputs import outputs

from ...models.assurance.test_double_build import tied
from ...places import TESTS
from .edits import sign


def written(folder: Path, settlement: sp.Settlement, **options: object) -> Path:
    """Write a settlement with workbook and report, as the command line does."""
    made = outputs(settlement, sp.price_fairness(settlement))
    settlement.write(folder, further=made.files, entries=made.manifest)
    return folder


def edited(folder: Path, *pairs: tuple[str, str, str]) -> Path:
    """Replace texts in files of a folder, and make its hashes anew."""
    for name, before, after in pairs:
        text = (folder / name).read_text(encoding="utf-8")
        assert before in text
        (folder / name).write_bytes(text.replace(before, after).encode())
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    signed = sign(files, {name for name, _, _ in pairs} - {"manifest.json"})
    (folder / "manifest.json").write_bytes(signed["manifest.json"])
    return folder


def states(assurance: sp.Assurance) -> dict[str, str]:
    return {file.name: file.state for file in assurance.files}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "out", sp.settle("bucks-and-burnley"))


def test_a_folder_of_the_first_version_holds_and_what_it_lacks_is_said() -> None:
    """It has neither prices nor reasons, and another HiGHS solved it."""
    assurance = sp.verify(TESTS / "fixtures" / "v1" / "settlement")
    assert assurance.passed, assurance.statement()
    assert any(line.startswith("prices, reasons, whole pounds") for line in assurance.not_checked)
    assert "missing" not in states(assurance).values()


def test_another_version_of_the_program_is_named_where_its_pages_differ(folder: Path) -> None:
    """What is decided is compared; a page that this version does not write is not checked, and says why."""
    older = ('"singlepot": "0.1.0"', '"singlepot": "0.0.9"')
    edited(folder, ("settlement.json", *older), ("manifest.json", *older), ("report.html", "<h1", "<h1 class='old'"))
    assurance = sp.verify(folder)
    assert assurance.passed, assurance.statement()
    why = "singlepot 0.0.9 wrote it, and this is 0.1.0"
    assert f"report.html: {why}" in assurance.not_checked
    assert states(assurance)["tables/grants.csv"] == "derived again and equal"
    edited(folder, ("tables/grants.csv", "E06000052,total,2026-27,50,45.5", "E06000052,total,2026-27,50,45.4"))
    assert not sp.verify(folder).passed


@pytest.mark.parametrize("backend", ["pulp", "interior-point"])
def test_the_backend_that_is_named_settles_again(backend: str, tmp_path: Path) -> None:
    """Its methods and prices are those of the folder."""
    assurance = sp.verify(written(tmp_path / "out", sp.settle("bucks-and-burnley", backend=backend)))
    assert assurance.passed, assurance.statement()
    assert set(states(assurance).values()) == {"derived again and equal", "not checked"}


def test_a_solver_that_is_not_here_leaves_prices_unchecked(folder: Path) -> None:
    """Its name stands in the logs too, so that a forged one contradicts itself."""
    edited(folder, ("settlement.json", '"backend": "highs"', '"backend": "pulp with gurobi"'))
    assurance = sp.verify(folder)
    assert any(
        "solver of the stages" in str(finding) or "pulp with gurobi" in str(finding) for finding in assurance.findings
    )
    edited(folder, ("manifest.json", "highs 1.", "pulp with gurobi 1."))
    assurance = sp.verify(folder)
    assert assurance.passed, assurance.statement()
    assert any("pulp with gurobi solved the stages, and here highs did" in line for line in assurance.not_checked)


def test_constraints_of_a_program_leave_unchecked_what_follows_from_them(tmp_path: Path) -> None:
    def cap(rows: sp.ExtraRows) -> None:
        rows.at_most("a cap of ours", rows.labels("grant")["column"][:1], 1.0, 9.5)

    sp.settle(tied(), extra=cap).write(tmp_path / "out")
    assurance = sp.verify(tmp_path / "out")
    assert assurance.passed, assurance.statement()
    assert states(assurance)["tables/grants.csv"] == states(assurance)["settlement.json"] == "not checked"
    edited(tmp_path / "out", ("settlement.json", '"money": "GBP million"', '"money": "GBP thousand"'))
    assert [finding.what for finding in sp.verify(tmp_path / "out").findings] == ["money"]


def test_a_page_drawn_elsewhere_may_differ_in_its_shapes_alone(folder: Path) -> None:
    """Fonts differ between systems; texts do not."""
    page = (folder / "report.html").read_text(encoding="utf-8")
    shape = re.search(r'<path[^>]* d="M[0-9.]+', page)
    assert shape is not None
    system = (folder / "run.json").read_text(encoding="utf-8")
    platform = json.loads(system)["platform"]
    edited(folder, ("report.html", shape[0], f"{shape[0]}7"))
    assert not sp.verify(folder).passed
    (folder / "run.json").write_text(system.replace(platform, "another"), encoding="utf-8")
    assurance = sp.verify(folder)
    assert assurance.passed, assurance.statement()
    assert any(line.startswith("report.html: but for its drawings") for line in assurance.not_checked)
    edited(folder, ("report.html", "</h1>", "!</h1>"))
    assert not sp.verify(folder).passed


def test_last_digits_may_differ_and_shown_numbers_by_one(folder: Path) -> None:
    """A folder of another kind of machine: numbers equal to 1e-9, and what is made of them follows what is written."""
    table = pd.read_csv(folder / "tables/stages.csv")
    value = next(number for number in table["value"] if 0 < number < 1)
    other = (repr(float(value)), repr(float(value) * (1 + 1e-12)))
    edited(folder, ("tables/stages.csv", *other), ("settlement.json", *other))
    assurance = sp.verify(folder)
    assert [f.place for f in assurance.findings if not f.place.startswith("settlement.xlsx")] == []
    noted = {file.name for file in assurance.files if file.why.startswith("its numbers to 1e-9")}
    assert {"tables/stages.csv", "settlement.json"} <= noted


@pytest.mark.parametrize("name", ["report.html", "settlement.xlsx", "fairness.json"])
def test_an_output_deleted_with_its_line_is_missed(name: str, folder: Path) -> None:
    (folder / name).unlink()
    edited(folder)
    assurance = sp.verify(folder)
    assert [(finding.place, states(assurance)[name]) for finding in assurance.findings] == [(name, "missing")]


def test_an_output_that_could_not_be_made_is_not_missed(folder: Path) -> None:
    """The manifest says so, and the statement repeats it."""
    (folder / "report.html").unlink()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    rest = {name: manifest.pop(name) for name in ("versions", "schema", "kind", "files", "sha256")}
    manifest |= {"not_written": "report.html was not written: jinja2 is not installed", **rest}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assurance = sp.verify(edited(folder))
    assert assurance.passed, assurance.statement()
    assert any(line.startswith("report.html was not written") for line in assurance.not_checked)


def test_another_scenario_inside_is_told_before_anything_is_derived(folder: Path) -> None:
    edited(folder, ("scenario/areas.csv", "Cornwall", "Kernow"))
    assurance = sp.verify(folder)
    assert "settlement.json: settled another scenario" in str(assurance.findings[0])
    assert set(states(assurance).values()) == {"not checked"}


def test_what_people_wrote_is_listed(folder: Path) -> None:
    assurance = sp.verify(folder)
    assert assurance.by_people[0].startswith("scenario/*: the figures")
    assert "Written by people, and taken as it is:" in assurance.statement()


def test_verification_ends_at_its_limit_and_when_it_is_told_to(folder: Path) -> None:
    with pytest.raises(sp.NotProvenError):
        sp.verify(folder, time_limit_s=0)
    for last in ("settlement.json", "outputs", "double build"):
        with pytest.raises(sp.StoppedError):
            sp.verify(folder, independent=True, progress=lambda event, last=last: not event.stage.startswith(last))


def test_verification_tells_how_far_it_is(folder: Path) -> None:
    told: list[sp.Progress] = []
    sp.verify(folder, independent=True, progress=told.append)
    fractions = [event.fraction for event in told]
    assert fractions == sorted(fractions) and fractions[-1] == 1
    assert {"outputs", "double build", "done"} <= {event.stage for event in told}
