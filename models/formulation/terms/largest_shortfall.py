"""The largest shortfall of each priority."""

from __future__ import annotations

import numpy as np

from ..model import Model


def largest_shortfall(model: Model) -> None:
    r"""No national objective of a priority is missed by a larger share than the largest.

    .. math:: \beta_r L_p - u_r \ge 0

    L: the largest shortfall as a share, column ``largest_shortfall[priority]``. u: shortfall, beta: ``national.base``,
    the national target where it is empty, of a row r whose objective has priority p. design.md section 4.
    """
    data, rows_of = model.data, model.data.national
    of_row = data.priority[rows_of.objective]
    priorities, which = np.unique(of_row, return_inverse=True)
    implied_upper = model.most_shortfall / rows_of.base
    columns = model.build.columns(
        "largest_shortfall",
        {"priority": [str(p) for p in priorities]},
        lower=np.zeros(len(priorities)),
        upper=np.full(len(priorities), np.inf),
        implied_upper=np.asarray([implied_upper[of_row == p].max() for p in priorities], dtype=np.float64),
    )
    keys = model.national_keys()
    rows = model.build.rows("largest_shortfall", keys, lower=np.zeros(len(of_row)), upper=np.full(len(of_row), np.inf))
    model.build.add(rows, columns[which], rows_of.base)
    model.build.add(rows, model.shortfall, -1.0)
    model.largest_shortfall = dict(zip(priorities.tolist(), columns.tolist(), strict=True))
