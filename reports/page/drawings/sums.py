"""Bar charts set money against the pot, and outcomes against the national targets, before and after."""

from __future__ import annotations

from singlepot.models.money import spoken
from singlepot.models.tables.plain_words import plain
from singlepot.reports.text.lines import number
from singlepot.reports.text.story import last_national

from ..figures.figures import Figures, records
from .drawing import INK, LINE, WIDTH, Spec, paired_bars

BAR = 17
"""Height of a bar."""

INSIDE = 0.2
"""Share of the longest bar from which a bar has room for its figure."""


def sums_spec(figures: Figures) -> Spec:
    """Specify bids and grants as shares of the pot, and targets as shares of the national ones."""
    money, outcomes = _money_rows(figures), _outcome_rows(figures)
    most = max([100.0, *(row["share"] for row in (*money, *outcomes))])
    panels = [_panel(outcomes, "Outcomes, % of the national target (line)", most)] if outcomes else []
    if money or not outcomes:
        panels.insert(0, _panel(money, "Money, % of the pot (line)", most))
    return {"vconcat": panels, "spacing": 20, "padding": 4}


def _money_rows(figures: Figures) -> list[Spec]:
    settlement = figures.settlement
    money = settlement.scenario.settings.money
    bids = settlement.grants.groupby("envelope")[["bid", "grant"]].sum()
    pots = settlement.pot.groupby("envelope", sort=False)["amount"].sum()
    rows = []
    for envelope, pot in pots.items():
        if pot <= 0 or envelope not in bids.index:
            continue
        label = "All years" if len(pots) == 1 else plain(str(envelope))
        for kind, column in (("bids", "bid"), ("grants", "grant")):
            amount = float(bids[column].to_dict()[envelope])
            rows.append(_row(label, kind, amount / pot, spoken(amount, money), f"pot {spoken(pot, money)}"))
    return rows


def _outcome_rows(figures: Figures) -> list[Spec]:
    rows = []
    for row in records(last_national(figures.settlement.national)):
        name = str(figures.names[row["objective"]])
        label = name if row["year"] == figures.last_year else f"{name} {row['year']}"
        unit = figures.units[row["objective"]]
        for kind in ("proposed", "agreed"):
            amount = f"{number(row[kind])} {unit}"
            rows.append(_row(label, kind, row[kind] / row["target"], amount, f"target {number(row['target'])}"))
    return rows


def _row(label: str, kind: str, share: float, amount: str, against: str) -> Spec:
    when = "before" if kind in ("bids", "proposed") else "after"
    return {
        "label": label,
        "when": when,
        "share": 100 * share,
        "text": f"{100 * share:.1f}%",
        "tip": f"{label}, {kind}: {amount}, {100 * share:.1f}% of the {against}.",
    }


def _panel(rows: list[Spec], title: str, most: float) -> Spec:
    label_width = 110
    encoding, colour = paired_bars(rows, label_width, {"labelExpr": _LEGEND, "columns": 1})
    x = {"field": "share", "type": "quantitative", "title": None, "scale": {"domain": [0, most * 1.04], "nice": False}}
    return {
        "title": {"text": title, "fontSize": 13, "offset": 6},
        "width": WIDTH - 40 - label_width,
        "height": {"step": BAR},
        "data": {"values": rows},
        "encoding": encoding,
        "layer": [
            {
                "mark": {"type": "bar", "height": BAR - 3},
                "encoding": {"x": x, "color": colour, "description": {"field": "tip"}},
            },
            {
                "transform": [{"filter": f"datum.share >= {INSIDE * most}"}],
                "mark": {"type": "text", "align": "left", "dx": 5},
                "encoding": {
                    "x": {"value": 0},
                    "text": {"field": "text"},
                    "color": {"condition": {"test": "datum.when == 'after'", "value": "white"}, "value": INK},
                },
            },
            {
                "transform": [{"filter": f"datum.share < {INSIDE * most}"}],
                "mark": {"type": "text", "align": "left", "dx": 5},
                "encoding": {"x": x, "text": {"field": "text"}},
            },
            {
                "data": {"values": [{"at": 100}]},
                "mark": {"type": "rule", "color": LINE, "strokeWidth": 2},
                "encoding": {"x": {"field": "at", "type": "quantitative"}, "y": None, "yOffset": None},
            },
        ],
    }


_LEGEND = "datum.label == 'before' ? 'before: bid or proposed' : 'after: granted or agreed'"
