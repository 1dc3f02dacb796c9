"""Everyday habits that can mean but one thing are read as what they mean and noted; others are refused as before."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given

import singlepot as sp

from ...places import INPUT
from ...strategies import Draft, drafts, scenario

BASE = {
    "areas": "code,name\nA,Aston\nB,Barton\n",
    "pot": "year,amount,envelope\n2026-27,20,capital\n2027-28,20,capital\n",
    "bids": "area,year,amount,envelope\nA,2026-27,11,capital\nA,2027-28,11,capital\nB,2026-27,12,capital\n",
    "objectives": "key,name,unit\nskills,Skills,people\n",
    "national": "objective,year,target\nskills,2026-27:2027-28,9\n",
    "targets": "area,objective,year,target,weight\nA,skills,2026-27,5,2\nA,skills,2027-28,6,2\n",
    "options": "area,option\nA,more\n",
    "option_years": "area,option,year,grant_capital,skills\nA,more,2026-27,1,2\n",
    "rules": "rule,value,area,objective,year\ntarget_floor,0.5,A,skills,2026-27\n",
}


def read(folder: Path, **tables: str) -> sp.Scenario | None:
    return found(folder, **tables).scenario


def found(folder: Path, **tables: str) -> sp.Findings:
    folder.mkdir(exist_ok=True)
    (folder / "scenario.toml").write_text('schema = 1\nyears = ["2026-27", "2027-28"]\n', encoding="utf-8")
    for name, text in {**BASE, **tables}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return sp.check_scenario(folder)


def codes(findings: sp.Findings) -> set[str]:
    return {note.code for note in findings.notes if note.code.startswith("SP-D06")}


def same_rows(one: sp.Scenario | None, other: sp.Scenario | None) -> bool:
    """Whether two scenarios are the same but for the order of columns."""
    assert one is not None
    assert other is not None
    return one.settings == other.settings and all(
        table[sorted(table)].equals(other.tables[name][sorted(table)]) for name, table in one.tables.items()
    )


WIDE = {
    "bids": "area,envelope,2026-27,2027/28\nA,capital,11,11\nB,capital,12,\n",
    "targets": "area,objective,weight,2026–27,2027-28\nA,skills,2,5,6\n",
    "pot": "envelope,2026-27,2027-28\ncapital,20,20\n",
}


@pytest.mark.parametrize("table", WIDE)
def test_years_across_are_rows_and_an_empty_cell_is_none(table: str, tmp_path: Path) -> None:
    findings = found(tmp_path / "wide", **{table: WIDE[table]})
    assert same_rows(findings.scenario, read(tmp_path / "long"))
    assert codes(findings) == {"SP-D062"}


def test_years_across_of_national_targets_are_rows(tmp_path: Path) -> None:
    findings = found(tmp_path / "wide", national="objective,2026-27,2027-28\nskills,4,5\n")
    other = read(tmp_path / "long", national="objective,year,target\nskills,2026-27,4\nskills,2027-28,5\n")
    assert same_rows(findings.scenario, other)


LINES = "area,line,item,{},{}\nB,Courses,grant_capital,12,0\nB,Courses,skills,3,4\n"


@pytest.mark.parametrize(
    "years", [("2026/27", "2027/28"), ("2026–27", "2027-28"), ("FY2026-27 [note 1]", "2027 to 2028")]
)
def test_years_across_programme_lines_are_the_financial_years(years: tuple[str, str], tmp_path: Path) -> None:
    findings = found(tmp_path / "written", programmes=LINES.format(*years))
    assert same_rows(findings.scenario, read(tmp_path / "plain", programmes=LINES.format("2026-27", "2027-28")))
    assert codes(findings) == {"SP-D061"}


def test_two_writings_of_one_year_and_another_year_across_programme_lines_are_refused(tmp_path: Path) -> None:
    for number, years in enumerate([("2026/27", "2026-27"), ("2026/27", "2026–27"), ("2026-27", "2031/32")]):
        refused = found(tmp_path / str(number), programmes=LINES.format(*years)).problems
        assert {problem.code for problem in refused} == {"SP-D022"}, years


@pytest.mark.parametrize(
    "bids",
    [
        "area,reference,2026-27,2027-28\nA,1,11,11\n",  # the reference of which year?
        "area,amount,2026-27,2027-28\nA,1,11,11\n",
        "area,2026-27,2026/27\nA,11,11\n",
        "area,2026,2027\nA,11,11\n",
        "area,2026-27,2027-28 (£000)\nA,11,11\n",
    ],
)
def test_years_across_that_could_mean_something_else_are_refused(bids: str, tmp_path: Path) -> None:
    findings = found(tmp_path / "plan", bids=bids)
    assert findings.scenario is None
    assert "SP-D062" not in codes(findings)


def test_a_fault_below_years_across_is_named_where_it_stands(tmp_path: Path) -> None:
    findings = found(tmp_path / "plan", bids="area,envelope,2026-27,2027-28\nA,capital,11,11\nB,capital,12,..\n")
    assert [(problem.code, problem.place, problem.column) for problem in findings.problems] == [
        ("SP-D011", "row 3", "2027-28")
    ]


def test_empty_cells_below_years_across_are_counted_with_their_places(tmp_path: Path) -> None:
    """They are no rows: a bid that somebody forgot must not go without a word."""
    (one,) = found(tmp_path / "one", bids=WIDE["bids"]).notes
    assert one.remedy.endswith("; 1 empty cell is no row: 2027/28 in row 3")
    more = found(tmp_path / "more", bids="area,envelope,2026-27,2027/28\nA,capital,11,\nB,capital,,\n").notes
    assert any("; 3 empty cells are no row: 2027/28 in row 2, 2026-27 in row 3" in note.remedy for note in more)


@pytest.mark.parametrize("written", ["2026/27", "2026–27", "2026 to 2027", "FY2026-27", "2026-2027", "2026—27"])
def test_a_year_with_both_of_its_calendar_years_is_that_year(written: str, tmp_path: Path) -> None:
    changed = {name: text.replace("2026-27,", f"{written},") for name, text in BASE.items()}
    changed["national"] = BASE["national"].replace("2026-27", written)
    findings = found(tmp_path / "other", **changed)
    assert findings.scenario == read(tmp_path / "plain")
    notes = [note for note in findings.notes if note.code == "SP-D061"]
    assert {note.table for note in notes} == {"bids", "national", "option_years", "pot", "targets"}
    assert "so in 2 cells of the column" in next(note.remedy for note in notes if note.table == "bids")


@pytest.mark.parametrize("written", ["2026", "26/27", "2026/28", "2026-27p", "2026/27/28", "April 2026", "2026-3"])
def test_a_year_that_could_be_another_is_refused(written: str, tmp_path: Path) -> None:
    findings = found(tmp_path / "plan", bids=BASE["bids"].replace("2026-27", written))
    assert {problem.code for problem in findings.problems} == {"SP-D018"}


@pytest.mark.parametrize("name", ["Aston", "ASTON", "aston"])
def test_a_unique_name_is_the_code_in_every_table(name: str, tmp_path: Path) -> None:
    tables = ("bids", "targets", "options", "option_years")
    changed = {table: BASE[table].replace("A,", f"{name},") for table in tables}
    changed["rules"] = BASE["rules"].replace(",A,", f",{name},")
    findings = found(tmp_path / "named", **changed)
    assert findings.scenario == read(tmp_path / "coded")
    notes = {note.table for note in findings.notes if note.code == "SP-D063"}
    assert notes == {*tables, "rules"}


@pytest.mark.parametrize(
    ("areas", "name"),
    [
        ("code,name\nA,Aston\nB,Barton\nC,Aston\n", "Aston"),  # two have it
        ("code,name\nA,Aston\nB,Barton\n", "Astn"),  # likeness decides nothing
    ],
)
def test_a_name_that_is_not_unique_or_not_equal_is_unknown(areas: str, name: str, tmp_path: Path) -> None:
    findings = found(tmp_path / "plan", areas=areas, bids=BASE["bids"].replace("A,", f"{name},"))
    assert {problem.code for problem in findings.problems} == {"SP-D021"}


def test_a_name_that_is_the_code_of_another_area_is_that_code(tmp_path: Path) -> None:
    findings = found(tmp_path / "plan", areas="code,name\nA,B\nB,A\n")
    assert findings.scenario is not None
    assert findings.scenario.bids["area"].tolist() == ["A", "A", "B"]
    assert codes(findings) == set()


def test_capitals_in_keys_of_objectives_and_envelopes_are_small_letters(tmp_path: Path) -> None:
    changed = {
        name: text.replace("skills,", "Skills,").replace("capital", "Capital").replace(",skills\n", ",Skills\n")
        for name, text in BASE.items()
    }
    findings = found(tmp_path / "capitals", **changed)
    assert findings.scenario == read(tmp_path / "small")
    assert codes(findings) == {"SP-D064"}


def test_two_keys_that_become_the_same_are_named_as_a_key_twice(tmp_path: Path) -> None:
    findings = found(tmp_path / "plan", objectives=BASE["objectives"] + "SKILLS,Others,people\n")
    assert "SP-D020" in {problem.code for problem in findings.problems}


@given(drafts())
def test_a_scenario_without_such_habits_has_no_such_note(made: Draft) -> None:
    assert not {note.code for note in scenario(made).notes} & {"SP-D061", "SP-D062", "SP-D063", "SP-D064"}


@given(drafts())
def test_frames_with_years_across_and_names_are_the_same_scenario(made: Draft) -> None:
    """Bids across in a table without reference, and areas by name."""
    made = {**{key: value for key, value in made.items() if key != "rule_rows"}, "rules": {}}
    plain = scenario({**made, "bids": made["bids"].drop(columns="reference")})
    names = dict(zip(made["areas"]["code"], made["areas"]["name"], strict=True))
    bids = made["bids"].drop(columns="reference").replace({"area": names})
    wide = bids.pivot_table(index=["area", "envelope"], columns="year", values="amount", sort=False).reset_index()
    turned = scenario({**made, "bids": pd.DataFrame({str(name): wide[name] for name in wide})})
    assert same_rows(turned, plain)


def test_no_full_input_has_a_habit() -> None:
    for name in ("full", "official"):
        assert codes(sp.check_scenario(INPUT / name)) == set()


def test_a_pivot_of_pandas_is_told_to_reset_its_index() -> None:
    """Years across, and the areas as the index, as pivot leaves them."""
    start = sp.read_scenario("bucks-and-burnley")
    pivot = start.bids.pivot(index="area", columns="year", values="amount")
    with pytest.raises(sp.BadInputError) as refusal:
        start.with_(bids=pivot)
    assert "call reset_index()" in str(refusal.value)
