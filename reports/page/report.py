"""The HTML report of a settlement is one file that needs no network, with every chart and a page for every area."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd

from singlepot.models.analysis.price_of_convergence import PriceOfConvergence
from singlepot.models.analysis.price_of_fairness import PriceOfFairness
from singlepot.models.natural_order import natural
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.plain_words import WORDS, plain
from singlepot.scenarios.many.sweep import Sweep

from ..logs.logs import Log
from ..text.summary import fairness_words
from . import tables
from .answer import FIRST_MAP, answer
from .area_page import area_fragment
from .figures.cells import BY_HAND, cells_of
from .figures.figures import Figures, figures_of
from .levelling import levelling
from .many.tables import points_table
from .packing import packed_text
from .pictures import map_pictures, merit_pictures
from .recipients import recipients
from .rules_tables import assumption_words, rules_table, stages_table
from .slider import slider_of
from .table import Table, from_frame
from .templating import page
from .words import certificate_words, heading, illustrative, warning_words

PAGES_IN_A_PACK = 40
"""Pages of areas in one compressed pack."""


def report_html(
    settlement: Settlement,
    price: PriceOfFairness,
    logs: Sequence[Log] = (),
    sweep: Sweep | None = None,
    cost: PriceOfConvergence | None = None,
) -> str:
    """Return the report of a settlement: one file, no network.

    Parameters
    ----------
    settlement
        The settlement, just made or read back.
    price
        What fairness cost, from :func:`singlepot.price_fairness`.
    logs
        Logs for assurance, each shown as a table.
    sweep
        Points for a slider, which shows the first pages as they would be there.
    cost
        What convergence and inclusion cost, from :func:`singlepot.price_convergence`.

    Raises
    ------
    PagesNotInstalledError
        Without Jinja2 and vl-convert, which the extra ``report`` brings.
    """
    figures = figures_of(settlement)
    settings = settlement.scenario.settings
    cells = cells_of(settlement.scenario)
    maps = {picture.key: picture for picture in map_pictures(figures, cells)}
    return page(
        "report.html.j2",
        title=settings.title or "Settlement",
        illustrative=illustrative(figures),
        heading=heading(figures),
        **answer(figures),
        map=maps.pop(FIRST_MAP, None),
        slider=slider_of(sweep, links=True) if sweep else None,
        points=points_table(sweep) if sweep else None,
        **levelling(figures, cost),
        **recipients(figures),
        fairness_words=list(fairness_words(price)),
        certificate=certificate_words(figures),
        notes=settlement.certificate.notes,
        pot=tables.money_table(figures),
        national=tables.national_table(figures) if len(settlement.national) else None,
        kinds=tables.kinds_table(figures),
        asks=tables.asks_table(figures),
        asked=settlement.asks["area"].nunique(),
        orders=[(tables.stops_table(figures, order), picture) for order, picture in merit_pictures(figures)],
        unranked=figures.best is None,
        silent=_silent(figures),
        areas=tables.areas_table(figures),
        maps=list(maps.values()),
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
        words=WORDS,
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
        packs.append(packed_text(fragments))
    return json.dumps({"codes": codes, "together": PAGES_IN_A_PACK, "packs": packs}).replace("<", "\\u003c")


def _silent(figures: Figures) -> list[tuple[str, int]]:
    """Count the areas with a bid that offered nothing for each objective."""
    if figures.best is None:
        return []
    names = figures.names
    return [(str(names[need]), len(areas)) for need, areas in figures.best.silent.items() if need in names and areas]


def _groups(figures: Figures, key: str, caption: str, heading: str, sums: pd.DataFrame) -> Table | None:
    return tables.groups_table(figures, key, caption, heading, sums) if len(sums) > 1 else None
