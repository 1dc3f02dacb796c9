"""`singlepot repair`, started as a user starts it: the file it writes settles."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import singlepot as sp

from ..command_line import run


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the scenario `clash`, whose floors do not fit its pot, and a what-if on it."""
    scenario = sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["a", "b"], "name": ["Aston", "Barton"]}),
        pot=pd.DataFrame({"year": ["2026-27"], "amount": [60.0]}),
        bids=pd.DataFrame({"area": ["a", "b"], "year": ["2026-27"] * 2, "amount": [50.0, 50.0]}),
        objectives=pd.DataFrame({"key": ["trees"], "name": ["Trees"], "unit": ["thousand"]}),
        national=pd.DataFrame({"objective": ["trees"], "year": ["2026-27"], "target": [30.0]}),
        targets=pd.DataFrame({"area": ["a", "b"], "objective": "trees", "year": "2026-27", "target": [10.0, 15.0]}),
        years=["2026-27"],
        rules={"grant_floor": 0.7},
        title="Two towns",
    )
    (tmp_path / "clash").mkdir()
    for name, content in scenario.documents().items():
        (tmp_path / "clash" / name).write_bytes(content)
    (tmp_path / "higher.toml").write_text('base = "clash"\ntitle = "Higher"\n[rules]\ngrant_floor = 0.9\n')
    return tmp_path


@pytest.mark.parametrize("source", ["clash", "higher.toml"])
def test_what_repair_writes_settles(place: Path, source: str) -> None:
    done = run("repair", source, "--out", "deep/fixed.toml", cwd=place)
    assert done.returncode == 2  # the folder is not there
    (place / "deep").mkdir()
    done = run("repair", source, "--out", "deep/fixed.toml", cwd=place)
    assert done.returncode == 0, done.stderr
    assert "grant floor of Aston and Barton in 2026-27" in done.stdout
    assert "Written to deep/fixed.toml" in done.stdout
    settled = run("settle", "deep/fixed.toml", "--out", "out", "--quiet", cwd=place)
    assert settled.returncode == 0, settled.stderr
    written = sp.read_scenario(place / "deep" / "fixed.toml")
    assert "repaired: grant floor lowered from" in written.settings.title
    again = run("repair", source, "--out", "deep/fixed.toml", cwd=place)
    assert again.returncode == 2
    assert "exists already" in again.stderr


def test_only_what_may_change_changes(place: Path) -> None:
    done = run("repair", "clash", "--may-change", "grant_floor", "--limit-by-limit", "--out", "fixed.toml", cwd=place)
    assert done.returncode == 0, done.stderr
    repaired = sp.read_scenario(place / "fixed.toml")
    assert repaired.pot["amount"].tolist() == [60.0]
    assert repaired.rules["value"].tolist() == [30.0, 30.0]
    assert sp.settle(repaired).grants["grant"].tolist() == pytest.approx([30.0, 30.0])


def test_what_cannot_be_repaired_is_said_with_what_would_help(place: Path) -> None:
    done = run("repair", "clash", "--may-change", "grant_ceiling,target_lock", cwd=place)
    assert done.returncode == 4
    assert "also allow pot or grant_floor" in done.stderr
    done = run("repair", "clash", "--may-change", "pott", cwd=place)
    assert done.returncode == 2
    assert 'did you mean "pot"' in done.stderr


def test_settle_points_to_repair(place: Path) -> None:
    done = run("settle", "clash", "--out", "out", cwd=place)
    assert done.returncode == 4
    assert "singlepot repair" in done.stderr


def test_a_scenario_that_settles_needs_no_repair(place: Path) -> None:
    done = run("repair", "bucks-and-burnley", "--out", "fixed.toml", cwd=place)
    assert done.returncode == 0
    assert "nothing needs to change" in done.stdout
    assert not (place / "fixed.toml").exists()


def test_check_says_how_far_the_nation_can_go(place: Path) -> None:
    run("repair", "clash", "--may-change", "grant_floor", "--out", "fixed.toml", cwd=place)
    done = run("check", "fixed.toml", "--reach", cwd=place)
    assert done.returncode == 0, done.stderr
    assert "out of reach" in done.stdout
