"""A region's or a type's share of the pot."""

from __future__ import annotations

import numpy as np

from ..model import ABSENT, Model


def pot_share(model: Model) -> None:
    r"""The grants of a region or type together keep a floor or ceiling, as a share of the pot.

    .. math:: \sum_{a \in \text{region}} \sum_{et} g_{aet} \ge \text{share} \cdot \sum_{et} B_{et}

    g: grant. B: pot. Over all years and envelopes unless the rule names one; ``≤`` for a ceiling. Rules
    ``pot_share_floor``, ``pot_share_ceiling``. Row ``pot_share[rule,where]``. design.md section 3.
    """
    shares = [share for share in model.rules.sums if share.rule.term == "pot_share"]
    limit = np.asarray([share.limit for share in shares], dtype=np.float64)
    floor = np.asarray([share.rule.lower for share in shares], dtype=bool)
    rows = model.build.rows(
        "pot_share",
        {"rule": [share.rule.name for share in shares], "where": [share.label for share in shares]},
        lower=np.where(floor, limit, -np.inf),
        upper=np.where(floor, np.inf, limit),
    )
    for row, share in zip(rows, shares, strict=True):
        columns = model.grant[share.areas][:, share.cells]
        columns = columns[columns != ABSENT]
        model.build.add(np.full(len(columns), row), columns, 1.0)
