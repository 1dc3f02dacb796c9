"""HiGHS: what it says of its own numbers is not taken on trust."""

from __future__ import annotations

from typing import Any

import highspy
import pytest

from singlepot.solver import Method, Stop
from singlepot.solver.backends import highs
from singlepot.solver.backends.highs import FACTORISATIONS, HighsEngine

from .test_caps import chain, solve

SIZE = 30


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[HighsEngine]:
    """The engines that run, once for each run."""
    seen: list[HighsEngine] = []
    run = HighsEngine._run

    def counted(engine: HighsEngine) -> Any:
        seen.append(engine)
        return run(engine)

    monkeypatch.setattr(HighsEngine, "_run", counted)
    return seen


@pytest.mark.parametrize(("method", "again"), [(Method.WARM, True), (Method.SAFE, True), (Method.INTERIOR, False)])
def test_a_basis_whose_rows_have_strayed_is_factorised_afresh(
    runs: list[HighsEngine], method: Method, again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = HighsEngine(chain(SIZE))
    right = solve(engine, SIZE, Method.SAFE)
    solve(engine, SIZE, method)
    assert len(runs) == 2
    monkeypatch.setattr(highs, "STRAYED", -1.0)
    answer = solve(engine, SIZE, method)
    assert len(runs) == 3 + (FACTORISATIONS if again else 0)
    assert answer.stop is Stop.OPTIMAL
    assert answer.x == pytest.approx(right.x, abs=1e-12)
    assert answer.row_dual == pytest.approx(right.row_dual, abs=1e-12)


def test_a_basis_that_seems_unbounded_is_factorised_afresh(
    runs: list[HighsEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was optimal a moment ago."""
    engine = HighsEngine(chain(SIZE))
    solve(engine, SIZE, Method.SAFE)
    status = highspy.Highs.getModelStatus
    bad = iter([highspy.HighsModelStatus.kUnbounded])
    monkeypatch.setattr(highspy.Highs, "getModelStatus", lambda self: next(bad, None) or status(self))
    assert solve(engine, SIZE, Method.WARM).stop is Stop.OPTIMAL
    assert len(runs) == 3
