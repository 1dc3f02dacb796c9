"""Columns and rows that are equal are solved as one: the point that comes back is an optimum of the whole, proved."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

import singlepot as sp
from benchmarks.workloads import Workload, synthetic, tables
from singlepot.models.formulation.formulation import formulate
from singlepot.solver import Control
from singlepot.solver.answer import Method, Stop
from singlepot.solver.backends.highs import HighsEngine
from singlepot.solver.lexicographic.faces import Face, without_rounding
from singlepot.solver.presolve import symmetry as merging
from singlepot.solver.presolve.presolve import presolve
from singlepot.solver.presolve.problem import RowwiseProblem
from singlepot.solver.presolve.symmetry import Merged, merge
from singlepot.solver.programme import Floats
from singlepot.solver.scaling import objective_factor, scale

from ..examples import tries
from .interior_point.test_engine import linear

EXACT = 1e-9
"""Error of what comes back, beside sizes near one; the tolerance of the solver is 1e-10."""


@dataclass(frozen=True)
class Shape:
    """Blocks of several kinds, some of each, tied by rows and columns that touch all of them."""

    copies: tuple[int, ...]
    columns: int
    rows: int
    border_columns: int
    border_rows: int
    seed: int

    @property
    def least(self) -> int:
        """Columns that are left when every kind of block is one."""
        return self.columns * len(self.copies) + self.border_columns


SHAPES = st.builds(
    Shape,
    copies=st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple),
    columns=st.integers(1, 4),
    rows=st.integers(1, 4),
    border_columns=st.integers(0, 2),
    border_rows=st.integers(0, 3),
    seed=st.integers(0, 2**32 - 1),
)


def programme(shape: Shape) -> tuple[RowwiseProblem, np.ndarray]:
    """A programme with a point within its bounds, columns and rows shuffled; and the block of each column, or -1."""
    draw = np.random.default_rng(shape.seed)
    kinds = np.repeat(np.arange(len(shape.copies)), shape.copies)
    count, wide, high = len(kinds), shape.columns, shape.rows
    inner = draw.normal(size=(len(shape.copies), high, wide))[kinds]
    left = draw.normal(size=(len(shape.copies), high, shape.border_columns))[kinds]
    top = draw.normal(size=(len(shape.copies), shape.border_rows, wide))[kinds]
    corner = draw.normal(size=(shape.border_rows, shape.border_columns))
    blocks = sparse.block_diag(list(inner))
    matrix = sparse.vstack(
        [
            sparse.hstack([blocks, left.reshape(count * high, -1)]),
            np.hstack([np.concatenate(list(top), axis=1), corner]),
        ]
    ).toarray()
    point = np.concatenate(
        [draw.uniform(0, 1, (len(shape.copies), wide))[kinds].ravel(), draw.uniform(0, 1, shape.border_columns)]
    )
    cost = np.concatenate(
        [draw.normal(size=(len(shape.copies), wide))[kinds].ravel(), draw.normal(size=shape.border_columns)]
    )
    slack = draw.choice([0.0, 0.3, np.inf], (2, len(shape.copies), high))[:, kinds].reshape(2, -1)
    activity = matrix @ point
    first = np.unique(kinds, return_index=True)[1]
    activity[: count * high] = activity[: count * high].reshape(count, high)[first][kinds].ravel()
    slack = np.concatenate([slack, draw.choice([0.0, 0.3, np.inf], (2, shape.border_rows))], axis=1)
    column, row = draw.permutation(matrix.shape[1]), draw.permutation(matrix.shape[0])
    block = np.concatenate([np.repeat(np.arange(count), wide), np.full(shape.border_columns, -1)])
    upper = np.full(len(cost), 1.0)
    return (
        RowwiseProblem(
            sparse.csr_array(matrix[row][:, column]),
            cost[column],
            np.zeros(len(cost)),
            upper,
            (activity - slack[0])[row],
            (activity + slack[1])[row],
        ),
        block[column],
    )


def solved(problem: RowwiseProblem) -> tuple[Floats, Floats]:
    """An optimum and its row duals."""
    engine = HighsEngine(sparse.csc_array(problem.matrix.tocsc()))
    bounds, limits = (problem.lower, problem.upper), (problem.row_lower, problem.row_upper)
    answer = engine.solve(problem.cost, bounds, limits, Method.INTERIOR, Control())
    assert answer.stop is Stop.OPTIMAL
    return answer.x, answer.row_dual


def violation(problem: RowwiseProblem, x: Floats) -> float:
    rows = problem.matrix @ x
    parts = (problem.lower - x, x - problem.upper, problem.row_lower - rows, rows - problem.row_upper)
    return max(float(part.max(initial=0.0)) for part in parts)


def bound(problem: RowwiseProblem, dual: Floats) -> float:
    """The least that any point within the bounds can cost, by these duals."""
    total = 0.0
    reduced = problem.cost - problem.matrix.T @ dual
    for price, lower, upper in (
        (reduced, problem.lower, problem.upper),
        (dual, problem.row_lower, problem.row_upper),
    ):
        used = np.abs(price) > 1e-12
        total += float(price[used] @ np.where(price > 0, lower, upper)[used])
    return total


def least_cost(problem: RowwiseProblem) -> float:
    """The optimum as SciPy finds it."""
    rows = problem.matrix.toarray()
    up, down = np.isfinite(problem.row_upper), np.isfinite(problem.row_lower)
    solution = linprog(
        problem.cost,
        np.concatenate([rows[up], -rows[down]]),
        np.concatenate([problem.row_upper[up], -problem.row_lower[down]]) + 1e-12,
        bounds=np.column_stack([problem.lower, problem.upper]),
    )
    assert solution.status == 0
    return float(solution.fun)


@tries(60)
@given(SHAPES)
def test_what_comes_back_is_an_optimum_of_the_whole(shape: Shape) -> None:
    """Within its bounds, as cheap as SciPy's answer to the whole, and proved by its duals to be the cheapest."""
    whole, _ = programme(shape)
    pair = merge(whole)
    if max(shape.copies) == 1:
        assert pair is None
        return
    assert pair is not None
    merged, way_back = pair
    assert len(merged.cost) == shape.least
    x, dual = way_back.postsolve(*solved(merged))
    size = 1 + float(np.abs(dual).max(initial=0.0))
    assert violation(whole, x) <= EXACT
    assert whole.cost @ x == pytest.approx(least_cost(whole), abs=1e-7 * size)
    assert whole.cost @ x - bound(whole, dual) == pytest.approx(0.0, abs=EXACT * size)


