"""The HTML page of an area shows its bid and grant, what is asked and why, similar areas, and the next steps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

from singlepot.models.money import spoken
from singlepot.models.scenario.area_names import matching_areas
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.plain_words import plain
from singlepot.reports.text.levelling import aim_words
from singlepot.solver import BadOptionError

from .drawings.area import area_specs
from .drawings.drawing import inline_svg
from .figures.figures import Figures, figures_of, records
from .similar import similar_to, similarity_note
from .table import Column, Table, settlement_columns, tabulate
from .templating import page, render
from .words import illustrative

UNUSED = 1e-6
"""Share of an option's largest take-up up to which it is not asked for."""


def area_page_html(settlement: Settlement, code: str) -> str:
    """Return the page of one area: one file, two printed pages.

    Parameters
    ----------
    settlement
        What was settled.
    code
        The area's code, or its name; case does not matter.

    Raises
    ------
    BadOptionError
        There is no such area.
    PagesNotInstalledError
        Without the extra ``report``.
    """
    figures = figures_of(settlement)
    matches = matching_areas(code, dict(figures.areas["name"]))
    if len(matches) != 1:
        raise BadOptionError(f"there is no area {code!r}", "give the code of an area of the settlement")
    (code,) = matches
    name = str(figures.areas["name"][code])
    label = f"{name}: bid and grant by year, proposed and agreed targets; the tables below hold the figures"
    head, body = map(_raised, _parts(figures, code))
    return page(
        "area.html.j2",
        title=f"{name}: what is offered and asked",
        scenario=settlement.scenario.settings.title,
        illustrative=illustrative(figures),
        provenance=settlement.provenance,
        pictures=[inline_svg(spec, label) for spec in area_specs(figures, code)],
        head=head,
        body=body,
    )


def area_fragment(figures: Figures, code: str) -> str:
    """Return what the report shows of one area."""
    return "".join(_parts(figures, code))


def _parts(figures: Figures, code: str) -> tuple[str, str]:
    """Render the head and the body of an area's page once, for the report and for its file."""
    if code not in figures.area_parts:
        values = contents(figures, code)
        figures.area_parts[code] = (render("area_head.html.j2", **values), render("area_body.html.j2", **values))
    return figures.area_parts[code]


def _raised(fragment: str) -> str:
    """Raise the headings of a part of the report to those of a page of its own."""
    return re.sub(r"<(/?)h([34])\b", lambda tag: f"<{tag[1]}h{int(tag[2]) - 2}", fragment)


def contents(figures: Figures, code: str) -> dict[str, Any]:
    """Collect the values of an area for the template of its page."""
    area = figures.area_records[code]
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
        "catching_up": _catching_up(figures, code),
        "asks": _asks(figures, code, asks),
        "components": _components(figures, code, asks),
        "unused": rows["unused"].get(code, []),
        "similar": _similar(figures, code, similar),
        "similarity_note": similarity_note(figures),
        "contact": area["contact"],
    }


def _catching_up(figures: Figures, code: str) -> list[str]:
    """Say how far an area is from its lines, what is aimed at and what is agreed."""
    table = figures.settlement.convergence
    if table is None:
        return []
    mine = table[table["place"] == code]
    return list(aim_words(mine, str(figures.area_records[code]["name"]), figures.titles))


@lru_cache(maxsize=1)
def _rows_by_area(figures: Figures) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Group the rows of the settlement's tables, and the options that are not asked for, by area."""
    settlement = figures.settlement
    tables = {"grants": settlement.grants, "targets": settlement.targets, "asks": settlement.asks}
    if figures.best is not None and len(figures.best.table):
        best = figures.best.table
        spare = best[(best["taken"] <= UNUSED) & ~best["option"].str.startswith("scale-back")]
        tables["unused"] = spare.drop_duplicates(["area", "option"])
    else:
        tables["unused"] = settlement.asks.iloc[:0]
    return {name: _by_area(table) for name, table in tables.items()} | {
        "unused": {code: _by_stop(figures, code, rows) for code, rows in _by_area(tables["unused"]).items()}
    }


