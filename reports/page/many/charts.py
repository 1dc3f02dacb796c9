"""What the pictures of comparisons, sweeps and ensembles show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from singlepot.models.money import spoken
from singlepot.reports.text.ensemble import by_item, widest
from singlepot.reports.text.lines import percent
from singlepot.scenarios.many.levers import is_factor
from singlepot.scenarios.many.sweep import SHORTFALL

from ..figures.figures import figures_of
from .drawings import MOST_LINES, Intervals, Lines

if TYPE_CHECKING:
    from singlepot.scenarios.ensemble.running import Ensemble
    from singlepot.scenarios.many.comparison import Comparison
    from singlepot.scenarios.many.sweep import Sweep

LARGEST = "shortfall.largest[1]"
"""Stage whose value is the largest shortfall of the first priority."""

AREAS = 20
"""Areas whose grants are drawn, those with the widest spread."""

TARGETS = 30
"""National targets that are drawn."""


def changes(comparison: Comparison, name: str) -> pd.DataFrame:
    """The changes of grants of one scenario, as bars."""
    areas, money = comparison.areas[comparison.areas["scenario"] == name], comparison.money
    more = [f"{spoken(b, money)} to {spoken(a, money)}" for b, a in zip(areas["before"], areas["after"], strict=True)]
    bars = pd.DataFrame({"name": areas["name"].astype(str), "value": areas["change"], "more": more})
    return bars.set_axis(areas["area"], axis=0)


def shortfalls_over(sweep: Sweep) -> Lines:
    """Shortfalls over the first lever: of every objective, or with two levers the largest for each of the second."""
    title = "Shortfall, % of the target"
    if len(sweep.levers) > 1:
        column = LARGEST if LARGEST in sweep.points else ""
        return _lines(sweep, f"Largest {title[0].lower()}{title[1:]}", [(column, "")] if column else [])
    objectives = sweep.scenario.filled("objectives").set_index("key")["name"]
    found = [str(name) for name in sweep.points if str(name).startswith(SHORTFALL)]
    found.sort(key=lambda name: -sweep.points[name].max())  # stable; the largest are drawn
    columns = [(LARGEST, "the largest")] if LARGEST in sweep.points and len(found) > 1 else []
    for column in found[: MOST_LINES - len(columns)]:
        key = column.removeprefix(SHORTFALL)
        columns.append((column, str(objectives.get(key) or key)))
    return _lines(sweep, title + ", mean over its years" if found else title, columns)


def shares_over(sweep: Sweep) -> Lines:
    """Grants against bids over the first lever: lowest, median, highest area; with two levers the median."""
    if "median" not in sweep.points:
        return _lines(sweep, "", [])
    if len(sweep.levers) > 1:
        return _lines(sweep, "Grant of the median area, % of its bid", [("median", "")], zero=False)
    columns = [("highest", "highest area"), ("median", "median area"), ("lowest", "lowest area")]
    return _lines(sweep, "Grants, % of the bid", columns, zero=False)


def _lines(sweep: Sweep, title: str, columns: Sequence[tuple[str, str]], zero: bool = True) -> Lines:
    lever, *second = sweep.levers
    said = lever if not is_factor(lever) else f"{lever}, as a factor of the scenario's own"
    rows: list[dict[str, Any]] = []
    for column, name in columns:
        for group, points in _groups(sweep, second):
            for row in points.sort_values(lever, kind="stable").to_dict("records"):
                line = ", ".join(part for part in (name, group) if part)
                tip = f"{line}, {lever} {row[lever]:g}: {percent(row[column])}"
                rows.append({"at": row[lever], "line": line, "value": 100 * row[column], "tip": tip})
    return Lines(pd.DataFrame(rows, columns=["at", "line", "value", "tip"]).dropna(how="all"), title, said, zero)


def _groups(sweep: Sweep, second: Sequence[str]) -> Iterable[tuple[str, pd.DataFrame]]:
    """The points, or those of each value of a second lever; of many values some that are evenly spaced."""
    if not second:
        return [("", sweep.points)]
    values = sorted(set(sweep.levers[second[0]]))
    if len(values) > MOST_LINES:
        values = [values[i * (len(values) - 1) // (MOST_LINES - 1)] for i in range(MOST_LINES)]
    return [(f"{second[0]} {value:g}", sweep.points[sweep.points[second[0]] == value]) for value in values]


QUANTILES = ["q05", "q25", "q50", "q75", "q95"]


def shortfall_intervals(ensemble: Ensemble) -> Intervals:
    """How far the national targets of the last year, and those over ranges of years, are missed."""
    table = by_item(ensemble, "target")
    title = "Shortfall, % of the national target"
    if "q50" not in table:
        return Intervals(pd.DataFrame(), title)
    years = table.index.to_series().str.rsplit(" ", n=1).str[1]
    last = max((year for year in years if ":" not in year), default="")
    shown = table[((years == last) | years.str.contains(":")).to_numpy()]
    names = figures_of(ensemble.central).names
    rows = 100 * shown[QUANTILES].head(TARGETS)
    called = [f"{names.get(key, key)} {year}" for key, _, year in (str(item).rpartition(" ") for item in rows.index)]
    tips = [f"{name}: {_said(row)}; met in {row['met']:.0%} of draws" for name, row in _each(called, shown)]
    return Intervals(rows.assign(name=called, tip=tips), title)


def grant_intervals(ensemble: Ensemble) -> Intervals:
    """The grants with the widest spread, against the central ones."""
    table = by_item(ensemble, "grant")
    title = f"Grants, % of the central one (line), the {AREAS} least certain"
    if "q05" not in table:
        return Intervals(pd.DataFrame(), title)
    chosen = table.loc[[area for area, spread in widest(table).items() if spread == spread][:AREAS]]
    names = figures_of(ensemble.central).areas["name"].to_dict()
    share = chosen[QUANTILES].div(chosen["central"], axis=0)
    called = [str(names.get(code, code)) for code in chosen.index]
    pairs = list(zip(called, chosen.index, strict=True))
    called = [f"{name} ({code})" if called.count(name) > 1 else name for name, code in pairs]
    tips = [f"{name}: {_said(row)} of the central grant" for name, row in _each(called, share)]
    return Intervals((100 * share).assign(name=called, tip=tips), title, 100.0)


def _each(names: Sequence[str], table: pd.DataFrame) -> Iterable[tuple[str, dict[Any, Any]]]:
    return zip(names, table.to_dict("records"), strict=False)


def _said(row: dict[Any, Any]) -> str:
    return f"{percent(row['q05'])} to {percent(row['q95'])}, median {percent(row['q50'])}"
