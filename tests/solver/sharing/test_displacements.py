"""Displacements: what is left out or put in other units changes no optimum, against trying every set of active rows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from singlepot.solver.lexicographic.faces import IMMOVABLE
from singlepot.solver.presolve.problem import RowwiseProblem
from singlepot.solver.quadratic_programme import QuadraticProgramme
from singlepot.solver.sharing.displacements import SHARING_PASSES, Displacements, aggregate, quadratic, tighten

from .by_trial import by_trial

INF = np.inf


def within(
    matrix: list[list[float]], columns: tuple[list[float], list[float]], rows: tuple[list[float], list[float]]
) -> Displacements:
    """Displacements of all columns, between bounds."""
    body = sparse.csr_array(np.asarray(matrix, dtype=float))
    lower, upper, row_lower, row_upper = (np.asarray(part, dtype=float) for part in (*columns, *rows))
    problem = RowwiseProblem(body, np.zeros(len(lower)), lower, upper, row_lower, row_upper)
    return Displacements(np.arange(len(lower)), problem)


def drawn(seed: int) -> Displacements:
    """Three or four columns of which some stand still, and rows of none, one or more entries; nothing moves at zero."""
    draw = np.random.default_rng(seed)
    columns, rows = int(draw.integers(3, 5)), int(draw.integers(2, 5))
    matrix = draw.integers(-2, 3, (rows, columns)) * (draw.random((rows, columns)) < 0.6)
    lower, upper = -draw.integers(0, 3, columns), draw.integers(0, 3, columns)
    row_lower, row_upper = -draw.integers(0, 4, rows).astype(float), draw.integers(0, 4, rows).astype(float)
    row_lower[draw.random(rows) < 0.3], row_upper[draw.random(rows) < 0.3] = -INF, INF
    equal = draw.random(rows) < 0.2
    row_lower[equal] = row_upper[equal] = 0.0
    return within(matrix.tolist(), (lower.tolist(), upper.tolist()), (row_lower.tolist(), row_upper.tolist()))


def least_squares(displacements: Displacements, curvature: np.ndarray, origin: np.ndarray) -> np.ndarray:
    """The displacement with the least Σ h (origin + d)², stated by hand: equalities, then every bound as a row."""
    body, problem = displacements.within.matrix.toarray(), displacements.within
    equal = problem.row_lower == problem.row_upper
    parts = [
        (body[equal], problem.row_upper[equal]),
        (body[~equal], problem.row_upper[~equal]),
        (-body[~equal], -problem.row_lower[~equal]),
        (np.eye(len(origin)), problem.upper),
        (-np.eye(len(origin)), -problem.lower),
    ]
    rows, limit = np.vstack([part for part, _ in parts]), np.concatenate([limit for _, limit in parts])
    kept = np.isfinite(limit) & ((rows != 0).any(axis=1))
    equalities = int((kept[: equal.sum()]).sum())
    return by_trial(
        QuadraticProgramme(curvature, curvature * origin, sparse.csc_array(rows[kept]), limit[kept], equalities)
    )


@pytest.mark.parametrize("seed", range(40))
def test_what_is_tightened_has_the_same_optimum(seed: int) -> None:
    """Columns that are left out stand still; with every column curved the optimum is the only one."""
    draw = np.random.default_rng(seed)
    whole = drawn(seed)
    curvature = draw.choice([0.5, 1.0, 3.0], len(whole.columns))
    origin = draw.integers(-3, 4, len(curvature)).astype(float)
    expected = least_squares(whole, curvature, origin)
    part = tighten(whole, curvature)
    found = np.zeros(len(curvature))
    if len(part.columns):
        found[part.columns] = least_squares(part, curvature[part.columns], origin[part.columns])
    assert found == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("least", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(20))
def test_units_of_squares_and_rows_change_no_optimum(seed: int, least: float) -> None:
    """Also where a small curvature sets no unit: in its own units a column's square then counts less than one."""
    draw = np.random.default_rng(seed)
    whole = drawn(seed)
    curvature = draw.choice([0.01, 1.0, 40.0], len(whole.columns))
    origin = draw.integers(-3, 4, len(curvature)).astype(float)
    problem, unit = quadratic(whole, curvature, origin, least)
    assert by_trial(problem) * unit == pytest.approx(least_squares(whole, curvature, origin), abs=1e-6)
    assert (problem.curvature <= 1.0 + 1e-12).all()
    assert abs(problem.rows).max() <= 1.0 + 1e-12 or unit.max() > 1.0


