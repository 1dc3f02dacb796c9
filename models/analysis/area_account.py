"""Everything about one area of a settlement: what it bid, receives and agrees to, what it is asked and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from singlepot.solver import BadOptionError, Progress

from ..diagnostics.problems import did_you_mean
from ..explanation.prices import Price
from ..notebook_display import rich, rich_table
from ..scenario.area_names import matching_areas
from ..scenario.scenario import Scenario
from ..settlement.extra_rows import insist_on_own_rules
from ..settlement.settle import settle_scenario
from ..settlement.settlement import Settlement
from ..tables.copies import CopiedTables
from ..tables.recipients import recipients_of
from ..tables.schema import SCHEME

OWNED = ("bids", "targets", "options", "option_years")
"""Tables whose rows belong to an area."""


@dataclass(frozen=True, eq=False)
class AreaAccount(CopiedTables):
    """All that a settlement says of one area.

    Attributes
    ----------
    area, name
        Code and name.
    grants, targets, asks
        The area's rows of the settlement's tables; asks carry their reasons.
    options
        Every option of the area: option, taken (share of the largest take-up), stop, stage, rules.
    rules
        The rules of this area that bind, with what a unit of slack would be worth.
    without
        What the nation would lose if the area left, bid and targets and all: for each national row the shortfall with
        and without it; None unless it was asked for.
    stability
        How far the area's grant moves with its own bid, targets and unit costs: number, moved, before, after, change,
        elasticity, reason; None unless it was asked for.
    convergence
        The area's rows of the settlement's table of convergence; None where there is no such table.
    """

    area: str
    name: str
    grants: pd.DataFrame
    targets: pd.DataFrame
    asks: pd.DataFrame
    options: pd.DataFrame
    rules: tuple[Price, ...]
    without: pd.DataFrame | None
    stability: pd.DataFrame | None = None
    convergence: pd.DataFrame | None = None

    def _repr_html_(self) -> str:
        """Show what the area receives and is asked, and why, in a notebook."""
        asks = self.asks[["option", "take_up", "grant_change", "reason"]]
        return rich(
            f"{self.name} ({self.area})",
            f"{len(self.asks)} asks, {len(self.options)} options",
            rich_table("Grants", self.grants, most=20),
            rich_table("Asked, and why", asks, most=20),
            rich_table("If the area left", self.without if self.without is not None else pd.DataFrame()),
        )


Measure = Callable[[Settlement, list[str]], pd.DataFrame]
"""Measures the stability of some areas of a settlement, as ``singlepot.measure_stability`` does."""


def explain_area(
    settlement: Settlement,
    area: str,
    *,
    without: bool = False,
    stability: Measure | None = None,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> AreaAccount:
    """Say everything about one area.

    Parameters
    ----------
    settlement
        What the area takes part in.
    area
        Its code or its name.
    without
        Also settle again without the area, and compare the shortfalls.
    stability
        Function that measures how far the area's grant moves with its own numbers, such as
        ``singlepot.measure_stability``, which settles up to six times.
    time_limit_s
        Seconds of wall time for settling without the area.
    progress
        Called with a :class:`~singlepot.Progress` of settling without the area; returning False stops the run.

    Raises
    ------
    BadOptionError
        There is no such area, or a program added further constraints and the settlement ``without`` is asked for.

    Examples
    --------
    >>> import singlepot as sp
    >>> settlement = sp.settle(sp.read_scenario("bucks-and-burnley"))
    >>> burnley = sp.explain_area(settlement, "Burnley", without=True)
    >>> burnley.without[["objective", "year", "shortfall", "shortfall_without"]].round(6).to_dict("records")[1]
    {'objective': 'carbon', 'year': '2027-28', 'shortfall': 0.0, 'shortfall_without': 22.0}
    """
    code, name = _find(settlement.scenario, area)
    if without:
        insist_on_own_rules(settlement, "what is lost without the area")
    orders = settlement.merit_orders
    solved = orders.solved
    data = solved.formulation.data
    options = data.options
    offered = np.flatnonzero(np.asarray(data.labels("areas", options.area)) == code)
    verdicts = [orders.verdicts[j] for j in offered.tolist()]
    return AreaAccount(
        area=code,
        name=name,
        grants=_own(settlement.grants, code),
        targets=_own(settlement.targets, code),
        asks=_own(settlement.asks, code),
        options=pd.DataFrame(
            {
                "option": options.name[offered],
                "taken": solved.take_up[offered] / options.limit[offered],
                "stop": [verdict.stop for verdict in verdicts],
                "stage": [verdict.stage for verdict in verdicts],
                "rules": [";".join(verdict.rules) for verdict in verdicts],
            }
        ),
        rules=tuple(
            price for price in settlement.prices if price.kind not in ("national", "pot") and code in price.place
        ),
        without=_without(settlement, code, time_limit_s, progress) if without else None,
        stability=None if stability is None else _moves(stability(settlement, [code])),
        convergence=None if settlement.convergence is None else _of_place(settlement.convergence, code),
    )


def _moves(measured: pd.DataFrame) -> pd.DataFrame:
    return measured.drop(columns=["area", "name"]).reset_index(drop=True)


def _of_place(table: pd.DataFrame, code: str) -> pd.DataFrame:
    return table[table["place"] == code].reset_index(drop=True)


def _own(table: pd.DataFrame, code: str) -> pd.DataFrame:
    return table[table["area"] == code].drop(columns="area").reset_index(drop=True)


def _find(scenario: Scenario, area: str) -> tuple[str, str]:
    names = {str(code): str(name) for code, name in scenario.areas[["code", "name"]].to_numpy()}
    codes = matching_areas(area, names)
    if len(codes) > 1:
        raise BadOptionError(f"{len(codes)} areas are called {area!r}", f"give the code: {', '.join(codes)}")
    if not codes:
        remedy = did_you_mean(area, [*names.values(), *names], "give a code or name")
        raise BadOptionError(f"there is no area {area!r}", remedy)
    return codes[0], names[codes[0]]


def _rules_without(scenario: Scenario, code: str) -> pd.DataFrame:
    """Return the rows of the table ``rules`` that are not about one area, nor about a recipient of it alone."""
    areas, rules = (scenario.filled(table) for table in ("areas", "rules"))
    rest = areas[areas["code"] != code]
    name = str(areas.loc[areas["code"] == code, "name"].iloc[0])
    labels = {*recipients_of(rest["code"].tolist(), rest["name"], rest["recipient"]), *rest["name"]}
    named = rules["recipient"].where((rules["recipient"] != code) | rules["recipient"].isin(labels), name)
    kept = (rules["area"] != code) & ((named == "") | named.isin(labels))
    return rules.assign(recipient=named)[kept].reset_index(drop=True)


def _alone(options: pd.DataFrame, ended: pd.Series[str]) -> pd.DataFrame:
    """End joint schemes: without one of their areas nothing is taken up of the parts of the others."""
    parts = options[SCHEME].isin(ended.replace("", None).dropna())
    most = options["max_take_up"] if "max_take_up" in options else pd.Series(1.0, options.index)
    return options.assign(**{SCHEME: options[SCHEME].mask(parts, ""), "max_take_up": most.mask(parts, 0.0)})


def _without(
    settlement: Settlement,
    code: str,
    time_limit_s: float | None,
    progress: Callable[[Progress], object] | None,
) -> pd.DataFrame:
    """Settle without the area's bid, targets and options, and put the shortfalls side by side."""
    scenario = settlement.scenario.derived()
    tables = {name: scenario.tables[name] for name in OWNED if name in scenario.tables}
    less = {name: table[table["area"] != code].reset_index(drop=True) for name, table in tables.items()}
    if SCHEME in less.get("options", ()):
        theirs = tables["options"]
        less["options"] = _alone(less["options"], theirs.loc[theirs["area"] == code, SCHEME])
    changed: dict[str, pd.DataFrame | None] = {name: table if len(table) else None for name, table in less.items()}
    areas = scenario.filled("areas")
    changed["areas"] = scenario.tables["areas"][areas["code"] != code].reset_index(drop=True)
    changed["rule_rows"] = _rules_without(scenario, code)
    less_one = scenario.with_(**changed)  # type: ignore[arg-type]  # only tables, by name
    again = settle_scenario(less_one, time_limit_s=time_limit_s, progress=progress).national
    return settlement.national[["objective", "year", "target", "shortfall"]].assign(
        shortfall_without=again["shortfall"].to_numpy(),
        lost=again["shortfall"].to_numpy() - settlement.national["shortfall"].to_numpy(),
    )
