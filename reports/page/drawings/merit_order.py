"""The merit-order curve draws an option as wide as what it can add and as high as its cost per unit."""

from __future__ import annotations

import textwrap

from singlepot.models.explanation.merit_order import CUTS

from ..figures.merit_order import MeritOrder
from .drawing import INK, LINE, REGIONS, Spec

MOST_BARS = 240
"""Bars of a wide chart; neighbours are merged beyond that."""

CUT_ABOVE = 2.5
"""Multiple of the price above which costs are cut off."""

BREAK = 0.93
"""Share of the height of a bar that is cut off at which a white line breaks it."""


def region_colours(regions: list[str]) -> dict[str, str]:
    """Give each region a colour; those beyond the palette share the last."""
    return {name: REGIONS[min(i, len(REGIONS) - 1)] for i, name in enumerate(sorted(set(regions)))}


def merit_spec(order: MeritOrder, colours: dict[str, str], width: int) -> Spec:
    """Specify the merit-order curve of one need."""
    bars = order.bars(MOST_BARS if width > 500 else MOST_BARS // 2)
    top = ceiling(order)
    bottom = max(min([0.0, *(bar["cost"] for bar in bars)]), -top)
    rows = [
        {
            "x": row["start"],
            "x2": row["end"],
            "u": row["used"],
            "y": min(max(row["cost"], bottom), top) * order.factor,
            "cut": not bottom <= row["cost"] <= top * (1 + 1e-9),
            "r": row["region"],
            "t": row["tip"],
        }
        for row in bars
    ]
    shown = [name for name in colours if name in {bar["region"] for bar in bars}]
    x = {
        "field": "x",
        "type": "quantitative",
        "title": f"What areas can {order.verb}, {order.unit}; the best placed first",
        "axis": {"grid": False, "tickCount": 6},
    }
    y = {
        "field": "y",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [bottom * order.factor, top * order.factor], "nice": False},
    }
    colour = {
        "field": "r",
        "type": "nominal",
        "scale": {"domain": shown, "range": [colours[name] for name in shown]},
        "legend": {"title": None, "orient": "bottom", "columns": 5 if width > 500 else 2, "symbolOpacity": 1},
    }
    base = {"x": x, "y": y, "y2": {"datum": 0}}
    label = f"the last {'£1' if order.need == CUTS else 'unit'} needed: {order.write_cost(order.price)}"
    early = order.stop_at < 0.5 * float(order.options["outcome"].sum())
    return {
        "title": {"text": order.title, "subtitle": textwrap.wrap(f"Height: {order.cost_axis}", width // 7)},
        "width": width - 60,
        "height": 230 if width > 500 else 200,
        "padding": 4,
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "rect", "opacity": 0.3},
                "encoding": {**base, "x2": {"field": "x2"}, "color": colour, "description": {"field": "t"}},
            },
            {
                "mark": {"type": "rect"},
                "encoding": {**base, "x2": {"field": "u"}, "color": colour, "description": {"field": "t"}},
            },
            {
                "transform": [{"filter": "datum.cut"}, {"calculate": f"{BREAK} * datum.y", "as": "gap"}],
                "mark": {"type": "rule", "color": "white", "strokeWidth": 3, "strokeDash": [3, 2]},
                "encoding": {"x": x, "x2": {"field": "x2"}, "y": {"field": "gap", "type": "quantitative"}},
            },
            {
                "data": {"values": [{"at": order.price * order.factor, "label": label}]},
                "encoding": {"y": {"field": "at", "type": "quantitative"}},
                "layer": [
                    {"mark": {"type": "rule", "color": INK, "strokeDash": [5, 3]}},
                    *_haloed({"align": "right", "dy": -8, "dx": -4}, {"x": {"value": width - 60}}),
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


def _haloed(mark: Spec, encoding: Spec) -> list[Spec]:
    """Specify text with a halo, readable on bars."""
    halo = {"type": "text", **mark, "stroke": "white", "strokeWidth": 4, "strokeOpacity": 0.9, "strokeJoin": "round"}
    text_encoding = {**encoding, "text": {"field": "label"}}
    return [
        {"mark": halo, "encoding": text_encoding},
        {"mark": {"type": "text", **mark, "color": INK, "fontWeight": "bold"}, "encoding": text_encoding},
    ]


def ceiling(order: MeritOrder) -> float:
    """Return the largest cost that is drawn whole."""
    most = float(order.options["cost"].max())
    return min(most, CUT_ABOVE * abs(order.price)) if order.price else max(most, 1e-9)
