"""Dot plots show what each regime leaves short and how it treats areas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from singlepot.models.scenario.titles import Titles

from ..text.regimes import paid_shares, shortfall_shares
from .axes_and_files import COLOURS, GREY, MARKERS, draw_files, empty

if TYPE_CHECKING:
    from singlepot.scenarios.regimes import Regimes


def regimes_chart(regimes: Regimes) -> Mapping[str, bytes]:
    """Draw regimes side by side, as ``chart.png`` and ``chart.svg``.

    On the left the shortfall of every national objective in its last year or range; on the right every area's grant
    over its bid, and their median.

    Parameters
    ----------
    regimes
        From :func:`singlepot.compare_regimes`.

    Raises
    ------
    ChartsNotInstalledError
        Without matplotlib, which the extra ``charts`` brings.
    """
    return draw_files(lambda figure: _draw(figure, regimes), size=(11, 0.45 * len(regimes.settlements) + 2.4))


def _draw(figure: Any, regimes: Regimes) -> None:
    keys = list(regimes.settlements)
    left, right = figure.subplots(1, 2, sharey=True)
    heights = np.arange(len(keys))[::-1]
    _shortfalls(left, regimes, keys, heights)
    _ratios(right, regimes, keys, heights)
    left.set_yticks(heights, [regimes.names[key] for key in keys])
    left.set_ylim(-0.6, len(keys) - 0.4)
    title = regimes.scenario.settings.title
    if title:
        figure.suptitle(title, fontsize=9, color=GREY, x=0.01, ha="left")


def _shortfalls(axes: Any, regimes: Regimes, keys: list[str], heights: np.ndarray[Any, Any]) -> None:
    axes.set_title("National objectives: short of the target, last year")
    nations = (settlement.national["objective"] for settlement in regimes.settlements.values())
    objectives = list(dict.fromkeys(key for column in nations for key in column))
    titles = Titles(regimes.scenario)
    if not objectives:
        empty(axes, "no national objectives")
        return
    span = np.linspace(0.24, -0.24, len(objectives)) if len(objectives) > 1 else np.zeros(1)
    for i, objective in enumerate(objectives):
        values = []
        for key in keys:
            national = regimes[key].national.assign(share=shortfall_shares(regimes[key]))
            values.append(100 * national[national["objective"] == objective]["share"].iloc[-1])
        axes.plot(
            values,
            heights + span[i],
            MARKERS[i % len(MARKERS)],
            color=COLOURS[i % len(COLOURS)],
            markersize=5,
            label=titles.objectives[objective],
        )
    axes.set_xlabel("% of the national target")
    axes.set_xlim(left=0)
    axes.grid(axis="x", color="#dddddd")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=3, frameon=False, fontsize=8)


def _ratios(axes: Any, regimes: Regimes, keys: list[str], heights: np.ndarray[Any, Any]) -> None:
    axes.set_title("Every area's grant as a share of its bid, and the median")
    for height, key in zip(heights, keys, strict=True):
        ratio = 100 * paid_shares(regimes[key]).to_numpy(dtype=np.float64)
        axes.plot(ratio, np.full(len(ratio), height), "|", color=COLOURS[0], alpha=0.5, markersize=11)
        if not len(ratio):
            continue
        axes.plot([np.median(ratio)], [height], "o", color=COLOURS[1], markersize=6)
    if not any(len(paid_shares(regimes[key])) for key in keys):
        empty(axes, "no area bids")
        return
    axes.axvline(100, color=GREY, linewidth=0.8)
    axes.set_xlabel("% of the bid")
    axes.set_xlim(left=-2)
    axes.grid(axis="x", color="#dddddd")
