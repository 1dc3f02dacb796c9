"""Settlements that start where the first stage of a like scenario ended are the same."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.formulation.formulation import formulate
from singlepot.models.settlement.settle import settle_scenario
from singlepot.models.settlement.solving import first_start
from singlepot.solver import Control, Method, NoSettlementError
from singlepot.solver.lexicographic.stages import LexicographicSolver

from ...strategies import Draft, drafts, scenario


@pytest.fixture
def burnley() -> sp.Scenario:
    return sp.read_scenario("bucks-and-burnley")


def with_pot(base: sp.Scenario, factor: float) -> sp.Scenario:
    """The same rows and columns, other numbers."""
    return base.with_(pot=base.pot.assign(amount=base.pot["amount"] * factor))


@given(drafts(), st.floats(0.7, 1.3))
def test_a_start_changes_no_settlement(draft: Draft, factor: float) -> None:
    base = scenario(draft)
    start, changed = first_start(base, Control()), with_pot(base, factor)
    try:
        alone = settle_scenario(changed)
    except NoSettlementError as none:
        with pytest.raises(NoSettlementError) as again:
            settle_scenario(changed, start=start)
        assert str(again.value) == str(none)
        return
    beside = settle_scenario(changed, start=start)
    bids = max(float(alone.grants["bid"].sum()), 1.0)
    assert np.abs(alone.grants["grant"] - beside.grants["grant"]).max() <= 1e-6 * bids
    for one, other in zip(alone.certificate.stages, beside.certificate.stages, strict=True):
        size = max(abs(one.optimum), bids if one.name in ("burden", "cost") else 1.0)
        assert abs(one.optimum - other.optimum) <= 1e-9 * size, one.name


def test_the_first_stage_goes_on_from_a_start_in_this_process_and_in_another(burnley: sp.Scenario) -> None:
    start = first_start(burnley, Control())
    there = pickle.loads(pickle.dumps(start))
    assert pickle.dumps(there) == pickle.dumps(start)
    for given_start in (start, there):
        methods = settle_scenario(with_pot(burnley, 0.99), start=given_start).provenance["methods"]
        assert isinstance(methods, dict)
        assert next(iter(methods.values())).startswith(Method.AGAIN.value)


def test_a_start_of_another_shape_is_passed_over(burnley: sp.Scenario) -> None:
    start = first_start(burnley, Control())
    assert start is not None
    rows, columns = start.shape
    formulation = formulate(burnley)
    run = LexicographicSolver(formulation.programme, Control(), start=replace(start, shape=(rows + 1, columns)))
    assert run.minimise(formulation.stages[0], None).method == Method.AFRESH.value


def test_a_scenario_without_a_settlement_is_no_start(burnley: sp.Scenario) -> None:
    assert first_start(with_pot(burnley.with_(rules={"grant_floor": 1.0}), 0.1), Control()) is None
