"""One table describes every column that a settlement has: in frames, in CSV, in JSON and in the published schema."""

from __future__ import annotations

import csv
import io
import json
from functools import lru_cache
from typing import Any

import jsonschema
import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.scenario.arrays import arrays
from singlepot.models.settlement.json_schema import settlement_schema
from singlepot.models.settlement.tabulating import _frame
from singlepot.models.tables.output import OUTPUT, UNITS, OutputTable
from singlepot.models.tables.schema import column_names

from ... import strategies
from ...places import TESTS

V1 = TESTS / "fixtures" / "v1" / "settlement"
YEARS = ["2026-27", "2027-28"]


def no_objectives() -> sp.Scenario:
    return sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
        pot=pd.DataFrame({"year": YEARS, "amount": [9.0, 7.0]}),
        bids=pd.DataFrame({"area": ["A", "B"], "year": YEARS, "amount": [10.0, 8.0]}),
        years=YEARS,
    )


def several_envelopes() -> sp.Scenario:
    """Money has to move from one envelope to another, and names of objectives end as those of columns do."""
    envelopes = ["capital", "revenue"]
    return sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
        objectives=pd.DataFrame({"key": ["price_unit", "saved_pounds"], "name": ["x", "y"], "unit": ["homes", "£"]}),
        national=pd.DataFrame({"objective": ["saved_pounds"], "year": [":".join(YEARS)], "target": [3.0]}),
        targets=pd.DataFrame({"area": ["A"], "objective": ["saved_pounds"], "year": [YEARS[0]], "target": [2.5]}),
        pot=pd.DataFrame({"year": YEARS[:1] * 2, "envelope": envelopes, "amount": [12.0, 7.0]}),
        bids=pd.DataFrame({"area": ["A", "B"], "year": YEARS[:1] * 2, "envelope": envelopes, "amount": [10.0, 9.0]}),
        options=pd.DataFrame({"area": ["A"], "option": ["more"]}),
        option_years=pd.DataFrame({"area": ["A"], "option": ["more"], "year": YEARS[:1], "saved_pounds": [0.625]}),
        years=YEARS,
        rules={"virement": 0.1, "target_ceiling": 2.0},
    )


SCENARIOS = {
    "one envelope": lambda: sp.read_scenario("bucks-and-burnley"),
    "levels of objectives": lambda: sp.read_scenario("england"),
    "no objectives": no_objectives,
    "several envelopes": several_envelopes,
    **{f"drawn {seed}": lambda seed=seed: strategies.scenario(strategies.seeded(seed)) for seed in range(4)},
}


@lru_cache
def settled(name: str) -> sp.Settlement:
    return sp.read_settlement(V1) if name == "version 1" else sp.settle(SCENARIOS[name]())


def described(settlement: sp.Settlement, table: OutputTable) -> list[Any]:
    scenario = settlement.scenario
    return table.columns_of(sorted(scenario.objectives["key"]), sorted(scenario.envelopes))


def closed(schema: dict[str, Any], settlement: sp.Settlement) -> dict[str, Any]:
    """The schema, with no column but those it names, those of the objectives and those of the envelopes."""
    for name in OUTPUT:
        rows = schema["properties"][name]["items"]
        if name == "asks":
            further = rows["additionalProperties"]
            rows["properties"] |= dict.fromkeys(settlement.scenario.objectives["key"], further)
        rows["additionalProperties"] = False
    return schema


@pytest.mark.parametrize("name", [*SCENARIOS, "version 1"])
def test_every_written_table_has_exactly_the_columns_described(name: str) -> None:
    """Those of version 1 lack what later versions added, and nothing else."""
    settlement = settled(name)
    documents = settlement.documents()
    for table in OUTPUT.values():
        columns = described(settlement, table)
        if name == "version 1":
            columns = [column for column in columns if not column.added]
        expected = [column.name for column in columns]
        frame = settlement.tables[table.name]
        header = next(csv.reader(io.StringIO(documents[f"tables/{table.name}.csv"].decode())))
        assert list(frame.columns) == header == expected
        for column in columns:
            kind = {"number": "f", "whole": "i"}.get(column.kind, "O")
            assert frame[column.name].dtype.kind == kind, (table.name, column.name)
            assert column.missing or not frame[column.name].isna().any(), (table.name, column.name)


@pytest.mark.parametrize("name", [*SCENARIOS, "version 1"])
def test_the_written_json_keeps_to_the_published_schema_with_no_further_column(name: str) -> None:
    settlement = settled(name)
    schema = closed(settlement_schema(), settlement)
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(settlement.documents()["settlement.json"])
    jsonschema.Draft202012Validator(schema).validate(document)
    for table, rows in document.items():
        if table in OUTPUT and rows:
            with pytest.raises(jsonschema.ValidationError, match="surplus"):
                changed = {**document, table: [{**rows[0], "surplus": 1}]}
                jsonschema.Draft202012Validator(schema).validate(changed)


def test_the_published_schema_describes_every_column_with_its_unit() -> None:
    for name, table in OUTPUT.items():
        rows = settlement_schema()["properties"][name]["items"]
        cells = {**rows["properties"], **rows["patternProperties"], "OBJECTIVE": rows["additionalProperties"]}
        for column in table.columns:
            cell = cells.get(column.name) or cells["^vired_to_"]
            assert cell["description"].startswith(column.explanation)
            assert bool(column.unit) == (column.kind in ("number", "whole"))
            assert not column.unit or UNITS[column.unit] in cell["description"]


def test_a_settlement_reads_back_with_the_kinds_of_its_columns(tmp_path: Any) -> None:
    """Names of objectives that end as those of columns of whole pounds do hold numbers all the same."""
    settlement = settled("several envelopes")
    settlement.write(tmp_path / "s")
    sp.write_settlement(settlement, tmp_path / "s.json")
    assert settlement.asks["saved_pounds"].ne(0).any() and settlement.pot["vired_to_revenue"].sum() > 0
    for path in ("s", "s.json"):
        back = sp.read_settlement(tmp_path / path)
        for name, table in settlement.tables.items():
            pd.testing.assert_frame_equal(back.tables[name], table, check_exact=True)


@pytest.mark.parametrize("change", [{"surplus": [1.0]}, {}])
def test_a_frame_with_other_columns_is_no_table_of_a_settlement(change: dict[str, Any]) -> None:
    data = arrays(no_objectives())
    columns = {"area": ["A"], "option": ["x"], "take_up": [1.0]} | change
    if not change:
        del columns["take_up"]
    with pytest.raises(ValueError, match=r"take_up: (surplus|take_up) in one place only"):
        _frame(OUTPUT["take_up"], columns, data)


def test_no_objective_takes_the_name_of_a_column_beside_it() -> None:
    names = {column.name for column in OUTPUT["asks"].columns if not column.per}
    assert names <= column_names()


def test_explanations_are_sentences() -> None:
    for table in OUTPUT.values():
        for text in (table.explanation, *(column.explanation for column in table.columns)):
            assert text.endswith(".") and len(text) > 10
