"""A page for one area: what it bid, what is offered, what is asked and why, how it compares, what happens next."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pandas as pd

from singlepot.models.money import spoken
from singlepot.models.settlement import Settlement
from singlepot.solver import BadOption

from .chart_area import area_spec
from .drawing import inline_svg
from .figures import Figures, figures_of
from .similar import said_similar, similar_to
from .table import Column, Table, tabulate
from .templating import page, render
from .words import illustrative

WIDTH = 460
"""Width of the picture."""

UNUSED = 1e-6
"""Share of an option's largest take-up up to which it is not asked for."""


def area_page_html(settlement: Settlement, code: str) -> str:
    """Return the page of one area: one file, two printed pages.

    Parameters
    ----------
    settlement
        What was settled.
    code
        The area's code.

    Raises
    ------
    BadOption
        There is no such area.
    PagesNotInstalled
        Without the extra ``report``.
    """
    figures = figures_of(settlement)
    if code not in figures.areas.index:
        raise BadOption(f"there is no area {code!r}", "give the code of an area of the settlement")
    spec = area_spec(figures, code, WIDTH)
    name = figures.areas.loc[code, "name"]
    label = f"{name}: bid and grant by year, proposed and agreed targets; the tables below hold the figures"
    return page(
        "area.html.j2",
        title=f"{name}: what is offered and asked",
        scenario=settlement.scenario.settings.title,
        illustrative=illustrative(figures),
        provenance=settlement.provenance,
        picture=inline_svg(spec, label) if spec else "",
        heading=1,
        **contents(figures, code),
    )


def area_fragment(figures: Figures, code: str) -> str:
    """Return what the report shows of one area."""
    return render("area_body.html.j2", picture="", heading=3, **contents(figures, code))


def contents(figures: Figures, code: str) -> dict[str, Any]:
    """Everything that the page of an area shows."""
    area = figures.areas.loc[code]
    money = figures.settlement.scenario.settings.money
    rows = _rows_by_area(figures)
    asks = rows["asks"].get(code, [])
    similar = similar_to(figures, code)
    return {
        "code": code,
        "name": area["name"],
        "region": area["region"],
        "bid": spoken(float(area["bid"]), money),
        "grant": spoken(float(area["grant"]), money),
        "pounds": f"£{int(area['pounds']):,}",
        "share": "" if area["share"] != area["share"] else f"{area['share']:.1%} of your bid",
        "per_head": "" if area["per_head"] != area["per_head"] else f"£{area['per_head']:,.0f} for each resident",
        "years": figures.settlement.scenario.settings.years,
        "grants": _grants(figures, code, rows["grants"].get(code, [])),
        "targets": _targets(figures, code, rows["targets"].get(code, [])),
        "asks": _asks(figures, code, asks),
        "components": _components(figures, code, asks),
        "unused": rows["unused"].get(code, []),
        "similar": _similar(figures, code, similar),
        "said_similar": said_similar(figures),
        "contact": area["contact"],
    }


@lru_cache(maxsize=1)
def _rows_by_area(figures: Figures) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Rows of the settlement's tables by area, and the options that are not asked for."""
    settlement = figures.settlement
    tables = {"grants": settlement.grants, "targets": settlement.targets, "asks": settlement.asks}
    if figures.best is not None:
        best = figures.best.table
        spare = best[(best["taken"] <= UNUSED) & ~best["option"].str.startswith("scale-back")]
        tables["unused"] = spare.drop_duplicates(["area", "option"])
    else:
        tables["unused"] = settlement.asks.iloc[:0]
    return {name: _by_area(table) for name, table in tables.items()} | {
        "unused": {
            code: [{"called": figures.option_name(code, r["option"]), "stop": r["stop"]} for r in found]
            for code, found in _by_area(tables["unused"]).items()
        }
    }


