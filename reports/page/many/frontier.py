"""The report of a frontier shows what one aim costs another: the curve, its corners, and the settlement beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from singlepot.reports.text.frontier import format_measure, frontier_facts
from singlepot.reports.text.lines import capital

from ..pictures import Picture
from ..words import plain_title
from .drawings import Lines, lines_spec
from .report import whole_page
from .tables import Section, Spec, show
from .words import FRONTIER_WORDS

if TYPE_CHECKING:
    from singlepot.models.analysis.frontier import Frontier
    from singlepot.models.analysis.trade_off_axes import TradeOffMeasure


def frontier_html(frontier: Frontier) -> str:
    """Return the report of a frontier: one file, no network.

    Parameters
    ----------
    frontier
        From :func:`singlepot.trace_frontier`.

    Raises
    ------
    PagesNotInstalledError
        Without Jinja2 and vl-convert, which the extra ``report`` brings.
    """
    settings, first, second = frontier.scenario.settings, frontier.first, frontier.second
    return whole_page(
        "trade-off",
        f"{capital(second.name)} against {first.name}: {plain_title(settings.title or 'a scenario')}",
        [settings],
        facts=[("", fact) for fact in frontier_facts(frontier)],
        sections=[_corners(frontier)],
        words=FRONTIER_WORDS,
        command=["singlepot", "frontier", "SCENARIO", "--between", f"{first.key},{second.key}", "--out", "FOLDER"],
        about="SCENARIO is what was asked about, a shipped name, a folder or a what-if; its hash is below.",
        made=[("Scenario, SHA-256", frontier.scenario.sha256)],
    )


def _corners(frontier: Frontier) -> Section:
    first, second = frontier.first, frontier.second
    names = first.name, second.name
    points = [(row["first"], row["second"], "the least possible") for row in frontier.corners.to_dict("records")]
    points.append((*frontier.settled, "the settlement"))
    rows = [
        {
            "at": _size(first, x),
            "line": line,
            "value": _size(second, y),
            "tip": f"{capital(line)}: {names[0]} {format_measure(first, x)}, {names[1]} {format_measure(second, y)}",
        }
        for x, y, line in points
    ]
    title, lever = (f"{capital(measure.name)}, {_unit(measure)}" for measure in (second, first))
    drawn = lines_spec(Lines(pd.DataFrame(rows), title, lever, False))
    picture = Picture("frontier", f"{title} against {lever}; the table holds the figures", drawn)
    corners = frontier.corners.assign(kind=["the knee" if knee else "" for knee in frontier.corners["knee"]])
    corners = corners.assign(number=range(1, len(corners) + 1))
    spec: Spec = {
        "number": ("Corner", "count"),
        "first": (f"{capital(first.name)}, {_unit(first)}", "percent" if _share(first) else "number"),
        "second": (f"{capital(second.name)}, {_unit(second)}", "percent" if _share(second) else "number"),
        "rate": ("The second falls by, for one more of the first", "number"),
        "kind": ("What it is", "text"),
    }
    table = show("corners", "Corners of the curve", corners, spec, ["number"], "frontier.csv")
    return Section("corners", "What one costs the other", pictures=[picture], tables=[table])


def _share(measure: TradeOffMeasure) -> bool:
    return "share" in measure.unit


def _size(measure: TradeOffMeasure, value: float) -> float:
    return 100 * value if _share(measure) else value


def _unit(measure: TradeOffMeasure) -> str:
    return "% of the target" if _share(measure) else measure.unit
