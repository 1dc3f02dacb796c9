"""Tables of comparisons and sweeps show columns of one written table each, and no other figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from singlepot.models.diagnostics.problems import SETTINGS
from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.plain_words import plain
from singlepot.models.tables.stage_words import stage_words
from singlepot.reports.text.comparison import input_column, row_words
from singlepot.reports.text.lines import capital
from singlepot.scenarios.many.sweep import SHORTFALL

from ..figures.figures import SHORT_UNITS, records
from ..pictures import Picture
from ..table import Column, Kind, Table, tabulate
from ..words import plain_title

if TYPE_CHECKING:
    from singlepot.scenarios.many.comparison import Comparison
    from singlepot.scenarios.many.sweep import Sweep

MOST_ROWS = 1000
"""Most rows of a table in the page; the file beside it holds all."""


@dataclass(frozen=True)
class Section:
    """A section of a page: paragraphs, then charts, tables, and tables that are folded away."""

    key: str
    title: str
    paragraphs: Sequence[str] = ()
    pictures: list[Picture] = field(default_factory=list)
    tables: Sequence[Table] = ()
    folded: Sequence[Table] = ()


Spec = Mapping[str, tuple[str, Kind]]
"""Columns of a table: their titles and how they are written."""


def show(key: str, caption: str, frame: pd.DataFrame, spec: Spec, by: Sequence[str], file: str) -> Table:
    """Show the columns of a table that it has, with rows identified by the columns ``by``."""
    columns = [Column(name, title, kind) for name, (title, kind) in spec.items() if name in frame]
    note = f"The first {MOST_ROWS:,} of {len(frame):,} rows; {file} holds all." if len(frame) > MOST_ROWS else ""
    return tabulate(
        key,
        caption,
        columns,
        records(frame.head(MOST_ROWS)),
        row_key=lambda row: " ".join(str(row[name]) for name in by),
        sortable=len(frame) > 1,
        note=note,
    )


def titles_of(comparison: Comparison) -> dict[str, str]:
    """Return the title of each scenario by its name; the name where it has none, or shares it with another."""
    table = comparison.scenarios
    plain_titles = [plain_title(str(title)) for title in table["title"]]
    return {
        str(name): title if title and plain_titles.count(title) == 1 else str(name)
        for name, title in zip(table["scenario"], plain_titles, strict=True)
    }


def scenarios_table(comparison: Comparison) -> Table:
    """Show the scenarios, a row each."""
    unit = SHORT_UNITS[comparison.money]
    spec: Spec = {
        "called": ("Scenario", "text"),
        **{name: (f"{title}, {unit}", "money") for name, title in _SUMS.items()},
        "gaining": ("Areas that gain", "count"),
        "losing": ("Areas that lose", "count"),
        "lowest": ("Lowest grant, % of bid", "percent"),
        "median": ("Median", "percent"),
        "highest": ("Highest", "percent"),
        "on_floor": ("On a floor", "count"),
        "on_ceiling": ("On a ceiling", "count"),
        "missed": ("Targets missed", "count"),
        "largest_shortfall": ("Largest shortfall, % of target", "percent"),
        "asks": ("Asks", "count"),
    }
    named = comparison.scenarios.assign(called=list(titles_of(comparison).values()))
    caption = "The first is what the others are compared with"
    return show("scenarios", caption, named, spec, ["scenario"], "scenarios.csv")


_SUMS = {"pot": "Pot", "bids": "Bids", "grants": "Grants", "left": "Left", "moved": "Moves to areas that gain"}


def compared_section(comparison: Comparison, name: str, key: str) -> Section:
    """Show the changes that one scenario makes."""
    unit, with_scenario = SHORT_UNITS[comparison.money], {n: t for n, t in comparison.tables.items() if "scenario" in t}
    rows_of = {key: table[table["scenario"] == name] for key, table in with_scenario.items()}
    title, titles = titles_of(comparison)[name], Titles(comparison.first.scenario)
    changed = _in_words(rows_of["inputs"], titles)
    inputs = show(f"inputs-{key}", "What went in", changed, _INPUTS, ["table", "row", "column"], "inputs.csv")
    if name in comparison.failures:
        return Section(key, title, ["There is no settlement."], tables=[inputs])
    money: Spec = {name: (f"{title}, {unit}", "money") for name, title in _CHANGE.items()}
    share: Spec = {"share": ("Change, %", "change")}
    areas: Spec = {"name": ("Area", "text"), "region": ("Region", "text"), **money, **share}
    nation = rows_of["nation"].assign(called=[titles.of("objective", key) for key in rows_of["nation"]["objective"]])
    regions = rows_of["regions"].assign(called=rows_of["regions"]["region"].replace("", "no region"))
    tables = [
        show(f"areas-{key}", "Areas whose grant changes, all years", rows_of["areas"], areas, ["area"], "areas.csv"),
        show(f"regions-{key}", "Regions", regions, {"called": ("Region", "text"), **money, **share}, ["region"],
               "regions.csv"),
        show(f"nation-{key}", "National objectives", nation, _NATION, ["objective", "year"], "nation.csv"),
    ]  # fmt: skip
    named = rows_of["stages"].assign(called=[capital(stage_words(name)) for name in rows_of["stages"]["stage"]])
    stages = show(f"stages-{key}", "Values of what is minimised", named, _STAGES, ["stage"], "stages.csv")
    paragraphs = [] if len(rows_of["areas"]) else ["No grant of any area changes over all years."]
    return Section(key, title, paragraphs, tables=[table for table in tables if table.rows], folded=[inputs, stages])


def _in_words(inputs: pd.DataFrame, titles: Titles) -> pd.DataFrame:
    """Add the words of table, row and column to inputs that differ."""
    rows = records(inputs)
    return inputs.assign(
        called=["settings" if row["table"] == SETTINGS else plain(row["table"]) for row in rows],
        where=[row_words(row["table"], row["row"], titles) for row in rows],
        what=[input_column(row["table"], row["column"], titles) for row in rows],
    )


_CHANGE = {"bid": "Bid", "before": "Before", "after": "After", "change": "Change"}

_INPUTS: Spec = {
    "called": ("Table", "text"),
    "where": ("Row", "text"),
    "what": ("Column", "text"),
    "kind": ("Kind", "text"),
    "before": ("Before", "mixed"),
    "after": ("After", "mixed"),
    "change": ("Change", "number"),
}

_NATION: Spec = {
    "called": ("Objective", "text"),
    "year": ("Year", "text"),
    "target": ("National target", "number"),
    "before": ("Agreed before", "number"),
    "after": ("Agreed after", "number"),
    "change": ("Change", "number"),
    "short_before": ("Short before, % of target", "percent"),
    "short": ("Short after, % of target", "percent"),
    "unit": ("Unit", "text"),
}

_STAGES: Spec = {
    "called": ("What is minimised", "text"),
    "before": ("Before", "number"),
    "after": ("After", "number"),
    "change": ("Change", "number"),
    "unit": ("Unit", "text"),
}


def nesting_sections(nesting: pd.DataFrame, money: str) -> Iterator[Section]:
    """Show the areas that a larger pot takes money from."""
    if len(nesting):
        spec: Spec = {"name": ("Area", "text"), "smaller": ("Smaller pot", "text"), "larger": ("Larger pot", "text")}
        spec = {**spec, **{n: (f"{t}, {SHORT_UNITS[money]}", "money") for n, t in _CHANGE.items()}}
        caption = "Areas that receive less although the pot is larger"
        table = show("nesting", caption, nesting, spec, ["smaller", "larger", "area"], "nesting.csv")
        yield Section("nesting", "Where a larger pot takes money away", tables=[table])


def stability_sections(comparison: Comparison) -> Iterator[Section]:
    """Show how far grants move with the areas' own numbers, where that was asked for."""
    if len(comparison.stability):
        table = stability_table(comparison.stability, comparison.money)
        yield Section("stability", "How far grants move with the areas' own numbers", tables=[table])


