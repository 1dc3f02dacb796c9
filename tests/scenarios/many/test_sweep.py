"""Sweeps over levers, their chart, and stability."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.files.folder_kinds import SWEEP
from singlepot.reports import ChartsNotInstalledError, sweep_chart, sweep_text
from singlepot.scenarios.many.grid import points, read_lever, spaced
from singlepot.scenarios.many.settle_each import Outcome, settle_each

from ...command_line import run, shown
from ...examples import tries
from ...strategies import Draft, drafts, scenario
from .test_compare import two_areas


@pytest.fixture(scope="module")
def bucks() -> sp.Sweep:
    return sp.sweep(
        sp.read_scenario("bucks-and-burnley"), {"pot": spaced(0.5, 1.1, 4), "rules.grant_floor": [0.6, 0.7]}
    )


# Levers


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("pot=0.8:1.2:9", [0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2]),
        ("pot=1.2:0.8:3", [1.2, 1.0, 0.8]),
        ("rules.grant_floor=0.7,0.8", [0.7, 0.8]),
        ("give.shortfall.total=0", [0.0]),
        ("pot=170m, -10%,1", ["170m", "-10%", 1.0]),
    ],
)
def test_levers_are_read_as_people_write_them(said: str, values: list[float]) -> None:
    assert read_lever(said) == (said.split("=")[0], values)


@pytest.mark.parametrize("said", ["pot", "=1", "pot=", "pot=1,,2", "pot=1:2", "pot=1:2:x", "pot=1:2:1", "pot=1:2:-5"])
def test_what_is_no_lever_is_refused(said: str) -> None:
    with pytest.raises(sp.BadInputError, match=r"SP-W017 lever: got .*write pot=0.8:1.2:9"):
        read_lever(said)


@pytest.mark.parametrize(
    ("levers", "words"),
    [
        ({"pott": [1.0]}, 'SP-W016 lever: got "pott".*did you mean "pot"'),
        ({"national.carbn": [1.0]}, 'did you mean "national.carbon"'),
        ({"pot": [1.0, float("nan")]}, "SP-W017 lever: got pot = nan; expected finite numbers"),
        ({"pot": []}, "no value of pot"),
        ({"pot": 0.9}, "got pot = 0.9; expected a list of values"),
        ({"pot": "80%"}, 'got pot = "80%"; expected a list of values'),
        (
            {"pot": ["80%", 1]},
            'SP-W020 lever: got pot = "80%"; expected a percentage with [+] or -; write [+]80% to add',
        ),
        ({"pot": ["a"]}, 'SP-W020 lever: got pot = "a"; expected a factor'),
        ({"pot": [None]}, "got pot = None; expected finite numbers"),
        ({"rules.grant_floor": ["off"]}, 'got rules.grant_floor = "off"; expected finite numbers'),
        ({"equity.elasticity": [1]}, r"the scenario has no section \[equity\]"),
        ({"lock.Nowhere": [1]}, 'no area that bids has the code "Nowhere"'),
        ({"pot": [1], "bids": [1], "national": [1]}, "3 levers; expected one lever or two"),
        ({"pot": range(10**5), "bids": range(10**4)}, "got 1000000000 points; expected at most 1000"),
    ],
)
def test_levers_that_cannot_be_pulled_are_refused_before_any_run(levers: dict[str, Any], words: str) -> None:
    with pytest.raises(sp.BadInputError, match=words):
        points(sp.read_scenario("bucks-and-burnley"), levers)


def test_values_are_read_as_those_of_a_lever() -> None:
    bucks = sp.read_scenario("bucks-and-burnley")
    assert [point["pot"] for point in points(bucks, {"pot": ["-10%", "+10%", 1.2]})] == [0.9, 1.1, 1.2]
    assert [point["grant_floor"] for point in points(bucks, {"grant_floor": ["80%", 0.9]})] == [0.8, 0.9]


# Sweeps


def test_a_point_is_the_scenario_settled_by_itself(bucks: sp.Sweep) -> None:
    """Factor 0.9 and floor 0.7, against a what-if that is settled alone."""
    alone = sp.settle(
        sp.apply_what_if(
            bucks.scenario, [{"table": "pot", "multiply": {"amount": 0.9}}, {"rules": {"grant_floor": 0.7}}]
        )
    )
    row = bucks.points[(bucks.points["pot"] == 0.9) & (bucks.points["rules.grant_floor"] == 0.7)].iloc[0]
    for name, final in zip(alone.stages["name"], alone.stages["final"], strict=True):
        assert row[name] == pytest.approx(final, abs=1e-12)
    carbon = alone.national[alone.national["objective"] == "carbon"]
    assert row["shortfall_carbon"] == pytest.approx((carbon["shortfall"] / carbon["target"]).mean(), abs=1e-12)
    grants = bucks.grants[(bucks.grants["pot"] == 0.9) & (bucks.grants["rules.grant_floor"] == 0.7)]
    assert grants.set_index("area")["grant"].to_dict() == pytest.approx(
        alone.grants.groupby("area")["grant"].sum().to_dict(), abs=1e-9
    )


def test_an_objectives_shortfall_is_the_mean_of_its_targets() -> None:
    """Half as much carbon again in the last year: the two years fall short by different shares."""
    later = {"table": "national", "where": {"objective": "carbon", "year": "2027-28"}, "multiply": {"target": 1.5}}
    start = sp.apply_what_if(sp.read_scenario("bucks-and-burnley"), [later])
    carbon = sp.settle(start).national.set_index("objective").loc["carbon"]
    shares = carbon["shortfall"] / carbon["target"]
    assert shares.max() > shares.mean() + 1e-3
    row = sp.sweep(start, {"pot": [1.0]}).points.iloc[0]
    assert row["shortfall_carbon"] == pytest.approx(shares.mean(), abs=1e-12)


def test_the_grid_is_complete_and_failures_say_why(bucks: sp.Sweep) -> None:
    points = bucks.points
    assert points[["pot", "rules.grant_floor"]].to_numpy().tolist() == [
        [pot, floor] for pot in (0.5, 0.7, 0.9, 1.1) for floor in (0.6, 0.7)
    ]
    failed = points[points["status"] != "settled"]
    assert failed["status"].unique().tolist() == ["no settlement"]
    assert failed["reason"].str.contains("add up to").all()
    start = bucks.scenario
    bids, pot = (table.groupby("year")["amount"].sum() for table in (start.bids, start.pot))
    over = [(row["rules.grant_floor"] * bids > row["pot"] * pot + 1e-9).any() for _, row in points.iterrows()]
    assert (points["status"] != "settled").tolist() == over
    assert len(bucks.grants) == len(start.areas) * (len(points) - len(failed))
    assert "Without a settlement" in sweep_text(bucks)
    assert max(map(len, sweep_text(bucks).splitlines())) <= 80


def test_a_value_that_no_rule_may_have_is_a_row() -> None:
    swept = sp.sweep(two_areas(), {"rules.grant_floor": [0.5, 1.5, 0.6]})
    assert swept.points["status"].tolist() == ["settled", "bad input", "settled"]
    assert "SP-W020" in swept.points["reason"].iloc[1]


def test_another_way_to_run_gets_scenarios_one_by_one() -> None:
    """A runner may take them as it likes, as long as the outcomes keep their order."""
    seen: list[float] = []

    def run_all(scenarios: Iterable[sp.Scenario]) -> Iterator[Outcome]:
        taken = list(scenarios)
        seen.extend(scenario.pot["amount"].sum() for scenario in taken)
        yield from settle_each(taken)

    swept = sp.sweep(two_areas(), {"pot": [0.5, 1.0]}, run=run_all)
    assert seen == [4.5, 9.0]
    assert swept.points["granted"].tolist() == pytest.approx([4.5, 9.0])


@tries(6)
@given(drafts(), st.sampled_from(["pot", "bids", "rules.grant_ceiling"]))
def test_every_point_of_a_sweep_has_its_row(made: Draft, lever: str) -> None:
    swept = sp.sweep(scenario(made), {lever: [1.0, 1.1]})
    assert len(swept.points) == 2
    assert set(swept.points["status"]) <= {"settled", "no settlement"}


@tries(6)
@given(drafts(simple=True, objectives=1))
def test_more_money_never_worsens_the_first_stage(made: Draft) -> None:
    """Invariant 10 of the design, over a sweep, of scenarios that keep the order of stages and give nothing."""
    swept = sp.sweep(scenario(made | {"stages": {"give": {}}}), {"pot": [1.0, 1.1]})
    first = next(name for name in swept.points if name.startswith("shortfall.largest["))
    less, more = swept.points[first]
    assert more <= less + 1e-9


def test_the_command_sweep(tmp_path: Path) -> None:
    arguments = ["sweep", "bucks-and-burnley", "--lever", "pot=0.5:1.1:4", "--lever", "rules.grant_floor=0.6,0.7"]
    done = run(*arguments, "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"points.csv", "grants.csv", "nesting.csv", "chart.png", "chart.svg", "report.html", SWEEP.manifest}
    with (tmp_path / "out" / "points.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 8
    assert run(*arguments, "--out", "out", cwd=tmp_path).returncode == 2
    twice = run("sweep", "bucks-and-burnley", "--lever", "pot=1", "--lever", "pot=2", "--out", "x", cwd=tmp_path)
    assert (twice.returncode, "twice" in twice.stderr) == (2, True)
    wrong = run("sweep", "bucks-and-burnley", "--lever", "pots=1", "--out", "x", cwd=tmp_path)
    assert (wrong.returncode, 'did you mean "pot"' in wrong.stderr) == (3, True)


def test_ctrl_c_ends_a_sweep_and_leaves_nothing(tmp_path: Path) -> None:
    command = ("sweep", "england", "--lever", "pot=0.8:1.2:30", "--out", "out")
    text = shown(*command, cwd=tmp_path, ctrl_c_at="settled 1 of 30", exit_code=130)
    assert "stopped" in text and "Traceback" not in text
    assert list(tmp_path.iterdir()) == []


# Charts


@pytest.mark.parametrize("levers", [{"pot": [0.5, 0.9, 1.0]}, {"pot": [0.9, 1.0], "national.carbon": [1.0, 1.3]}])
def test_a_chart_is_a_picture_and_the_same_every_time(levers: dict[str, list[float]]) -> None:
    start = sp.read_scenario("bucks-and-burnley").with_(title=r"$x_{$ \frac <b>", rules={"grant_floor": 0.6})
    swept = sp.sweep(start, levers)
    files = sweep_chart(swept)
    assert files["chart.png"].startswith(b"\x89PNG")
    assert b"<svg" in files["chart.svg"] and b"<b>" not in files["chart.svg"]
    assert sweep_chart(swept) == files


def test_a_chart_of_nothing_but_failures_is_drawn() -> None:
    swept = sp.sweep(two_areas(rules={"grant_floor": 1.0}), {"pot": [0.5, 0.6]})
    assert (swept.points["status"] == "no settlement").all()
    assert sweep_chart(swept)["chart.png"].startswith(b"\x89PNG")
    assert "0.5     none" in sweep_text(swept)


def test_without_the_extra_the_error_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    swept = sp.sweep(two_areas(), {"pot": [1.0]})
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ChartsNotInstalledError, match=r'pip install "singlepot\[charts\]"'):
        sweep_chart(swept)


def test_without_the_extra_a_sweep_is_refused_before_any_work(tmp_path: Path) -> None:
    """A module of that name that cannot be imported stands in for a missing one."""
    (tmp_path / "matplotlib.py").write_text("raise ImportError('not here')\n")
    arguments = ["sweep", "bucks-and-burnley", "--lever", "pot=0.9,1", "--out", "out"]
    done = run(*arguments, cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    assert 'pip install "singlepot[charts]"' in done.stderr
    assert not (tmp_path / "out").exists()
    alone = run(*arguments, "--no-chart", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert alone.returncode == 0


# Stability


def test_stability_by_hand() -> None:
    """Bids of 4 and 8 share 9 in proportion: 4.2 of 12.2, and 3.8 of 11.8."""
    settlement = sp.measure_stability(sp.settle(two_areas()), ["A"])
    assert settlement["number"].tolist() == ["bid", "bid"]
    assert settlement["after"].tolist() == pytest.approx([9 * 4.2 / 12.2, 9 * 3.8 / 11.8])
    assert settlement["elasticity"].iloc[0] == pytest.approx((9 * 4.2 / 12.2 / 3 - 1) / 0.05)


def test_stability_moves_every_number_of_an_area_and_no_other() -> None:
    """Bid, targets, and the money of its options; each settled by itself."""
    settlement = sp.settle(sp.read_scenario("bucks-and-burnley"))
    asked: list[sp.Scenario] = []

    def watch(scenarios: Iterable[sp.Scenario]) -> Iterator[Outcome]:
        for one in scenarios:
            asked.append(one)
            yield from settle_each([one])

    stability = sp.measure_stability(settlement, ["E06000060"], run=watch)
    assert stability["number"].tolist() == ["bid"] * 2 + ["targets"] * 2 + ["unit costs"] * 2
    assert stability["moved"].tolist() == [0.05, -0.05] * 3
    start = settlement.scenario
    for one, (table, column) in zip(
        asked[::2], [("bids", "amount"), ("targets", "target"), ("option_years", "grant")], strict=True
    ):
        factor = one.tables[table][column] / start.tables[table][column]
        mask = start.tables[table]["area"] == "E06000060"
        assert factor[mask].dropna().round(9).eq(1.05).all()
        assert factor[~mask].dropna().eq(1.0).all()
        others = [name for name in start.tables if name != table]
        assert all(one.tables[name].equals(start.tables[name]) for name in others)


def test_an_unknown_area_is_named(tmp_path: Path) -> None:
    settlement = sp.settle(two_areas())
    with pytest.raises(sp.BadInputError, match=r"SP-W019.*did you mean .Aston."):
        sp.measure_stability(settlement, ["Astn"])
    with pytest.raises(sp.BadOptionError, match="above 0 and below 1"):
        sp.measure_stability(settlement, change=1.5)
    done = run("stability", "bucks-and-burnley", "--area", "Burnly", cwd=tmp_path)
    assert (done.returncode, 'did you mean "Burnley"?' in done.stderr) == (3, True)


def test_the_command_stability(tmp_path: Path) -> None:
    done = run("stability", "bucks-and-burnley", "--area", "E07000117", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    for words in ("Burnley", "unit costs", "times as f", "Written to out"):
        assert words in done.stdout
    table = pd.read_csv(tmp_path / "out" / "stability.csv")
    assert len(table) == 6
