"""Bounds that cross: by rounding they meet, by more they are infeasible, and files say them as they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import highspy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from singlepot.models.formulation.model_file import write_model
from singlepot.solver import LinearProgramme, ProgrammeBuilder, SinglepotError
from singlepot.solver.answer import Method, Stop
from singlepot.solver.backends.highs import HighsEngine
from singlepot.solver.control import Control
from singlepot.solver.crossed_bounds import ROUNDING, crossed, meeting

SIZES = st.floats(1e-6, 1e9)


@given(SIZES, st.integers(1, 1000), st.booleans())
def test_digits_at_the_end_are_rounding(value: float, digits: int, upwards: bool) -> None:
    """A thousand units in the last place are less than the rule allows, whichever side they are on."""
    upper = np.asarray([-value if upwards else value])
    lower = upper + digits * np.spacing(np.abs(upper))
    assert not crossed(lower, upper).any()
    for bound in meeting(lower, upper):
        assert bound.tolist() == upper.tolist()


@given(SIZES, st.floats(2 * ROUNDING, 1.0))
def test_more_than_rounding_stays_as_it_is(value: float, share: float) -> None:
    upper = np.asarray([value, np.inf, value])
    lower = np.asarray([value * (1 + share), value, -np.inf])
    assert crossed(lower, upper).tolist() == [True, False, False]
    met = meeting(lower, upper)
    assert met[0].tolist() == lower.tolist()
    assert met[1].tolist() == upper.tolist()


@pytest.mark.parametrize("which", ["column", "row"])
@pytest.mark.parametrize("again", [False, True])
def test_highs_is_not_asked_what_bounds_decide(which: str, again: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first programme of an engine and a later one, with bounds that cross in a column or in a row."""
    engine = HighsEngine(sparse.csc_array(np.ones((1, 2))))
    good, row = (np.zeros(2), np.ones(2)), (np.zeros(1), np.ones(1))
    bad = {"column": ((np.asarray([2.0, 0.0]), np.ones(2)), row), "row": (good, (np.full(1, 3.0), np.full(1, 2.0)))}
    if again:
        assert engine.solve(np.ones(2), good, row, Method.SAFE, Control()).stop is Stop.OPTIMAL
    monkeypatch.setattr(HighsEngine, "_run", None)
    answer = engine.solve(np.ones(2), *bad[which], Method.SAFE, Control())
    assert answer.stop is Stop.INFEASIBLE
    assert answer.x.size == answer.row_dual.size == 0


def two_columns() -> LinearProgramme:
    """Two columns between 0 and 1 whose sum is between 0 and 1."""
    build = ProgrammeBuilder()
    x = build.columns("x", {"label": ["a", "b"]}, lower=np.zeros(2), upper=np.ones(2))
    build.add(build.rows("sum", {}, lower=np.zeros(1), upper=np.ones(1)), x, 1.0)
    return build.build()


def read(path: Path) -> highspy.Highs:
    """A file as HiGHS reads it: with a warning, in some versions, where bounds cross."""
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    assert highs.readModel(str(path)) != highspy.HighsStatus.kError
    return highs


@pytest.mark.parametrize("ending", ["lp", "mps"])
def test_files_say_columns_that_cross(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"model.{ending}"
    write_model(replace(two_columns(), column_lower=np.asarray([2.0, 0.5])), path)
    result = read(path)
    assert result.getLp().col_lower_ == [2.0, 0.5]
    assert result.getLp().col_upper_ == [1.0, 1.0]
    result.run()
    assert result.getModelStatus() == highspy.HighsModelStatus.kInfeasible


def test_files_say_rows_that_cross_or_are_refused(tmp_path: Path) -> None:
    """MPS states such a row as a range the other way round."""
    programme = replace(two_columns(), row_lower=np.full(1, 1.75), row_upper=np.full(1, 1.25))
    write_model(programme, tmp_path / "model.lp")
    result = read(tmp_path / "model.lp")
    result.run()
    assert result.getModelStatus() == highspy.HighsModelStatus.kInfeasible
    with pytest.raises(SinglepotError, match="lowest value of sum is above its highest"):
        write_model(programme, tmp_path / "model.mps")
    assert [item.name for item in tmp_path.iterdir()] == ["model.lp"]
