"""The dual bound and the marginals of programmes that are solved by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from singlepot.solver import Control, Stage, marginals, minimise_in_turn, original_matrix
from singlepot.solver.lexicographic.dual_bound import dual_bound, largest_term
from singlepot.solver.lexicographic.faces import Face

from .test_stages import LEAST_A, MOST_B, NOTHING, triangle

OPEN = np.inf


@pytest.mark.parametrize(
    ("row_dual", "row", "lower", "upper", "bound"),
    [
        (1.0, (2.0, OPEN), (0.0, 0.0), (9.0, 9.0), 2.0),
        (0.0, (2.0, OPEN), (0.5, 0.25), (9.0, 9.0), 0.5 + 3 * 0.25),
        (2.0, (2.0, OPEN), (0.0, 0.0), (9.0, 9.0), 2 * 2 - 9),
        (2.0, (2.0, OPEN), (0.0, 0.0), (OPEN, OPEN), 2 * 2 - 7),
        (1.0, (2.0, OPEN), (-OPEN, -OPEN), (9.0, 9.0), 2 - 2 * 5),
        (-1.0, (-OPEN, 4.0), (0.0, 0.0), (9.0, 9.0), -4.0),
        (1.0, (-OPEN, 4.0), (0.5, 0.25), (9.0, 9.0), 0.5 + 3 * 0.25),
        (-1.0, (2.0, OPEN), (0.5, 0.25), (9.0, 9.0), 0.5 + 3 * 0.25),
    ],
)
def test_the_dual_bound_is_the_least_of_every_term(
    row_dual: float,
    row: tuple[float, float],
    lower: tuple[float, float],
    upper: tuple[float, float],
    bound: float,
) -> None:
    """Of a + 3b, with a + b in a row: a dual at an absent bound counts as 0, and implied bounds are -5 and 7."""
    face = Face(
        np.asarray(lower), np.asarray(upper), np.asarray([row[0]]), np.asarray([row[1]]), np.zeros(2, dtype=bool)
    )
    matrix, cost = sparse.csc_array(np.ones((1, 2))), np.asarray([1.0, 3.0])
    assert dual_bound(matrix, cost, np.asarray([row_dual]), face, np.full(2, -5.0), np.full(2, 7.0)) == bound


def test_an_implied_upper_bound_is_at_least_the_lower_one() -> None:
    """The point of an answer may lie above what no optimum needs to pass."""
    face = Face(np.full(1, -OPEN), np.full(1, OPEN), np.zeros(0), np.zeros(0), np.zeros(1, dtype=bool))
    matrix = sparse.csc_array((0, 1))
    assert dual_bound(matrix, np.full(1, -1.0), np.zeros(0), face, np.full(1, 8.0), np.full(1, 7.0)) == -8.0


def test_the_largest_term_is_that_of_a_finite_limit() -> None:
    """At the lower limit for a dual above 0 and at the upper one for others; nothing without duals."""
    face = Face(
        np.zeros(0), np.zeros(0), np.asarray([-3.0, 5.0, 7.0]), np.asarray([-2.0, OPEN, 11.0]), np.zeros(0, dtype=bool)
    )
    assert largest_term(np.asarray([2.0, 0.0, 0.0]), face) == 6.0
    assert largest_term(np.asarray([-2.0, -1e9, -0.25]), face) == 4.0
    assert largest_term(np.zeros(3), face) == 0.0


def test_marginals_are_in_original_units() -> None:
    """Most b with a at 1: one more of the sum is one more b, one more of a is one less; 7 of 8 go to b."""
    staged = minimise_in_turn(triangle(), [NOTHING, LEAST_A, MOST_B], Control())
    least_a, most_b = marginals(staged)
    assert (least_a.name, least_a.position, least_a.value) == ("least a", 1, 1.0)
    assert (most_b.name, most_b.position, most_b.value) == ("most b", 2, -7.0)
    assert least_a.row.tolist() == [0.0]
    assert least_a.column.tolist() == [1.0, 0.0]
    assert most_b.row.tolist() == [-1.0]
    assert most_b.column.tolist() == [1.0, 0.0]
    assert most_b.cost is MOST_B.cost
    assert most_b.x.tolist() == [1.0, 7.0]
    assert (original_matrix(staged.scaled) != triangle().matrix).nnz == 0


def test_marginals_that_hold_nothing_are_zero() -> None:
    """A cost of b that is too little to hold b at 0, beside that of a."""
    (one,) = marginals(minimise_in_turn(triangle(), [Stage("slight", "", np.asarray([1.0, 1e-12]))], Control()))
    assert one.column.tolist() == [1.0, 0.0]
