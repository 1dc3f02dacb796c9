"""Modelling to generate alternatives (MGA): near-optimal settlements that differ as much as possible."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import sparse

from singlepot.solver import BadOptionError, Control, ExtraRows, MgaAlternative, Progress, mga

from ..formulation.formulation import Formulation
from ..formulation.model import ABSENT
from ..scenario.array_types import Floats
from ..settlement.extra_rows import insist_on_own_rules
from ..settlement.settle import settle_scenario
from ..settlement.settlement import Settlement
from ..tables.copies import CopiedTables
from .near_optimal import add_limits, explorer, grant_costs, grant_ranges, limits

By = Literal["region", "area", "objective"]

REACHED = 0.999
"""Share of the way to the extreme that an alternative goes: what is left is room in which the rest is shared."""


@dataclass(frozen=True, eq=False, repr=False)
class Alternative(CopiedTables):
    """A settlement nearly as good as another.

    Attributes
    ----------
    settlement
        Settled like any other, with its certificate: stages in their order, then shared, within what it must keep.
    direction
        What was made large: one number for each group, positive for more.
    moved
        Money that goes to other areas and years than in the central settlement.
    """

    settlement: Settlement
    direction: pd.Series[float]
    moved: float


@dataclass(frozen=True, eq=False, repr=False)
class Alternatives(CopiedTables):
    """A settlement, others nearly as good, and what is free to choose.

    Attributes
    ----------
    settlement
        The central one.
    within
        By how much a stage may be worse, as a share of its value.
    by
        What the alternatives were to differ in.
    found
        The alternatives, in the order in which they were chosen.
    groups
        group, central, low, high (within the limits, whatever becomes of the others), and ``alternative 1`` … of
        each group: grants of a region or area over all years (money), or the mean over an objective's national rows of
        what is agreed, as a share of the target.
    grants
        alternative (number), area, name, region, bid, central, grant, change, over all years and envelopes, money.
    stages
        name, unit, central, most (what it may be), and ``alternative 1`` …: the value of each stage.
    ranges
        How far each area's grant can go; see :func:`singlepot.find_grant_ranges`.
    """

    settlement: Settlement
    within: float
    by: By
    found: tuple[Alternative, ...]
    groups: pd.DataFrame
    grants: pd.DataFrame
    stages: pd.DataFrame
    ranges: pd.DataFrame

    def __repr__(self) -> str:
        """One line."""
        return f"<{len(self.found)} alternatives within {self.within:g}, by {self.by}>"


def find_alternatives(
    settlement: Settlement,
    within: float = 0.01,
    count: int = 3,
    *,
    by: By | None = None,
    keep: Sequence[str] | None = None,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Alternatives:
    """Find settlements nearly as good that differ as much as possible from this one and from one another.

    Parameters
    ----------
    settlement
        The central one.
    within
        By how much any stage may be worse, as a share of its value (and a millionth of its size).
    count
        How many; fewer where nothing else differs.
    by
        What they are to differ in: ``region`` (grants of regions; the default where areas have one), ``area``, or
        ``objective`` (what is agreed).
    keep
        Stages that must be as good; all by default.
    time_limit_s
        Seconds of wall time for everything.
    progress
        Called with a :class:`~singlepot.Progress`; returning False stops the run.

    Returns
    -------
    Alternatives
        Each satisfies every rule and carries its own certificate. That no settlement differs more is not proved;
        ``groups`` says how far any could go.

    Raises
    ------
    BadOptionError
        No areas have a region, ``within`` is no share, a stage is unknown, or a program added further constraints.

    Examples
    --------
    >>> import singlepot as sp
    >>> found = sp.find_alternatives(sp.settle(sp.read_scenario("bucks-and-burnley")), 0.05, 2, by="area")
    >>> found.groups.drop(columns="group").round(1)
       central   low  high  alternative 1  alternative 2
    0     91.0  90.8  91.0           90.8           90.8
    1     61.0  60.9  61.2           60.9           61.0
    2     44.0  44.0  44.3           44.3           44.0
    """
    insist_on_own_rules(settlement, "an alternative")
    control = Control(time_limit_s, progress)
    formulation = settlement.solve_stages(control).formulation
    named = any(formulation.data.region)
    by = by or ("region" if named else "area")
    if by == "region" and not named:
        raise BadOptionError("no area has a region", "choose the alternatives by area or by objective")
    if count < 1:
        raise BadOptionError(f"{count} alternatives cannot be found", "ask for one or more")
    most = limits(settlement, within, keep)
    names, sums = _sums(formulation, by)
    start = np.asarray(sums @ _central(settlement, formulation))
    free = grant_ranges(settlement, within, keep, control)
    apart = mga(explorer(formulation, most, control), sums, start, count)
    result = tuple(_settled(settlement, formulation, most, sums, start, far, names, control) for far in apart.points)
    ends = [np.asarray(sums @ _central(item.settlement, formulation)) for item in result]
    groups = pd.DataFrame({"group": names, "central": start, "low": apart.low, "high": apart.high})
    return Alternatives(
        settlement=settlement,
        within=within,
        by=by,
        found=result,
        groups=groups.assign(**{f"alternative {k}": end for k, end in enumerate(ends, start=1)}),
        grants=_grants(settlement, result),
        stages=_stages(settlement, most, result),
        ranges=free,
    )


def _sums(formulation: Formulation, by: By) -> tuple[list[str], sparse.csr_array]:
    """Sums in which alternatives are to differ: a row for each group."""
    data, model = formulation.data, formulation.model
    if by == "objective":
        counted = sorted(set(data.national.objective.tolist()))
        names, costs = [data.objectives[k] for k in counted], [_agreed(formulation, k) for k in counted]
    else:
        of_area = list(data.areas if by == "area" else data.region)
        bidders = (data.bid_of_area > 0) | (model.grant != ABSENT).any(axis=(1, 2))
        names = sorted({name for name, counts in zip(of_area, bidders, strict=True) if name and counts})
        by_area = grant_costs(formulation)
        costs = [
            np.asarray(sum(cost for cost, of in zip(by_area, of_area, strict=True) if of == name)) for name in names
        ]
    if not names:
        raise BadOptionError(f"there is no {by} to choose between", "choose by area, region or objective")
    return names, sparse.csr_array(np.vstack(costs))


def _agreed(formulation: Formulation, objective: int) -> Floats:
    """Mean over an objective's national rows of the sum of agreed targets, as a share of the national target."""
    rows, model = formulation.data.national, formulation.model
    cost = np.zeros(formulation.programme.shape[1])
    chosen = np.flatnonzero(rows.objective == objective)
    for row in chosen:
        columns = model.target[:, objective, rows.first[row] : rows.last[row] + 1]
        cost[columns[columns != ABSENT]] += 1 / rows.target[row] / len(chosen)
    return cost


