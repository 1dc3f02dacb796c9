"""Alternatives and ranges: every one keeps the rules and its limits, and nothing goes farther."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.analysis.near_optimal import ROOM
from singlepot.reports import alternatives_chart, alternatives_text

from ...command_line import run
from ...examples import tries
from ...strategies import drafts, scenario, seeded

BYS = st.sampled_from(["region", "area", "objective"])


def settled(base: sp.Scenario) -> sp.Settlement:
    return sp.settle(base)


def flat(**more: object) -> sp.Scenario:
    """Two equal areas that nothing but the sharing step tells apart: 12 asked for, 9 there."""
    tables: dict[str, object] = {
        "areas": pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"], "region": ["north", "south"]}),
        "pot": pd.DataFrame({"year": ["2026-27"], "amount": [9.0]}),
        "bids": pd.DataFrame({"area": ["A", "B"], "year": ["2026-27"] * 2, "amount": [6.0, 6.0]}),
        "years": ["2026-27"],
        "stages": {"order": ["burden"], "bands": {"ends": [], "slopes": [1]}},
    }
    return sp.Scenario.from_tables(**{**tables, **more})  # type: ignore[arg-type]


def test_ranges_by_hand() -> None:
    """3 are lost in all; within a tenth 3.3 may be, and a floor of 4 holds whatever is equally good."""
    settlement = sp.find_grant_ranges(sp.settle(flat(rules={"grant_floor": 4 / 6})), 0.1).set_index("area")
    assert list(settlement["grant"]) == pytest.approx([4.5, 4.5])
    assert list(settlement["equal_low"]) == pytest.approx([4.0, 4.0])
    assert list(settlement["equal_high"]) == pytest.approx([5.0, 5.0])
    loose = sp.find_grant_ranges(sp.settle(flat()), 0.1).set_index("area")
    assert list(loose["equal_low"]) == pytest.approx([3.0, 3.0])
    assert list(loose["near_low"]) == pytest.approx([2.7, 2.7], abs=1e-4)
    assert list(loose["near_high"]) == pytest.approx([6.0, 6.0])


def test_alternatives_by_hand() -> None:
    """All to one area, then all to the other."""
    central = sp.settle(flat())
    alternatives = sp.find_alternatives(central, 0.0, 5, by="area")
    ends = [tuple(item.settlement.grants["grant"].round(2)) for item in alternatives.found[:2]]
    assert sorted(ends) == [(3.0, 6.0), (6.0, 3.0)]
    assert alternatives.found[0].moved == pytest.approx(1.5, abs=2e-3)
    assert list(alternatives.groups["low"]) == pytest.approx([3.0, 3.0], abs=1e-4)


@tries(8)
@given(drafts(objectives=1).map(scenario), BYS, st.sampled_from([0.0, 0.01, 0.1]))
def test_every_alternative_keeps_every_rule_and_its_limits(base: sp.Scenario, by: str, within: float) -> None:
    """Checked by the verifier, which recomputes everything from the tables without a solver."""
    check_alternatives(base, by, within)


def test_most_drawn_scenarios_have_alternatives() -> None:
    """Of nine scenarios, three by each kind of group, at least eight have one that is checked."""
    cases = [(seed, by) for seed, by in enumerate(["region", "area", "objective"] * 3)]
    assert sum(check_alternatives(scenario(seeded(seed, objectives=1)), by, 0.1) > 0 for seed, by in cases) >= 8


def check_alternatives(base: sp.Scenario, by: str, within: float) -> int:
    """Check every alternative of the settlement of a scenario, and return how many there are."""
    central = settled(base)
    alternatives = sp.find_alternatives(central, within, 2, by=by)  # type: ignore[arg-type]
    size = max(base.filled("bids")["amount"].sum(), base.filled("pot")["amount"].sum(), 1.0)
    stages = central.stages
    most = stages["final"].clip(lower=stages["value"] + stages["give"]) * (1 + within)
    for number, item in enumerate(alternatives.found, start=1):
        assert item.settlement.certificate.passed
        assert (item.settlement.stages["final"] - most <= 2 * ROOM * size).all()
        reached = float(
            item.direction.to_numpy() @ (alternatives.groups[f"alternative {number}"] - alternatives.groups["central"])
        )
        assert reached > -1e-9 * size
        column = alternatives.groups[f"alternative {number}"]
        assert (column >= alternatives.groups["low"] - 1e-6 * size).all()
        assert (column <= alternatives.groups["high"] + 1e-6 * size).all()
        change = alternatives.grants.loc[alternatives.grants["alternative"] == number, "change"]
        assert item.moved >= change.clip(lower=0).sum() - 1e-9 * size
    return len(alternatives.found)


def test_an_alternative_passes_the_verifier(tmp_path: Path) -> None:
    """Written and read again, every number holds."""
    central = sp.settle(sp.read_scenario("bucks-and-burnley"))
    alternatives = sp.find_alternatives(central, 0.05, 2, by="area")
    assert len(alternatives.found) == 2
    for number, item in enumerate(alternatives.found):
        item.settlement.write(tmp_path / str(number))
        assert sp.verify(tmp_path / str(number)).passed


@tries(10)
@given(drafts().map(scenario))
def test_ranges_hold_the_settlement_and_widen(base: sp.Scenario) -> None:
    ranges = sp.find_grant_ranges(settled(base), 0.02)
    slack = 1e-6 * (1 + ranges["bid"])
    for low, high in (("equal_low", "equal_high"), ("near_low", "near_high")):
        assert (ranges[low] <= ranges["grant"]).all()
        assert (ranges[high] >= ranges["grant"]).all()
    assert (ranges["near_low"] <= ranges["equal_low"] + slack).all()
    assert (ranges["near_high"] >= ranges["equal_high"] - slack).all()


def test_a_range_is_where_a_separate_settlement_ends() -> None:
    """The lowest and highest grant of an area, found by settling with that alone in mind."""
    order = ["shortfall.largest", "shortfall.total", "concession.total", "burden", "cost"]
    base = scenario(seeded(4)).with_(stages={"order": order})
    central = sp.settle(base)
    within, size = 0.05, max(base.bids["amount"].sum(), base.pot["amount"].sum())
    ranges = sp.find_grant_ranges(central, within, keep=["cost"]).set_index("area")
    most = float(central.stages.set_index("name")["final"]["cost"]) * (1 + within) + ROOM * size
    area = str(ranges["near_high"].sub(ranges["near_low"]).idxmax())
    for end, sign in (("near_low", -1.0), ("near_high", 1.0)):
        beyond = float(ranges.loc[area, end]) + sign * 1e-3

        def further(rows: sp.ExtraRows, beyond: float = beyond, sign: float = sign) -> None:
            labels = rows.labels("grant")
            rows.at_most("cost", labels["column"], 1.0, most)
            columns = labels["column"][labels["area"] == area]
            rows.at_least("beyond", columns, sign, sign * beyond)

        with pytest.raises(sp.NoSettlementError):
            sp.settle(base, extra=further)

        def there(rows: sp.ExtraRows, at: float = beyond - 2e-3 * sign, sign: float = sign) -> None:
            further(rows, at, sign)

        assert sp.settle(base, extra=there).certificate.passed


def test_what_cannot_be_asked_is_refused() -> None:
    central = sp.settle(flat())
    with pytest.raises(sp.BadOptionError, match=r"write 0.01 for one percent"):
        sp.find_grant_ranges(central, 2.0)
    with pytest.raises(sp.BadOptionError, match="there is no stage 'cost'; choose of burden"):
        sp.find_grant_ranges(central, keep=["cost"])
    with pytest.raises(sp.BadOptionError, match="there is no objective to choose between"):
        sp.find_alternatives(central, by="objective")
    with pytest.raises(sp.BadOptionError, match="no area has a region"):
        areas = pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]})
        sp.find_alternatives(sp.settle(flat(areas=areas)), by="region")


def test_the_command_alternatives_prints_and_writes_them(tmp_path: Path) -> None:
    out, chart = tmp_path / "out", tmp_path / "a.png"
    arguments = ("alternatives", "bucks-and-burnley", "--within", "5%", "--by", "area", "--count", "2")
    output = run(*arguments, "--out", str(out), "--chart", str(chart))
    assert output.returncode == 0, output.stderr
    assert "2 alternatives" in " ".join(output.stdout.split())
    assert "goes elsewhere" in output.stdout
    assert max(map(len, output.stdout.splitlines())) <= 80 + len(str(out))
    values = json.loads((out / "alternatives.json").read_text())
    assert [item["certificate"] for item in values["alternatives"]] == [True, True]
    assert (out / "settlement-2.json").is_file()
    assert chart.read_bytes().startswith(b"\x89PNG")
    shown = run(*arguments, "--json")
    assert json.loads(shown.stdout)["within"] == 0.05
    assert run("alternatives", "bucks-and-burnley", "--within", "x").returncode == 2


def test_nothing_to_choose_is_said_and_drawn() -> None:
    """Bids that fit: within nothing, nobody's grant can move."""
    fits = flat(pot=pd.DataFrame({"year": ["2026-27"], "amount": [12.0]}))
    settlement = sp.find_alternatives(sp.settle(fits), 0.0, by="area")
    assert settlement.found == ()
    assert "0.00%: no alternative" in " ".join(alternatives_text(settlement).split())
    assert np.allclose(settlement.ranges["near_high"], 6.0)
    assert set(alternatives_chart(settlement)) == {"chart.png", "chart.svg"}
