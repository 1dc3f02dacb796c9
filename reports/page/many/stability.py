"""The report of stability shows how far each grant moves when an area changes its own numbers a little."""

from __future__ import annotations

import pandas as pd

from singlepot.models.settlement.settlement import Settlement
from singlepot.reports.text.stability import stability_facts

from ..pictures import Picture
from ..words import plain_title
from .drawings import bars_spec
from .report import whole_page
from .tables import Section, stability_table
from .words import STABILITY_WORDS

SHOWN = 20
"""Changes that are drawn, those that move a grant furthest."""


def stability_html(stability: pd.DataFrame, settlement: Settlement) -> str:
    """Return the report of stability: one file, no network.

    Parameters
    ----------
    stability
        From :func:`singlepot.measure_stability`.
    settlement
        What it started from.

    Raises
    ------
    PagesNotInstalledError
        Without Jinja2 and vl-convert, which the extra ``report`` brings.
    """
    scenario = settlement.scenario
    return whole_page(
        "test of stability",
        f"How far grants move: {plain_title(scenario.settings.title or 'a scenario')}",
        [scenario.settings],
        facts=[("", fact) for fact in stability_facts(stability)],
        sections=[_moves(stability, scenario.settings.money)],
        words=STABILITY_WORDS,
        command=["singlepot", "stability", "SCENARIO", "--out", "FOLDER"],
        about="SCENARIO is what was settled, a shipped name, a folder or a what-if; its hash is below.",
        made=[("Scenario, SHA-256", scenario.sha256)],
    )


def _moves(stability: pd.DataFrame, money: str) -> Section:
    known = stability[stability["elasticity"].notna()]
    chosen = known.loc[known["elasticity"].abs().sort_values(ascending=False, kind="stable").index[:SHOWN]]
    bars = []
    for row in chosen.to_dict("records"):
        name, factor = f"{row['number']} {row['moved']:+.0%}, {row['name']}", float(row["elasticity"])
        tip = f"{name}: the grant moves {factor:.2f} times as far"
        bars.append(
            {
                "name": name,
                "v": factor,
                "text": f"{factor:+.2f}".replace("-0.00", "0.00").replace("+0.00", "0.00"),
                "t": tip,
            }
        )
    title = "How many times as far the grant moves as the number"
    pictures = [Picture("moves", f"{title}; the table holds the figures", bars_spec(bars, title))] if bars else []
    return Section("moves", "Every change", pictures=pictures, tables=[stability_table(stability, money)])
