"""What an ensemble says to people, in 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singlepot.models.money import spoken

from .lines import count, lay_out

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.scenarios.ensemble.plan import Uncertain
    from singlepot.scenarios.ensemble.running import Ensemble

WIDEST = 10
"""How many areas are listed by the spread of their grants."""

SURE = 0.95
"""Share of draws from which a target counts as met in nearly all."""


def ensemble_text(done: Ensemble) -> str:
    """Write the summary of an ensemble."""
    sections = [_opening(done), _targets(done), _grants(done), _regret(done), _drivers(done)]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def ensemble_verdict(done: Ensemble) -> str:
    """Say in a paragraph what an ensemble shows, with its numbers."""
    money = done.central.scenario.settings.money
    settled = int((done.draws["status"] == "settled").sum())
    said = [f"{settled} of {count(len(done.draws), 'draw')} {'has' if len(done.draws) == 1 else 'have'} a settlement"]
    targets, grants = by_item(done, "target"), by_item(done, "grant")
    if len(targets) and "q50" in targets:
        surely, never = int((targets["met"] >= SURE).sum()), int((targets["met"] == 0).sum())
        said.append(f"{count(len(targets), 'national target')} by year: {surely} met in at least {SURE:.0%} of draws")
        said[-1] += f", {never} in none"
        worst = str(targets["q50"].idxmax())
        row = targets.loc[worst]
        if row["q50"] > 0:
            tail = f"{row['q95']:.1%} or more in one of twenty"
            said.append(f"furthest off is {worst}: {row['q50']:.1%} in the median draw, {tail}")
    if "q05" in grants and (grants["central"] > 0).any():
        row = grants.loc[widest(grants).index[0]]
        names = done.central.scenario.filled("areas").set_index("code")["name"]
        ends = " to ".join(spoken(row[q], money) for q in ("q05", "q95"))
        central = spoken(row["central"], money)
        said.append(f"least certain is the grant of {names.get(row.name, row.name)}: {ends}, centrally {central}")
    return "; ".join(said) + "."


def widest(grants: pd.DataFrame) -> pd.Series[float]:
    """Spread of each area's grant, 5% to 95% of draws, as a share of the central one; the widest first."""
    spread = (grants["q95"] - grants["q05"]) / grants["central"].where(grants["central"] > 0)
    return spread.sort_values(ascending=False, kind="stable")


def by_item(done: Ensemble, kind: str) -> pd.DataFrame:
    """The summary's figures of one kind, a row for each item and a column for each statistic."""
    chosen = done.summary[done.summary["kind"] == kind]
    return chosen.pivot_table(index="item", columns="statistic", values="value", aggfunc="first", sort=False)


def _opening(done: Ensemble) -> list[str]:
    counts = done.summary[done.summary["kind"] == "draws"]
    said = ", ".join(f"{int(row['value'])} {row['item']}" for row in counts.to_dict("records"))
    title = done.plan.title or f"Ensemble of {done.plan.base}"
    quantities = "; ".join(_said(each) for each in done.plan.uncertain)
    return [
        title,
        f"{len(done.draws)} draws, seed {done.plan.seed}, {done.plan.sampler}: {said}",
        f"uncertain: {quantities}",
    ]


def _said(uncertain: Uncertain) -> str:
    together = f", correlated by {uncertain.correlate}" if uncertain.correlate else ""
    return f"{uncertain.name} ({uncertain.distribution}, one for each {uncertain.each}{together})"


def _targets(done: Ensemble) -> list[str]:
    table = by_item(done, "target")
    if not len(table):
        return []
    rows = [
        (str(item), f"{row['met']:.0%}", f"{row['q05']:.1%}", f"{row['q50']:.1%}", f"{row['q95']:.1%}")
        for item, row in table.iterrows()
    ]
    header = ("national target", "met", "short: 5% of draws", "median", "95% of draws")
    return ["How often national targets are met, and how far they are missed", *lay_out(header, rows)]


def _grants(done: Ensemble) -> list[str]:
    table = by_item(done, "grant")
    if "q05" not in table:
        return []
    money = done.central.scenario.settings.money
    names = done.central.scenario.filled("areas").set_index("code")["name"]
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


def _regret(done: Ensemble) -> list[str]:
    table = by_item(done, "regret")
    if "mean" not in table:
        return []
    lines = ["Regret: how much worse it is to keep to the central settlement's grants when a draw comes true"]
    for item, row in table.iterrows():
        lines.append(f"  {item}: {row['mean']:.2%} on average, {row['q95']:.2%} in one draw of twenty")
    return lines


def _drivers(done: Ensemble) -> list[str]:
    chosen = done.summary[(done.summary["kind"] == "driver") & (done.summary["statistic"] == "S1")]
    lines = []
    for outcome, own in chosen.groupby("item", sort=False):
        most = own.sort_values("value", ascending=False).head(5)
        said = ", ".join(f"{row['input']} ({max(row['value'], 0.0):.0%})" for row in most.to_dict("records"))
        lines.append(f"  {outcome}: {said}")
    return ["What drives the result (share of its variance that each input explains)", *lines] if lines else []
