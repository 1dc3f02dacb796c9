"""The trade-off between two aims: every corner is where separate settlements say it is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

import singlepot as sp
from singlepot.reports import frontier_chart, frontier_text

from ...command_line import run
from ...examples import tries
from ...places import INPUT
from ...strategies import drafts, scenario, seeded

NEAR = 1e-6
"""How well a corner agrees with a settlement made without the frontier."""


ROOM = 1e-6
"""Room above a corner for a settlement there: a certificate measures a row against its own size, which may be 0."""


def nothing_given(base: sp.Scenario) -> dict[str, dict[str, None]]:
    """Stages that give nothing, and so have nothing to limit."""
    stages = base.settings.stages
    return {"give": dict.fromkeys(stages.give), "limits": dict.fromkeys(stages.limits)}


def objectives_of(base: sp.Scenario) -> list[str]:
    return list(dict.fromkeys(base.filled("national")["objective"]))


def bases_of(base: sp.Scenario) -> pd.Series:
    """What shortfall is a share of, by objective and year: the base, where the scenario has one, else the target."""
    national = base.filled("national").set_index(["objective", "year"])
    return national["base"].fillna(national["target"]) if "base" in national else national["target"]


def least_shortfall(base: sp.Scenario, first: str, second: str, limit: float) -> float:
    """The least mean shortfall of one objective where another's is limited: a settlement of its own."""
    objectives = base.filled("objectives")
    objectives = objectives.assign(weight=(objectives["key"] == second).astype(float), priority=1.0)
    alone = base.with_(objectives=objectives, stages={"order": ["shortfall.total"], "give": {}, "limits": {}})
    shared = bases_of(base)

    def limited(rows: sp.ExtraRows) -> None:
        labels = rows.labels("shortfall")
        at = [i for i, objective in enumerate(labels["objective"]) if objective == first]
        shares = [1 / shared[first, labels["years"][i]] / len(at) for i in at]
        rows.at_most("limit", labels["column"][at], shares, limit)

    settlement = sp.settle(alone, extra=limited).national
    chosen = settlement[settlement["objective"] == second]
    shares = chosen["shortfall"].to_numpy() / shared[second].reindex(chosen["year"]).to_numpy()
    return float(shares.mean())


