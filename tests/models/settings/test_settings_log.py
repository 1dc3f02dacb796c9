"""The section ``[log]``: kept through every format, checked like the rest, and without effect on anything else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

import singlepot as sp
from singlepot.models.diagnostics.problems import BadInputError, Report
from singlepot.models.settings.log import CONFIDENCE, ENTRIES, NAMED
from singlepot.models.tables.schema import TABLES
from singlepot.scenarios.formats.json_document import scenario_as_dict, scenario_of
from singlepot.scenarios.what_if.differences import differences

from ...examples import tries

NAMES = st.sampled_from(["population", "rules.grant_floor", "stages.give.shortfall.largest", "a b", "=x", "für", "1"])
SAYINGS = st.sampled_from(
    ["=cmd()", "2650", "1e3", "0.10", "a, b", '["x"]', " spaced ", "2026-27", "true", "<b>", "ß 📈"]
)
SPECIAL: dict[str, st.SearchStrategy[Any]] = {
    "tables": st.lists(st.sampled_from(sorted(TABLES)), min_size=1, max_size=3, unique=True),
    "confidence": st.sampled_from(CONFIDENCE),
    "bears_on": st.sampled_from(["pot", "national", "national.carbon", "rules.grant_floor"]),
}


def entries(part: str) -> st.SearchStrategy[dict[str, Any]]:
    fields = {key: SPECIAL.get(key, SAYINGS) for key in ENTRIES[part].model_fields}
    return st.fixed_dictionaries({}, optional=fields).filter(bool)


LOGS = st.fixed_dictionaries(
    {},
    optional={
        **{part: st.dictionaries(NAMES, entries(part), min_size=1, max_size=3) for part in NAMED},
        "transparency": entries("transparency"),
    },
)


def with_log(log: dict[str, Any]) -> sp.Scenario:
    base = sp.read_scenario("bucks-and-burnley")
    return scenario_of({**scenario_as_dict(base), "log": log}, "$", "x.json", Report())


@given(LOGS)
@tries(12)
def test_every_format_keeps_a_log(tmp_path_factory: pytest.TempPathFactory, log: dict[str, Any]) -> None:
    folder = tmp_path_factory.mktemp("log")
    made = with_log(log)
    assert made.settings.as_dict().get("log", {}) == log
    for name in ("folder", "book.xlsx", "document.json"):
        sp.write_scenario(made, folder / name)
        assert sp.read_scenario(folder / name) == made, name
    sp.write_template(folder / "template.xlsx", made)
    assert sp.read_scenario(folder / "template.xlsx").settings.log == made.settings.log


@pytest.mark.parametrize(
    ("log", "code", "words"),
    [
        ({"sorces": {}}, "SP-S001", 'did you mean "sources"?'),
        ({"sources": {"a": {"lisence": "x"}}}, "SP-S001", 'did you mean "licence"?'),
        ({"sources": {"a": {"tables": ["area"]}}}, "SP-S004", 'did you mean "areas"?'),
        ({"sources": {"a": {"tables": "areas"}}}, "SP-S003", "a list"),
        ({"assumptions": {"a": {"confidence": "lo"}}}, "SP-S004", "one of low, medium, high"),
        ({"assumptions": {"a": {"value": True}}}, "SP-S003", "text in quotes"),
        ({"assumptions": {"a": {"bears_on": "rules.grant_flor"}}}, "SP-S004", 'did you mean "grant_floor"?'),
        ({"assumptions": {"a": {"bears_on": "pots"}}}, "SP-S004", "pot, national, national.OBJECTIVE or rules.RULE"),
        ({"decisions": {" a": {"by": "x"}}}, "SP-S004", "a name without spaces around it"),
        ({"decisions": {"a": "the minister"}}, "SP-S003", "a section of keys"),
        ({"transparency": {"owner": "a\nb"}}, "SP-S004", "one line of text"),
    ],
)
def test_what_is_wrong_is_named(log: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(BadInputError) as refusal:
        with_log(log)
    (problem,) = refusal.value.problems
    assert problem.code == code
    assert words in str(problem)
    assert problem.column.startswith("log.")


def test_a_number_may_be_written_without_quotes() -> None:
    log = with_log({"assumptions": {"a": {"value": 2650.0}, "b": {"value": 0.1}, "c": {"value": 3}}}).settings.log
    assert [entry["value"] for entry in log["assumptions"].values()] == ["2650", "0.1", "3"]


def test_a_what_if_writes_down_who_decided(tmp_path: Path) -> None:
    """A what-if adds to the log of its base; the log makes no difference between scenarios."""
    text = 'base = "england"\ntitle = "Smaller"\n[rules]\ngrant_floor = 0.6\n'
    (tmp_path / "plain.toml").write_text(text, encoding="utf-8")
    texts = '[log.decisions."rules.grant_floor"]\nby = "the minister"\n'
    (tmp_path / "said.toml").write_text(text + texts, encoding="utf-8")
    plain, made = (sp.read_scenario(tmp_path / name) for name in ("plain.toml", "said.toml"))
    assert made.settings.log["decisions"]["rules.grant_floor"]["by"] == "the minister"
    assert made.settings.log["sources"] == plain.settings.log["sources"]
    assert not len(differences(plain, made))
    assert made.with_(rules={"grant_floor": 0.7}).settings.log == made.settings.log
