"""The report of alternatives shows settlements nearly as good, what each moves, and how free each grant is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from singlepot.models.tables.stage_words import stage_words
from singlepot.reports.text.alternatives import difference, group_names
from singlepot.reports.text.lines import capital, count

from ..drawings.gains import ends_spec
from ..figures.figures import SHORT_UNITS
from ..pictures import Picture
from ..table import Kind
from ..words import plain_title
from .report import whole_page
from .tables import Section, Spec, show
from .words import ALTERNATIVES_WORDS

if TYPE_CHECKING:
    from singlepot.models.analysis.alternatives import Alternatives


def alternatives_html(alternatives: Alternatives) -> str:
    """Return the report of alternatives: one file, no network.

    Parameters
    ----------
    alternatives
        From :func:`singlepot.find_alternatives`.

    Raises
    ------
    PagesNotInstalledError
        Without Jinja2 and vl-convert, which the extra ``report`` brings.
    """
    scenario = alternatives.settlement.scenario
    found, within = alternatives.found, f"{alternatives.within:.4g}"
    head = f"{count(len(found), 'settlement')} in which nothing that is minimised is worse by more than {within} of it."
    options = ["--within", within, "--by", alternatives.by, "--count", str(max(len(found), 1))]
    return whole_page(
        "choice of settlements",
        f"Nearly as good: {plain_title(scenario.settings.title or 'a scenario')}",
        [scenario.settings],
        facts=[
            ("", capital(head)),
            *((f"Alternative {k}", difference(alternatives, k, one.moved)) for k, one in enumerate(found, start=1)),
        ],
        sections=list(_sections(alternatives)),
        words=ALTERNATIVES_WORDS,
        command=["singlepot", "alternatives", "SCENARIO", *options, "--out", "FOLDER"],
        about="SCENARIO is what was settled, a shipped name, a folder or a what-if; its hash is below.",
        made=[("Scenario, SHA-256", scenario.sha256)],
    )


def _sections(alternatives: Alternatives) -> Iterator[Section]:
    unit = SHORT_UNITS[alternatives.settlement.scenario.settings.money]
    numbers = [f"alternative {k}" for k in range(1, len(alternatives.found) + 1)]
    kind: Kind = "percent" if alternatives.by == "objective" else "money"
    what = "% of the targets" if alternatives.by == "objective" else unit
    groups = alternatives.groups.assign(called=group_names(alternatives))
    spec: Spec = {"called": (capital(alternatives.by), "text"), "central": (f"The settlement, {what}", kind)}
    ends: Spec = {"low": ("Lowest by itself", kind), "high": ("Highest by itself", kind)}
    spec = {**spec, **{name: (capital(name), kind) for name in numbers}, **ends}
    table = show("groups", f"What each {alternatives.by} has", groups, spec, ["group"], "groups.csv")
    yield Section("groups", "What differs", pictures=list(_pictures(alternatives, unit)), tables=[table])
    named = alternatives.stages.assign(called=[capital(stage_words(str(name))) for name in alternatives.stages["name"]])
    spec = {"called": ("What is minimised", "text"), "central": ("The settlement", "number")}
    spec = {**spec, **{name: (capital(name), "number") for name in numbers}, "most": ("Allowed", "number")}
    spec = {**spec, "unit": ("Unit", "text")}
    stages = show("stages", "What each costs in what is minimised", named, spec, ["name"], "stages.csv")
    yield Section("stages", "What it costs", tables=[stages])
    spec = {"name": ("Area", "text"), "bid": (f"Bid, {unit}", "money"), "grant": (f"Grant, {unit}", "money")}
    titles = {"equal_low": "Lowest, as good", "equal_high": "Highest, as good"}
    titles |= {"near_low": "Lowest, nearly as good", "near_high": "Highest, nearly as good"}
    spec = {**spec, **{name: (f"{title}, {unit}", "money") for name, title in titles.items()}}
    ranges = show("ranges", "How far each grant could go", alternatives.ranges, spec, ["area"], "ranges.csv")
    yield Section("ranges", "How free each grant is", tables=[ranges])


def _pictures(alternatives: Alternatives, unit: str) -> Iterator[Picture]:
    """Draw the areas that gain and lose most in each alternative."""
    for number in range(1, len(alternatives.found) + 1):
        rows = alternatives.grants[alternatives.grants["alternative"] == number]
        bars = pd.DataFrame({"name": rows["name"].astype(str), "value": rows["change"], "more": "of its grant"})
        label = f"Areas with the lowest and highest change in alternative {number}, {unit}"
        what = f"Alternative {number}: change of the grant, all years, {unit}"
        yield Picture(f"changes-{number}", label, ends_spec(bars.set_axis(rows["area"], axis=0), what, unit))
