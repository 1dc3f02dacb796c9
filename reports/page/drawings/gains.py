"""Bar charts show gains and losses against the bid: every area in order, and those at both ends by name."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd

from ..figures.figures import Figures, with_unit
from .drawing import INK, WIDTH, Spec, named_rows

ENDS = 8
"""Areas named at each end."""

GAIN, LOSS = "#1d5e9b", "#b35806"


def gains_spec(figures: Figures, column: str) -> Spec:
    """Specify the bar chart of the areas with the lowest and the highest ``change`` or ``change_per_head``."""
    bidders = figures.bidders.dropna(subset=[column])
    unit = figures.money if column == "change" else "£ per head"
    more = [f"grant {100 * share:.1f}% of the bid" for share in bidders["share"]]
    bars = pd.DataFrame({"name": bidders["name"], "value": bidders[column], "more": more})
    return ends_spec(bars, "Change against the bid, all years, " + unit, unit)


def ends_spec(bars: pd.DataFrame, what: str, unit: str) -> Spec:
    """Specify the bar chart of the areas at both ends of an order.

    Parameters
    ----------
    bars
        By code of area: name, value, more (the end of its tooltip).
    what
        What is drawn, with its unit.
    unit
        The unit.
    """
    areas = bars.sort_values("value", kind="stable")
    chosen = areas if len(areas) <= 2 * ENDS else pd.concat([areas.iloc[:ENDS], areas.iloc[-ENDS:]])
    twice = set(chosen["name"][chosen["name"].duplicated()])
    low, high = min(float(areas["value"].min()), 0.0), max(float(areas["value"].max()), 0.0)
    rows = [
        {
            "name": f"{row['name']} ({code})" if row["name"] in twice else row["name"],
            "v": float(row["value"]),
            "way": "less" if row["value"] < 0 else "more",
            "text": signed_value(float(row["value"])),
            "t": f"{row['name']}: {with_unit(signed_value(float(row['value'])), unit)}; {row['more']}.",
        }
        for code, row in chosen.iterrows()
    ]
    room = 0.3 * (high - low) or 1.0
    x = {
        "field": "v",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [low - (room if low < 0 else 0), high + (room if high > 0 else 0)], "nice": False},
        "axis": {"tickCount": 4},
    }
    several = len(areas) > 2 * ENDS
    ends = f"the {ENDS} lowest and the {ENDS} highest of {len(areas)} areas"
    return {
        "title": {
            "text": what,
            "fontSize": 13,
            "subtitle": textwrap.wrap(ends, WIDTH // 8) if several else [],
        },
        **named_rows(rows, 17),
        "layer": [
            {
                "mark": {"type": "bar", "height": 12},
                "encoding": {
                    "x": x,
                    "color": {
                        "field": "way",
                        "scale": {"domain": ["less", "more"], "range": [LOSS, GAIN]},
                        "legend": None,
                    },
                    "description": {"field": "t"},
                },
            },
            {
                "transform": [{"filter": "datum.v < 0"}],
                "mark": {"type": "text", "align": "right", "dx": -4, "color": INK},
                "encoding": {"x": x, "text": {"field": "text"}},
            },
            {
                "transform": [{"filter": "datum.v >= 0"}],
                "mark": {"type": "text", "align": "left", "dx": 4, "color": INK},
                "encoding": {"x": x, "text": {"field": "text"}},
            },
            {
                "data": {"values": [{"at": 0}]},
                "mark": {"type": "rule", "color": INK},
                "encoding": {"x": {"field": "at", "type": "quantitative"}, "y": None},
            },
        ],
    }


def signed_value(value: float) -> str:
    """Write a change with its sign, in a few digits."""
    if abs(value) < 0.05:
        return "0"
    return f"{value:+,.0f}" if abs(value) >= 100 else f"{value:+,.1f}"


def ranks_spec(figures: Figures, most: int) -> Spec:
    """Specify the bar chart of grants as percentages of bids, in order; neighbours are merged where they are many."""
    bidders = figures.bidders.sort_values(["share", "name"], kind="stable")
    group = np.arange(len(bidders)) * min(most, len(bidders)) // max(len(bidders), 1)
    rows = []
    for rank, (_, areas) in enumerate(bidders.groupby(group)):
        share = float(areas["grant"].sum() / areas["bid"].sum())
        who = str(areas["name"].iloc[0]) if len(areas) == 1 else f"{len(areas)} areas"
        rows.append({"x": rank, "x2": rank + 1, "v": 100 * share, "t": f"{who}: grant {100 * share:.1f}% of the bid."})
    return {
        "title": {"text": "Grant, % of the bid, every area in order", "fontSize": 13},
        "width": WIDTH - 50,
        "height": 120,
        "padding": 4,
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "rect", "color": GAIN, "stroke": "white", "strokeWidth": 0.3},
                "encoding": {
                    "x": {"field": "x", "type": "quantitative", "title": None, "axis": None, "scale": {"nice": False}},
                    "x2": {"field": "x2"},
                    "y": {"field": "v", "type": "quantitative", "title": None, "scale": {"zero": True}},
                    "y2": {"datum": 0},
                    "description": {"field": "t"},
                },
            },
            {
                "data": {"values": [{"at": 100, "label": "the bid"}]},
                "encoding": {"y": {"field": "at", "type": "quantitative"}},
                "layer": [
                    {"mark": {"type": "rule", "color": INK, "strokeDash": [5, 3]}},
                    {
                        "mark": {"type": "text", "align": "left", "dy": -7, "dx": 4},
                        "encoding": {"text": {"field": "label"}, "x": {"value": 0}},
                    },
                ],
            },
        ],
    }
