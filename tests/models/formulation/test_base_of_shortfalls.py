"""Shares of a shortfall are counted of the base of its national row, which is the target where none is stated."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given

import singlepot as sp
from singlepot.models.formulation.formulation import formulate

from ...strategies import Draft, drafts, scenario


@given(drafts(objectives=1))
def test_the_target_as_base_changes_nothing(made: Draft) -> None:
    plain = made["national"].drop(columns="base", errors="ignore")
    one, other = (
        formulate(scenario({**made, "national": national})) for national in (plain, plain.assign(base=plain["target"]))
    )
    assert (one.programme.matrix != other.programme.matrix).nnz == 0
    for mine, theirs in zip(one.stages, other.stages, strict=True):
        assert (mine.cost == theirs.cost).all()


def two_objectives(base: float) -> sp.Settlement:
    """One area that can add 6 of either of two objectives, of which 10 are wanted of each."""
    national = pd.DataFrame({"objective": ["carbon", "trees"], "year": "2026-27", "target": 10.0, "base": [10.0, base]})
    options = pd.DataFrame({"area": "A", "option": ["c", "t"], "max_take_up": 6.0, "group": "site"})
    return sp.settle(
        sp.Scenario.from_tables(
            years=["2026-27"],
            areas=pd.DataFrame({"code": ["A"], "name": ["Aston"]}),
            bids=pd.DataFrame({"area": ["A"], "year": ["2026-27"], "amount": [5.0]}),
            pot=pd.DataFrame({"year": ["2026-27"], "amount": [5.0]}),
            objectives=pd.DataFrame({"key": ["carbon", "trees"], "name": ["carbon", "trees"], "unit": "t"}),
            national=national,
            options=options,
            option_years=pd.DataFrame(
                {"area": "A", "option": ["c", "t"], "year": "2026-27", "carbon": [1.0, 0.0], "trees": [0.0, 1.0]}
            ),
        )
    )


def test_a_larger_base_makes_a_shortfall_smaller_by_hand() -> None:
    """6 are shared so that shares are equal: 7 and 7 of 10; with a base of 30 for trees, (10 − c)/10 = (10 − t)/30."""
    even, wide = two_objectives(10.0), two_objectives(30.0)
    assert even.national["shortfall"].tolist() == pytest.approx([7.0, 7.0])
    assert even.stages["value"].iloc[0] == pytest.approx(0.7)
    carbon, trees = wide.national["shortfall"]
    assert (carbon, trees) == pytest.approx((4.0, 10.0))
    assert wide.stages["value"].iloc[0] == pytest.approx(0.4)


def test_a_settlement_with_a_base_is_verified_and_built_twice(tmp_path: object) -> None:
    made = sp.read_scenario("bucks-and-burnley")
    based = made.with_(national=made.national.assign(base=made.national["target"] * [1.5, 1.0, 2.0, 1.0]))
    sp.settle(based).write(f"{tmp_path}/out")
    assert sp.verify(f"{tmp_path}/out", independent=True).passed
