"""An ensemble as a chart: how far targets are missed, how far grants spread, what is regretted, what drives it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .axes_and_files import COLOURS, GREY, draw_files

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.scenarios.ensemble.running import Ensemble

AREAS = 20
"""How many areas are shown, those with the widest spread."""

BINS = 30
"""Columns of the picture of regret."""


def ensemble_chart(done: Ensemble) -> Mapping[str, bytes]:
    """Draw an ensemble, as ``chart.png`` and ``chart.svg``.

    Raises
    ------
    ChartsNotInstalledError
        Without matplotlib, which the extra ``charts`` brings.
    """
    return draw_files(lambda figure: _draw(figure, done), (11, 8.5))


def _draw(figure: Any, done: Ensemble) -> None:
    axes = figure.subplots(2, 2)
    _targets(axes[0, 0], _of(done, "target"))
    _grants(axes[0, 1], done)
    _regret(axes[1, 0], done)
    _drivers(axes[1, 1], done)
    title = textwrap.fill(done.plan.title or f"Ensemble of {done.plan.base}", 110)
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    settled = int((done.draws["status"] == "settled").sum())
    note = (
        f"{settled} of {len(done.draws)} draws settled, seed {done.plan.seed}. Lines: 5% to 95% of draws; dots: median."
    )
    figure.supxlabel(note, fontsize=8, color=GREY, x=0.01, ha="left")


def _of(done: Ensemble, kind: str) -> pd.DataFrame:
    chosen = done.summary[done.summary["kind"] == kind]
    return chosen.pivot_table(index="item", columns="statistic", values="value", aggfunc="first", sort=False)


def _intervals(axis: Any, table: pd.DataFrame, labels: list[str]) -> None:
    places = range(len(table))[::-1]
    axis.hlines(places, table["q05"], table["q95"], color=COLOURS[0], linewidth=2.2)
    axis.plot(table["q50"], places, "o", color=COLOURS[0], markersize=4)
    axis.set_yticks(list(places), labels, fontsize=7)
    axis.grid(axis="x", color="#e5e6e7", linewidth=0.8)


def _percent(axis: Any) -> None:
    axis.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g}%")


def _targets(axis: Any, table: pd.DataFrame) -> None:
    axis.set_title("Shortfall in the last year, and how often it is none")
    if not len(table):
        axis.text(0.5, 0.5, "no national targets", transform=axis.transAxes, ha="center", color=GREY)
        return
    years = table.index.to_series().str.rsplit(" ", n=1).str[1]
    last = max((year for year in years if ":" not in year), default="")
    shown = table[(years == last).to_numpy() | years.str.contains(":").to_numpy()]
    labels = [f"{item} ({met:.0%} met)" for item, met in zip(shown.index, shown["met"], strict=True)]
    _intervals(axis, shown, labels)
    _percent(axis)


def _grants(axis: Any, done: Ensemble) -> None:
    axis.set_title(f"Grants against the central ones, {AREAS} widest")
    table = _of(done, "grant")
    table = table[table["central"] > 0]
    share = table[["q05", "q50", "q95"]].div(table["central"], axis=0)
    widest = (share["q95"] - share["q05"]).sort_values(ascending=False, kind="stable").index[:AREAS]
    names = done.central.scenario.filled("areas").set_index("code")["name"]
    _intervals(axis, share.loc[widest], [str(names.get(area, area))[:30] for area in widest])
    axis.axvline(1.0, color=GREY, linewidth=1)
    _percent(axis)


def _regret(axis: Any, done: Ensemble) -> None:
    axis.set_title("Regret: what keeping to the central grants costs, draws")
    columns = [name for name in map(str, done.draws.columns) if name.startswith("regret ")]
    for place, name in enumerate(columns):
        known = done.draws[name].dropna()
        if len(known):
            label = name.removeprefix("regret ")
            axis.hist(known, bins=BINS, histtype="step", linewidth=1.6, color=COLOURS[place % 8], label=label)
    if columns:
        axis.legend(frameon=False, fontsize=8)
        _percent(axis)
        axis.set_xlabel("more of the target missed, share")
    else:
        axis.text(0.5, 0.5, "not asked for", transform=axis.transAxes, ha="center", color=GREY)


def _drivers(axis: Any, done: Ensemble) -> None:
    axis.set_title("What explains the total shortfall (variance)")
    table = done.summary[(done.summary["kind"] == "driver") & (done.summary["statistic"] == "S1")]
    table = table[table["item"].str.startswith("shortfall.total")].sort_values("value", kind="stable").tail(10)
    if not len(table):
        axis.text(0.5, 0.5, "too few draws, or nothing moves it", transform=axis.transAxes, ha="center", color=GREY)
        return
    names = done.central.scenario.filled("areas").set_index("code")["name"]
    labels = [
        f"{name}: {names.get(unit, unit)}"[:44] for name, _, unit in table["input"].str.partition(": ").to_numpy()
    ]
    axis.barh(range(len(table)), table["value"].clip(lower=0.0), color=COLOURS[0])
    axis.set_yticks(range(len(table)), labels, fontsize=7)
    axis.grid(axis="x", color="#e5e6e7", linewidth=0.8)
    _percent(axis)
