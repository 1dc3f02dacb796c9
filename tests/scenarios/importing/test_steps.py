"""Each step of an import: header, rows, keys, classes, roll-up, numbers, units, join; and the error of each."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.cli import _run
from singlepot.models.checks.register import register
from singlepot.models.checks.register.names import current_codes, normal_form
from singlepot.scenarios.importing.header import bare
from singlepot.scenarios.importing.keys import Keys
from singlepot.scenarios.importing.published.units import powers_in
from singlepot.scenarios.importing.roll_up import direct_members, target_of

from .simple_imports import AREAS, BIDS, POT, imported, left, money, refused, stated, write

HEADER = "Area,2026-27,2027-28\n"
PLAIN = HEADER + "E06000001,1,2\nE06000002,3,4\nE06000003,5,6\n"
MONEY = {("E06000001", "2026-27"): 1.0, ("E06000001", "2027-28"): 2.0, ("E06000002", "2026-27"): 3.0}
MONEY |= {("E06000002", "2027-28"): 4.0, ("E06000003", "2026-27"): 5.0, ("E06000003", "2027-28"): 6.0}


def codes(problems: tuple[sp.Diagnostic, ...]) -> list[str]:
    return [problem.code for problem in problems]


# ---------------------------------------------------------------- header


@pytest.mark.parametrize("mark", ["", " [note 3]", "¹", "*", " †", " (note 2)", "  ", "\n[r]", " [a] [b]"])
@pytest.mark.parametrize("year", ["2026-27", "2026/27", "2026–27", "2026 to 2027", "FY2026-27", "2026"])
def test_a_header_is_met_whatever_marks_stand_at_its_end(mark: str, year: str, tmp_path: Path) -> None:
    text = PLAIN.replace("2026-27", f'"{year}{mark}"').replace("Area", f'" AREA{mark}"')
    assert money(imported(tmp_path, f"A title\n\n{text}\nA note below\n")) == MONEY


def test_a_header_that_lacks_a_year_or_has_one_twice_is_an_error_that_names_the_nearest_row(tmp_path: Path) -> None:
    (lacking,) = refused(tmp_path, "Title\n" + PLAIN.replace("2027-28", "2028-29"))
    assert (lacking.code, lacking.place, lacking.value) == ("SP-I006", "row 2", "a row without 2027")
    (twice,) = refused(tmp_path, PLAIN.replace("2027-28", "2026/27"))
    assert "2026 2 times, 2027" in twice.value
    (doubled,) = refused(tmp_path, PLAIN.replace("Area,", "Area,AREA [note 1],").replace(",1", ",x,1"))
    assert doubled.value == 'a row without "Area" 2 times'
    (nothing,) = refused(tmp_path, "a,b\n1,2\n")
    assert nothing.value == 'no row with any of "Area", 2026, 2027'


def test_calendar_years_become_the_financial_years_that_the_map_states(tmp_path: Path) -> None:
    take = {"years": "2018:2019", "becomes": "2026-27:2027-28"}
    text = PLAIN.replace("2026-27", "2018").replace("2027-28", "2019 [note 1]")
    assert money(imported(tmp_path, text, take)) == MONEY
    (problem,) = refused(tmp_path, text, {"years": "2018:2019"})
    assert problem.code == "SP-I003"
    assert "becomes, the financial years that 2018:2019 stand for" in problem.expected


def test_a_header_again_lower_down_is_left_out(tmp_path: Path) -> None:
    lines = PLAIN.splitlines()
    made = imported(tmp_path, "\n".join([*lines[:3], lines[0], *lines[3:]]))
    assert money(made) == MONEY
    headers = [f"bids.csv {column}{row}" for row in (1, 4) for column in "ABC"]
    assert [cell for cell in left(made, "header") if "bids" in cell] == headers


@given(st.text("aB 1[]()*¹", max_size=12))
def test_what_is_left_of_a_header_has_no_mark_at_its_end(text: str) -> None:
    assert bare(bare(text)) == bare(text)


# ---------------------------------------------------------------- rows


def test_where_and_drop_choose_rows_and_say_so(tmp_path: Path) -> None:
    text = "Area,Sex,2026-27,2027-28\n" + "".join(
        f"E0600000{n},{sex},{n},{n}\n" for n in (1, 2, 3) for sex in ("Females", "Males")
    )
    made = imported(tmp_path, text, {"where": {"Sex": "females"}, "drop": ["E06000003"]})
    assert sorted({area for area, _ in money(made)}) == ["E06000001", "E06000002"]
    assert len(left(made, "where")) == 2 * 4 + 2 * 1 + 4
    assert len(left(made, "drop")) == 4


def test_long_tables_give_rows_of_the_years_that_are_named(tmp_path: Path) -> None:
    rows = [f"E0600000{n},{year},{n}" for n in (1, 2, 3) for year in ("2025/26", "2026/27", "2027/28")]
    take = {"columns": {"year": "Year", "amount": "Sum"}}
    made = imported(tmp_path, "\n".join(["Area,Year,Sum", *rows]), take)
    assert money(made) == {(f"E0600000{n}", y): float(n) for n in (1, 2, 3) for y in ("2026-27", "2027-28")}
    assert len(left(made, "year not named")) == 9


# ---------------------------------------------------------------- keys


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Kingston upon Hull, City of", "E06000010"),
        ("Bristol", "E06000023"),
        ("City of Bristol Council", "E06000023"),
        ("Bath & North East Somerset", "E06000022"),
        ("Royal Borough of Windsor and Maidenhead", "E06000040"),
        ("Durham", "E06000047"),
        ("City of London", "E09000001"),
        ("London Borough of Barnet", "E09000003"),
        ("BARNET", "E09000003"),
        ("Herefordshire, County of", "E06000019"),
    ],
)
def test_a_name_is_the_code_in_use_whose_name_has_its_normal_form(written: str, code: str) -> None:
    assert Keys({}, {}).code_of(written) == code


@pytest.mark.parametrize("written", ["London", "West Midlands", "Bath & NE Somerset", "Lancashire", "Hull", "The City"])
def test_a_name_that_is_only_like_one_or_that_two_have_is_nobody(written: str) -> None:
    assert Keys({}, {}).code_of(written) == ""
    assert Keys({"X": written}, {}).code_of(written) == "X"


def test_every_name_of_the_register_that_one_code_has_is_that_code() -> None:
    known = register()
    counted = 0
    for form, of in current_codes().items():
        code = Keys({}, {}).code_of(known.names[of[0]])
        if len(of) == 1 and not Keys({}, {}).is_total(known.names[of[0]]):
            counted += 1
            assert code == of[0], (form, of)
    assert counted > 300


@given(st.text("ABCé&' -of the", max_size=20))
def test_the_normal_form_of_a_normal_form_is_itself(name: str) -> None:
    assert normal_form(normal_form(name)) == normal_form(name)


def test_the_map_states_what_equality_cannot_settle(tmp_path: Path) -> None:
    text = PLAIN.replace("E06000003", "Redcar & Clevelnd")
    (problem,) = refused(tmp_path, text)
    assert problem.code == "SP-I007"
    assert '"Redcar and Cleveland" E06000003' in problem.remedy
    assert money(imported(tmp_path, text, names={"Redcar & Clevelnd": "E06000003"})) == MONEY


def test_other_areas_are_left_out_and_other_classes_too(tmp_path: Path) -> None:
    text = PLAIN + "E06000004,7,8\nE07000008,9,10\n"
    made = imported(tmp_path, text, {"classes": ["E06"]})
    assert money(made) == MONEY
    assert left(made, "another area") == [f"bids.csv {column}5" for column in "ABC"]
    assert left(made, "class") == [f"bids.csv {column}6" for column in "ABC"]


def test_without_a_table_of_areas_they_are_those_of_the_register(tmp_path: Path) -> None:
    files = write(tmp_path, {"pot.csv": POT, "bids.csv": PLAIN})
    made = sp.import_tables(files, {**stated(BIDS), "take": [stated()["take"][1], BIDS]})
    assert made.scenario.areas["name"].tolist() == ["Hartlepool", "Middlesbrough", "Redcar and Cleveland"]


# ---------------------------------------------------------------- roll-up

CUMBRIA = {"E06000063": ["E07000026", "E07000028", "E07000029"], "E06000064": ["E07000027", "E07000030", "E07000031"]}
NEW = "Code,Name\nE06000063,Cumberland\nE06000064,Westmorland and Furness\nE06000066,Somerset\n"
OLD = HEADER + "".join(f"{code},{n},{2 * n}\n" for n, code in enumerate(itertools.chain(*CUMBRIA.values()), start=1))


def test_former_districts_are_added_up_to_what_they_became(tmp_path: Path) -> None:
    made = imported(tmp_path, OLD, {"roll_up": "members"}, areas=NEW)
    assert money(made)["E06000063", "2026-27"] == 1 + 2 + 3
    assert money(made)["E06000064", "2027-28"] == 2 * (4 + 5 + 6)
    assert len(money(made)) == 4


def test_a_former_code_without_roll_up_is_an_error(tmp_path: Path) -> None:
    problems = refused(tmp_path, OLD, areas=NEW)
    assert codes(problems) == ["SP-I008"] * 6
    assert 'roll_up = "members"' in problems[0].remedy


@pytest.mark.parametrize("roll_up", ["members", "parts"])
def test_a_county_that_was_divided_is_an_error_with_its_parts(roll_up: str, tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, HEADER + "E10000006,21,42\n", {"roll_up": roll_up}, areas=NEW)
    assert (problem.code, problem.place) == ("SP-I008", "row 2 column A")
    assert "E06000063 (Cumberland), E06000064 (Westmorland and Furness)" in problem.expected


SOMERSET = ["E07000187", "E07000188", "E07000189", "E07000246"]
DISTRICTS = HEADER + "".join(f"{code},{n},{n}\n" for n, code in enumerate(SOMERSET, start=101))
WHOLE = 101 + 102 + 103 + 104


@pytest.mark.parametrize(
    ("county", "roll_up", "result"),
    [
        (WHOLE, "members", WHOLE),
        (WHOLE + 2, "members", WHOLE),  # five numbers rounded to a whole one: two and a half off at most
        (WHOLE + 3, "members", "SP-I009"),
        (WHOLE - 100, "members", "SP-I009"),
        (50, "parts", WHOLE + 50),
        (WHOLE, "parts", "SP-I009"),
    ],
)
def test_a_county_beside_its_districts_is_their_total_or_one_more_part(
    county: int, roll_up: str, result: Any, tmp_path: Path
) -> None:
    text = DISTRICTS + f"E10000027,{county},{county}\n"
    if result == "SP-I009":
        assert codes(refused(tmp_path, text, {"roll_up": roll_up}, areas=NEW)) == ["SP-I009"]
        return
    made = imported(tmp_path, text, {"roll_up": roll_up}, areas=NEW)
    assert money(made)["E06000066", "2026-27"] == result
    assert bool(left(made, "total of its members")) == (roll_up == "members")


def test_members_are_those_that_lie_in_no_other_row_between() -> None:
    assert direct_members(["E10000017", "E07000117", "E47000018", "E06000008"])["E47000018"] == [
        "E10000017",
        "E06000008",
    ]


def test_each_district_has_one_target_at_most() -> None:
    areas = {code: name for code, name in register().names.items() if code.startswith(("E06", "E08", "E09", "E10"))}
    areas = {code: name for code, name in areas.items() if code not in register().changes}
    for code in register().names:
        target, parts = target_of(code, areas)
        assert not (target and parts)
        assert not target or target in areas


# ---------------------------------------------------------------- numbers

NUMBERS = {"£1,234.5": 1234.5, "1,234": 1234.0, "(5)": -5.0, "−5": -5.0, "5-": -5.0, "12 [p]": 12.0, "12*": 12.0}
NUMBERS |= {"1e3": 1000.0, "0": 0.0, " 7 ": 7.0, "£ 7": 7.0, "1,234 [note 3]": 1234.0, "12r": 12.0}


@pytest.mark.parametrize("written", NUMBERS)
def test_numbers_are_read_as_people_write_them(written: str, tmp_path: Path) -> None:
    """Of change, which may be below zero: the equity attribute of an area."""
    take = {"into": "areas", "file": "more.csv", "area": "Code", "columns": {"change": "Change"}}
    (tmp_path / "more.csv").write_text(f'Code,Change\nE06000001,"{written}"\n', encoding="utf-8")
    files = [*write(tmp_path, {"areas.csv": AREAS, "pot.csv": POT, "bids.csv": PLAIN}), tmp_path / "more.csv"]
    stating = stated(BIDS, take)
    stating["scenario"] = {**stating["scenario"], "attributes": ["change"]}
    assert sp.import_tables(files, stating).scenario.areas["change"].tolist()[0] == NUMBERS[written]


@pytest.mark.parametrize("mark", ["", "..", ":", "[x]", "[z]", "[c]", "n/a", "N/A"])
def test_what_is_not_there_gives_no_row(mark: str, tmp_path: Path) -> None:
    made = imported(tmp_path, PLAIN.replace("E06000001,1", f"E06000001,{mark}"))
    assert money(made) == {key: value for key, value in MONEY.items() if key != ("E06000001", "2026-27")}
    assert left(made, "not there") == (["bids.csv B2"] if mark else [])


@pytest.mark.parametrize(
    "mark", ["-", "–", "*", "[low]", "[u]", "TBC", "1,5", "12%", "1.2m", "#REF!", "x", "12 months"]
)
def test_a_mark_that_publishers_use_differently_is_an_error_until_the_map_says_what_it_means(
    mark: str, tmp_path: Path
) -> None:
    text = PLAIN.replace("E06000001,1", f'E06000001,"{mark}"')
    (problem,) = refused(tmp_path, text)
    assert (problem.code, problem.place, problem.column) == ("SP-I010", "row 2 column B", "amount")
    assert money(imported(tmp_path, text, {"marks": {mark: 9}}))["E06000001", "2026-27"] == 9
    assert len(money(imported(tmp_path, text, {"absent": [mark]}))) == 5


# ---------------------------------------------------------------- units


@pytest.mark.parametrize(
    ("unit", "factor"), [("£", 1e-6), ("£000", 1e-3), ("£m", 1.0), ("£bn", 1e3), ("GBP thousand", 1e-3)]
)
def test_money_is_turned_into_the_unit_of_the_scenario(unit: str, factor: float, tmp_path: Path) -> None:
    made = money(imported(tmp_path, PLAIN, {"unit": unit}))
    assert made == pytest.approx({key: value * factor for key, value in MONEY.items()}, rel=1e-15)


def test_money_without_a_unit_is_an_error_that_names_what_the_file_suggests(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, "Settlement, £ thousand\n" + PLAIN, {"unit": ""})
    assert problem.code == "SP-I011"
    assert "suggests £000" in problem.remedy


@pytest.mark.parametrize(
    ("title", "header", "unit", "fits"),
    [
        ("Figures in £ thousand", "2026-27", "£m", False),
        ("Figures in £ thousand", "2026-27", "£000", True),
        ("£m and £000", "2026-27", "£m", True),
        ("Those above £5 million", "2026-27", "£000", True),
        ("Figures", "2026-27 (£000)", "£m", False),
        ("Figures in £m", "2026-27 [£000]", "£000", True),
    ],
)
def test_a_title_or_header_that_contradicts_the_unit_is_an_error(
    title: str, header: str, unit: str, fits: bool, tmp_path: Path
) -> None:
    text = f"{title}\n" + PLAIN.replace("2026-27", header)
    take = {"unit": unit, "years": "", "columns": {"amount": header}, "fixed": {"year": "2026-27"}}
    if fits:
        assert len(money(imported(tmp_path, text, take))) == 3
    else:
        assert codes(refused(tmp_path, text, take)) == ["SP-I011"]


def test_per_head_is_pounds() -> None:
    assert powers_in("£ per head") == {0}


# ---------------------------------------------------------------- join, files, map


def test_a_cell_that_is_said_twice_is_an_error(tmp_path: Path) -> None:
    problems = refused(tmp_path, PLAIN + "Hartlepool,1,2\n")
    assert codes(problems) == ["SP-I012", "SP-I012"]
    assert [problem.place for problem in problems] == ["row 5 column B", "row 5 column B"]
    assert "bids.csv row 2 column A says it too" in problems[0].expected


def test_every_file_must_be_taken_and_every_take_find_a_file(tmp_path: Path) -> None:
    files = write(tmp_path, {"areas.csv": AREAS, "pot.csv": POT, "other.csv": PLAIN})
    with pytest.raises(sp.BadInputError) as caught:
        sp.import_tables(files, stated(BIDS))
    assert sorted((one.code, one.file) for one in caught.value.problems) == [
        ("SP-I005", "map"),
        ("SP-I005", "other.csv"),
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"colums": {}}, "SP-I002"),
        ({"into": "bid"}, "SP-I003"),
        ({"unit": "tonnes"}, "SP-I003"),
        ({"columns": {"ammount": "x"}}, "SP-I003"),
        ({"years": "soon"}, "SP-I003"),
        ({"becomes": "2026-27:2029-30"}, "SP-I003"),
        ({"roll_up": "all"}, "SP-I003"),
        ({"columns": {"area": "x"}}, "SP-I003"),
    ],
)
def test_a_fault_of_the_map_is_named_with_the_take(change: dict[str, Any], code: str, tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, PLAIN, change)
    assert (problem.code, problem.place) == (code, "take 3")


def test_a_map_that_nobody_reviewed_is_refused(tmp_path: Path) -> None:
    files = write(tmp_path, {"areas.csv": AREAS, "pot.csv": POT, "bids.csv": PLAIN})
    with pytest.raises(sp.BadInputError) as caught:
        sp.import_tables(files, {**stated(BIDS), "reviewed": False})
    assert codes(caught.value.problems) == ["SP-I004"]


def test_the_log_names_each_source_with_file_hash_and_title(tmp_path: Path) -> None:
    made = imported(tmp_path, "Core spending power\n" + PLAIN)
    entry = made.scenario.settings.log["sources"]["bids.csv"]
    assert (entry["file"], entry["title"], entry["tables"]) == ("bids.csv", "Core spending power", ("bids",))
    assert len(entry["sha256"]) == 64


@given(st.data())
def test_roll_up_loses_and_doubles_no_money(data: st.DataObject) -> None:
    """What is left of the numbers of a file, in pounds, is the sum of the bids: former and present districts drawn."""
    import tempfile

    known = register()
    somerset = ["E07000187", "E07000188", "E07000189", "E07000246"]
    first, *others = itertools.chain(*CUMBRIA.values())
    pool = [*others, *somerset, "E06000001", "E06000002"]
    chosen = [first, *data.draw(st.lists(st.sampled_from(pool), unique=True))]
    thousands = data.draw(st.lists(st.integers(1, 10**6), min_size=2 * len(chosen), max_size=2 * len(chosen)))
    with_county = data.draw(st.booleans()) and set(somerset) <= set(chosen)
    values = {code: thousands[2 * at : 2 * at + 2] for at, code in enumerate(chosen)}
    rows = [f"{code},{one},{other}" for code, (one, other) in values.items()]
    if with_county:
        county = [sum(values[code][year] for code in somerset) for year in (0, 1)]
        rows.insert(data.draw(st.integers(0, len(rows))), f"E10000027,{county[0]},{county[1]}")
    with tempfile.TemporaryDirectory() as folder:
        take = {"roll_up": "members", "unit": "£000"}
        made = imported(Path(folder), HEADER + "\n".join(rows) + "\n", take, areas=NEW)
    areas = {code: target_of(code, dict.fromkeys(made.scenario.areas["code"], ""))[0] for code in chosen}
    wanted = sum(sum(values[code]) for code, target in areas.items() if target)
    assert round(sum(money(made).values()) * 1000, 6) == wanted
    assert len(left(made, "total of its members")) == 3 * with_county
    assert all(known.names.get(code) for code in chosen)


def bids_in_a_workbook() -> tuple[Any, Any]:
    """A workbook with the bids, and their sheet."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "bids"
    for row in (line.split(",") for line in PLAIN.splitlines()):
        sheet.append([int(cell) if cell.isdigit() else cell for cell in row])
    return book, sheet


