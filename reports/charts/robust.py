"""Quantile curves show the shortfall under three kinds of grants, and a bar chart shows whose grant differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from singlepot.models.scenario.titles import Titles

from ..text.robust import CASES, measure_words
from .axes_and_files import COLOURS, GREY, caption, draw_files, grid, in_percent

if TYPE_CHECKING:
    from singlepot.scenarios.ensemble.robust_result import Robust

AREAS = 25
"""Number of areas that are shown, those whose grant differs most."""


def robust_chart(robust: Robust) -> Mapping[str, bytes]:
    """Draw robust grants, as ``chart.png`` and ``chart.svg``.

    Raises
    ------
    ChartsNotInstalledError
        Without matplotlib, which the extra ``charts`` brings.
    """
    return draw_files(lambda figure: _draw(figure, robust), (12, 6.5))


def _draw(figure: Any, robust: Robust) -> None:
    by_draw, by_area = figure.subplots(1, 2)
    _draws(by_draw, robust)
    _areas(by_area, robust)
    note = f"{len(robust.draws)} draws, seed {robust.plan.seed}. Dashed: the average of the draws."
    caption(figure, robust.plan.title or robust.central.scenario.settings.title, note, 110)


def _draws(axis: Any, robust: Robust) -> None:
    """Draw the quantile curve of the shortfall over draws for each kind of grants."""
    axis.set_title(f"{measure_words(robust)} of each draw, from the least to the largest")
    for number, (case, label) in enumerate(CASES.items()):
        values = np.sort(robust.draws[case].dropna().to_numpy())
        if not len(values):
            continue
        share = (np.arange(len(values)) + 0.5) / len(values)
        axis.plot(share, values, color=COLOURS[number], label=label, linewidth=1.8)
        axis.axhline(values.mean(), color=COLOURS[number], linestyle="--", linewidth=0.8)
    axis.axvspan(1 - robust.worst_share, 1, color="#f0f0f0", zorder=0)
    axis.set_xlim(0, 1)
    axis.set_xlabel("share of the draws; grey: the worst")
    in_percent(axis.xaxis)
    in_percent(axis.yaxis)
    grid(axis)
    axis.legend(frameon=False, fontsize=9)


def _areas(axis: Any, robust: Robust) -> None:
    names = Titles(robust.central.scenario).areas
    table = robust.grants.groupby("area")[["bid", "central", "grant"]].sum()
    table = table[table["bid"] > 0]
    share = (table["grant"] - table["central"]) / table["bid"]
    chosen = share.loc[share.abs().sort_values(kind="stable").index[-AREAS:]].sort_values(kind="stable")
    heights = range(len(chosen))
    colours = [COLOURS[2] if value > 0 else COLOURS[1] for value in chosen]
    axis.set_title(f"Change from the central grant, share of the bid: {len(chosen)} areas")
    axis.barh(list(heights), chosen.to_numpy(), color=colours)
    axis.set_yticks(list(heights), [names[area][:34] for area in chosen.index], fontsize=7)
    axis.axvline(0, color=GREY, linewidth=0.8)
    in_percent(axis.xaxis, "+.3g")
    grid(axis, "x")
