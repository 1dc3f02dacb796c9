"""Chart data are the values that charts of comparisons, sweeps and ensembles draw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from singlepot.models.money import spoken
from singlepot.models.scenario.titles import Titles
from singlepot.reports.text.ensemble import by_item, last_targets, target_words, widest
from singlepot.reports.text.lines import percent
from singlepot.reports.text.sweep import lever_axis
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
    """Return the changes of grants of one scenario, as bars."""
    areas, money = comparison.areas[comparison.areas["scenario"] == name], comparison.money
    more = [f"{spoken(b, money)} to {spoken(a, money)}" for b, a in zip(areas["before"], areas["after"], strict=True)]
    bars = pd.DataFrame({"name": areas["name"].astype(str), "value": areas["change"], "more": more})
    return bars.set_axis(areas["area"], axis=0)


def shortfalls_over(sweep: Sweep) -> Lines:
    """Return shortfalls over the first lever: of every objective, or with two levers the largest for each value."""
    title = "Shortfall, % of the target"
    if len(sweep.levers) > 1:
        column = LARGEST if LARGEST in sweep.points else ""
        return _lines(sweep, f"Largest {title[0].lower()}{title[1:]}", [(column, "")] if column else [])
    titles = Titles(sweep.scenario)
    shortfalls = [str(name) for name in sweep.points if str(name).startswith(SHORTFALL)]
    shortfalls.sort(key=lambda name: -sweep.points[name].max())  # stable; the largest are drawn
    columns = [(LARGEST, "the largest")] if LARGEST in sweep.points and len(shortfalls) > 1 else []
    for column in shortfalls[: MOST_LINES - len(columns)]:
        columns.append((column, titles.objectives[column.removeprefix(SHORTFALL)]))
    return _lines(sweep, title + ", mean over its years" if shortfalls else title, columns)


def shares_over(sweep: Sweep) -> Lines:
    """Return grants over bids by the first lever: lowest, median, highest area; with two levers the median."""
    if "median" not in sweep.points:
        return _lines(sweep, "", [])
    if len(sweep.levers) > 1:
        return _lines(sweep, "Grant of the median area, % of its bid", [("median", "")], zero=False)
    columns = [("highest", "highest area"), ("median", "median area"), ("lowest", "lowest area")]
    return _lines(sweep, "Grants, % of the bid", columns, zero=False)


def _lines(sweep: Sweep, title: str, columns: Sequence[tuple[str, str]], zero: bool = True) -> Lines:
    lever, *second = sweep.levers
    titles = Titles(sweep.scenario)
    lever_title = lever_axis(lever, titles)
    rows: list[dict[str, Any]] = []
    for column, name in columns:
        for group, points in _groups(sweep, second):
            for row in points.sort_values(lever, kind="stable").to_dict("records"):
                line = ", ".join(part for part in (name, group) if part)
                tip = f"{line}, {titles.lever(lever).label} {row[lever]:g}: {percent(row[column])}"
                rows.append({"at": row[lever], "line": line, "value": 100 * row[column], "tip": tip})
    return Lines(pd.DataFrame(rows, columns=["at", "line", "value", "tip"]).dropna(how="all"), title, lever_title, zero)


def _groups(sweep: Sweep, second: Sequence[str]) -> Iterable[tuple[str, pd.DataFrame]]:
    """Group the points by the value of a second lever; of many values evenly spaced ones are kept."""
    if not second:
        return [("", sweep.points)]
    titles = Titles(sweep.scenario)
    values = sorted(set(sweep.levers[second[0]]))
    if len(values) > MOST_LINES:
        values = [values[i * (len(values) - 1) // (MOST_LINES - 1)] for i in range(MOST_LINES)]
    return [
        (f"{titles.lever(second[0]).label} {value:g}", sweep.points[sweep.points[second[0]] == value])
        for value in values
    ]


QUANTILES = ["q05", "q25", "q50", "q75", "q95"]


def shortfall_intervals(ensemble: Ensemble) -> Intervals:
    """Return the shortfalls of the national targets of the last year and of ranges of years."""
    table = by_item(ensemble, "target")
    title = "Shortfall, % of the national target"
    if "q50" not in table:
        return Intervals(pd.DataFrame(), title)
    shown = last_targets(table)
    titles = figures_of(ensemble.central).titles
    rows = 100 * shown[QUANTILES].head(TARGETS)
    called = [target_words(item, titles) for item in rows.index]
    pairs = zip(called, shown.to_dict("records"), strict=False)
    tips = [f"{name}: {_interval(row)}; met in {row['met']:.0%} of draws" for name, row in pairs]
    return Intervals(rows.assign(name=called, tip=tips), title)


def grant_intervals(ensemble: Ensemble) -> Intervals:
    """Return the grants with the widest spread, against the central ones."""
    table = by_item(ensemble, "grant")
    title = f"Grants, % of the central one (line), the {AREAS} least certain"
    if "q05" not in table:
        return Intervals(pd.DataFrame(), title)
    chosen = table.loc[[area for area, spread in widest(table).items() if spread == spread][:AREAS]]
    titles = figures_of(ensemble.central).titles
    share = chosen[QUANTILES].div(chosen["central"], axis=0)
    called = [titles.of("area", str(code)) for code in chosen.index]
    pairs = list(zip(called, chosen.index, strict=True))
    called = [f"{name} ({code})" if called.count(name) > 1 else name for name, code in pairs]
    rows = share.to_dict("records")
    tips = [f"{name}: {_interval(row)} of the central grant" for name, row in zip(called, rows, strict=True)]
    return Intervals((100 * share).assign(name=called, tip=tips), title, 100.0)


def _interval(row: dict[Any, Any]) -> str:
    return f"{percent(row['q05'])} to {percent(row['q95'])}, median {percent(row['q50'])}"
