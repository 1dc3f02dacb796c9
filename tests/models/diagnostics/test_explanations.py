"""Every code is explained: cause, example and remedy; what was noted is logged, shown and never in the way."""

from __future__ import annotations

import json
import logging
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

import singlepot as sp
from singlepot.cli import _run
from singlepot.models.checks.lenient_numbers import read_leniently
from singlepot.models.diagnostics.codes import CODES, NOTES, WARNINGS
from singlepot.models.diagnostics.explanations import near_code
from singlepot.models.tables.schema import TABLES
from singlepot.solver.errors import SolverNotFoundError

from ...places import INPUT


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_cause_example_and_remedy(code: str) -> None:
    explained = sp.explain_code(code)
    for part in (explained.cause, explained.example, explained.remedy):
        assert len(part) > 3
        assert part == " ".join(part.split())
    assert explained.cause.endswith(".")
    assert explained.remedy.endswith(".")
    assert explained.level == ("warning" if code in WARNINGS else "note" if code in NOTES else "problem")


def test_no_explanation_is_of_a_code_that_is_not_there() -> None:
    from singlepot.models.diagnostics.explanations import _explanations

    assert list(_explanations()) == list(CODES)
    assert not WARNINGS & NOTES
    assert set(CODES) >= WARNINGS | NOTES