def test_cells_that_are_merged_below_the_header_are_an_error(tmp_path: Path) -> None:
    book, sheet = bids_in_a_workbook()
    sheet.merge_cells("A2:A3")
    book.save(tmp_path / "bids.xlsx")
    files = [*write(tmp_path, {"areas.csv": AREAS, "pot.csv": POT}), tmp_path / "bids.xlsx"]
    with pytest.raises(sp.BadInputError) as caught:
        sp.import_tables(files, stated({**BIDS, "file": "bids.xlsx"}))
    assert [(one.code, one.place) for one in caught.value.problems] == [("SP-X016", "bids!A2:A3")]


def test_money_of_a_workbook_that_is_shown_divided_and_what_is_hidden_is_said(tmp_path: Path) -> None:
    book, sheet = bids_in_a_workbook()
    sheet["B2"].number_format = "0.0,"
    sheet.row_dimensions[3].hidden = True
    book.save(tmp_path / "bids.xlsx")
    files = [*write(tmp_path, {"areas.csv": AREAS, "pot.csv": POT}), tmp_path / "bids.xlsx"]
    made = sp.import_tables(files, stated({**BIDS, "file": "bids.xlsx"}))
    said = {note.code: note for note in made.notes}
    assert said["SP-X035"].place == "bids!B2"
    assert "1 rows" in said["SP-X027"].value or "1 row" in said["SP-X027"].value
    assert money(made) == MONEY