def test_rows_of_one_entry_become_bounds_of_their_column() -> None:
    """-2 x between -4 and 6 is x between -3 and 2; the row goes, and so does one of nothing."""
    made = within(
        [[-2.0, 0.0], [0.0, 0.0], [1.0, 1.0]], ([-9.0, -9.0], [9.0, 9.0]), ([-4.0, 0.0, -1.0], [6.0, 0.0, 1.0])
    )
    part = tighten(made, np.ones(2))
    assert (part.within.lower.tolist(), part.within.upper.tolist()) == ([-3.0, -9.0], [2.0, 9.0])
    assert part.within.matrix.toarray().tolist() == [[1.0, 1.0]]


def test_rows_that_cannot_bind_and_columns_that_rows_hold_are_left_out() -> None:
    """x + y ≤ 0 for both at least nothing holds both; z alone is left, with no row."""
    made = within([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]], ([0.0, 0.0, -1.0], [5.0, 5.0, 1.0]), ([-INF, -9.0], [0.0, 9.0]))
    part = tighten(made, np.ones(3))
    assert part.columns.tolist() == [2]
    assert part.within.matrix.shape == (0, 1)


def test_a_column_without_curvature_stays_as_long_as_a_row_needs_it() -> None:
    """y is needed by x + y = 0; z by nothing but its bounds."""
    made = within([[1.0, 1.0, 0.0]], ([-1.0, -INF, -1.0], [1.0, INF, 1.0]), ([0.0], [0.0]))
    curvature = np.asarray([1.0, 0.0, 0.0])
    part = tighten(made, curvature)
    assert part.columns.tolist() == [0, 1]
    assert aggregate(part, curvature).columns.tolist() == [0]


@pytest.mark.parametrize("side", [1.0, -1.0])
@pytest.mark.parametrize(("beyond", "binds"), [(0.0, False), (IMMOVABLE / 2, False), (2 * IMMOVABLE, True)])
def test_a_row_that_binds_only_within_rounding_is_left_out(side: float, beyond: float, binds: bool) -> None:
    """x + y between -2 and 2, where one of them may move up to 1 and this little further on one side."""
    wide = 1.0 + np.asarray([0.0, beyond])
    lower, upper = (-np.ones(2), wide) if side > 0 else (-wide, np.ones(2))
    made = within([[1.0, 1.0]], (lower.tolist(), upper.tolist()), ([-2.0], [2.0]))
    assert tighten(made, np.ones(2)).within.matrix.shape[0] == int(binds)


LONG = 4 * SHARING_PASSES


def chain(first: float, others: float) -> Displacements:
    """Columns of which each is the next: the first may move so far, the others so far."""
    here, most = np.arange(LONG - 1), np.append(first, np.full(LONG - 1, others))
    matrix, none = np.zeros((LONG - 1, LONG)), np.zeros(LONG - 1)
    matrix[here, here], matrix[here, here + 1] = 1.0, -1.0
    return Displacements(
        np.arange(LONG), RowwiseProblem(sparse.csr_array(matrix), np.zeros(LONG), -most, most, none, none)
    )


def test_what_is_left_of_a_chain_longer_than_there_are_rounds_stays() -> None:
    """A column a round where the first stands still; where all but the first have no curvature, some a round."""
    curvature = np.append(1.0, np.zeros(LONG - 1))
    assert tighten(chain(0.0, 9.0), np.ones(LONG)).columns.tolist() == list(range(SHARING_PASSES, LONG))
    part = aggregate(chain(9.0, INF), curvature)
    assert 1 < len(part.columns) < LONG - SHARING_PASSES
    assert part.columns[0] == 0


def test_a_violation_counts_for_more_where_units_of_columns_have_a_row_scaled_down() -> None:
    """Rows have a largest entry of one, whatever it was; a column of little curvature has a large unit."""
    made = within([[0.01, 0.01], [50.0, 1.0]], ([-INF, -INF], [INF, INF]), ([-INF, -INF], [1.0, 1.0]))
    problem, _ = quadratic(made, np.ones(2), np.zeros(2))
    assert abs(problem.rows).max(axis=1).toarray().ravel().tolist() == [1.0, 1.0]
    assert np.asarray(problem.row_unit).tolist() == [1.0, 1.0]
    tall, unit = quadratic(made, np.asarray([1.0, 1e-4]), np.zeros(2))
    assert unit[1] == pytest.approx(100 * unit[0])
    assert np.asarray(tall.row_unit).tolist() == pytest.approx([max(unit[1], 1.0), max(unit[0], unit[1] / 50.0)])
