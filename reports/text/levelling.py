"""Convergence and inclusion in words: what places make up of their gaps, what is left, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from singlepot.models.diagnostics.problems import list_words
from singlepot.models.money import spoken
from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.stage_words import stage_words

from .lines import lay_out, wrap

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.models.analysis.growing_together import Growth
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
    titles, objectives = Titles(settlement.scenario), settlement.scenario.columns("objectives")
    falling = set(objectives["key"][objectives["direction"] == "decrease"])
    for objective, rows in table.groupby("objective", sort=False):
        key = str(objective)
        side, gain, lacked = ("above", "shed", "had beyond it") if key in falling else ("below", "gain", "lacked")
        gap, left = rows["gap"].sum(), rows["gap_end"].clip(lower=0).sum()
        widens = int((rows["gap_end"] > rows["gap"] * (1 + WIDENS)).sum())
        whose = "today's rate of their region" if section.compared_with == "region" else "today's rate of all that bid"
        if key in section.rates and section.compared_with == "nation":
            whose = "the published rate"
        verb = "narrows" if left <= gap * (1 + WIDENS) else "widens"
        yield (
            f"{titles.objectives[key]}: {section.places}s {side} {whose} {gain} "
            f"{rows['agreed'].sum() / gap:.1%} of the {titles.units[key]} they {lacked}, of an aim of "
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
        gap = f"{_number(row['gap'])} {titles.units[key]}"
        below = row["before"] < row["line"]
        side, lacks, way = ("below", f"lacks {gap}", "more") if below else ("above", f"has {gap} too many", "fewer")
        yield (
            f"{name} is {apart:.0%} {side} the line in {titles.objectives[key]}: it {lacks}; its aim is "
            f"{_number(row['aim'])} {way}, {_number(row['agreed'])} are agreed."
        )


def stage_value(value: float, unit: str, money: str) -> str:
    """Write the value of a stage: money, or a share."""
    return spoken(value, money) if unit.startswith("money") else f"{value:.2%}"


MOVED = 5e-5
"""Share of the bids above which money counts as moved between regions."""


def pays_words(cost: PriceOfConvergence, money: str) -> str:
    """Say which regions pay for convergence and inclusion, and which gain, the two with most of each."""
    table = cost.regions[cost.regions["region"] != ""].set_index("region")
    moved = (table["grant"] - table["without"]).sort_values(kind="stable")
    least = MOVED * float(table["bid"].sum())
    pays = [f"{region} {spoken(-by, money)} less" for region, by in moved[moved < -least].head(2).items()]
    gains = [f"{region} {spoken(by, money)} more" for region, by in moved[moved > least][::-1].head(2).items()]
    parts = [f"{list_words(part)}" for part in (pays, gains) if part]
    if not parts:
        return "Convergence and inclusion move no money between regions." if len(table) > 1 else ""
    return f"Against the same scenario without these aims and rules, grants are: {'; '.join(parts)}."


def growth_words(growth: Growth, names: tuple[str, str]) -> Iterator[str]:
    """Say whether prosperity and inclusion grow in the same areas, as proposed and as agreed."""
    before, after = (growth.together.set_index("when").loc[when] for when in ("before", "after"))
    one, other = names
    yield (
        f"{one} and {other} over {len(growth.areas)} areas: their rank correlation is {before['rank_correlation']:.2f} "
        f"as proposed and {after['rank_correlation']:.2f} as agreed; at 1 both grow in the same order, at 0 one says "
        f"nothing about the other. {before['both']:.0%} of the people live in areas that grow more than the median in "
        f"both as proposed, {after['both']:.0%} as agreed."
    )
    yield (
        f"All areas together grow by {after['prosperity']:.3%} in {one} and {after['inclusion']:.3%} in {other}, after "
        f"{before['prosperity']:.3%} and {before['inclusion']:.3%} as proposed."
    )


def price_section(settlement: Settlement, price: PriceOfConvergence) -> list[str]:
    """Put the settlement beside that without aims and rules of convergence and inclusion."""
    money = settlement.scenario.settings.money
    rows = [
        (stage_words(row["name"]), *(stage_value(row[part], row["unit"], money) for part in ("value", "without")))
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
        *([*wrap(pays), ""] if (pays := pays_words(price, money)) else []),
        *lay_out(("grant over bid", "with", "without"), grants, left=(0,)),
    ]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"
