"""The second-stage programme of one draw as a block of the deterministic equivalent, presolved.

Columns that equality rows define are substituted; rows that no point breaks leave, and so do upper bounds that a row
implies: of england half of the rows and a third of the columns. The common columns stay as they are, so a block and its
programme have one value at every decision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from ..presolve.aggregation import aggregate
from ..presolve.presolve import PRESOLVE_PIVOT, USES
from ..presolve.problem import RowwiseProblem
from ..programme import Booleans, Floats, Integers


@dataclass(frozen=True, eq=False)
class Block:
    """Rows of one draw: ``matrix`` over its columns, ``linking`` over all common columns.

    ``implied_lower`` and ``implied_upper`` are finite bounds of its columns.
    """

    matrix: sparse.csr_array
    linking: sparse.csr_array
    row_lower: Floats
    row_upper: Floats
    column_lower: Floats
    column_upper: Floats
    implied_lower: Floats
    implied_upper: Floats
    cost: Floats


def presolved(whole: RowwiseProblem, implied: tuple[Floats, Floats], at: Integers, common: int) -> Block:
    """Presolve the programme of one draw.

    Parameters
    ----------
    whole
        Its columns, then those common columns that it has.
    implied
        Finite lower and upper bounds of its columns.
    at
        Positions of its common columns among all common columns.
    common
        How many common columns there are.
    """
    problem, left, columns = whole, np.arange(len(whole.cost)), len(implied[0])
    while True:
        few = np.bincount(problem.matrix.indices, minlength=len(left)) <= USES
        aggregated = aggregate(problem, few & (left < columns) & (problem.cost == 0), PRESOLVE_PIVOT)
        if aggregated is None:
            break
        problem, left = aggregated[0], left[aggregated[1].rest]
    least, most = problem.activity_bounds()
    problem = problem.part(np.ones(len(left), dtype=bool), (most > problem.row_upper) | (least < problem.row_lower))
    problem = replace(problem, upper=np.where(_implied(problem) & (left < columns), np.inf, problem.upper))
    entries = problem.matrix.tocoo()
    inner, rows = int((left < columns).sum()), len(problem.row_lower)
    linking = entries.col >= inner
    tied = at[left[entries.col[linking]] - columns]
    return Block(
        matrix=sparse.csr_array(problem.matrix[:, :inner]),
        linking=sparse.coo_array((entries.data[linking], (entries.row[linking], tied)), (rows, common)).tocsr(),
        row_lower=problem.row_lower,
        row_upper=problem.row_upper,
        column_lower=problem.lower[:inner],
        column_upper=problem.upper[:inner],
        implied_lower=implied[0][left[:inner]],
        implied_upper=implied[1][left[:inner]],
        cost=problem.cost[:inner],
    )


def _implied(problem: RowwiseProblem) -> Booleans:
    """Mark columns whose upper bound follows from a row with positive entries of columns that are at least 0."""
    entries = problem.matrix.tocoo()
    mixed = np.bincount(entries.row, (entries.data < 0) | (problem.lower[entries.col] < 0), len(problem.row_upper)) > 0
    enough = entries.data * problem.upper[entries.col] >= problem.row_upper[entries.row]
    return np.asarray(np.bincount(entries.col, enough & ~mixed[entries.row], len(problem.cost)) > 0)
