"""Stages solved block by block: the same settlement, whichever way it was found."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from scipy import sparse

import singlepot as sp
from benchmarks.workloads import Workload, synthetic, tables
from singlepot.models.formulation.formulation import formulate
from singlepot.solver import Control, Technique, minimise_in_turn
from singlepot.solver.interior_point.interior_point import centre
from singlepot.solver.interior_point.solve import NAME, solve_blockwise
from singlepot.solver.interior_point.structure import find_structure
from singlepot.solver.presolve.presolve import Presolved, presolve
from singlepot.solver.presolve.problem import RowwiseProblem
from singlepot.solver.scaling import objective_factor, scale

from ...strategies import Draft, drafts, scenario

SAME = 1e-6


def linear(of: sp.Scenario) -> RowwiseProblem:
    """The first stage of a scenario, scaled."""
    formulation = formulate(of)
    scaled = scale(formulation.programme)
    stage = next(stage for stage in formulation.stages if not stage.empty)
    cost = stage.cost * scaled.column_scale
    return RowwiseProblem(
        sparse.csr_array(scaled.matrix.tocsr()),
        cost * objective_factor(cost),
        scaled.column_lower,
        scaled.column_upper,
        scaled.row_lower,
        scaled.row_upper,
    )


@pytest.fixture(scope="module")
def forty() -> sp.Scenario:
    return sp.Scenario.from_tables(**tables(Workload(40, 10, 3)))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drafts())
def test_every_path_gives_the_same_settlement(made: Draft) -> None:
    """Stage values to 1e-7 and grants to 1e-6 of the bid, with a certificate that holds either way."""
    drawn = scenario(made)
    try:
        direct = sp.settle(drawn, technique=Technique(path="direct"))
    except sp.NoSettlementError:
        with pytest.raises(sp.NoSettlementError):
            sp.settle(drawn, technique=Technique(path="blocks"))
        return
    blocks = sp.settle(drawn, technique=Technique(path="blocks"))
    assert blocks.certificate.passed
    size = np.maximum(1.0, direct.stages["value"].abs())
    assert float(((direct.stages["value"] - blocks.stages["value"]).abs() / size).max()) <= 1e-7
    bid = max(float(direct.grants["bid"].mean()), 1e-9)
    assert float((direct.grants["grant"] - blocks.grants["grant"]).abs().max()) <= SAME * bid


def test_the_path_is_recorded(forty: sp.Scenario) -> None:
    methods = sp.settle(forty, technique=Technique(path="blocks")).provenance["methods"]
    assert isinstance(methods, dict)
    assert NAME in methods.values()
    direct = sp.settle(forty, technique=Technique(path="direct")).provenance["methods"]
    assert isinstance(direct, dict)
    assert NAME not in direct.values()


def test_small_programmes_are_solved_directly(forty: sp.Scenario) -> None:
    methods = sp.settle(forty).provenance["methods"]
    assert isinstance(methods, dict)
    assert NAME not in methods.values()


def test_what_is_reduced_comes_back_whole(forty: sp.Scenario) -> None:
    """The optimum of the core, put back, satisfies every row of the whole and has its duals."""
    whole = linear(forty)
    reduction = presolve(whole)
    assert reduction.core.matrix.shape[1] < whole.matrix.shape[1] / 3
    answer = solve_blockwise(reduction, Control())
    assert answer is not None
    activity = np.asarray(whole.matrix @ answer.x)
    assert float(np.maximum(whole.row_lower - activity, activity - whole.row_upper).max()) <= 1e-9
    assert float(np.maximum(whole.lower - answer.x, answer.x - whole.upper).max()) <= 1e-9
    reduced = whole.cost - whole.matrix.T @ answer.row_dual
    inside = (answer.x > whole.lower + 1e-6) & (answer.x < whole.upper - 1e-6)
    assert float(np.abs(reduced[inside]).max()) <= 1e-9


def test_no_blocks_no_answer() -> None:
    """A dense programme has no blocks: it is left to a solver of linear programmes."""
    rng = np.random.default_rng(2)
    dense = sparse.csr_array(rng.uniform(1, 2, (700, 700)))
    assert find_structure(dense) is None
    open_ = np.full(700, np.inf)
    whole = RowwiseProblem(dense, np.ones(700), np.zeros(700), open_, np.ones(700), open_)
    assert solve_blockwise(Presolved(whole, ()), Control()) is None


def test_a_centre_can_be_cancelled(forty: sp.Scenario) -> None:
    core = presolve(linear(forty)).core
    structure = find_structure(core.matrix)
    assert structure is not None
    cancel = threading.Event()
    seen: list[float] = []

    class After(threading.Event):
        def is_set(self) -> bool:
            seen.append(0.0)
            return len(seen) > 3

    cancel = After()
    with np.errstate(all="ignore"):
        near = centre(
            core.matrix, core.cost, (core.lower, core.upper), (core.row_lower, core.row_upper), structure, cancel
        )
    assert near.error > 1e-7
    assert len(seen) == 4


def test_every_stage_value_of_a_slack_and_of_a_tied_workload() -> None:
    """Where all targets can be met, and where a tenth of the areas are copies."""
    for load in synthetic(30, 6, 2)[1:]:
        formulation = formulate(sp.Scenario.from_tables(**tables(load)))
        values = []
        for path in ("direct", "blocks"):
            technique = Technique(path="direct" if path == "direct" else "blocks")
            staged = minimise_in_turn(formulation.programme, formulation.stages, Control(), technique=technique)
            values.append([result.value for result in staged.results])
        assert np.allclose(*values, rtol=1e-8, atol=1e-8)
