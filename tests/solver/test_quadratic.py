"""Quadratic programmes by Clarabel: what has no point is told from what was not solved."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from singlepot.solver import Control
from singlepot.solver.backends.clarabel import PrimalInfeasibleError, solve_quadratic
from singlepot.solver.quadratic_programme import QuadraticProgramme


def bounded(lower: float, upper: float) -> QuadraticProgramme:
    """Minimise (x - 3)² between two bounds, each a row."""
    rows = sparse.csc_array(np.asarray([[1.0], [-1.0]]))
    return QuadraticProgramme(np.asarray([2.0]), np.asarray([-6.0]), rows, np.asarray([upper, -lower]), 0)


def test_the_minimiser_stands_at_the_bound_that_it_meets() -> None:
    assert solve_quadratic(bounded(0.0, 2.0), Control()).x == pytest.approx([2.0], abs=1e-8)


def test_bounds_that_exclude_each_other_are_an_error_of_their_own() -> None:
    """A two-stage programme tells by it that no common grants let every draw keep its rules."""
    with pytest.raises(PrimalInfeasibleError):
        solve_quadratic(bounded(2.0, 1.0), Control())
