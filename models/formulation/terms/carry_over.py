"""Money that moves into the next year."""

from __future__ import annotations

import numpy as np

from ..model import ABSENT, Model


def carry_over(model: Model) -> None:
    r"""A share of a year's own pot may move into the next year, none out of the last.

    .. math:: 0 \le c_{et} \le \text{carry\_over} \cdot B_{et}

    c: money carried from year t into t + 1, column ``carry_over[envelope,year]``. B: ``pot.amount``.
    Needs a pot row in both years. design.md section 4.
    """
    data = model.data
    limit = np.nan_to_num(model.rules["carry_over"].value)
    possible = np.zeros(data.pot.shape, dtype=bool)
    possible[:, :-1] = (limit[:, :-1] > 0) & (data.pot[:, :-1] > 0) & data.has_pot[:, 1:]
    envelope, year = np.nonzero(possible)
    columns = model.build.columns(
        "carry_over",
        model.keys(envelope=envelope, year=year),
        lower=np.zeros(len(envelope)),
        upper=limit[possible],
    )
    model.carry_over = np.full(data.pot.shape, ABSENT, dtype=np.int64)
    model.carry_over[possible] = columns