def test_money_of_a_workbook_that_is_shown_as_percentages_is_refused(tmp_path: Path) -> None:
    """As a scenario's own workbook is: 0.5 shown as 50% may be a share of something, and is hardly an amount."""
    book, sheet = bids_in_a_workbook()
    sheet["B2"].number_format = sheet["C3"].number_format = "0%"
    book.save(tmp_path / "bids.xlsx")
    files = [*write(tmp_path, {"areas.csv": AREAS, "pot.csv": POT}), tmp_path / "bids.xlsx"]
    with pytest.raises(sp.BadInputError) as caught:
        sp.import_tables(files, stated({**BIDS, "file": "bids.xlsx"}))
    said = [(one.code, one.place, one.value) for one in caught.value.problems]
    assert said == [("SP-X024", at, "1 cell of money shown as percentages") for at in ("bids!B2", "bids!C3")]


def test_problems_of_one_kind_are_one_line_with_count_and_first_places(tmp_path: Path) -> None:
    rows = "".join(f"Nobody {number},1,2\n" for number in range(9))
    with pytest.raises(sp.BadInputError) as caught:
        imported(tmp_path, PLAIN + rows)
    (line,) = str(caught.value).splitlines()
    assert line.startswith("SP-I007")
    assert "and 6 more in 9 cells: bids.csv row 5 column A, row 6 column A" in line.replace("rows", "row")


