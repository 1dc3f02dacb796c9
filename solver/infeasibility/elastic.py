r"""Elastic programming: the least change of bounds, at a price, that makes a programme feasible, made unique.

.. math:: L_i - s_i^- \le a_i x \le U_i + s_i^+, \qquad \min \sum_j w_j s_j, \quad \text{then} \quad
    \min \sum_j w_j s_j^2 / n_j

with s the slacks, w their weights and n their natural sizes: slacks of one size move equally, larger ones more.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from ..control import Control, Halt
from ..errors import SolverFailedError
from ..lexicographic.stage import Stage, Staged, ended_early
from ..lexicographic.stages import minimise_in_turn
from ..programme import Family, Floats, Integers, LinearProgramme
from ..sharing.sharing import Shared, share

LOG = logging.getLogger("singlepot")

BACKGROUNDS = (0.0, 1e-6)
"""Weights of the other columns in the sharing step, relative to the slacks; the next is tried where one fails.

The slacks have one answer without any. With a little weight the other columns have one too, which is easier to find and
bends the slacks by about as much.
"""


@dataclass(frozen=True, eq=False)
class Slacks:
    """Elastic variables (slacks) of bounds that may move; one entry for each.

    Attributes
    ----------
    row
        The row whose bound moves.
    entry
        Entry of the slack in that row: positive lets the row fall below its lower bound, negative rise above its
        upper one.
    most
        Largest slack; may be infinite.
    implied_upper
        A finite slack that no optimum needs to pass, as of a column.
    weight
        Price of a unit, w.
    size
        Natural size, n, in the slack's own unit.
    further
        Further entries, (rows, slacks, values): what the move of one limit does to other rows.
    """

    row: Integers
    entry: Floats
    most: Floats
    implied_upper: Floats
    weight: Floats
    size: Floats
    further: tuple[Integers, Integers, Floats]


@dataclass(frozen=True, eq=False)
class LeastChange:
    """The slack of each bound, the least total by price, and the row duals that prove it."""

    slack: Floats
    total: float
    row_dual: Floats


def loosen(programme: LinearProgramme, slacks: Slacks) -> LinearProgramme:
    """Return the elastic programme, with a column for each slack at its end."""
    rows, columns = programme.shape
    count = len(slacks.row)
    further_rows, further_slacks, further_values = slacks.further
    entries = sparse.coo_array(
        (
            np.concatenate([slacks.entry, further_values]),
            (
                np.concatenate([slacks.row, further_rows]),
                np.concatenate([np.arange(count), further_slacks]),
            ),
        ),
        shape=(rows, count),
    )
    family = Family("slack", columns, count, {"row": [programme.row_label(int(row)) for row in slacks.row]})
    return replace(
        programme,
        matrix=sparse.csc_array(sparse.hstack([programme.matrix, entries.tocsc()])),
        column_lower=np.concatenate([programme.column_lower, np.zeros(count)]),
        column_upper=np.concatenate([programme.column_upper, slacks.most]),
        implied_lower=np.concatenate([programme.implied_lower, np.zeros(count)]),
        implied_upper=np.concatenate([programme.implied_upper, np.minimum(slacks.implied_upper, slacks.most)]),
        column_families=(*programme.column_families, family),
    )


def least_change(
    programme: LinearProgramme, slacks: Slacks, background: Floats, control: Control, *, shared: bool = True
) -> LeastChange:
    """Find the least total change of bounds that leaves a feasible point, and share it.

    Parameters
    ----------
    programme
        With its limits as they stand.
    slacks
        What may move.
    background
        Coefficient of the square of each other column, to tell points apart that need the same change.
    shared
        Whether to share the change; without it, any change of the least total is returned.

    Raises
    ------
    InfeasibleError
        No change of these limits leaves a point.
    NotProvenError, StoppedError
        The run ended early.
    """
    columns = programme.shape[1]
    size = float((slacks.weight * slacks.size).sum()) or 1.0
    cost = np.concatenate([np.zeros(columns), slacks.weight])
    staged = minimise_in_turn(loosen(programme, slacks), [Stage("least change", "", cost, size=size)], control)
    result = staged.results[0]
    if not shared:
        slack = (staged.x * staged.scaled.column_scale)[columns:]
        return LeastChange(np.maximum(slack, 0.0), result.value, result.row_dual)
    split = _share(staged, background, slacks.weight / slacks.size / size, control)
    return LeastChange(np.maximum(split.x[columns:], 0.0), result.value, result.row_dual)


def _share(staged: Staged, background: Floats, curvature: Floats, control: Control) -> Shared:
    """Share the least total, with as little weight on the other columns as will do."""
    try:
        for weight in BACKGROUNDS[:-1]:
            try:
                return share(staged, np.concatenate([background * weight, curvature]), control)
            except SolverFailedError as reason:
                LOG.info("sharing a change: %s; trying with a background", reason.cause)
        return share(staged, np.concatenate([background * BACKGROUNDS[-1], curvature]), control)
    except Halt as halt:
        raise ended_early(halt, staged.results) from halt
