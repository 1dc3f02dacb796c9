"""The tables of reports of many settlements: each shows columns of one of their tables, and no other figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from singlepot.models.settlement.settlement import Settlement
from singlepot.scenarios.many.sweep import SHORTFALL

from ..figures.figures import figures_of, records
from ..report import Picture
from ..table import Column, Kind, Table, tabulate

if TYPE_CHECKING:
    from singlepot.scenarios.many.comparison import Comparison
    from singlepot.scenarios.many.sweep import Sweep

MOST_ROWS = 1000
"""Rows of a table in the page; the file beside it holds all."""


@dataclass(frozen=True)
class Section:
    """A part of a page: what is said, then pictures, tables, and tables that are folded away."""

    key: str
    title: str
    said: Sequence[str] = ()
    pictures: list[Picture] = field(default_factory=list)
    tables: Sequence[Table] = ()
    folded: Sequence[Table] = ()


Spec = Mapping[str, tuple[str, Kind]]
"""Columns of a table: their titles and how they are written."""


def unit_of(money: str) -> str:
    """Short unit of money."""
    return {"GBP": "£", "GBP thousand": "£k", "GBP million": "£m"}[money]


def show(key: str, caption: str, frame: pd.DataFrame, spec: Spec, by: Sequence[str], file: str) -> Table:
    """Show columns of a table, as far as it has them, each row known by some of them."""
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


def scenarios_table(comparison: Comparison) -> Table:
    """The scenarios, a row each."""
    unit = unit_of(comparison.money)
    spec: Spec = {
        "scenario": ("Scenario", "text"),
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
    return show("scenarios", "The first is what the others are compared with", comparison.scenarios, spec,
                  ["scenario"], "scenarios.csv")  # fmt: skip


_SUMS = {"pot": "Pot", "bids": "Bids", "grants": "Grants", "left": "Left", "moved": "Moves to areas that gain"}


def compared_section(comparison: Comparison, name: str, key: str) -> Section:
    """What one scenario changes."""
    unit, own = unit_of(comparison.money), {n: t[t["scenario"] == name] for n, t in comparison.tables.items()
                                            if "scenario" in t}  # fmt: skip
    titles = dict(zip(comparison.scenarios["scenario"], comparison.scenarios["title"], strict=True))
    title = name if titles[name] in ("", name) else f"{name}: {titles[name]}"
    inputs = show(f"inputs-{key}", "What went in", own["inputs"], _INPUTS, ["table", "row", "column"], "inputs.csv")
    if name in comparison.failures:
        return Section(key, title, ["There is no settlement."], tables=[inputs])
    money: Spec = {name: (f"{title}, {unit}", "money") for name, title in _CHANGE.items()}
    share: Spec = {"share": ("Change, %", "change")}
    areas: Spec = {"name": ("Area", "text"), "region": ("Region", "text"), **money, **share}
    first = comparison.outcomes[0]
    names = figures_of(first).names if isinstance(first, Settlement) else {}
    nation = own["nation"].assign(called=[names.get(each, each) for each in own["nation"]["objective"]])
    regions = own["regions"].assign(called=own["regions"]["region"].replace("", "no region"))
    tables = [
        show(f"areas-{key}", "Areas whose grant changes, all years", own["areas"], areas, ["area"], "areas.csv"),
        show(f"regions-{key}", "Regions", regions, {"called": ("Region", "text"), **money, **share}, ["region"],
               "regions.csv"),
        show(f"nation-{key}", "National objectives", nation, _NATION, ["objective", "year"], "nation.csv"),
    ]  # fmt: skip
    stages = show(f"stages-{key}", "Values of the stages", own["stages"], _STAGES, ["stage"], "stages.csv")
    said = [] if len(own["areas"]) else ["No grant of any area changes over all years."]
    return Section(key, title, said, tables=[each for each in tables if each.rows], folded=[inputs, stages])


_CHANGE = {"bid": "Bid", "before": "Before", "after": "After", "change": "Change"}

_INPUTS: Spec = {
    "table": ("Table", "text"),
    "row": ("Row", "text"),
    "column": ("Column", "text"),
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
    "stage": ("Stage", "text"),
    "before": ("Before", "number"),
    "after": ("After", "number"),
    "change": ("Change", "number"),
    "unit": ("Unit", "text"),
}


def nesting_sections(found: Comparison | Sweep) -> Iterator[Section]:
    """The areas that a larger pot takes money from."""
    money = found.scenario.settings.money if not hasattr(found, "money") else found.money
    if len(found.nesting):
        spec: Spec = {"name": ("Area", "text"), "smaller": ("Smaller pot", "text"), "larger": ("Larger pot", "text")}
        spec = {**spec, **{n: (f"{t}, {unit_of(money)}", "money") for n, t in _CHANGE.items()}}
        caption = "Areas that receive less although the pot is larger"
        table = show("nesting", caption, found.nesting, spec, ["smaller", "larger", "area"], "nesting.csv")
        yield Section("nesting", "Where a larger pot takes money away", tables=[table])


def stability_sections(comparison: Comparison) -> Iterator[Section]:
    """How far grants move with the areas' own numbers, where that was asked for."""
    if len(comparison.stability):
        unit = unit_of(comparison.money)
        spec: Spec = {
            "name": ("Area", "text"),
            "scenario": ("Scenario", "text"),
            "number": ("Its own number", "text"),
            "moved": ("Moved by", "change"),
            "before": (f"Grant before, {unit}", "money"),
            "after": (f"Grant after, {unit}", "money"),
            "change": (f"Change, {unit}", "money"),
            "elasticity": ("Elasticity", "number"),
            "reason": ("Why there is no settlement", "text"),
        }
        by = ["scenario", "area", "number", "moved"]
        table = show("stability", "Grants by the areas' own numbers", comparison.stability, spec, by, "stability.csv")
        yield Section("stability", "How far grants move with the areas' own numbers", tables=[table])


