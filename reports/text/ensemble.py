"""The summary of an ensemble gives how often targets are met, the spread of grants, regret and drivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singlepot.models.money import spoken
from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.plain_words import plain
from singlepot.models.tables.stage_words import stage_words

from .lines import count, join_sections, lay_out, settled_of, wrap

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.scenarios.ensemble.plan import Uncertain
    from singlepot.scenarios.ensemble.running import Ensemble

WIDEST = 10
"""Number of areas that are listed by the spread of their grants."""

NEARLY = 0.95
"""Share of draws from which a target counts as met in nearly all."""


def ensemble_text(ensemble: Ensemble) -> str:
    """Write the summary of an ensemble, in 80 columns."""
    return join_sections(part(ensemble) for part in (_opening, _targets, _grants, _regret, _drivers))


def ensemble_verdict(ensemble: Ensemble) -> str:
    """Write a paragraph on what an ensemble shows, with its numbers."""
    money = ensemble.central.scenario.settings.money
    settled = int((ensemble.draws["status"] == "settled").sum())
    titles = Titles(ensemble.central.scenario)
    parts = [settled_of(settled, len(ensemble.draws), "draw")]
    targets, grants = by_item(ensemble, "target"), by_item(ensemble, "grant")
    if len(targets) and "q50" in targets:
        surely, never = int((targets["met"] >= NEARLY).sum()), int((targets["met"] == 0).sum())
        parts.append(
            f"{count(len(targets), 'national target')} by year: {surely} met in at least {NEARLY:.0%} of "
            + ("draws" if settled == len(ensemble.draws) else "the draws with a settlement")
        )
        parts[-1] += f", {never} in none"
        item = str(targets["q50"].idxmax())
        worst, row = target_words(item, titles), targets.loc[item]
        if row["q50"] > 0:
            tail = f"{row['q95']:.1%} or more in one of twenty"
            parts.append(f"furthest off is {worst}: {row['q50']:.1%} in the median draw, {tail}")
    if "q05" in grants and (grants["central"] > 0).any():
        row = grants.loc[widest(grants).index[0]]
        ends = " to ".join(spoken(row[q], money) for q in ("q05", "q95"))
        central = spoken(row["central"], money)
        parts.append(f"least certain is the grant of {titles.of('area', str(row.name))}: {ends}, centrally {central}")
    return "; ".join(parts) + "."


def widest(grants: pd.DataFrame) -> pd.Series[float]:
    """Rank areas by the spread of their grant, 5% to 95% of draws, as a share of the central one."""
    spread = (grants["q95"] - grants["q05"]) / grants["central"].where(grants["central"] > 0)
    return spread.sort_values(ascending=False, kind="stable")


def by_item(ensemble: Ensemble, kind: str) -> pd.DataFrame:
    """Pivot the summary's figures of one kind: a row for each item and a column for each statistic."""
    chosen = ensemble.summary[ensemble.summary["kind"] == kind]
    return chosen.pivot_table(index="item", columns="statistic", values="value", aggfunc="first", sort=False)


def last_targets(targets: pd.DataFrame) -> pd.DataFrame:
    """Select the national targets of the last year and of ranges of years; items are ``OBJECTIVE YEAR``."""
    years = targets.index.to_series().str.rsplit(" ", n=1).str[1]
    last = max((year for year in years if ":" not in year), default="")
    return targets[((years == last) | years.str.contains(":")).to_numpy()]


def target_words(item: object, titles: Titles) -> str:
    """Write a national target, an item ``OBJECTIVE YEAR`` of the summary, with the title of its objective."""
    key, _, year = str(item).rpartition(" ")
    return f"{titles.of('objective', key)} {year}"


def result_words(item: object) -> str:
    """Write a result of draws: the value of a stage, or the money left."""
    return "the money left" if item == "left" else stage_words(str(item))


