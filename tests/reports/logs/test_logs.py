"""The logs for assurance: complete, the same however they are asked for, and no effect that was not computed."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given

import singlepot as sp
from singlepot.models.analysis.first_order import MORE, first_order
from singlepot.models.diagnostics.problems import list_words
from singlepot.models.settlement import settlement as settlements
from singlepot.models.tables.rule_kinds import RULES
from singlepot.models.tables.stage_words import stage_words
from singlepot.reports.logs.assumptions import INSIDE
from singlepot.reports.logs.logs import logs
from singlepot.reports.logs.transparency import COLUMNS as RECORD

from ... import strategies
from ...places import ROOT

KEYS = ("assumptions", "decisions", "data", "verification", "versions", "transparency")

STEP = 1e-5
"""How much more is settled, to compare with what the duals say."""


@lru_cache
def settled(name: str) -> sp.Settlement:
    return sp.settle(sp.read_scenario(name))


def log_of(settlement: sp.Settlement, key: str) -> pd.DataFrame:
    return next(log.table for log in logs(settlement) if log.key == key)


def with_more(scenario: sp.Scenario, name: str, step: float) -> sp.Scenario:
    """The scenario with one thing larger, by the public way."""
    kind, _, which = name.partition(".")
    if kind == "pot":
        return scenario.with_(pot=scenario.pot.assign(amount=scenario.pot["amount"] * (1 + step)))
    if kind == "national":
        table = scenario.national
        mine = table["objective"].eq(which) | (not which)
        return scenario.with_(national=table.assign(target=table["target"] * (1 + step * mine)))
    return scenario.with_(rules={which: scenario.settings.rules[which] * (1 + step)})


@pytest.mark.parametrize(
    ("scenario", "name"),
    [
        *(("bucks-and-burnley", name) for name in ("pot", "national", "national.carbon", "national.trees")),
        *(("england", name) for name in ("pot", "national.carbon", "rules.grant_floor", "rules.grant_ceiling")),
        ("england", "rules.own_cost_ceiling"),
        ("levelling-up-fund", "pot"),
    ],
)
def test_an_effect_is_what_settling_again_shows(scenario: str, name: str) -> None:
    """A thing made a little larger moves the first stage at the rate that the duals say, and none before it."""
    before = settled(scenario)
    after = sp.settle(with_more(before.scenario, name, STEP))
    moved = [
        (stage, (new - old) * MORE / STEP)
        for stage, old, new in zip(before.stages["name"], before.stages["value"], after.stages["value"], strict=True)
        if abs(new - old) > 1e-9 * max(abs(old), 1e-3)
    ]
    effect = first_order(before, name)
    if not effect.stage:
        assert not moved
        return
    assert effect.stage == moved[0][0]
    assert effect.change == pytest.approx(moved[0][1], rel=3e-3)


@given(strategies.drafts())
def test_every_log_of_any_settlement(made: strategies.Draft) -> None:
    """All keys, texts only, an effect computed or said not to be; no log is empty."""
    settlement = logs(sp.settle(strategies.scenario(made)))
    assert tuple(log.key for log in settlement) == KEYS
    for log in settlement:
        assert len(log.table) and log.title and log.about.endswith(".")
        assert all(isinstance(cell, str) for column in log.table for cell in log.table[column]), log.key
    for effect in settlement[0].table["effect"]:
        assert effect.startswith(("1% more: ", "not computed: "))


def test_assumptions_of_england_are_those_of_its_figures() -> None:
    """Value, source and confidence as written; an effect where something is in proportion to it, and nowhere else."""
    table = log_of(settled("england"), "assumptions").set_index("assumption")
    figures = ROOT / "scenarios" / "library" / "figures"
    written = pd.read_csv(figures / "assumptions.csv", dtype=str).set_index("key").drop("discount_rate")
    assert list(table.index) == list(written.index)
    for column, ours in (("value", "value"), ("unit", "unit"), ("basis", "source"), ("confidence", "confidence")):
        assert list(table[ours]) == list(written[column])
    scaled = [name for name in table.index if name == "pot_per_year" or name.startswith("national_share_")]
    assert all(table.loc[scaled, "effect"].str.match(r"1% more: (?:lowers|raises) the largest shortfall by "))
    assert set(table.drop(scaled)["effect"]) == {INSIDE}


def test_what_no_assumption_covers_is_listed() -> None:
    """Pot and national objectives stand in the log even where the modeller wrote nothing down."""
    table = log_of(settled("bucks-and-burnley"), "assumptions")
    assert list(table["assumption"]) == ["pot", "national targets for Carbon", "national targets for Trees"]
    assert set(table["confidence"]) == {"not said"}
    assert table["effect"].iloc[
        0
    ] == "1% more: lowers all cuts of proposed targets together by 0.0049, from 0.01 (weighted share)" or (
        "percentage points" in table["effect"].iloc[0]
    )


def test_decisions_say_who_and_why() -> None:
    settlement = settled("england")
    table = log_of(settlement, "decisions").set_index("decision")
    for rule, value in settlement.scenario.settings.rules.items():
        row = table.loc[RULES[rule].words]
        assert float(row["value"]) == value
        assert row["by"] == "the authors of the scenario" and row["why"]
        assert row["effect"].startswith("1% more: ")
    assert table.loc["stages order", "value"] == list_words(map(stage_words, settlement.scenario.settings.stages.order))
    assert table.loc["rounding", "by"] == "singlepot"
    plain = settled("levelling-up-fund")
    assert log_of(plain, "decisions").set_index("decision").loc["rules", "value"] == "none"


def test_every_table_has_its_hash_and_sources(tmp_path: Path) -> None:
    """The hashes are those of the files that are written; every table of a shipped scenario has a source."""
    settlement = settled("england")
    table = log_of(settlement, "data")
    settlement.write(tmp_path / "s")
    files = json.loads((tmp_path / "s" / "manifest.json").read_text(encoding="utf-8"))["files"]
    for row in table.to_dict("records"):
        name = row["table"] if row["table"].endswith(".toml") else f"{row['table']}.csv"
        assert row["sha256"] == files[f"scenario/{name}"]
    tables = {name for name, rows in settlement.scenario.tables.items() if len(rows)}
    assert tables | {"scenario.toml"} == set(table["table"])
    assert not (table["source"] == "not said").any()
    assert (table.loc[table["source"] == "population", "licence"] == "Open Government Licence v3.0").all()


def test_verification_repeats_the_certificate() -> None:
    settlement = settled("england")
    table = log_of(settlement, "verification")
    certificate = settlement.certificate
    assert set(table["holds"]) <= {"yes", "holds", ""}
    assert f"{certificate.violation:.1e}" == table["found"].iloc[0]
    assert all(
        (table["check"] == f"{stage_words(s.name)}: proved by its duals: duality gap").any() for s in certificate.stages
    )
    assert table["found"].iloc[-2:].tolist() == ["not run with this settlement"] * 2


def test_a_failed_check_is_shouted() -> None:
    """A certificate that does not hold says so in the log."""
    settlement = settled("bucks-and-burnley")
    broken = replace(
        settlement, certificate=replace(settlement.certificate, violation=1e-3, pounds_over=2, passed=False)
    )
    table = log_of(broken, "verification")
    assert list(table["holds"]).count("NO") == 2
    assert "FAILS" in set(table["holds"])


def test_the_record_marks_what_only_the_owner_knows(tmp_path: Path) -> None:
    settlement = settled("bucks-and-burnley")
    table = log_of(settlement, "transparency")
    open_fields = table[table["filled in by"] == "nobody yet"]
    assert len(open_fields) == 17 and open_fields["entry"].str.startswith("to be filled in by the owner").all()
    sp.write_scenario(settlement.scenario, tmp_path / "s")
    path = tmp_path / "s" / "scenario.toml"
    path.write_text(path.read_text(encoding="utf-8") + '\n[log.transparency]\nowner = "Director"\n', encoding="utf-8")
    said = log_of(sp.settle(sp.read_scenario(tmp_path / "s")), "transparency").set_index("field")
    assert said.loc["Senior responsible owner", "entry"] == "Director"
    assert said.loc["Senior responsible owner", "filled in by"] == "the scenario"
    assert list(table.columns) == list(RECORD)


@pytest.mark.parametrize("name", ["bucks-and-burnley", "england"])
def test_logs_of_a_settlement_that_was_read_back(name: str, tmp_path: Path) -> None:
    settlement = settled(name)
    settlement.write(tmp_path / "s")
    for made, again in zip(logs(settlement), logs(sp.read_settlement(tmp_path / "s")), strict=True):
        assert made.table.equals(again.table)


def test_stages_of_a_settlement_that_was_read_back_are_solved_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Logs, prices and who is best placed share what was solved again."""
    settled("bucks-and-burnley").write(tmp_path / "s")
    again = sp.read_settlement(tmp_path / "s")
    runs = []
    real = settlements.minimise_in_turn
    monkeypatch.setattr(settlements, "minimise_in_turn", lambda *a, **more: runs.append(1) or real(*a, **more))
    assert logs(again) and again.prices and again.best_placed
    assert copy.deepcopy(again).prices == again.prices
    assert len(runs) == 1


def test_constraints_of_a_program_are_no_reason_to_fail() -> None:
    """What no file holds cannot be worked out again: the log says so."""
    settlement = settled("bucks-and-burnley")
    made = replace(settlement, provenance={**settlement.provenance, "extra": ["cap"]}, stored_orders=None)
    table = log_of(made, "assumptions")
    assert set(table["effect"]) == {"not computed: a program added constraints of its own"}
    assert "extra cap" in set(log_of(made, "decisions")["decision"])


def test_what_a_scenario_writes_down_changes_no_settlement(tmp_path: Path) -> None:
    plain = settled("bucks-and-burnley")
    sp.write_scenario(plain.scenario, tmp_path / "s")
    path = tmp_path / "s" / "scenario.toml"
    path.write_text(path.read_text(encoding="utf-8").partition("[log")[0], encoding="utf-8")
    bare = sp.settle(sp.read_scenario(tmp_path / "s"))
    for name, table in plain.tables.items():
        pd.testing.assert_frame_equal(bare.tables[name], table, check_exact=True)
    assert log_of(bare, "data")["source"].tolist()[:-1] == ["not said"] * 8