@tries(30)
@given(SHAPES)
def test_every_number_of_the_merged_answer_has_its_meaning(shape: Shape) -> None:
    """Any point and duals, optimal or not: the same cost and rows, reduced costs divided by the number of copies."""
    whole, _ = programme(replace(shape, copies=(2, *shape.copies[1:])))
    pair = merge(whole)
    assert pair is not None
    merged, way_back = pair
    draw = np.random.default_rng(shape.seed)
    point, price = draw.normal(size=len(merged.cost)), draw.normal(size=len(merged.row_lower))
    x, dual = way_back.postsolve(point, price)
    assert whole.cost @ x == pytest.approx(merged.cost @ point)
    np.testing.assert_allclose(whole.matrix @ x, (merged.matrix @ point)[way_back.rows.of], atol=EXACT)
    reduced = (merged.cost - merged.matrix.T @ price) / way_back.columns.size
    np.testing.assert_allclose(whole.cost - whole.matrix.T @ dual, reduced[way_back.columns.of], atol=EXACT)


def next_number(array: Floats, place: int) -> Floats:
    """The array with one number moved by one unit in its last place."""
    moved = array.copy()
    moved[place] = np.nextafter(moved[place], np.inf)
    return moved


@tries(60)
@given(SHAPES, st.sampled_from(["matrix", "cost", "lower", "upper", "row_lower", "row_upper"]), st.randoms())
def test_one_digit_keeps_areas_apart(shape: Shape, where: str, random: object) -> None:
    """The block of the number that moved is merged with no other; without other copies nothing is merged at all."""
    pair = replace(shape, copies=(2,))
    whole, block = programme(pair)
    entries = whole.matrix.tocoo()
    if where == "matrix":
        position = random.randrange(len(entries.data))  # type: ignore[attr-defined]
        data = next_number(entries.data, position)
        moved = replace(whole, matrix=sparse.csr_array((data, (entries.row, entries.col)), shape=whole.matrix.shape))
        of_column = {int(block[entries.col[position]])} - {-1}
        touched = of_column or _blocks_of_row(whole, block, int(entries.row[position]))
    else:
        where = where if np.isfinite(getattr(whole, where)).any() else "lower"
        position = random.choice(np.flatnonzero(np.isfinite(getattr(whole, where))))  # type: ignore[attr-defined]
        moved = replace(whole, **{where: next_number(getattr(whole, where), position)})
        row = where.startswith("row")
        touched = _blocks_of_row(whole, block, position) if row else {int(block[position])} - {-1}
    if len(touched) == 1:
        assert merge(moved) is None
    else:  # an entry, cost or limit of the border says nothing of the blocks
        assert merge(moved) is not None


