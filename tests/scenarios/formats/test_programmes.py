"""Programme lines and assumptions come back from every format, years across and below one another."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

import singlepot as sp
from singlepot.cli import _run
from singlepot.scenarios.formats.json_document import scenario_json

from ...programme_strategies import programme_drafts, seeded_programmes
from ...strategies import Draft, scenario

NAMES = ["folder", "one.json", "book.xlsx", "packed"]


def written(built: sp.Scenario, folder: Path, name: str) -> sp.Scenario:
    if name == "packed":
        pytest.importorskip("pyarrow")
    sp.write_scenario(built, folder / name, overwrite=True, format="parquet" if name == "packed" else None)
    return sp.read_scenario(folder / name)


def long(built: sp.Scenario) -> sp.Scenario:
    """The same lines with the years below one another."""
    table = built.given["programmes"]
    years = [year for year in built.settings.years if year in table]
    rows = table.melt([column for column in table if column not in years], years, "year", "value")
    return built.with_(programmes=rows[rows["value"].notna()].reset_index(drop=True))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(6))
def test_programmes_come_back_from_every_format(seed: int, name: str, tmp_path: Path) -> None:
    """Given rows as they were given, and with them the same options; a scenario of lines needs no bids."""
    built = scenario(seeded_programmes(seed))
    for one in (built, long(built)) if "programmes" in seeded_programmes(seed) else (built,):
        again = written(one, tmp_path, name)
        assert again == one
        for table in ("bids", "targets", "options", "option_years"):
            assert again.filled(table).equals(one.filled(table))


@given(programme_drafts())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_documents_hold_only_what_was_given(made: Draft) -> None:
    built = scenario(made)
    files = built.documents()
    for name in ("bids", "targets", "options", "option_years", "programmes"):
        rows = len(made[name]) if name in made else 0
        assert (f"{name}.csv" in files) == (rows > 0)
        assert rows == 0 or files[f"{name}.csv"].count(b"\r\n") + files[f"{name}.csv"].count(b"\n") >= rows + 1
    assert b"origin" not in files.get("options.csv", b"")
    assert b"assumed" not in scenario_json(built)


@given(programme_drafts())
def test_lines_say_the_same_with_years_below_one_another(made: Draft) -> None:
    built = scenario(made)
    if len(built.programmes):
        for table in ("bids", "targets", "options", "option_years"):
            assert long(built).filled(table).equals(built.filled(table))


def test_themes_may_hold_points_and_commas(tmp_path: Path) -> None:
    built = sp.read_scenario("bucks-and-burnley-lines")
    table = built.given["programmes"].assign(theme=lambda rows: rows["theme"].replace("homes", "A.1, homes"))
    changed = built.with_(programmes=table, derive=None).with_(
        derive={"theme": {"A.1, homes": {"most": 1.5, "tiers": 3}}, "unit_cost": {"carbon": 0.4, "trees": 0.1}}
    )
    for name in NAMES:
        assert written(changed, tmp_path, name) == changed


def test_a_settlement_holds_the_derived_rows(tmp_path: Path) -> None:
    """Beside its tables, for readers; its scenario has what was given alone."""
    sp.settle("bucks-and-burnley-lines").write(tmp_path / "settlement")
    options = pd.read_csv(tmp_path / "settlement" / "tables" / "derived_options.csv")
    years = pd.read_csv(tmp_path / "settlement" / "tables" / "derived_option_years.csv")
    assert set(options["origin"]) == {"stated", "assumed"}
    assert len(years) == 2 * len(options)
    assert not (tmp_path / "settlement" / "scenario" / "options.csv").exists()
    assert sp.verify(tmp_path / "settlement").passed
    sp.settle("bucks-and-burnley").write(tmp_path / "plain")
    assert not (tmp_path / "plain" / "tables" / "derived_options.csv").exists()


def test_derive_writes_all_rows_as_given_ones(tmp_path: Path) -> None:
    assert _run(["derive", "bucks-and-burnley-lines", str(tmp_path / "plain")]) == 0
    plain = sp.read_scenario(tmp_path / "plain")
    assert plain == sp.read_scenario("bucks-and-burnley-lines").derived()
    assert not (tmp_path / "plain" / "programmes.csv").exists()
    assert plain.settings.log["assumptions"]["derive.theme.homes.elasticity"]["confidence"] == "low"
    one, two = sp.settle("bucks-and-burnley-lines"), sp.settle(plain)
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, two.tables[name], check_exact=True)


def test_a_return_holds_the_lines_of_one_council(tmp_path: Path) -> None:
    """One sheet, with the years across; an area without lines has the items to fill in."""
    sp.write_scenario(sp.read_scenario("bucks-and-burnley-lines"), tmp_path / "base")
    for area in ("Burnley", "e07000117"):
        target = tmp_path / f"{area}.xlsx"
        assert _run(["init", str(target), "--from", str(tmp_path / "base"), "--return", area]) == 0
        rows = sheet(target)
        assert {row["area"] for row in rows} == {"E07000117"}
        assert [(row["line"], row["item"], row["2026-27"]) for row in rows][:2] == [
            ("Retrofit", "grant", 11),
            ("Retrofit", "carbon", 7),
        ]
        assert {"2027-28", "most", "stretch_cost"} <= set(rows[0])
    empty = tmp_path / "empty.xlsx"
    assert _run(["init", str(empty), "--from", "bucks-and-burnley", "--return", "Burnley"]) == 0
    rows = sheet(empty)
    assert [(row["area"], row["line"], row["item"]) for row in rows] == [
        ("E07000117", None, item) for item in ("grant", "carbon", "trees")
    ]
    assert _run(["init", str(tmp_path / "x.xlsx"), "--return", "Nowhere"]) == 2


def sheet(path: Path) -> list[dict[str, object]]:
    """Rows of the one sheet of a workbook."""
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["programmes"]
    header, *rows = book["programmes"].iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def test_everything_of_a_settlement_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tables, workbook, report and logs; summary and cover say what is assumed, reasons end with it."""
    target = tmp_path / "out"
    assert _run(["settle", "bucks-and-burnley-lines", "--out", str(target)]) == 0
    printed = capsys.readouterr()
    assert "was not written" not in printed.out + printed.err
    assert "17 of 18 options are assumed: illustrative" in printed.out
    reasons = pd.read_csv(target / "tables" / "asks.csv").set_index(["area", "option"])["reason"]
    assert reasons["E06000052", "Planting save 1"].endswith(" (assumed).")
    assert "(assumed)" not in " ".join(reasons[["scale" in option for _, option in reasons.index]])
    book = openpyxl.load_workbook(target / "settlement.xlsx")
    cells = {
        name: [str(cell.value) for row in book[name].iter_rows() for cell in row] for name in ("Cover", "Assumptions")
    }
    assert any("17 of 18 options are assumed" in text for text in cells["Cover"])
    assert "derive.theme.homes.elasticity" in cells["Assumptions"]
