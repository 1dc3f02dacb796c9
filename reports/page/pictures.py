"""Charts of a report have one specification and one drawing each, for every width, in a page or as a file."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from singlepot.models.explanation.amounts import outcome_words
from singlepot.models.settlement.settlement import Settlement

from . import tables
from .drawings.drawing import Kind, Spec, draw, inline_svg
from .drawings.gains import gains_spec, ranks_spec
from .drawings.map import map_spec, measures
from .drawings.merit_order import ceiling, flat, merit_spec
from .drawings.sums import sums_spec
from .figures.cells import cells_of
from .figures.figures import Figures, figures_of
from .figures.merit_order import MeritOrder, merit_orders
from .table import Table

BARS = 130
"""Bars of the chart of all areas; neighbours are merged beyond that."""

LEAST_FLAT = 0.005
"""Share of all that can be added from which the bars without a height are explained."""

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
        The specification.
    table, note
        The figures of the chart, and a sentence below it.
    """

    key: str
    label: str
    spec: Spec
    table: Table | None = None
    note: str = ""

    @cached_property
    def svg(self) -> str:
        """SVG inside a page."""
        return inline_svg(self.spec, self.label)


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
    pictures = [sums_picture(figures), *orders, ranks_picture(figures), *gains_pictures(figures), *maps]
    return {f"{picture.key}.{kind}": draw(picture.spec, kind) for picture in pictures if picture}


def sums_picture(figures: Figures) -> Picture:
    """Return the bar charts of the two national sums."""
    label = "Bids and grants against the pot; proposed and agreed targets against the national ones"
    return Picture("sums", label, sums_spec(figures))


def merit_pictures(figures: Figures) -> Iterator[tuple[MeritOrder, Picture]]:
    """Return the merit-order curve of every need."""
    for order in merit_orders(figures):
        top = ceiling(order)
        cut = int((order.options["cost"] > top + 1e-9 * abs(top)).sum())
        many, bars = ("option costs", "its bar is") if cut == 1 else ("options cost", "their bars are")
        note = f"{cut} {many} more than {order.write_cost(top)}: {bars} broken by a white line. " if cut else ""
        last = order.write_cost(order.price)
        label = f"Who is best placed for {order.title}: {len(order.options)} options, the last unit needed {last}"
        none = flat(order)
        if none > LEAST_FLAT * float(order.options["outcome"].sum()):
            adds = outcome_words(none, none, order.unit)
            note += f"Options that can {order.verb} {adds} cost nothing or next to nothing: their bars have no height. "
        yield order, Picture(f"merit-{order.need}", label, merit_spec(order), tables.merit_table(figures, order), note)


def gains_pictures(figures: Figures) -> Iterator[Picture]:
    """Return the bar charts of the largest gains and losses."""
    for column, unit in (("change", figures.money), ("change_per_head", "£ per head")):
        if figures.bidders[column].notna().any():
            label = f"Areas with the lowest and highest change against the bid, {unit}"
            yield Picture(f"gains-{column}", label, gains_spec(figures, column))


def ranks_picture(figures: Figures) -> Picture | None:
    """Return the bar chart of every area's grant as a share of its bid; None where nobody bid."""
    if not len(figures.bidders):
        return None
    label = "Every area's grant as a percentage of its bid, in order"
    return Picture("ranks", label, ranks_spec(figures, BARS))


def map_pictures(figures: Figures, cells: pd.DataFrame, keys: Collection[str] = ()) -> Iterator[Picture]:
    """Return the hexagon tile map of every measure, or of those with these keys, where areas have hexagons."""
    for measure in measures(figures) if len(cells) else []:
        if keys and f"map-{measure.key}" not in keys:
            continue
        label = f"Hexagon map of {measure.title}; the table holds the figures"
        table = tables.measure_table(figures, measure) if len(figures.areas) <= MOST_MAPPED else None
        yield Picture(f"map-{measure.key}", label, map_spec(figures, cells, measure), table)
