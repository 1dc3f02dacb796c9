"""Wrong answers in workbooks and CSV files: each is refused in one line that names its cell, and nothing is written."""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import singlepot as sp

from .players import CENTRE, accept_all
from .sheets import BURNLEY, CORNWALL, cell_of, column, fill, fill_csv, sheet_of

openpyxl = pytest.importorskip("openpyxl")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sp.open_talks("bucks-and-burnley", tmp_path_factory.mktemp("opened") / "talks", by=CENTRE).path


@pytest.fixture(scope="module")
def next_round(opened: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same talks in their second round."""
    talks = sp.Talks(shutil.copytree(opened, tmp_path_factory.mktemp("next") / "talks"))
    accept_all(talks)
    talks.move({"levers": {"national.carbon": 1.2}}, reason="a higher target", by=CENTRE)
    talks.next(by=CENTRE)
    return talks.path


@pytest.fixture
def talks(opened: Path, tmp_path: Path) -> sp.Talks:
    return sp.Talks(shutil.copytree(opened, tmp_path / "talks"))


def hashes(folder: Path) -> dict[Path, str]:
    """Hash of every file below a folder."""
    return {file: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.rglob("*") if file.is_file()}


def refusal(talks: sp.Talks, file: Path, code: str) -> sp.Diagnostic:
    """What is said of a wrong file, in one line; no file of the talks is touched."""
    before = hashes(talks.path)
    with pytest.raises(sp.BadInputError) as refused:
        talks.answer_files([file], by="post room")
    assert hashes(talks.path) == before
    problem = next(one for one in refused.value.problems if one.code.startswith(code))
    line = str(problem)
    assert "\n" not in line and file.name in line and problem.expected
    return problem


Cells = dict[str, Any]

CELLS: dict[str, tuple[Cells, str, str]] = {
    "another round": ({"round": 2}, "SP-T003", "round"),
    "a round to come": ({"round": 99}, "SP-T003", "round"),
    "a round in words": ({"round": "first"}, "SP-T003", "round"),
    "no round": ({"round": None}, "SP-T003", "round"),
    "other talks": ({"talks": "0" * 64}, "SP-T004", "talks"),
    "a forged head": ({"head": "f" * 64}, "SP-T004", "head"),
    "no head": ({"head": None}, "SP-T004", "head"),
    "an unknown area": ({"area": "E99999999"}, "SP-T005", "area"),
    "no area": ({"area": None}, "SP-T005", "area"),
    "an option that is not asked": ({"option": "more-trees"}, "SP-T006", "option"),
    "an option misspelt": ({"option": "eficiency"}, "SP-T006", "option"),
    "a scale-back": ({"option": "scale-back 2026-27"}, "SP-T006", "option"),
    "another figure asked": ({"asked": 0.9}, "SP-T007", "asked"),
    "no figure asked": ({"asked": None}, "SP-T007", "asked"),
    "text for the figure asked": ({"asked": "all"}, "SP-T007", "asked"),
    "above the largest take-up": ({"up_to": 1.2}, "SP-T008", "up_to"),
    "below nothing": ({"up_to": -0.1}, "SP-T008", "up_to"),
    "text in numbers": ({"up_to": "about half"}, "SP-T008", "up_to"),
    "no number": ({"up_to": "nan"}, "SP-T008", "up_to"),
    "without end": ({"up_to": "inf"}, "SP-T008", "up_to"),
    "above 100%": ({"up_to": "150%"}, "SP-T008", "up_to"),
    "below 0%": ({"up_to": "-50%"}, "SP-T008", "up_to"),
    "more money than there is": ({"up_to": "£50m"}, "SP-T008", "up_to"),
    "money of another country": ({"up_to": "$1m"}, "SP-T008", "up_to"),
    "a comma for a point": ({"up_to": "0,5"}, "SP-T008", "up_to"),
    "a comma in money for a point": ({"up_to": "£1,2m"}, "SP-T008", "up_to"),
    "a line between digits": ({"up_to": "0_1"}, "SP-T008", "up_to"),
    "a yes": ({"up_to": True}, "SP-T008", "up_to"),
    "a round that is a yes": ({"round": True}, "SP-T003", "round"),
    "refused without a reason": ({"up_to": 0}, "SP-T008", "reason"),
}
"""Cells of the first ask's row, the code of the refusal and the column that it names."""

FORMS: dict[str, tuple[str, Callable[..., Path]]] = {
    "workbook": (".xlsx", lambda file, row, **cells: fill(file, "asks", row, **cells)),
    "csv": (".csv", fill_csv),
}


def named(file: Path, row: int, name: str) -> str:
    """How a cell of the asks is named: by its reference, or by its row."""
    return cell_of(file, "asks", row, name) if file.suffix == ".xlsx" else f"row {row}"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", CELLS)
def test_a_wrong_cell_is_refused_in_a_line_that_names_it(name: str, form: str, talks: sp.Talks, tmp_path: Path) -> None:
    (cells, code, named_column), (suffix, write) = CELLS[name], FORMS[form]
    file = write(sheet_of(talks, BURNLEY, tmp_path, suffix), 2, by="leader", **cells)
    problem = refusal(talks, file, code)
    assert (problem.place, problem.column) == (named(file, 2, named_column), named_column)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("answered", [False, True])
def test_a_row_of_another_area_is_refused(answered: bool, form: str, talks: sp.Talks, tmp_path: Path) -> None:
    """Whether or not the area's own rows above it are answered."""
    suffix, write = FORMS[form]
    file = sheet_of(talks, BURNLEY, tmp_path, suffix)
    if answered:
        write(file, 2, by="leader")
    write(file, 3, area=CORNWALL, option="efficiency", asked=1, by="leader")
    problem = refusal(talks, file, "SP-T005")
    assert (problem.place, problem.column) == (named(file, 3, "area"), "area")
    assert BURNLEY in problem.expected


@pytest.mark.parametrize("form", FORMS)
def test_an_ask_that_is_answered_twice_is_refused(form: str, talks: sp.Talks, tmp_path: Path) -> None:
    suffix, write = FORMS[form]
    file = write(sheet_of(talks, BURNLEY, tmp_path, suffix), 2, by="leader")
    write(file, 3, option="efficiency", asked=1.0, by="leader")
    problem = refusal(talks, file, "SP-T009")
    assert (problem.place, problem.column) == (named(file, 3, "option"), "option")


@pytest.mark.parametrize("form", FORMS)
def test_a_sheet_that_is_not_filled_in_is_refused(form: str, talks: sp.Talks, tmp_path: Path) -> None:
    assert refusal(talks, sheet_of(talks, BURNLEY, tmp_path, FORMS[form][0]), "SP-T012").column == "by"


@pytest.mark.parametrize("form", FORMS)
def test_the_sheet_of_the_round_before_is_refused(form: str, opened: Path, next_round: Path, tmp_path: Path) -> None:
    suffix, write = FORMS[form]
    file = write(sheet_of(sp.Talks(opened), BURNLEY, tmp_path, suffix), 2, by="leader")
    for code, name in (("SP-T003", "round"), ("SP-T004", "head")):
        problem = refusal(sp.Talks(next_round), file, code)
        assert problem.column == name and problem.place


def test_the_sheet_of_other_talks_is_refused(talks: sp.Talks, tmp_path: Path) -> None:
    other = sp.open_talks("bucks-and-burnley", tmp_path / "other", by="another centre")
    for suffix, write in FORMS.values():
        file = write(sheet_of(other, BURNLEY, tmp_path, suffix), 2, by="leader")
        assert refusal(talks, file, "SP-T004").column == "talks"


COLUMNS: dict[str, tuple[Callable[[list[str]], list[str]], str, str]] = {
    "a column misspelt": (lambda header: ["up to" if name == "up_to" else name for name in header], "SP-T001", "up to"),
    "a column of their own": (lambda header: [*header[:-1], "agreed"], "SP-T001", "agreed"),
    "a column twice": (lambda header: ["up_to" if name == "asked_share" else name for name in header], "SP-", "up_to"),
    "no column of rounds": (
        lambda header: ["note" if name == "round" else name for name in header], "SP-T002", "round",
    ),
    "no column of areas": (lambda header: ["note" if name == "area" else name for name in header], "SP-", "area"),
}  # fmt: skip
"""What becomes of the header, the code of the refusal and the column that it names."""


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", COLUMNS)
def test_a_wrong_column_is_refused_in_a_line_that_names_it(
    name: str, form: str, talks: sp.Talks, tmp_path: Path
) -> None:
    (change, code, named_column), (suffix, write) = COLUMNS[name], FORMS[form]
    file = write(sheet_of(talks, BURNLEY, tmp_path, suffix), 2, by="leader")
    if suffix == ".csv":
        header, *rows = csv.reader(file.read_text(encoding="utf-8").splitlines())
        with file.open("w", encoding="utf-8", newline="") as text:
            csv.writer(text).writerows([change(header), *rows])
    else:
        book = openpyxl.load_workbook(file)
        header = [cell.value for cell in book["asks"][1]]
        for at, text in enumerate(change(header), start=1):
            book["asks"].cell(1, at).value = text
        book.save(file)
    assert named_column in str(refusal(talks, file, code))


def test_a_table_of_many_areas_is_checked_as_their_sheets_are(talks: sp.Talks, tmp_path: Path) -> None:
    """Without the columns that name the sheet, every row counts; a misspelt column accepts nothing by silence."""
    rows = ["round,area,option,asked,up to,reason", f"1,{BURNLEY},efficiency,1,0,no", f"1,{CORNWALL},efficiency,1,,"]
    file = tmp_path / "many.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    assert "up_to" in str(refusal(talks, file, "SP-T001"))
    file.write_text("\n".join([rows[0].replace("up to", "up_to"), *rows[1:], rows[2]]), encoding="utf-8")
    assert refusal(talks, file, "SP-T009").place == "row 4"


Spoil = Callable[[Path], Any]


def offer(years: Cells | None = None, **values: Any) -> Spoil:
    """Offer something on the sheet, with something wrong."""
    row = {"area": BURNLEY, "option": "new", "by": "leader", **values}
    line = {"area": BURNLEY, "option": "new", "year": "2026-27", "grant": 1, **(years or {})}
    return lambda file: fill(fill(file, "offers", 2, **row), "offer_years", 2, **line)


def two_offers(file: Path) -> None:
    """Both in place of one ask, behind an offer that is wrong itself."""
    offer(option=None)(file)
    for row, option in ((3, "cheap"), (4, "dear")):
        fill(file, "offers", row, area=BURNLEY, option=option, instead_of="retrofit-more")
        fill(file, "offer_years", row, area=BURNLEY, option=option, year="2026-27", grant=1)


def answer_and_offer(file: Path) -> None:
    fill(offer(instead_of="retrofit-more")(file), "asks", 3, by="leader", up_to=0.5)


def another_workbook(file: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "shopping"
    book.save(file)


def without_column(file: Path) -> None:
    book = openpyxl.load_workbook(file)
    book["asks"].delete_cols(column(book["asks"], "round"))
    book["asks"].cell(2, column(book["asks"], "by")).value = "x"
    book.save(file)


def asks(**cells: Any) -> Spoil:
    return lambda file: fill(file, "asks", 2, by="leader", **cells)


def identity(**cells: Any) -> Spoil:
    return lambda file: fill(fill(file, "talks", 2, **cells), "asks", 2, by="leader")


WORKBOOKS: dict[str, tuple[Spoil, str, str]] = {
    "a foreign area in the first row": (asks(area=CORNWALL), "SP-T005", "asks!D2"),
    "a formula": (asks(up_to="=1/2"), "SP-X020", "asks![A-Z]+2"),
    "a date for a take-up": (asks(up_to=date(2026, 5, 1)), "SP-X022", "asks![A-Z]+2"),
    "another workbook": (another_workbook, "SP-T012", ""),
    "no workbook": (lambda file: file.write_bytes(b"PK\x03\x04 no workbook"), "SP-X", ""),
    "a column deleted": (without_column, "SP-T002", "sheet asks"),
    "another area on the sheet of the talks": (identity(area=CORNWALL), "SP-T005", "asks!D2"),
    "another round on the sheet of the talks": (identity(round=2), "SP-T003", "talks!B2"),
    "a forged head on the sheet of the talks": (identity(head="f" * 64), "SP-T004", "talks!C2"),
    "an offer with an old name": (offer(option="efficiency", years={"option": "efficiency"}), "SP-T010", "offers!B2"),
    "an offer without a name": (offer(option=None), "SP-T010", "offers!B2"),
    "an offer of another area": (offer(area=CORNWALL, years={"area": CORNWALL}), "SP-T005", "offers!A2"),
    "an offer in place of nothing": (offer(instead_of="more-trees"), "SP-T010", "offers![A-Z]+2"),
    "an offer without years": (offer(years={"option": "other"}), "SP-T010", "offers!B2"),
    "an offer in another year": (offer(years={"year": "2035-36"}), "SP-T010", "offer_years!C2"),
    "an offer in words": (offer(years={"grant": "little"}), "SP-T010", "offer_years!D2"),
    "two offers for one ask": (two_offers, "SP-T009", "offers!H4"),
    "an offer and an answer for one ask": (answer_and_offer, "SP-T009", "asks!G3"),
    "an offer of nothing": (offer(max_take_up=0), "SP-T010", "offers![A-Z]+2"),
}


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_wrong_workbook_is_refused_in_a_line_that_names_its_cell(name: str, talks: sp.Talks, tmp_path: Path) -> None:
    spoil, code, cell = WORKBOOKS[name]
    file = sheet_of(talks, BURNLEY, tmp_path)
    spoil(file)
    assert re.fullmatch(cell, refusal(talks, file, code).place)


FILES: dict[str, tuple[str, bytes, str]] = {
    "an empty file": (".csv", b"", "SP-"),
    "a header alone": (".csv", b"round,area,option,asked,up_to,reason\n", "SP-T012"),
    "bytes that are no text": (".csv", b"round,area\n1,\xff\xfe\x00\n", "SP-"),
    "a row with too many cells": (".csv", b"round,area,option,asked\n1,E07000117,efficiency,1,0,no\n", "SP-"),
    "a letter": (".docx", b"dear centre", "SP-T012"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_holds_no_answers_is_refused(name: str, talks: sp.Talks, tmp_path: Path) -> None:
    suffix, content, code = FILES[name]
    file = tmp_path / f"back{suffix}"
    file.write_bytes(content)
    refusal(talks, file, code)


def test_one_wrong_file_among_right_ones_keeps_all_of_them_out(talks: sp.Talks, tmp_path: Path) -> None:
    right = fill_csv(sheet_of(talks, CORNWALL, tmp_path, ".csv"), 2, by="leader")
    wrong = fill(sheet_of(talks, BURNLEY, tmp_path), "asks", 2, by="leader", round=7)
    head = talks.head
    with pytest.raises(sp.BadInputError):
        talks.answer_files([right, wrong], by="post room")
    assert talks.head == head and not talks.state.answers
