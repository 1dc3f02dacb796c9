"""Tables of an ensemble are made from its summary, its draws and its plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.plain_words import plain
from singlepot.models.tables.stage_words import stage_words
from singlepot.reports.text.ensemble import by_item, input_words, result_words
from singlepot.reports.text.lines import capital, count

from ..figures.figures import figures_of
from ..pictures import Picture
from ..table import Table
from .tables import Section, Spec, show

if TYPE_CHECKING:
    from singlepot.scenarios.ensemble.running import Ensemble

_STATISTICS: Mapping[str, str] = {
    "mean": "Mean", "q05": "5% of draws", "q25": "25%", "q50": "Median", "q75": "75%", "q95": "95% of draws"
}  # fmt: skip


def drawn_sections(ensemble: Ensemble, pictures: Mapping[str, list[Picture]]) -> Iterator[Section]:
    """Show the draws together: targets, grants, regret, drivers, and the plan."""
    figures = figures_of(ensemble.central)
    targets, grants = by_item(ensemble, "target"), by_item(ensemble, "grant")
    settled = int((ensemble.draws["status"] == "settled").sum())
    drawn = "all draws" if settled == len(ensemble.draws) else f"the {count(settled, 'draw')} with a settlement"
    if len(targets):
        parts = [str(item).rpartition(" ") for item in targets.index]
        called = [figures.titles.of("objective", key) for key, _, _ in parts]
        named = targets.assign(called=called, year=[year for *_, year in parts])
        spec: Spec = {
            "called": ("Objective", "text"),
            "year": ("Year", "text"),
            "met": ("Met, % of these draws", "percent"),
        }
        spec = {**spec, **{k: (f"Short: {t.lower()}, % of target", "percent") for k, t in _STATISTICS.items()}}
        table = _items("targets", f"National targets over {drawn}", named, spec)
        title = "How often national targets are met, and how far they are missed"
        yield Section("targets", title, pictures=pictures["target"], tables=[table])
    if len(grants):
        named = grants.assign(name=[figures.area_records[str(a)]["name"] for a in grants.index])
        columns = {"central": "Central settlement", **_STATISTICS}
        spec = {"name": ("Area", "text"), **{k: (f"{t}, {figures.money}", "money") for k, t in columns.items()}}
        table = _items("grants", f"Grants over all years, over {drawn}", named, spec)
        yield Section("grants", "How far grants spread", pictures=pictures["grant"], tables=[table])
    yield from _regret_and_drivers(ensemble)
    yield _plan_section(ensemble)


def _items(key: str, caption: str, table: pd.DataFrame, spec: Spec) -> Table:
    return show(key, caption, table.rename_axis("item").reset_index(), spec, ["item"], "summary.csv")


def _regret_and_drivers(ensemble: Ensemble) -> Iterator[Section]:
    regret = by_item(ensemble, "regret")
    if len(regret):
        regret = regret.assign(called=[capital(stage_words(str(stage))) for stage in regret.index])
        spec: Spec = {"called": ("What is minimised", "text"), **{k: (t, "percent") for k, t in _STATISTICS.items()}}
        spec = {**spec, "not possible": ("Draws that cannot be settled so", "count")}
        about = "How much more of the target is missed where the central settlement's grants are kept to in a draw."
        yield Section(
            "regret",
            "What keeping to the grants costs",
            [about],
            tables=[_items("regret", "What it costs over all draws", regret, spec)],
        )
    if len(by_item(ensemble, "driver")):
        drivers = ensemble.summary[ensemble.summary["kind"] == "driver"]
        wide = drivers.pivot_table(index=["item", "input"], columns="statistic", values="value", sort=False)
        titles = figures_of(ensemble.central).titles
        wide = wide.reset_index()
        wide["result"] = [capital(result_words(item)) for item in wide["item"]]
        wide["called"] = [input_words(name, titles) for name in wide["input"]]
        spec = {"result": ("Result", "text"), "called": ("Uncertain input", "text"),
                "S1": ("Share of the variance it explains", "percent"),
                "rank correlation": ("Rank correlation", "number")}  # fmt: skip
        table = show("drivers", "Inputs that matter most", wide, spec, ["item", "input"], "summary.csv")
        yield Section("drivers", "What drives the result", tables=[table])


def _plan_section(ensemble: Ensemble) -> Section:
    titles = figures_of(ensemble.central).titles
    plan = pd.DataFrame([quantity.model_dump(exclude_none=True) for quantity in ensemble.plan.uncertain])
    plan = plan.assign(**{c: [_listed(v, titles) for v in plan[c]] for c in _WORDED if c in plan})
    spec: Spec = {name: (title, "mixed") for name, title in _PLAN.items()}
    folded = [show("uncertain", "What is uncertain", plan, spec, ["name"], "ensemble.json")]
    counts = ensemble.draws.groupby(["status", "reason"], as_index=False, dropna=False).size()
    spec = {"status": ("Status", "text"), "size": ("Draws", "count"), "reason": ("Reason", "text")}
    folded.append(show("draws", "Draws", counts, spec, ["status", "reason"], "draws.parquet"))
    stages = by_item(ensemble, "stage")
    if len(stages):
        stages = stages.assign(called=[capital(stage_words(str(stage))) for stage in stages.index])
        spec = {"called": ("What is minimised", "text"), **{k: (t, "number") for k, t in _STATISTICS.items()}}
        folded.append(_items("stages", "Values of what is minimised, over all draws", stages, spec))
    paragraphs = [f"{count(len(ensemble.draws), 'draw')}, {ensemble.plan.sampler}, seed {ensemble.plan.seed}."]
    return Section("uncertain", "What was drawn", paragraphs, tables=folded[:1], folded=folded[1:])


_PLAN = {
    "name": "What", "table": "Table", "columns": "Columns", "where": "Rows", "each": "A factor for each",
    "distribution": "Distribution", "spread": "Spread", "low": "Low", "mode": "Mode", "high": "High",
    "values": "Values", "correlate": "Moves together by", "correlation": "Correlation",
}  # fmt: skip


_WORDED = ("table", "columns", "where", "each", "values", "correlate")
"""Columns of the plan that hold keys."""


def _listed(value: object, titles: Titles) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{plain(key)}: {_listed(part, titles)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_listed(part, titles) for part in value)
    return titles.areas.get(str(value)) or titles.objectives.get(str(value)) or plain(str(value))