def _central(settlement: Settlement, formulation: Formulation) -> Floats:
    """Grants and targets of a settlement as columns; all others 0."""
    x = np.zeros(formulation.programme.shape[1])
    for columns, table, value in (
        (formulation.model.grant, settlement.grants, "grant"),
        (formulation.model.target, settlement.targets, "agreed"),
    ):
        shown = columns != ABSENT
        kinds = ("areas", "envelopes" if value == "grant" else "objectives", "years")
        keys = pd.MultiIndex.from_arrays(
            [formulation.data.labels(kind, at) for kind, at in zip(kinds, np.nonzero(shown), strict=True)]
        )
        x[columns[shown]] = table.set_index(list(table.columns[:3]))[value].reindex(keys).to_numpy()
    return x


def _settled(
    settlement: Settlement,
    formulation: Formulation,
    most: dict[str, float],
    sums: sparse.csr_array,
    start: Floats,
    far: MgaAlternative,
    names: list[str],
    control: Control,
) -> Alternative:
    """Settle at least nearly as far in a direction, within the limits."""
    cost = np.asarray(sums.T @ far.direction)
    here = float(far.direction @ start)

    def further(rows: ExtraRows) -> None:
        add_limits(rows, formulation, most)
        used = np.flatnonzero(cost)
        rows.at_least("direction", used, cost[used], here + REACHED * (far.most - here))

    other = settle_scenario(settlement.scenario, extra=further, time_limit_s=control.remaining_s)
    moved = float((other.grants["grant"] - settlement.grants["grant"]).clip(lower=0.0).sum())
    return Alternative(other, pd.Series(far.direction, index=names), moved)


def _grants(settlement: Settlement, others: Sequence[Alternative]) -> pd.DataFrame:
    areas = settlement.scenario.filled("areas").set_index("code")
    central = settlement.grants.groupby("area", as_index=False)[["bid", "grant"]].sum()
    parts = []
    for number, alternative in enumerate(others, start=1):
        grants = alternative.settlement.grants.groupby("area")["grant"].sum().reindex(central["area"]).to_numpy()
        parts.append(
            pd.DataFrame(
                {
                    "alternative": number,
                    "area": central["area"],
                    "name": central["area"].map(areas["name"]),
                    "region": central["area"].map(areas["region"]),
                    "bid": central["bid"],
                    "central": central["grant"],
                    "grant": grants,
                    "change": grants - central["grant"],
                }
            )
        )
    columns = ["alternative", "area", "name", "region", "bid", "central", "grant", "change"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _stages(settlement: Settlement, most: dict[str, float], others: Sequence[Alternative]) -> pd.DataFrame:
    stages = settlement.stages
    ends = {
        f"alternative {k}": alternative.settlement.stages["final"].to_numpy()
        for k, alternative in enumerate(others, start=1)
    }
    return pd.DataFrame(
        {
            "name": stages["name"],
            "unit": stages["unit"],
            "central": stages["final"],
            "most": stages["name"].map(most).astype(float),
            **ends,
        }
    )
