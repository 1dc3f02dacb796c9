"""Every kind of broken table is named, once, with its place and what to do: as CSV and as DataFrames."""

from __future__ import annotations

import csv
import io
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from singlepot.models.diagnostics.problems import CODES, NOTES, BadInputError
from singlepot.models.scenario.scenario import Scenario
from singlepot.scenarios.reading.reading import read_scenario

from ...places import INPUT

CASES: list[dict[str, Any]] = tomllib.loads((INPUT / "broken_tables.toml").read_text(encoding="utf-8"))["case"]


def broken(case: dict[str, Any]) -> dict[str, str]:
    """The tables of the folder ``full`` as texts, changed as the case says."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (INPUT / "full").glob("*.csv")}
    for change in (case, *([case["also"]] if "also" in case else [])):
        texts[change["table"]] = changed(texts[change["table"]], change)
    texts["bids"] = texts["bids"].replace(case.get("also_bids", "\0"), "")
    return texts


def changed(text: str, change: dict[str, Any]) -> str:
    if "append" in change:
        return text + change["append"] + "\n"
    if "drop" in change:
        rows = list(csv.reader(io.StringIO(text)))
        position = rows[0].index(change["drop"])
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(row[:position] + row[position + 1 :] for row in rows)
        return out.getvalue()
    assert change["find"] in text, "the case no longer finds what it changes"
    return text.replace(change["find"], change["put"], 1)


def problems_of(attempt: Callable[[], Scenario]) -> BadInputError:
    with pytest.raises(BadInputError) as caught:
        attempt()
    return caught.value


def check(found: BadInputError, case: dict[str, Any], place: str) -> None:
    assert sorted(problem.code for problem in found.problems) == sorted(case["codes"]), str(found)
    first = next(problem for problem in found.problems if problem.code == case["codes"][0])
    assert first.place == place
    for words in case["says"]:
        assert words in str(first)
    assert "\n" not in str(first)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_a_broken_file_is_refused_with_its_code_and_row(case: dict[str, Any], tmp_path: Path) -> None:
    shutil.copy(INPUT / "full" / "scenario.toml", tmp_path)
    for name, text in broken(case).items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    check(problems_of(lambda: read_scenario(tmp_path)), case, case["place"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_a_broken_frame_is_refused_with_its_code_and_row_label(case: dict[str, Any]) -> None:
    tables = {name: frame_of(text) for name, text in broken(case).items()}
    tables["rule_rows"] = tables.pop("rules")
    position = case["place"]
    if position:
        position = f"row label {int(position.removeprefix('row ')) - 2}"
    case = {**case, "says": [in_frames(words) for words in case["says"]]}
    check(problems_of(lambda: Scenario.from_tables(**tables, **settings())), case, position)


def in_frames(words: str) -> str:
    """Rows of a DataFrame are named by their labels, here from 0; in CSV the header is row 1."""
    return re.sub(r"row (\d+)", lambda match: f"row label {int(match[1]) - 2}", words)


def frame_of(text: str) -> pd.DataFrame:
    """A DataFrame as a user might have it: numbers as numbers where a whole column is, else text."""
    header, *rows = list(csv.reader(io.StringIO(text)))
    columns = []
    for cells in zip(*rows, strict=True):
        if all(re.fullmatch(r"(-?\d+(\.\d+)?)?", cell) for cell in cells):
            columns.append(pd.Series([float(cell) if cell else float("nan") for cell in cells]))
        else:
            columns.append(pd.Series([cell or None for cell in cells], dtype=object))
    frame = pd.concat(columns, axis=1)
    frame.columns = pd.Index(header)
    return frame


def settings() -> dict[str, Any]:
    document = tomllib.loads((INPUT / "full" / "scenario.toml").read_text(encoding="utf-8"))
    del document["schema"]
    return document


def test_the_unchanged_folder_is_read() -> None:
    assert len(read_scenario(INPUT / "full").areas) == 5


def test_every_code_of_tables_has_a_case() -> None:
    levelling = {f"SP-D{number:03}" for number in range(70, 77)}  # test_levelling.py
    recipients = {
        "SP-D077",
        "SP-D080",
        "SP-D081",
        "SP-D082",
    }  # test_recipients.py, test_recipient_rules.py, test_ring_fences.py
    elsewhere = {"SP-D001", "SP-D005", "SP-D016"} | levelling | recipients
    tried = {code for case in CASES for code in case["codes"]}
    assert {code for code in CODES if code.startswith("SP-D")} - NOTES - tried == elsewhere
