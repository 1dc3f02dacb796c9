"""Tables of convergence and inclusion from the decisions of a settlement, without prices."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..scenario.arrays import Arrays
from .decisions import Decisions, shares_of_both, short_of_aim


def convergence_columns(data: Arrays, decisions: Decisions) -> dict[str, Any]:
    """Return the columns of the table of convergence: aims by place and objective."""
    gaps = data.levelling.gaps
    assert gaps is not None
    agreed = decisions.targets[:, :, gaps.year]
    sign = data.levelling.sign[gaps.objective]
    mine = gaps.places.sums(agreed)[gaps.place, gaps.objective]
    moved = gaps.compared.sums(agreed)[gaps.against, gaps.objective] * gaps.share / gaps.people
    line_end = gaps.line + sign * moved
    after = (gaps.level + sign * mine) / gaps.people
    return {
        "place": np.asarray(gaps.places.names, dtype=object)[gaps.place],
        "objective": data.labels("objectives", gaps.objective),
        "year": np.full(len(gaps.place), data.years[gaps.year], dtype=object),
        "line": gaps.line,
        "line_end": line_end,
        "before": gaps.level / gaps.people,
        "after": after,
        "gap": gaps.size,
        "gap_end": sign * (line_end - after) * gaps.people,
        "aim": gaps.aim,
        "agreed": mine,
        "short": short_of_aim(decisions, gaps),
    }


def inclusion_columns(data: Arrays, decisions: Decisions) -> dict[str, Any]:
    """Return the columns of the table of inclusion: shares of both national targets by place."""
    aim = data.levelling.together
    assert aim is not None
    shares = shares_of_both(data, decisions, aim)
    return {
        "place": np.asarray(aim.places.names, dtype=object),
        "prosperity": shares[:, 0],
        "inclusion": shares[:, 1],
        "together": shares.min(axis=1),
    }
