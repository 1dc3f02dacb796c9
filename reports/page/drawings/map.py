"""Hexagon tile maps show a measure in five numbered classes, readable without colour."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from singlepot.models.money import spoken

from ..figures.figures import Figures, records
from .drawing import Spec

CLASSES = 5
"""Classes of a measure, each with about as many areas."""

RADIUS = 11.0
"""Radius of a hexagon."""

SEQUENTIAL = ("#e7f1fa", "#b3d3ea", "#73aed6", "#3381bb", "#0d4f8b")
DIVERGING = ("#b35806", "#f1a340", "#f2f0f4", "#998ec3", "#542788")
"""Colours of ColorBrewer: blues, and orange to purple, which people who are colour-blind can tell apart."""

DARK = ("#0d4f8b", "#3381bb", "#b35806", "#542788")
"""Colours that take white figures."""

_HEXAGON = "M0,-1L0.866,-0.5L0.866,0.5L0,1L-0.866,0.5L-0.866,-0.5Z"


@dataclass(frozen=True, eq=False)
class Measure:
    """A measure of areas that is mapped.

    Attributes
    ----------
    key, title
        ``per_head``, ``change`` or ``uplift-OBJECTIVE``, and its title.
    values
        By code of area; percent or £ a head.
    percent
        Whether the values are percentages.
    """

    key: str
    title: str
    values: pd.Series[float]
    percent: bool

    def write(self, value: float) -> str:
        """Write a value for people."""
        if self.percent:
            return f"{value:+.1f}%" if round(value, 1) else "0.0%"
        return f"£{value:,.0f}"


def measures(figures: Figures) -> list[Measure]:
    """Return grant for each resident, change against the bid, and what is agreed above each proposal, in percent."""
    bidders = figures.bidders
    mapped = []
    if bidders["per_head"].notna().any():
        mapped.append(Measure("per_head", "Grant per head, all years, £", bidders["per_head"].dropna(), False))
    change = (100 * (bidders["share"] - 1)).dropna()
    mapped.append(Measure("change", "Grant against the bid, %", change, True))
    last = figures.last_targets
    for key in figures.names:
        rows = last[
            (last["objective"] == key) & last["area"].isin(figures.areas.index[figures.areas["type"] != "centre"])
        ]
        values = (100 * rows.set_index("area")["share"]).dropna()
        if len(values):
            name = figures.names[key]
            title = f"{name}: agreed against proposed, {figures.last_year}, %"
            mapped.append(Measure(f"uplift-{key}", title, values, True))
    return mapped


def map_spec(figures: Figures, cells: pd.DataFrame, measure: Measure) -> Spec:
    """Specify the hexagon tile map of one measure."""
    cells = cells.sort_values(["r", "q"], ascending=[False, True], kind="stable")  # the order of the arrow keys
    placed = cells[cells["area"].isin(measure.values.index)]
    values = placed["area"].map(measure.values).to_numpy(dtype=float)
    classes, labels, palette = classify(measure, values)
    kept = sorted(set(classes))
    rows = []
    for cell, value, group in zip(records(placed), values, classes, strict=True):
        rows.append(
            {
                "x": (cell["q"] + 0.5 * (cell["r"] % 2)) * math.sqrt(3),
                "y": cell["r"] * 1.5,
                "c": labels[group],
                "n": str(group + 1),
                "dark": palette[group] in DARK,
                "t": _tip(figures, measure, cell, float(value)),
            }
        )
    blank = cells[~cells["area"].isin(measure.values.index)]
    empty = [
        {"x": (c["q"] + 0.5 * (c["r"] % 2)) * math.sqrt(3), "y": c["r"] * 1.5, "t": f"{c['cell']}: no figure"}
        for c in records(blank)
    ]
    across = (cells["q"] + 0.5 * (cells["r"] % 2)) * math.sqrt(3)
    x_span, y_span = (across.min() - 1, across.max() + 1), (cells["r"].min() * 1.5 - 1.1, cells["r"].max() * 1.5 + 1.1)
    x = {
        "field": "x",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": list(x_span), "nice": False, "zero": False},
    }
    y = {
        "field": "y",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": list(y_span), "nice": False, "zero": False},
    }
    shape = {"type": "point", "shape": _HEXAGON, "size": (2 * RADIUS * 0.96) ** 2, "strokeWidth": 0.8}
    colour = {
        "field": "c",
        "type": "nominal",
        "scale": {"domain": [labels[k] for k in kept], "range": [palette[k] for k in kept]},
        "legend": {
            "title": None,
            "orient": "bottom",
            "columns": 2,
            "columnPadding": 30,
            "symbolType": _HEXAGON,
            "symbolSize": 200,
        },
    }
    return {
        "title": {"text": measure.title, "fontSize": 13},
        "width": round((x_span[1] - x_span[0]) * RADIUS),
        "height": round((y_span[1] - y_span[0]) * RADIUS),
        "padding": 2,
        "layer": [
            {
                "data": {"values": empty or [{"x": -99, "y": -99, "t": ""}]},
                "transform": [{"filter": "datum.x > -99"}],
                "mark": {**shape, "fill": "white", "stroke": "#b1b4b6", "strokeDash": [2, 2]},
                "encoding": {"x": x, "y": y, "description": {"field": "t"}},
            },
            {
                "data": {"values": rows},
                "encoding": {"x": x, "y": y},
                "layer": [
                    {
                        "mark": {**shape, "filled": True, "opacity": 1, "stroke": "#505a5f", "strokeWidth": 0.4},
                        "encoding": {"fill": colour, "description": {"field": "t"}},
                    },
                    {
                        "mark": {"type": "text", "fontSize": 9, "baseline": "middle"},
                        "encoding": {
                            "text": {"field": "n"},
                            "color": {"condition": {"test": "datum.dark", "value": "white"}, "value": "#0b0c0c"},
                        },
                    },
                ],
            },
        ],
    }


def _tip(figures: Figures, measure: Measure, cell: Mapping[str, Any], value: float) -> str:
    """Write what a hexagon is and its figure; where that is of money, the money too."""
    area = figures.area_records[cell["area"]]
    inside = "" if area["name"] == cell["cell"] else f" ({area['name']})"
    text = f"{cell['cell']}{inside}: {measure.write(value)}"
    if measure.key not in ("change", "per_head"):
        return text
    money = figures.settlement.scenario.settings.money
    text += f"; {spoken(area['grant'], money)} granted of {spoken(area['bid'], money)} bid"
    head = area["per_head"]
    return text if measure.key == "per_head" or head != head else f"{text}, £{head:,.0f} a head"


def classify(measure: Measure, values: np.ndarray) -> tuple[list[int], list[str], tuple[str, ...]]:
    """Put values into classes: the class of each value, the labels of the classes and their colours.

    Changes are in classes of equal width around no change where there are losers and gainers, else as other measures:
    classes of about as many areas, fewer where many are equal.
    """
    rounded = np.round(values, 1 if measure.percent else 0)
    if measure.percent and rounded.min() < 0 < rounded.max():
        largest = float(np.abs(rounded).max())
        edges = np.asarray([-largest, -largest / 2, -largest / 20, largest / 20, largest / 2, largest])
        palette: tuple[str, ...] = DIVERGING
    else:
        edges = np.unique(np.quantile(measure.values.to_numpy(dtype=float), np.linspace(0, 1, CLASSES + 1)))
        palette = SEQUENTIAL[::-1] if measure.percent and rounded.max() <= 0 else SEQUENTIAL
    if len(edges) < 2:
        edges = np.asarray([edges[0], edges[0]])
    count = len(edges) - 1
    group = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, count - 1)
    ends = [measure.write(float(edge)) for edge in edges]
    labels = [f"{k + 1}: {ends[k]} to {ends[k + 1]}" for k in range(count)]
    chosen = tuple(palette[round(k * (CLASSES - 1) / max(count - 1, 1))] for k in range(count))
    return [int(k) for k in group], labels, chosen
