"""Charts of a report have one specification each, drawn in two widths inside a page or as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import pandas as pd

from singlepot.models.settlement.settlement import Settlement

from . import tables
from .drawings.drawing import Kind, Spec, draw, inline_svg
from .drawings.gains import gains_spec, ranks_spec
from .drawings.map import map_spec, measures
from .drawings.merit_order import ceiling, merit_spec, region_colours
from .drawings.sums import sums_spec
from .figures.cells import cells_of
from .figures.figures import Figures, figures_of
from .figures.merit_order import MeritOrder, merit_orders
from .table import Table

WIDE, NARROW = 720, 340
"""Widths of a chart, for a desk and for a telephone."""

HALF = 560
"""Width of a chart that has another beside it."""

BARS = 240
"""Bars of the chart of all areas; neighbours are merged beyond that."""

MOST_MAPPED = 1000
"""Areas above which maps have no table each: the table of all areas holds their figures."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A chart with its label, table and note.

    Attributes
    ----------
    key, label
        Name of the chart, unique in the page, and what it shows in a sentence.
    spec
        Takes a width and returns the specification.
    table, note
        The figures of the chart, and a sentence below it.
    width
        Width for a desk.
    one_width
        Whether the chart for a desk fits a telephone too.
    """

    key: str
    label: str
    spec: Callable[[int], Spec]
    table: Table | None = None
    note: str = ""
    width: int = WIDE
    one_width: bool = False

    @cached_property
    def wide(self) -> str:
        """SVG for a desk."""
        return inline_svg(self.spec(self.width), self.label)

    @cached_property
    def narrow(self) -> str:
        """SVG for a telephone; empty where the one for a desk fits."""
        return "" if self.one_width else inline_svg(self.spec(NARROW), self.label)


def picture_files(settlement: Settlement, kind: Kind) -> dict[str, bytes]:
    """Return the charts of a settlement's report as files, by name.

    Parameters
    ----------
    settlement
        The settlement, just made or read back.
    kind
        ``svg`` or ``png``.

    Returns
    -------
    dict
        ``sums.svg``, ``merit-OBJECTIVE.svg`` and ``merit-cuts.svg``, ``ranks.svg``, ``gains-….svg``, and where the
        areas have hexagons ``map-….svg``.

    Raises
    ------
    PagesNotInstalledError
        Without vl-convert, which the extra ``report`` brings.
    """
    figures = figures_of(settlement)
    orders = (merit_picture for _, merit_picture in merit_pictures(figures))
    maps = map_pictures(figures, cells_of(settlement.scenario))
    pictures = [sums_picture(figures), *orders, *gains_pictures(figures), *maps]
    return {f"{picture.key}.{kind}": draw(picture.spec(WIDE), kind) for picture in pictures}


def sums_picture(figures: Figures) -> Picture:
    """Return the bar charts of the two national sums."""
    label = "Bids and grants against the pot; proposed and agreed targets against the national ones"
    return Picture("sums", label, partial(sums_spec, figures))


def merit_pictures(figures: Figures) -> Iterator[tuple[MeritOrder, Picture]]:
    """Return the merit-order curve of every need."""
    orders = merit_orders(figures)
    colours = region_colours([name for order in orders for name in order.options["region"]])
    for order in orders:
        top = ceiling(order)
        cut = int((order.options["cost"] > top + 1e-9 * abs(top)).sum())
        many, bars = ("option costs", "its bar is") if cut == 1 else ("options cost", "their bars are")
        note = f"{cut} {many} more than {order.write_cost(top)}: {bars} broken by a white line. " if cut else ""
        last = order.write_cost(order.price)
        label = f"Merit order for {order.title}: {len(order.options)} options, the last unit needed {last}"
        spec = partial(merit_spec, order, colours)
        yield order, Picture(f"merit-{order.need}", label, spec, tables.merit_table(figures, order), note)


def gains_pictures(figures: Figures) -> Iterator[Picture]:
    """Return the bar charts of every area's grant and of the largest gains and losses."""
    if not len(figures.bidders):
        return
    ranks = "Every area's grant as a percentage of its bid, in order"
    yield Picture("ranks", ranks, lambda width: ranks_spec(figures, width, BARS * width // WIDE))
    for column, unit in (("change", figures.money), ("change_per_head", "£ per head")):
        if figures.bidders[column].notna().any():
            label = f"Areas with the lowest and highest change against the bid, {unit}"
            yield Picture(f"gains-{column}", label, partial(gains_spec, figures, column), width=HALF)


def map_pictures(figures: Figures, cells: pd.DataFrame) -> Iterator[Picture]:
    """Return the hexagon tile map of every measure, where areas have hexagons."""
    for measure in measures(figures) if len(cells) else []:
        label = f"Hexagon map of {measure.title}; the table holds the figures"
        table = tables.measure_table(figures, measure) if len(figures.areas) <= MOST_MAPPED else None
        spec = _at_any_width(map_spec(figures, cells, measure))
        yield Picture(f"map-{measure.key}", label, spec, table, one_width=True)


def _at_any_width(spec: Spec) -> Callable[[int], Spec]:
    return lambda _: spec
