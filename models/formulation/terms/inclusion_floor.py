"""The least inclusion beside prosperity in every area."""

from __future__ import annotations

import numpy as np

from ..levelling import together_scale
from ..model import Model


def inclusion_floor(model: Model) -> None:
    r"""An area with targets for both brings inclusion at a ratio to prosperity, each over its national aim.

    .. math:: \frac{y_{a2t}}{S_{2t}} - v \frac{y_{a1t}}{S_{1t}} \ge 0

    y: agreed target, 1 of prosperity, 2 of inclusion. S: the national target of the year, without one the sum of the
    proposed targets. v: rule ``inclusion_floor``. Row ``inclusion_floor[area,year]``. levelling-up.md.
    """
    limit, together = model.rules["inclusion_floor"], model.data.levelling.together
    area, year = np.nonzero(limit.binds)
    if together is None:
        return
    rows = model.build.rows(
        "inclusion_floor", model.keys(area=area, year=year), lower=np.zeros(len(area)), upper=np.full(len(area), np.inf)
    )
    scale = np.asarray([together_scale(model.data, together, t) for t in range(len(model.data.years))])[year]
    model.build.add(rows, model.target[area, together.inclusion, year], 1 / scale[:, 1])
    model.build.add(rows, model.target[area, together.prosperity, year], -limit.value[area, year] / scale[:, 0])
