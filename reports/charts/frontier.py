"""A frontier as a chart: every corner, the knee, where the settlement stands, and what one costs in the other."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..text.frontier import value
from .axes_and_files import COLOURS, GREY, draw_files

if TYPE_CHECKING:
    from singlepot.models.analysis.frontier import Frontier
    from singlepot.models.analysis.trade_off_axes import Measure


def frontier_chart(found: Frontier) -> Mapping[str, bytes]:
    """Draw a frontier, as ``chart.png`` and ``chart.svg``.

    Raises
    ------
    ChartsNotInstalledError
        Without matplotlib, which the extra ``charts`` brings.
    """
    return draw_files(lambda figure: _draw(figure, found), (9.5, 8.5))


def _draw(figure: Any, found: Frontier) -> None:
    above, below = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [3, 1.2]})
    _curve(above, found)
    _rates(below, found)
    title = textwrap.fill(found.scenario.settings.title, 95)
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    held = "held" if found.others == "held" else "free"
    note = f"{len(found.corners)} corners, each proved; other objectives and earlier stages {held}. Knee: the corner "
    figure.supxlabel(note + "farthest below the dashed line.", fontsize=8, color=GREY, x=0.01, ha="left")


def _curve(axis: Any, found: Frontier) -> None:
    first, second = (found.corners[name].to_numpy() for name in ("first", "second"))
    axis.set_title(f"The least {found.second.name} for each {found.first.name}")
    axis.plot(first[[0, -1]], second[[0, -1]], color=GREY, linestyle="--", linewidth=0.8)
    axis.plot(first, second, color=COLOURS[0], linewidth=1.8)
    axis.plot(first, second, ".", color=COLOURS[0], markersize=3)
    main = found.corners[found.corners["main"]]
    axis.plot(main["first"], main["second"], "o", color=COLOURS[0], markersize=5, label="main corners")
    if found.knee is not None:
        axis.plot(*found.knee, "D", color=COLOURS[1], markersize=9, label=f"knee: {_pair(found, found.knee)}")
    label = f"the settlement: {_pair(found, found.settled)}"
    axis.plot(*found.settled, "s", color=COLOURS[2], markersize=8, label=label)
    axis.legend(frameon=False, fontsize=9)
    axis.grid(color="#e5e6e7", linewidth=0.8)
    axis.set_ylabel(_said(found.second))
    _format(axis.yaxis, found.second)


def _rates(axis: Any, found: Frontier) -> None:
    axis.set_title("By how much the second falls for one more of the first")
    edges = found.corners["first"].to_numpy()
    rates = found.corners["rate"].to_numpy()[:-1]
    if len(rates):
        axis.stairs(rates, edges, baseline=None, color=COLOURS[0], linewidth=1.6)
        if (rates > 0).all() and rates.max() > 30 * rates.min():
            axis.set_yscale("log")
            axis.yaxis.set_major_formatter(lambda at, _: f"{at:g}")
        else:
            axis.set_ylim(bottom=0, top=1.08 * float(np.max(rates)))
    axis.grid(color="#e5e6e7", linewidth=0.8)
    axis.set_xlabel(_said(found.first))
    _format(axis.xaxis, found.first)


def _pair(found: Frontier, at: tuple[float, float]) -> str:
    return f"{value(found.first, at[0])}, {value(found.second, at[1])}"


def _said(measure: Measure) -> str:
    return measure.name + ("" if "share" in measure.unit else f", {measure.unit}")


def _format(axis: Any, measure: Measure) -> None:
    if "share" in measure.unit:
        axis.set_major_formatter(lambda at, _: f"{100 * at:.4g}%")
    else:
        axis.set_major_formatter(lambda at, _: f"{at:,.6g}")
