"""The Pareto frontier is drawn with its corners, its knee, the settlement and the rate of exchange along it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..text.frontier import format_measure
from .axes_and_files import COLOURS, GREY, caption, draw_files, grid, in_percent

if TYPE_CHECKING:
    from singlepot.models.analysis.frontier import Frontier
    from singlepot.models.analysis.trade_off_axes import TradeOffMeasure


def frontier_chart(frontier: Frontier) -> Mapping[str, bytes]:
    """Draw a frontier, as ``chart.png`` and ``chart.svg``.

    Raises
    ------
    ChartsNotInstalledError
        Without matplotlib, which the extra ``charts`` brings.
    """
    return draw_files(lambda figure: _draw(figure, frontier), (9.5, 8.5))


def _draw(figure: Any, frontier: Frontier) -> None:
    above, below = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [3, 1.2]})
    _curve(above, frontier)
    _rates(below, frontier)
    held = "held" if frontier.others == "held" else "free"
    note = f"{len(frontier.corners)} corners, each proved; other objectives and earlier stages {held}. "
    note += "Knee: the corner farthest below the dashed line."
    caption(figure, frontier.scenario.settings.title, note, 95)


def _curve(axis: Any, frontier: Frontier) -> None:
    first, second = (frontier.corners[name].to_numpy() for name in ("first", "second"))
    axis.set_title(f"The least {frontier.second.name} for each {frontier.first.name}")
    axis.plot(first[[0, -1]], second[[0, -1]], color=GREY, linestyle="--", linewidth=0.8)
    axis.plot(first, second, color=COLOURS[0], linewidth=1.8)
    axis.plot(first, second, ".", color=COLOURS[0], markersize=3)
    main = frontier.corners[frontier.corners["main"]]
    axis.plot(main["first"], main["second"], "o", color=COLOURS[0], markersize=5, label="main corners")
    if frontier.knee is not None:
        axis.plot(*frontier.knee, "D", color=COLOURS[1], markersize=9, label=f"knee: {_pair(frontier, frontier.knee)}")
    label = f"the settlement: {_pair(frontier, frontier.settled)}"
    axis.plot(*frontier.settled, "s", color=COLOURS[2], markersize=8, label=label)
    axis.legend(frameon=False, fontsize=9)
    grid(axis)
    axis.set_ylabel(_axis_label(frontier.second))
    _format(axis.yaxis, frontier.second)


def _rates(axis: Any, frontier: Frontier) -> None:
    axis.set_title("By how much the second falls for one more of the first")
    edges = frontier.corners["first"].to_numpy()
    rates = frontier.corners["rate"].to_numpy()[:-1]
    if len(rates):
        axis.stairs(rates, edges, baseline=None, color=COLOURS[0], linewidth=1.6)
        if (rates > 0).all() and rates.max() > 30 * rates.min():
            axis.set_yscale("log")
            axis.yaxis.set_major_formatter(lambda rate, _: f"{rate:g}")
        else:
            axis.set_ylim(bottom=0, top=1.08 * float(np.max(rates)))
    grid(axis)
    axis.set_xlabel(_axis_label(frontier.first))
    _format(axis.xaxis, frontier.first)


def _pair(frontier: Frontier, point: tuple[float, float]) -> str:
    return f"{format_measure(frontier.first, point[0])}, {format_measure(frontier.second, point[1])}"


def _axis_label(measure: TradeOffMeasure) -> str:
    return measure.name + ("" if "share" in measure.unit else f", {measure.unit}")


def _format(axis: Any, measure: TradeOffMeasure) -> None:
    if "share" in measure.unit:
        in_percent(axis, ".4g")
    else:
        axis.set_major_formatter(lambda amount, _: f"{amount:,.6g}")
