"""Money that moves between envelopes."""

from __future__ import annotations

import numpy as np

from ..model import Model, Moves


def virement(model: Model) -> None:
    r"""A share of an envelope's own pot may move to others in the same year, gross.

    .. math:: v_{ee't} \ge 0, \qquad \sum_{e'} v_{ee't} \le \text{virement} \cdot B_{et}

    v: money moved from envelope e into e', column ``virement[envelope,into,year]``. B: ``pot.amount``.
    Needs a pot row on both sides, and e' is not ring-fenced. design.md section 4.
    """
    data = model.data
    limit = np.nan_to_num(model.rules["virement"].value)
    open_ = (limit > 0) & (data.pot > 0)
    possible = open_[:, None, :] & data.has_pot[None, :, :]
    possible &= ~data.ring_fenced[None, :, None]
    possible &= ~np.eye(len(data.envelopes), dtype=bool)[:, :, None]
    source, into, year = np.nonzero(possible)
    columns = model.build.columns(
        "virement",
        model.keys(envelope=source, into=into, year=year),
        lower=np.zeros(len(source)),
        upper=np.full(len(source), np.inf),
        implied_upper=limit[source, year],
    )
    model.virement = Moves(source, into, year, columns)
    limited = possible.any(axis=1)
    envelope, at = np.nonzero(limited)
    rows = model.build.rows(
        "virement",
        model.keys(envelope=envelope, year=at),
        lower=np.full(len(envelope), -np.inf),
        upper=limit[limited],
    )
    row_of = np.zeros(data.pot.shape, dtype=np.int64)
    row_of[limited] = rows
    model.build.add(row_of[source, year], columns, 1.0)
