"""The summary of an ensemble gives how often targets are met, the spread of grants, regret and drivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singlepot.models.money import spoken

from .lines import count, join_sections, lay_out, settled_of

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
    parts = [settled_of(settled, len(ensemble.draws), "draw")]
    targets, grants = by_item(ensemble, "target"), by_item(ensemble, "grant")
    if len(targets) and "q50" in targets:
        surely, never = int((targets["met"] >= NEARLY).sum()), int((targets["met"] == 0).sum())
        parts.append(
            f"{count(len(targets), 'national target')} by year: {surely} met in at least {NEARLY:.0%} of draws"
        )
        parts[-1] += f", {never} in none"
        worst = str(targets["q50"].idxmax())
        row = targets.loc[worst]
        if row["q50"] > 0:
            tail = f"{row['q95']:.1%} or more in one of twenty"
            parts.append(f"furthest off is {worst}: {row['q50']:.1%} in the median draw, {tail}")
    if "q05" in grants and (grants["central"] > 0).any():
        row = grants.loc[widest(grants).index[0]]
        names = ensemble.central.scenario.filled("areas").set_index("code")["name"]
        ends = " to ".join(spoken(row[q], money) for q in ("q05", "q95"))
        central = spoken(row["central"], money)
        parts.append(f"least certain is the grant of {names.get(row.name, row.name)}: {ends}, centrally {central}")
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


def _opening(ensemble: Ensemble) -> list[str]:
    counts = ensemble.summary[ensemble.summary["kind"] == "draws"]
    statuses = ", ".join(f"{int(row['value'])} {row['item']}" for row in counts.to_dict("records"))
    title = ensemble.plan.title or f"Ensemble of {ensemble.plan.base}"
    quantities = "; ".join(_quantity(quantity) for quantity in ensemble.plan.uncertain)
    return [
        title,
        f"{len(ensemble.draws)} draws, seed {ensemble.plan.seed}, {ensemble.plan.sampler}: {statuses}",
        f"uncertain: {quantities}",
    ]


def _quantity(uncertain: Uncertain) -> str:
    together = f", correlated by {uncertain.correlate}" if uncertain.correlate else ""
    return f"{uncertain.name} ({uncertain.distribution}, one for each {uncertain.each}{together})"


def _targets(ensemble: Ensemble) -> list[str]:
    table = by_item(ensemble, "target")
    if not len(table):
        return []
    rows = [
        (str(item), f"{row['met']:.0%}", f"{row['q05']:.1%}", f"{row['q50']:.1%}", f"{row['q95']:.1%}")
        for item, row in table.iterrows()
    ]
    header = ("national target", "met", "short: 5% of draws", "median", "95% of draws")
    return ["How often national targets are met, and how far they are missed", *lay_out(header, rows)]


def _grants(ensemble: Ensemble) -> list[str]:
    table = by_item(ensemble, "grant")
    if "q05" not in table:
        return []
    money = ensemble.central.scenario.settings.money
    names = ensemble.central.scenario.filled("areas").set_index("code")["name"]
    rows = [
        (
            str(names.get(area, area))[:34],
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
    lines = ["Regret: how much worse it is to keep to the central settlement's grants when a draw comes true"]
    for item, row in table.iterrows():
        lines.append(f"  {item}: {row['mean']:.2%} on average, {row['q95']:.2%} in one draw of twenty")
    return lines


def _drivers(ensemble: Ensemble) -> list[str]:
    chosen = ensemble.summary[(ensemble.summary["kind"] == "driver") & (ensemble.summary["statistic"] == "S1")]
    lines = []
    for outcome, rows in chosen.groupby("item", sort=False):
        most = rows.sort_values("value", ascending=False).head(5)
        inputs = ", ".join(f"{row['input']} ({max(row['value'], 0.0):.0%})" for row in most.to_dict("records"))
        lines.append(f"  {outcome}: {inputs}")
    return ["What drives the result (share of its variance that each input explains)", *lines] if lines else []
