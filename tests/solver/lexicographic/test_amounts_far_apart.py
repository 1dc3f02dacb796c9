"""What is rounding and what is true, where amounts lie many orders of magnitude apart."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from singlepot.solver import (
    Control,
    LinearProgramme,
    ProgrammeBuilder,
    SolverFailedError,
    Technique,
    largest_violation,
    minimise_in_turn,
)
from singlepot.solver.lexicographic.faces import without_rounding
from singlepot.solver.lexicographic.stage import Stage
from singlepot.solver.lexicographic.stages import LexicographicSolver
from singlepot.solver.negligible import LEAST_GIVE
from singlepot.solver.scaling import scale

LARGE, SMALL = 1e7, 1e-7


def test_a_small_reduced_cost_counts_in_a_column_that_is_small_in_its_rows() -> None:
    """A move of a billionth of a pot, beside duals of 10⁷ in other rows: no error of those reaches its reduced cost."""
    matrix = sparse.csc_array(np.asarray([[1.0, 0.0, 0.0], [0.0, 1.0, 1e-6], [0.0, 0.0, 1.0]]))
    cost, dual = np.asarray([LARGE, 0.0, 0.0]), np.asarray([LARGE, SMALL / 1e-6, 0.0])
    reduced, counted = without_rounding(matrix, cost, dual)
    assert reduced[2] == pytest.approx(-SMALL)
    assert counted[1] == dual[1]


@pytest.mark.parametrize("own_row", [0.0, -SMALL])
def test_the_dual_of_the_limit_of_a_small_column_counts_too(own_row: float) -> None:
    """Whether the column rests at zero or at its own limit, what reaches it by its other row is its whole error."""
    matrix = sparse.csc_array(np.asarray([[1.0, 0.0, 0.0], [0.0, 1.0, 1e-6], [0.0, 0.0, 1.0]]))
    dual = np.asarray([LARGE, -SMALL / 1e-6, own_row])
    _, counted = without_rounding(matrix, np.asarray([LARGE, 0.0, 0.0]), dual)
    assert counted.tolist() == dual.tolist()


def test_a_reduced_cost_that_shares_its_rows_with_large_duals_is_rounding() -> None:
    """The other way round: the same number in a row whose dual is fixed by entries of 10⁷ is what rounding leaves."""
    matrix = sparse.csc_array(np.asarray([[1.0, 1.0, 1.0], [0.0, 1.0, 1.0]]))
    dual = np.asarray([LARGE, -LARGE + SMALL])
    reduced, _ = without_rounding(matrix, np.asarray([LARGE, 0.0, 0.0]), dual)
    assert reduced.tolist() == [0.0, 0.0, 0.0]


def test_the_cost_of_a_column_that_stays_at_its_bound_hides_no_reduced_cost() -> None:
    """A cost of 10¹⁵ that enters no dual makes no rounding."""
    matrix = sparse.csc_array(sparse.eye_array(2))
    reduced, _ = without_rounding(matrix, np.asarray([1e15, 2.0]), np.asarray([0.0, 1.0]))
    assert reduced.tolist() == [1e15, 1.0]


def nothing_but_a_fall(fall: float) -> LinearProgramme:
    """A cell of nothing that one option would lower, beside a large one."""
    build = ProgrammeBuilder()
    option = build.columns("option", {}, lower=np.zeros(1), upper=np.ones(1))
    cell = build.columns(
        "cell",
        {},
        lower=np.zeros(2),
        upper=np.full(2, np.inf),
        implied_lower=np.asarray([-fall, 0.0]),
        implied_upper=np.asarray([0.0, 10.0]),
    )
    rows = build.rows("cell", {}, lower=np.asarray([0.0, 10.0]), upper=np.asarray([0.0, 10.0]))
    build.add(rows, cell, 1.0)
    build.add(rows, np.repeat(option, 2), np.asarray([fall, -1.0]))
    return build.build()


@pytest.mark.parametrize("fall", [1e-15, 1e-9, 1.0, 1e9])
def test_a_cell_of_nothing_is_as_large_as_what_would_lower_it(fall: float) -> None:
    """However little it is: scaled, it is like any other, and an error in it is relative to it."""
    programme = nothing_but_a_fall(fall)
    assert scale(programme).column_scale[1] == pytest.approx(fall, rel=0.5)
    whole = largest_violation(programme, np.asarray([1.0, -fall, 11.0]))
    assert whole.relative == pytest.approx(1.0)
    assert largest_violation(programme, np.asarray([1e-12, -1e-12 * fall, 10 + 1e-12])).relative <= 1e-11


def one_wide(least: float = 1.0) -> LinearProgramme:
    """Two columns that add up to at least so much; the first could be 4,096."""
    build = ProgrammeBuilder()
    wide = build.columns("wide", {}, lower=np.zeros(1), upper=np.asarray([4096.0]))
    other = build.columns("other", {}, lower=np.zeros(1), upper=np.ones(1))
    rows = build.rows("least", {}, lower=np.asarray([least]), upper=np.asarray([np.inf]))
    build.add(rows, np.concatenate([wide, other]), 1.0)
    return build.build()


def test_solving_in_smaller_units_moves_what_seems_not_to_move() -> None:
    """An earlier stage left 10⁻¹² of a wide column: taken for rounding, it would keep this stage from its best."""
    stage = Stage("second", "", np.asarray([1.0, 0.0]), size=1e-3)
    for finer in (1.0, 4096.0):
        run = LexicographicSolver(one_wide(), Control(), technique=Technique(finer=finer))
        run.x = np.asarray([1e-12, 1.0])
        if finer == 1.0:
            with pytest.raises(SolverFailedError, match="no method proved"):
                run.minimise(stage, None)
        else:
            assert run.minimise(stage, None).value == 0.0


@pytest.mark.parametrize(("give", "moved"), [(0.5 * LEAST_GIVE, False), (2.0 * LEAST_GIVE, True)])
def test_a_stage_gives_nothing_where_it_gives_less_than_it_is_proved_to(give: float, moved: bool) -> None:
    """By £500 or £2,000 of a million million: the second stage takes what is given, or ends where it was."""
    giving = Stage("first", "", np.asarray([1.0, 0.0]), give=1e12 * give, size=1e12)
    staged = minimise_in_turn(one_wide(), (giving, Stage("second", "", np.asarray([0.0, 1.0]))), Control())
    assert staged.results[1].value == (0.0 if moved else 1.0)
