"""Rows that a column without cost satisfies are left out, and what was left out follows from what is left."""

from __future__ import annotations

import pickle
from typing import Any

import highspy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

import singlepot as sp
from singlepot.solver.answer import Method, Stop
from singlepot.solver.backends.highs import HighsEngine
from singlepot.solver.backends.trimmed_highs import TrimmedHighs
from singlepot.solver.control import Control
from singlepot.solver.presolve.slack_columns import BASIC, LOWER, MOST_HELPERS, UPPER, slack_columns

from ..strategies import Draft, drafts, scenario

INF = np.inf

CHAIN = sparse.csc_array(
    [
        [1.0, 1.0, 0.0, 0.0, 0.0, 0.0],  # the only row that the objective needs
        [1.0, 0.0, 1.0, 0.0, 0.0, 0.0],  # d + x ≥ 5
        [0.0, 0.0, -0.5, 1.0, 0.0, 0.0],  # D ≥ d / 2
        [0.0, 0.0, 0.0, 1.0, -1.0, -1.0],  # two bands hold D
    ]
)
"""x and y; how far x is short of 5, half of that, and two bands of it: the last is open."""

COST = np.asarray([1.0, 2.0, 0.0, 0.0, 0.0, 0.0])
COLUMNS = np.zeros(6), np.asarray([INF, INF, INF, INF, 0.1, INF])
ROWS = np.asarray([2.0, 5.0, 0.0, -INF]), np.asarray([INF, INF, INF, 0.0])


def test_rows_leave_one_after_another_and_come_back_with_their_least_values() -> None:
    part = slack_columns(CHAIN, COST, COLUMNS, ROWS)
    assert part is not None
    assert part.rows.tolist() == [True, False, False, False]
    assert part.columns.tolist() == [True, True, False, False, False, False]
    short = part.restored(np.asarray([2.0, 0.0]), COLUMNS, ROWS)
    assert short.x.tolist() == [2.0, 0.0, 3.0, 1.5, 0.1, 1.4]
    assert short.columns[2:].tolist() == [BASIC, BASIC, UPPER, BASIC]
    assert short.rows[1:].tolist() == [LOWER, LOWER, UPPER]
    hardly = part.restored(np.asarray([4.9, 0.0]), COLUMNS, ROWS)
    np.testing.assert_allclose(hardly.x, [4.9, 0.0, 0.1, 0.05, 0.05, 0.0], atol=1e-15)
    assert hardly.columns[2:].tolist() == [BASIC, BASIC, BASIC, LOWER]
    enough = part.restored(np.asarray([6.0, 0.0]), COLUMNS, ROWS)
    assert enough.x.tolist() == [6.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert enough.columns[2:].tolist() == [LOWER] * 4
    assert enough.rows[1:].tolist() == [BASIC] * 3


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (lambda cost, columns, rows: cost.__setitem__(5, 1.0), [True] * 4),  # the bands cost something
        (lambda cost, columns, rows: columns[1].__setitem__(5, 9.0), [True] * 4),  # they have an end
        (lambda cost, columns, rows: rows[0].__setitem__(3, 0.0), [True] * 4),  # they hold no more than D
        (lambda cost, columns, rows: columns[0].__setitem__(5, -INF), [True] * 4),  # their least value is none
        (lambda cost, columns, rows: cost.__setitem__(2, 1.0), [True, True, False, False]),
        (lambda cost, columns, rows: rows[1].__setitem__(1, 9.0), [True, True, False, False]),
    ],
)
def test_a_row_stays_where_its_slack_is_none(change: Any, left: list[bool]) -> None:
    cost, columns, rows = COST.copy(), tuple(map(np.copy, COLUMNS)), tuple(map(np.copy, ROWS))
    change(cost, columns, rows)
    part, before = slack_columns(CHAIN, cost, columns, rows), slack_columns(CHAIN, COST, COLUMNS, ROWS)
    assert (part.rows.tolist() if part else [True] * 4) == left
    assert before is not None
    assert not before.are_idle(cost, columns, rows)
    assert before.are_idle(COST, COLUMNS, ROWS)


def solved(engine: Any, cost: np.ndarray, method: Method) -> np.ndarray:
    answer = engine.solve(cost, COLUMNS, ROWS, method, Control())
    assert answer.stop is Stop.OPTIMAL
    assert answer.row_dual.shape == (4,)
    return np.asarray(answer.x)


