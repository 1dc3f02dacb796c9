"""A frontier as text: where the settlement stands, the knee, and the main corners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .lines import count, lay_out, number, percent, wrap

if TYPE_CHECKING:
    from singlepot.models.analysis.frontier import Frontier
    from singlepot.models.analysis.trade_off_axes import Measure

SHOWN = 25
"""Main corners that are listed, evenly spaced where there are more."""


def frontier_text(found: Frontier) -> str:
    """Write a frontier for people, in 80 columns."""
    first, second = found.first, found.second
    lines = [*wrap(found.scenario.settings.title), "", *wrap(_head(found))]
    best = found.at(found.settled[0])
    stands = f"The settlement: {first.name} {value(first, found.settled[0])}, {second.name} "
    stands += value(second, found.settled[1])
    if best == best and found.settled[1] - best > 1e-6 * max(abs(found.settled[1]), 1e-3):
        stands += f"; with the first as it is, the second could be {value(second, best)}"
    lines += wrap(stands + ".")
    if len(found.corners) == 1:
        lines += wrap("There is nothing to trade: both are smallest together.")
    if found.knee is not None:
        lines += wrap(
            f"The knee, the corner farthest below the line between both ends: {value(first, found.knee[0])} and "
            f"{value(second, found.knee[1])}."
        )
    shown = found.corners[found.corners["main"]]
    if len(shown) > SHOWN:
        keep = {round(i * (len(shown) - 1) / (SHOWN - 1)) for i in range(SHOWN)}
        shown = shown[[i in keep or knee for i, knee in enumerate(shown["knee"])]]
    rows = []
    for position, corner in enumerate(shown.to_dict("records")):
        after = shown.iloc[position + 1] if position + 1 < len(shown) else None
        rate = "" if after is None else _rate(first, second, corner["first"], corner["second"], after)
        mark = "knee" if corner["knee"] else ""
        rows.append((value(first, corner["first"]), value(second, corner["second"]), rate, mark))
    lines += ["", *lay_out((_short(first), _short(second), "second per one of the first", ""), rows, left=(3,))]
    lines += wrap(
        "Main corners, and by how much the second falls on the way to the next for one more of the first.", "  "
    )
    return "\n".join(lines) + "\n"


def _head(found: Frontier) -> str:
    held = {
        "held": "Other objectives fall short by no more than in the settlement."
        if found.first.objective or found.second.objective
        else "Stages before both keep their optimum and what they give.",
        "free": "Nothing but the rules holds.",
    }[found.others]
    return (
        f"{found.second.name[:1].upper()}{found.second.name[1:]} against {found.first.name}: "
        f"{count(len(found.corners), 'corner')}, each proved. {held}"
    )


def _short(measure: Measure) -> str:
    return measure.key


def _rate(first: Measure, second: Measure, at: float, level: float, after: object) -> str:
    following = (float(after["first"]), float(after["second"]))  # type: ignore[index]
    return f"{(level - following[1]) / (following[0] - at):.4g}"


def value(measure: Measure, amount: float) -> str:
    """A value of a measure, as people write it."""
    return percent(amount, 2) if "share" in measure.unit else number(amount)