def stability_table(stability: pd.DataFrame, money: str) -> Table:
    """Show how far grants move with the areas' own numbers."""
    unit = SHORT_UNITS[money]
    spec: Spec = {
        "name": ("Area", "text"),
        "scenario": ("Scenario", "text"),
        "number": ("Its own number", "text"),
        "moved": ("Moved by", "change"),
        "before": (f"Grant before, {unit}", "money"),
        "after": (f"Grant after, {unit}", "money"),
        "change": (f"Change, {unit}", "money"),
        "elasticity": ("Grant moves, times as far", "number"),
        "reason": ("Why there is no settlement", "text"),
    }
    by = [name for name in ("scenario", "area", "number", "moved") if name in stability]
    return show("stability", "Grants by the areas' own numbers", stability, spec, by, "stability.csv")


def _levers(sweep: Sweep) -> dict[str, tuple[str, Kind]]:
    titles = Titles(sweep.scenario)
    return {lever: (capital(titles.lever(lever).label), "number") for lever in sweep.levers}


def points_table(sweep: Sweep) -> Table:
    """Show the points with a settlement, a row each, with all their figures."""
    unit = SHORT_UNITS[sweep.scenario.settings.money]
    titles = Titles(sweep.scenario)
    spec = _levers(sweep)
    sums = {"pot_total": "Pot", "granted": "Granted", "left": "Left"}
    spec |= {name: (f"{title}, {unit}", "money") for name, title in sums.items()}
    spec |= {"lowest": ("Lowest grant, % of bid", "percent"), "median": ("Median", "percent")}
    spec |= {"highest": ("Highest", "percent"), "on_floor": ("On a floor", "count")}
    spec |= {"on_ceiling": ("On a ceiling", "count"), "asks": ("Asks", "count")}
    for name in map(str, sweep.points):
        if name.startswith(SHORTFALL):
            title = titles.objectives[name.removeprefix(SHORTFALL)]
            spec[name] = (f"Shortfall of {title}, mean % of target", "percent")
        elif name not in (*spec, "status", "reason"):
            spec[name] = (capital(stage_words(name)), "number")
    settled = sweep.points[sweep.points["status"] == "settled"]
    return show("points", "Points with a settlement", settled, spec, list(sweep.levers), "points.csv")


