"""Alternatives as a chart: what each group has in each of them, and how far every area's grant could go."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .axes_and_files import COLOURS, GREY, draw_files

if TYPE_CHECKING:
    from singlepot.models.analysis.alternatives import Alternatives

MARKERS = "os^Dv*PX"
"""Marks of the alternatives, so that a print in grey can be read."""

_BELOW: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.025), "ncols": 4}

AREAS = 80
"""How many areas are shown, those with the largest bids."""


def alternatives_chart(found: Alternatives) -> Mapping[str, bytes]:
    """Draw alternatives, as ``chart.png`` and ``chart.svg``.

    Raises
    ------
    ChartsNotInstalledError
        Without matplotlib, which the extra ``charts`` brings.
    """
    rows = min(len(found.ranges), AREAS)
    return draw_files(lambda figure: _draw(figure, found), (13, max(6.0, 1.5 + 0.14 * rows)))


def _draw(figure: Any, found: Alternatives) -> None:
    left, right = figure.subplots(1, 2)
    _groups(left, found)
    _areas(right, found)
    figure.suptitle(
        textwrap.fill(found.settlement.scenario.settings.title, 120), x=0.01, ha="left", fontsize=12, fontweight="bold"
    )
    note = f"No stage is worse than in the settlement by more than {found.within:.4g} of its value."
    figure.supxlabel(note, fontsize=8, color=GREY, x=0.01, ha="left")


def _groups(axis: Any, found: Alternatives) -> None:
    """Every group against the central settlement; the bar is how far it could go by itself."""
    table = found.groups[found.groups["central"] > 0]
    if len(table) > AREAS:
        table = table.nlargest(AREAS, "central")
    places = list(range(len(table)))[::-1]
    share = table.drop(columns="group").div(table["central"], axis=0)
    axis.set_title(f"{'Agreed' if found.by == 'objective' else 'Grants'} by {found.by}, against the settlement")
    axis.hlines(places, share["low"], share["high"], color="#c9d3da", linewidth=7 if len(table) < 20 else 3)
    for number in range(1, len(found.found) + 1):
        label = f"alternative {number}"
        style = {"color": COLOURS[(number - 1) % len(COLOURS)], "marker": MARKERS[(number - 1) % len(MARKERS)]}
        axis.plot(share[label], places, linestyle="", markersize=6, label=label, **style)
    axis.axvline(1.0, color=GREY, linewidth=1)
    names = [str(group) for group in table["group"]]
    axis.set_yticks(places, names, fontsize=9 if len(names) < 20 else 5)
    _percent(axis)
    if found.found:
        axis.legend(frameon=False, fontsize=8, **_BELOW)


def _areas(axis: Any, found: Alternatives) -> None:
    """Every area's grant over its bid: thin the range within the limits, thick the range that is equally good."""
    table = found.ranges[found.ranges["bid"] > 0].nlargest(AREAS, "bid")
    share = table[["grant", "equal_low", "equal_high", "near_low", "near_high"]].div(table["bid"], axis=0)
    order = share["grant"].sort_values(ascending=False, kind="stable").index
    share, names = share.loc[order], table["name"].loc[order]
    places = list(range(len(share)))[::-1]
    axis.set_title("Grant over bid, and how far it could go")
    axis.hlines(places, share["near_low"], share["near_high"], color="#c9d3da", linewidth=3, label="within the limits")
    axis.hlines(places, share["equal_low"], share["equal_high"], color=COLOURS[4], linewidth=4, label="equally good")
    axis.plot(share["grant"], places, "o", color=COLOURS[0], markersize=3, label="the settlement")
    axis.set_yticks(places, [str(name)[:32] for name in names], fontsize=5.5 if len(names) > 30 else 8)
    axis.set_ylim(-1, len(places))
    _percent(axis)
    axis.legend(frameon=False, fontsize=8, **_BELOW)


def _percent(axis: Any) -> None:
    axis.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g}%")
    axis.grid(axis="x", color="#e5e6e7", linewidth=0.8)
