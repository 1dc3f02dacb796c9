"""The double build: it judges right settlements to be right, and wrong ones to be wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest

import singlepot as sp
from singlepot.models.assurance.double_build import DoubleBuildError, Position, rebuild

from ...agreement import judge, position_of
from ...properties.test_uniqueness import settlement as crowded_settlement
from ...strategies import scenario, seeded


@pytest.mark.parametrize(
    "name",
    ["bucks-and-burnley", *(pytest.param(name, marks=pytest.mark.long) for name in ("england", "england-tight"))],
)
def test_the_double_build_agrees_on_the_shipped_scenarios(name: str) -> None:
    """Every optimum, every value at the end, and the one answer of the sharing step."""
    read_back = sp.read_scenario(name)
    judge(sp.settle(read_back), rebuild(read_back))


def test_the_double_build_agrees_where_everything_is_tied() -> None:
    """Forty areas, ten of them copies: the sharing step alone decides among them."""
    settlement = crowded_settlement()
    judge(settlement, rebuild(settlement.scenario))


def moved(take_up: Mapping[tuple[str, str], float], one: tuple[str, str], other: tuple[str, str]) -> Position:
    changed = dict(take_up)
    changed[one] += 1e-5
    changed[other] -= 1e-5
    return Position(changed, {}, {})


def tied() -> sp.Scenario:
    """Three equal areas and a pot that is short."""
    made = seeded(0)
    areas = made["areas"].iloc[[0, 0, 0]].assign(code=["P", "Q", "R"])
    bids = made["bids"].iloc[[0, 0, 0]].assign(area=["P", "Q", "R"], amount=10.0, year=made["years"][0])
    pot = made["pot"].iloc[[0]].assign(amount=29.0, year=made["years"][0], envelope=bids["envelope"].iloc[0])
    return sp.Scenario.from_tables(
        areas=areas, bids=bids, pot=pot, years=made["years"][:1], attributes=made["attributes"]
    )


def test_the_double_build_sees_a_settlement_that_is_as_good_but_shared_otherwise() -> None:
    """A hundredth of a thousandth taken from one equal area and given to another: same stages, other answer."""
    made = tied()
    position = position_of(sp.settle(made))
    back = [key for key in position.take_up if key[1].startswith("scale-back")]
    verdict = rebuild(made).judge(moved(position.take_up, back[0], back[1]))
    assert verdict.violation <= 1e-12
    assert verdict.sharing == pytest.approx(1e-5, rel=1e-3)
    assert verdict.distance > 1e-5


def test_the_double_build_names_the_rule_that_is_broken() -> None:
    made = tied()
    position = position_of(sp.settle(made))
    generous = dict.fromkeys(position.take_up, 0.0)
    verdict = rebuild(made).judge(dataclasses.replace(position, take_up=generous))
    assert verdict.violated.startswith("pot ")
    assert verdict.violation == pytest.approx(1 / 29)


def test_the_double_build_fails_where_no_settlement_exists() -> None:
    made = tied().with_(rules={"grant_floor": 0.99})
    with pytest.raises(DoubleBuildError):
        rebuild(made)


@pytest.mark.parametrize("seed", [3, 31, 77, 249])
def test_a_cheaper_stage_is_not_accepted(seed: int) -> None:
    """Optima that are a thousandth off are found out."""
    made = scenario(seeded(seed))
    settlement, rebuilt = sp.settle(made), rebuild(made)
    judge(settlement, rebuilt)
    wrong = settlement.stages.assign(value=settlement.stages["value"] + 1e-3 * (1 + settlement.stages["value"]))
    with pytest.raises(AssertionError):
        judge(dataclasses.replace(settlement, stages=wrong), rebuilt)
