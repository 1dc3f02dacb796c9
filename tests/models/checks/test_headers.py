"""Headers as published tables have them: footnotes, units, years in columns, other words, empty columns."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import openpyxl
import pytest

import singlepot as sp
from singlepot.models.checks.headers import column_meant, is_year
from singlepot.models.tables.schema import TABLES

TOML = 'schema = 1\nyears = ["2026-27", "2027-28"]\n'
AREAS = "code,name\nA,Aston\nB,Barton\n"
POT = "year,amount\n2026-27,20\n2027-28,20\n"
BIDS = "area,year,amount\nA,2026-27,11\nA,2027-28,11\nB,2026-27,12\nB,2027-28,12\n"


def folder(path: Path, **tables: str) -> Path:
    path.mkdir(exist_ok=True)
    for name, text in {"areas": AREAS, "pot": POT, "bids": BIDS, **tables}.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    (path / "scenario.toml").write_text(TOML, encoding="utf-8")
    return path


def workbook(path: Path, **tables: str) -> Path:
    """The same tables as a workbook, whose cells are texts, and numbers where they look like one."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    settings = "key,value\nschema,1\nyears,2026-27; 2027-28\n"
    for name, text in {"scenario": settings, "areas": AREAS, "pot": POT, "bids": BIDS, **tables}.items():
        sheet = book.create_sheet(name)
        for line in text.splitlines():
            cells = [cell.replace(";", ",").replace("|", "\n") for cell in line.split(",")]
            sheet.append([float(cell) if cell.isdigit() else cell for cell in cells])
    file = io.BytesIO()
    book.save(file)
    path = path.with_suffix(".xlsx")
    path.write_bytes(file.getvalue())
    return path


YEARS = ["FY2026", "FY26/27", "26/27", "2026", "2026-27 (£m)", "Amount 2026-27", "2026-27 provisional", "£m 2026-27²"]
YEARS += ["2026-04-01", "2026-28"]
WRITTEN = ["2026-27", "2026/27", "2026–27", "FY 2026-27", "2026-27 [note 2]", "2026-2027", "2026 to 2027", "2026-27¹"]


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("make", [folder, workbook])
def test_years_in_columns_that_are_not_certain_are_one_message_that_says_what_to_do(
    year: str, make: object, tmp_path: Path
) -> None:
    following = year.replace("27", "28").replace("26", "27")
    wide = f"area,{year},{following}\nA,11,12\nB,13,14\n"
    problems = sp.check_scenario(make(tmp_path / "plan", bids=wide)).problems  # type: ignore[operator]
    assert [problem.code for problem in problems] == ["SP-D007"], problems
    assert "a row for each year: the columns area, year, amount" in str(problems[0])
    assert "delete" not in str(problems[0])


@pytest.mark.parametrize("year", WRITTEN)
@pytest.mark.parametrize("make", [folder, workbook])
def test_financial_years_in_columns_are_read_as_rows_and_noted(year: str, make: object, tmp_path: Path) -> None:
    following = year.replace("27", "28").replace("26", "27")
    wide = f"area,{year},{following}\nA,11,11\nB,12,12\n"
    findings = sp.check_scenario(make(tmp_path / "plan", bids=wide))  # type: ignore[operator]
    assert findings.scenario == sp.read_scenario(folder(tmp_path / "other"))
    (note,) = [note for note in findings.notes if note.code == "SP-D062"]
    assert (note.value, note.table) == ("the years 2026-27, 2027-28 as columns", "bids")


@pytest.mark.parametrize(
    "name", ["amount", "rate", "population", "gdp per head", "level 3", "area12", "10000", "note 20"]
)
def test_what_is_no_year_is_not_taken_for_one(name: str) -> None:
    assert not is_year(name)


def test_a_year_among_known_columns_is_an_unknown_column_as_before(tmp_path: Path) -> None:
    bids = BIDS.replace("amount\n", "amount,2025\n").replace("11\n", "11,1\n").replace("12\n", "12,1\n")
    assert [p.code for p in sp.check_scenario(folder(tmp_path / "plan", bids=bids)).problems] == ["SP-D003"]


MARKS = ["|[note 3]", " [note 1; note 2]", " (£m)", "; £ million", " £m", "*", "¹", "|(GBP million)", " [r]", " 1", "†"]
NAMES = {"area": ["area", "Area code", "Local authority code", "ONS code", "LA code", "Authority"]}
NAMES |= {"year": ["Year", "Financial year", "Fiscal Year", "FY", "Time period"]}
NAMES |= {"amount": ["amount", "Amount", "Amounts", "Bid", "Grant requested", "Bid amount", "Funding"]}


@pytest.mark.parametrize(("column", "name"), [(column, name) for column in NAMES for name in NAMES[column]])
@pytest.mark.parametrize("mark", ["", *MARKS])
def test_a_footnoted_header_means_its_column(column: str, name: str, mark: str) -> None:
    header = name + mark.replace("|", "\n").replace(";", ",")
    if header != column and name != "Grant requested":
        assert column_meant(header, TABLES["bids"].by_name) == column


