"""What earlier versions wrote still reads: the files in ``tests/fixtures/v1`` are never changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.scenario.json_schema import scenario_schema
from singlepot.models.settlement.json_schema import settlement_schema

from ...places import TESTS

V1 = TESTS / "fixtures" / "v1"
FORMS = ("scenario-csv", "scenario-parquet", "scenario.xlsx", "scenario.json")


@pytest.mark.parametrize("form", FORMS)
def test_a_scenario_of_version_1_reads(form: str) -> None:
    scenario = sp.read_scenario(V1 / form)
    assert scenario == sp.read_scenario(V1 / "scenario-csv")
    assert scenario.settings.years == ("2026-27", "2027-28")
    assert scenario.settings.rules == {
        "grant_floor": 0.7,
        "grant_ceiling": 1.2,
        "target_floor": 0.7,
        "target_ceiling": 1.6,
    }
    assert scenario.settings.notes == {"rules.grant_floor": "agreed with the areas"}
    assert scenario.bids["amount"].tolist() == [18.0, 18.0, 12.0, 12.0]
    assert scenario.bids["note"].tolist() == ["example: replace or delete"] * 4
    assert scenario.options["option"].tolist() == ["evening-courses", "fewer-sites"]
    assert {name: len(table) for name, table in scenario.tables.items()} == {
        "areas": 2,
        "objectives": 1,
        "national": 2,
        "pot": 2,
        "bids": 4,
        "targets": 4,
        "programmes": 0,
        "options": 2,
        "option_years": 4,
        "rules": 1,
    }


def test_a_settlement_of_version_1_reads(tmp_path: Path) -> None:
    folder = shutil.copytree(V1 / "settlement", tmp_path / "settlement")
    from_folder, from_document = sp.read_settlement(folder), sp.read_settlement(V1 / "settlement.json")
    for name, table in from_folder.tables.items():
        pd.testing.assert_frame_equal(from_document.tables[name], table, check_exact=True)
    assert from_folder.scenario == from_document.scenario == sp.read_scenario(V1 / "scenario-csv")
    assert from_folder.certificate == from_document.certificate
    assert from_folder.certificate.passed
    assert from_folder.grants.groupby("year")["pounds"].sum().tolist() == [28_000_000, 28_000_000]


def test_documents_of_version_1_keep_to_the_schema_of_today() -> None:
    for name, schema in (("scenario.json", scenario_schema()), ("settlement.json", settlement_schema())):
        document = json.loads((V1 / name).read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator(schema).validate(document)
