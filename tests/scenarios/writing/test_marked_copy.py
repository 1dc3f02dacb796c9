"""The marked copy: bad cells coloured and explained, everything else of the workbook as it was."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

import singlepot as sp
from singlepot.cli import _run

from ...places import INPUT
from ..workbooks.workbook_cases import CASES, Case, changed

RED = "FFFFB3B3"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A template with formulas and formats, and three mistakes."""
    path = tmp_path / "plan.xlsx"
    sp.write_template(path)
    book = openpyxl.load_workbook(path)
    book["bids"]["C2"] = "£18m"
    book["bids"]["H2"] = "=SUM(C2:C5)"
    book["bids"]["H1"] = "_sum"
    book["pot"]["B2"].number_format = '"£"0.0'
    book["areas"].column_dimensions["B"].width = 33
    book["areas"]["E1"] = "recipent"
    book["scenario"]["B8"] = 70
    book.save(path)
    return path


def marked_cells(book: openpyxl.Workbook) -> dict[str, str]:
    return {
        f"{sheet.title}!{cell.coordinate}": cell.comment.text if cell.comment else ""
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.start_color.rgb == RED
    }


def test_bad_cells_are_marked_and_nothing_else_changes(
    broken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "marked.xlsx"
    before = broken.read_bytes()
    assert _run(["check", str(broken), "--marked", str(copy)]) == 3
    output = capsys.readouterr()
    assert f"the problems are marked in {copy}" in output.err
    assert output.out == ""
    assert broken.read_bytes() == before
    book, old = openpyxl.load_workbook(copy), openpyxl.load_workbook(broken)
    marked = marked_cells(book)
    assert set(marked) == {"bids!C2", "areas!E1", "scenario!B8"}
    assert marked["bids!C2"].startswith('SP-D011 got "£18m"; expected a number ≥ 0 in GBP million')
    assert "Body that receives the grant." in marked["areas!E1"], "the header's own note stays"
    assert book.sheetnames == ["problems", *old.sheetnames]
    listed = [[cell.value for cell in row] for row in book["problems"].iter_rows()]
    assert listed[0] == ["code", "where", "problem"]
    assert [row[1] for row in listed[1:]] == ["scenario!B8", "areas!E1", "bids!C2"]
    assert book["problems"]["B4"].hyperlink.location == "'bids'!C2"
    for sheet in old:
        same = book[sheet.title]
        for row in sheet.iter_rows():
            for cell in row:
                other = same[cell.coordinate]
                assert (other.value, other.number_format, other.font.b) == (cell.value, cell.number_format, cell.font.b)
        assert len(same.data_validations.dataValidation) == len(sheet.data_validations.dataValidation)
        assert same.column_dimensions["B"].width == sheet.column_dimensions["B"].width


@pytest.mark.parametrize("case", {case.code: case for case in CASES if case.code}.values(), ids=lambda case: case.code)
def test_every_problem_can_be_marked(case: Case, tmp_path: Path) -> None:
    """Whatever is wrong with a workbook that opens, its copy is written and lists it."""
    sp.write_scenario(sp.read_scenario(INPUT / "full"), tmp_path / "sound.xlsx")
    path, copy = tmp_path / "book.xlsx", tmp_path / "copy.xlsx"
    path.write_bytes(changed((tmp_path / "sound.xlsx").read_bytes(), case.change))
    assert _run(["check", str(path), "--marked", str(copy)]) == 3
    listed = [row[0].value for row in openpyxl.load_workbook(copy)["problems"].iter_rows()]
    assert case.code in listed


def test_a_sound_workbook_needs_no_copy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sp.write_template(tmp_path / "plan.xlsx")
    assert _run(["check", str(tmp_path / "plan.xlsx"), "--marked", str(tmp_path / "copy.xlsx")]) == 0
    assert "nothing to mark" in capsys.readouterr().err
    assert not (tmp_path / "copy.xlsx").exists()


@pytest.mark.parametrize(
    ("source", "target", "code", "words"),
    [
        ("england", "copy.xlsx", 2, "is no workbook"),
        ("plan.xlsx", "plan.xlsx", 2, "is the workbook itself"),
        ("plan.xlsx", "copy.pdf", 2, "does not end in .xlsx"),
        ("plan.xlsx", "there.xlsx", 2, "exists already"),
        ("absent.xlsx", "copy.xlsx", 3, "SP-F001"),
        ("text.xlsx", "copy.xlsx", 3, "SP-X001"),
    ],
)
def test_copies_that_cannot_be_made(
    source: str,
    target: str,
    code: int,
    words: str,
    broken: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.xlsx").write_bytes(b"mine")
    (tmp_path / "text.xlsx").write_text("a,b\n", encoding="utf-8")
    before = sorted(item.name for item in tmp_path.iterdir())
    assert _run(["check", source, "--marked", target]) == code
    assert words in capsys.readouterr().err
    assert sorted(item.name for item in tmp_path.iterdir()) == before
    assert (tmp_path / "there.xlsx").read_bytes() == b"mine"


def test_a_missing_package_is_named(
    broken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    assert _run(["check", str(broken), "--marked", str(tmp_path / "copy.xlsx")]) == 2
    printed = capsys.readouterr().err
    assert 'python -m pip install "singlepot[excel-formats]"' in printed
    assert "SP-D011" in printed
    assert not (tmp_path / "copy.xlsx").exists()


def test_names_and_messages_are_text_in_the_copy(broken: Path, tmp_path: Path) -> None:
    """A message that begins like a formula is none."""
    book = openpyxl.load_workbook(broken)
    book["bids"]["A2"] = "=HYPERLINK(1)"
    book["bids"]["A3"].value = "=1+1"
    book["bids"]["A3"].data_type = "s"
    file = io.BytesIO()
    book.save(file)
    broken.write_bytes(file.getvalue())
    assert _run(["check", str(broken), "--marked", str(tmp_path / "copy.xlsx")]) == 3
    for row in openpyxl.load_workbook(tmp_path / "copy.xlsx")["problems"].iter_rows():
        assert {cell.data_type for cell in row} == {"s"}
