"""Newton systems solved block by block, against dense ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from singlepot.solver.interior_point.gmres import Gmres
from singlepot.solver.interior_point.newton import NewtonSystem
from singlepot.solver.interior_point.structure import Structure, structure_around

from ...examples import tries


def blocks(seed: int, number: int, border_rows: int, border_columns: int) -> tuple[sparse.csr_array, Structure]:
    """Blocks of random sizes, some without columns of their own, some with leaves of several rows, and a border."""
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(number):
        core, leaves = rng.integers(0, 4), rng.integers(0, 3)
        part = rng.normal(size=(rng.integers(0, 7), core))
        for _ in range(leaves):
            size, width = rng.integers(1, 4), rng.integers(1, 3)
            rows = np.hstack([rng.normal(size=(size, core)), np.zeros((size, part.shape[1] - core))])
            part = np.block([[part, np.zeros((len(part), width))], [rows, rng.normal(size=(size, width))]])
        part[rng.random(part.shape) < 0.3] = 0.0
        parts.append((part, core))
    inner = np.asarray(sparse.block_diag([part for part, _ in parts]).toarray())
    is_core = np.concatenate([[*[True] * core, *[False] * (part.shape[1] - core)] for part, core in parts]).astype(bool)
    edge = rng.normal(size=(border_rows, inner.shape[1])) * is_core
    across = rng.normal(size=(len(inner), border_columns)) * (rng.random((len(inner), border_columns)) < 0.5)
    corner = rng.normal(size=(border_rows, border_columns))
    whole = np.block([[inner, across], [edge, corner]])
    rows, columns = rng.permutation(whole.shape[0]), rng.permutation(whole.shape[1])
    matrix = sparse.csr_array(whole[rows][:, columns])
    structure = structure_around(matrix, rows >= len(inner), columns >= inner.shape[1])
    assert structure is not None
    return matrix, structure


def solved(system: NewtonSystem, right: np.ndarray, diagonals: tuple[np.ndarray, np.ndarray]) -> list[np.ndarray]:
    rows, columns = system.matrix.shape
    answer, image, activity = np.full(rows + columns, np.nan), np.full(rows + columns, np.nan), np.full(rows, np.nan)
    system.solve(right, diagonals, answer, image, activity)
    return [answer, image, activity]


@tries(60)
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(0, 3), st.integers(0, 3))
def test_systems_are_solved_block_by_block(seed: int, number: int, border_rows: int, border_columns: int) -> None:
    """Against the dense system; with what other diagonals make of the answer, and the activities of rows."""
    matrix, structure = blocks(seed, number, border_rows, border_columns)
    rng = np.random.default_rng(seed + 1)
    rows, columns = matrix.shape
    sigma, inverse = rng.lognormal(0, 1, columns), rng.lognormal(0, 1, rows)
    right = rng.normal(size=rows + columns)
    others = sigma * rng.uniform(0.5, 1, columns), inverse * rng.uniform(0.5, 1, rows)
    dense = matrix.toarray()

    def whole(sigma: np.ndarray, inverse: np.ndarray) -> np.ndarray:
        return np.block([[np.diag(sigma), -dense.T], [dense, np.diag(inverse)]])

    answer = np.linalg.solve(whole(sigma, inverse), right)
    expected = [answer, whole(*others) @ answer, dense @ answer[:columns]]
    system = NewtonSystem(matrix, structure)
    system.factorise(sigma * 2, inverse)  # what comes later replaces what was before
    system.factorise(sigma, inverse)
    for _ in range(2):
        for got, wanted in zip(solved(system, right, others), expected, strict=True):
            assert np.allclose(got, wanted, rtol=1e-9, atol=1e-9)


def test_cases_at_the_edge() -> None:
    """No border, no blocks with columns, leaves only, a column that no row touches."""
    rng = np.random.default_rng(3)
    none = np.zeros(0, dtype=bool)
    for dense, border_row, border_column in (
        (np.zeros((0, 3)), none, np.zeros(3, dtype=bool)),
        (np.zeros((2, 0)), np.array([False, True]), none),
        (np.array([[1.0, 2.0, 0.0]]), np.array([False]), np.array([False, True, False])),
        (np.array([[1.0, 2.0, 0.0]]), np.array([True]), np.array([False, False, False])),
        (np.array([[1.0, 0.0], [0.0, 3.0]]), np.array([False, False]), np.array([True, True])),
    ):
        matrix = sparse.csr_array(dense)
        structure = structure_around(matrix, border_row, border_column)
        assert structure is not None
        rows, columns = dense.shape
        sigma, inverse, right = rng.uniform(1, 2, columns), rng.uniform(1, 2, rows), rng.normal(size=rows + columns)
        whole = np.block([[np.diag(sigma), -dense.T], [dense, np.diag(inverse)]])
        system = NewtonSystem(matrix, structure)
        system.factorise(sigma, inverse)
        assert np.allclose(solved(system, right, (sigma, inverse))[0], np.linalg.solve(whole, right), atol=1e-12)


def test_a_block_without_a_root_is_an_error() -> None:
    matrix, structure = blocks(1, 6, 2, 0)
    with np.errstate(all="ignore"), pytest.raises(np.linalg.LinAlgError):
        NewtonSystem(matrix, structure).factorise(np.full(matrix.shape[1], -1.0), np.ones(matrix.shape[0]))


def test_results_are_the_same_on_every_run() -> None:
    """To the last bit."""
    matrix, structure = blocks(7, 30, 3, 2)
    rng = np.random.default_rng(8)
    diagonals = rng.lognormal(0, 2, matrix.shape[1]), rng.lognormal(0, 2, matrix.shape[0])
    right = rng.normal(size=sum(matrix.shape))
    runs = []
    for _ in range(2):
        system = NewtonSystem(matrix, structure)
        system.factorise(*diagonals)
        runs.append(solved(system, right, diagonals))
    assert all(np.array_equal(*both) for both in zip(*runs, strict=True))


def test_gmres_removes_what_was_eased() -> None:
    """Factors of other diagonals are made good by a few directions; what is left is what is said."""
    matrix, structure = blocks(4, 20, 3, 1)
    rng = np.random.default_rng(9)
    rows, columns = matrix.shape
    sigma, inverse = rng.lognormal(0, 1, columns), rng.lognormal(0, 1, rows)
    system = NewtonSystem(matrix, structure)
    system.factorise(sigma * 1.01, inverse * 1.01)
    gmres = Gmres(system)
    for _ in range(2):
        a, b = rng.normal(size=columns), rng.normal(size=rows)
        dx, dy, activity, left = gmres.solve((sigma, inverse), a, b, 1e-10)
        assert left <= 1e-9
        assert float(np.abs(sigma * dx - matrix.T @ dy - a).max()) <= 1e-8
        assert float(np.abs(matrix @ dx + inverse * dy - b).max()) <= 1e-8
        assert float(np.abs(matrix @ dx - activity).max()) <= 1e-10
