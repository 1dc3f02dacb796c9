"""Templates explain every column, settle as they are, and come back as they were filled in."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import openpyxl
import pytest

import singlepot as sp
from singlepot.models.diagnostics.problems import BadInputError
from singlepot.models.files.ownership import FolderRefusedError
from singlepot.models.scenario.json_schema import scenario_schema
from singlepot.models.settings.explained import SETTINGS_EXPLAINED
from singlepot.models.settlement.json_schema import settlement_schema
from singlepot.models.tables.rule_kinds import RULES
from singlepot.models.tables.schema import TABLES, kept
from singlepot.scenarios.formats.json_document import scenario_json
from singlepot.scenarios.results.settlement_document import settlement_json

from ...places import INPUT

SOURCES = [None, "bucks-and-burnley", "england", str(INPUT / "full")]


def same_meaning(one: sp.Scenario, other: sp.Scenario) -> bool:
    return all(one.filled(name).equals(other.filled(name)) for name in TABLES if name != "areas")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", ["template.xlsx", "template"])
def test_a_template_reads_as_what_stands_in_it(name: str, source: str | None, tmp_path: Path) -> None:
    scenario = None if source is None else sp.read_scenario(source)
    sp.write_template(tmp_path / name, scenario)
    read = sp.read_scenario(tmp_path / name)
    if scenario is not None:
        assert same_meaning(read, scenario)
        assert read.with_().settings.as_dict() | {"notes": {}} == scenario.settings.as_dict() | {"notes": {}}
    with pytest.raises(FolderRefusedError, match="exists already"):
        sp.write_template(tmp_path / name, scenario)


@pytest.mark.parametrize("name", ["template.xlsx", "template"])
def test_the_example_settles(name: str, tmp_path: Path) -> None:
    sp.write_template(tmp_path / name)
    scenario = sp.read_scenario(tmp_path / name)
    assert all(len(scenario.tables[table]) for table in TABLES)
    assert sp.settle(scenario).certificate.passed


def test_a_workbook_to_fill_in_explains_every_column(tmp_path: Path) -> None:
    """Unit, range and default stand on the header; words, years and areas are lists to choose from."""
    sp.write_template(tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    for name, table in TABLES.items():
        sheet = book[name]
        headers = {cell.value: cell for cell in sheet[1]}
        below = {"year", "value"} if name == "programmes" else set()  # its years stand across
        columns = [column for column in table if column.name not in below]
        assert {column.name for column in columns} <= set(headers)
        rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
        for column in columns:
            cell = headers[column.name]
            assert cell.comment is not None and column.explanation in cell.comment.text
            assert column.expected("GBP million") in cell.comment.text
            rule = rules.get(f"{cell.column_letter}2")
            if column.numeric:
                assert rule is not None and rule.type in ("decimal", "whole")
            elif column.kind in ("word", "year") or column.refers in ("area", "objective"):
                assert rule is not None and rule.type == "list", column.name
        assert sheet.freeze_panes == "A2"
    assert [row[0].value for row in book["scenario"].iter_rows(min_row=2)][:2] == ["schema", "title"]


def test_notes_of_the_user_survive(tmp_path: Path) -> None:
    """Remarks beside settings and in the tables come back through every format."""
    sp.write_template(tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    for row in book["scenario"].iter_rows(min_row=2):
        if row[0].value == "rules.grant_floor":
            row[2].value = "agreed on 3 May, to be reviewed"
    book["bids"]["F2"] = "Ann to confirm"
    book.save(tmp_path / "t.xlsx")
    scenario = sp.read_scenario(tmp_path / "t.xlsx")
    assert scenario.bids["note"][0] == "Ann to confirm"
    for name in ("a.json", "folder", "b.xlsx"):
        sp.write_scenario(scenario, tmp_path / name)
        scenario = sp.read_scenario(tmp_path / name)
        assert scenario.settings.notes["rules.grant_floor"] == "agreed on 3 May, to be reviewed"
        assert scenario.bids["note"][0] == "Ann to confirm"
    again = openpyxl.load_workbook(tmp_path / "b.xlsx")["scenario"]
    assert "agreed on 3 May, to be reviewed" in [row[2].value for row in again.iter_rows()]


def test_every_setting_is_explained() -> None:
    keys = {f"rules.{rule.name}" for rule in RULES.values() if rule.general}
    assert keys <= set(SETTINGS_EXPLAINED)
    made = scenario_schema()
    tables = {"rule_rows" if name == "rules" else name for name in TABLES}
    assert {key.partition(".")[0] for key in SETTINGS_EXPLAINED} == set(made["properties"]) - tables
    assert all(text.endswith((".", ")", "15")) for text in SETTINGS_EXPLAINED.values())


def test_a_folder_to_fill_in_has_commented_settings(tmp_path: Path) -> None:
    sp.write_template(tmp_path / "t", sp.read_scenario("england"))
    text = (tmp_path / "t" / "scenario.toml").read_text(encoding="utf-8")
    for path, explanation in SETTINGS_EXPLAINED.items():
        assert path in ("expect", "log", "notes") or f"# {explanation}\n" in text
    assert tomllib.loads(text) == sp.read_scenario("england").settings.as_dict()
    assert "| `max_take_up` |" in (tmp_path / "t" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("source", SOURCES[1:])
def test_a_scenario_document_keeps_to_its_schema(source: str) -> None:
    made = scenario_schema()
    jsonschema.Draft202012Validator.check_schema(made)
    document = json.loads(scenario_json(sp.read_scenario(source)))
    jsonschema.Draft202012Validator(made).validate(document)
    for change, words in [
        ({"schema": 2}, "1 was expected"),
        ({"bids": [{"area": "a", "year": "2026/27", "amount": 1}]}, "does not match"),
        ({"bids": [{"area": "a", "year": "2026-27", "amount": -1}]}, "less than the minimum"),
        ({"bids": [{"area": "a", "year": "2026-27", "amount": 1, "amuont": 1}]}, "amuont"),
        ({"rules": {"grant_floor": 70}}, "greater than the maximum"),
        ({"other": 1}, "other"),
    ]:
        with pytest.raises(jsonschema.ValidationError, match=words):
            jsonschema.Draft202012Validator(made).validate({**document, **change})


def test_a_settlement_document_keeps_to_its_schema() -> None:
    settlement = sp.settle(sp.read_scenario("bucks-and-burnley"))
    made = settlement_schema()
    jsonschema.Draft202012Validator.check_schema(made)
    jsonschema.Draft202012Validator(made).validate(json.loads(settlement_json(settlement)))


def test_what_the_schema_knows_is_what_the_checks_know() -> None:
    """Every column of every table, with its limits and words."""
    properties = scenario_schema()["properties"]
    for name, table in TABLES.items():
        cells = properties["rule_rows" if name == "rules" else name]["items"]["properties"]
        assert list(cells) == [column.name for column in table]
        for column in table:
            assert cells[column.name]["description"].startswith(column.explanation)
            assert set(column.words) <= set(cells[column.name].get("enum", column.words))
            assert not kept(column.name)


def test_a_newer_version_says_so(tmp_path: Path) -> None:
    for name in ("s.json", "s.xlsx", "s"):
        scenario = sp.read_scenario("bucks-and-burnley")
        path = tmp_path / name
        sp.write_scenario(scenario, path)
        if name == "s.json":
            path.write_text(re.sub(r'"schema": 1', '"schema": 2', path.read_text(encoding="utf-8")), encoding="utf-8")
        elif name == "s.xlsx":
            book = openpyxl.load_workbook(path)
            book["scenario"]["B2"] = 2
            book.save(path)
        else:
            settings = path / "scenario.toml"
            settings.write_text(
                settings.read_text(encoding="utf-8").replace("schema = 1", "schema = 2"), encoding="utf-8"
            )
        with pytest.raises(
            BadInputError, match=r"SP-S004 .*got 2; expected 1; it was written by a newer singlepot: upgrade"
        ):
            sp.read_scenario(path)
