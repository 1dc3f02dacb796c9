"""The report: one file that opens anywhere, with every picture in it, and a page for every area."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from singlepot.models.analysis.price_of_fairness import PriceOfFairness
from singlepot.models.settlement.settlement import Settlement

from . import tables
from .area_page import area_fragment
from .drawings.drawing import Spec, inline_svg
from .drawings.gains import gains_spec, ranks_spec
from .drawings.map import map_spec, measures
from .drawings.merit_order import ceiling, merit_spec, region_colours
from .drawings.sums import sums_spec
from .figures.cells import BY_HAND, cells_of
from .figures.figures import Figures, figures_of
from .figures.merit_order import MeritOrder, merit_orders
from .rules_tables import assumptions, rules_table, stages_table
from .table import Table, from_frame
from .templating import page
from .words import certificate_words, fairness_words, heading, illustrative, tiles

WIDE, NARROW = 720, 340
"""Widths of a picture, for a desk and for a telephone."""

HALF = 560
"""Width of a picture that has another beside it."""

BARS = 240
"""Bars of the picture of all areas; neighbours are merged beyond that."""

SUMS = "Bids and grants against the pot; proposed and agreed targets against the national ones"
"""What the first picture shows."""

TOGETHER = 40
"""Pages of areas that are packed together."""

MOST_MAPPED = 1000
"""Areas above which maps have no table each: the table of all areas holds their figures."""


class Log(Protocol):
    """A log for assurance, as a table."""

    @property
    def key(self) -> str:
        """What it is called in the page."""

    @property
    def title(self) -> str:
        """What it is called."""

    @property
    def about(self) -> str:
        """How to read it, in a sentence."""

    @property
    def table(self) -> pd.DataFrame:
        """Its rows."""


@dataclass(frozen=True)
class Picture:
    """A picture in two widths; the narrow one is empty where the wide one fits a telephone."""

    key: str
    label: str
    wide: str
    narrow: str = ""
    table: Table | None = None
    note: str = ""


def report_html(settlement: Settlement, price: PriceOfFairness, logs: Sequence[Log] = ()) -> str:
    """Return the report of a settlement: one file, no network.

    Parameters
    ----------
    settlement
        What was settled, or read back.
    price
        What fairness cost, from :func:`singlepot.price_fairness`.
    logs
        Logs for assurance, each shown as a table.

    Raises
    ------
    PagesNotInstalledError
        Without Jinja2 and vl-convert, which the extra ``report`` brings.
    """
    figures = figures_of(settlement)
    settings = settlement.scenario.settings
    cells = cells_of(settlement.scenario)
    return page(
        "report.html.j2",
        title=settings.title or "Settlement",
        illustrative=illustrative(figures),
        heading=heading(figures),
        tiles=tiles(figures, price),
        short=tables.short_table(figures) if len(settlement.national) else None,
        fairness_words=list(fairness_words(price)),
        certificate=certificate_words(figures),
        notes=settlement.certificate.notes,
        sums=both("sums", SUMS, lambda width: sums_spec(figures, width)),
        pot=tables.money_table(figures),
        national=tables.national_table(figures) if len(settlement.national) else None,
        kinds=tables.kinds_table(figures),
        asks=tables.asks_table(figures),
        asked=settlement.asks["area"].nunique(),
        orders=list(_orders(figures)),
        unranked=figures.best is None,
        silent=_silent(figures),
        gains=list(_gains(figures)),
        areas=tables.areas_table(figures),
        maps=list(_maps(figures, cells)),
        by_hand=sorted(cells["cell"][cells["placed"] == BY_HAND[0]]),
        moved=sorted(cells["cell"][cells["placed"] == BY_HAND[1]]),
        regions=_groups(figures, "regions", "By region", "Region", figures.by_region),
        deprivation=_groups(
            figures,
            "deprivation",
            f"By deprivation: fifths of the areas in the order of {figures.deprivation}",
            figures.deprivation,
            figures.by_deprivation,
        ),
        rules=rules_table(figures),
        stages=stages_table(figures),
        assumptions=list(assumptions(figures)),
        logs=[(log.title, log.about, from_frame(f"log-{log.key}", log.title, log.table)) for log in logs],
        provenance=settlement.provenance,
        chosen=list(zip(figures.areas.index, figures.areas["name"], strict=True)),
        packed=packed(figures),
    )


def packed(figures: Figures) -> str:
    """Return the pages of all areas as JSON for a script element: some together, each pack compressed."""
    codes = list(figures.areas.index)
    packs = []
    for start in range(0, len(codes), TOGETHER):
        fragments = {code: area_fragment(figures, code) for code in codes[start : start + TOGETHER]}
        content = json.dumps(fragments, ensure_ascii=False).encode()
        packs.append(base64.b64encode(gzip.compress(content, mtime=0)).decode())
    said = json.dumps({"codes": codes, "together": TOGETHER, "packs": packs})
    return said.replace("<", "\\u003c")


def both(
    key: str, label: str, spec: Callable[[int], Spec], table: Table | None = None, note: str = "", wide: int = WIDE
) -> Picture:
    """Draw a picture for a desk and for a telephone."""
    return Picture(key, label, inline_svg(spec(wide), label), inline_svg(spec(NARROW), label), table, note)


def _orders(figures: Figures) -> Iterator[tuple[Table, Picture]]:
    orders = merit_orders(figures)
    colours = region_colours([name for order in orders for name in order.options["region"]])
    for order in orders:
        top = ceiling(order)
        cut = int((order.options["cost"] > top * (1 + 1e-9)).sum())
        note = f"{cut} options cost more than {order.said_cost(top)} and are cut off there. " if cut else ""

        def spec(width: int, order: MeritOrder = order) -> Spec:
            return merit_spec(order, colours, width)

        last = order.said_cost(order.price)
        label = f"Merit order for {order.title}: {len(order.options)} options, the last unit needed {last}"
        picture = both(f"merit-{order.need}", label, spec, tables.merit_table(figures, order), note)
        yield tables.stops_table(figures, order), picture


def _silent(figures: Figures) -> list[tuple[str, int]]:
    """How many areas with a bid offered nothing for each objective."""
    if figures.best is None:
        return []
    names = figures.names
    return [(str(names[need]), len(areas)) for need, areas in figures.best.silent.items() if need in names and areas]


def _gains(figures: Figures) -> Iterator[Picture]:
    if not len(figures.bidders):
        return
    ranks = "Every area's grant as a percentage of its bid, in order"
    yield both("ranks", ranks, lambda width: ranks_spec(figures, width, BARS * width // WIDE))
    for column, what in (("change", figures.money), ("change_per_head", "£ per head")):
        if figures.bidders[column].notna().any():
            label = f"Areas with the lowest and highest change against the bid, {what}"

            def spec(width: int, column: str = column) -> Spec:
                return gains_spec(figures, column, width)

            yield both(f"gains-{column}", label, spec, wide=HALF)


def _maps(figures: Figures, cells: pd.DataFrame) -> Iterator[Picture]:
    for measure in measures(figures) if len(cells) else []:
        label = f"Hexagon map of {measure.title}; the table holds the figures"
        table = tables.measure_table(figures, measure) if len(figures.areas) <= MOST_MAPPED else None
        yield Picture(f"map-{measure.key}", label, inline_svg(map_spec(figures, cells, measure), label), "", table)


def _groups(figures: Figures, key: str, caption: str, heading: str, sums: pd.DataFrame) -> Table | None:
    return tables.groups_table(figures, key, caption, heading, sums) if len(sums) > 1 else None
