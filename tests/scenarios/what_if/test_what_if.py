"""What-ifs: small files that change a scenario, checked like any other."""

from __future__ import annotations

import doctest
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.diagnostics.problems import CODES
from singlepot.scenarios.reading.resolved import resolve
from singlepot.scenarios.reading.shipped import shipped_what_ifs
from singlepot.scenarios.what_if.differences import differences

from ...command_line import run
from ...places import ROOT, TESTS
from ...strategies import drafts, scenario

BROKEN = sorted((TESTS / "broken_what_ifs").glob("*.toml"))


@pytest.fixture
def bucks() -> sp.Scenario:
    return sp.read_scenario("bucks-and-burnley")


def written(folder: Path, text: str, name: str = "what.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


# Broken files


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_what_if_says_what_is_wrong(path: Path) -> None:
    """Each comment at the top of a file lists words that one line of the message must hold."""
    wanted = [line[2:].split(" | ") for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    assert wanted
    with pytest.raises(sp.BadInputError) as refusal:
        sp.read_scenario(path)
    lines = str(refusal.value).splitlines()
    for words in wanted:
        assert any(all(word in line for word in words) for line in lines), (words, lines)
    assert all(line.split()[0] in CODES for line in lines)


def test_every_code_of_a_what_if_is_met_by_a_broken_file() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in BROKEN)
    elsewhere = {"SP-W006", "SP-W017", "SP-W018", "SP-W019", "SP-W021", "SP-W022", "SP-W023"}
    assert {code for code in CODES if code.startswith("SP-W") and code not in text} == elsewhere


def test_too_long_a_chain_is_refused(tmp_path: Path) -> None:
    written(tmp_path, 'base = "bucks-and-burnley"\ntitle = "0"', "0.toml")
    for i in range(1, 25):
        written(tmp_path, f'base = "{i - 1}.toml"\ntitle = "{i}"', f"{i}.toml")
    assert sp.read_scenario(tmp_path / "19.toml").settings.title == "19"
    with pytest.raises(sp.BadInputError, match=r"SP-W006 20.toml.*at most 20 in a chain"):
        sp.read_scenario(tmp_path / "20.toml")


def test_a_program_is_told_all_problems_at_once(bucks: sp.Scenario) -> None:
    changes = [{"table": "pots", "drop": True}, {"table": "pot", "multiply": {"amont": 2}}, {"rules": {"floor": 1}}]
    with pytest.raises(sp.BadInputError) as refusal:
        sp.apply_what_if(bucks, changes)
    assert {problem.code for problem in refusal.value.problems} == {"SP-W007", "SP-W008", "SP-S001"}


# What changes do


def test_each_action_does_what_it_says(bucks: sp.Scenario) -> None:
    buckinghamshire = {"area": "E06000060"}
    changed = sp.apply_what_if(
        bucks,
        [
            {"table": "pot", "where": {"year": "2026-27"}, "set": {"amount": 90, "source": "Treasury"}},
            {"table": "pot", "where": {"year": ["2027-28"]}, "add": {"amount": -8}},
            {"table": "bids", "where": buckinghamshire, "multiply": {"amount": 1.5}},
            {"table": "targets", "where": {**buckinghamshire, "objective": "trees"}, "drop": True},
            {"table": "pot", "append": [{"year": "2027-28", "amount": 1.0, "note": "late"}]},
        ],
    )
    assert list(changed.pot["amount"]) == [90.0, 90.0, 1.0]
    assert list(changed.pot["source"]) == ["Treasury", "", ""]
    assert list(changed.pot["note"]) == ["", "", "late"]
    assert list(changed.bids["amount"][:3]) == [45.0, 45.0, 20.0]
    here = changed.targets[changed.targets["area"] == "E06000060"]
    assert set(here["objective"]) == {"carbon"}
    assert list(bucks.pot["amount"]) == [98.0, 98.0]


def test_rows_are_chosen_by_what_their_area_is(bucks: sp.Scenario) -> None:
    """All that belongs to a region goes, table by table."""
    tables = ("bids", "targets", "options", "option_years")
    where = {"region": "North West", "type": "district"}
    changed = sp.apply_what_if(bucks, [{"table": table, "where": where, "drop": True} for table in tables])
    for table in tables:
        assert "E07000117" in set(bucks.tables[table]["area"])
        assert set(changed.tables[table]["area"]) == set(bucks.tables[table]["area"]) - {"E07000117"}


def test_an_options_years_are_chosen_by_its_component(bucks: sp.Scenario) -> None:
    change = {"table": "option_years", "where": {"component": "retrofit"}, "multiply": {"grant": 1.1}}
    grant = sp.apply_what_if(bucks, [change]).option_years["grant"] / bucks.option_years["grant"]
    retrofit = bucks.option_years["option"] == "retrofit-more"
    assert grant[retrofit].round(9).eq(1.1).all()
    assert grant[~retrofit].eq(1.0).all()


def test_a_column_that_is_absent_has_its_default(bucks: sp.Scenario) -> None:
    """Twice the weight that nobody gave is twice 1."""
    changed = sp.apply_what_if(bucks, [{"table": "targets", "where": {"area": "E07000117"}, "multiply": {"weight": 2}}])
    weights = changed.filled("targets").groupby("area")["weight"].max()
    assert weights.to_dict() == {"E06000052": 1.0, "E06000060": 1.0, "E07000117": 2.0}


def test_keys_are_removed_and_set(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        'base = "england"\ntitle = "Bare"\nremove = ["rules.grant_floor", "stages.give.shortfall.total", "equity"]\n'
        "[rules]\nvirement = 0\n",
    )
    settings = sp.read_scenario(path).settings
    assert settings.title == "Bare"
    assert "grant_floor" not in settings.rules
    assert (settings.rules["virement"], settings.rules["grant_ceiling"]) == (0.0, 1.2)
    assert settings.equity is None
    assert settings.stages.give == {"shortfall.largest": 0.005}


def test_a_base_is_found_from_where_the_file_stands(bucks: sp.Scenario, tmp_path: Path) -> None:
    """A folder, another what-if and a shipped what-if, from any working directory."""
    (tmp_path / "mine").mkdir()
    for name, content in bucks.documents().items():
        (tmp_path / "mine" / name).write_bytes(content)
    (tmp_path / "ideas").mkdir()
    less = '[[change]]\ntable = "pot"\nmultiply = { amount = 0.5 }\n'
    written(tmp_path / "ideas", f'base = "../mine"\ntitle = "Half"\n{less}', "half.toml")
    path = written(tmp_path / "ideas", f'base = "half.toml"\ntitle = "Quarter"\n{less}', "quarter.toml")
    assert list(sp.read_scenario(path).pot["amount"]) == [24.5, 24.5]
    shipped = written(tmp_path, 'base = "england-pot-down-10"\ntitle = "Less still"\n' + less)
    assert sp.read_scenario(shipped).pot["amount"].sum() == pytest.approx(0.45 * 10600)


def test_the_shipped_what_ifs_change_what_they_say() -> None:
    base = sp.read_scenario("england")
    of_england = [name for name, title in shipped_what_ifs() if title.startswith("England")]
    read_back = {name: differences(base, sp.read_scenario(name)) for name in of_england}
    assert set(read_back) == {
        *("england-pot-down-10", "england-carbon-up-20", "england-grant-floor-80"),
        *("england-no-equity", "england-no-give"),
    }
    assert {name for name, _ in shipped_what_ifs()} - set(of_england) == {"bucks-and-burnley-lines"}
    pot = read_back["england-pot-down-10"]
    assert set(pot["table"]) == {"pot"}
    assert (pot["after"] / pot["before"]).astype(float).round(12).eq(0.9).all()
    carbon = read_back["england-carbon-up-20"]
    assert carbon["row"].str.startswith("carbon ").all()
    assert (carbon["after"] / carbon["before"]).astype(float).round(12).eq(1.2).all()
    assert read_back["england-grant-floor-80"][["column", "before", "after"]].to_numpy().tolist() == [
        ["rules.grant_floor", 0.7, 0.8]
    ]
    assert set(read_back["england-no-equity"]["column"]) == {"equity.attribute", "equity.elasticity"}
    assert read_back["england-no-give"]["after"].tolist() == [0.0, 0.0]


def test_the_page_is_what_happens(tmp_path: Path) -> None:
    """The page's what-if can be made, and its Python gives what stands there."""
    page = ROOT / "docs" / "what-ifs.md"
    example = re.search(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    made = sp.read_scenario(written(tmp_path, example[1]))
    assert made.settings.equity is None
    assert made.pot["amount"].tolist() == [2650.0, 2650.0, 2385.0, 2385.0]
    failed, tried = doctest.testfile(str(page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert (failed, tried) == (0, 14)


# Properties

CHANGES: list[dict[str, Any]] = [
    {"table": "pot", "multiply": {"amount": 1.25}},
    {"table": "bids", "where": {"region": "north"}, "multiply": {"amount": 0.75}},
    {"table": "bids", "where": {"area": "A0"}, "add": {"amount": 2.0}},
    {"table": "areas", "where": {"code": "A0"}, "set": {"name": "Renamed", "income": 20000.0}},
    {"table": "areas", "append": {"code": "NEW", "name": "New", "population": 5, "income": 18000}},
    {"table": "bids", "append": {"area": "A0", "year": "2026-27", "envelope": "capital", "amount": 1}},
    {"table": "targets", "where": {"area": "A1"}, "drop": True},
    {"table": "national", "multiply": {"target": 0.5}},
    {"table": "option_years", "where": {"area": "A0"}, "multiply": {"carbon": 2.0}},
    {"rules": {"grant_ceiling": 1.5}},
    {"rules": {"grant_floor": None}},
    {"stages": {"order": ["shortfall.total", "burden"], "give": None}},
    {"equity": {"attribute": "income", "elasticity": 1.0}},
    {"title": "Another"},
]


def possible(start: sp.Scenario, changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the changes that can be made one after another."""
    kept = []
    for change in changes:
        try:
            start = sp.apply_what_if(start, [change])
        except sp.BadInputError:
            continue
        kept.append(change)
    return kept


@given(drafts(), st.lists(st.sampled_from(CHANGES), max_size=6), st.integers(0, 6))
def test_what_ifs_of_what_ifs_are_their_lists(made: Any, changes: list[dict[str, Any]], cut: int) -> None:
    start = scenario(made)
    changes = possible(start, changes)
    at_once = sp.apply_what_if(start, changes)
    assert sp.apply_what_if(sp.apply_what_if(start, changes[:cut]), changes[cut:]) == at_once


@given(drafts())
def test_no_change_is_the_scenario(made: Any) -> None:
    start = scenario(made)
    assert sp.apply_what_if(start, []) == start
    assert sp.apply_what_if(start, {}) == start
    assert len(differences(start, start)) == 0


@given(drafts(), st.sampled_from([0.5, 0.9, 1.2, 3.0]))
def test_multiplying_and_dividing_comes_back(made: Any, factor: float) -> None:
    start = scenario(made)
    try:
        there = sp.apply_what_if(start, [{"table": "bids", "multiply": {"amount": factor, "reference": factor}}])
    except sp.BadInputError as refusal:  # floors of members, multiplied above what their recipient can take
        assert {problem.code for problem in refusal.problems} == {"SP-D081"}
        return
    back = sp.apply_what_if(there, [{"table": "bids", "multiply": {"amount": 1 / factor, "reference": 1 / factor}}])
    pd.testing.assert_frame_equal(back.bids, start.bids, rtol=1e-14)
    changed = differences(start, there)
    amounts = changed[changed["column"] == "amount"]
    assert (amounts["after"] / amounts["before"]).astype(float).round(9).eq(factor).all()


@given(drafts(objectives=1), st.integers(0, 5))
def test_rows_that_are_set_and_dropped_are_gone(made: Any, number: int) -> None:
    """As if they had never been set: and an emptied table is an absent one."""
    start = scenario(made)
    tables = [name for name in ("targets", "national", "option_years") if len(start.tables[name])]
    table = tables[number % len(tables)]
    drop = {"table": table, "drop": True}
    dropped = sp.apply_what_if(start, [{"table": table, "set": {"note": "x"}}, drop])
    assert dropped == sp.apply_what_if(start, [drop])
    assert len(dropped.tables[table]) == 0
    first = {name: cell for name, cell in start.tables[table].iloc[0].items() if cell == cell and name != "weight"}
    again = {"table": table, "append": first}
    assert sp.apply_what_if(dropped, [again]) == sp.apply_what_if(start, [drop, again])


@given(drafts(), st.lists(st.sampled_from(CHANGES), max_size=5))
def test_the_order_of_rows_is_no_difference(made: Any, changes: list[dict[str, Any]]) -> None:
    start = scenario(made)
    other = sp.apply_what_if(start, possible(start, changes))
    turned = other.with_(bids=other.bids.iloc[::-1], areas=other.areas.iloc[::-1])
    changed = differences(start, other)
    again = differences(start, turned)
    assert set(zip(changed["table"], changed["row"], changed["column"], strict=True)) == set(
        zip(again["table"], again["row"], again["column"], strict=True)
    )
    assert len(differences(other, turned)) == 0


# Showing


def test_show_names_the_origin_of_every_value(tmp_path: Path) -> None:
    """Of two what-ifs that touch one value, the later is its origin; a value set back is no difference."""
    written(
        tmp_path,
        'base = "bucks-and-burnley"\ntitle = "First"\n[rules]\ngrant_floor = 0.5\n'
        '[[change]]\ntable = "pot"\nmultiply = { amount = 2 }\n',
        "first.toml",
    )
    second = written(
        tmp_path,
        'base = "first.toml"\ntitle = "Second"\n'
        '[[change]]\ntable = "pot"\nwhere = { year = "2027-28" }\nset = { amount = 50 }\n'
        '[[change]]\ntable = "areas"\nwhere = { code = "E07000117" }\nset = { name = "Burnley" }\n',
        "second.toml",
    )
    changes = resolve(second)
    assert changes.base == "bucks-and-burnley"
    assert [file for file, _ in changes.steps] == ["first.toml", "second.toml"]
    changed = changes.differences.set_index(["table", "row", "column"])["origin"].to_dict()
    assert changed == {
        ("scenario", "", "rules.grant_floor"): "first.toml",
        ("pot", "2026-27", "amount"): "first.toml, change 1 (line 5)",
        ("pot", "2027-28", "amount"): "second.toml, change 1 (line 3)",
    }


def test_the_command_show(tmp_path: Path) -> None:
    done = run("show", "england-carbon-up-20")
    assert done.returncode == 0
    assert "Built on england > england-carbon-up-20.toml" in done.stdout
    assert "england-carbon-up-20.toml, change 1 (line 5):" in done.stdout
    assert "309.846" in done.stdout and "371.8152" in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    plain = run("show", "england")
    assert "builds on nothing" in plain.stdout


def test_every_command_takes_a_what_if(tmp_path: Path) -> None:
    path = written(tmp_path, 'base = "bucks-and-burnley"\ntitle = "Tighter"\n[rules]\ngrant_floor = 0.5\n')
    assert run("check", "what.toml", cwd=tmp_path).stdout.startswith("ready: <Scenario 'Tighter'")
    assert run("settle", "what.toml", "--out", "out", "--quiet", cwd=tmp_path).returncode == 0
    assert run("model", "what.toml", "it.lp", cwd=tmp_path).returncode == 0
    assert sp.read_settlement(tmp_path / "out").scenario == sp.read_scenario(path)


def test_a_broken_what_if_exits_3_without_a_traceback(tmp_path: Path) -> None:
    for path in BROKEN:
        shutil.copy(path, tmp_path)
    done = run("settle", "value-in-no-row.toml", "--out", "out", cwd=tmp_path)
    assert done.returncode == 3
    assert [line.split()[0] for line in done.stderr.splitlines()] == ["SP-W010", "SP-W010"]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("row", ['area = "Cornwall", year = "2026/27"', 'area = "E06000052", envelope = "Total"'])
def test_a_row_is_found_again_however_it_was_written(row: str, tmp_path: Path) -> None:
    """Reading makes a name a code, and 2026/27 a financial year: the change that gave the row is named all the same."""
    path = written(
        tmp_path,
        f'title = "A lock"\nbase = "bucks-and-burnley"\n\n[[change]]\ntable = "rules"\n'
        f'append = {{ rule = "grant_lock", {row}, value = 1 }}\n',
    )
    assert resolve(path).differences["origin"].tolist() == ["what.toml, change 1 (line 4)"]
