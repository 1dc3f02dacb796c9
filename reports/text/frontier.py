"""The Pareto frontier is listed by its main corners, its knee and the settlement beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .lines import clip, count, lay_out, number, percent, wrap

if TYPE_CHECKING:
    from singlepot.models.analysis.frontier import Frontier
    from singlepot.models.analysis.trade_off_axes import TradeOffMeasure

SHOWN = 25
"""Main corners that are listed, evenly spaced where there are more."""


def frontier_text(frontier: Frontier) -> str:
    """Write a frontier for people, in 80 columns."""
    lines = [*wrap(frontier.scenario.settings.title), ""]
    lines += [line for fact in frontier_facts(frontier) for line in wrap(fact)]
    first, second = frontier.first, frontier.second
    shown = frontier.corners[frontier.corners["main"]]
    if len(shown) > SHOWN:
        keep = {round(i * (len(shown) - 1) / (SHOWN - 1)) for i in range(SHOWN)}
        shown = shown[[i in keep or knee for i, knee in enumerate(shown["knee"])]]
    rows, corners = [], shown.to_dict("records")
    for corner, after in zip(corners, [*corners[1:], None], strict=True):
        rate = f"{(corner['second'] - after['second']) / (after['first'] - corner['first']):.4g}" if after else ""
        cells = (format_measure(first, corner["first"]), format_measure(second, corner["second"]), rate)
        rows.append((*cells, "knee" if corner["knee"] else ""))
    lines += [
        "",
        *lay_out((clip(first.name, 24), clip(second.name, 24), "second per one of the first", ""), rows, left=(3,)),
    ]
    key = "Main corners, and by how much the second falls on the way to the next for one more of the first."
    return "\n".join([*lines, *wrap(key, "  ")]) + "\n"


def frontier_facts(frontier: Frontier) -> Iterator[str]:
    """Write what a frontier shows in sentences: what was traded, where the settlement stands, and the knee."""
    first, second = frontier.first, frontier.second
    yield _head(frontier)
    best = frontier.at(frontier.settled[0])
    stands = f"The settlement: {first.name} {format_measure(first, frontier.settled[0])}, {second.name} "
    stands += format_measure(second, frontier.settled[1])
    if best == best and frontier.settled[1] - best > 1e-6 * max(abs(frontier.settled[1]), 1e-3):
        stands += f"; with the first as it is, the second could be {format_measure(second, best)}"
    yield f"{stands}."
    if len(frontier.corners) == 1:
        yield "There is nothing to trade: both are smallest together."
    if frontier.knee is not None:
        knee = f"{format_measure(first, frontier.knee[0])} and {format_measure(second, frontier.knee[1])}"
        yield f"The knee, the corner farthest below the line between both ends: {knee}."


def _head(frontier: Frontier) -> str:
    conditions = {
        "held": "Other objectives fall short by no more than in the settlement."
        if frontier.first.objective or frontier.second.objective
        else "What is minimised before both stays as good as it was allowed to be.",
        "free": "Nothing but the rules holds.",
    }[frontier.others]
    return (
        f"{frontier.second.name[:1].upper()}{frontier.second.name[1:]} against {frontier.first.name}: "
        f"{count(len(frontier.corners), 'corner')}, each proved. {conditions}"
    )


def format_measure(measure: TradeOffMeasure, amount: float) -> str:
    """Write an amount of a measure: shares as percentages."""
    return percent(amount, 2) if "share" in measure.unit else number(amount)
