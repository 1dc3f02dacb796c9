"""Parameter sweep: a scenario is settled at every point of a grid of one or two levers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from singlepot.models.diagnostics.problems import BadInputError
from singlepot.models.files.folder_kinds import SWEEP
from singlepot.models.files.ownership import FolderKind
from singlepot.models.notebook_display import rich, rich_table
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settings.frozen import FrozenMapping
from singlepot.models.settlement.settlement import Settlement
from singlepot.solver import NoSettlementError, Progress, SinglepotError, UnfinishedError

from ..reading.settling import ScenarioSource, scenario_of
from ..results.result_folder import ResultFolder
from .comparison_tables import spread_columns, stacked
from .grid import MOST_POINTS, points
from .nesting import COLUMNS as NESTING
from .nesting import nesting
from .settle_each import Outcome, SettleMany, runner

MOST_KEPT = 25
"""Points whose settlements are kept."""

SHORTFALL = "shortfall_"
"""Beginning of the names of columns with the shortfall of an objective."""


@dataclass(frozen=True, eq=False, repr=False)
class Sweep(ResultFolder):
    """Results of a scenario at every point of a grid.

    Attributes
    ----------
    scenario
        The scenario whose levers were moved.
    levers
        The values of each lever.
    points
        One row for each point: the levers; status (``settled``, ``no settlement``, ``not proven``, ``bad input``,
        ``failed``) and reason (empty where settled); pot_total, granted, left (money); lowest, median, highest
        (grant over bid); on_floor, on_ceiling (areas); asks; the value of each stage under its name; and
        ``shortfall_OBJECTIVE``, the mean over the objective's national rows of shortfall over target.
    grants
        The levers, area, name, bid, grant (over all years), share (of the bid), for each point with a settlement.
    nesting
        For a sweep of the pot: the areas that receive less from the larger of two neighbouring pots.
    outcomes
        Of one lever with at most 25 values: the settlement of each point, the error that says why there is none, or
        None where the point is no valid scenario; else empty.
    """

    _kind: ClassVar[FolderKind] = SWEEP

    scenario: Scenario
    levers: Mapping[str, tuple[float, ...]]
    points: pd.DataFrame
    grants: pd.DataFrame
    nesting: pd.DataFrame
    outcomes: tuple[Outcome | None, ...] = ()

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """All tables by name."""
        return {"points": self.points, "grants": self.grants, "nesting": self.nesting}

    def as_dict(self) -> dict[str, Any]:
        """Return the title, the unit of money and the levers."""
        settings, levers = self.scenario.settings, {name: list(values) for name, values in self.levers.items()}
        return {"schema": 1, "title": settings.title, "money": settings.money, "levers": levers}

    def __repr__(self) -> str:
        """One line."""
        settled = int((self.points["status"] == "settled").sum())
        return f"<Sweep of {', '.join(self.levers)}: {settled} of {len(self.points)} points settled>"

    def _repr_html_(self) -> str:
        """Show the points in a notebook."""
        settled = int((self.points["status"] == "settled").sum())
        return rich(
            f"Sweep of {', '.join(self.levers)}: {self.scenario.settings.title or 'Scenario'}",
            f"{settled} of {len(self.points)} points settled; {self.scenario.settings.money}",
            rich_table("Points", self.points, most=25),
        )


def sweep(
    scenario: ScenarioSource,
    levers: Mapping[str, Sequence[float | str]],
    *,
    most: int = MOST_POINTS,
    run: SettleMany | None = None,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Sweep:
    """Settle a scenario at every point of a grid of one or two levers.

    Parameters
    ----------
    scenario
        Where to start: a scenario, or its shipped name or path.
    levers
        The values of each lever, see :meth:`singlepot.Scenario.with_levers`.
    most
        Points allowed.
    run
        Settles the scenarios, in place of :func:`~singlepot.scenarios.many.settle_each.settle_each`: any function
        that takes an iterable of scenarios and gives outcomes in the same order.
    time_limit_s
        Seconds of wall time for each scenario.
    progress
        Called with a :class:`~singlepot.Progress`; returning False stops the run.

    Returns
    -------
    Sweep
        A point without a settlement is a row with the reason.

    Raises
    ------
    BadInputError
        A lever is unknown, or there are too many points.
    StoppedError
        The user or ``progress`` ended the run.

    Examples
    --------
    >>> import pandas as pd
    >>> scenario = Scenario.from_tables(
    ...     areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
    ...     pot=pd.DataFrame({"year": ["2026-27"], "amount": [9.0]}),
    ...     bids=pd.DataFrame({"area": ["A", "B"], "year": ["2026-27"] * 2, "amount": [4.0, 8.0]}),
    ...     years=["2026-27"],
    ...     rules={"grant_floor": 0.6},
    ... )
    >>> sweep(scenario, {"pot": [0.5, 1.0, 1.5]}).points[["pot", "status", "median", "left"]].round(6)
       pot         status  median  left
    0  0.5  no settlement     NaN   NaN
    1  1.0        settled    0.75   0.0
    2  1.5        settled    1.00   1.5
    """
    start = scenario_of(scenario)
    grid = list(points(start, levers, most))
    settle_all = runner(run, time_limit_s, progress, len(grid), start)
    rows: dict[int, dict[str, object]] = {}
    valid: list[int] = []  # the points with a valid scenario, in the order of their outcomes

    def scenarios() -> Iterator[Scenario]:
        for number, point in enumerate(grid):
            try:
                made = start.with_levers(point)
            except BadInputError as refusal:
                rows[number] = {**point, "status": "bad input", "reason": str(refusal)}
                continue
            valid.append(number)
            yield made

    grants, losers = [], []
    kept: list[Outcome | None] = [None] * (len(grid) if len(levers) == 1 and len(grid) <= MOST_KEPT else 0)
    before: tuple[float, Settlement] | None = None
    for position, outcome in enumerate(settle_all(scenarios())):
        point = grid[valid[position]]
        rows[valid[position]] = {**point, **_row(outcome)}
        if kept:
            kept[valid[position]] = outcome
        if isinstance(outcome, Settlement):
            grants.append(_grants(point, outcome))
            if list(levers) == ["pot"]:
                losers.append(_losers(before, (point["pot"], outcome)))
                before = (point["pot"], outcome)
    return Sweep(
        scenario=start,
        levers=FrozenMapping({lever: tuple(map(float, values)) for lever, values in levers.items()}),
        points=pd.DataFrame([row for _, row in sorted(rows.items())]),
        grants=stacked(grants, [*levers, "area", "name", "bid", "grant", "share"]),
        nesting=stacked(losers, NESTING),
        outcomes=tuple(kept),
    )


def _row(outcome: Outcome) -> dict[str, object]:
    """Summarise one point in a row, without its levers."""
    if isinstance(outcome, SinglepotError):
        return {"status": _status(outcome), "reason": str(outcome)}
    national = outcome.national
    short = (national["shortfall"] / national["target"]).groupby(national["objective"]).mean()
    return {
        "status": "settled",
        "reason": "",
        "pot_total": float(outcome.pot["amount"].sum()),
        "granted": float(outcome.grants["grant"].sum()),
        "left": float(outcome.pot["reserve"].sum()),
        **spread_columns(outcome),
        "asks": len(outcome.asks),
        **dict(zip(outcome.stages["name"], outcome.stages["final"].astype(float), strict=True)),
        **{f"{SHORTFALL}{objective}": float(share) for objective, share in short.items()},
    }


def _status(reason: SinglepotError) -> str:
    if isinstance(reason, NoSettlementError):
        return "no settlement"
    return "not proven" if isinstance(reason, UnfinishedError) else "failed"


def _grants(point: Mapping[str, float], settlement: Settlement) -> pd.DataFrame:
    sums = settlement.grants.groupby("area", as_index=False)[["bid", "grant"]].sum()
    names = settlement.scenario.areas.set_index("code")["name"]
    share = sums["grant"] / sums["bid"].where(sums["bid"] > 0)
    return sums.assign(name=sums["area"].map(names), share=share, **point)[
        [*point, "area", "name", "bid", "grant", "share"]
    ]


def _losers(before: tuple[float, Settlement] | None, now: tuple[float, Settlement]) -> pd.DataFrame:
    """List the areas that receive less from the larger of two neighbouring pots."""
    if before is None:
        return pd.DataFrame(columns=list(NESTING))
    return nesting([(f"{factor:g}", settlement) for factor, settlement in (before, now)])
