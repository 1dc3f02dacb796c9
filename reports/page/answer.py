"""The answer is what the first two pages of a report show: the story, money, shortfalls, gains and losses, the map."""

from __future__ import annotations

from typing import Any

from ..text.present_value import present_value_words
from ..text.story import story
from . import tables
from .figures.cells import cells_of
from .figures.figures import Figures
from .pictures import Picture, gains_pictures, map_pictures, ranks_picture, sums_picture
from .words import tiles

FIRST_MAP = "map-change"
"""The map of the first pages."""


def answer(figures: Figures, *, links: bool = True) -> dict[str, Any]:
    """Collect the values of the template of the first pages, but for the map, with links to the pages of areas."""
    return {
        "story": story(figures.settlement),
        "tiles": tiles(figures),
        "sums": sums_picture(figures),
        "short": tables.short_table(figures) if len(figures.settlement.national) else None,
        "losers": tables.ends_table(figures, "lose", links=links),
        "gainers": tables.ends_table(figures, "gain", links=links),
        "ranks": ranks_picture(figures),
        "gains": list(gains_pictures(figures)),
        "present_value": present_value_words(figures.settlement),
    }


def first_map(figures: Figures) -> Picture | None:
    """Return the map of grants against bids; None where areas have no hexagons."""
    pictures = map_pictures(figures, cells_of(figures.settlement.scenario), [FIRST_MAP])
    return next(iter(pictures), None)
