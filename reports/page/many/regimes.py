"""The report of regimes sets ways of sharing side by side: what each leaves short, and what areas get of their bids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from singlepot.models.scenario.titles import Titles
from singlepot.reports.text.regimes import (
    LEVELLING_HEADERS,
    SAME,
    average_short,
    levelling_table,
    paid_shares,
    pooling_words,
    sentence,
    worst_short,
)

from ..figures.figures import SHORT_UNITS
from ..pictures import Picture
from ..words import plain_title
from .drawings import bars_spec
from .report import whole_page
from .tables import Section, Spec, show
from .words import REGIMES_WORDS

if TYPE_CHECKING:
    from singlepot.scenarios.regimes import Regimes


def regimes_html(regimes: Regimes) -> str:
    """Return the report of regimes: one file, no network.

    Parameters
    ----------
    regimes
        From :func:`singlepot.compare_regimes`.

    Raises
    ------
    PagesNotInstalledError
        Without Jinja2 and vl-convert, which the extra ``report`` brings.
    """
    settings = regimes.scenario.settings
    pooling = pooling_words(regimes)
    return whole_page(
        "comparison of ways of sharing",
        f"Ways of sharing the money: {plain_title(settings.title or 'a scenario')}",
        [settings],
        facts=[
            *([("What pooling is worth", pooling)] if pooling else []),
            *((name, sentence(regimes, key)) for key, name in list(regimes.names.items())[:1]),
        ],
        sections=[_side_by_side(regimes), *_levelling(regimes), _in_words(regimes), _areas(regimes)],
        words=REGIMES_WORDS,
        command=["singlepot", "regimes", "SCENARIO", "--only", ",".join(regimes.names), "--out", "FOLDER"],
        about="SCENARIO is what was settled, a shipped name, a folder or a what-if; its hash is below.",
        made=[("Scenario, SHA-256", regimes.scenario.sha256)],
    )


def _side_by_side(regimes: Regimes) -> Section:
    unit = SHORT_UNITS[regimes.scenario.settings.money]
    rows, bars = [], []
    for key, settlement in regimes.settlements.items():
        paid, name = paid_shares(settlement), regimes.names[key]
        row = {
            "regime": key,
            "name": name,
            "granted": float(settlement.grants["grant"].sum()),
            "lowest": paid.min(),
            "median": paid.median(),
            "highest": paid.max(),
            "none": int((paid < SAME).sum()),
        }
        if len(settlement.national):
            short, worst = average_short(settlement), worst_short(settlement)
            row |= {"short": short, "worst": worst}
            tip = f"{name}: {short:.2%} short on average, {worst:.2%} at worst"
            bars.append({"name": name, "v": 100 * short, "text": f"{short:.2%}", "t": tip})
        rows.append(row)
    spec: Spec = {
        "name": ("Way of sharing", "text"),
        "granted": (f"Granted, {unit}", "money"),
        "lowest": ("Lowest grant, % of bid", "percent"),
        "median": ("Median", "percent"),
        "highest": ("Highest", "percent"),
        "none": ("Areas that get nothing", "count"),
        "short": ("National targets, short on average", "percent"),
        "worst": ("Short at worst", "percent"),
    }
    table = show("regimes", "Ways of sharing, all years", pd.DataFrame(rows), spec, ["regime"], "summary.csv")
    label = "National targets, short on average, by way of sharing; the table holds the figures"
    drawn = bars_spec(bars, "National targets: short on average, % of the target") if bars else None
    pictures = [Picture("short", label, drawn)] if drawn else []
    return Section("regimes", "Side by side", pictures=pictures, tables=[table])


def _levelling(regimes: Regimes) -> list[Section]:
    """Show what each regime meets of the aims of convergence and inclusion; nothing where there are none."""
    table = levelling_table(regimes)
    if not len(table.columns):
        return []
    named = table.rename_axis("regime").reset_index()
    named = named.assign(name=named["regime"].map(regimes.names))
    headers = {str(name): LEVELLING_HEADERS[str(name)].capitalize() for name in table}
    spec: Spec = {"name": ("Way of sharing", "text"), **{name: (words, "percent") for name, words in headers.items()}}
    first = str(table.columns[0])
    bars = [
        {
            "name": row["name"],
            "v": 100 * row[first],
            "text": f"{row[first]:.1%}",
            "t": f"{row['name']}: {row[first]:.1%}",
        }
        for row in named.to_dict("records")
    ]
    label = f"{headers[first]} by way of sharing; the table holds the figures"
    picture = Picture("levelling", label, bars_spec(bars, f"Levelling up: {LEVELLING_HEADERS[first]}, %"))
    shown = show("levelling", "Convergence and inclusion", named, spec, ["regime"], "summary.csv")
    return [Section("levelling", "Levelling up", pictures=[picture], tables=[shown])]


def _in_words(regimes: Regimes) -> Section:
    sentences = [f"{name}: {sentence(regimes, key)}" for key, name in regimes.names.items()]
    return Section("words", "Each in words", sentences)


def _areas(regimes: Regimes) -> Section:
    """Show every area's grant under each way of sharing."""
    unit, names = SHORT_UNITS[regimes.scenario.settings.money], Titles(regimes.scenario).areas
    sums = regimes.grants.groupby(["area", "regime"], sort=False)["grant"].sum().unstack("regime")
    bids = regimes.scenario.filled("bids").groupby("area")["amount"].sum()
    wide = sums.assign(bid=bids.reindex(sums.index).fillna(0.0), name=[names[str(code)] for code in sums.index])
    spec: Spec = {"name": ("Area", "text"), "bid": (f"Bid, {unit}", "money")}
    spec = {**spec, **{key: (regimes.names[key], "money") for key in regimes.settlements}}
    shown = wide.sort_values("name", kind="stable").reset_index()
    return Section("areas", "Every area", tables=[
        show("areas", f"Grants over all years, {unit}", shown, spec, ["area"], "regimes.csv")
    ])  # fmt: skip