def along(found: sp.Frontier, count: int) -> list[float]:
    """Corners and places between them."""
    first = found.corners["first"].to_numpy()
    between = np.linspace(first[0], first[-1], count)
    return sorted({*first[:: max(len(first) // count, 1)], *between})


@tries(8)
@given(drafts(objectives=2).map(scenario))
def test_the_frontier_is_where_separate_settlements_are(base: sp.Scenario) -> None:
    first, second = objectives_of(base)
    plain = base.with_(stages=nothing_given(base))
    frontier = sp.trace_frontier(plain, first, second)
    for limit in along(frontier, 4):
        at = limit + ROOM
        assert least_shortfall(plain, first, second, at) == pytest.approx(frontier.at(at), abs=NEAR)


def test_what_fairness_costs_is_where_separate_settlements_are() -> None:
    """Between two stages, on a scenario with many corners; nothing else holds."""
    base = scenario(seeded(10))
    frontier = sp.trace_frontier(base, "shortfall.total", "concession.total", others="free")
    assert len(frontier.corners) > 5
    order = {"order": ["concession.total"], **nothing_given(base)}
    objectives = base.filled("objectives").set_index("key")
    shared = bases_of(base)

    def limited(rows: sp.ExtraRows) -> None:
        labels = rows.labels("shortfall")
        keys = pd.Series(labels["objective"])
        mask = keys.map(objectives["priority"]) == 1
        weight = keys.map(objectives["weight"]).where(mask, 0.0) / keys.map(keys.value_counts())
        total = objectives["weight"][sorted(set(keys[mask]))].sum()
        targets = [shared[key] for key in zip(labels["objective"], labels["years"], strict=True)]
        rows.at_most("limit", labels["column"], weight / targets / total, limit + ROOM)

    for limit in along(frontier, 6):
        alone = sp.settle(base.with_(stages=order), extra=limited).stages
        assert float(alone["value"].iloc[0]) == pytest.approx(frontier.at(limit + ROOM), abs=NEAR)


@tries(15)
@given(drafts().map(scenario))
def test_the_corners_fall_ever_more_slowly(base: sp.Scenario) -> None:
    """Convex and falling; the settlement is nowhere below; the knee is the deepest corner."""
    frontier = sp.trace_frontier(base, "concession.total", "burden")
    first, second, rate = (frontier.corners[name].to_numpy() for name in ("first", "second", "rate"))
    assert (np.diff(first) > 0).all()
    assert (np.diff(second) < 0).all()
    assert (np.diff(rate[:-1]) < 1e-9 * rate[:1]).all()
    assert np.isnan(rate[-1])
    assert frontier.gap <= 2e-8
    at = frontier.at(frontier.settled[0] + 1e-9)
    assert np.isnan(at) or frontier.settled[1] >= at - NEAR * max(1.0, abs(at))
    assert int(frontier.corners["knee"].sum()) == (len(first) > 2)


def test_a_frontier_that_is_one_point_but_for_rounding_is_one_point() -> None:
    """What is held leaves ranges of 1e-9, in which no weighted sum can tell points apart: it was searched for ever."""
    base, seen = sp.read_scenario(INPUT / "held-to-one-point.json"), []

    def count(progress: sp.Progress) -> bool:
        seen.append(progress)
        return len(seen) < 100

    assert len(sp.trace_frontier(base, "zzkey_carbon", "burden", progress=count).corners) == 1


def test_a_settlement_on_the_frontier() -> None:
    """It is a settlement like any other, it stands where it was asked to, and what is held is held."""
    base = scenario(seeded(6))
    frontier = sp.trace_frontier(base, "carbon", "skills")
    middle = float(frontier.corners["first"].iloc[[0, -1]].mean())
    there = frontier.settle(middle)
    assert there.certificate.passed
    short = (there.national["shortfall"] / there.national["target"]).groupby(there.national["objective"]).mean()
    range_of_second = np.ptp(frontier.corners["second"])
    assert short["carbon"] <= middle + 2e-5 * max(np.ptp(frontier.corners["first"]), 0.1)
    assert short["skills"] == pytest.approx(frontier.at(middle), abs=2e-5 * max(range_of_second, 0.1))
    with pytest.raises(sp.BadOptionError, match=r"cannot be -1; choose"):
        frontier.settle(-1.0)


def test_others_held_cost_something() -> None:
    """Where other objectives may fall short, the two fall short by no more."""
    base = sp.read_scenario("bucks-and-burnley")
    held, free = (sp.trace_frontier(base, "carbon", "cost", others=others) for others in ("held", "free"))
    first = free.corners["first"].to_numpy()
    gains = [held.at(at) - free.at(at) for at in first]
    assert min(gains) > -1e-9
    assert max(gains) > 1e-3


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (("carbon", "carbon"), "cannot be traded against itself"),
        (("carbon", "tree"), "'tree' is neither an objective nor a stage; did you mean 'trees'"),
        (("carbon", "burdens"), "did you mean 'burden'"),
        (("carbon", "shortfall.total[7]"), r"there is no stage 'shortfall.total\[7\]'"),
    ],
)
def test_what_is_no_measure_is_refused(pair: tuple[str, str], words: str) -> None:
    with pytest.raises(sp.BadOptionError, match=words):
        sp.trace_frontier(sp.read_scenario("bucks-and-burnley"), *pair)


def test_the_command_frontier_prints_and_writes_it(tmp_path: Path) -> None:
    out, chart = tmp_path / "out", tmp_path / "f.svg"
    output = run(
        "frontier", "bucks-and-burnley", "--between", "carbon,burden", "--out", str(out), "--chart", str(chart)
    )
    assert output.returncode == 0, output.stderr
    assert "3 corners, each proved" in " ".join(output.stdout.split())
    assert "knee" in output.stdout
    assert list(pd.read_csv(out / "corners.csv")["second"]) == pytest.approx([17, 5, 4])
    assert json.loads((out / "frontier.json").read_text())["knee"] == pytest.approx([2 / 159, 5.0])
    assert chart.read_text().startswith("<?xml")
    again = run("frontier", "bucks-and-burnley", "--between", "carbon,burden", "--out", str(out))
    assert (again.returncode, "exists already" in again.stderr or "stands" in again.stderr) == (2, True)
    shown = run("frontier", "bucks-and-burnley", "--between", "carbon,burden", "--json")
    assert len(json.loads(shown.stdout)["corners"]) == 3
    for between in ("carbon", "carbon,,", "carbon,trees,cost"):
        assert run("frontier", "bucks-and-burnley", "--between", between).returncode == 2


def test_shallow_corners_can_be_left_out() -> None:
    """Moved by the depth in both measures, what is left out lies above the rest."""
    base = scenario(seeded(10))
    every, some = (
        sp.trace_frontier(base, "shortfall.total", "concession.total", depth=depth) for depth in (1e-8, 1e-2)
    )
    assert 2 < len(some.corners) < len(every.corners)
    assert 1e-6 < some.gap < 1.1e-2
    across, down = (np.ptp(every.corners[name]) for name in ("first", "second"))
    for first, second in every.corners[["first", "second"]].to_numpy():
        assert some.at(first) >= second - 1e-9
        assert some.at(first + 1.01e-2 * across) <= second + 1.01e-2 * down
    with pytest.raises(sp.BadOptionError, match="depth"):
        sp.trace_frontier(base, "shortfall.total", "concession.total", depth=0.0)


def test_one_corner_is_said_and_drawn() -> None:
    frontier = sp.trace_frontier(sp.read_scenario("bucks-and-burnley"), "carbon", "trees")
    assert "nothing to trade" in frontier_text(frontier)
    assert set(frontier_chart(frontier)) == {"chart.png", "chart.svg"}
