"""Bar charts of an area show bid and grant by year, and proposed and agreed targets."""

from __future__ import annotations

from singlepot.models.money import spoken
from singlepot.reports.text.lines import number

from ..figures.figures import Figures, records
from .drawing import WIDTH, Spec, paired_bars


def area_specs(figures: Figures, code: str) -> list[Spec]:
    """Specify the charts of one area: its money, and its targets; none of what it neither bid nor proposed."""
    settlement = figures.settlement
    money = settlement.scenario.settings.money
    grants = settlement.grants[settlement.grants["area"] == code].groupby("year")[["bid", "grant"]].sum()
    panels = []
    if len(grants) and grants["bid"].sum() > 0:
        rows = [
            _row(str(year), when, float(row[column]), spoken(float(row[column]), money))
            for year, row in grants.iterrows()
            for when, column in (("before", "bid"), ("after", "grant"))
        ]
        panels.append(_panel(rows, f"Money by year, {figures.money}"))
    last = figures.last_targets
    targets = last[(last["area"] == code) & (last["proposed"] > 0)]
    if len(targets):
        rows = [
            _row(figures.names[row["objective"]], when, 100 * row[column] / row["proposed"], number(row[column]))
            for row in records(targets)
            for when, column in (("before", "proposed"), ("after", "agreed"))
        ]
        panels.append(_panel(rows, f"Targets of {figures.last_year}, % of yours"))
    return panels


def _row(label: str, when: str, value: float, amount: str) -> Spec:
    return {"label": label, "when": when, "v": value, "text": amount, "t": f"{label}, {when}: {amount}"}


def _panel(rows: list[Spec], title: str) -> Spec:
    legend = {"labelExpr": "datum.label == 'before' ? 'your bid' : 'the settlement'"}
    encoding, colour = paired_bars(rows, 110, legend)
    x = {
        "field": "v",
        "type": "quantitative",
        "title": None,
        "axis": {"tickCount": 5},
        "scale": {"nice": False, "domain": [0, 1.3 * max(*(row["v"] for row in rows), 1e-9)]},
    }
    return {
        "title": {"text": title, "fontSize": 13, "offset": 4},
        "padding": 4,
        "width": WIDTH - 150,
        "height": {"step": 13},
        "data": {"values": rows},
        "encoding": encoding,
        "layer": [
            {
                "mark": {"type": "bar", "height": 11},
                "encoding": {"x": x, "color": colour, "description": {"field": "t"}},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 11},
                "encoding": {"x": x, "text": {"field": "text"}},
            },
        ],
    }