def test_the_command_explain_prints_cause_example_and_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(["explain", "sp-d021"]) == 0
    output = capsys.readouterr().out
    assert output.startswith("SP-D021  Unknown area.\n")
    assert all(f"\n{word}" in output for word in ("Level", "Cause", "Example", "Remedy"))
    assert _run(["explain"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(CODES)
    assert _run(["explain", "D21"]) == 2
    assert "Did you mean SP-D021?" in capsys.readouterr().err


def test_a_misspelt_code_is_taken_for_the_nearest() -> None:
    assert near_code("f1") == "SP-F001"
    assert near_code("SP-F01") == "SP-F001"
    assert near_code("nonsense") == ""


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    """A folder with a note and a warning."""
    folder = Path(shutil.copytree(INPUT / "official", tmp_path / "doubtful"))
    for name, old, new in (("areas.csv", "E06000001,Hartlepool", "E06000001 ,Poole"),):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    return folder


def test_notes_are_logged(doubtful: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="singlepot")
    scenario = sp.read_scenario(doubtful)
    messages = [(record.levelname, record.getMessage()) for record in caplog.records if "SP-" in record.getMessage()]
    assert [level for level, _ in messages] == ["INFO", "WARNING"]
    assert "taken off in 1 cell" in messages[0][1]
    assert '"Hartlepool", the name of E06000001' in messages[1][1]
    caplog.clear()
    scenario.with_(rules={"grant_floor": 0.6})
    assert [record for record in caplog.records if "SP-" in record.getMessage()] == []


def test_check_shows_notes_and_is_ready(doubtful: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(["check", str(doubtful)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ready: ")
    assert [line[:13] for line in lines[1:]] == ["note: SP-D060", "warning: SP-A"]


def test_check_writes_problems_and_notes_as_json(doubtful: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(["check", str(doubtful), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["ready"] is True
    assert [(note["code"], note["level"]) for note in document["notes"]] == [
        ("SP-D060", "note"),
        ("SP-A008", "warning"),
    ]
    (doubtful / "pot.csv").unlink()
    assert _run(["check", str(doubtful), "--json"]) == 3
    document = json.loads(capsys.readouterr().out)
    assert [problem["code"] for problem in document["problems"]] == ["SP-D001"]
    assert set(document["problems"][0]) == {
        *("code", "level", "meaning", "table", "file", "place", "column", "value", "expected", "remedy")
    }


def test_settle_says_warnings_on_standard_error(
    doubtful: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(["settle", str(doubtful), "--out", str(tmp_path / "out")]) == 0
    assert [line[:16] for line in capsys.readouterr().err.splitlines()] == ["warning: SP-A008"]
    assert _run(["settle", str(doubtful), "--out", str(tmp_path / "quiet"), "--quiet"]) == 0
    assert capsys.readouterr().err == ""


def test_notes_of_one_kind_are_counted_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(shutil.copytree(INPUT / "official", tmp_path / "many"))
    for number in range(60):
        with (folder / "areas.csv").open("a", encoding="utf-8") as file:
            file.write(f"E07000{66 + number:03d},odd,x,1,1,1\n")
    assert _run(["check", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 6
    assert any(" in 56 cells: areas.csv rows 8, 9, 10 " in line for line in lines)


def test_tables_of_pandas_are_checked_alike(caplog: pytest.LogCaptureFixture) -> None:
    """Codes and units are looked at wherever a scenario comes from."""
    tables = {
        "areas": pd.DataFrame({"code": ["E07000026", "E06000001"], "name": ["Allerdale", "Hartlepool"]}),
        "pot": pd.DataFrame({"year": ["2026-27"], "amount": [10_000.0]}),
        "bids": pd.DataFrame({"area": ["E07000026", "E06000001"], "year": ["2026-27"] * 2, "amount": [6.0, 6.0]}),
    }
    sp.Scenario.from_tables(**tables, years=["2026-27"])
    assert ["SP-A004" in caplog.text, "SP-N002" in caplog.text] == [True, True]
    tables["areas"]["code"] = ["E06000063", "Е06000001"]
    with pytest.raises(sp.BadInputError) as refused:
        sp.Scenario.from_tables(**tables, years=["2026-27"])
    assert {problem.code for problem in refused.value.problems} == {"SP-A001", "SP-D021"}


@pytest.mark.parametrize(
    ("text", "column", "money", "number"),
    [
        ("£1,234.5", "amount", "GBP million", 1234.5),
        ("-£5", "amount", "GBP million", -5.0),
        ("£-5", "amount", "GBP million", -5.0),
        ("(£1,000,000)", "amount", "GBP", -1e6),
        ("500-", "amount", "GBP", -500.0),
        ("−3", "amount", "GBP", -3.0),
        ("1.2m", "amount", "GBP million", 1.2),
        ("1.2m", "amount", "GBP thousand", 1200.0),
        ("£1.2bn", "amount", "GBP million", 1200.0),
        ("3 k", "amount", "GBP", 3000.0),
        ("2.5 million", "amount", "GBP million", 2.5),
        ("1 234 567", "amount", "GBP", 1234567.0),
        ("1\u202f234", "amount", "GBP", 1234.0),
        ("0.1k", "amount", "GBP", 100.0),
        ("1,23", "amount", "GBP", None),
        ("1,2345", "amount", "GBP", None),
        ("1,234 567", "amount", "GBP", None),
        ("1.234,5", "amount", "GBP", None),
        ("12%", "amount", "GBP", None),
        ("$5", "amount", "GBP", None),
        ("5 kt", "amount", "GBP", None),
        ("£1.2 billion", "amount", "GBP million", 1200.0),
        ("£-5", "amount", "GBP million", -5.0),
        ("-£-5", "amount", "GBP million", None),
        ("--5", "amount", "GBP", None),
        ("((5))", "amount", "GBP", None),
        ("-5-", "amount", "GBP", None),
        ("(-5)", "amount", "GBP", None),
        ("£", "amount", "GBP", None),
        ("", "amount", "GBP", None),
        ("1e3", "amount", "GBP", None),
        ("5", "amount", "GBP", None),
        (f"£{'9' * 400}", "amount", "GBP", None),
        ("٣", "amount", "GBP", None),
    ],
)
def test_a_number_as_people_write_it_is_read_leniently(
    text: str, column: str, money: str, number: float | None
) -> None:
    result = read_leniently(text, TABLES["bids"][column], money)
    assert (None if result is None else result[0]) == number


def test_unknown_backends_and_limits_are_refused() -> None:
    """Refused before anything is solved, with the nearest name."""
    scenario = sp.read_scenario("bucks-and-burnley")
    for options, words in (
        ({"backend": "hihgs"}, "did you mean 'highs'?"),
        ({"backend": "gurobi"}, "choose one of highs, pulp, pyomo"),
        ({"solver": "simplex"}, "leave the solver out"),
        ({"time_limit_s": -1}, "no number of seconds"),
        ({"time_limit_s": float("nan")}, "no number of seconds"),
        ({"time_limit_s": "60"}, "a value of type str is no time_limit_s"),
    ):
        with pytest.raises(
            sp.BadOptionError if "time_limit_s" in options else SolverNotFoundError, match=re.escape(words)
        ) as refused:
            sp.settle(scenario, **options)  # type: ignore[arg-type]
        assert refused.value.exit_code == 2