def _by_area(table: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in table.to_dict("records"):
        found.setdefault(str(row["area"]), []).append({str(key): value for key, value in row.items()})
    return found


def _grants(figures: Figures, code: str, rows: list[dict[str, Any]]) -> Table:
    several = len({row["envelope"] for row in rows}) > 1
    columns = [Column("year", "Year"), *([Column("envelope", "Envelope")] if several else [])]
    columns += [Column(key, f"{title}, {figures.money}", "money") for key, title in _MONEY]
    columns.append(Column("pounds", "Grant in whole pounds, £", "pounds"))
    return tabulate(f"grants-{code}", "Money", columns, rows, row_key=lambda r: f"{r['envelope']} {r['year']}")


_MONEY = (("bid", "Your bid"), ("grant", "Grant"), ("change", "Change"))


def _targets(figures: Figures, code: str, rows: list[dict[str, Any]]) -> Table:
    named = [
        {
            **row,
            "name": figures.objectives.loc[row["objective"], "name"],
            "unit": figures.objectives.loc[row["objective"], "unit"],
        }
        for row in rows
    ]
    columns = [Column("name", "Objective"), Column("year", "Year")]
    columns += [Column(key, title, "number") for key, title in _TARGETS]
    columns.append(Column("unit", "Unit"))
    if any(row["rate"] == row["rate"] for row in rows):
        columns.append(Column("rate", "Rate then", "number"))
    return tabulate(
        f"targets-{code}", "Outcome targets", columns, named, row_key=lambda r: f"{r['objective']} {r['year']}"
    )


_TARGETS = (("proposed", "You proposed"), ("agreed", "Agreed"), ("uplift", "Uplift"), ("concession", "Concession"))


def _asks(figures: Figures, code: str, rows: list[dict[str, Any]]) -> Table:
    keys = [key for key in figures.objectives.index if any(row[key] for row in rows)]
    named = [{**row, "called": figures.option_name(code, row["option"])} for row in rows]
    columns = [
        Column("called", "What is asked"),
        Column("grant_change", f"Grant, {figures.money}", "money"),
        *(Column(key, f"{figures.objectives.loc[key, 'name']}", "number") for key in keys),
        Column("reason", "Why"),
    ]
    return tabulate(
        f"asks-{code}", "What is asked, all years added up", columns, named, row_key=lambda r: str(r["option"])
    )


def _components(figures: Figures, code: str, rows: list[dict[str, Any]]) -> Table | None:
    """Asks by component of intervention, where options name one."""
    named = figures.components
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        default = "the programme as bid" if row["option"].startswith("scale-back") else "no component named"
        groups.setdefault(named.get((code, row["option"]), "") or default, []).append(row)
    if not any((code, row["option"]) in named for row in rows):
        return None
    keys = [key for key in figures.objectives.index if any(row[key] for row in rows)]
    sums = [
        {
            "component": component,
            "asks": len(found),
            "grant_change": float(sum(row["grant_change"] for row in found)),
            **{key: float(sum(row[key] for row in found)) for key in keys},
        }
        for component, found in groups.items()
    ]
    columns = [
        Column("component", "Component of intervention"),
        Column("asks", "Asks", "count"),
        Column("grant_change", f"Grant, {figures.money}", "money"),
        *(Column(key, f"{figures.objectives.loc[key, 'name']}", "number") for key in keys),
    ]
    return tabulate(f"components-{code}", "By component", columns, sums, row_key=lambda r: str(r["component"]))


def _similar(figures: Figures, code: str, similar: pd.DataFrame) -> Table | None:
    if not len(similar):
        return None
    own = figures.areas.loc[[code]]
    table = pd.concat([own, similar]).rename_axis("code").reset_index()
    columns = [Column("name", "Area")]
    if table["population"].notna().any():
        columns.append(Column("population", "Population", "count"))
    if figures.deprivation:
        columns.append(Column(figures.deprivation, figures.deprivation, "number"))
    columns += [
        Column("bid", f"Bid, {figures.money}", "money"),
        Column("grant", f"Grant, {figures.money}", "money"),
        Column("share", "Grant, % of bid", "percent"),
        Column("per_head", "Grant per head, £", "number"),
        Column("asks", "Asks", "count"),
    ]
    rows: Iterator[dict[Any, Any]] = iter(table.to_dict("records"))
    return tabulate(f"similar-{code}", "You (first row) and similar areas", columns, rows, row_key=lambda r: str(r["code"]))
