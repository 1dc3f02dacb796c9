"""Marks of every chart are as long and as high as their numbers: read from the SVG, compared with the settlement."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from xml.etree import ElementTree

import pandas as pd
import pytest

import singlepot as sp
from singlepot.reports.page.drawings.area import area_specs
from singlepot.reports.page.drawings.drawing import inline_svg
from singlepot.reports.page.drawings.merit_order import CUT_ABOVE, UNUSED_REGION
from singlepot.reports.page.figures.cells import cells_of
from singlepot.reports.page.figures.figures import figures_of
from singlepot.reports.page.pictures import (
    Picture,
    gains_pictures,
    map_pictures,
    merit_pictures,
    ranks_picture,
    sums_picture,
)

from ...strategies import scenario, seeded

PIXEL = 0.16
"""Units of a drawing by which a side is off: both its ends are written to one decimal."""

NUMBER = r"(-?[\d.]+(?:e-?\d+)?)"
RECT = re.compile(f"M{NUMBER},{NUMBER}h{NUMBER}v{NUMBER}h")


@dataclass(frozen=True)
class Mark:
    """A bar: its tooltip, place, width (rightwards) and height (downwards), and how opaque it is."""

    tip: str
    x: float
    y: float
    width: float
    height: float
    pale: bool

    @property
    def name(self) -> str:
        return self.tip.partition(": ")[0]


def bars(svg: str, *, regions: bool = False) -> list[Mark]:
    """The bars of a chart, which all are paths of one panel each; or those of the rows of regions below."""
    marks = []
    for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}path"):
        if (element.get("fill") == UNUSED_REGION) is not regions:
            continue
        if tip := element.get("data-tip"):
            path = RECT.match(element.get("d", ""))
            assert path, element.get("d")
            marks.append(Mark(tip, *map(float, path.groups()), element.get("opacity") == "0.3"))
    return marks


def check_proportional(sides: list[float], values: list[float], rounding: float = 0.0) -> None:
    """Every side is its number, which may be rounded, times one factor, the one that the longest sets."""
    longest = max(range(len(sides)), key=lambda i: abs(values[i]), default=0)
    if not sides or not values[longest]:
        assert max(map(abs, sides), default=0.0) <= PIXEL
        return
    factor = sides[longest] / values[longest]
    assert abs(sides[longest]) > 20 * PIXEL, "a chart of marks that cannot be seen"
    for side, value in zip(sides, values, strict=True):
        assert side == pytest.approx(
            factor * value, abs=(PIXEL + rounding * factor) * (1 + abs(value / values[longest]))
        )


@dataclass(frozen=True)
class Charts:
    """A settlement, and its charts by key."""

    settlement: sp.Settlement
    pictures: dict[str, Picture]

    @property
    def names(self) -> dict[str, str]:
        areas = self.settlement.scenario.filled("areas")
        return dict(zip(areas["code"], areas["name"], strict=True))

    def by_area(self) -> pd.DataFrame:
        sums = self.settlement.grants.groupby("area")[["bid", "grant", "change"]].sum()
        return sums[sums["bid"] > 0].assign(name=lambda table: [self.names[code] for code in table.index])


def outlier() -> sp.Scenario:
    """Five areas, one of which loses far more than the others; cuts of very different costs."""
    areas = [f"Area {n}" for n in range(1, 6)]
    return sp.Scenario.from_tables(
        years=["2026-27"],
        areas=pd.DataFrame({"code": [f"A{n}" for n in range(1, 6)], "name": areas, "population": 1000}),
        objectives=pd.DataFrame({"key": ["jobs"], "name": ["Jobs"], "unit": ["jobs"]}),
        national=pd.DataFrame({"objective": ["jobs"], "year": ["2026-27"], "target": [500.0]}),
        bids=pd.DataFrame({"area": [f"A{n}" for n in range(1, 6)], "year": "2026-27", "amount": [400.0, 5, 5, 5, 5]}),
        pot=pd.DataFrame({"year": ["2026-27"], "amount": [300.0]}),
        targets=pd.DataFrame({"area": ["A1"], "objective": "jobs", "year": "2026-27", "target": [400.0]}),
        options=pd.DataFrame({"area": ["A1", "A2", "A3", "A4"], "option": "more"}),
        option_years=pd.DataFrame(
            {
                "area": ["A1", "A2", "A3", "A4"],
                "option": "more",
                "year": "2026-27",
                "grant": [1.0, 2.0, 90.0, 900.0],
                "jobs": [40.0] * 4,
            }
        ),
    )


def of(made: sp.Scenario) -> Charts:
    settlement = sp.settle(made)
    figures = figures_of(settlement)
    drawn = [
        sums_picture(figures),
        *(picture for _, picture in merit_pictures(figures)),
        *filter(None, [ranks_picture(figures)]),
        *gains_pictures(figures),
        *map_pictures(figures, cells_of(made)),
    ]
    return Charts(settlement, {picture.key: picture for picture in drawn})


@cache
def charts(name: str) -> Charts:
    if name == "outlier":
        return of(outlier())
    return of(scenario(seeded(int(name))) if name.isdecimal() else sp.read_scenario(name))


DRAWN = ["bucks-and-burnley", "england", "outlier", "2", "3", "5", "7"]
"""Scenarios whose charts are read: shipped ones, one of extremes, and seeds."""


def drawings(drawn: Charts, start: str) -> Iterator[tuple[str, str]]:
    """Key and SVG of the charts whose key begins so."""
    yield from ((key, picture.svg) for key, picture in drawn.pictures.items() if key.startswith(start))


@pytest.mark.parametrize("name", DRAWN)
def test_bars_of_the_two_sums_are_their_shares(name: str) -> None:
    """Money against its pot, outcomes against the national targets."""
    for _, svg in drawings(charts(name), "sums"):
        marks = bars(svg)
        shares = [float(re.findall(r"([\d.]+)% of the", mark.tip)[0]) for mark in marks]
        money = [("pot £" in mark.tip) for mark in marks]
        for panel in (True, False):
            chosen = [i for i in range(len(marks)) if money[i] is panel]
            check_proportional([marks[i].width for i in chosen], [shares[i] for i in chosen], rounding=0.05)
        pot, sums = charts(name).settlement.pot, charts(name).settlement.grants
        if pot["envelope"].nunique() == 1 and pot["amount"].sum() > 0:
            expected = [100 * sums[column].sum() / pot["amount"].sum() for column in ("bid", "grant")]
            assert [shares[i] for i in range(len(marks)) if money[i]] == pytest.approx(expected, abs=0.051)


@pytest.mark.parametrize("name", DRAWN)
def test_bars_of_change_are_their_gains_and_losses(name: str) -> None:
    """None is cut off: the longest is as many times as long as the next as its number is larger."""
    areas = charts(name).by_area()
    once = {text for text, times in Counter(areas["name"]).items() if times == 1}
    for key, svg in drawings(charts(name), "gains-change"):
        people = charts(name).settlement.scenario.filled("areas").set_index("code")["population"]
        unit = {"GBP": 1, "GBP thousand": 1e3, "GBP million": 1e6}[charts(name).settlement.scenario.settings.money]
        value = areas["change"] if key == "gains-change" else areas["change"] * unit / people.reindex(areas.index)
        of_name = dict(zip(areas["name"], value, strict=True))
        marks = [mark for mark in bars(svg) if mark.name in once]
        check_proportional([mark.width for mark in marks], [abs(of_name[mark.name]) for mark in marks])
        ends = {of_name[mark.name] < 0: mark.x + mark.width * (of_name[mark.name] < 0) for mark in marks}
        for mark in marks:
            zero = mark.x + mark.width * (of_name[mark.name] < 0)
            assert zero == pytest.approx(next(iter(ends.values())), abs=2 * PIXEL), "losses end where gains begin"


@pytest.mark.parametrize("name", DRAWN)
def test_bars_of_all_areas_are_their_shares_of_the_bid(name: str) -> None:
    areas = charts(name).by_area().assign(share=lambda table: table["grant"] / table["bid"])
    for _, svg in drawings(charts(name), "ranks"):
        marks = bars(svg)
        shares = sorted(areas["share"])
        if len(marks) == len(areas):
            check_proportional([mark.height for mark in sorted(marks, key=lambda mark: mark.x)], shares)
        assert len(marks) == len(areas) or len(areas) > 100


@pytest.mark.parametrize("name", DRAWN)
def test_bars_of_a_merit_order_are_as_wide_as_the_outcome_and_as_high_as_the_cost(name: str) -> None:
    """Except where costs are cut off: each such bar is as high as the chart and is broken by a line."""
    table = charts(name).settlement.best_placed.table
    for key, svg in drawings(charts(name), "merit-"):
        options = table[(table["need"] == key.removeprefix("merit-")) & (table["outcome"] > 0)]
        marks = [mark for mark in bars(svg) if mark.pale]
        if len(marks) != len(options):
            assert len(options) > len(marks) >= 50, "only where there are many, neighbours are merged"
            continue
        check_proportional([mark.width for mark in marks], options["outcome"].tolist())
        price = abs(float(options["price"].iloc[0]))
        cut = options["cost"].abs().gt(CUT_ABOVE * price * (1 + 1e-9)).to_numpy() if price else [False] * len(options)
        assert svg.count('stroke-dasharray="3,2"') == sum(cut), "every bar that is cut off is broken by a line"
        assert (name, key) != ("outlier", "merit-jobs") or sum(cut) == 1
        shown = [i for i in range(len(marks)) if not cut[i]]
        check_proportional([marks[i].height for i in shown], [abs(options["cost"].iloc[i]) for i in shown])
        used = {mark.tip: mark.width for mark in bars(svg) if not mark.pale}
        for mark, share in zip(marks, options["taken"], strict=True):
            assert used.get(mark.tip, 0.0) == pytest.approx(mark.width * share, abs=2 * PIXEL)


@pytest.mark.parametrize("name", DRAWN)
def test_rows_of_regions_repeat_the_bars_each_in_the_row_of_its_region(name: str) -> None:
    """A bar stands below itself, as wide as it is; bars of one region have one height on the page, others another."""
    regions = charts(name).settlement.scenario.filled("areas").set_index("name")["region"]
    seen = 0
    for _, svg in drawings(charts(name), "merit-"):
        above, below = [mark for mark in bars(svg) if mark.pale], bars(svg, regions=True)
        assert [mark.tip for mark in above] == [mark.tip for mark in below]
        for one, other in zip(above, below, strict=True):
            assert (one.x, one.width) == pytest.approx((other.x, other.width), abs=2 * PIXEL)
        rows: dict[str, set[float]] = {}
        for mark in below:
            if mark.name in regions.index and isinstance(regions[mark.name], str):
                rows.setdefault(regions[mark.name], set()).add(mark.y)
        assert all(len(heights) == 1 for heights in rows.values())
        assert len({min(heights) for heights in rows.values()}) == len(rows)
        seen += len(below)
    assert seen


@pytest.mark.parametrize("name", DRAWN)
def test_bars_of_an_areas_page_are_its_money_and_targets(name: str) -> None:
    settlement = charts(name).settlement
    figures = figures_of(settlement)
    for code, rows in list(settlement.grants.groupby("area"))[:12]:
        svgs = [inline_svg(spec, "area") for spec in area_specs(figures, str(code))]
        years = rows.groupby("year")[["bid", "grant"]].sum()
        marks = [mark for svg in svgs for mark in bars(svg) if mark.name.partition(",")[0] in years.index]
        values = [
            years.loc[mark.name.partition(",")[0], "bid" if ", before" in mark.tip else "grant"] for mark in marks
        ]
        assert len(marks) in (0, 2 * len(years))
        check_proportional([mark.width for mark in marks], [float(value) for value in values])


def test_colours_of_a_map_are_in_the_order_of_its_numbers() -> None:
    """Whoever has a higher class has no lower number; equal classes have one colour."""
    maps = 0
    for _, svg in drawings(charts("england"), "map-"):
        fills: dict[str, list[float]] = {}
        for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}path"):
            tip = element.get("data-tip", "")
            if tip and "no figure" not in tip and element.get("fill", "none") not in ("none", "white"):
                number = float(re.sub(r"[£,%+]", "", tip.rpartition(": ")[2].partition(";")[0]).replace("−", "-"))
                fills.setdefault(element.get("fill", ""), []).append(number)
        ranges = sorted((min(values), max(values)) for values in fills.values())
        assert len(ranges) > 1
        for (_, high), (low, _) in pairwise(ranges):
            assert high <= low + 0.1 * (high < 100) + 1.0 * (high >= 100)
        maps += 1
    assert maps >= 3


def test_no_chart_was_without_marks() -> None:
    """So that the tests above compared something: each kind of chart is there, with bars."""
    seen = Counter(key.partition("-")[0] for name in DRAWN for key in charts(name).pictures)
    assert min(seen[kind] for kind in ("sums", "merit", "ranks", "gains")) >= 5
    assert all(bars(p.svg) for name in DRAWN for key, p in charts(name).pictures.items() if not key.startswith("map"))
    assert math.isfinite(sum(mark.width for mark in bars(charts("england").pictures["ranks"].svg)))
