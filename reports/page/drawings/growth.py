"""The scatter of growth sets what every area gains in prosperity against what it gains in inclusion."""

from __future__ import annotations

import pandas as pd

from singlepot.models.analysis.growing_together import KINDS

from .drawing import GREY, INK, WIDTH, Spec

COLOURS = ("#b1b4b6", "#b35806", "#7a3b8f", "#1d5e9b")
"""Colours of the kinds of areas, in their order; shapes tell them apart without colour."""

SHAPES = ("circle", "triangle-up", "square", "diamond")

KIND_WORDS = {
    "neither": "neither",
    "prosperous": "prosperity alone",
    "inclusive": "inclusion alone",
    "both": "both",
}
"""Words for the kinds of areas: above the median in what."""

ABOVE = {"prosperity": ("prosperous", "both"), "inclusion": ("inclusive", "both")}
"""Kinds of areas above the median of the people; the largest growth of the others is the median."""

ROOM = 1.05
"""Part of the axes that stays free beyond the last area."""


def growth_spec(areas: pd.DataFrame, when: str, titles: tuple[str, str], caption: str) -> Spec:
    """Specify the scatter of all areas, before or after, on axes that are the same for both.

    Parameters
    ----------
    areas
        name; prosperity_before, prosperity_after, inclusion_before, inclusion_after (contribution over baseline);
        kind_before, kind_after.
    when
        ``before`` or ``after``.
    titles
        Names of the two objectives: across and up.
    caption
        What is drawn.
    """
    domains = []
    for axis in ("prosperity", "inclusion"):
        both = areas[[f"{axis}_before", f"{axis}_after"]].to_numpy()
        low, high = min(float(both.min()), 0.0), max(float(both.max()), 0.0)
        domains.append([100 * ROOM * low, 100 * ROOM * high or 1.0])
    rows = [
        {
            "x": 100 * row[f"prosperity_{when}"],
            "y": 100 * row[f"inclusion_{when}"],
            "kind": KIND_WORDS[row[f"kind_{when}"]],
            "t": f"{row['name']}: {titles[0]} +{row[f'prosperity_{when}']:.2%}, {titles[1]} "
            f"+{row[f'inclusion_{when}']:.2%} of what it has today.".replace("+-", "−"),
        }
        for row in areas.to_dict("records")
    ]
    middle = {
        axis: 100 * float(areas[f"{axis}_{when}"][~areas[f"kind_{when}"].isin(kinds)].max())
        for axis, kinds in ABOVE.items()
    }
    x, y = (
        {
            "field": field,
            "type": "quantitative",
            "title": f"{title}, % of today",
            "scale": {"domain": domain, "nice": False},
            "axis": {"tickCount": 5, "grid": False},
        }
        for field, title, domain in zip("xy", titles, domains, strict=True)
    )
    words = [KIND_WORDS[kind] for kind in KINDS]
    legend = {"title": "above the median in", "orient": "top", "columns": 2, "symbolOpacity": 1}
    line = {"type": "rule", "color": GREY, "strokeDash": [3, 3]}
    return {
        "title": {"text": caption, "fontSize": 13},
        "width": WIDTH - 70,
        "height": 300,
        "padding": 4,
        "layer": [
            {
                "data": {"values": [{"at": middle["prosperity"]}]},
                "mark": line,
                "encoding": {"x": {"field": "at", "type": "quantitative"}},
            },
            {
                "data": {"values": [{"at": middle["inclusion"]}]},
                "mark": line,
                "encoding": {"y": {"field": "at", "type": "quantitative"}},
            },
            {
                "data": {"values": rows},
                "mark": {"type": "point", "filled": True, "size": 55, "opacity": 0.85, "stroke": INK},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": {"field": "kind", "scale": {"domain": words, "range": list(COLOURS)}, "legend": legend},
                    "shape": {"field": "kind", "scale": {"domain": words, "range": list(SHAPES)}, "legend": legend},
                    "description": {"field": "t"},
                },
            },
        ],
    }
