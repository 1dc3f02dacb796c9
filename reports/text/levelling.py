"""Convergence and inclusion in words: what places make up of their gaps, what is left, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from singlepot.models.money import spoken
from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.stage_words import stage_words

from .lines import lay_out, wrap

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.models.analysis.price_of_convergence import PriceOfConvergence
    from singlepot.models.settlement.settlement import Settlement

WIDENS = 1e-9
"""Relative growth of a gap above which it widens."""


def levelling_section(settlement: Settlement) -> list[str]:
    """Say what places make up of their gaps and bring together; nothing where there is no such aim."""
    sentences = [*convergence_words(settlement), *inclusion_words(settlement)]
    return [line for sentence in sentences for line in wrap(sentence)]


def convergence_words(settlement: Settlement) -> Iterator[str]:
    """Write a sentence for each objective with an aim, and one on areas without a figure.

    What places gain stands beside how far the gap itself narrows, because the line rises too.
    """
    table, section = settlement.convergence, settlement.scenario.settings.convergence
    if table is None or section is None:
        return
    titles = Titles(settlement.scenario)
    for objective, rows in table.groupby("objective", sort=False):
        key = str(objective)
        gap, left = rows["gap"].sum(), rows["gap_end"].clip(lower=0).sum()
        widens = int((rows["gap_end"] > rows["gap"] * (1 + WIDENS)).sum())
        whose = "their region's rate" if section.compared_with == "region" else "the rate of the areas that bid"
        if key in section.rates and section.compared_with == "nation":
            whose = "the published rate"
        verb = "narrows" if left <= gap else "widens"
        yield (
            f"{titles.objectives[key]}: {section.places}s below {whose} of today gain "
            f"{rows['agreed'].sum() / gap:.1%} of the {titles.units[key]} they lacked, of an aim of "
            f"{rows['aim'].sum() / gap:.1%}; the others move too, so the gap itself {verb} by "
            f"{abs(1 - left / gap):.1%}; in {widens} of {len(rows)} {section.places}s it widens."
        )
    yield from _without_figure(settlement, titles)


def _without_figure(settlement: Settlement, titles: Titles) -> Iterator[str]:
    """Name the areas that lack a figure of an objective with an aim."""
    section, areas = settlement.scenario.settings.convergence, settlement.scenario.filled("areas")
    objectives = settlement.scenario.filled("objectives").set_index("key")
    bidding = areas["code"].isin({*settlement.scenario.bids["area"], *settlement.scenario.targets["area"]})
    areas = areas[bidding & (areas["type"] != "centre")]
    for key in section.aims if section is not None else ():
        figures = areas[[objectives.at[key, "baseline"], objectives.at[key, "per"]]]
        lacking = areas["name"][figures.isna().any(axis=1)]
        if len(lacking):
            yield f"Without a figure for {titles.objectives[key]}: {', '.join(lacking)}."


def inclusion_words(settlement: Settlement) -> Iterator[str]:
    """Write how much of both national targets is met in the same places."""
    table, section = settlement.inclusion, settlement.scenario.settings.inclusion
    if table is None or section is None:
        return
    titles = Titles(settlement.scenario)
    one, other = (titles.objectives[key] for key in (section.prosperity, section.inclusion))
    asked = "" if section.together is None else f", of {section.together:.1%} that were asked for"
    yield (
        f"{one} and {other} together: {table['prosperity'].sum():.1%} and {table['inclusion'].sum():.1%} of the "
        f"national targets, {table['together'].sum():.1%} in the same places{asked}."
    )


def aim_words(rows: pd.DataFrame, name: str, titles: Titles) -> Iterator[str]:
    """Write a sentence for each aim of an area: how far it is from the line, what is aimed at and what is agreed.

    Parameters
    ----------
    rows
        The area's rows of the table of convergence.
    name
        Name of the area.
    titles
        Titles of the scenario.
    """
    for row in rows.to_dict("records"):
        key, apart = str(row["objective"]), abs(row["before"] / row["line"] - 1)
        yield (
            f"{name} is {apart:.0%} {'below' if row['before'] < row['line'] else 'above'} the line in "
            f"{titles.objectives[key]}: it lacks {_number(row['gap'])} {titles.units[key]}; its aim is "
            f"{_number(row['aim'])} more, {_number(row['agreed'])} are agreed."
        )


def price_section(settlement: Settlement, price: PriceOfConvergence) -> list[str]:
    """Put the settlement beside that without aims and rules of convergence and inclusion."""
    money = settlement.scenario.settings.money

    def said(value: float, unit: str) -> str:
        return spoken(value, money) if unit.startswith("money") else f"{value:.2%}"

    rows = [
        (stage_words(row["name"]), said(row["value"], row["unit"]), said(row["without"], row["unit"]))
        for row in price.stages.to_dict("records")
    ]
    rows.append(("areas on a limit", f"{price.on_limit:,}", f"{price.on_limit_without:,}"))
    grants = [
        (str(row["region"]) or "no region", *(f"{row[name] / row['bid']:.2f}" for name in ("grant", "without")))
        for row in price.regions[price.regions["bid"] > 0].to_dict("records")
    ]
    return [
        "What convergence and inclusion cost: the same scenario without their aims and rules",
        *lay_out(("", "with", "without"), rows, left=(0,)),
        "",
        *lay_out(("grant over bid", "with", "without"), grants, left=(0,)),
    ]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"