@pytest.mark.parametrize("take", [{"classes": ["E08"]}, {"drop": ["E06000001", "E06000002", "E06000003"]}])
def test_a_take_that_takes_no_row_is_an_error_with_the_reasons(take: dict[str, Any], tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, PLAIN, take)
    assert (problem.code, problem.place) == ("SP-I014", "take 3")
    assert f"9 cells {'class' if 'classes' in take else 'drop'}" in problem.value


def test_a_name_of_the_map_must_stand_for_a_code(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, PLAIN, names={"Redcar": "E060003"})
    assert (problem.code, problem.place, problem.column) == ("SP-I003", "names", "Redcar")


def test_the_command_prints_json_or_a_line_for_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"bids.csv": PLAIN + "".join(f"Nobody {n},1,2\n" for n in range(5)), "pot.csv": POT})
    text = """schema = 1
reviewed = true
scenario = { years = ["2026-27", "2027-28"] }
[[take]]
into = "bids"
file = "bids.csv"
area = "Area"
years = "2026-27:2027-28"
unit = "£m"
[[take]]
into = "pot"
file = "pot.csv"
columns = { year = "Year", amount = "Pot" }
unit = "£m"
"""
    write(tmp_path, {"map.toml": text})
    words = ["import", *(str(tmp_path / name) for name in ("bids.csv", "pot.csv")), "--map", str(tmp_path / "map.toml")]
    words += ["--out", str(tmp_path / "out")]
    assert _run([*words, "--all"]) == 3
    assert len(capsys.readouterr().err.splitlines()) == 5
    assert _run([*words, "--json"]) == 3
    assert len(json.loads(capsys.readouterr().out)["problems"]) == 5
    write(tmp_path, {"bids.csv": PLAIN})
    assert _run([*words, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert {cell["kind"] for cell in printed["left_out"]} == {"header"}
    assert _run(words[:3]) == 2
