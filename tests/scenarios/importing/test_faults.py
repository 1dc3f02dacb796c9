"""Tables that were once read wrong or refused without help, read by a map: the country, wide years, marks, headers."""

from __future__ import annotations

from pathlib import Path

import pytest

import singlepot as sp

from .simple_imports import POT, TAKES, imported, left, money, refused, write

SCOTLAND = "Code,Name,People\nS92000003,Scotland,1148\nS12000033,Aberdeen City,227\n"
SCOTLAND += "S12000034,Aberdeenshire,262\nS12000049,Glasgow City,659\n"


def test_a_country_beside_its_councils_is_no_area_of_the_scenario(tmp_path: Path) -> None:
    bids = "Area,2026-27,2027-28\nS92000003,60,60\nS12000033,10,10\nS12000034,20,20\nS12000049,30,30\n"
    made = imported(tmp_path, bids, areas=SCOTLAND)
    assert made.scenario.areas["code"].tolist() == ["S12000033", "S12000034", "S12000049"]
    assert sum(money(made).values()) == 120
    assert len(left(made, "total")) == 2 + 3


def test_years_as_columns_are_rows(tmp_path: Path) -> None:
    made = imported(tmp_path, "Area,2026-27,2027-28\nHartlepool,1,2\n")
    assert money(made) == {("E06000001", "2026-27"): 1.0, ("E06000001", "2027-28"): 2.0}


@pytest.mark.parametrize("mark", ["..", "[x]", "n/a", ":"])
def test_what_is_not_available_is_no_bid_of_nought(mark: str, tmp_path: Path) -> None:
    made = imported(tmp_path, f"Area,2026-27,2027-28\nHartlepool,{mark},2\nMiddlesbrough,1,1\n")
    assert ("E06000001", "2026-27") not in money(made)


@pytest.mark.parametrize("mark", ["-", "*", "TBC", "inf", "[low]"])
def test_what_may_be_nought_or_not_available_is_never_advised_to_be_nought(mark: str, tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, f"Area,2026-27,2027-28\nHartlepool,{mark},2\n")
    assert problem.code == "SP-I010"
    assert "absent" in problem.remedy or "leave the row out" in problem.remedy


def test_headers_with_footnotes_and_units_are_met(tmp_path: Path) -> None:
    text = '"Area\n[note 1]","Financial year ²","Amount (£m)\n[note 3]"\nHartlepool,2026/27,1\n'
    columns = {"year": "Financial year", "amount": "Amount (£m)"}
    made = imported(tmp_path, text, {"years": "", "columns": columns})
    assert money(made) == {("E06000001", "2026-27"): 1.0}


def test_empty_columns_behind_are_passed_over(tmp_path: Path) -> None:
    made = imported(tmp_path, "Area,2026-27,2027-28,,,\nHartlepool,1,2,,,\n,,,,,\n")
    assert len(money(made)) == 2
    assert len(made.left_out[made.left_out["file"] == "bids.csv"]) == 3


def test_habits_are_one_line_each(tmp_path: Path) -> None:
    rows = "".join(f"E0600000{n},x,x\n" for n in (1, 2, 3))
    problems = refused(tmp_path, "Area,2026-27,2027-28\n" + rows)
    assert len(problems) == 6
    assert len(str(sp.BadInputError(problems)).splitlines()) == 1


def test_a_folder_that_was_imported_is_replaced_only_when_asked(tmp_path: Path) -> None:
    made = imported(tmp_path, "Area,2026-27,2027-28\nHartlepool,1,2\n")
    made.write(tmp_path / "out")
    with pytest.raises(sp.FolderRefusedError):
        made.write(tmp_path / "out")
    made.write(tmp_path / "out", overwrite=True)
    assert (
        (tmp_path / "out" / "left_out.csv").read_text(encoding="utf-8").startswith("file,sheet,row,column,kind,value\n")
    )
    sp.write_scenario(made.scenario, tmp_path / "out", overwrite=True)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    files = write(tmp_path, {"pot.csv": POT})
    (tmp_path / "other").mkdir()
    files += write(tmp_path / "other", {"pot.csv": POT})
    with pytest.raises(sp.BadInputError) as caught:
        sp.import_tables(files, {"schema": 1, "reviewed": True, "take": TAKES})
    assert [(one.code, one.value) for one in caught.value.problems] == [("SP-I005", "two files of one name")]
