"""Sums that a reader can follow: a live formula over the sheets beside the figure of the settlement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.plain_words import plain

from .references import TOP, cell_reference, span
from .sheets import MONEY, Column, Sheet

if TYPE_CHECKING:
    from singlepot.models.settlement.settlement import Settlement

NAME = "Totals"

COLUMNS = (
    Column("what", "What is added up", "long"),
    Column("year", "Year or range"),
    Column("of", "Envelope or objective"),
    Column("unit", "Unit"),
    Column("sum", "Sum over the sheets, a formula (unit of the row)", "number"),
    Column("figure", "Figure of the settlement (unit of the row)", "number"),
    Column("difference", "Difference, a formula (unit of the row)", "number"),
    Column("agrees", "Agrees, a formula", "text"),
)

CLOSE = 1e-9
"""Relative difference up to which a sum agrees: sums of thousands of rounded numbers."""

Row = tuple[str, str, str, str, str, float]
"""What, year, of, unit, formula, and the figure of the settlement."""


def totals_sheet(settlement: Settlement, sheets: Sequence[Sheet]) -> Sheet:
    """Lay out the sheet of sums, each as a live formula beside the figure of the settlement.

    Parameters
    ----------
    settlement
        Whose figures are compared.
    sheets
        The sheets that the formulas add up; among them Pot, National, Grants, Targets and Asks.
    """
    import pandas as pd

    by_name = {sheet.name: sheet for sheet in sheets}
    rows = [*_money_rows(settlement, by_name["Grants"], by_name["Pot"]), *_target_rows(settlement, by_name)]
    table = pd.DataFrame(
        [(*row[:4], row[5], row[5]) for row in rows], columns=["what", "year", "of", "unit", "sum", "figure"]
    )
    table = table.assign(difference=0.0, agrees="agrees")
    differences, words = [], []
    for at in range(TOP + 1, TOP + 1 + len(rows)):
        total, figure, difference = (cell_reference(at, _at(name)) for name in ("sum", "figure", "difference"))
        differences.append(f"{total}-{figure}")
        words.append(f'IF(ABS({difference})<={CLOSE:g}*MAX(ABS({figure}),1),"agrees","DIFFERS")')
    return Sheet(
        NAME,
        "Totals, added up again",
        "A row for each sum: the formula adds the cells of other sheets up, beside the figure of the settlement.",
        table,
        COLUMNS,
        {"sum": [row[4] for row in rows], "difference": differences, "agrees": words},
    )


def _at(source: str) -> int:
    return [column.source for column in COLUMNS].index(source)


def _money_rows(settlement: Settlement, grants: Sheet, pot: Sheet) -> Iterator[Row]:
    unit = MONEY[settlement.scenario.settings.money][0]
    for row in settlement.pot.to_dict("records"):
        year, envelope = str(row["year"]), str(row["envelope"])
        chosen = f'({span(grants, "envelope")}="{envelope}")*({span(grants, "year")}="{year}")'
        for source, what, figure in (("grant", unit, row["allocated"]), ("pounds", "whole £", row["pounds"])):
            formula = f"SUMPRODUCT({chosen}*{span(grants, source)})"
            yield "Grants of the year, from Grants", year, plain(envelope), what, formula, float(figure)
    for source, words in (("bid", "Bids"), ("grant", "Grants"), ("pounds", "Grants")):
        figure = settlement.grants[source].sum()
        what = "whole £" if source == "pounds" else unit
        yield f"{words} of all years, from Grants", "all", "all", what, f"SUM({span(grants, source)})", float(figure)
    parts = [f"SUM({span(pot, name)})" for name in ("allocated", "reserve")]
    figure = settlement.pot["amount"].sum()
    yield "Granted and left of all pots, from Pot", "all", "all", unit, "+".join(parts), float(figure)


def _target_rows(settlement: Settlement, by_name: dict[str, Sheet]) -> Iterator[Row]:
    targets, years = by_name["Targets"], settlement.scenario.settings.years
    titles = Titles(settlement.scenario)
    for row in settlement.national.to_dict("records"):
        key, year = str(row["objective"]), str(row["year"])
        first, _, last = year.partition(":")
        within = years[years.index(first) : years.index(last or first) + 1]
        chosen = "+".join(f'({span(targets, "year")}="{one}")' for one in within)
        where = f'({span(targets, "objective")}="{key}")*({chosen})'
        agreed = f"SUMPRODUCT({where}*{span(targets, 'agreed')})"
        proposed = f"SUMPRODUCT({where}*{span(targets, 'proposed')})"
        title, unit = titles.objectives[key], titles.units[key]
        yield "Proposed targets, from Targets", year, title, unit, proposed, float(row["proposed"])
        yield "Agreed targets, from Targets", year, title, unit, agreed, float(row["agreed"])
        short = f"MAX(0,{float(row['target'])!r}-{agreed})"
        yield "Shortfall: national target less agreed", year, title, unit, short, float(row["shortfall"])
