"""Every solve has a cap of iterations that follows its size; where one is reached, the next method answers the same."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from scipy import sparse

import singlepot as sp
from benchmarks.workloads import Workload, tables
from singlepot.solver import Control, Method, Stop
from singlepot.solver.backends import highs
from singlepot.solver.backends.highs import HighsEngine


def long_chain(size: int) -> HighsEngine:
    """A programme that simplex needs a step for each row of."""
    return HighsEngine(
        sparse.csc_array(sparse.eye_array(size, format="csc") - sparse.eye_array(size, k=-1, format="csc"))
    )


def solve(engine: HighsEngine, size: int, method: Method) -> Stop:
    bounds = np.zeros(size), np.full(size, np.inf)
    return engine.solve(np.ones(size), bounds, (np.ones(size), np.full(size, np.inf)), method, Control()).stop


def test_a_cap_that_is_reached_ends_the_solve(monkeypatch: pytest.MonkeyPatch) -> None:
    assert solve(long_chain(300), 300, Method.SAFE) is Stop.OPTIMAL
    monkeypatch.setattr(highs, "LEAST_ITERATIONS", 0)
    monkeypatch.setattr(highs, "COLD_ITERATIONS", 0.1)
    assert solve(long_chain(300), 300, Method.SAFE) is Stop.LIMIT


def test_where_no_solve_may_go_on_from_a_basis_the_answer_is_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Every solve from a basis ends at once; the next method is tried, and the log says so."""
    made = tables(Workload(30, 4, 2, 3, pot=0.78, ambition=0.9))
    made["stages"] = {"give": {"shortfall.largest": 0.02, "shortfall.total": 0.02}}
    scenario = sp.Scenario.from_tables(**made)
    reference = sp.settle(scenario)
    assert any("last basis" in method for method in reference.provenance["methods"].values())
    monkeypatch.setattr(highs, "LEAST_ITERATIONS", 0)
    monkeypatch.setattr(highs, "WARM_ITERATIONS", 0.0)
    with caplog.at_level(logging.INFO, "singlepot"):
        capped = sp.settle(scenario)
    assert "last basis: Iteration limit reached; trying the next method" in caplog.text
    assert capped.stages["value"].tolist() == pytest.approx(reference.stages["value"].tolist(), rel=1e-9)
    assert capped.grants["pounds"].equals(reference.grants["pounds"])
