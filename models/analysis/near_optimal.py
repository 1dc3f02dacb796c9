"""Near-optimal set: settlements as good, or nearly, and the range of each area's grant in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from singlepot.solver import BadOptionError, Control, Explorer, ExtraRows, Progress, Stage

from ..formulation.formulation import Formulation
from ..formulation.model import ABSENT
from ..scenario.array_types import Floats
from ..settlement.settlement import Settlement
from .trade_off_axes import no_more

ROOM = 1e-6
"""Room above a stage, as a share of its natural size, beside the percentage: one that is zero would have none."""


def limits(settlement: Settlement, within: float, keep: Sequence[str] | None) -> dict[str, float]:
    """Return the largest value that each stage kept may have: its end, or its optimum and what it gives, and a share.

    Raises
    ------
    BadOptionError
        ``within`` is no share, or a stage is unknown.
    """
    if not 0 <= within <= 1:
        raise BadOptionError(f"within {within!r} is no share", "write 0.01 for one percent")
    stages = {stage.name: stage for stage in settlement.solved_stages.formulation.stages}
    ended = settlement.stages.set_index("name")[["final", "value"]].astype(float).fillna(0.0)
    usable = [stages[str(name)].held_at(value) for name, value in ended["value"].items()]
    allowed = ended["final"].clip(lower=pd.Series(usable, ended.index))
    for name in keep or ():
        if name not in stages and not any(stage.startswith(f"{name}[") for stage in stages):
            raise BadOptionError(f"there is no stage {name!r}", f"choose of {', '.join(stages)}")
    chosen = [n for n in stages if keep is None or n in keep or n.partition("[")[0] in keep]
    return {name: float(allowed[name]) * (1 + within) + ROOM * stages[name].size for name in chosen}


def add_limits(rows: ExtraRows, formulation: Formulation, most: dict[str, float]) -> None:
    """Add a row for each stage that may not be worse than its limit."""
    for stage in formulation.stages:
        if stage.name in most and not stage.empty:
            no_more(rows, f"within {stage.name}", stage, most[stage.name])


def explorer(formulation: Formulation, most: dict[str, float], control: Control) -> Explorer:
    """Keep the settlements within these limits, to be explored."""
    rows = ExtraRows(formulation.programme)
    add_limits(rows, formulation, most)
    return Explorer(rows.extended(), control=control)


def find_grant_ranges(
    settlement: Settlement,
    within: float = 0.01,
    *,
    keep: Sequence[str] | None = None,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> pd.DataFrame:
    """Find how far each area's grant can go in settlements that are as good, and in those that are nearly.

    Parameters
    ----------
    settlement
        What they are compared with.
    within
        By how much any stage may be worse, as a share of its value (and a millionth of its size).
    keep
        Stages that must be as good; all by default. ``shortfall.total`` means it for every priority.
    time_limit_s
        Seconds of wall time.
    progress
        Called with a :class:`~singlepot.Progress`; returning False stops the run.

    Returns
    -------
    area, name, region, bid, grant (money, over all years and envelopes); equal_low and equal_high, where every stage
    ends where it did: what the sharing step chose from; near_low and near_high, within the share.

    Raises
    ------
    BadOptionError
        ``within`` is no share, or a stage is unknown.

    Examples
    --------
    Nothing tells these areas apart but the sharing step; without it either could lose 3.

    >>> import pandas as pd
    >>> import singlepot as sp
    >>> scenario = sp.Scenario.from_tables(
    ...     areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
    ...     pot=pd.DataFrame({"year": ["2026-27"], "amount": [9.0]}),
    ...     bids=pd.DataFrame({"area": ["A", "B"], "year": ["2026-27"] * 2, "amount": [6.0, 6.0]}),
    ...     years=["2026-27"],
    ...     stages={"order": ["burden"], "bands": {"ends": [], "slopes": [1]}},
    ... )
    >>> sp.find_grant_ranges(sp.settle(scenario))[["area", "grant", "equal_low", "equal_high", "near_high"]].round(4)
      area  grant  equal_low  equal_high  near_high
    0    A    4.5        3.0         6.0        6.0
    1    B    4.5        3.0         6.0        6.0
    """
    return grant_ranges(settlement, within, keep, Control(time_limit_s, progress))


def grant_ranges(settlement: Settlement, within: float, keep: Sequence[str] | None, control: Control) -> pd.DataFrame:
    """Find the ranges of grants, see :func:`find_grant_ranges`, as a part of a run."""
    formulation = settlement.solve_stages(control).formulation
    most = limits(settlement, within, keep)
    ranges: dict[str, tuple[Floats, Floats]] = {
        "equal": _ends(formulation, Explorer(formulation.programme, formulation.stages, control)),
        "near": _ends(formulation, explorer(formulation, most, control)),
    }
    data = formulation.data
    named = settlement.scenario.filled("areas").set_index("code").loc[list(data.areas)]
    grants = settlement.grants.groupby("area")["grant"].sum().reindex(list(data.areas)).fillna(0.0).to_numpy()
    table: dict[str, object] = {
        "area": list(data.areas),
        "name": named["name"].to_numpy(),
        "region": named["region"].to_numpy(),
        "bid": data.bid_of_area,
        "grant": grants,
    }
    for kind, (low, high) in ranges.items():  # a millionth of a bid is what the sharing step's point is away
        table[f"{kind}_low"], table[f"{kind}_high"] = np.minimum(low, grants), np.maximum(high, grants)
    frame = pd.DataFrame(table)
    return frame[(frame["bid"] > 0) | (frame["grant"] != 0)].reset_index(drop=True)


def grant_costs(formulation: Formulation) -> list[Floats]:
    """For each area, the columns of its grants."""
    costs = []
    for columns in formulation.model.grant:
        cost = np.zeros(formulation.programme.shape[1])
        cost[columns[columns != ABSENT]] = 1.0
        costs.append(cost)
    return costs


def _ends(formulation: Formulation, among: Explorer) -> tuple[Floats, Floats]:
    size = max(float(formulation.data.bid.sum()), np.finfo(float).tiny)
    low, high = [], []
    for cost in grant_costs(formulation):
        if not cost.any():
            low.append(0.0)
            high.append(0.0)
            continue
        low.append(among.best(Stage("low", "", cost, size=size)).values[0])
        high.append(-among.best(Stage("high", "", -cost, size=size)).values[0])
    return np.asarray(low), np.asarray(high)
