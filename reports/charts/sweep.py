"""A sweep as a chart: shortfalls, spread of grants, areas on limits and money left, over the lever."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from singlepot.scenarios.many.levers import is_factor

from .axes_and_files import COLOURS, GREY, draw_files

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.scenarios.many.sweep import Sweep

MARKERS = "osD^vPX*"
"""Marks of the lines, so that a print in grey can be read."""


def sweep_chart(sweep: Sweep) -> Mapping[str, bytes]:
    """Draw a sweep, as ``chart.png`` and ``chart.svg``.

    Parameters
    ----------
    sweep
        From :func:`singlepot.sweep`, over one lever or two; the second lever becomes lines.

    Raises
    ------
    ChartsNotInstalledError
        Without matplotlib, which the extra ``charts`` brings.
    """
    return draw_files(lambda figure: _draw(figure, sweep))


def _draw(figure: Any, sweep: Sweep) -> None:
    lever, *second = sweep.levers
    axes = figure.subplots(2, 2, sharex=True)
    points = sweep.points.sort_values([lever, *second], kind="stable")
    if second:
        _shortfalls_by_line(axes[0, 0], points, lever, second[0])
    else:
        _shortfalls(axes[0, 0], points, lever)
    lines = [(None, points)] if not second else list(points.groupby(second[0]))
    _spread(axes[0, 1], lines, lever, second)
    _limits(axes[1, 0], lines, lever, second)
    _money(axes[1, 1], lines, lever, second, sweep.scenario.settings.money)
    unsettled = points[points["status"] != "settled"]
    for axis in axes.flat:
        axis.grid(axis="y", color="#e5e6e7", linewidth=0.8)
        for value in dict.fromkeys(unsettled[lever]):
            axis.axvline(value, color=GREY, linestyle=(0, (1, 3)), linewidth=1)
    for axis in axes[1]:
        axis.set_xlabel(_said(lever))
        if is_factor(lever):
            axis.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g}%")
    note = f"Dotted: {len(unsettled)} of {len(points)} points without a settlement. " if len(unsettled) else ""
    title = textwrap.fill(
        sweep.scenario.settings.title, 110
    )  # matplotlib's own wrapping reads mathematics all the same
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    figure.supxlabel(f"{note}Each point is settled by itself.", fontsize=8, color=GREY, x=0.01, ha="left")


def _said(lever: str) -> str:
    kind, _, name = lever.partition(".")
    words = {"pot": "pot", "bids": "bids", "national": "national targets"}
    if is_factor(lever):
        return f"{words[kind]}{' of ' + name if name else ''}, against the scenario"
    return {"rules": f"rule {name}", "give": f"give of {name}"}.get(kind, lever)


def _shortfalls(axis: Any, points: pd.DataFrame, lever: str) -> None:
    """Shortfall of every objective; objectives that fall short together lie on one another."""
    axis.set_title("Shortfall by objective, mean of its national targets")
    names = [name for name in map(str, points) if name.startswith("shortfall_")]
    for place, name in enumerate(names):
        label = name.removeprefix("shortfall_")
        axis.plot(points[lever], points[name], label=label, **_style(place), linewidth=1.4)
    _percent(axis)
    _legend(axis)
    if not names:
        axis.text(0.5, 0.5, "no national targets", transform=axis.transAxes, ha="center", color=GREY)


def _shortfalls_by_line(axis: Any, points: pd.DataFrame, lever: str, second: str) -> None:
    """The largest shortfall of priority 1, a line for each value of the second lever."""
    axis.set_title("Largest shortfall of a national target")
    for place, (value, line) in enumerate(points.groupby(second)):
        if "shortfall.largest[1]" in line:
            axis.plot(line[lever], line["shortfall.largest[1]"], label=f"{value:g}", **_style(place))
    _percent(axis)
    _legend(axis, _said(second))


def _spread(axis: Any, lines: Sequence[tuple[Any, pd.DataFrame]], lever: str, second: Sequence[str]) -> None:
    axis.set_title("Grant over bid: lowest, median and highest area" if not second else "Grant over bid: median area")
    for place, (_, line) in enumerate(lines):
        if "median" not in line:
            continue
        if not second:
            axis.fill_between(line[lever], line["lowest"], line["highest"], color=COLOURS[0], alpha=0.18, linewidth=0)
            for side in ("lowest", "highest"):
                axis.plot(line[lever], line[side], color=COLOURS[0], linewidth=0.8)
        axis.plot(line[lever], line["median"], **_style(place))
    axis.axhline(1, color=GREY, linewidth=0.8)
    axis.annotate("the bid", (0.01, 1), xycoords=("axes fraction", "data"), color=GREY, fontsize=8, va="bottom")
    _percent(axis, from_zero=False)


def _limits(axis: Any, lines: Sequence[tuple[Any, pd.DataFrame]], lever: str, second: Sequence[str]) -> None:
    axis.set_title("Areas on a grant floor" + ("" if second else " or ceiling"))
    for place, (_, line) in enumerate(lines):
        if "on_floor" in line:
            axis.plot(line[lever], line["on_floor"], label="on a floor", **_style(place))
            if not second:
                axis.plot(line[lever], line["on_ceiling"], label="on a ceiling", **_style(place + 1))
    axis.set_ylim(bottom=0)
    axis.yaxis.get_major_locator().set_params(integer=True)
    axis.set_ylabel("areas")
    if not second:
        _legend(axis)


def _money(axis: Any, lines: Sequence[tuple[Any, pd.DataFrame]], lever: str, second: Sequence[str], money: str) -> None:
    axis.set_title("Money granted and in the pot" if not second else "Money left in the pot")
    for place, (_, line) in enumerate(lines):
        if "granted" not in line:
            continue
        if second:
            axis.plot(line[lever], line["left"], **_style(place))
            continue
        axis.plot(line[lever], line["pot_total"], label="pot", color=GREY, linestyle="--", linewidth=1.2)
        axis.plot(line[lever], line["granted"], label="granted", **_style(0))
        _legend(axis)
    axis.set_ylabel(money)
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def _legend(axis: Any, title: str | None = None) -> None:
    if axis.get_legend_handles_labels()[0]:
        axis.legend(title=title, frameon=False, fontsize=8, title_fontsize=8)


def _style(place: int) -> dict[str, Any]:
    return {
        "color": COLOURS[place % len(COLOURS)],
        "marker": MARKERS[place % len(MARKERS)],
        "markersize": 4,
    }


def _percent(axis: Any, *, from_zero: bool = True) -> None:
    axis.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g}%")
    if from_zero:
        axis.set_ylim(bottom=0)
