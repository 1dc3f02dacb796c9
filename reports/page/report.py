"""The HTML report of a settlement is one file that needs no network, with every chart and a page for every area."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence

import pandas as pd

from singlepot.models.analysis.price_of_fairness import PriceOfFairness
from singlepot.models.natural_order import natural
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.plain_words import plain

from ..logs.logs import Log
from ..text.present_value import present_value_words
from ..text.summary import fairness_words
from . import tables
from .area_page import area_fragment
from .figures.cells import BY_HAND, cells_of
from .figures.figures import Figures, figures_of
from .pictures import gains_pictures, map_pictures, merit_pictures, sums_picture
from .rules_tables import assumption_words, rules_table, stages_table
from .table import Table, from_frame
from .templating import page
from .words import certificate_words, heading, illustrative, tiles, warning_words

PAGES_IN_A_PACK = 40
"""Pages of areas in one compressed pack."""


def report_html(settlement: Settlement, price: PriceOfFairness, logs: Sequence[Log] = ()) -> str:
    """Return the report of a settlement: one file, no network.

    Parameters
    ----------
    settlement
        The settlement, just made or read back.
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
        sums=sums_picture(figures),
        pot=tables.money_table(figures),
        present_value=present_value_words(settlement),
        national=tables.national_table(figures) if len(settlement.national) else None,
        kinds=tables.kinds_table(figures),
        asks=tables.asks_table(figures),
        asked=settlement.asks["area"].nunique(),
        orders=[(tables.stops_table(figures, order), picture) for order, picture in merit_pictures(figures)],
        unranked=figures.best is None,
        silent=_silent(figures),
        gains=list(gains_pictures(figures)),
        areas=tables.areas_table(figures),
        maps=list(map_pictures(figures, cells)),
        by_hand=sorted(cells["cell"][cells["placed"] == BY_HAND[0]]),
        moved=sorted(cells["cell"][cells["placed"] == BY_HAND[1]]),
        regions=_groups(figures, "regions", "By region", "Region", figures.by_region),
        deprivation=_groups(
            figures,
            "deprivation",
            f"Fifths of the areas by {plain(figures.deprivation)}, the lowest first",
            plain(figures.deprivation).capitalize(),
            figures.by_deprivation,
        ),
        rules=rules_table(figures),
        stages=stages_table(figures),
        assumptions=list(assumption_words(figures)),
        warnings=warning_words(figures),
        logs=[(log.title, log.about, from_frame(f"log-{log.key}", log.title, log.table)) for log in logs],
        provenance=settlement.provenance,
        chosen=sorted(zip(figures.areas.index, figures.areas["name"], strict=True), key=lambda area: natural(area[1])),
        packed=packed(figures),
    )


def packed(figures: Figures) -> str:
    """Return the pages of all areas as JSON for a script element, in compressed packs."""
    codes = list(figures.areas.index)
    packs = []
    for start in range(0, len(codes), PAGES_IN_A_PACK):
        fragments = {code: area_fragment(figures, code) for code in codes[start : start + PAGES_IN_A_PACK]}
        content = json.dumps(fragments, ensure_ascii=False).encode()
        packs.append(base64.b64encode(gzip.compress(content, mtime=0)).decode())
    return json.dumps({"codes": codes, "together": PAGES_IN_A_PACK, "packs": packs}).replace("<", "\\u003c")


def _silent(figures: Figures) -> list[tuple[str, int]]:
    """Count the areas with a bid that offered nothing for each objective."""
    if figures.best is None:
        return []
    names = figures.names
    return [(str(names[need]), len(areas)) for need, areas in figures.best.silent.items() if need in names and areas]


def _groups(figures: Figures, key: str, caption: str, heading: str, sums: pd.DataFrame) -> Table | None:
    return tables.groups_table(figures, key, caption, heading, sums) if len(sums) > 1 else None