def unsettled_table(sweep: Sweep) -> Table:
    """Show the points without a settlement, and why."""
    spec = _levers(sweep)
    spec |= {"status": ("Status", "text"), "reason": ("Reason", "text")}
    lost = sweep.points[sweep.points["status"] != "settled"]
    return show("unsettled", "Points without a settlement", lost, spec, list(sweep.levers), "points.csv")


def swept_sections(sweep: Sweep) -> Iterator[Section]:
    """Show what the points mean for the areas."""
    yield from nesting_sections(sweep.nesting, sweep.scenario.settings.money)
    if len(sweep.grants):
        unit = SHORT_UNITS[sweep.scenario.settings.money]
        by_area = sweep.grants.groupby("area", sort=False)
        spans = by_area["name"].first().to_frame()
        for column in ("grant", "share"):
            spans[f"{column}_lowest"], spans[f"{column}_highest"] = by_area[column].min(), by_area[column].max()
        spec: Spec = {
            "name": ("Area", "text"),
            "grant_lowest": (f"Lowest grant, {unit}", "money"),
            "grant_highest": (f"Highest grant, {unit}", "money"),
            "share_lowest": ("Lowest grant, % of bid", "percent"),
            "share_highest": ("Highest grant, % of bid", "percent"),
        }
        caption = "Grants over all years, over all points with a settlement"
        table = show("areas", caption, spans.reset_index(), spec, ["area"], "grants.csv")
        yield Section("areas", "Every area over the sweep", tables=[table])
