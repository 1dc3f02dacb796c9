"""Figures of convergence: aims beside whole gaps, and rates between and within regions, today and at the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from singlepot.models.analysis.inequality import measure_inequality
from singlepot.models.scenario.array_types import Floats
from singlepot.models.scenario.arrays import Arrays, arrays
from singlepot.models.settlement.settlement import Settlement
from singlepot.reports.text.levelling import WIDENS

from .figures import ELSEWHERE


def aims_by_objective(settlement: Settlement) -> pd.DataFrame:
    """Sum gaps, aims and what is agreed over the places below their line.

    Returns
    -------
    pandas.DataFrame
        objective, places, gap, aim, agreed, short (objective units); of_gap (agreed over gap), narrows (share of the
        gap that is gone at the end, when the line has moved), widens (places whose gap is larger then).
    """
    table = settlement.convergence
    if table is None or not len(table):
        return pd.DataFrame({"objective": []})
    table = table.assign(
        left=table["gap_end"].clip(lower=0), wider=table["gap_end"] > table["gap"] * (1 + WIDENS), places=1
    )
    sums = ["places", "gap", "aim", "agreed", "short", "left", "wider"]
    table = table.groupby("objective", sort=False)[sums].sum().reset_index()
    return table.assign(
        of_gap=table["agreed"] / table["gap"], narrows=1 - table["left"] / table["gap"], widens=table["wider"]
    )


def rates_by_region(settlement: Settlement) -> pd.DataFrame:
    """Compare every region's rate with that of all areas, and its areas with the region, today and at the end.

    Returns
    -------
    pandas.DataFrame
        objective, region, areas (with figures); before, after: its rate less that of all, as a share of the latter,
        positive where it is better; below: areas worse than their region today; within_before, within_after: what they
        lack to the region's rate, in the objective's unit.
    """
    data = arrays(settlement.scenario)
    gaps = data.levelling.gaps
    if gaps is None:
        return pd.DataFrame({"objective": []})
    table, agreed = settlement.targets, np.zeros(data.proposed.shape)
    axes = (("area", data.areas), ("objective", data.objectives), ("year", data.years))
    agreed[tuple(pd.Index(labels).get_indexer(pd.Index(table[name])) for name, labels in axes)] = table["agreed"]
    region = settlement.scenario.filled("areas").set_index("code")["region"].reindex(data.areas).to_numpy(dtype=object)
    rows = [
        row
        for k in np.flatnonzero(data.levelling.weighted).tolist()
        for row in _regions(data, k, np.asarray(agreed[:, k, gaps.year]), region)
    ]
    return pd.DataFrame(rows) if rows else pd.DataFrame({"objective": []})


def _regions(data: Arrays, k: int, agreed: Floats, region: Any) -> Iterator[dict[str, object]]:
    level = data.levelling
    member, sign = level.member[:, k], float(level.sign[k])
    per, today = level.per[:, k], level.level[:, k]
    end = np.where(member, today + sign * agreed, 0.0)
    line = {"before": today.sum() / per.sum(), "after": end.sum() / per.sum()}
    for name in sorted({str(label) for label in region[member]}):
        mine = member & (region == name)
        row: dict[str, object] = {"objective": data.objectives[k], "region": name or ELSEWHERE, "areas": mine.sum()}
        for when, values in (("before", today), ("after", end)):
            own = values[mine].sum() / per[mine].sum()
            row[when] = sign * (own / line[when] - 1)
            lacking = np.maximum(sign * (own * per[mine] - values[mine]), 0.0)
            row[f"within_{when}"] = float(lacking.sum())
            if when == "before":
                row["below"] = int((lacking > 1e-9 * np.abs(own * per[mine])).sum())
        yield row


def inequality_by_objective(settlement: Settlement) -> pd.DataFrame:
    """Set the measures of inequality of every objective with an aim side by side, today and at the end.

    Returns
    -------
    pandas.DataFrame
        objective; gini, between and within (Theil's parts between and within regions), each _before and _after.
    """
    section = settlement.scenario.settings.convergence
    measured = measure_inequality(settlement).measures
    rows = []
    for key in section.aims if section is not None else ():
        row: dict[str, object] = {"objective": key}
        for when in ("before", "after"):
            found = measured[(measured["what"] == key) & (measured["when"] == when)]
            row |= {f"{name}_{when}": float(found[name].iloc[0]) for name in ("gini", "between", "within")}
        rows.append(row)
    return pd.DataFrame(rows)
