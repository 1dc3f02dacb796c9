"""Local sensitivity of grants: each area's grant is computed again for small changes of its bid, targets and costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from os import PathLike
from typing import Any

import pandas as pd

from singlepot.models.diagnostics.problems import SETTINGS, BadInputError, Diagnostic, did_you_mean, shown
from singlepot.models.files.csv_text import csv_text
from singlepot.models.files.folder import write_folder
from singlepot.models.files.folder_kinds import STABILITY
from singlepot.models.scenario.area_names import matching_areas
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.documents import guarded
from singlepot.models.settlement.extra_rows import insist_on_own_rules
from singlepot.models.settlement.settlement import Settlement
from singlepot.solver import BadOptionError, Progress, SinglepotError

from ..what_if.what_if import apply_what_if
from .settle_each import SettleMany, runner

NUMBERS = ("bid", "targets", "unit costs")
"""Numbers of an area that are changed, one at a time."""

COLUMNS = ("area", "name", "number", "moved", "before", "after", "change", "elasticity", "reason")
"""Columns of the table of stability."""


def measure_stability(
    settlement: Settlement,
    areas: Iterable[str] | None = None,
    change: float = 0.05,
    *,
    run: SettleMany | None = None,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> pd.DataFrame:
    """Measure how far each area's grant moves for a small change of its own numbers.

    The scenario is settled again with the area's own bid, targets or unit costs (the money of its options for the
    same outcome, own costs too) larger and smaller by the change: up to six settlements for an area.

    Parameters
    ----------
    settlement
        What to start from.
    areas
        Codes; all areas by default.
    change
        By how much, as a share; above 0 and below 1.
    run
        Settles the scenarios, in place of :func:`~singlepot.scenarios.many.settle_each.settle_each`: any function
        that takes an iterable of scenarios and gives outcomes in the same order.
    time_limit_s
        Seconds of wall time for each scenario.
    progress
        Called with a :class:`~singlepot.Progress`; returning False stops the run.

    Returns
    -------
    area, name, number (``bid``, ``targets``, ``unit costs``), moved (the share, + or −), before and after (grant
    over all years, money), change, elasticity (relative change of the grant over that of the number; NaN without
    a grant), reason (why there is no settlement; else empty). An area has no row for numbers that it does not have.

    Raises
    ------
    BadInputError
        An area is unknown.
    BadOptionError
        The change is no share above 0 and below 1, or a program added further constraints to the settlement.
    StoppedError
        The user or ``progress`` ended the run.

    Examples
    --------
    >>> import pandas as pd
    >>> from singlepot.models.settlement.settle import settle_scenario
    >>> scenario = Scenario.from_tables(
    ...     areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
    ...     pot=pd.DataFrame({"year": ["2026-27"], "amount": [9.0]}),
    ...     bids=pd.DataFrame({"area": ["A", "B"], "year": ["2026-27"] * 2, "amount": [4.0, 8.0]}),
    ...     years=["2026-27"],
    ... )
    >>> stability = measure_stability(settle_scenario(scenario), ["A"])
    >>> stability[["area", "number", "moved", "before", "change", "elasticity"]].round(4)
      area number  moved  before  change  elasticity
    0    A    bid   0.05     3.0  0.0984      0.6557
    1    A    bid  -0.05     3.0 -0.1017      0.6780
    """
    if not 0 < change < 1:
        raise BadOptionError(f"the change {change!r} is not above 0 and below 1", "write 0.05 for a twentieth")
    insist_on_own_rules(settlement, "stability")
    scenario = settlement.scenario
    names = dict(zip(scenario.areas["code"], scenario.areas["name"], strict=True))
    chosen = list(names) if areas is None else _codes(list(areas), names)
    cases = [
        (area, number, moved)
        for area in chosen
        for number in NUMBERS
        if _changes(scenario, area, number, 1.0)
        for moved in (change, -change)
    ]
    before = settlement.grants.groupby("area")["grant"].sum()
    outcomes = runner(run, time_limit_s, progress, len(cases), scenario)(_moved(scenario, cases))
    rows = []
    for (area, number, moved), outcome in zip(cases, outcomes, strict=True):
        row = {"area": area, "name": names[area], "number": number, "moved": moved}
        row["before"] = had = float(before.get(area, 0.0))
        if isinstance(outcome, SinglepotError):
            rows.append(row | {"reason": str(outcome)})
            continue
        after = outcome.grants
        has = float(after.loc[after["area"] == area, "grant"].sum())
        elasticity = (has - had) / had / moved if had > 0 else float("nan")
        rows.append(row | {"after": has, "change": has - had, "elasticity": elasticity, "reason": ""})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def write_stability(
    stability: pd.DataFrame,
    settlement: Settlement,
    path: str | PathLike[str],
    *,
    overwrite: bool = False,
    further: Mapping[str, bytes] | None = None,
) -> None:
    """Write a table of stability as a folder with ``stability.csv`` and further files, complete or not at all."""
    settings = settlement.scenario.settings
    contents = {"schema": 1, "title": settings.title, "money": settings.money}
    write_folder(
        path,
        STABILITY,
        {"stability.csv": csv_text(guarded(stability)), **(further or {})},
        contents,
        overwrite=overwrite,
    )


def _moved(scenario: Scenario, cases: Sequence[tuple[str, str, float]]) -> Iterator[Scenario]:
    for area, number, moved in cases:
        yield apply_what_if(scenario.derived(), {"change": _changes(scenario, area, number, 1 + moved)})


def _changes(scenario: Scenario, area: str, number: str, factor: float) -> list[Mapping[str, Any]]:
    """List the changes that multiply an area's numbers; empty where it has none."""

    def multiply(table: str, columns: Iterable[str]) -> list[Mapping[str, Any]]:
        frame = scenario.tables[table]
        rows = frame[frame["area"] == area]
        used = [column for column in columns if column in rows and (rows[column].fillna(0) != 0).any()]
        factors = dict.fromkeys(used, factor)
        return [{"table": table, "where": {"area": area}, "multiply": factors}] if used else []

    if number == "bid":
        return multiply("bids", ["amount"])
    if number == "targets":
        return multiply("targets", ["target"])
    grants = [name for name in map(str, scenario.option_years) if name == "grant" or name.startswith("grant_")]
    return [*multiply("option_years", grants), *multiply("options", ["own_cost"])]


def _codes(chosen: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Codes of areas that are named by code or name; complain of those that name none, or several."""
    problems, codes = [], []
    for area in chosen:
        matches = matching_areas(area, names)
        if len(matches) == 1:
            codes += matches
            continue
        expected = f"one of the codes {', '.join(matches)}" if matches else "the code or name of an area"
        remedy = "" if matches else did_you_mean(area, [*names, *names.values()])
        problems.append(Diagnostic("SP-W019", SETTINGS, "stability", "", "", shown(area), expected, remedy))
    if problems:
        raise BadInputError(problems)
    return list(dict.fromkeys(codes))
