"""Returns that are forms, one a sheet, and the first map that is guessed."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.cli import _run
from singlepot.scenarios.importing.guess import guess_map

from .published import write_workbook
from .simple_imports import AREAS, POT, TAKES, write

FORM = {"into": "bids", "file": "return*.xlsx", "form": True, "area": "Name of authority", "unit": "£000"}
FORM |= {"years": "2026-27:2027-28"}


def form(area: str, first: str, second: str, at: int = 2) -> list[list[str]]:
    """A return of one council, its labels in a column, values further right."""
    gap = [""] * (at - 1)
    return [
        ["Return of programme"],
        [],
        ["Name of authority:", *gap, area],
        ["Signed by", *gap, "A. Person"],
        ["2026/27 [note 1]", *gap, first],
        ["", "2027/28", *gap, second],
        ["[note 1] Provisional"],
    ]


def returns(folder: Path, sheets: dict[str, list[list[str]]], take: dict[str, Any] | None = None) -> Any:
    files = write(folder, {"areas.csv": AREAS, "pot.csv": POT})
    files.append(write_workbook(folder / "returns.xlsx", sheets))
    stated = {"schema": 1, "reviewed": True, "scenario": {"years": ["2026-27", "2027-28"]}}
    return sp.import_tables(files, {**stated, "take": [*TAKES, {**FORM, **(take or {})}]})


def test_one_return_a_sheet_is_read_by_its_labels(tmp_path: Path) -> None:
    made = returns(tmp_path, {"one": form("Hartlepool", "1000", "2000"), "two": form("E06000002", "3", "£4,000", 4)})
    bids = made.scenario.bids
    assert bids["area"].tolist() == ["E06000001", "E06000001", "E06000002", "E06000002"]
    assert bids["amount"].tolist() == [1, 2, 0.003, 4]
    left = made.left_out[made.left_out["file"] == "returns.xlsx"]
    assert left[left["kind"] == "label"]["value"].tolist().count("Name of authority:") == 2
    assert set(left[left["kind"] == "not named"]["value"]) >= {"A. Person", "Signed by", "Return of programme"}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({2: ["Authority", "", "Hartlepool"]}, "name of authority"),
        ({3: ["Name of authority", "", "Hartlepool"]}, "name of authority 2 times"),
        ({2: ["Name of authority"]}, "a value right of Name of authority"),
        ({4: ["FY26", "1"]}, "2026"),
    ],
)
def test_a_form_without_a_label_or_its_value_is_an_error(
    change: dict[int, list[str]], fault: str, tmp_path: Path
) -> None:
    grid = [change.get(row, cells) for row, cells in enumerate(form("Hartlepool", "1", "2"))]
    with pytest.raises(sp.BadInputError) as caught:
        returns(tmp_path, {"one": grid})
    assert [(one.code, one.place) for one in caught.value.problems] == [("SP-I013", "sheet one")]
    assert caught.value.problems[0].value == f"a form without {fault}"


def test_a_form_without_a_number_says_where_it_should_stand(tmp_path: Path) -> None:
    with pytest.raises(sp.BadInputError) as caught:
        returns(tmp_path, {"one": form("Hartlepool", "to follow", "2")})
    assert [(one.code, one.place) for one in caught.value.problems] == [("SP-I010", "one!C5")]


@given(st.permutations(["E06000001", "E06000002", "E06000003"]), st.integers(2, 6))
def test_the_order_of_forms_and_where_values_stand_changes_no_number(order: list[str], at: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        for code in order:
            grid = form(code, code[-1], "5", at)
            (path / f"return {code}.csv").write_text("\n".join(",".join(row) for row in grid), encoding="utf-8")
        files = [*write(path, {"areas.csv": AREAS, "pot.csv": POT}), *(path / f"return {code}.csv" for code in order)]
        stated = {"schema": 1, "reviewed": True, "scenario": {"years": ["2026-27", "2027-28"]}}
        made = sp.import_tables(files, {**stated, "take": [*TAKES, {**FORM, "file": "return*.csv"}]})
    amounts = dict(zip(made.scenario.bids["area"], made.scenario.bids["amount"], strict=False))
    first = made.scenario.bids.query("year == '2026-27'")
    assert dict(zip(first["area"], first["amount"], strict=True)) == {code: int(code[-1]) / 1000 for code in order}
    assert len(amounts) == 3


CORE = """\
Core spending power of authorities, £ million
Published 3 March

LA code,LA name,Class,2026/27,2027/28 [note 1]
E06000001,Hartlepool,UA,"1,234.5",12
E06000002,Middlesbrough,UA,..,13
E92000001,England,,"1,234.5",25
Source: returns
"""


def test_a_guessed_map_is_refused_until_it_is_reviewed_and_then_reads_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = list(map(str, write(tmp_path, {"core.csv": CORE, "pot.csv": POT})))
    target = str(tmp_path / "map.toml")
    assert _run(["import", *files, "--guess", target]) == 0
    assert _run(["import", *files, "--map", target, "--out", str(tmp_path / "out")]) == 3
    assert "SP-I004" in capsys.readouterr().err
    text = Path(target).read_text(encoding="utf-8")
    core, pot = tomllib.loads(text)["take"]
    assert core == {
        "into": "bids",
        "file": "core.csv",
        "area": "la code",
        "years": "2026/27:2027/28",
        "unit": "£m",
    }
    assert pot == {"into": "pot", "file": "pot.csv", "columns": {"year": "year", "amount": "pot"}, "unit": ""}
    text = text.replace("reviewed = false", "reviewed = true").replace('unit = ""', 'unit = "£m"')
    Path(target).write_text(text, encoding="utf-8")
    assert _run(["import", *files, "--map", target, "--out", str(tmp_path / "out")]) == 0, capsys.readouterr().err
    output = capsys.readouterr().out
    assert "taken into bids: 3 rows" in output
    assert "left out of core.csv:" in output
    assert sp.read_scenario(tmp_path / "out").bids["amount"].tolist() == [1234.5, 12, 13]


def test_what_holds_no_table_gives_no_map(tmp_path: Path) -> None:
    with pytest.raises(sp.BadInputError):
        guess_map(write(tmp_path, {"notes.csv": "Only\nnotes\n"}))
