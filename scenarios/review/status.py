"""Status of each target, and what is paid where targets are met."""

from __future__ import annotations

import numpy as np
import pandas as pd

from singlepot.models.scenario.array_types import Floats

from .agreement import Agreed
from .outturn import Outturn

OFF_TRACK, AT_RISK, ON_TRACK = "off track", "at risk", "on track"
STATUSES = (OFF_TRACK, AT_RISK, ON_TRACK)
"""From the worst to the best."""

OFF_BELOW = 0.9
"""Share of the target in the last year under which the level projection is off track. talks.md section 7."""

ON_FROM = 0.95
"""Share of it from which on the proportional projection is on track. talks.md section 7."""


def status_table(agreed: Agreed, outturn: Outturn) -> pd.DataFrame:
    """Judge each target of the last year by what was delivered so far.

    Returns
    -------
    area, name, objective, year (the last one reviewed), agreed and delivered (in that year), level (what is delivered
    in the last year if the distance stays), proportional (if the share stays), target (of the last year), status,
    confidence, source.
    """
    data, last = agreed.data, outturn.years - 1
    names = dict(zip(agreed.scenario.areas["code"], agreed.scenario.areas["name"], strict=True))
    due, got, end = agreed.due[:, :, last], outturn.delivered[:, :, last], agreed.target[:, :, -1]
    level, proportional = projections(due, got, end)
    told = ~np.isnan(outturn.forecast)
    level, proportional = (np.where(told, outturn.forecast, one) for one in (level, proportional))
    status = _judged(level, proportional, end)
    status = np.where(outturn.unsure, np.maximum(status - 1, 0), status)
    rows = []
    for a, k in np.argwhere((end > 0) & ~np.isnan(got)).tolist():
        area, objective = data.areas[a], data.objectives[k]
        rows.append(
            (
                *(area, names[area], objective, data.years[last], due[a, k], got[a, k], level[a, k]),
                *(proportional[a, k], end[a, k], STATUSES[status[a, k]], "low" if outturn.unsure[a, k] else "high"),
                outturn.source.get((area, objective), ""),
            )
        )
    columns = ["area", "name", "objective", "year", "agreed", "delivered", "level", "proportional", "target"]
    return pd.DataFrame(rows, columns=[*columns, "status", "confidence", "source"])


def projections(due: Floats, got: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Project what was delivered to the last year: by the distance to what was due, and by the share of it.

    Where nothing was due yet, both are the first.
    """
    level = end - (due - got)
    share = np.divide(got, due, out=np.zeros_like(got), where=due > 0)
    return level, np.where(due > 0, end * share, level)


def _judged(level: Floats, proportional: Floats, end: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    almost = 1 - 1e-12
    on = proportional >= ON_FROM * end * almost
    off = level < OFF_BELOW * end * almost
    return np.where(off, 0, np.where(on, 2, 1))


def reward_table(agreed: Agreed, outturn: Outturn) -> pd.DataFrame:
    """List what is paid for targets that are met, as Local Public Service Agreements did: no part of the programme.

    The pool, a share of the area's agreed grant, is parted equally over its targets; each part is paid as far as the
    target was met, from a threshold on. talks.md section 7.

    Returns
    -------
    area, name, objective, agreed and delivered (in the last year reviewed), met (share), part (money for a target that
    is met) and payment, money.
    """
    data, terms, last = agreed.data, agreed.terms, outturn.years - 1
    names = dict(zip(agreed.scenario.areas["code"], agreed.scenario.areas["name"], strict=True))
    due, got = agreed.due[:, :, last], outturn.delivered[:, :, last]
    counted = (due > 0) & ~np.isnan(got) & ~data.centre[:, None]
    pool = terms.pool * agreed.grant.sum(axis=(1, 2))
    rows = []
    for a, k in np.argwhere(counted).tolist():
        met, part = float(got[a, k] / due[a, k]), float(pool[a] / counted[a].sum())
        paid = part * min(1.0, met) if met >= terms.threshold * (1 - 1e-12) else 0.0
        area = data.areas[a]
        rows.append((area, names[area], data.objectives[k], float(due[a, k]), float(got[a, k]), met, part, paid))
    columns = ["area", "name", "objective", "agreed", "delivered", "met", "part", "payment"]
    return pd.DataFrame(rows, columns=columns)
