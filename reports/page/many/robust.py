"""The report of robust grants shows what deciding once for all draws is worth, and whose grant differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from singlepot.models.scenario.titles import Titles
from singlepot.reports.text.lines import capital
from singlepot.reports.text.robust import CASES, measure_words, robust_facts

from ..drawings.gains import ends_spec
from ..figures.figures import SHORT_UNITS
from ..pictures import Picture
from ..words import plain_title
from .drawings import bars_spec
from .report import whole_page
from .tables import Section, Spec, show
from .words import ROBUST_WORDS

if TYPE_CHECKING:
    from singlepot.scenarios.ensemble.robust_result import Robust


def robust_html(robust: Robust) -> str:
    """Return the report of robust grants: one file, no network.

    Parameters
    ----------
    robust
        From :func:`singlepot.settle_robust`.

    Raises
    ------
    PagesNotInstalledError
        Without Jinja2 and vl-convert, which the extra ``report`` brings.
    """
    scenario = robust.central.scenario
    title = plain_title(robust.plan.title or scenario.settings.title or "a scenario")
    options = ["--draws", str(len(robust.draws)), "--worst", f"{robust.worst_share:g}"]
    return whole_page(
        "decision under uncertainty",
        f"Decided once for all that may come: {title}",
        [scenario.settings],
        facts=[("", fact) for fact in robust_facts(robust)],
        sections=[_cases(robust), _areas(robust)],
        words=ROBUST_WORDS,
        command=["singlepot", "robust", "PLAN.toml", *options, "--out", "FOLDER"],
        about="PLAN.toml is the file of the plan of the draws.",
        made=[("Base scenario, SHA-256", scenario.sha256), ("Seed", str(robust.plan.seed))],
    )


def _cases(robust: Robust) -> Section:
    names = {case: capital(words) for case, words in CASES.items()}
    kinds = {"expected": "on average", "worst": f"in the worst {robust.worst_share:.0%} of draws"}
    short = {(case, kind): robust.figure(f"{kind}, {case}") for case in names for kind in kinds}
    pictures = []
    for kind, when in kinds.items():
        bars = [_bar(names[case], value, when) for (case, of), value in short.items() if of == kind and value == value]
        if bars:
            title = f"{measure_words(robust)} {when}, % of the target"
            pictures.append(Picture(kind, f"{title}; the table holds the figures", bars_spec(bars, title)))
    rows = [{"case": case, "name": name, **{k: short[case, k] for k in kinds}} for case, name in names.items()]
    spec: Spec = {
        "name": ("Grants", "text"),
        "expected": ("Short on average, % of target", "fine percent"),
        "worst": ("Short in the worst draws, % of target", "fine percent"),
    }
    table = show("cases", "What is short under each kind of grants", pd.DataFrame(rows), spec, ["case"], "figures.csv")
    return Section("cases", "What it is worth", pictures=pictures, tables=[table])


def _bar(name: str, value: float, when: str) -> dict[str, object]:
    return {"name": name, "v": 100 * value, "text": f"{value:.2%}", "t": f"{name}: {value:.2%} short {when}"}


def _areas(robust: Robust) -> Section:
    scenario = robust.central.scenario
    unit, names = SHORT_UNITS[scenario.settings.money], Titles(scenario).areas
    sums = robust.grants.groupby("area")[["bid", "central", "grant", "change"]].sum()
    table = sums.assign(name=[names[str(code)] for code in sums.index])
    bars = pd.DataFrame({"name": table["name"], "value": table["change"], "more": "against the central grant"})
    what = f"Change against the central grant, all years, {unit}"
    picture = Picture("changes", f"Areas with the lowest and highest change, {unit}", ends_spec(bars, what, unit))
    titles = {"bid": "Bid", "central": "Central grant", "grant": "Grant decided once", "change": "Change"}
    spec: Spec = {"name": ("Area", "text"), **{key: (f"{title}, {unit}", "money") for key, title in titles.items()}}
    shown = table.sort_values("name", kind="stable").reset_index()
    return Section("areas", "Whose grant differs", pictures=[picture], tables=[
        show("areas", "Every area, all years", shown, spec, ["area"], "grants.csv")
    ])  # fmt: skip
