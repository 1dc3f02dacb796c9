"""Line charts show shortfalls, the spread of grants, areas on limits and money left over the lever of a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from singlepot.models.scenario.titles import Titles
from singlepot.scenarios.many.sweep import SHORTFALL

from ..text.sweep import lever_axis
from .axes_and_files import COLOURS, GREY, MARKERS, caption, draw_files, empty, grid, in_percent

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.scenarios.many.sweep import Sweep


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
    axes, titles = figure.subplots(2, 2, sharex=True), Titles(sweep.scenario)
    points = sweep.points.sort_values([lever, *second], kind="stable")
    if second:
        _shortfalls_by_line(axes[0, 0], points, lever, second[0], titles)
    else:
        _shortfalls(axes[0, 0], points, lever, titles)
    lines = [(None, points)] if not second else list(points.groupby(second[0]))
    _spread(axes[0, 1], lines, lever, second)
    _limits(axes[1, 0], lines, lever, second)
    _money(axes[1, 1], lines, lever, second, sweep.scenario.settings.money)
    unsettled = points[points["status"] != "settled"]
    for axis in axes.flat:
        grid(axis, "y")
        for value in dict.fromkeys(unsettled[lever]):
            axis.axvline(value, color=GREY, linestyle=(0, (1, 3)), linewidth=1)
    for axis in axes[1]:
        axis.set_xlabel(lever_axis(lever, titles))
        if titles.lever(lever).kind == "factor":
            in_percent(axis.xaxis, ".4g")
    note = f"Dotted: {len(unsettled)} of {len(points)} points without a settlement. " if len(unsettled) else ""
    caption(figure, sweep.scenario.settings.title, f"{note}Each point is settled by itself.", 110)


def _shortfalls(axis: Any, points: pd.DataFrame, lever: str, titles: Titles) -> None:
    """Draw the shortfall of every objective; lines of objectives that fall short together coincide."""
    axis.set_title("Shortfall by objective, mean of its national targets")
    names = [name for name in map(str, points) if name.startswith(SHORTFALL)]
    for number, name in enumerate(names):
        label = titles.objectives[name.removeprefix(SHORTFALL)]
        axis.plot(points[lever], points[name], label=label, **_style(number), linewidth=1.4)
    _percent(axis)
    _legend(axis)
    if not names:
        empty(axis, "no national targets")


def _shortfalls_by_line(axis: Any, points: pd.DataFrame, lever: str, second: str, titles: Titles) -> None:
    """Draw the largest shortfall of priority 1, a line for each value of the second lever."""
    axis.set_title("Largest shortfall of a national target")
    for number, (value, line) in enumerate(points.groupby(second)):
        if "shortfall.largest[1]" in line:
            axis.plot(line[lever], line["shortfall.largest[1]"], label=f"{value:g}", **_style(number))
    _percent(axis)
    _legend(axis, lever_axis(second, titles))


def _spread(axis: Any, lines: Sequence[tuple[Any, pd.DataFrame]], lever: str, second: Sequence[str]) -> None:
    axis.set_title("Grant over bid: lowest, median and highest area" if not second else "Grant over bid: median area")
    for number, (_, line) in enumerate(lines):
        if "median" not in line:
            continue
        if not second:
            axis.fill_between(line[lever], line["lowest"], line["highest"], color=COLOURS[0], alpha=0.18, linewidth=0)
            for side in ("lowest", "highest"):
                axis.plot(line[lever], line[side], color=COLOURS[0], linewidth=0.8)
        axis.plot(line[lever], line["median"], **_style(number))
    axis.axhline(1, color=GREY, linewidth=0.8)
    axis.annotate("the bid", (0.01, 1), xycoords=("axes fraction", "data"), color=GREY, fontsize=8, va="bottom")
    _percent(axis, from_zero=False)


def _limits(axis: Any, lines: Sequence[tuple[Any, pd.DataFrame]], lever: str, second: Sequence[str]) -> None:
    axis.set_title("Areas on a grant floor" + ("" if second else " or ceiling"))
    for number, (_, line) in enumerate(lines):
        if "on_floor" in line:
            axis.plot(line[lever], line["on_floor"], label="on a floor", **_style(number))
            if not second:
                axis.plot(line[lever], line["on_ceiling"], label="on a ceiling", **_style(number + 1))
    axis.set_ylim(bottom=0)
    axis.yaxis.get_major_locator().set_params(integer=True)
    axis.set_ylabel("areas")
    if not second:
        _legend(axis)


def _money(axis: Any, lines: Sequence[tuple[Any, pd.DataFrame]], lever: str, second: Sequence[str], money: str) -> None:
    axis.set_title("Money granted and in the pot" if not second else "Money left in the pot")
    for number, (_, line) in enumerate(lines):
        if "granted" not in line:
            continue
        if second:
            axis.plot(line[lever], line["left"], **_style(number))
            continue
        axis.plot(line[lever], line["pot_total"], label="pot", color=GREY, linestyle="--", linewidth=1.2)
        axis.plot(line[lever], line["granted"], label="granted", **_style(0))
        _legend(axis)
    axis.set_ylabel(money)
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def _legend(axis: Any, title: str | None = None) -> None:
    if axis.get_legend_handles_labels()[0]:
        axis.legend(title=title, frameon=False, fontsize=8, title_fontsize=8)


def _style(number: int) -> dict[str, Any]:
    return {"color": COLOURS[number % len(COLOURS)], "marker": MARKERS[number % len(MARKERS)], "markersize": 4}


def _percent(axis: Any, *, from_zero: bool = True) -> None:
    in_percent(axis.yaxis, ".4g")
    if from_zero:
        axis.set_ylim(bottom=0)
