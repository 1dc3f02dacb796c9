"""Interval charts, a histogram and a bar chart show an ensemble's shortfalls, grants, regret and drivers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.stage_words import stage_words

from ..text.ensemble import by_item, input_words, last_targets, target_words
from .axes_and_files import COLOURS, GREY, caption, draw_files, empty, grid, in_percent

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.scenarios.ensemble.running import Ensemble

AREAS = 20
"""Number of areas that are shown, those with the widest spread."""

BINS = 30
"""Bins of the histogram of regret."""


def ensemble_chart(ensemble: Ensemble) -> Mapping[str, bytes]:
    """Draw an ensemble, as ``chart.png`` and ``chart.svg``.

    Raises
    ------
    ChartsNotInstalledError
        Without matplotlib, which the extra ``charts`` brings.
    """
    return draw_files(lambda figure: _draw(figure, ensemble), (11, 8.5))


def _draw(figure: Any, ensemble: Ensemble) -> None:
    axes = figure.subplots(2, 2)
    _targets(axes[0, 0], by_item(ensemble, "target"), Titles(ensemble.central.scenario))
    _grants(axes[0, 1], ensemble)
    _regret(axes[1, 0], ensemble)
    _drivers(axes[1, 1], ensemble)
    settled = int((ensemble.draws["status"] == "settled").sum())
    note = f"{settled} of {len(ensemble.draws)} draws settled, seed {ensemble.plan.seed}. "
    title = ensemble.plan.title or f"Ensemble of {ensemble.plan.base}"
    caption(figure, title, note + "Lines: 5% to 95% of draws; dots: median.", 110)


def _intervals(axis: Any, table: pd.DataFrame, labels: list[str]) -> None:
    heights = range(len(table))[::-1]
    axis.hlines(heights, table["q05"], table["q95"], color=COLOURS[0], linewidth=2.2)
    axis.plot(table["q50"], heights, "o", color=COLOURS[0], markersize=4)
    axis.set_yticks(list(heights), labels, fontsize=7)
    grid(axis, "x")
    in_percent(axis.xaxis)


def _targets(axis: Any, table: pd.DataFrame, titles: Titles) -> None:
    axis.set_title("Shortfall in the last year, and how often it is none")
    if not len(table):
        empty(axis, "no national targets")
        return
    shown = last_targets(table)
    labels = [
        f"{target_words(item, titles)} ({met:.0%} met)" for item, met in zip(shown.index, shown["met"], strict=True)
    ]
    _intervals(axis, shown, labels)


def _grants(axis: Any, ensemble: Ensemble) -> None:
    axis.set_title(f"Grants against the central ones, {AREAS} widest")
    table = by_item(ensemble, "grant")
    table = table[table["central"] > 0]
    share = table[["q05", "q50", "q95"]].div(table["central"], axis=0)
    widest = (share["q95"] - share["q05"]).sort_values(ascending=False, kind="stable").index[:AREAS]
    titles = Titles(ensemble.central.scenario)
    _intervals(axis, share.loc[widest], [titles.of("area", str(area))[:30] for area in widest])
    axis.axvline(1.0, color=GREY, linewidth=1)


def _regret(axis: Any, ensemble: Ensemble) -> None:
    axis.set_title("What keeping to the central grants costs, draws")
    columns = [name for name in map(str, ensemble.draws.columns) if name.startswith("regret ")]
    for number, name in enumerate(columns):
        known = ensemble.draws[name].dropna()
        if len(known):
            label = stage_words(name.removeprefix("regret "))
            axis.hist(known, bins=BINS, histtype="step", linewidth=1.6, color=COLOURS[number % 8], label=label)
    if columns:
        axis.legend(frameon=False, fontsize=8)
        in_percent(axis.xaxis)
        axis.set_xlabel("more of the target missed, share")
    else:
        empty(axis, "not asked for")


def _drivers(axis: Any, ensemble: Ensemble) -> None:
    axis.set_title("What explains the total shortfall (variance)")
    table = ensemble.summary[(ensemble.summary["kind"] == "driver") & (ensemble.summary["statistic"] == "S1")]
    table = table[table["item"].str.startswith("shortfall.total")].sort_values("value", kind="stable").tail(10)
    if not len(table):
        empty(axis, "too few draws, or nothing moves it")
        return
    titles = Titles(ensemble.central.scenario)
    labels = [input_words(name, titles)[:44] for name in table["input"]]
    axis.barh(range(len(table)), table["value"].clip(lower=0.0), color=COLOURS[0])
    axis.set_yticks(range(len(table)), labels, fontsize=7)
    grid(axis, "x")
    in_percent(axis.xaxis)
