"""What a workbook shows is not always what it holds: each suspicion, and what lies just inside it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

import singlepot as sp

SETTINGS = [("key", "value"), ("schema", 1), ("money", "GBP"), ("years", "2026-27")]
AREAS = [("code", "name"), ("A", "Aston"), ("B", "Barton")]


def book(path: Path, *, money: str = "General", amounts: tuple[object, object] = (12_500_000, 7_500_000)) -> Path:
    """A workbook whose bids have a number format, or are formulas."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    tables = {"scenario": SETTINGS, "areas": AREAS, "pot": [("year", "amount"), ("2026-27", 20_000_000)]}
    tables["bids"] = [("area", "year", "amount"), ("A", "2026-27", amounts[0]), ("B", "2026-27", amounts[1])]
    for name, rows in tables.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for row in (2, 3):
        made["bids"].cell(row, 3).number_format = money
    made.save(path)
    return path


@pytest.mark.parametrize("shown", ["#,##0.0,,", "0,", '#,##0.0,,"m"', "#,##0,.0", "£#,##0,,;(£#,##0,,)"])
def test_money_that_is_shown_divided_is_warned_of(shown: str, tmp_path: Path) -> None:
    (warning,) = sp.check_scenario(book(tmp_path / "book.xlsx", money=shown)).warnings
    assert (warning.code, warning.place) == ("SP-X035", "bids!C2")
    assert warning.value.startswith("2 cells of money")


@pytest.mark.parametrize("shown", ["#,##0", "#,##0.00", "£#,##0.0", '0.0" m,"', "#,##0;(#,##0)", "0\\,"])
def test_money_whose_commas_part_thousands_is_not(shown: str, tmp_path: Path) -> None:
    assert sp.check_scenario(book(tmp_path / "book.xlsx", money=shown)).warnings == ()


def written_by(path: Path, application: str, results: tuple[object, object]) -> Path:
    """A workbook whose bids are formulas with stored results, by a program that names itself so."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as made:
        for name, rows in {
            "scenario": SETTINGS,
            "areas": AREAS,
            "pot": [("year", "amount"), ("2026-27", 20.0)],
        }.items():
            sheet = made.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
        sheet = made.add_worksheet("bids")
        sheet.write_row(0, 0, ("area", "year", "amount"))
        for at, (area, result) in enumerate(zip("AB", results, strict=True), start=1):
            sheet.write_row(at, 0, (area, "2026-27"))
            sheet.write_formula(at, 2, "=5+5", None, result)
    with zipfile.ZipFile(target) as before, zipfile.ZipFile(path, "w") as after:
        for part in before.namelist():
            text = before.read(part)
            text = text.replace(b"<Application>Microsoft Excel<", f"<Application>{application}<".encode())
            after.writestr(part, text.replace(b' fullCalcOnLoad="1"', b""))
    return path


@pytest.mark.parametrize("application", ["Writer 2", "Go Excelize", ""])
def test_formulas_that_all_hold_nought_by_a_program_that_does_not_calculate_are_refused(
    application: str, tmp_path: Path
) -> None:
    findings = sp.check_scenario(written_by(tmp_path / "book.xlsx", application, (0, 0)))
    assert [(problem.code, problem.place) for problem in findings.problems] == [
        ("SP-X020", "bids!C2"),
        ("SP-X020", "bids!C3"),
    ]


@pytest.mark.parametrize(
    ("application", "results"),
    [
        ("Microsoft Excel", (0, 0)),
        ("LibreOffice/7.4", (0, 0)),
        ("Writer 2", (0, 10)),
        ("Microsoft Macintosh Excel", (0, 0)),
    ],
)
def test_formulas_of_a_program_that_calculates_or_one_that_holds_something_are_read(
    application: str, results: tuple[int, int], tmp_path: Path
) -> None:
    findings = sp.check_scenario(written_by(tmp_path / "book.xlsx", application, results))
    assert "SP-X020" not in {problem.code for problem in findings.problems}
