"""Robust grants as a chart: the shortfall of every draw under three kinds of grants, and whose grant differs."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .axes_and_files import COLOURS, GREY, draw_files

if TYPE_CHECKING:
    from singlepot.scenarios.ensemble.robust import Robust

AREAS = 25
"""How many areas are shown, those whose grant differs most."""

CASES = (("robust", "these grants"), ("central", "the central grants"), ("known", "each draw known before"))


def robust_chart(found: Robust) -> Mapping[str, bytes]:
    """Draw robust grants, as ``chart.png`` and ``chart.svg``.

    Raises
    ------
    ChartsNotInstalledError
        Without matplotlib, which the extra ``charts`` brings.
    """
    return draw_files(lambda figure: _draw(figure, found), (12, 6.5))


def _draw(figure: Any, found: Robust) -> None:
    left, right = figure.subplots(1, 2)
    _draws(left, found)
    _areas(right, found)
    title = textwrap.fill(found.plan.title or found.central.scenario.settings.title, 110)
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    note = f"{len(found.draws)} draws, seed {found.plan.seed}. Dashed: the average of the draws."
    figure.supxlabel(note, fontsize=8, color=GREY, x=0.01, ha="left")


def _draws(axis: Any, found: Robust) -> None:
    """The draws in order of their shortfall, each kind of grants by itself."""
    axis.set_title(f"{found.measure} of each draw, from the least to the largest")
    for place, (case, label) in enumerate(CASES):
        values = np.sort(found.draws[case].dropna().to_numpy())
        if not len(values):
            continue
        share = (np.arange(len(values)) + 0.5) / len(values)
        axis.plot(share, values, color=COLOURS[place], label=label, linewidth=1.8)
        axis.axhline(values.mean(), color=COLOURS[place], linestyle="--", linewidth=0.8)
    axis.axvspan(1 - found.worst_share, 1, color="#f0f0f0", zorder=0)
    axis.set_xlim(0, 1)
    axis.set_xlabel("share of the draws; grey: the worst")
    axis.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g}%")
    axis.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g}%")
    axis.grid(color="#e5e6e7", linewidth=0.8)
    axis.legend(frameon=False, fontsize=9)


def _areas(axis: Any, found: Robust) -> None:
    names = found.central.scenario.filled("areas").set_index("code")["name"]
    table = found.grants.groupby("area")[["bid", "central", "grant"]].sum()
    table = table[table["bid"] > 0]
    share = (table["grant"] - table["central"]) / table["bid"]
    chosen = share.loc[share.abs().sort_values(kind="stable").index[-AREAS:]].sort_values(kind="stable")
    places = range(len(chosen))
    colours = [COLOURS[2] if value > 0 else COLOURS[1] for value in chosen]
    axis.set_title(f"Change from the central grant, share of the bid: {len(chosen)} areas")
    axis.barh(list(places), chosen.to_numpy(), color=colours)
    axis.set_yticks(list(places), [str(names[area])[:34] for area in chosen.index], fontsize=7)
    axis.axvline(0, color=GREY, linewidth=0.8)
    axis.xaxis.set_major_formatter(lambda value, _: f"{100 * value:+.3g}%")
    axis.grid(axis="x", color="#e5e6e7", linewidth=0.8)
