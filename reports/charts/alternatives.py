"""Dumbbell charts show what groups have in each alternative, and how far every area's grant could go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..text.alternatives import group_names
from .axes_and_files import COLOURS, GREY, caption, draw_files, grid, in_percent

if TYPE_CHECKING:
    from singlepot.models.analysis.alternatives import Alternatives

MARKERS = "os^Dv*PX"
"""Markers of the alternatives, so that a print in grey can be read."""

RANGE = "#c9d3da"

_BELOW: dict[str, Any] = {
    "loc": "upper center", "bbox_to_anchor": (0.5, -0.025), "ncols": 4, "frameon": False, "fontsize": 8
}  # fmt: skip

AREAS = 80
"""Number of areas that are shown, those with the largest bids."""


def alternatives_chart(alternatives: Alternatives) -> Mapping[str, bytes]:
    """Draw alternatives, as ``chart.png`` and ``chart.svg``.

    Raises
    ------
    ChartsNotInstalledError
        Without matplotlib, which the extra ``charts`` brings.
    """
    rows = min(len(alternatives.ranges), AREAS)
    return draw_files(lambda figure: _draw(figure, alternatives), (13, max(6.0, 1.5 + 0.14 * rows)))


def _draw(figure: Any, alternatives: Alternatives) -> None:
    by_group, by_area = figure.subplots(1, 2)
    _groups(by_group, alternatives)
    _areas(by_area, alternatives)
    note = f"No stage is worse than in the settlement by more than {alternatives.within:.4g} of its value."
    caption(figure, alternatives.settlement.scenario.settings.title, note, 120)


def _groups(axis: Any, alternatives: Alternatives) -> None:
    """Draw the dumbbell chart of groups against the central settlement; a bar is how far its group could go alone."""
    table = alternatives.groups[alternatives.groups["central"] > 0]
    if len(table) > AREAS:
        table = table.nlargest(AREAS, "central")
    heights = list(range(len(table)))[::-1]
    share = table.drop(columns="group").div(table["central"], axis=0)
    what = "Agreed" if alternatives.by == "objective" else "Grants"
    axis.set_title(f"{what} by {alternatives.by}, against the settlement")
    axis.hlines(heights, share["low"], share["high"], color=RANGE, linewidth=7 if len(table) < 20 else 3)
    for number in range(1, len(alternatives.found) + 1):
        label = f"alternative {number}"
        style = {"color": COLOURS[(number - 1) % len(COLOURS)], "marker": MARKERS[(number - 1) % len(MARKERS)]}
        axis.plot(share[label], heights, linestyle="", markersize=6, label=label, **style)
    axis.axvline(1.0, color=GREY, linewidth=1)
    titles = dict(zip(alternatives.groups.index, group_names(alternatives), strict=True))
    names = [titles[k] for k in table.index]
    axis.set_yticks(heights, names, fontsize=9 if len(names) < 20 else 5)
    in_percent(axis.xaxis, ".4g")
    grid(axis, "x")
    if alternatives.found:
        axis.legend(**_BELOW)


def _areas(axis: Any, alternatives: Alternatives) -> None:
    """Draw the dumbbell chart of grants over bids: thin the range within the limits, thick what is equally good."""
    table = alternatives.ranges[alternatives.ranges["bid"] > 0].nlargest(AREAS, "bid")
    share = table[["grant", "equal_low", "equal_high", "near_low", "near_high"]].div(table["bid"], axis=0)
    order = share["grant"].sort_values(ascending=False, kind="stable").index
    share, names = share.loc[order], table["name"].loc[order]
    heights = list(range(len(share)))[::-1]
    axis.set_title("Grant over bid, and how far it could go")
    axis.hlines(heights, share["near_low"], share["near_high"], color=RANGE, linewidth=3, label="within the limits")
    axis.hlines(heights, share["equal_low"], share["equal_high"], color=COLOURS[4], linewidth=4, label="equally good")
    axis.plot(share["grant"], heights, "o", color=COLOURS[0], markersize=3, label="the settlement")
    axis.set_yticks(heights, [str(name)[:32] for name in names], fontsize=5.5 if len(names) > 30 else 8)
    axis.set_ylim(-1, len(heights))
    in_percent(axis.xaxis, ".4g")
    grid(axis, "x")
    axis.legend(**_BELOW)
