"""Tables list rules and stages with their evidence; assumptions are put in words."""

from __future__ import annotations

from collections.abc import Iterator

from singlepot.models.tables.rule_kinds import RULES

from .figures.figures import Figures, records
from .table import Cell, Column, Table, cell, settlement_columns

STAGE_WORDS = {
    "shortfall.largest": "the largest shortfall of any national target",
    "shortfall.total": "all shortfalls together",
    "concession.largest": "the largest concession of any area",
    "concession.total": "all concessions together",
    "burden": "what areas lose or spend themselves",
    "cost": "the money that is spent",
}
"""Objective of each stage in words."""


def rules_table(figures: Figures) -> Table:
    """List the rules that hold, the general ones first."""
    rules = figures.settlement.scenario.settings.rules
    rows = [
        [Cell(name), cell(value, "number"), Cell("all"), Cell(RULES[name].explanation)] for name, value in rules.items()
    ]
    table = figures.settlement.scenario.filled("rules")
    for row in records(table):
        rule = RULES[row["rule"]]
        chosen = [f"{key} {row[key]}" for key in rule.selectors if row.get(key)]
        basis = row["basis"] if row["basis"] != "bid" else ""
        where = ", ".join(filter(None, [*chosen, f"basis {basis}" if basis else ""])) or "all"
        rows.append([Cell(row["rule"]), cell(row["value"], "number"), Cell(where), Cell(rule.explanation)])
    columns = [
        Column("rule", "Rule"),
        Column("value", "Value", "number"),
        Column("where", "Where"),
        Column("what", "What it does"),
    ]
    return Table("rules", "Rules of the scenario", columns, rows, [row[0].text for row in rows])


def stages_table(figures: Figures) -> Table:
    """List the stages in the order in which they were minimised, with the evidence for each."""
    evidence = {stage.name: stage for stage in figures.settlement.certificate.stages}
    rows = []
    for row in records(figures.settlement.stages):
        proved = evidence.get(row["name"])
        words = STAGE_WORDS.get(str(row["name"]).partition("[")[0], "")
        gap = f"{proved.gap:.1e}" if proved else "–"
        rows.append(
            [
                Cell(row["name"]),
                Cell(words),
                cell(row["value"], "number"),
                cell(row["final"], "number"),
                cell(row["give"], "number"),
                Cell(row["unit"]),
                Cell(gap, repr(proved.gap) if proved else ""),
            ]
        )
    columns = [
        Column("name", "Stage"),
        Column("what", "What it minimises"),
        *settlement_columns("stages", ("value", "final", "give", "unit"), figures.money),
        Column("gap", "Duality gap", "number"),
    ]
    return Table("stages", "Stages, each holding those before it", columns, rows, [row[0].text for row in rows])


def assumption_words(figures: Figures) -> Iterator[tuple[str, str]]:
    """Write the settings besides rules: prices, weights of areas, bands, remarks."""
    settings = figures.settlement.scenario.settings
    yield "Years", f"{settings.years[0]} to {settings.years[-1]}, money in {settings.money}"
    if settings.price_base:
        yield "Prices", f"of {settings.price_base}"
    if settings.equity:
        weight = f"(median ÷ the area's {settings.equity.attribute}) to the power of {settings.equity.elasticity:g}"
        yield "Weight of an area", weight
    else:
        yield "Weight of an area", "all alike"
    bands, start = settings.stages.bands, 0.0
    parts = []
    for end, slope in zip((*bands.ends, None), bands.slopes, strict=True):
        parts.append(f"{slope:g} beyond {start:.0%}" if end is None else f"{slope:g} up to {end:.0%}")
        start = end if end is not None else start
    yield "How a further percent given up weighs", ", ".join(parts)
    for key, note in settings.notes.items():
        yield f"Remark on {key}", note
