r"""Marginals: row duals and reduced costs of each stage in original units, without rounding.

.. math:: r = c - A^T y
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..programme import Floats
from ..scaling import ScaledProgramme, objective_factor
from .faces import FREEZE_ABOVE, without_rounding
from .stage import Staged, StageResult


@dataclass(frozen=True, eq=False)
class Marginals:
    """Row duals and reduced costs of one stage.

    Attributes
    ----------
    name, unit, value
        Of the stage; its optimum.
    position
        Which stage of the run it is.
    row
        y: change of the optimum for one more unit of a row's bound; original units, one for each row, rows that hold
        earlier stages at the end.
    column
        r: change of the optimum for one more unit of a column; original units.
    cost
        c: the stage's objective; original units.
    x
        Where the stage ended; original units.
    """

    name: str
    unit: str
    value: float
    position: int
    row: Floats
    column: Floats
    cost: Floats
    x: Floats


def marginals(staged: Staged) -> tuple[Marginals, ...]:
    """Return the marginals of every stage that minimised something; what is rounding is exactly zero."""
    return tuple(
        _of_stage(staged.scaled, position, result)
        for position, result in enumerate(staged.results)
        if result.x is not None
    )


def original_matrix(scaled: ScaledProgramme) -> sparse.csc_array:
    """Return the matrix in original units, with the rows that hold stages; exact, for scales are powers of two."""
    matrix = scaled.matrix
    size = scaled.row_scale[matrix.indices] * np.repeat(scaled.column_scale, np.diff(matrix.indptr))
    return sparse.csc_array((matrix.data / size, matrix.indices, matrix.indptr), shape=matrix.shape)


def _of_stage(scaled: ScaledProgramme, position: int, result: StageResult) -> Marginals:
    assert result.x is not None
    cost = result.stage.cost * scaled.column_scale
    factor = objective_factor(cost)
    reduced, dual = without_rounding(scaled.matrix, cost, result.row_dual / scaled.row_scale)
    reduced = np.where(np.abs(reduced) * factor > FREEZE_ABOVE, reduced, 0.0)
    dual = np.where(np.abs(dual) * factor > FREEZE_ABOVE, dual, 0.0)
    return Marginals(
        name=result.stage.name,
        unit=result.stage.unit,
        value=result.value,
        position=position,
        row=np.asarray(dual * scaled.row_scale),
        column=np.asarray(reduced / scaled.column_scale),
        cost=result.stage.cost,
        x=np.asarray(result.x * scaled.column_scale),
    )
