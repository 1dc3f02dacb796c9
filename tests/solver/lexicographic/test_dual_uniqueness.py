"""Uniqueness of duals on programmes whose optimal duals are all known."""

from __future__ import annotations

import numpy as np
import pytest

from singlepot.solver import ProgrammeBuilder, Stage, Staged, StageResult, unique_duals
from singlepot.solver.lexicographic import dual_uniqueness
from singlepot.solver.lexicographic.faces import Face
from singlepot.solver.programme import Floats
from singlepot.solver.scaling import scale


def staged(
    matrix: Floats, bounds: tuple[Floats, Floats], limits: tuple[Floats, Floats], *points: Floats, give: float = 0.0
) -> Staged:
    """Stages on one face that ended at these points; which of all optima a solver ends at is no part of the test."""
    rows, columns = matrix.shape
    build = ProgrammeBuilder()
    x = build.columns("x", {}, lower=bounds[0], upper=bounds[1])
    r = build.rows("r", {}, lower=limits[0], upper=limits[1])
    at = np.nonzero(matrix)
    build.add(r[at[0]], x[at[1]], matrix[at])
    scaled = scale(build.build(), enabled=False)
    face = Face.whole(scaled)
    results = tuple(
        StageResult(
            Stage(f"stage {position}", "", np.ones(columns), give=give),
            0.0,
            0.0,
            np.zeros(rows),
            "",
            1.0,
            face=face,
            x=point,
        )
        for position, point in enumerate(points)
    )
    return Staged(scaled, points[-1], face, results, "", "")


CYCLE = 25
"""Rows of a ring: no dual of theirs is unique, and little of each is left, a fifth of its unit vector."""


def ring(size: float = 1.0) -> Staged:
    r"""Columns in a ring, each at most the next, the first fixed by a row, and one more column in the ring's first row.

    .. math:: x_i - x_{i+1} \le 0 \; (+ s z \text{ in the first}), \qquad x_1 = 5

    Whatever is minimised, the same may be added to the duals of all rows of the ring; z stays at its bound of 0.
    """
    matrix = np.zeros((CYCLE + 1, CYCLE + 1))
    here = np.arange(CYCLE)
    matrix[here, here] = 1.0
    matrix[here, (here + 1) % CYCLE] = -1.0
    matrix[0, CYCLE] = size
    matrix[CYCLE, 0] = 1.0
    lower, upper = np.full(CYCLE + 1, -np.inf), np.zeros(CYCLE + 1)
    lower[CYCLE] = upper[CYCLE] = 5.0
    point = np.append(np.full(CYCLE, 5.0), 0.0)
    return staged(matrix, (np.zeros(CYCLE + 1), np.full(CYCLE + 1, 10.0)), (lower, upper), point)


def test_rows_of_a_ring_have_several_duals_and_the_row_that_fixes_it_has_one() -> None:
    assert unique_duals(ring(), 0).tolist() == [False] * CYCLE + [True]


@pytest.mark.parametrize("size", [1.0, 1e-3])
def test_columns_between_their_bounds_have_one_reduced_cost(size: float) -> None:
    """Zero; that of a column at its bound moves with the dual of its row where there are several, however small."""
    assert unique_duals(ring(size), 0, of_columns=True).tolist() == [True] * CYCLE + [False]


def least_of_one(*points: tuple[float, float, float], give: float = 0.0) -> Staged:
    """One row, a - b + c at least 0, and the least a: c may be up to 4, the others up to 10."""
    bounds = np.zeros(3), np.asarray([10.0, 10.0, 4.0])
    limits = np.zeros(1), np.full(1, np.inf)
    return staged(np.asarray([[1.0, -1.0, 1.0]]), bounds, limits, *map(np.asarray, points), give=give)


CORNER, ON_THE_FACE = (0.0, 0.0, 0.0), (0.0, 4.0, 4.0)
"""Optima of the least a: all columns at a bound, and b between its bounds with the row at its."""


def test_a_later_stage_shows_what_a_corner_leaves_open() -> None:
    """At the corner the row's dual could be 0 to 1; where b is between its bounds on the same face, it is 0."""
    assert not unique_duals(least_of_one(CORNER), 0).any()
    assert unique_duals(least_of_one(CORNER, ON_THE_FACE), 0).all()


def test_a_later_stage_shows_nothing_of_one_that_gives() -> None:
    """Its point may use what was given: it need not be an optimum of the earlier stage."""
    assert not unique_duals(least_of_one(CORNER, ON_THE_FACE, give=0.5), 0).any()


def test_an_earlier_stage_shows_nothing_of_a_later_one() -> None:
    assert not unique_duals(least_of_one(ON_THE_FACE, CORNER), 1).any()


@pytest.mark.parametrize("c", [1.0, 4.0])
def test_a_row_away_from_its_bounds_has_the_dual_zero(c: float) -> None:
    """Also where another optimum has it at its bound; then every column has its own cost as reduced cost."""
    away = least_of_one(CORNER, (0.0, 0.0, c))
    assert unique_duals(away, 0).tolist() == [True]
    assert unique_duals(away, 0, of_columns=True).tolist() == [True] * 3


def test_no_dual_counts_as_the_only_one_where_memory_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    def short(*matrix: object, **options: object) -> None:
        raise RuntimeError("Factor is out of memory")

    monkeypatch.setattr(dual_uniqueness, "splu", short)
    assert not unique_duals(ring(), 0).any()
    assert not unique_duals(ring(), 0, of_columns=True).any()


def test_a_stage_with_nothing_to_minimise_has_no_duals() -> None:
    made = least_of_one(CORNER)
    empty = StageResult(made.results[0].stage, 0.0, 0.0, np.zeros(1), "", 1.0)
    with pytest.raises(ValueError, match="stage 0 has nothing to minimise"):
        unique_duals(Staged(made.scaled, made.x, made.face, (empty,), "", ""), 0)