@pytest.mark.parametrize("make", [folder, workbook])
def test_every_footnoted_header_of_a_table_is_named_with_the_right_one(make: object, tmp_path: Path) -> None:
    header = (
        '"Area code [1]","Financial year","Amount (£m)"'
        if make is folder
        else "Area code [1],Financial year,Amount|(£m)"
    )
    path = make(tmp_path / "plan", bids=BIDS.replace("area,year,amount", header))  # type: ignore[operator]
    problems = sp.check_scenario(path).problems
    assert {problem.code for problem in problems} == {"SP-D002", "SP-D003"}
    remedies = [problem.remedy for problem in problems if problem.code == "SP-D003"]
    assert remedies == [f'did you mean "{name}"?' for name in ("area", "year", "amount")]


@pytest.mark.parametrize("header", ["Sum wanted", "Ansatz", "x", "Region of the LEP", "kpi_2"])
def test_no_column_is_to_be_deleted_while_a_required_one_is_missing(header: str, tmp_path: Path) -> None:
    problems = sp.check_scenario(folder(tmp_path / "plan", bids=BIDS.replace("amount", header))).problems
    assert [problem.code for problem in problems] == ["SP-D002", "SP-D003"]
    assert "delete" not in problems[1].remedy
    assert "call it amount if it is that" in problems[1].remedy


# ---------------------------------------------------------------- empty columns, titles, other separators


def widened(text: str, header: str, cells: str) -> str:
    first, *rest = text.splitlines()
    return "\n".join([first + header, *(row + cells for row in rest), ""])


@pytest.mark.parametrize("table", ["areas", "pot", "bids"])
@pytest.mark.parametrize(("count", "words"), [(1, "1 empty column"), (3, "3 empty columns"), (40, "40 empty columns")])
def test_empty_columns_behind_are_passed_over_with_a_note(table: str, count: int, words: str, tmp_path: Path) -> None:
    texts = {"areas": AREAS, "pot": POT, "bids": BIDS}
    findings = sp.check_scenario(folder(tmp_path / "plan", **{table: widened(texts[table], "," * count, "," * count)}))
    assert [(note.code, note.file) for note in findings.notes] == [("SP-F024", f"{table}.csv")]
    assert words in findings.notes[0].value
    assert findings.scenario == sp.read_scenario(folder(tmp_path / "other"))


def test_an_empty_column_between_others_and_cells_behind_the_last_are_passed_over_too(tmp_path: Path) -> None:
    areas = "code,,name\nA,,Aston,,\nB, ,Barton,,\n"
    findings = sp.check_scenario(folder(tmp_path / "plan", areas=areas))
    assert [note.value for note in findings.notes] == [
        "1 empty column, B",
        "empty cells behind the last column in 2 rows",
    ]
    assert findings.scenario == sp.read_scenario(folder(tmp_path / "other"))


def test_columns_without_a_header_are_named_by_their_letters(tmp_path: Path) -> None:
    areas = "code,name,,,\nA,Aston,,x,\nB,Barton,,y,1\n"
    problems = sp.check_scenario(folder(tmp_path / "plan", areas=areas)).problems
    assert [(problem.code, problem.value) for problem in problems] == [
        ("SP-D003", "no name for column D, which holds 2 cells, the first in row 2"),
        ("SP-D003", "no name for column E, which holds 1 cell, the first in row 3"),
    ]


@pytest.mark.parametrize(
    ("above", "row"),
    [
        ("Table 3: bids of councils\n", 2),
        ('"Bids, all councils",,\nSource: returns,,\n', 3),
        (",Year one,Year two\n", 2),
    ],
)
def test_rows_above_the_header_are_named_once(above: str, row: int, tmp_path: Path) -> None:
    problems = sp.check_scenario(folder(tmp_path / "plan", bids=above + BIDS)).problems
    assert [(problem.code, problem.place) for problem in problems] == [("SP-F025", "row 1")]
    assert f"the header seems to be in row {row}" in problems[0].remedy


@pytest.mark.parametrize("first", ["sep=;\n", "sep=,\n", "SEP=\t\n", ""])
@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_and_the_line_that_states_them_are_named_once(
    first: str, separator: str, tmp_path: Path
) -> None:
    text = first + BIDS.replace(",", separator).replace("11", "11,5")
    problems = sp.check_scenario(folder(tmp_path / "plan", bids=text)).problems
    assert [problem.code for problem in problems] == ["SP-F007"]


def test_a_note_below_the_table_is_named_as_one(tmp_path: Path) -> None:
    problems = sp.check_scenario(folder(tmp_path / "plan", bids=BIDS + "Source: returns of 2026\n")).problems
    assert [(problem.code, problem.remedy) for problem in problems] == [
        ("SP-F008", "delete the row if it is a note below the table")
    ]


# ---------------------------------------------------------------- marks for what is not there

