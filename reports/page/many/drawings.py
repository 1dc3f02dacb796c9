"""Line charts show values over a lever, bar charts figures of names, and interval charts quantiles over draws."""

from __future__ import annotations

import textwrap
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from singlepot.reports.charts.axes_and_files import COLOURS

from ..drawings.drawing import AFTER, BEFORE, INK, LINE, WIDTH, Spec, named_rows

MOST_LINES = len(COLOURS)
"""Lines that can be told apart."""

SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down", "triangle-right", "triangle-left")
"""Shapes of the points of lines, so that a print in grey can be read."""

THINNEST = 0.006
"""Least length of an interval, as a share of the picture."""


@dataclass(frozen=True)
class Lines:
    """Lines of a chart: values over a lever.

    Attributes
    ----------
    rows
        at (value of the lever), line, value, tip.
    title, lever
        What is drawn, with its unit; the title of the lever.
    zero
        Whether the axis begins at zero.
    """

    rows: pd.DataFrame
    title: str
    lever: str
    zero: bool = True


def lines_spec(lines: Lines) -> Spec:
    """Specify the line chart of values over a lever; where a value is missing its line has a gap."""
    names = list(dict.fromkeys(lines.rows["line"]))
    rows = [
        {"at": float(row["at"]), "line": row["line"], "v": _known(row["value"]), "t": row["tip"]}
        for row in lines.rows.to_dict("records")
    ]
    scale = {"domain": names}
    legend = {"title": None, "orient": "bottom", "columns": 1, "labelLimit": WIDTH - 60}
    x = {"field": "at", "type": "quantitative", "title": lines.lever, "scale": {"zero": False, "nice": False}}
    return {
        "title": {"text": lines.title, "fontSize": 13, "offset": 8},
        "width": WIDTH - 70,
        "height": 240,
        "padding": 4,
        "data": {"values": rows},
        "encoding": {
            "x": {**x, "axis": {"tickCount": 6, "grid": False}},
            "y": {"field": "v", "type": "quantitative", "title": None, "scale": {"zero": lines.zero}},
            "color": {
                "field": "line",
                "scale": {**scale, "range": list(COLOURS)},
                "legend": legend if len(names) > 1 else None,
            },
        },
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 2, "aria": False}},
            {
                "transform": [{"filter": "isValid(datum.v)"}],
                "mark": {"type": "point", "filled": True, "size": 55, "opacity": 1},
                "encoding": {
                    "shape": {"field": "line", "scale": {**scale, "range": list(SHAPES)}},
                    "description": {"field": "t"},
                },
            },
        ],
    }


def _known(value: float) -> float | None:
    return float(value) if value == value else None


def bars_spec(rows: list[Spec], title: str) -> Spec:
    """Specify a bar chart of figures from zero on; rows hold name, v, text and t (the tooltip)."""
    most = max([*(abs(row["v"]) for row in rows), 1e-9])
    low = -1.45 * most if any(row["v"] < 0 for row in rows) else 0
    x: Spec = {"field": "v", "type": "quantitative", "title": None, "axis": {"tickCount": 4}}
    x["scale"] = {"domain": [low, 1.25 * most], "nice": False}
    mark: Spec = {"type": "text", "color": INK}
    text: Spec = {"encoding": {"x": x, "text": {"field": "text"}}}
    ends = ((f"datum.v {way} 0", side, dx) for way, side, dx in (("<", "right", -4), (">=", "left", 4)))
    return {
        "title": {"text": textwrap.wrap(title, WIDTH // 8), "fontSize": 13, "offset": 8},
        **named_rows(rows, 19),
        "layer": [
            {
                "mark": {"type": "bar", "height": 13, "color": AFTER},
                "encoding": {"x": x, "description": {"field": "t"}},
            },
            *(
                {**text, "transform": [{"filter": test}], "mark": {**mark, "align": side, "dx": dx}}
                for test, side, dx in ends
            ),
        ],
    }


@dataclass(frozen=True)
class Intervals:
    """Intervals of a chart: quantiles of values over all draws.

    Attributes
    ----------
    rows
        name, q05, q25, q50, q75, q95, tip.
    title
        What is drawn, with its unit.
    rule
        A value that is marked, such as 100%.
    """

    rows: pd.DataFrame
    title: str
    rule: float | None = None


def intervals_spec(drawn: Intervals) -> Spec:
    """Specify the interval chart: pale from 5% to 95% of draws, full for the middle half, a mark for the median."""
    table = drawn.rows
    marks = [] if drawn.rule is None else [drawn.rule]
    low, high = min(table["q05"].min(), *marks, 0 if not marks else 1e99), max(table["q95"].max(), *marks, 0)
    least = THINNEST * ((high - low) or 1.0)
    rows = [
        {"name": row["name"], "t": row["tip"], "median": row["q50"], **_ends(row, "outer", "q05", "q95", least)}
        | _ends(row, "inner", "q25", "q75", least)
        for row in table.to_dict("records")
    ]
    scale = {"domain": [float(low), float(max(high, low + least)) + 2 * least], "nice": False, "zero": False}
    x: Spec = {"type": "quantitative", "title": None, "scale": scale, "axis": {"tickCount": 5}}

    def bar(kind: str, **look: object) -> Spec:
        ends = {"x": {**x, "field": f"{kind} low"}, "x2": {"field": f"{kind} high"}}
        return {"mark": {"type": "bar", "aria": False, **look}, "encoding": ends}

    pointed = bar("outer", height=15, fillOpacity=0, aria=True)
    pointed["encoding"]["description"] = {"field": "t"}
    layer = [
        bar("outer", height=5, color=BEFORE),
        bar("inner", height=9, color=AFTER),
        {"mark": {"type": "tick", "color": INK, "thickness": 2, "size": 15, "aria": False},
         "encoding": {"x": {**x, "field": "median"}}},
        *_rule(marks, x),
        pointed,
    ]  # fmt: skip
    return {
        "title": {"text": drawn.title, "fontSize": 13, "subtitle": KEY, "offset": 8},
        **named_rows(rows, 19),
        "layer": layer,
    }


KEY = ["pale: 5% to 95% of draws;", "full: the middle half; mark: median"]
"""Key of the interval chart."""


def _ends(row: dict[Hashable, Any], kind: str, low: str, high: str, least: float) -> Spec:
    return {f"{kind} low": float(row[low]), f"{kind} high": float(max(row[high], row[low] + least))}


def _rule(at: Sequence[float], x: Spec) -> list[Spec]:
    if not at:
        return []
    return [
        {
            "data": {"values": [{"at": at[0]}]},
            "mark": {"type": "rule", "color": LINE, "strokeWidth": 1.5},
            "encoding": {"x": {**x, "field": "at"}, "y": None},
        }
    ]
