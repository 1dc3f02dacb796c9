"""Tables list rules and stages with their evidence; assumptions are put in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from singlepot.models.tables.plain_words import plain
from singlepot.models.tables.rule_kinds import RULES, name_of
from singlepot.models.tables.stage_words import stage_words

from ..text.lines import capital
from .figures.figures import Figures, records
from .table import Cell, Column, Table, cell, decimals, settlement_columns


def rules_table(figures: Figures) -> Table:
    """List the rules that hold, the general ones first."""
    rules = figures.settlement.scenario.settings.rules
    table = records(figures.settlement.scenario.filled("rules"))
    shown: list[dict[str, Any]] = [{"rule": name, "value": value, "where": "all"} for name, value in rules.items()]
    shown += [
        {"rule": name, "value": row["value"], "where": _where(figures, name, row)}
        for name, row in ((name_of(row["rule"], row["level"]), row) for row in table)
    ]
    rows = [
        [
            Cell(plain(row["rule"]).capitalize()),
            cell(row["value"], "number"),
            Cell(row["where"]),
            Cell(RULES[row["rule"]].explanation),
        ]
        for row in shown
    ]
    columns = [
        Column("rule", "Rule"),
        Column("value", "Value", "number"),
        Column("where", "Where"),
        Column("what", "What it does"),
    ]
    return Table("rules", "Rules of the scenario", columns, rows, [row["rule"] for row in shown])


def _where(figures: Figures, name: str, row: Mapping[str, Any]) -> str:
    """Write where a row of the rules holds, with names of areas and objectives, and what its value is a share of."""
    columns = [column for column in RULES[name].selectors if row.get(column)]
    chosen = [f"{column} {figures.titles.of(column, row[column])}" for column in columns]
    basis = [f"basis {plain(row['basis'])}"] if row["basis"] not in ("", "bid") else []
    return ", ".join([*chosen, *basis]) or "all"


def stages_table(figures: Figures) -> Table:
    """List the stages in the order in which they were minimised, with the evidence for each."""
    evidence = {stage.name: stage for stage in figures.settlement.certificate.stages}
    rows, names = [], []
    for row in records(figures.settlement.stages):
        names.append(str(row["name"]))
        proved = evidence.get(row["name"])
        gap = f"{proved.gap:.1e}" if proved else "–"
        digits = decimals([row["value"], row["final"]], "number")
        rows.append(
            [
                Cell(capital(stage_words(str(row["name"])))),
                cell(row["value"], "number", digits),
                cell(row["final"], "number", digits),
                cell(row["give"], "number"),
                Cell(row["unit"]),
                Cell(gap, repr(proved.gap) if proved else ""),
            ]
        )
    columns = [
        Column("name", "What it minimises"),
        *settlement_columns("stages", ("value", "final", "give", "unit"), figures.money),
        Column("gap", "Duality gap", "number"),
    ]
    return Table("stages", "Stages, each holding those before it", columns, rows, names)


def assumption_words(figures: Figures) -> Iterator[tuple[str, str]]:
    """Write the settings besides rules: prices, weights of areas, bands, remarks."""
    settings = figures.settlement.scenario.settings
    yield "Years", f"{settings.period}, money in {settings.money}"
    if settings.price_base:
        yield "Prices", f"of {settings.price_base}"
    if settings.equity:
        weight = (
            f"(median ÷ the area's {plain(settings.equity.attribute)}) to the power of {settings.equity.elasticity:g}"
        )
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
        yield f"Remark on {plain(key)}", note