ABSENT = [
    "..",
    ":",
    "[x]",
    "[c]",
    "[z]",
    "[low]",
    "[w]",
    "[u]",
    "-",
    "–",
    "—",
    "...",
    "…",
    "n/a",
    "N/A",
    "na",
    "n.a.",
]
ABSENT += [
    "TBC",
    "tba",
    "tbd",
    "*",
    "**",
    "~",
    "?",
    "inf",
    "-inf",
    "∞",
    "not available",
    "Not applicable",
    "not yet known",
]
ABSENT += [
    "z",
    "x",
    "c",
    "low",
    "null",
    "None",
    "unknown",
    "missing",
    "suppressed",
    "to be confirmed",
    "no data",
    "nd",
    ".",
]

FULL = {
    "objectives": "key,name,unit,weight\nskills,Skills,people,1\n",
    "national": "objective,year,target\nskills,2026-27,9\n",
    "targets": "area,objective,year,target,weight\nA,skills,2026-27,5,1\n",
    "options": "area,option,own_cost,max_take_up\nA,more,1,1\n",
    "option_years": "area,option,year,grant,skills\nA,more,2026-27,1,2\n",
    "rules": "rule,value\ngrant_floor,0.5\n",
    "areas": "code,name,population\nA,Aston,9\nB,Barton,9\n",
    "bids": BIDS.replace("amount\n", "amount,reference\n").replace("11\n", "11,10\n").replace("12\n", "12,10\n"),
    "pot": POT,
}


@pytest.mark.parametrize("mark", ABSENT)
def test_a_mark_for_a_number_that_is_not_there_is_never_told_to_become_zero(mark: str, tmp_path: Path) -> None:
    """In every column of numbers; the remedy says what absence means there."""
    for name, text in FULL.items():
        header, first, *rest = [line.split(",") for line in text.splitlines()]
        for position, column in enumerate(header):
            spec = TABLES[name].by_name.get(column)
            if spec is not None and not spec.numeric:
                continue
            row = [*first[:position], mark, *first[position + 1 :]]
            table = "\n".join(",".join(cells) for cells in [header, row, *rest]) + "\n"
            problems = sp.check_scenario(folder(tmp_path / "plan", **{**FULL, name: table})).problems
            faults = [problem for problem in problems if problem.column == column]
            assert [problem.code for problem in faults] == ["SP-D012" if mark.strip("-") in ("inf", "∞") else "SP-D011"]
            remedy = faults[0].remedy
            assert "0" not in remedy, (name, column, remedy)
            assert any(word in remedy for word in ("row", "empty", "find")), (name, column, remedy)


@pytest.mark.parametrize(
    ("cell", "remedy"),
    [
        ("12.5 [p]", "write 12.5"),
        ("12.5*", "write 12.5"),
        ("12.5r", "write 12.5"),
        ("7 [note 2]", "write 7"),
        ('"1.234,5"', "write 1234.5 (no points between thousands, no decimal comma)"),
        ('"12,5"', "write 12.5 (no decimal comma)"),
        ('"1,234"', "write 1234 (no thousands separators)"),
    ],
)
def test_a_number_with_a_mark_or_in_another_hand_is_written_out(cell: str, remedy: str, tmp_path: Path) -> None:
    problems = sp.check_scenario(folder(tmp_path / "plan", bids=BIDS.replace("11", cell, 1))).problems
    assert [problem.code for problem in problems] == ["SP-D011"]
    assert problems[0].remedy.startswith(remedy)


def test_points_beside_decimal_commas_are_no_decimal_points(tmp_path: Path) -> None:
    """1.000 is a thousand where 1.234,5 stands in the same column, and one where no comma says so."""
    bids = 'area,year,amount\nA,2026-27,"1.234,5"\nA,2027-28,1.000\nB,2026-27,2.345.678\nB,2027-28,3.5\n'
    problems = sp.check_scenario(folder(tmp_path / "plan", bids=bids)).problems
    assert [(problem.place, problem.remedy.partition(" (")[0].partition(" if")[0]) for problem in problems] == [
        ("row 2", "write 1234.5"),
        ("row 3", "write 1000"),
        ("row 4", "write 2345678"),
    ]
    read = sp.read_scenario(folder(tmp_path / "plan", bids=BIDS.replace("11", "1.125")))
    assert read.bids["amount"].tolist()[0] == 1.125


def test_a_total_among_the_bids_is_to_be_deleted(tmp_path: Path) -> None:
    problems = sp.check_scenario(folder(tmp_path / "plan", bids=BIDS + "Total,2026-27,23\n")).problems
    assert [problem.remedy for problem in problems] == ["delete the row if it is a total"]


@pytest.mark.parametrize(
    ("written", "remedy"), [('"n/a"', "leave the key out"), ('"0.7"', "write 0.7, without quotes")]
)
def test_a_text_for_a_number_of_the_settings_is_told_apart(written: str, remedy: str, tmp_path: Path) -> None:
    path = folder(tmp_path / "plan")
    (path / "scenario.toml").write_text(f"{TOML}[rules]\ngrant_floor = {written}\n", encoding="utf-8")
    assert [problem.remedy.startswith(remedy) for problem in sp.check_scenario(path).problems] == [True]


def test_the_names_that_published_tables_use_are_no_column_of_another_meaning() -> None:
    for table in TABLES.values():
        for one, other in itertools.permutations(table.columns, 2):
            assert not {one.name, *one.also} & set(other.also), (table.name, one.name, other.name)