def _blocks_of_row(whole: RowwiseProblem, block: np.ndarray, row: int) -> set[int]:
    columns = whole.matrix.indices[whole.matrix.indptr[row] : whole.matrix.indptr[row + 1]]
    return {int(item) for item in block[columns]} - {-1}


def test_colours_that_are_alike_by_chance_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash that sees no numbers takes all blocks for copies, and is found out."""
    whole, _ = programme(Shape((1, 1, 1), 3, 2, 1, 2, seed=1))
    bits, blind = merging._bits, []

    def forget(numbers: Floats) -> np.ndarray:
        return bits(np.ones_like(numbers)) if blind else bits(numbers)

    monkeypatch.setattr(merging, "_bits", forget)
    assert merge(whole) is None
    colour = merging._colour

    def blindly(problem: RowwiseProblem) -> tuple[np.ndarray, np.ndarray] | None:
        blind.append(True)
        try:
            colours = colour(problem)
        finally:
            blind.clear()
        assert colours is not None
        return colours

    monkeypatch.setattr(merging, "_colour", blindly)
    assert merge(whole) is None


TIES = synthetic(374, 6, 2)[2]


def test_a_tenth_of_the_areas_is_merged() -> None:
    """Copies keep their columns together, each with that of the area it is a copy of; the others stand alone."""
    scenario_ = sp.Scenario.from_tables(**tables(TIES))
    whole = linear(scenario_)
    merged = merge(whole)
    assert merged is not None
    classes = merged[1].columns
    take_up = next(family for family in formulate(scenario_).programme.column_families if "option" in family.keys)
    of = {
        (area, option): int(classes.of[take_up.start + k])
        for k, (area, option) in enumerate(zip(take_up.keys["area"], take_up.keys["option"], strict=True))
    }
    first = {f"A{i:06d}": f"A{like:06d}" for i, like in enumerate(TIES.like)}
    assert all(of[area, option] == of[first[area], option] for area, option in of)
    assert len(set(of.values())) == sum(first[area] == area for area, _ in of)
    assert TIES.own == 337


@pytest.mark.parametrize("load", [TIES, replace(TIES, copies=0.0)])
def test_what_is_left_of_a_programme_is_merged_as_well(load: Workload) -> None:
    """After the reduction copies are still equal to the last digit, and areas that are none are not."""
    whole = linear(sp.Scenario.from_tables(**tables(load)))
    reduction = presolve(whole)
    last = reduction.steps[-1]
    if load is not TIES:
        assert not isinstance(last, Merged)
        return
    assert isinstance(last, Merged)
    assert len(last.columns.first) / len(last.columns.of) == pytest.approx(TIES.own / TIES.areas, abs=0.005)
    x, dual = reduction.postsolve(*solved(reduction.core))
    assert violation(whole, x) <= EXACT
    assert whole.cost @ x - bound(whole, dual) == pytest.approx(0.0, abs=EXACT)


@pytest.mark.parametrize(("rows", "columns"), [(0, 0), (3, 0), (0, 3), (2, 2)])
def test_programmes_with_nothing_in_them(rows: int, columns: int) -> None:
    """Columns that touch nothing are one, and so are rows."""
    plain = np.zeros(columns), np.zeros(columns), np.ones(columns), np.zeros(rows), np.ones(rows)
    merged = merge(RowwiseProblem(sparse.csr_array((rows, columns)), *plain))
    assert (merged is None) == (columns == 0)
    if merged is not None:
        assert merged[0].matrix.shape == (min(rows, 1), 1)
        assert [len(item) for item in merged[1].postsolve(np.ones(1), np.ones(min(rows, 1)))] == [columns, rows]


def test_what_is_merged_once_is_merged_in_every_later_stage() -> None:
    """The face that a merged stage leaves holds copies at the same bounds, to the last bit."""
    formulation = formulate(sp.Scenario.from_tables(**tables(TIES)))
    scaled = scale(formulation.programme)
    face, matrix = Face.whole(scaled), sparse.csr_array(scaled.matrix.tocsr())
    for stage in [stage for stage in formulation.stages if not stage.empty][:3]:
        cost = stage.cost * scaled.column_scale
        pair = merge(RowwiseProblem(matrix, cost * objective_factor(cost), *face.column_bounds, *face.row_bounds))
        assert pair is not None
        merged, way_back = pair
        assert len(merged.cost) / len(cost) == pytest.approx(TIES.own / TIES.areas, abs=0.005)
        x, dual = way_back.postsolve(*solved(merged))
        reduced, dual = without_rounding(scaled.matrix, cost * objective_factor(cost), dual)
        face = face.freeze(x, scaled.matrix @ x, reduced, dual)
    assert face.freedom < 0.5 * len(cost)
