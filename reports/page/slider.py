"""A slider puts the points of a sweep into a page: each point is the answer as it would be there, ready to be shown."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

from singlepot.models.scenario.titles import Titles
from singlepot.models.settlement.settlement import Settlement
from singlepot.reports.text.lines import capital
from singlepot.reports.text.sweep import lever_axis
from singlepot.scenarios.many.sweep import Sweep

from . import tables
from .answer import answer, first_map
from .figures.figures import Figures
from .packing import packed_text
from .templating import render


@dataclass(frozen=True)
class Slider:
    """A slider of a page.

    Attributes
    ----------
    label, about
        What is moved, and what its values are.
    words
        What each point is, in order of the values.
    start
        Number of the point that is shown first: the one nearest to the scenario as it is.
    first
        Parts of that point, by the id of the element that shows them.
    points
        All points as JSON for a script element: the words of each, and its parts in a compressed pack.
    """

    label: str
    about: str
    words: list[str]
    start: int
    first: dict[str, str]
    points: str


def slider_of(sweep: Sweep, *, links: bool) -> Slider | None:
    """Return the slider over a sweep of one lever; None where its settlements were not kept, or there is none.

    Parameters
    ----------
    sweep
        Points to be moved through.
    links
        Whether the page has the pages of areas, to which names then lead.
    """
    if not sweep.outcomes or len(sweep.levers) != 1:
        return None
    ((lever, values),) = sweep.levers.items()
    titles = Titles(sweep.scenario)
    pulled = titles.lever(lever)
    order = sorted(range(len(values)), key=lambda at: values[at])
    parts = [_parts(sweep, at, links) for at in order]
    settled = [k for k, at in enumerate(order) if isinstance(sweep.outcomes[at], Settlement)]
    base = 1.0 if pulled.kind == "factor" else pulled.now if math.isfinite(pulled.now) else 0.0
    start = min(settled, key=lambda k: abs(values[order[k]] - base), default=0)
    times = " ×" if pulled.kind == "factor" else ""

    words = [f"{capital(pulled.label)}{times} {values[at]:g}" for at in order]
    points = {"words": words, "packs": [packed_text(part) for part in parts]}
    return Slider(
        label=capital(pulled.label),
        about=capital(lever_axis(lever, titles)),
        words=words,
        start=start,
        first=parts[start],
        points=json.dumps(points, ensure_ascii=False).replace("<", "\\u003c"),
    )


def _parts(sweep: Sweep, at: int, links: bool) -> dict[str, str]:
    """Render what changes from point to point; of a point without a settlement the reason."""
    outcome = sweep.outcomes[at]
    if not isinstance(outcome, Settlement):
        reason = str(sweep.points["reason"].iloc[at])
        return {"answer": render("no_answer.html.j2", reason=reason), "map": "", "areas": ""}
    figures = Figures(outcome)
    drawn, table = first_map(figures), tables.areas_table(figures, links=links)
    return {
        "answer": render("answer.html.j2", **answer(figures, links=links)),
        "map": render("mapped.html.j2", map=drawn) if drawn else "",
        "areas": render("areas.html.j2", areas=table),
    }
