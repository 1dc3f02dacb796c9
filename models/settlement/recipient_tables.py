"""Tables of recipients: sums over the areas whose grants they hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..scenario.arrays import Arrays


def recipient_columns(data: Arrays, table: Mapping[str, Any], across: str, summed: tuple[str, ...]) -> dict[str, Any]:
    """Return the columns of a table of recipients.

    Parameters
    ----------
    data
        Of the scenario.
    table
        Columns of the table of areas: ``area``, ``year``, ``across`` and those that are summed.
    across
        ``envelope`` or ``objective``.
    summed
        Columns that are summed over the members.

    Returns
    -------
    recipient, ``across``, year, members, and the sums; sorted by recipient, then in the order of the tables of areas.
    """
    holder = dict(zip(data.areas, data.recipient, strict=True))
    rows = pd.DataFrame({name: table[name] for name in ("area", across, "year", *summed)})
    kinds = {"envelope": data.envelopes, "objective": data.objectives, "year": data.years}
    order = {name: {label: at for at, label in enumerate(kinds[name])} for name in (across, "year")}
    keys = {"recipient": rows["area"].map(holder)} | {name: rows[name].map(order[name]) for name in (across, "year")}
    groups = rows.assign(members=1).groupby([series.rename(index=name) for name, series in keys.items()], sort=True)
    sums = groups[["members", *summed]].sum().reset_index()
    labels = {name: np.asarray(kinds[name], dtype=object)[sums[name].to_numpy(dtype=np.int64)] for name in order}
    return {"recipient": sums["recipient"].to_numpy(dtype=object), **labels} | {
        name: sums[name].to_numpy() for name in ("members", *summed)
    }
