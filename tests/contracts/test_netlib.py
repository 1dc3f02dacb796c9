"""The smallest linear programmes of NETLIB, through every backend."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from singlepot.solver import Stop, engine
from singlepot.solver.backends.contract_programmes import OPEN, methods_of, require_optimum, solve, state

from .netlib import PUBLISHED, Published
from .test_backends import ENGINES, named

by_name = pytest.mark.parametrize("published", PUBLISHED, ids=lambda published: published.name)


@by_name
def test_it_has_the_published_size(published: Published) -> None:
    task = published.task
    entries = task.matrix.nnz + np.count_nonzero(task.cost)
    assert (*task.matrix.shape, entries) == (published.rows, published.columns, published.entries)


@by_name
@pytest.mark.parametrize("pair", ENGINES, ids=named)
def test_it_has_the_published_optimum(pair: tuple[str, str | None], published: Published) -> None:
    require_optimum(partial(engine, pair[0], solver=pair[1]), published.task, published.least)


@by_name
@pytest.mark.parametrize("pair", ENGINES, ids=named)
def test_less_than_the_published_optimum_is_not_found(pair: tuple[str, str | None], published: Published) -> None:
    """With a row that asks for a thousandth less, nothing satisfies all; HiGHS, which alone is believed, says so."""
    task = published.task
    lower, upper = task.columns
    least, most = task.limits
    less = state(
        task.cost,
        [*task.rows, task.cost],
        at_least=[*least, -OPEN],
        at_most=[*most, published.least - 1e-3 * abs(published.least)],
        lower=lower,
        upper=upper,
    )
    solver = engine(pair[0], less.matrix, solver=pair[1])
    for method in methods_of(solver):
        stop = solve(solver, less, method).stop
        assert stop is Stop.INFEASIBLE if pair == ("highs", None) else stop is not Stop.OPTIMAL