def test_a_stage_that_needs_what_was_left_out_starts_from_the_basis_of_all() -> None:
    """It costs the bands, so that x grows until nothing is short; a third stage has all rows from the start."""
    engine, costs = TrimmedHighs(CHAIN), np.asarray([0.0, 0.0, 0.0, 0.0, 1.0, 3.0])
    assert solved(engine, COST, Method.AFRESH).tolist() == [2.0, 0.0, 3.0, 1.5, 0.1, 1.4]
    assert CHAIN[[0], :].toarray() @ solved(engine, costs, Method.WARM) >= 2
    assert solved(engine, costs, Method.WARM)[4:].tolist() == [0.0, 0.0]
    assert solved(engine, COST, Method.WARM)[:2].tolist() == [2.0, 0.0]


@pytest.mark.parametrize("travels", [False, True])
def test_another_engine_starts_where_one_ended(travels: bool) -> None:
    first = TrimmedHighs(CHAIN)
    expected = solved(first, COST, Method.AFRESH)
    basis = pickle.loads(pickle.dumps(first.basis)) if travels else first.basis
    again = TrimmedHighs(CHAIN)
    again.start_from(basis)
    np.testing.assert_array_equal(solved(again, COST, Method.AGAIN), expected)
    fewer = TrimmedHighs(CHAIN)  # whose costs leave less out
    fewer.start_from(basis)
    solved(fewer, np.asarray([1.0, 2.0, 1.0, 0.0, 0.0, 0.0]), Method.AGAIN)
    other = TrimmedHighs(CHAIN)  # whose costs leave nothing out
    other.start_from(basis)
    solved(other, np.ones(6), Method.AGAIN)
    last = TrimmedHighs(CHAIN)
    last.start_from(other.basis)
    np.testing.assert_array_equal(solved(last, COST, Method.AGAIN)[:2], expected[:2])


@given(drafts(), st.integers(0, 3))
def test_the_basis_of_a_part_is_optimal_for_all(made: Draft, number: int) -> None:
    """Its solution is a feasible point of all rows with the same value, and HiGHS takes no step from its basis."""
    formulation = sp.formulate(scenario(made))
    programme, stages = formulation.programme, [stage for stage in formulation.stages if not stage.empty]
    if not stages:
        return
    cost = stages[number % len(stages)].cost
    bounds = (programme.column_lower, programme.column_upper), (programme.row_lower, programme.row_upper)
    trimmed, whole = TrimmedHighs(programme.matrix), HighsEngine(programme.matrix)
    answer = trimmed.solve(cost, *bounds, Method.SAFE, Control())
    expected = whole.solve(cost, *bounds, Method.SAFE, Control())
    assert answer.stop is expected.stop is Stop.OPTIMAL
    size = max(1.0, float(np.abs(cost * expected.x).sum()))
    assert cost @ answer.x == pytest.approx(cost @ expected.x, abs=1e-8 * size)
    if trimmed._part is None:
        return
    started = HighsEngine(programme.matrix)
    started.start_from(trimmed.basis.of_all())
    started.solve(cost, *bounds, Method.WARM, Control())
    basis = trimmed.basis.of_all().basis
    basics = [*basis.col_status, *basis.row_status].count(highspy.HighsBasisStatus.kBasic)
    assert basics == programme.shape[0]
    assert started._highs.getInfo().simplex_iteration_count <= 0


@given(st.lists(st.integers(0, 3), max_size=2 * MOST_HELPERS), st.integers(-2, 40), st.sampled_from([-2.0, 1.0]))
def test_helpers_are_filled_in_order_and_one_of_each_row_is_basic(widths: list[int], lack: int, entry: float) -> None:
    """Of a row that lacks something, whatever the number and widths of its helpers."""
    many = len(widths)
    matrix = sparse.csc_array(np.asarray([[1.0, *[entry] * many, entry]]))
    columns = np.zeros(many + 2), np.asarray([1.0, *widths, INF])
    bound = np.asarray([lack * entry])
    rows = (bound, np.asarray([INF])) if entry > 0 else (np.asarray([-INF]), bound)
    part = slack_columns(matrix, np.asarray([1.0, *[0.0] * (many + 1)]), columns, rows)
    assert part is not None
    restored = part.restored(np.zeros(1), columns, rows)
    assert restored.x[1:].sum() == max(lack, 0)
    assert (restored.x <= columns[1]).all()
    assert [*restored.columns[1:], *restored.rows].count(BASIC) == 1
    used = restored.x[1 : many + 1][np.asarray(widths, dtype=int) > 0][:MOST_HELPERS]
    full = np.asarray([width for width in widths if width > 0])[:MOST_HELPERS]
    begun = np.flatnonzero(used < full)
    assert not used[begun[0] + 1 :].any() if len(begun) else True
