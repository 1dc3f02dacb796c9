"""Files that are nested far too deeply are refused, and cheaply."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from singlepot.models.diagnostics.problems import BadInputError, Report
from singlepot.scenarios.formats.json_document import read_scenario_json
from singlepot.scenarios.formats.settings_file import load_plan, read_settings_file


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 50_000 + " = 1\n",
        "[a" + ".a" * 50_000 + "]\n",
        "a = {" + "b . 'c' . \"d\" . " * 20_000 + "e = 1}\n",
        "a = " + "[" * 20_000 + "]" * 20_000 + "\n",
    ],
    ids=["dotted", "section", "spaced", "brackets"],
)
def test_keys_of_thousands_of_parts_are_refused_before_they_are_parsed(text: str, tmp_path: Path) -> None:
    report = Report(quiet=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tomllib, "loads", None)  # not called
        assert read_settings_file(text.encode(), report) is None
        plan = tmp_path / "plan.toml"
        plan.write_text(text, encoding="utf-8")
        with pytest.raises(BadInputError, match="SP-E002"):
            load_plan(plan, "plan.toml", "plan", "a plan", ("SP-E001", "SP-E002"))
    assert [problem.code for problem in report.problems] == ["SP-F013"]


def test_a_bracket_that_is_never_closed_in_a_long_file_is_looked_for_a_while_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed = []
    loads = tomllib.loads
    monkeypatch.setattr(tomllib, "loads", lambda text: (parsed.append(len(text)), loads(text))[1])
    report = Report(quiet=True)
    assert (
        read_settings_file(b"x = [\n" + b"'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',\n" * 15_000, report)
        is None
    )
    assert sum(parsed) < 4_000_000
    assert [problem.code for problem in report.problems] == ["SP-F012"]


@pytest.mark.parametrize("depth", [50, 300, 500, 700, 900, 5_000, 100_000])
@pytest.mark.parametrize("part", ["notes", "areas"])
def test_json_of_brackets_within_brackets_is_refused_at_every_depth(depth: int, part: str) -> None:
    nested = '{"a":' * depth + "1" + "}" * depth if part == "notes" else "[" * depth + "]" * depth
    document = f'{{"schema": 1, "years": ["2026-27"], "{part}": {nested}}}'
    with pytest.raises(BadInputError, match="SP-J005"):
        read_scenario_json(document.encode(), "plan.json", Report(quiet=True))
