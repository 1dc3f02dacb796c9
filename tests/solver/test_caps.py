"""Every solve has a cap of iterations that follows its size; where one is reached, the next method answers the same."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from scipy import sparse

import singlepot as sp
from benchmarks.workloads import Workload, tables
from singlepot.solver import Answer, Control, Engine, Method, PointStatus, Stop, caps, engine
from singlepot.solver.backends import remote
from singlepot.solver.backends.highs import HighsEngine
from singlepot.solver.backends.remote import RemoteEngine
from singlepot.solver.lexicographic import choice_of_method

from ..cbc import CBC

NOTHING = Answer(Stop.FAILED, PointStatus.NONE, PointStatus.NONE, np.zeros(0), np.zeros(0), "")


def chain(size: int) -> sparse.csc_array:
    """The matrix of a programme that simplex needs a step for each row of."""
    return sparse.csc_array(sparse.eye_array(size, format="csc") - sparse.eye_array(size, k=-1, format="csc"))


def solve(asked: Engine, size: int, method: Method) -> Answer:
    bounds = np.zeros(size), np.full(size, np.inf)
    return asked.solve(np.ones(size), bounds, (np.ones(size), np.full(size, np.inf)), method, Control())


def test_a_cap_that_is_reached_ends_the_solve(monkeypatch: pytest.MonkeyPatch) -> None:
    assert solve(HighsEngine(chain(300)), 300, Method.SAFE).stop is Stop.OPTIMAL
    monkeypatch.setattr(caps, "LEAST_ITERATIONS", 0)
    monkeypatch.setattr(caps, "COLD_ITERATIONS", 0.1)
    assert solve(HighsEngine(chain(300)), 300, Method.SAFE).stop is Stop.LIMIT


def test_where_no_solve_may_go_on_from_a_basis_the_answer_is_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Every solve from a basis ends at once; the next method is tried, and the log says so."""
    made = tables(Workload(30, 4, 2, 3, pot=0.78, ambition=0.9))
    made["stages"] = {"give": {"shortfall.largest": 0.02, "shortfall.total": 0.02}}
    scenario = sp.Scenario.from_tables(**made)
    reference = sp.settle(scenario)
    assert any("last basis" in method for method in reference.provenance["methods"].values())
    monkeypatch.setattr(caps, "LEAST_ITERATIONS", 0)
    monkeypatch.setattr(caps, "WARM_ITERATIONS", 0.0)
    with caplog.at_level(logging.INFO, "singlepot"):
        capped = sp.settle(scenario)
    assert "last basis: Iteration limit reached; trying the next method" in caplog.text
    assert capped.stages["value"].tolist() == pytest.approx(reference.stages["value"].tolist(), rel=1e-9)
    assert capped.grants["pounds"].equals(reference.grants["pounds"])


def test_crossover_and_the_interior_point_before_it_end_at_their_cap(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """HiGHS has no option for it; even the last push of crossover is counted, and the next method answers the same."""
    scenario = sp.Scenario.from_tables(**tables(Workload(30, 4, 2, 3, pot=0.78, ambition=0.9)))
    monkeypatch.setattr(choice_of_method, "SMALL", 0)
    reference = sp.settle(scenario)
    monkeypatch.setattr(caps, "LEAST_STEPS", 50)
    monkeypatch.setattr(caps, "STEPS", 0.0)
    with caplog.at_level(logging.INFO, "singlepot"):
        capped = sp.settle(scenario)
    assert "interior point with crossover: Step limit reached; trying the next method" in caplog.text
    assert capped.stages["value"].tolist() == pytest.approx(reference.stages["value"].tolist(), rel=1e-9)
    assert capped.grants["pounds"].equals(reference.grants["pounds"])


LAYERS = [("pulp", "highs"), ("pyomo", "highs"), *([("pulp", "cbc")] if CBC else [])]
"""Modelling layers whose solver takes a limit of iterations, and is there on every machine."""


@pytest.mark.parametrize(("layer", "solver"), LAYERS)
def test_the_cap_of_iterations_reaches_the_solver_behind_a_modelling_layer(
    layer: str, solver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same function of size as for HiGHS itself: what would take 300 steps has no answer after 30."""
    asked = engine(layer, chain(300), solver)
    assert solve(asked, 300, Method.SAFE).stop is Stop.OPTIMAL
    monkeypatch.setattr(caps, "LEAST_ITERATIONS", 0)
    monkeypatch.setattr(caps, "COLD_ITERATIONS", 0.05)
    assert solve(asked, 300, Method.SAFE).stop in (Stop.LIMIT, Stop.FAILED)


@pytest.mark.parametrize("layer", ["pulp", "pyomo"])
def test_a_solver_that_ignores_its_time_is_ended(layer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is waited for twice as long as it may take, and no longer; the next request gets a new process."""
    asked = engine(layer, chain(300))
    monkeypatch.setattr(remote, "OVERDUE", 1e-6)
    ended = solve(asked, 300, Method.SAFE)
    assert ended.stop is Stop.LIMIT
    assert ended.detail == "no answer within 0 s"
    monkeypatch.undo()
    assert solve(asked, 300, Method.SAFE).stop is Stop.OPTIMAL


def test_every_solve_behind_a_modelling_layer_has_a_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the run has one or not: the only limit of solvers that take none of iterations."""
    given = []
    monkeypatch.setattr(RemoteEngine, "_ask", lambda engine, problem, control: given.append(problem.limits) or NOTHING)
    asked = engine("pulp", chain(300))
    solve(asked, 300, Method.SAFE)
    bounds = np.zeros(300), np.full(300, np.inf)
    asked.solve(np.ones(300), bounds, bounds, Method.SAFE, Control(time_limit_s=7))
    assert given[0].seconds == caps.LEAST_SECONDS + 600 * caps.SECONDS
    assert 0 < given[1].seconds <= 7
