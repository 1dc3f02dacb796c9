"""Faces: which duals hold a column or a row, which are rounding, and which are neither."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from singlepot.solver.lexicographic.faces import (
    AT_BOUND,
    CALM,
    ECHO,
    FREEZE_ABOVE,
    IMMOVABLE,
    NOISE_BELOW,
    STEEP,
    Face,
    ambiguous,
    around,
    describes_a_face,
    without_rounding,
)


def test_the_freedom_of_a_face_is_what_may_move_less_what_rows_fix() -> None:
    frozen = np.asarray([True, False, False, False])
    assert Face(np.zeros(4), np.ones(4), np.asarray([0.0, 1.0]), np.ones(2), frozen).freedom == 2


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize(
    ("dual", "unclear"),
    [
        (0.0, False),
        (NOISE_BELOW / 2, False),
        (NOISE_BELOW, False),
        (2 * NOISE_BELOW, True),
        (FREEZE_ABOVE, True),
        (2 * FREEZE_ABOVE, False),
    ],
)
def test_duals_between_rounding_and_those_that_hold_are_ambiguous(dual: float, unclear: bool, sign: float) -> None:
    """One of them among others is enough."""
    assert ambiguous(np.asarray([0.0, sign * dual, 1.0])) is unclear


def test_no_dual_is_ambiguous_where_there_is_none() -> None:
    assert not ambiguous(np.zeros(0))


def test_a_dual_holds_what_stands_at_the_bound_of_its_sign() -> None:
    """Columns at their lower bound, at their upper bound and between, each with every sign of the reduced cost."""
    value = np.repeat([0.0, 1.0, 0.5], 3)
    dual = np.tile([1.0, -1.0, 0.0], 3)
    whole = Face(np.zeros(9), np.ones(9), np.zeros(0), np.zeros(0), np.zeros(9, dtype=bool))
    face = whole.freeze(value, np.zeros(0), dual, np.zeros(0))
    assert face.frozen.tolist() == [True, False, False, False, True, False, False, False, False]
    assert face.column_lower[face.frozen].tolist() == face.column_upper[face.frozen].tolist() == [0.0, 1.0]
    assert (face.column_upper - face.column_lower)[~face.frozen].tolist() == [1.0] * 7


@pytest.mark.parametrize(("off", "holds"), [(0.0, True), (AT_BOUND / 2, True), (2 * AT_BOUND, False)])
@pytest.mark.parametrize(("dual", "clear"), [(FREEZE_ABOVE, False), (2 * FREEZE_ABOVE, True)])
def test_a_face_holds_a_row_where_it_stands(off: float, holds: bool, dual: float, clear: bool) -> None:
    """An equality at the activity itself, which is the bound up to rounding; each of two rows at its own bound."""
    whole = Face(np.zeros(0), np.zeros(0), np.zeros(2), np.ones(2), np.zeros(0, dtype=bool))
    activity = np.asarray([off, 1.0 - off])
    face = whole.freeze(np.zeros(0), activity, np.zeros(0), np.asarray([dual, -dual]))
    lower, upper = face.row_bounds
    expected = (activity, activity) if holds and clear else (whole.row_lower, whole.row_upper)
    assert (lower.tolist(), upper.tolist()) == (expected[0].tolist(), expected[1].tolist())
    assert face.freedom == (-2 if holds and clear else 0)


def test_bounds_around_a_value_never_exclude_it() -> None:
    value = np.asarray([2.0, 1.0 + 1e-6, 3.0, 1.0])
    lower, upper = np.asarray([1.0, 1.0, 4.0, -np.inf]), np.asarray([4.0, 1.0, 5.0, 1.0 + IMMOVABLE / 2])
    down, up = around((lower, upper), value)
    assert down.tolist() == [-1.0, 1.0 - (1.0 + 1e-6), 0.0, -np.inf]
    assert up.tolist() == [2.0, 0.0, 2.0, 0.0]


SMALL = 1e-3
"""A cost whose square is far below it."""


def one_column(cost: float, dual: float) -> tuple[float, float]:
    """Reduced cost and dual of one column with an entry of 1 in one row."""
    reduced, row_dual = without_rounding(sparse.csc_array(np.ones((1, 1))), np.asarray([cost]), np.asarray([dual]))
    return float(reduced[0]), float(row_dual[0])


def test_rounding_is_measured_by_the_terms_of_a_reduced_cost() -> None:
    """A difference of 1e-12 of its two terms is rounding, one of 1e-9 is a reduced cost."""
    assert one_column(SMALL, SMALL * (1 - 1e-12))[0] == 0.0
    assert one_column(SMALL, SMALL * (1 - 1e-9))[0] == pytest.approx(SMALL * 1e-9, rel=1e-6)


def test_a_dual_counts_where_it_is_a_part_of_a_reduced_cost() -> None:
    assert one_column(SMALL, SMALL * 1e-12)[1] == 0.0
    assert one_column(SMALL, SMALL * 1e-9)[1] == SMALL * 1e-9


@pytest.mark.parametrize(("small", "kept"), [(1e-14, 0.0), (1e-13, 1e-13)])
def test_the_echo_of_the_largest_dual_is_rounding(small: float, kept: float) -> None:
    """Two columns in a row each: what the largest dual leaves elsewhere is 1e-14 of it."""
    reduced, row_dual = without_rounding(sparse.csc_array(np.eye(2)), np.asarray([1.0, 0.0]), np.asarray([1.0, small]))
    assert reduced.tolist() == [0.0, -kept]
    assert row_dual.tolist() == [1.0, kept]


@pytest.mark.parametrize(("part", "kept"), [(0.45, False), (0.75, True)])
def test_the_echo_is_no_larger_in_a_column_of_several_rows(part: float, kept: bool) -> None:
    """Two duals of so much of the largest one's echo add up to less than it, which is rounding, or to more."""
    matrix = sparse.csc_array(np.asarray([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]))
    small = part * ECHO
    reduced, _ = without_rounding(matrix, np.asarray([1.0, 0.0]), np.asarray([1.0, small, small]))
    assert reduced.tolist() == [0.0, -2 * small * kept]


