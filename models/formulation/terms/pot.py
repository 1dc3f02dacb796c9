"""The national pot."""

from __future__ import annotations

import numpy as np

from ..model import ABSENT, Model


def pot(model: Model) -> None:
    r"""No year spends more of an envelope than its pot and what moves into it.

    .. math::
        \sum_a g_{aet} + c_{et} + \sum_{e'} v_{ee't} \le B_{et} + c_{e,t-1} + \sum_{e'} v_{e'et}

    g: grant, money. c: carry-over. v: virement. B: ``pot.amount``, rows of one year and envelope summed.
    Row ``pot[envelope,year]``; an envelope and year without a pot row has nothing to spend.
    design.md section 4.
    """
    data = model.data
    spent = model.grant != ABSENT
    wanted = data.has_pot | spent.any(axis=0)
    envelope, year = np.nonzero(wanted)
    rows = model.build.rows(
        "pot",
        model.keys(envelope=envelope, year=year),
        lower=np.full(len(envelope), -np.inf),
        upper=data.pot[wanted],
    )
    row_of = np.zeros(wanted.shape, dtype=np.int64)
    row_of[wanted] = rows
    _, spent_envelope, spent_year = np.nonzero(spent)
    model.build.add(row_of[spent_envelope, spent_year], model.grant[spent], 1.0)
    carried_envelope, carried_year = np.nonzero(model.carry_over != ABSENT)
    carried = model.carry_over[carried_envelope, carried_year]
    model.build.add(row_of[carried_envelope, carried_year], carried, 1.0)
    model.build.add(row_of[carried_envelope, np.minimum(carried_year + 1, wanted.shape[1] - 1)], carried, -1.0)
    moves = model.virement
    if moves is not None:
        model.build.add(row_of[moves.source, moves.year], moves.column, 1.0)
        model.build.add(row_of[moves.into, moves.year], moves.column, -1.0)
