"""What an ensemble says to people, in 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singlepot.models.money import spoken

from .lines import lay_out

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.scenarios.ensemble.plan import Uncertain
    from singlepot.scenarios.ensemble.running import Ensemble

WIDEST = 10
"""How many areas are listed by the spread of their grants."""


def ensemble_text(done: Ensemble) -> str:
    """Write the summary of an ensemble."""
    sections = [_opening(done), _targets(done), _grants(done), _regret(done), _drivers(done)]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _of(done: Ensemble, kind: str) -> pd.DataFrame:
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
    table = _of(done, "target")
    if not len(table):
        return []
    rows = [
        (str(item), f"{row['met']:.0%}", f"{row['q05']:.1%}", f"{row['q50']:.1%}", f"{row['q95']:.1%}")
        for item, row in table.iterrows()
    ]
    header = ("national target", "met", "short: 5% of draws", "median", "95% of draws")
    return ["How often national targets are met, and how far they are missed", *lay_out(header, rows)]


def _grants(done: Ensemble) -> list[str]:
    table = _of(done, "grant")
    if "q05" not in table:
        return []
    money = done.central.scenario.settings.money
    names = done.central.scenario.filled("areas").set_index("code")["name"]
    spread = ((table["q95"] - table["q05"]) / table["central"].where(table["central"] > 0)).sort_values(ascending=False)
    rows = [
        (
            str(names.get(area, area))[:34],
            spoken(table.loc[area, "central"], money),
            spoken(table.loc[area, "q05"], money),
            spoken(table.loc[area, "q95"], money),
        )
        for area in spread.index[:WIDEST]
    ]
    return ["Grants that are least certain, over all years", *lay_out(("area", "central", "5%", "95%"), rows)]


def _regret(done: Ensemble) -> list[str]:
    table = _of(done, "regret")
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
