"""The report's sections on convergence and inclusion: aims and gaps, regions, who pays, growth that goes together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from singlepot.models.analysis.growing_together import KINDS, Growth, measure_growth
from singlepot.models.analysis.price_of_convergence import PriceOfConvergence
from singlepot.models.tables.stage_words import stage_words
from singlepot.solver import BadOptionError

from ..text.levelling import convergence_words, growth_words, inclusion_words, pays_words, stage_value
from .drawings.growth import growth_spec
from .figures.figures import Figures, records
from .figures.levelling import aims_by_objective, inequality_by_objective, rates_by_region
from .pictures import Picture
from .table import Cell, Column, Table, tabulate

WHENS = {"before": "as proposed", "after": "as agreed"}
"""When growth is measured, in words."""


def levelling(figures: Figures, cost: PriceOfConvergence | None) -> dict[str, Any]:
    """Collect the values of the section for its template; all are empty where there is nothing to say.

    Parameters
    ----------
    figures
        Of the settlement.
    cost
        What aims and rules of convergence and inclusion cost, from :func:`singlepot.price_convergence`.
    """
    settlement = figures.settlement
    growth = _growth(figures)
    return {
        "convergence_words": list(convergence_words(settlement)),
        "aims": _aims(figures),
        "between": _between(figures),
        "unequal": _unequal(figures),
        "inclusion_words": list(inclusion_words(settlement)),
        "growth_words": list(growth_words(growth, _pair(figures))) if growth else [],
        "kinds_of_areas": _kinds(figures, growth) if growth else None,
        "catching_up": _catching_up(figures, growth) if growth else None,
        "scatters": list(_scatters(figures, growth)) if growth else [],
        "growth_table": _growth_table(figures, growth) if growth else None,
        "pays_words": pays_words(cost, figures.settlement.scenario.settings.money) if cost else "",
        "pays": _pays(figures, cost) if cost else None,
        "cost_of_aims": _cost(figures, cost) if cost else None,
    }


def _aims(figures: Figures) -> Table | None:
    table = aims_by_objective(figures.settlement)
    if not len(table):
        return None
    section = figures.settlement.scenario.settings.convergence
    assert section is not None
    named = table.assign(name=table["objective"].map(figures.names), unit=table["objective"].map(figures.units))
    return tabulate(
        "aims",
        f"Aims beside the whole gap, {section.year or figures.last_year}",
        [
            Column("name", "Objective"),
            Column("places", "Regions below" if section.places == "region" else "Areas below", "count"),
            Column("gap", "Whole gap today", "number"),
            Column("aim", "Aim", "number"),
            Column("agreed", "Agreed", "number"),
            Column("short", "Short of the aim", "number"),
            Column("of_gap", "Agreed, % of the gap", "percent"),
            Column("narrows", "Gap narrows by", "percent"),
            Column("widens", "It widens in", "count"),
            Column("unit", "Unit"),
        ],
        records(named),
        row_key=lambda r: str(r["objective"]),
        alike=("gap", "aim", "agreed", "short"),
        note="Agreed is what places add; the gap narrows by less, because the line they are compared with moves too.",
    )


def _between(figures: Figures) -> Table | None:
    table = rates_by_region(figures.settlement)
    if not len(table) or table["region"].nunique() < 2:
        return None
    named = table.assign(
        name=table["region"], what=table["objective"].map(figures.names), unit=table["objective"].map(figures.units)
    )
    return tabulate(
        "between",
        "Regions against all areas, and areas against their own region",
        [
            Column("name", "Region"),
            Column("what", "Objective"),
            Column("before", "Against all areas today", "change"),
            Column("after", "At the end", "change"),
            Column("areas", "Areas", "count"),
            Column("below", "Below their region", "count"),
            Column("within_before", "They lack today", "number"),
            Column("within_after", "At the end", "number"),
            Column("unit", "Unit"),
        ],
        records(named),
        row_key=lambda r: f"{r['region']} {r['objective']}",
        sortable=True,
        alike=("within_before", "within_after"),
        note="Between regions: a region's rate against that of all areas that bid, then and now. "
        "Within: what areas below their own region's rate lack to it.",
    )


def _unequal(figures: Figures) -> Table | None:
    table = inequality_by_objective(figures.settlement)
    if not len(table):
        return None
    return tabulate(
        "unequal",
        f"Inequality of rates, {figures.last_year}",
        [
            Column("name", "Objective"),
            Column("gini_before", "Gini today", "number"),
            Column("gini_after", "At the end", "number"),
            Column("between_before", "Between regions today", "number"),
            Column("between_after", "At the end", "number"),
            Column("within_before", "Within regions today", "number"),
            Column("within_after", "At the end", "number"),
        ],
        records(table.assign(name=table["objective"].map(figures.names))),
        row_key=lambda r: str(r["objective"]),
        note="Between and within regions: the two parts of Theil's measure of inequality.",
    )


def _pays(figures: Figures, cost: PriceOfConvergence) -> Table:
    unit, table = figures.money, cost.regions
    bid = table["bid"].where(table["bid"] > 0)
    named = table.assign(
        name=table["region"].where(table["region"] != "", "no region"),
        moved=table["grant"] - table["without"],
        share=table["grant"] / bid,
        share_without=table["without"] / bid,
    )
    return tabulate(
        "pays",
        "Who pays and who gains, all years",
        [
            Column("name", "Region"),
            Column("bid", f"Bids, {unit}", "money"),
            Column("without", f"Grants without, {unit}", "money"),
            Column("grant", f"Grants with, {unit}", "money"),
            Column("moved", f"Difference, {unit}", "money"),
            Column("share_without", "Without, % of bids", "percent"),
            Column("share", "With, % of bids", "percent"),
        ],
        records(named.sort_values("moved", kind="stable")),
        row_key=lambda r: str(r["region"]),
        sortable=True,
        note="Without: the same scenario without its aims and rules of convergence and inclusion.",
    )


def _cost(figures: Figures, cost: PriceOfConvergence) -> Table:
    money = figures.settlement.scenario.settings.money
    rows = [
        {"key": row["name"], "name": _capital(stage_words(str(row["name"])))}
        | {part: Cell(stage_value(row[part], str(row["unit"]), money), repr(row[part])) for part in PARTS}
        for row in records(cost.stages)
    ]
    on_limit = {"without": cost.on_limit_without, "value": cost.on_limit}
    limits = {part: Cell(f"{number:,}", str(number)) for part, number in on_limit.items()}
    rows.append({"key": "on_limit", "name": "Areas on a floor or ceiling of their grants"} | limits)
    return tabulate(
        "cost-of-aims",
        "What convergence and inclusion cost: the same scenario without their aims and rules, and with them",
        [Column("name", "What is minimised"), *(Column(p, t, "number") for p, t in PARTS.items())],
        rows,
        row_key=lambda r: str(r["key"]),
    )


PARTS = {"without": "Without", "value": "With"}
"""Columns of the price of convergence, and their headers."""


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _growth(figures: Figures) -> Growth | None:
    try:
        growth = measure_growth(figures.settlement)
    except BadOptionError:
        return None
    return growth if len(growth.areas) > 1 else None


def _pair(figures: Figures) -> tuple[str, str]:
    """Names of the objectives that stand for prosperity and for inclusion."""
    section = figures.settlement.scenario.settings.inclusion
    keys = ("productivity", "inclusiveness") if section is None else (section.prosperity, section.inclusion)
    return figures.names[keys[0]], figures.names[keys[1]]


def _kinds(figures: Figures, growth: Growth) -> Table:
    """Count the four kinds of areas before and after."""
    one, other = _pair(figures)
    rows = []
    for kind, column in zip(KINDS, ("neither", "prosperous", "inclusive", "both"), strict=True):
        row: dict[str, object] = {"key": kind, "name": KIND_TITLES[kind].format(one=one, other=other)}
        for when in WHENS:
            row[f"areas_{when}"] = int((growth.areas[f"kind_{when}"] == kind).sum())
            row[f"people_{when}"] = float(growth.together.set_index("when")[column][when])
        rows.append(row)
    return tabulate(
        "kinds-of-areas",
        "Where growth is above that of the median person's area: as proposed, and as agreed",
        [
            Column("name", "Growth above the median"),
            Column("areas_before", "Areas before", "count"),
            Column("areas_after", "Areas after", "count"),
            Column("people_before", "People before", "percent"),
            Column("people_after", "People after", "percent"),
        ],
        rows,
        row_key=lambda r: str(r["key"]),
    )


KIND_TITLES = {
    "both": "In both",
    "prosperous": "In {one} alone",
    "inclusive": "In {other} alone",
    "neither": "In neither",
}


def _scatters(figures: Figures, growth: Growth) -> Iterator[Picture]:
    one, other = _pair(figures)
    areas = growth.areas.assign(name=growth.areas["area"].map(figures.areas["name"]))
    for when, words in WHENS.items():
        label = f"Every area's growth in {one} against its growth in {other}, {words}; the table holds the figures"
        spec = growth_spec(areas, when, (one, other), f"Growth together, {words}")
        yield Picture(f"growth-{when}", label, spec)


def _growth_table(figures: Figures, growth: Growth) -> Table:
    one, other = _pair(figures)
    table = growth.areas.assign(name=growth.areas["area"].map(figures.areas["name"]))
    for when in WHENS:
        table[f"kind_{when}"] = [
            KIND_TITLES[kind].format(one=one, other=other).removeprefix("In ") for kind in table[f"kind_{when}"]
        ]
    columns = [Column("name", "Area")]
    for when, words in WHENS.items():
        columns += [
            Column(f"prosperity_{when}", f"{one}, {words}", "growth"),
            Column(f"inclusion_{when}", f"{other}, {words}", "growth"),
            Column(f"kind_{when}", f"Above the median in, {words}"),
        ]
    return tabulate(
        "growth",
        "Growth of every area, % of what it has today",
        columns,
        records(table),
        row_key=lambda r: str(r["area"]),
        area="area",
        sortable=True,
    )


def _catching_up(figures: Figures, growth: Growth) -> Table | None:
    """Show beta, sigma and the mean log deviation of every objective with rates."""
    table = growth.convergence
    if not len(table):
        return None
    return tabulate(
        "catching-up",
        "Do those with less grow faster?",
        [
            Column("name", "Objective"),
            Column("areas", "Areas", "count"),
            Column("beta", "Beta", "number"),
            Column("sigma_before", "Sigma today", "number"),
            Column("sigma_after", "At the end", "number"),
            Column("mld_before", "Mean log deviation today", "number"),
            Column("mld_after", "At the end", "number"),
        ],
        records(table.assign(name=table["objective"].map(figures.names))),
        row_key=lambda r: str(r["objective"]),
        note="Beta: how growth goes with the logarithm of today's rate, below zero where areas with less grow faster. "
        "Sigma: the standard deviation of the logarithms of rates; smaller is more alike.",
    )
