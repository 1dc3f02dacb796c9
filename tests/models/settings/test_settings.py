"""Settings are read strictly, and every problem of theirs comes together with those of the tables."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from singlepot.models.diagnostics.codes import CODES, WARNINGS
from singlepot.models.diagnostics.problems import BadInputError
from singlepot.models.scenario.scenario import Scenario
from singlepot.scenarios.reading.reading import read_scenario

from ...places import INPUT

# what is broken, the text found, the text put in its place, codes, line, words of the first problem
BROKEN = [
    ("an unknown key", "schema = 1", "schema = 1\ntitel = 'x'", ["SP-S001"], 2, ["titel", 'did you mean "title"?']),
    ("a key of a section at the top", "schema = 1", "schema = 1\ncarry_over = 0.1", ["SP-S001"], 2, ["in [rules]"]),
    (
        "an unknown rule",
        "grant_floor",
        "grant_flor",
        ["SP-S001"],
        9,
        ['key "rules.grant_flor"', 'did you mean "grant_floor"?'],
    ),
    ("a rule for the table", "virement = 0.1", "grant_lock = 1", ["SP-S001"], 16, ["it belongs in the table rules"]),
    (
        "a count that does not hold",
        "[rules]",
        "[expect]\nareas = 9\n\n[rules]",
        ["SP-S014"],
        None,
        ["got 5 rows of areas"],
    ),
    ("an unknown section", "[equity]", "[equality]", ["SP-S001"], 18, ['did you mean "equity"?']),
    ("no schema", "schema = 1\n", "", ["SP-S002"], None, ['key "schema"', "write schema = 1"]),
    ("no years", 'years = ["2026-27", "2027-28"]\n', "", ["SP-S002"], None, ["years", "write years = ["]),
    ("half of equity", "elasticity = 1.3\n", "", ["SP-S002"], 18, ["equity.elasticity"]),
    ("another schema", "schema = 1", "schema = 2", ["SP-S004"], 1, ["got 2", "expected 1"]),
    ("a schema that is true", "schema = 1", "schema = true", ["SP-S003"], 1, ["got True", "a whole number"]),
    ("a number as text", "grant_floor = 0.7", 'grant_floor = "0.7"', ["SP-S003"], 9, ["without quotes"]),
    ("a truth value as a number", "grant_floor = 0.7", "grant_floor = true", ["SP-S003"], 9, ["a number"]),
    ("one year, no list", '["2026-27", "2027-28"]', '"2026-27"', ["SP-S003"], 5, ["expected a list"]),
    ("years as numbers", '["2026-27", "2027-28"]', "[2026, 2027]", ["SP-S003", "SP-S003"], 5, ["years item 1"]),
    ("a section that is a number", "[equity]", "[rules.x]", ["SP-S001"], 18, ["rules.x"]),
    ("rules that are a number", "[rules]", "rules = 5\n[rule]", ["SP-S003", "SP-S001"], 8, ["a section of keys"]),
    ("not a number", "grant_floor = 0.7", "grant_floor = nan", ["SP-S004"], 9, ["got nan"]),
    ("infinity", "own_cost_ceiling = 0.02", "own_cost_ceiling = inf", ["SP-S004"], 14, ["a finite number"]),
    (
        "a floor above one",
        "grant_floor = 0.7",
        "grant_floor = 70",
        ["SP-S004"],
        9,
        ["≤ 1", "write 0.7 if 70% is meant"],
    ),
    ("a ceiling below one", "grant_ceiling = 1.2", "grant_ceiling = 0.9", ["SP-S004"], 10, ["a number ≥ 1"]),
    (
        "a floor above the ceiling of take-ups",
        "grant_ceiling = 1.2",
        "take_up_floor = 0.6\ntake_up_ceiling = 0.5",
        ["SP-S017"],
        11,
        ["take_up_ceiling", "a share ≥ 0.6, the take_up_floor"],
    ),
    ("a take-up ceiling above one", "grant_ceiling = 1.2", "take_up_ceiling = 1.2", ["SP-S004"], 10, ["≤ 1"]),
    (
        "a limit of an unknown stage",
        "[stages]",
        '[stages]\nlimits = { "shortfall.biggest[1]" = 0.1 }',
        ["SP-S018"],
        23,
        ["stages.limits[shortfall.biggest[1]]", "did you mean", "shortfall.largest[1]"],
    ),
    (
        "a limit of a stage without its priority",
        "[stages]",
        '[stages]\nlimits = { "shortfall.largest" = 0.1 }',
        ["SP-S018"],
        23,
        ["a stage with its priority", "shortfall.largest[1]"],
    ),
    (
        "a limit of a stage that gives nothing",
        "[stages]",
        '[stages]\nlimits = { "burden" = 0.1 }',
        ["SP-S019"],
        23,
        ["a stage that gives: shortfall.largest, shortfall.total", "leave its limit out"],
    ),
    (
        "a limit below nothing",
        "[stages]",
        '[stages]\nlimits = { "shortfall.largest[1]" = -0.1 }',
        ["SP-S004"],
        23,
        ["a number ≥ 0"],
    ),
    ("a negative step", "grant_step = 0.1", "grant_step = -0.1", ["SP-S004"], 11, ["a number ≥ 0"]),
    ("more than all carried over", "carry_over = 0.05", "carry_over = 5", ["SP-S004"], 15, ["≤ 1"]),
    ("a negative elasticity", "elasticity = 1.3", "elasticity = -1.3", ["SP-S004"], 20, ["≥ 0"]),
    ("another money", "GBP million", "GBP m", ["SP-S004"], 3, ["GBP, GBP thousand, GBP million"]),
    ("a title over two lines", '"Four areas', '"Four\\nareas', ["SP-S004"], 2, ["one line of text"]),
    ("a base that is no year", '"2025-26"', '"2025"', ["SP-S005"], 4, ["price_base", 'write "2025-26"']),
    ("a year with a slash", '"2027-28"', '"2027/28"', ["SP-S005"], 5, ["years item 2", 'write "2027-28"']),
    ("a year left out", '"2027-28"', '"2028-29"', ["SP-S006"], 5, ["2027-28 after 2026-27"]),
    ("a year twice", '"2027-28"', '"2026-27"', ["SP-S006"], 5, ["2027-28 after 2026-27"]),
    ("years backwards", '["2026-27", "2027-28"]', '["2027-28", "2026-27"]', ["SP-S006"], 5, ["list every year"]),
    ("no year at all", '["2026-27", "2027-28"]', "[]", ["SP-S004"], 5, ["at least one"]),
    ("population listed", '"hours"]', '"hours", "population"]', ["SP-S007"], 6, ["need not be listed"]),
    ("a column listed", '"hours"]', '"hours", "region"]', ["SP-S007"], 6, ["no other column of areas has"]),
    ("a hidden attribute", '"hours"]', '"hours", "_x"]', ["SP-S007"], 6, ["not beginning with _"]),
    ("an attribute twice", '"hours"]', '"hours", "income"]', ["SP-S007"], 6, ['the second "income"']),
    ("an unknown stage", '"burden"', '"burdens"', ["SP-S008"], 23, ["stages.order item 4", 'did you mean "burden"?']),
    ("a stage twice", '"concession.total"', '"burden"', ["SP-S009"], 23, ["each name once", '"burden"']),
    (
        "cost too early",
        '"burden", "cost"',
        '"cost", "burden"',
        ["SP-S010"],
        23,
        ["cost only after burden and a concession stage"],
    ),
    ("cost without a concession", '"concession.total", ', "", ["SP-S010"], 23, ["a concession stage"]),
    (
        "giving a stage that is not named",
        '"shortfall.total" = 0.005',
        '"concession.largest" = 0.005',
        ["SP-S011"],
        24,
        ["stages.give[concession.largest]"],
    ),
    (
        "giving a stage that is none",
        '"shortfall.total" = 0.005',
        "burdn = 1",
        ["SP-S011"],
        24,
        ['did you mean "burden"?'],
    ),
    ("giving less than nothing", '"shortfall.total" = 0.005', "burden = -1", ["SP-S004"], 24, ["≥ 0"]),
    ("giving without end", '"shortfall.total" = 0.005', "burden = inf", ["SP-S004"], 24, ["finite"]),
    ("bands that fall", "[0.05, 0.15, 0.35]", "[0.05, 0.35, 0.15]", ["SP-S012"], 27, ["above the one before"]),
    ("bands from zero", "[0.05, 0.15, 0.35]", "[0, 0.15, 0.35]", ["SP-S012"], 27, ["above zero"]),
    ("slopes that fall", "[1, 3, 7, 15]", "[1, 3, 7, 5]", ["SP-S012"], 28, ["slopes above zero"]),
    ("a slope of zero", "[1, 3, 7, 15]", "[0, 3, 7, 15]", ["SP-S012"], 28, ["slopes above zero"]),
    ("a slope too few", "[1, 3, 7, 15]", "[1, 3, 7]", ["SP-S012"], 28, ["4 slopes, one more than ends"]),
    (
        "an unknown attribute",
        'attribute = "income"',
        'attribute = "incom"',
        ["SP-S013"],
        19,
        ['did you mean "income"?'],
    ),
    ("equity by a text", 'attribute = "income"', 'attribute = "name"', ["SP-S013"], 19, ["population or one of"]),
    (
        "convergence between shortfalls",
        '[stages]\norder = ["shortfall.largest", ',
        '[convergence]\naims = { skills = 0.2 }\n[stages]\norder = ["shortfall.largest", "convergence.total", ',
        ["SP-S020"],
        None,
        ["convergence.total before the first or after the last", "move it"],
    ),
    ("convergence without aims", '"burden", ', '"convergence.total", "burden", ', ["SP-S021"], None, ["aims in [conv"]),
    ("inclusion without an aim", '"burden", ', '"inclusion.total", "burden", ', ["SP-S021"], None, ["together in [i"]),
    (
        "an aim of an unknown objective",
        "[equity]",
        "[convergence]\naims = { skils = 0.2 }\n[equity]",
        ["SP-S022"],
        None,
        ['"skils"', 'did you mean "skills"?'],
    ),
    (
        "an aim in another year",
        "[equity]",
        '[convergence]\nyear = "2028-29"\n[equity]',
        ["SP-S022"],
        None,
        ["convergence.year", "a year of the scenario"],
    ),
    (
        "an aim without a rate",
        "[equity]",
        "[convergence]\naims = { carbon = 0.2 }\n[equity]",
        ["SP-S023", "SP-S023"],
        None,
        ["no baseline", "leave the aim out"],
    ),
    (
        "an aim above the whole gap",
        "[equity]",
        "[convergence]\naims = { skills = 20 }\n[equity]",
        ["SP-S004"],
        19,
        ["a number ≤ 1"],
    ),
    (
        "gaps of areas in nothing",
        "[equity]",
        '[convergence]\nplaces = "recipient"\n[equity]',
        ["SP-S004"],
        18,
        ['places = "area", compared_with = "nation"'],
    ),
    (
        "one objective for both",
        "[equity]",
        '[inclusion]\nprosperity = "skills"\ninclusion = "skills"\n[equity]',
        ["SP-S004"],
        18,
        ["two different objectives"],
    ),
    ("not TOML", "schema = 1", "schema = 1,5", ["SP-F012"], 1, ["line 1 column", "with a point"]),
    ("a percentage", "grant_floor = 0.7", "grant_floor = 70%", ["SP-F012"], 9, ["write 0.7 for 70%"]),
    ("a capital truth value", "grant_floor = 0.7", "grant_floor = True", ["SP-F012"], 9, ["true or false"]),
    ("a year without quotes", '"2025-26"', "2025-26", ["SP-F012"], 4, ["in quotation marks"]),
    ("text without quotes", '"GBP million"', "GBP million", ["SP-F012"], 3, ["text in quotation marks"]),
    ("a key twice", "schema = 1", "schema = 1\nschema = 1", ["SP-F012"], 2, ["twice"]),
    ("a section twice", "[equity]", "[rules]", ["SP-F012"], 18, ["twice"]),
    ("a key twice at the end", "slopes = [1, 3, 7, 15]\n", "slopes = [1]\nslopes = [2]", ["SP-F012"], 29, ["twice"]),
    ("brackets without end", "schema = 1", "schema = " + "[" * 5000, ["SP-F013"], None, ["brackets within"]),
]


@pytest.mark.parametrize(("what", "find", "put", "codes", "line", "says"), BROKEN, ids=[case[0] for case in BROKEN])
def test_broken_settings_are_refused_with_their_code_and_line(
    what: str, find: str, put: str, codes: list[str], line: int | None, says: list[str], tmp_path: Path
) -> None:
    shutil.copytree(INPUT / "full", tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "scenario.toml").read_text(encoding="utf-8")
    assert find in text
    (tmp_path / "scenario.toml").write_text(text.replace(find, put, 1), encoding="utf-8")
    with pytest.raises(BadInputError) as caught:
        read_scenario(tmp_path)
    problems = caught.value.problems
    assert [problem.code for problem in problems if problem.table == "scenario"] == codes, str(caught.value)
    assert all(problem.table == "scenario" for problem in problems), str(caught.value)
    assert problems[0].place.split(" column")[0] == ("" if line is None else f"line {line}")
    for words in says:
        assert words in str(problems[0])


def test_every_code_of_settings_has_a_case() -> None:
    elsewhere = {"SP-S026"}  # tests/models/checks/test_levelling.py
    tried = {code for case in BROKEN for code in case[3]} | elsewhere
    assert {code for code in CODES if code.startswith("SP-S") and code not in WARNINGS} <= tried


def test_problems_of_settings_and_tables_come_together(tmp_path: Path) -> None:
    shutil.copytree(INPUT / "full", tmp_path, dirs_exist_ok=True)
    for name, find, put in [
        ("scenario.toml", 'title = "', 'titel = "'),
        ("scenario.toml", "virement = 0.1", "virement = 10"),
        ("areas.csv", "E2,Barton", "E2,"),
        ("bids.csv", "E2,2026-27,25", "E2,2026-27,£25"),
        ("bids.csv", "E3,2027-28", "E3,2028-29"),
    ]:
        path = tmp_path / name
        path.write_text(path.read_text(encoding="utf-8").replace(find, put), encoding="utf-8")
    with pytest.raises(BadInputError) as caught:
        read_scenario(tmp_path)
    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["SP-S001", "SP-S004", "SP-D010", "SP-D011", "SP-D022"]
    assert str(caught.value).count("\n") == 4


def test_tables_are_checked_without_settings(tmp_path: Path) -> None:
    shutil.copytree(INPUT / "full", tmp_path, dirs_exist_ok=True)
    (tmp_path / "scenario.toml").unlink()
    bids = tmp_path / "bids.csv"
    bids.write_text(bids.read_text(encoding="utf-8").replace("E2,2026-27,25", "E2,2026-27,£25"), encoding="utf-8")
    with pytest.raises(BadInputError) as caught:
        read_scenario(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["SP-F002", "SP-D011"]


TABLES: dict[str, Any] = {
    "areas": pd.DataFrame({"code": ["A"], "name": ["Aston"]}),
    "pot": pd.DataFrame({"year": ["2026-27"], "amount": [1.0]}),
    "bids": pd.DataFrame({"area": ["A"], "year": ["2026-27"], "amount": [1.0]}),
}


def test_settings_given_as_arguments_are_named_by_key() -> None:
    with pytest.raises(BadInputError) as caught:
        Scenario.from_tables(**TABLES, years=["2026-27"], rules={"grant_flor": 1.0}, equity={"attribute": "gdp"})
    lines = str(caught.value).split("\n")
    assert lines[0].startswith('SP-S001 settings, key "rules.grant_flor": expected one of grant_floor')
    assert lines[1] == 'SP-S002 settings, key "equity.elasticity": expected the key to be there; ' + (
        "write elasticity = 1.3, for instance"
    )


def test_equity_by_population_needs_the_column() -> None:
    with pytest.raises(BadInputError) as caught:
        Scenario.from_tables(**TABLES, years=["2026-27"], equity={"attribute": "population", "elasticity": 1.0})
    assert [problem.code for problem in caught.value.problems] == ["SP-D040"]


def test_settings_hold_what_the_file_says() -> None:
    document = tomllib.loads((INPUT / "full" / "scenario.toml").read_text(encoding="utf-8"))
    settings = read_scenario(INPUT / "full").settings
    assert settings.years == ("2026-27", "2027-28")
    assert settings.rules == document["rules"]
    assert settings.stages.give == {"shortfall.largest": 0.005, "shortfall.total": 0.005}
    assert settings.stages.bands.slopes == (1.0, 3.0, 7.0, 15.0)
    assert settings.equity is not None and settings.equity.elasticity == 1.3
    assert settings.as_dict() == document
    with pytest.raises(TypeError):
        settings.rules["grant_floor"] = 1.0  # type: ignore[index]


def test_settings_and_problems_are_light() -> None:
    """They are imported by the command line before anything heavy is needed."""
    light = "singlepot.models.diagnostics.problems, singlepot.models.settings.settings"
    code = f"import sys, {light}; print('pandas' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
