"""The merit-order curve draws an option as wide as what it can add and as high as its cost per unit."""

from __future__ import annotations

import textwrap
from typing import Any

from singlepot.models.explanation.merit_order import CUTS

from ..figures.merit_order import MeritOrder
from .drawing import AFTER, INK, LINE, WIDTH, Spec

MOST_BARS = 140
"""Bars of a chart; neighbours are merged beyond that."""

CUT_ABOVE = 2.5
"""Multiple of the price above which costs are cut off."""

BREAK = 0.93
"""Share of the height of a bar that is cut off at which a white line breaks it."""

FLAT = 0.004
"""Share of the height of the chart below which a bar has no height that can be seen."""

NAMED = 4
"""Areas that are named at their bars: the last that is used, and those that are used most."""

LABELS = 96
"""Width of the names of regions, and of the numbers of the axis above them."""

USED_REGION, UNUSED_REGION = "#0b3c5d", "#c3ccd2"
"""Colours of what is used and what is not in the rows of regions."""


def merit_spec(order: MeritOrder) -> Spec:
    """Specify the merit-order curve of one need: bars by cost, and below them a row for each region."""
    bars = order.bars(MOST_BARS)
    x: Spec = {
        "field": "x",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, bars[-1]["end"] if bars else 1], "nice": False},
    }
    panels = [_curve(order, bars, x), _regions(bars, x)]
    what = textwrap.wrap(f"Across: what areas can {order.verb}, {order.unit}; the best placed first", WIDTH // 7)
    title = {"text": order.title, "subtitle": [*textwrap.wrap(f"Height: {order.cost_axis}", WIDTH // 7), *what]}
    return {"title": title, "vconcat": panels, "spacing": 8, "padding": 4}


def _curve(order: MeritOrder, bars: list[dict[str, Any]], x: Spec) -> Spec:
    """Specify the bars, the names at those that matter, the price and the place where the options end."""
    bottom, top = limits(order)
    rows = [
        {
            "x": row["start"],
            "x2": row["end"],
            "u": row["used"],
            "y": min(max(row["cost"], bottom), top) * order.factor,
            "cut": not bottom <= row["cost"] <= top * (1 + 1e-9),
            "t": row["tip"],
        }
        for row in bars
    ]
    axis = {"grid": False, "tickCount": 4, "minExtent": LABELS, "maxExtent": LABELS}
    domain = [bottom * order.factor, top * order.factor]
    y = {"field": "y", "type": "quantitative", "title": None, "axis": axis, "scale": {"domain": domain, "nice": False}}
    base = {"x": {**x, "axis": {"grid": False, "tickCount": 4}}, "y": y, "y2": {"datum": 0}}
    label = f"the last {'£1' if order.need == CUTS else 'unit'} needed: {order.write_cost(order.price)}"
    early = order.stop_at < 0.5 * float(order.options["outcome"].sum())
    return {
        "width": WIDTH - LABELS - 20,
        "height": 210,
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "rect", "opacity": 0.3, "color": AFTER},
                "encoding": {**base, "x2": {"field": "x2"}, "description": {"field": "t"}},
            },
            {
                "mark": {"type": "rect", "color": AFTER},
                "encoding": {**base, "x2": {"field": "u"}, "description": {"field": "t"}},
            },
            {
                "transform": [{"filter": "datum.cut"}, {"calculate": f"{BREAK} * datum.y", "as": "gap"}],
                "mark": {"type": "rule", "color": "white", "strokeWidth": 3, "strokeDash": [3, 2]},
                "encoding": {"x": x, "x2": {"field": "x2"}, "y": {"field": "gap", "type": "quantitative"}},
            },
            *_names(order, bottom, top),
            {
                "data": {"values": [{"at": order.price * order.factor, "label": label}]},
                "encoding": {"y": {"field": "at", "type": "quantitative"}},
                "layer": [
                    {"mark": {"type": "rule", "color": INK, "strokeDash": [5, 3]}},
                    *_haloed({"align": "right", "dy": -8, "dx": -4}, {"x": {"value": WIDTH - LABELS - 20}}),
                ],
            },
            {
                "data": {"values": [{"at": order.stop_at, "label": "the nation stopped here"}]},
                "encoding": {"x": {"field": "at", "type": "quantitative"}},
                "layer": [
                    {"mark": {"type": "rule", "color": LINE, "strokeWidth": 2}},
                    *_haloed({"align": "left" if early else "right", "dx": 6 if early else -6}, {"y": {"value": 8}}),
                ],
            },
        ],
    }


def _names(order: MeritOrder, bottom: float, top: float) -> list[Spec]:
    """Specify the names of the areas that matter, each on a line of its own with a leader to its bar."""
    named, whole = order.named(NAMED), float(order.options["outcome"].sum())
    span, layers = (top - bottom) * order.factor, []
    for line, row in enumerate(named):
        height = min(max(row["cost"], bottom), top) * order.factor
        value = {"x": row["middle"], "y": height, "y2": top * order.factor - span * (0.14 + 0.085 * line)}
        late = row["middle"] > 0.55 * whole
        place: Spec = {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y2", "type": "quantitative"}}
        mark = {"align": "right" if late else "left", "dx": -3 if late else 3, "dy": 3, "limit": 170}
        layers.append(
            {
                "data": {"values": [value | {"label": row["name"]}]},
                "encoding": place,
                "layer": [
                    {"mark": {"type": "rule", "color": INK, "strokeWidth": 0.7}, "encoding": {"y2": {"field": "y"}}},
                    *_haloed(mark, {}, weight="normal"),
                ],
            }
        )
    return layers


def _regions(bars: list[dict[str, Any]], x: Spec) -> Spec:
    """Specify a row for each region that shows which bars are its own, so that place tells them apart and no colour."""
    rows = [{"x": b["start"], "x2": b["end"], "u": b["used"], "r": b["region"], "t": b["tip"]} for b in bars]
    axis = {"labelLimit": LABELS - 4, "ticks": False, "domain": False, "minExtent": LABELS, "maxExtent": LABELS}
    y = {"field": "r", "type": "nominal", "sort": sorted({b["region"] for b in bars}), "title": None, "axis": axis}
    base = {"x": {**x, "axis": None}, "y": y}
    return {
        "width": WIDTH - LABELS - 20,
        "height": {"step": 14},
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "bar", "color": UNUSED_REGION, "height": 10},
                "encoding": {**base, "x2": {"field": "x2"}, "description": {"field": "t"}},
            },
            {
                "transform": [{"filter": "datum.u > datum.x"}],
                "mark": {"type": "bar", "color": USED_REGION, "height": 10, "aria": False},
                "encoding": {**base, "x2": {"field": "u"}},
            },
        ],
    }


def _haloed(mark: Spec, encoding: Spec, weight: str = "bold") -> list[Spec]:
    """Specify text with a halo, readable on bars."""
    halo = {"type": "text", **mark, "stroke": "white", "strokeWidth": 4, "strokeOpacity": 0.9, "strokeJoin": "round"}
    text_encoding = {**encoding, "text": {"field": "label"}}
    return [
        {"mark": halo, "encoding": text_encoding},
        {"mark": {"type": "text", **mark, "color": INK, "fontWeight": weight}, "encoding": text_encoding},
    ]


def limits(order: MeritOrder) -> tuple[float, float]:
    """Return the lowest and the highest cost that are drawn whole."""
    top = ceiling(order)
    return max(min(0.0, float(order.options["cost"].min())), -top), top


def ceiling(order: MeritOrder) -> float:
    """Return the largest cost that is drawn whole."""
    most = float(order.options["cost"].max())
    return min(most, CUT_ABOVE * abs(order.price)) if order.price else max(most, 1e-9)


def flat(order: MeritOrder) -> float:
    """Return how much the options can add whose bars have no height."""
    low, high = limits(order)
    options = order.options
    return float(options["outcome"][options["cost"].abs() < FLAT * (high - low)].sum())
