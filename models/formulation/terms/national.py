"""The national objectives."""

from __future__ import annotations

import numpy as np

from ..model import ABSENT, Model


def national(model: Model) -> None:
    r"""What the agreed targets leave of a national objective is its shortfall.

    .. math:: \sum_a \sum_{t \in r} y_{akt} + u_r \ge Q_r, \qquad u_r \ge 0

    y: agreed target. u: shortfall, objective units, column ``shortfall[objective,years]``. Q: ``national.target``.
    r: an objective with a year, or with a range of years whose contributions add up.
    design.md section 4.
    """
    data, rows_of = model.data, model.data.national
    keys = model.national_keys()
    size = len(rows_of.target)
    model.most_shortfall = np.maximum(rows_of.target - _lowest(model), rows_of.target)
    columns = model.build.columns(
        "shortfall",
        keys,
        lower=np.zeros(size),
        upper=np.full(size, np.inf),
        implied_upper=model.most_shortfall,
    )
    model.shortfall = columns
    rows = model.build.rows("national", keys, lower=rows_of.target, upper=np.full(size, np.inf))
    model.build.add(rows, columns, 1.0)
    counted = np.arange(len(data.years))
    inside = (rows_of.first[:, None] <= counted) & (counted <= rows_of.last[:, None])
    row, year = np.nonzero(inside)
    contributing = model.target[:, rows_of.objective[row], year]
    area, pair = np.nonzero(contributing != ABSENT)
    model.build.add(rows[row[pair]], contributing[area, pair], 1.0)


def _lowest(model: Model) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A value below which no row's contributions can fall: every negative effect at its full size."""
    cells, options = model.data.options.outcome, model.data.options
    negative = np.minimum(cells.value, 0.0) * options.limit[cells.option]
    total = np.bincount(cells.across, weights=negative, minlength=len(model.data.objectives))
    return np.asarray(total[model.data.national.objective])