@pytest.mark.parametrize(("true", "kept"), [(1e-6, True), (1e-9, True), (6e-10, False)])
def test_rounding_of_wild_duals_hides_no_true_reduced_cost(true: float, kept: bool) -> None:
    """Duals of 1e15: what they leave counts up to 1e-7 of a mean cost of 128, that is 8e-10 of one."""
    matrix = sparse.csc_array(np.asarray([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
    dual = np.asarray([1e15, -1e15, 1.0 - true, -1.0])
    reduced, row_dual = without_rounding(matrix, np.asarray([1.0, -1.0, 0.0]), dual)
    assert reduced.tolist() == pytest.approx([true * kept, 0.0, 0.0], rel=1e-6)
    assert row_dual.tolist() == dual.tolist()


def test_without_an_objective_only_rounding_of_the_duals_is_dropped() -> None:
    reduced, row_dual = without_rounding(sparse.csc_array(np.eye(2)), np.zeros(2), np.asarray([1.0, 1e-15]))
    assert reduced.tolist() == [-1.0, 0.0]
    assert row_dual.tolist() == [1.0, 0.0]


def test_prices_may_be_as_large_as_an_objective_of_many_terms_makes_them() -> None:
    """Of few terms they are held to what rounding allows."""
    few, many, natural = np.full(10, -128.0), np.full(10**6, -128.0), CALM / ECHO
    assert describes_a_face(natural, few)
    assert not describes_a_face(natural * 1.001, few)
    assert describes_a_face(STEEP * 128e6, many)
    assert not describes_a_face(STEEP * 128e6 * 1.001, many)
