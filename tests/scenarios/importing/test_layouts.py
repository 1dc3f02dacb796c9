"""Three layouts of published tables: a finance settlement, a workbook of GDP, a census with its country on top."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

import singlepot as sp
from singlepot.scenarios.importing.result import Imported

from ...places import INPUT

YEARS = ["2026-27", "2027-28", "2028-29"]
COLUMNS = ["ITL", "LA code", "LA name", "Quarter", "2019", "2020", "2021 [note 3]"]
GDP = [
    ["TLC", "E12000001", "North East", "", 60_000, 58_000, 61_000],
    ["TLC1", "E06000001", "Hartlepool", "", 1_800, 1_700, 1_769],
    ["TLC1", "E06000002", "Middlesbrough", "", 3_300, 3_100, 3_405],
    ["TLC1", "E06000047", "County Durham", "", 9_100, 8_800, 9_250],
]


def gdp(path: Path) -> Path:
    """A workbook with a cover, notes, and a sheet of current prices in millions of pounds, years as numbers."""
    book = openpyxl.Workbook()
    cover = book.active
    cover.title = "Cover"
    cover.append(["Regional GDP, April 2026 edition"])
    notes = book.create_sheet("Notes")
    notes.append(["Note 3", "Provisional"])
    sheet = book.create_sheet("Table 5")
    sheet.append(["Table 5: GDP at current market prices, pounds million"])
    sheet.append(["This worksheet contains one table. Some shorthand is used, [x] = not available."])
    sheet.append([int(text) if text.isdigit() else text for text in COLUMNS])
    for row in GDP:
        sheet.append(row)
    sheet.append(["Source: statistics office"])
    book.save(path)
    return path


TAKES: list[dict[str, Any]] = [
    {
        "into": "areas",
        "file": "census.csv",
        "area": "Area",
        "columns": {"name": "Area", "population": "All ages"},
        "where": {"Sex": "All"},
    },
    {"into": "areas", "file": "gdp*.xlsx", "sheet": "Table 5", "area": "LA code", "columns": {"gdp": "2021"}},
    {
        "into": "bids",
        "file": "core*.csv",
        "area": "ONS Code",
        "years": "2026/27:2028/29",
        "unit": "£000",
        "classes": ["E06"],
    },
    {"into": "pot", "file": "pot.csv", "columns": {"year": "Year", "amount": "Pot"}, "unit": "£m"},
]
MAP = {"schema": 1, "reviewed": True, "scenario": {"years": YEARS, "attributes": ["gdp"]}, "take": TAKES}


@pytest.fixture
def made(tmp_path: Path) -> Imported:
    pot = tmp_path / "pot.csv"
    pot.write_text("Year,Pot\n" + "".join(f"{year},350\n" for year in YEARS), encoding="utf-8")
    files = [INPUT / "published" / name for name in ("core-spending.csv", "census.csv")]
    return sp.import_tables([*files, gdp(tmp_path / "gdp 2026.xlsx"), pot], MAP)


def test_three_layouts_become_one_scenario(made: Imported) -> None:
    areas = made.scenario.areas
    assert areas["code"].tolist() == ["E06000001", "E06000002", "E06000047"]
    assert areas["population"].tolist() == [92338, 143926, 522068]
    assert areas["gdp"].tolist() == [1769, 3405, 9250]
    bids = made.scenario.bids.set_index(["area", "year"])["amount"]
    assert bids["E06000002", "2027-28"] == 163.77
    assert len(bids) == 9


def kinds(made: Imported, file: str) -> dict[str, set[str]]:
    """The values that were left out of a file, by reason."""
    left = made.left_out[made.left_out["file"] == file]
    return {kind: set(cells["value"]) for kind, cells in left.groupby("kind")}


def test_what_is_left_out_of_the_settlement_has_its_reason(made: Imported) -> None:
    left = kinds(made, "core-spending.csv")
    assert left["total"] == {"E92000001", "345,550", "356,070", "364,720"}
    assert left["class"] == {"E31000013", "26,000", "26,700", "27,300"}
    assert left["no area"] == {"Unitary authorities"}
    assert left["nothing beside the area"] == {"Fire authorities", "[note 1] Provisional.", "Source: Ministry returns"}
    assert {"..", "E06000999"} <= left["another area"]
    assert {"Hartlepool", "UA", "101,210"} <= left["column not named"]


def test_what_is_left_out_of_the_census_has_its_reason(made: Imported) -> None:
    left = kinds(made, "census.csv")
    assert {"England and Wales", "England", "North East", "56490048"} <= left["total"]
    assert {"Females", "47500"} <= left["where"]
    assert left["nothing beside the area"] == {"Source: census"}


def test_what_is_left_out_of_the_workbook_has_its_reason(made: Imported) -> None:
    left = kinds(made, "gdp 2026.xlsx")
    assert {"Regional GDP, April 2026 edition", "Provisional"} <= left["sheet not named"]
    assert {"E12000001", "61000"} <= left["total"]
    assert {"TLC1", "1800", "Hartlepool"} <= left["column not named"]
    assert left["no area"] == {"Source: statistics office"}


def test_the_scenario_settles_and_names_its_sources(made: Imported, tmp_path: Path) -> None:
    made.write(tmp_path / "out")
    again = sp.read_scenario(tmp_path / "out")
    assert again == made.scenario
    assert sp.settle(again).grants["grant"].sum() > 0
    sources = again.settings.log["sources"]
    assert sources["gdp 2026.xlsx Table 5"]["title"] == "Table 5: GDP at current market prices, pounds million"
    assert sources["core-spending.csv"]["tables"] == ("bids",)
