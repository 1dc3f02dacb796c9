"""The largest concession of any area."""

from __future__ import annotations

import numpy as np

from ..model import Model


def largest_concession(model: Model) -> None:
    r"""No area gives up a larger share of an objective than the largest.

    .. math:: M - D_{ak} \ge 0

    M: the largest concession share, column ``largest_concession``. D: concession share of area a and objective k.
    design.md section 4.
    """
    shares = model.concession_share
    column = model.build.columns(
        "largest_concession", {}, lower=np.zeros(1), upper=np.full(1, np.inf), implied_upper=np.ones(1)
    )
    rows = model.build.rows(
        "largest_concession",
        model.build.column_keys(shares),
        lower=np.zeros(len(shares)),
        upper=np.full(len(shares), np.inf),
    )
    model.build.add(rows, column[0], 1.0)
    model.build.add(rows, shares, -1.0)
    model.largest_concession = int(column[0])
