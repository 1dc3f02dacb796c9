"""JSON documents and Parquet folders that are not what they should be, each named with its path."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import singlepot as sp
from singlepot.models.diagnostics.problems import CODES, BadInputError
from singlepot.scenarios.formats.json_document import scenario_json
from singlepot.scenarios.writing.writing import write_scenario

from ...places import INPUT


def document() -> str:
    return scenario_json(sp.read_scenario(INPUT / "full")).decode()


def refusal(path: Path) -> BadInputError:
    with pytest.raises(BadInputError) as caught:
        sp.read_scenario(path)
    return caught.value


def row(text: str, at: int, old: str, new: str) -> str:
    """Change the occurrence of a text with this number."""
    parts = text.split(old)
    return old.join(parts[: at + 1]) + new + old.join(parts[at + 1 :])


def put(*path: Any, value: Any) -> Callable[[str], str]:
    """Put a value at a path."""

    def change(text: str) -> str:
        settings = json.loads(text)
        part = settings
        for name in path[:-1]:
            part = part[name]
        part[path[-1]] = value
        return json.dumps(settings)

    return change


# number of the catalogue, what is wrong, the change, codes, the place of the first, words
BROKEN: list[tuple[int, str, Callable[[str], str], list[str], str, list[str]]] = [
    (
        16,
        "a name twice in a row",
        lambda t: row(t, 2, '"amount": ', '"amount": 1, "amount": '),
        ["SP-J002"],
        "$.pot[2].amount",
        ["twice", "delete one of them"],
    ),
    (
        16,
        "a name twice in the settings",
        lambda t: t.replace('"carry_over": ', '"carry_over": 0, "carry_over": '),
        ["SP-J002"],
        "$.rules.carry_over",
        ["twice"],
    ),
    (16, "a table twice", lambda t: t.replace('"bids": ', '"bids": [], "bids": ', 1), ["SP-J002"], "$.bids", ["twice"]),
    (
        16,
        "NaN",
        lambda t: row(t, 7, '"amount": ', '"amount": NaN, "_x": '),
        ["SP-J003"],
        "$.bids[2].amount",
        ["got NaN", "write null where it is not known"],
    ),
    (
        16,
        "Infinity",
        lambda t: row(t, 5, '"amount": ', '"amount": -Infinity, "_x": '),
        ["SP-J003"],
        "$.bids[0].amount",
        ["got -Infinity"],
    ),
    (
        16,
        "1e999",
        lambda t: row(t, 5, '"amount": ', '"amount": 1e999, "_x": '),
        ["SP-J003"],
        "$.bids[0].amount",
        ["got 1e999", "below 1e308"],
    ),
    (
        16,
        "a number of a thousand digits",
        lambda t: row(t, 5, '"amount": ', '"amount": ' + "9" * 9000 + ', "_x": '),
        ["SP-J003"],
        "$.bids[0].amount",
        ["got 999"],
    ),
    (
        16,
        "NaN in the settings",
        lambda t: t.replace('"virement": 0.1', '"virement": NaN'),
        ["SP-J003"],
        "$.rules.virement",
        ["got NaN"],
    ),
    (
        16,
        "NaN in a text",
        lambda t: t.replace('"code": "E1"', '"code": NaN'),
        ["SP-J003", *["SP-D021"] * 16],
        "$.areas[0].code",
        ["got NaN"],
    ),
    (74, "no JSON", lambda t: t.replace('"bids"', "bids", 1), ["SP-J001"], "", ["JSON (expecting property name"]),
    (74, "cut short", lambda t: t[:400], ["SP-J001"], "", ["SP-J001"]),
    (74, "an empty file", lambda t: "", ["SP-J001"], "line 1 column 1", ["got nothing"]),
    (74, "UTF-16", lambda t: "\ufeff" + t, ["SP-J001"], "", []),
    (76, "brackets within brackets", lambda t: "[" * 200_000, ["SP-J005"], "", ["brackets within brackets"]),
    (76, "a list", lambda t: "[1]", ["SP-J004"], "$", ["got a list", "an object"]),
    (
        30,
        "a table that is none",
        put("bids", value={"E1": 5}),
        ["SP-J004"],
        "$.bids",
        ["got an object", "a list of rows"],
    ),
    (30, "a row that is none", put("bids", 3, value=7), ["SP-J004"], "$.bids[3]", ["got a number", "a row"]),
    (
        30,
        "no bids",
        lambda t: t.replace('"bids"', '"_bids"', 1),
        ["SP-D001", "SP-S001"],
        "$._bids",
        ["SP-D001 s.json $.bids: expected a list of rows"],
    ),
    (
        68,
        "an unknown key",
        put("rules", "grant_flor", value=1),
        ["SP-S001"],
        "$.rules.grant_flor",
        ['did you mean "grant_floor"?'],
    ),
    (
        68,
        "an unknown column",
        put("bids", 3, "amuont", value=1),
        ["SP-D003"],
        "$.bids",
        ['column "amuont"', "expected one of area, year, amount"],
    ),
    (
        47,
        "null where a number is needed",
        put("bids", 3, "amount", value=None),
        ["SP-D010"],
        "$.bids[3].amount",
        ["an empty cell"],
    ),
    (58, "true for a number", put("bids", 3, "amount", value=True), ["SP-D011"], "$.bids[3].amount", ["got True"]),
    (22, "text for a number", put("bids", 3, "amount", value="£4"), ["SP-D011"], "$.bids[3].amount", ["write 4"]),
    (25, "a number for a code", put("bids", 3, "area", value=7), ["SP-D016"], "$.bids[3].area", ["got 7", "as text"]),
    (47, "a list in a cell", put("bids", 3, "area", value=["E1"]), ["SP-D016"], "$.bids[3].area", ["as text"]),
    (
        36,
        "a row twice",
        lambda t: put("bids", value=json.loads(t)["bids"] + json.loads(t)["bids"][:1])(t),
        ["SP-D020"],
        "$.bids[7]",
        ["$.bids[0] has the same key"],
    ),
    (75, "a wrong type", put("years", value="2026-27"), ["SP-S003"], "$.years", ["a list"]),
    (75, "no years", lambda t: t.replace('"years"', '"_years"', 1), ["SP-S001", "SP-S002"], "$._years", []),
    (0, "a settlement", lambda t: '{"certificate": {}}', ["SP-J004"], "$", ["got a settlement", "sp.read_settlement"]),
]


@pytest.mark.parametrize(
    ("number", "what", "change", "codes", "place", "says"), BROKEN, ids=[f"{case[0]} {case[1]}" for case in BROKEN]
)
def test_a_broken_document_is_refused_with_its_code_and_place(
    number: int, what: str, change: Callable[[str], str], codes: list[str], place: str, says: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "s.json"
    text = change(document())
    path.write_bytes(text.encode("utf-16" if what == "UTF-16" else "utf-8"))
    result = refusal(path)
    assert sorted(problem.code for problem in result.problems) == sorted(codes), str(result)
    first = next(problem for problem in result.problems if problem.code == codes[0])
    assert first.file == "s.json"
    if place:
        assert place in {problem.place for problem in result.problems}
    for words in says:
        assert words in str(result), str(result)
    assert all("\n" not in str(problem) for problem in result.problems)


def test_a_byte_order_mark_and_the_order_of_keys_do_not_matter(tmp_path: Path) -> None:
    settings = json.loads(document())
    path = tmp_path / "s.json"
    turned = {key: settings[key] for key in reversed(settings)}
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(turned).encode())
    assert sp.read_scenario(path) == sp.read_scenario(INPUT / "full")


def test_cells_that_are_left_out_are_empty(tmp_path: Path) -> None:
    settings = json.loads(document())
    for key in ("bids", "areas", "options"):
        settings[key] = [{name: cell for name, cell in row.items() if cell is not None} for row in settings[key]]
    path = tmp_path / "s.json"
    path.write_text(json.dumps(settings), encoding="utf-8")
    assert sp.read_scenario(path) == sp.read_scenario(INPUT / "full")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_scenario(sp.read_scenario(INPUT / "full"), tmp_path / "p", format="parquet")
    return tmp_path / "p"


def test_a_table_in_both_formats_is_refused(folder: Path) -> None:
    shutil.copy(INPUT / "full" / "bids.csv", folder)
    problems = refusal(folder).problems
    assert [(p.code, p.file) for p in problems] == [("SP-J010", "bids.parquet")]


def test_tables_of_both_formats_mix(folder: Path) -> None:
    (folder / "bids.parquet").unlink()
    shutil.copy(INPUT / "full" / "bids.csv", folder)
    assert sp.read_scenario(folder) == sp.read_scenario(INPUT / "full")


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1", b"area,year\n", b"PK\x03\x04"], ids=range(5)
)
def test_a_damaged_parquet_file_is_refused(content: bytes, folder: Path) -> None:
    (folder / "bids.parquet").write_bytes(content)
    assert [(p.code, p.file) for p in refusal(folder).problems] == [("SP-J011", "bids.parquet")]


def test_a_parquet_file_cut_short_is_refused(folder: Path) -> None:
    content = (folder / "bids.parquet").read_bytes()
    for length in range(0, len(content), 97):
        (folder / "bids.parquet").write_bytes(content[:length])
        assert [p.code for p in refusal(folder).problems] == ["SP-J011"]


def test_a_parquet_file_with_a_text_that_is_none_is_refused(folder: Path) -> None:
    """Its bytes are no UTF-8; the file is whole but for that."""
    table = pq.read_table(folder / "bids.parquet")
    text = pa.StringArray.from_buffers(1, pa.py_buffer(np.asarray([0, 2], dtype=np.int32)), pa.py_buffer(b"a\x98"))
    areas = pa.concat_arrays([text, pa.array(["a"] * (table.num_rows - 1))])
    pq.write_table(table.set_column(table.column_names.index("area"), "area", areas), folder / "bids.parquet")
    assert [(p.code, p.file) for p in refusal(folder).problems] == [("SP-J011", "bids.parquet")]


def test_a_parquet_file_that_says_it_has_a_billion_rows_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("singlepot.scenarios.formats.parquet_tables.MOST_ROWS", 3)
    problems = refusal(folder).problems
    assert {p.code for p in problems} == {"SP-J012"}
    assert "split the scenario" in str(problems[0])


@pytest.mark.parametrize(
    ("column", "cells", "code"),
    [
        ("amount", pa.array(["x"] * 7), "SP-D011"),
        ("amount", pa.array([pd.Timestamp("2026-04-01")] * 7), "SP-D011"),
        ("amount", pa.array([True] * 7), "SP-D011"),
        ("amount", pa.array([None] * 7, type=pa.float64()), "SP-D010"),
        ("area", pa.array([1] * 7), "SP-D016"),
        ("year", pa.array([2026] * 7), "SP-D016"),
        ("area", pa.array([["E1"]] * 7), "SP-D016"),
    ],
)
def test_parquet_columns_of_the_wrong_type_are_refused(column: str, cells: Any, code: str, folder: Path) -> None:
    table = pq.read_table(folder / "bids.parquet")
    pq.write_table(table.set_column(table.column_names.index(column), column, cells), folder / "bids.parquet")
    problems = refusal(folder).problems
    assert {p.code for p in problems} == {code}
    assert (problems[0].file, problems[0].place) == ("bids.parquet", "row 1")


def test_parquet_columns_of_every_fitting_type_are_read(folder: Path) -> None:
    table = pq.read_table(folder / "bids.parquet")
    amounts = table.column("amount").to_pylist()
    for cells in (
        pa.array([Decimal(str(amount)) for amount in amounts]),
        pa.array(amounts, type=pa.float32()),
        pa.array([str(amount) for amount in amounts]),
    ):
        changed = table.set_column(2, "amount", cells)
        changed = changed.set_column(0, "area", table.column("area").dictionary_encode())
        pq.write_table(changed, folder / "bids.parquet")
        assert sp.read_scenario(folder) == sp.read_scenario(INPUT / "full")


def test_a_parquet_file_by_itself_names_its_folder(folder: Path) -> None:
    problems = refusal(folder / "bids.parquet").problems
    assert [p.code for p in problems] == ["SP-F001"]
    assert "name the folder" in str(problems[0])


def test_every_code_of_documents_has_a_case() -> None:
    elsewhere = {f"SP-J01{number}" for number in range(4)}
    assert {code for code in CODES if code.startswith("SP-J")} - {
        code for case in BROKEN for code in case[3]
    } == elsewhere


@pytest.mark.parametrize("table", ["options", "option_years"])
def test_an_empty_list_is_a_table_without_rows(table: str, tmp_path: Path) -> None:
    """As a CSV file with nothing but its header is: so programs write that there is none."""
    bucks = sp.read_scenario("bucks-and-burnley")
    without = bucks.with_(options=bucks.options.iloc[:0], option_years=bucks.option_years.iloc[:0])
    sp.write_scenario(without, tmp_path / "plan.json")
    document = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    (tmp_path / "plan.json").write_text(json.dumps({**document, table: []}), encoding="utf-8")
    assert sp.read_scenario(tmp_path / "plan.json") == without