def input_words(text: str, titles: Titles) -> str:
    """Write an uncertain input, a quantity and what has the factor, with titles of areas, objectives and options.

    Examples
    --------
    >>> import singlepot as sp
    >>> titles = Titles(sp.read_scenario("bucks-and-burnley"))
    >>> input_words("unit costs: E07000117", titles), input_words("targets: trees", titles)
    ('unit costs: Burnley', 'targets: Trees')
    """
    quantity, colon, unit = text.partition(": ")
    area, _, option = unit.partition(" ")
    title = f"{titles.areas[area]} {titles.option(area, option)}" if option and area in titles.areas else ""
    return f"{quantity}{colon}{title or titles.areas.get(unit) or titles.objectives.get(unit) or plain(unit)}"


def _opening(ensemble: Ensemble) -> list[str]:
    counts = ensemble.summary[ensemble.summary["kind"] == "draws"]
    statuses = ", ".join(f"{int(row['value'])} {row['item']}" for row in counts.to_dict("records"))
    title = ensemble.plan.title or f"Ensemble of {ensemble.plan.base}"
    quantities = "; ".join(_quantity(quantity) for quantity in ensemble.plan.uncertain)
    return [
        title,
        f"{len(ensemble.draws)} draws, seed {ensemble.plan.seed}, {ensemble.plan.sampler}: {statuses}",
        *wrap(f"uncertain: {quantities}"),
    ]


def _quantity(uncertain: Uncertain) -> str:
    together = f", correlated by {plain(uncertain.correlate)}" if uncertain.correlate else ""
    return f"{uncertain.name} ({uncertain.distribution}, {_each(uncertain.each)}{together})"


def _each(label: str) -> str:
    """Write what has a factor of its own."""
    return {"all": "one for all", "row": "one for each row"}.get(label, f"one for each {plain(label)}")


def _targets(ensemble: Ensemble) -> list[str]:
    table = by_item(ensemble, "target")
    if not len(table):
        return []
    titles = Titles(ensemble.central.scenario)
    rows = [
        (target_words(item, titles), f"{row['met']:.0%}", f"{row['q05']:.1%}", f"{row['q50']:.1%}", f"{row['q95']:.1%}")
        for item, row in table.iterrows()
    ]
    header = ("national target", "met", "short: 5% of draws", "median", "95% of draws")
    return ["How often national targets are met, and how far they are missed", *lay_out(header, rows)]


def _grants(ensemble: Ensemble) -> list[str]:
    table = by_item(ensemble, "grant")
    if "q05" not in table:
        return []
    money = ensemble.central.scenario.settings.money
    titles = Titles(ensemble.central.scenario)
    rows = [
        (
            titles.of("area", str(area))[:34],
            spoken(table.loc[area, "central"], money),
            spoken(table.loc[area, "q05"], money),
            spoken(table.loc[area, "q95"], money),
        )
        for area in widest(table).index[:WIDEST]
    ]
    return ["Grants that are least certain, over all years", *lay_out(("area", "central", "5%", "95%"), rows)]


def _regret(ensemble: Ensemble) -> list[str]:
    table = by_item(ensemble, "regret")
    if "mean" not in table:
        return []
    lines = wrap("How much worse it is to keep to the central settlement's grants when a draw comes true")
    for item, row in table.iterrows():
        mean, most = f"{row['mean']:.2%} on average", f"{row['q95']:.2%} in one draw of twenty"
        lines += wrap(f"{stage_words(str(item))}: {mean}, {most}", "  ", "    ")
    return lines


def _drivers(ensemble: Ensemble) -> list[str]:
    chosen = ensemble.summary[(ensemble.summary["kind"] == "driver") & (ensemble.summary["statistic"] == "S1")]
    lines: list[str] = []
    titles = Titles(ensemble.central.scenario)
    for outcome, rows in chosen.groupby("item", sort=False):
        most = rows.sort_values("value", ascending=False).head(5)
        inputs = ", ".join(
            f"{input_words(row['input'], titles)} ({max(row['value'], 0.0):.0%})" for row in most.to_dict("records")
        )
        lines += wrap(f"{result_words(outcome)}: {inputs}", "  ", "    ")
    return ["What drives the result (share of its variance that each input explains)", *lines] if lines else []
