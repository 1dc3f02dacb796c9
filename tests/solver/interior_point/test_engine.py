"""The interior point as a backend: the same settlement as by HiGHS."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from scipy import sparse

import singlepot as sp
from benchmarks.workloads import Workload, synthetic, tables
from singlepot.models.formulation.formulation import formulate
from singlepot.solver import Control, Method, Stop, minimise_in_turn
from singlepot.solver.backends import INTERIOR_POINT
from singlepot.solver.interior_point.engine import InteriorPointEngine
from singlepot.solver.interior_point.interior_point import centre
from singlepot.solver.interior_point.structure import find_structure
from singlepot.solver.lexicographic import choice_of_method
from singlepot.solver.presolve.presolve import presolve
from singlepot.solver.presolve.problem import RowwiseProblem
from singlepot.solver.scaling import objective_factor, scale

from ...examples import tries
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


WITHIN = "interior point without crossover"
"""As the provenance calls the method."""


@tries(15)
@given(drafts())
def test_the_interior_point_settles_as_highs_does(made: Draft) -> None:
    """Stage values to 1e-7 and grants to 1e-6 of the bid, with a certificate that holds."""
    drawn = scenario(made)
    try:
        by_highs = sp.settle(drawn)
    except sp.NoSettlementError:
        with pytest.raises(sp.NoSettlementError):
            sp.settle(drawn, backend=INTERIOR_POINT)
        return
    within = sp.settle(drawn, backend=INTERIOR_POINT)
    assert within.certificate.passed
    size = np.maximum(1.0, by_highs.stages["value"].abs())
    assert float(((by_highs.stages["value"] - within.stages["value"]).abs() / size).max()) <= 1e-7
    bid = max(float(by_highs.grants["bid"].mean()), 1e-9)
    assert float((by_highs.grants["grant"] - within.grants["grant"]).abs().max()) <= SAME * bid


def methods_of(settlement: sp.Settlement) -> list[str]:
    methods = settlement.provenance["methods"]
    assert isinstance(methods, dict)
    return list(methods.values())


def test_a_backend_chosen_by_name_is_recorded(forty: sp.Scenario) -> None:
    settlement = sp.settle(forty, backend=INTERIOR_POINT)
    assert settlement.provenance["backend"] == INTERIOR_POINT
    assert WITHIN in methods_of(settlement)


def test_small_and_middle_programmes_are_solved_by_highs_alone(forty: sp.Scenario) -> None:
    """Up to the largest scenario that is shipped."""
    assert WITHIN not in methods_of(sp.settle(forty))
    entries = formulate(sp.read_scenario("england-authorities")).programme.matrix.nnz
    assert 2 * entries < choice_of_method.LARGE


def test_large_programmes_are_given_to_the_interior_point_first(
    forty: sp.Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answer is no reason for a note; where it has none, HiGHS solves the stage, also without one."""
    monkeypatch.setattr(choice_of_method, "LARGE", 1)
    settlement = sp.settle(forty)
    assert methods_of(settlement)[0] == WITHIN
    assert settlement.provenance["backend"] == "highs"
    assert settlement.certificate.notes == ()
    monkeypatch.setattr("singlepot.solver.interior_point.engine.find_structure", lambda matrix: None)
    without = sp.settle(forty)
    assert WITHIN not in methods_of(without)
    assert without.certificate.notes == ()
    assert np.allclose(settlement.stages["value"], without.stages["value"], rtol=1e-9, atol=1e-9)


def test_postsolve_gives_an_optimum_of_the_whole(forty: sp.Scenario) -> None:
    """The optimum of the presolved programme satisfies every row of the whole and has its duals."""
    whole = linear(forty)
    assert presolve(whole).core.matrix.shape[1] < whole.matrix.shape[1] / 3
    columns, rows = (whole.lower, whole.upper), (whole.row_lower, whole.row_upper)
    solver = InteriorPointEngine(sparse.csc_array(whole.matrix.tocsc()))
    answer = solver.solve(whole.cost, columns, rows, Method.INTERIOR, Control())
    assert answer.stop is Stop.OPTIMAL
    activity = np.asarray(whole.matrix @ answer.x)
    assert float(np.maximum(whole.row_lower - activity, activity - whole.row_upper).max()) <= 1e-9
    assert float(np.maximum(whole.lower - answer.x, answer.x - whole.upper).max()) <= 1e-9
    reduced = whole.cost - whole.matrix.T @ answer.row_dual
    inside = (answer.x > whole.lower + 1e-6) & (answer.x < whole.upper - 1e-6)
    assert inside.any()
    assert float(np.abs(reduced[inside]).max()) <= 1e-9


def test_a_programme_without_blocks_fails() -> None:
    """A dense programme is left to another solver."""
    rng = np.random.default_rng(2)
    dense = sparse.csc_array(rng.uniform(1, 2, (700, 700)))
    assert find_structure(sparse.csr_array(dense)) is None
    open_ = np.full(700, np.inf)
    bounds = np.zeros(700), open_
    answer = InteriorPointEngine(dense).solve(np.ones(700), bounds, (np.ones(700), open_), Method.INTERIOR, Control())
    assert answer.stop is Stop.FAILED
    assert answer.detail == "no blocks"


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
        for backend in ("highs", INTERIOR_POINT):
            staged = minimise_in_turn(formulation.programme, formulation.stages, Control(), backend=backend)
            values.append([result.value for result in staged.results])
        assert np.allclose(*values, rtol=1e-8, atol=1e-8)
