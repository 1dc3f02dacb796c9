"""Files that are not what they should be are named, never guessed at; scenarios are found by name or path."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import singlepot as sp
from singlepot.models.diagnostics.problems import CODES, BadInputError, Diagnostic, listed
from singlepot.models.tables.schema import TABLES
from singlepot.scenarios.reading.reading import read_scenario
from singlepot.scenarios.reading.shipped import list_scenarios

from ...places import INPUT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(INPUT / "full", tmp_path / "scenario"))


def refusal(source: str | os.PathLike[str]) -> BadInputError:
    with pytest.raises(BadInputError) as caught:
        read_scenario(source)
    return caught.value


def latin(text: str) -> bytes:
    return text.replace("Barton", "Ynys Môn").encode("cp1252")


# what is broken, how the bytes of areas.csv come about, code, place, words
BROKEN: list[tuple[str, Callable[[str], bytes], str, str, list[str]]] = [
    ("Windows-1252", latin, "SP-F004", "row 3", ["not UTF-8", "it looks like Windows-1252", "CSV UTF-8"]),
    ("UTF-16", lambda text: text.encode("utf-16"), "SP-F004", "", ["UTF-16", "CSV UTF-8"]),
    ("UTF-16 without a mark", lambda text: text.encode("utf-16-le"), "SP-F004", "", ["UTF-16"]),
    ("a workbook", lambda text: b"PK\x03\x04" + text.encode(), "SP-F004", "", ["an Excel or zip file"]),
    ("bytes that are no text", lambda text: text.encode() + b"\x81\xff", "SP-F004", "row 7", ["not UTF-8"]),
    (
        "a NUL",
        lambda text: text.replace("Barton", "Bar\0ton", 1).encode(),
        "SP-F005",
        "row 3",
        ['column "name"', "Bar"],
    ),
    ("nothing", lambda text: b"", "SP-F006", "", ["a header and rows"]),
    ("blank lines only", lambda text: b"\n\n , \n", "SP-F006", "", ["a header and rows"]),
    ("a blank line first", lambda text: b"\n" + text.encode(), "SP-F006", "row 1", ["a header in the first row"]),
    (
        "semicolons",
        lambda text: text.replace(",", ";").encode(),
        "SP-F007",
        "row 1",
        ["columns separated by commas", "code;name"],
    ),
    ("tabs", lambda text: text.replace(",", "\t").encode(), "SP-F007", "row 1", ["separated by commas"]),
    (
        "a cell too many",
        lambda text: text.replace("E2,Barton", "E2,Barton,x").encode(),
        "SP-F008",
        "row 3",
        ["11 cells"],
    ),
    (
        "a cell too few",
        lambda text: text.replace("E2,Barton", "E2").encode(),
        "SP-F008",
        "row 3",
        ["9 cells", "10 cells"],
    ),
    (
        "a quotation mark",
        lambda text: text.replace("Barton", '"Barton').encode(),
        "SP-F009",
        "row 3",
        ["marks that match"],
    ),
    ("text after quotes", lambda text: text.replace("Barton", '"Bar"ton').encode(), "SP-F009", "row 3", ["match"]),
    ("a cell without end", lambda text: text.replace("Barton", "x" * 200_000).encode(), "SP-F009", "row 3", ["131072"]),
    (
        "an empty row",
        lambda text: text.replace("E2,B", ",,,,,,,,,\nE2,B").encode(),
        "SP-F010",
        "row 3",
        ["delete the row"],
    ),
]


@pytest.mark.parametrize(("what", "make", "code", "place", "says"), BROKEN, ids=[case[0] for case in BROKEN])
def test_a_broken_file_is_refused_with_its_code_and_place(
    what: str, make: Callable[[str], bytes], code: str, place: str, says: list[str], folder: Path
) -> None:
    areas = folder / "areas.csv"
    areas.write_bytes(make(areas.read_text(encoding="utf-8")))
    problems = refusal(folder).problems
    assert [problem.code for problem in problems] == [code]
    assert (problems[0].file, problems[0].place) == ("areas.csv", place)
    for words in says:
        assert words in str(problems[0])


def test_every_code_of_files_has_a_case() -> None:
    elsewhere = {"SP-F001", "SP-F002", "SP-F003", "SP-F011", "SP-F012", "SP-F013"}
    elsewhere |= {f"SP-F{number:03}" for number in range(14, 27)}  # tests/input/cases
    assert {code for code in CODES if code.startswith("SP-F")} - {case[2] for case in BROKEN} == elsewhere


@pytest.mark.parametrize("mark", ["\ufeff", ""], ids=["with a mark", "without"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"], ids=["Windows", "Unix", "old Mac"])
def test_line_ends_and_the_mark_of_utf8_do_not_matter(mark: str, end: str, folder: Path) -> None:
    for path in folder.iterdir():
        if path.suffix == ".csv" or end != "\r":
            text = path.read_text(encoding="utf-8")
            path.write_bytes((mark + text.replace("\n", end)).encode())
    assert read_scenario(folder) == read_scenario(INPUT / "full")


def test_rows_are_counted_as_a_spreadsheet_does(folder: Path) -> None:
    """A cell of two lines is one row, and a blank line is a row."""
    areas = folder / "areas.csv"
    text = areas.read_text(encoding="utf-8").replace(",first", ',"first\nand last"').replace("E3,", "\nE3,")
    areas.write_text(text.replace("1500,", "-1500,"), encoding="utf-8")
    assert [problem.place for problem in refusal(folder).problems] == ["row 5"]


def test_a_row_that_is_lost_brings_no_further_problems(folder: Path) -> None:
    areas = folder / "areas.csv"
    areas.write_text(areas.read_text(encoding="utf-8").replace("E2,Barton", "E2"), encoding="utf-8")
    assert [problem.code for problem in refusal(folder).problems] == ["SP-F008"]


def test_all_unknown_areas_are_found_and_one_line_says_how_many(folder: Path) -> None:
    rows = "".join(f"X{number},2026-27,1,resource,\n" for number in range(70))
    bids = folder / "bids.csv"
    bids.write_text(bids.read_text(encoding="utf-8") + rows, encoding="utf-8")
    refused = refusal(folder)
    assert len(refused.problems) == 70
    assert re.match(r"SP-D021 area is written .* and 67 more in 70 cells: bids.csv rows \d+, \d+, \d+ ", str(refused))
    assert "\n" not in str(refused)


def test_more_than_fifty_lines_are_counted() -> None:
    several = [Diagnostic("SP-D011", "areas", "areas.csv", "row 2", f"column {number}") for number in range(70)]
    lines = listed(several).splitlines()
    assert len(lines) == 51
    assert lines[-1] == "... and 20 more problems"


@pytest.mark.parametrize("name", ["areas", "pot", "bids"])
def test_a_missing_required_table_is_named(name: str, folder: Path) -> None:
    (folder / f"{name}.csv").rename(folder / f"_{name}.csv")
    problems = refusal(folder).problems
    assert [(problem.code, problem.file) for problem in problems] == [("SP-D001", f"{name}.csv")]


@pytest.mark.parametrize("name", ["areas", "pot", "bids"])
def test_a_required_table_without_rows_is_named(name: str, folder: Path) -> None:
    path = folder / f"{name}.csv"
    path.write_text(path.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    assert "SP-D005" in [problem.code for problem in refusal(folder).problems]


def test_a_file_with_almost_the_name_of_a_table_is_refused_with_the_right_name(folder: Path) -> None:
    (folder / "targets.csv").rename(folder / "target.csv")
    problems = refusal(folder).problems
    assert [(problem.code, problem.file) for problem in problems] == [("SP-F011", "target.csv")]
    assert "rename it to targets.csv" in str(problems[0])


def test_other_files_are_ignored(folder: Path) -> None:
    for name in ("sources.md", "assumptions.csv", "_bids.csv", "~$bids.csv"):
        (folder / name).write_text("anything", encoding="utf-8")
    assert read_scenario(folder) == read_scenario(INPUT / "full")


def test_a_folder_in_place_of_a_file_is_refused(folder: Path) -> None:
    (folder / "bids.csv").unlink()
    (folder / "bids.csv").mkdir()
    assert [problem.code for problem in refusal(folder).problems] == ["SP-F003"]


def test_a_file_without_permission_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "bids.csv":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    problems = refusal(folder).problems
    assert [(problem.code, problem.file) for problem in problems] == [("SP-F003", "bids.csv")]
    assert "permission denied" in str(problems[0])


def test_settings_that_are_too_large_are_refused(folder: Path) -> None:
    (folder / "scenario.toml").write_text("#" * 2_000_000, encoding="utf-8")
    assert [problem.code for problem in refusal(folder).problems] == ["SP-F013"]


def test_settings_that_are_not_utf8_are_refused_with_the_line(folder: Path) -> None:
    (folder / "scenario.toml").write_bytes("schema = 1\ntitle = 'Môn'".encode("cp1252"))
    problems = refusal(folder).problems
    assert [(problem.code, problem.place) for problem in problems] == [("SP-F004", "line 2")]


@pytest.mark.parametrize("source", ["nowhere", "no/where", "", "a\0b", Path("nowhere")])
def test_a_scenario_that_does_not_exist_is_refused(source: str | Path) -> None:
    problems = refusal(source).problems
    assert [problem.code for problem in problems] == ["SP-F001"]


def test_a_misspelt_name_gets_the_nearest() -> None:
    assert 'did you mean "england"?' in str(refusal("engalnd"))


def test_the_settings_file_in_place_of_its_folder_is_refused() -> None:
    assert "name the folder" in str(refusal(INPUT / "full" / "scenario.toml"))


def test_shipped_scenarios_are_listed_and_found() -> None:
    names = [name for name, _ in list_scenarios()]
    assert {"england", "england-tight", "bucks-and-burnley"} <= set(names)
    for name, title in list_scenarios():
        assert read_scenario(name).settings.title == title != ""


def test_a_name_is_a_shipped_scenario_and_a_path_is_a_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.rename(folder.parent / "england")
    monkeypatch.chdir(folder.parent)
    assert len(read_scenario("england").areas) == 71
    assert len(read_scenario("./england").areas) == 5
    assert len(read_scenario(Path("england")).areas) == 5
    (folder.parent / "england").rename(folder.parent / "mine")
    assert len(read_scenario("mine").areas) == 5


OTHER_PROGRAMS = ("ods", "xls", "xlsx", "xlsb", "numbers", "fods", "tsv", "csv.gz", "zip")


@pytest.mark.parametrize("ending", OTHER_PROGRAMS)
@pytest.mark.parametrize("table", [name for name in TABLES if (INPUT / "full" / f"{name}.csv").is_file()])
def test_a_table_in_the_file_of_another_program_is_said_and_not_passed_over(
    table: str, ending: str, folder: Path
) -> None:
    """One line names the file and what to save it as; that done, the scenario is read as before."""
    before = read_scenario(folder)
    other = (folder / f"{table}.csv").rename(folder / f"{table}.{ending}")
    about = [problem for problem in refusal(folder).problems if other.name in f"{problem.file} {problem.remedy}"]
    assert len(about) == 1
    assert "\n" not in str(about[0])
    assert re.search(rf"(?:open|unpack) {re.escape(other.name)} .*{table}\.csv", about[0].remedy)
    other.rename(folder / f"{table}.csv")
    assert read_scenario(folder) == before


@pytest.mark.parametrize("ending", OTHER_PROGRAMS)
def test_a_copy_of_a_table_by_another_program_is_a_note(ending: str, folder: Path) -> None:
    """The CSV file is read; that the other is not is said."""
    shutil.copy(folder / "bids.csv", folder / f"bids.{ending}")
    notes = [note for note in read_scenario(folder).notes if note.file == f"bids.{ending}"]
    assert [note.code for note in notes] == ["SP-F023"]


def test_a_folder_that_was_written_with_a_scenario_names_it(tmp_path: Path) -> None:
    sp.settle("bucks-and-burnley").write(tmp_path / "out")
    with pytest.raises(sp.BadInputError, match="got a folder that was written with a scenario in it") as refusal:
        sp.read_scenario(tmp_path / "out")
    assert str(refusal.value).endswith(f"name that, {tmp_path / 'out' / 'scenario'}")
    assert sp.read_scenario(tmp_path / "out" / "scenario") == sp.read_scenario("bucks-and-burnley")
