"""Everything that the screen takes from the report's pages: drawings, the page of an area, styles and scripts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.resources import files

import pandas as pd

from singlepot.models.settlement.settlement import Settlement
from singlepot.reports.page.area_page import area_fragment
from singlepot.reports.page.drawings.gains import ends_spec
from singlepot.reports.page.drawings.map import Measure, map_spec
from singlepot.reports.page.figures.cells import cells_of
from singlepot.reports.page.figures.figures import SHORT_UNITS, Figures
from singlepot.reports.page.pictures import Picture, gains_pictures, map_pictures, sums_picture
from singlepot.reports.page.templating import source
from singlepot.reports.page.words import illustrative, plain_title

BESIDE = "beside"
"""Key of the drawings that show what differs from the base."""

THE_BASE = "the base"
"""What people call the scenario as it was opened."""

SHARED_FILES = ("page.css", "page.js")
"""Style and script of the report's pages, which the screen uses too."""


@dataclass(frozen=True)
class Drawn:
    """A drawing: its key, what it shows, and SVG for a desk and for a telephone (empty where one fits both)."""

    key: str
    label: str
    wide: str
    narrow: str


@lru_cache(maxsize=8)
def figures(settlement: Settlement) -> Figures:
    """Return the figures of a settlement; those of the last ones are kept."""
    return Figures(settlement)


def short_unit(money: str) -> str:
    """Return the short unit of money: ``£m``, ``£k`` or ``£``."""
    return SHORT_UNITS[money]


def heading(title: str) -> str:
    """Return a title without the words that call it illustrative."""
    return plain_title(title)


def illustrative_words(settlement: Settlement) -> str:
    """Return the words by which a scenario calls itself illustrative, else nothing."""
    return illustrative(figures(settlement))


@lru_cache(maxsize=32)
def sums_drawing(settlement: Settlement) -> Drawn:
    """Draw money and outcomes against the pot and the national targets."""
    return _drawn(sums_picture(figures(settlement)))


@lru_cache(maxsize=32)
def gains_drawing(settlement: Settlement, base: Settlement, per_head: bool, beside: str = THE_BASE) -> Drawn | None:
    """Draw who gains and who loses: beside the base, or of the base itself against the bids; None where nobody bid.

    Parameters
    ----------
    settlement, base
        What is shown, and what it stands beside.
    per_head
        Whether by head, in place of money.
    beside
        What people call the base.
    """
    column = "change_per_head" if per_head else "change"
    if settlement is base:
        pictures = {picture.key: picture for picture in gains_pictures(figures(base))}
        picture = pictures.get(f"gains-{column}")
        return None if picture is None else _drawn(picture)
    bars = _beside(settlement, base, per_head)
    if not len(bars):
        return None
    unit = "£ per head" if per_head else SHORT_UNITS[settlement.scenario.settings.money]
    what = f"Grant beside {beside}, all years, {unit}"
    label = f"Areas that lose most and gain most beside {beside}, {unit}"
    return _drawn(Picture(BESIDE, label, partial(ends_spec, bars, what, unit)))


def _beside(settlement: Settlement, base: Settlement, per_head: bool) -> pd.DataFrame:
    """Return name, value and words for each area whose grant differs from the base by half a pound or more."""
    now, before = figures(settlement).areas, figures(base).areas
    change = now["grant"] - before["grant"].reindex(now.index).fillna(0.0)
    pounds = change * figures(settlement).pounds_per
    people = now["population"].where(now["population"] > 0)
    moved = pounds.abs() >= 0.5  # of a pound: from there on a grant has changed
    share = 100 * now["grant"] / now["bid"].where(now["bid"] > 0)
    more = [f"grant {value:.1f}% of the bid" if value == value else "no bid" for value in share]
    bars = pd.DataFrame({"name": now["name"], "value": pounds / people if per_head else change, "more": more})
    return bars[moved].dropna(subset=["value"])


def map_measures(settlement: Settlement, base: Settlement) -> dict[str, str]:
    """Return title by key of what can be mapped; nothing where areas have no hexagons."""
    pictures = map_pictures(figures(settlement), cells_of(settlement.scenario))
    titles = {picture.key: picture.label.removeprefix("Hexagon map of ").partition(";")[0] for picture in pictures}
    if not titles or settlement is base:
        return titles
    return {BESIDE: _measure(settlement, base).title, **titles}


@lru_cache(maxsize=32)
def map_drawing(settlement: Settlement, base: Settlement, key: str) -> Drawn | None:
    """Draw the map of one measure; None where there is none of that key."""
    shown, cells = figures(settlement), cells_of(settlement.scenario)
    if key == BESIDE and len(cells) and settlement is not base:
        measure = _measure(settlement, base)
        spec = map_spec(shown, cells, measure)
        return _drawn(Picture(BESIDE, f"Hexagon map of {measure.title}", lambda _: spec, one_width=True))
    pictures = {picture.key: picture for picture in map_pictures(shown, cells)}
    return _drawn(pictures[key]) if key in pictures else None


def _measure(settlement: Settlement, base: Settlement) -> Measure:
    now, before = figures(settlement).areas, figures(base).areas
    granted = before["grant"].reindex(now.index)
    values = 100 * (now["grant"] / granted.where(granted > 0) - 1)
    return Measure(BESIDE, "Grant beside the base, %", values.dropna(), True)


def area_html(settlement: Settlement, code: str) -> str:
    """Return what the report shows of one area."""
    return area_fragment(figures(settlement), code)


@lru_cache(maxsize=8)
def static_file(name: str) -> str:
    """Return a style sheet or script, the screen's or one of the report's."""
    if name in SHARED_FILES:
        return source(name)
    return (files(__package__) / "templates" / name).read_text(encoding="utf-8")


def _drawn(picture: Picture) -> Drawn:
    return Drawn(picture.key, picture.label, picture.wide, picture.narrow)