def _by_stop(figures: Figures, code: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Group the options that are not asked for by what stopped them."""
    by_stop: dict[str, list[str]] = {}
    for row in rows:
        by_stop.setdefault(row["stop"], []).append(figures.titles.option(code, row["option"]))
    return [{"stop": stop, "options": sorted(names)} for stop, names in by_stop.items()]


def _by_area(table: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    by_area: dict[str, list[dict[str, Any]]] = {}
    for row in records(table):
        by_area.setdefault(str(row["area"]), []).append(row)
    return by_area


def _grants(figures: Figures, code: str, rows: list[dict[str, Any]]) -> Table:
    several = len({row["envelope"] for row in rows}) > 1
    rows = [{**row, "called": plain(row["envelope"])} for row in rows]
    columns = [
        *settlement_columns("grants", ("year",), figures.money),
        *([Column("called", "Part of the pot")] if several else []),
        Column("bid", f"Your bid, {figures.money}", "money"),
        *settlement_columns("grants", ("grant", "change", "pounds"), figures.money),
    ]
    return tabulate(f"grants-{code}", "Money", columns, rows, row_key=lambda r: f"{r['envelope']} {r['year']}")


def _targets(figures: Figures, code: str, rows: list[dict[str, Any]]) -> Table:
    """Lay each objective out as rows (proposed, agreed, uplift, concession) and the years as columns."""
    years = [year for year in figures.settlement.scenario.settings.years if any(r["year"] == year for r in rows)]
    by_objective: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        by_objective.setdefault(row["objective"], {})[row["year"]] = row
    shown: list[dict[str, Any]] = []
    rated = any(row["rate"] == row["rate"] for row in rows)
    for key, by_year in by_objective.items():
        name, unit = figures.names[key], figures.units[key]
        for kind, title in _TARGETS.items():
            if kind in ("uplift", "concession") and not any(row[kind] > 0 for row in by_year.values()):
                continue
            line = {year: by_year[year][kind] if year in by_year else None for year in years}
            rate = by_year[years[-1]]["rate"] if kind == "agreed" and years[-1] in by_year else ""
            shown.append({"name": name, "kind": title, "unit": unit, "rate": rate, "key": f"{key} {kind}", **line})
    columns = [Column("name", "Objective"), Column("kind", "What"), *(Column(year, year, "number") for year in years)]
    columns.append(Column("unit", "Unit"))
    if rated:
        columns.append(Column("rate", f"Rate in {years[-1]}", "number"))
    note = _rates_note(
        figures, [row["key"].partition(" ")[0] for row in shown if row["rate"] != "" and row["rate"] == row["rate"]]
    )
    caption = "Outcome targets"
    return tabulate(f"targets-{code}", caption, columns, shown, row_key=lambda r: str(r["key"]), alike=years, note=note)


def _rates_note(figures: Figures, keys: Sequence[str]) -> str:
    """Write what the rate of each objective is divided by."""
    by: dict[str, list[str]] = {}
    for key in keys:
        per = plain(str(figures.objectives.at[key, "per"]))
        by.setdefault(f" ÷ {per}" if per else "", []).append(figures.names[key])
    return (
        f"Rates, in the units beside: {'; '.join(', '.join(names) + per for per, names in by.items())}." if by else ""
    )


_TARGETS = {
    "proposed": "you proposed",
    "agreed": "agreed",
    "uplift": "above your proposal",
    "concession": "below your proposal",
}


def _asks(figures: Figures, code: str, rows: list[dict[str, Any]]) -> Table:
    """List the asks of an area: the reason, with outcomes in their units, and the money over all years."""
    shown = [{**row, "called": figures.titles.option(code, row["option"])} for row in rows]
    columns = [
        Column("called", "What is asked"),
        *settlement_columns("asks", ("reason",), figures.money),
        Column("grant_change", f"Grant, {figures.money}", "money"),
    ]
    return tabulate(f"asks-{code}", "What is asked", columns, shown, row_key=lambda r: str(r["option"]))


def _components(figures: Figures, code: str, rows: list[dict[str, Any]]) -> Table | None:
    """Sum asks by component of intervention, where options name one."""
    named = figures.components
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        default = "the programme as bid" if row["option"].startswith("scale-back") else "no component named"
        groups.setdefault(named.get((code, row["option"]), "") or default, []).append(row)
    if not any((code, row["option"]) in named for row in rows):
        return None
    names = figures.names
    totals = {c: {key: float(sum(row[key] for row in asks)) for key in names} for c, asks in groups.items()}
    sums = [
        {
            "component": component,
            "asks": len(asks),
            "grant_change": float(sum(row["grant_change"] for row in asks)),
            "outcomes": [(key, names[key], value) for key, value in totals[component].items() if value],
        }
        for component, asks in groups.items()
    ]
    columns = [
        Column("component", "Component of intervention"),
        Column("asks", "Asks", "count"),
        Column("grant_change", f"Grant, {figures.money}", "money"),
        Column("outcomes", "Outcomes, years added up", "parts"),
    ]
    return tabulate(f"components-{code}", "By component", columns, sums, row_key=lambda r: str(r["component"]))


def _similar(figures: Figures, code: str, similar: Sequence[str]) -> Table | None:
    if not similar:
        return None
    rows = [figures.area_records[neighbour] for neighbour in (code, *similar)]
    columns = [Column("name", "Area")]
    if any(row["population"] == row["population"] for row in rows):
        columns.append(Column("population", "Population", "count"))
    if figures.deprivation:
        columns.append(Column(figures.deprivation, plain(figures.deprivation).capitalize(), "number"))
    columns += [
        *settlement_columns("grants", ("bid", "grant"), figures.money),
        Column("share", "Grant, % of bid", "percent"),
        Column("per_head", "Grant per head, £", "number"),
        Column("asks", "Asks", "count"),
    ]
    caption = "You (first row) and similar areas"
    return tabulate(f"similar-{code}", caption, columns, rows, row_key=lambda r: str(r["code"]))