def points_table(sweep: Sweep) -> Table:
    """The points, a row each, with every figure of theirs."""
    unit = unit_of(sweep.scenario.settings.money)
    names = sweep.scenario.filled("objectives").set_index("key")["name"]
    spec: dict[str, tuple[str, Kind]] = {lever: (lever, "number") for lever in sweep.levers}
    sums = {"pot_total": "Pot", "granted": "Granted", "left": "Left"}
    spec |= {name: (f"{title}, {unit}", "money") for name, title in sums.items()}
    spec |= {"lowest": ("Lowest grant, % of bid", "percent"), "median": ("Median", "percent")}
    spec |= {"highest": ("Highest", "percent"), "on_floor": ("On a floor", "count")}
    spec |= {"on_ceiling": ("On a ceiling", "count"), "asks": ("Asks", "count")}
    for name in map(str, sweep.points):
        if name.startswith(SHORTFALL):
            key = name.removeprefix(SHORTFALL)
            spec[name] = (f"Shortfall of {names.get(key) or key}, mean % of target", "percent")
        elif name not in (*spec, "status", "reason"):
            spec[name] = (f"Stage {name}", "number")
    settled = sweep.points[sweep.points["status"] == "settled"]
    return show("points", "Points with a settlement", settled, spec, list(sweep.levers), "points.csv")


def unsettled_table(sweep: Sweep) -> Table:
    """The points without a settlement, and why."""
    spec: dict[str, tuple[str, Kind]] = {lever: (lever, "number") for lever in sweep.levers}
    spec |= {"status": ("Status", "text"), "reason": ("Reason", "text")}
    lost = sweep.points[sweep.points["status"] != "settled"]
    return show("unsettled", "Points without a settlement", lost, spec, list(sweep.levers), "points.csv")


def swept_sections(sweep: Sweep) -> Iterator[Section]:
    """What the points mean for the areas."""
    yield from nesting_sections(sweep)
    if len(sweep.grants):
        unit = unit_of(sweep.scenario.settings.money)
        by_area = sweep.grants.groupby("area", sort=False)
        found = by_area["name"].first().to_frame()
        for column, source in (("grant", "grant"), ("share", "share")):
            found[f"{column}_lowest"], found[f"{column}_highest"] = by_area[source].min(), by_area[source].max()
        spec: Spec = {
            "name": ("Area", "text"),
            "grant_lowest": (f"Lowest grant, {unit}", "money"),
            "grant_highest": (f"Highest grant, {unit}", "money"),
            "share_lowest": ("Lowest grant, % of bid", "percent"),
            "share_highest": ("Highest grant, % of bid", "percent"),
        }
        caption = "Grants over all years, over all points with a settlement"
        table = show("areas", caption, found.reset_index(), spec, ["area"], "grants.csv")
        yield Section("areas", "Every area over the sweep", tables=[table])
