"""A sweep is listed by its points, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singlepot.models.money import spoken
from singlepot.models.scenario.titles import Titles

from .lines import SPREAD, SPREAD_WORDS, clip, count, lay_out, percent, settled_of, spread, wrap

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.scenarios.many.sweep import Sweep


def sweep_text(sweep: Sweep) -> str:
    """Write a sweep for people, in 80 columns.

    Parameters
    ----------
    sweep
        From :func:`singlepot.sweep`.
    """
    money = sweep.scenario.settings.money
    rows, reasons = [], []
    for row in sweep.points.to_dict("records"):
        at = [f"{row[lever]:g}" for lever in sweep.levers]
        if row["status"] != "settled":
            rows.append((*at, "none", *[""] * 5))
            reasons += wrap(f"{' '.join(at)}: {row['reason']}", "  ")
            continue
        short = row.get("shortfall.largest[1]", float("nan"))
        rows.append(
            (
                *at,
                spoken(row["granted"], money),
                spoken(row["left"], money),
                percent(short),
                spread(row[name] for name in ("lowest", "median", "highest")),
                f"{row['on_floor']:.0f}",
                f"{row['asks']:.0f}",
            )
        )
    titles = Titles(sweep.scenario)
    levers = [clip(titles.lever(lever).label, 14) for lever in sweep.levers]
    header = (*levers, "granted", "left", "short", SPREAD, "floor", "asks")
    if len(levers) > 1:  # asks are the first to go where the page is too narrow
        header, rows = header[:-1], [row[:-1] for row in rows]
    lines = [*wrap(sweep.scenario.settings.title), "", *lay_out(header, rows, left=())]
    for lever in sweep.levers:
        lines += wrap(f"Changed: {lever_axis(lever, titles)}.", "  ")
    key = f"Short: the largest shortfall of priority 1. {SPREAD_WORDS} Floor: areas on a grant floor."
    lines += wrap(key, "  ")
    if reasons:
        lines += ["", "Without a settlement", *reasons]
    if list(sweep.levers) == ["pot"]:
        lines += ["", *_nesting(sweep, money)]
    return "\n".join(lines) + "\n"


def sweep_verdict(sweep: Sweep) -> str:
    """Write a paragraph on what a sweep shows, with its numbers."""
    table, money = sweep.points, sweep.scenario.settings.money
    settled = table[table["status"] == "settled"]
    parts = [settled_of(len(settled), len(table), "point")]
    for column, what in (("shortfall.largest[1]", "the largest shortfall"), ("median", "the median area's grant")):
        known = settled[column].dropna() if column in settled else settled.iloc[:, 0].iloc[:0]
        if not len(known):
            continue
        unit = " of the bid" if column == "median" else " of the target"
        low, high = percent(known.min()), percent(known.max())
        if low == high:
            parts.append(f"{what} is {low}{unit} everywhere")
        else:
            ordered = settled.loc[known.sort_values(kind="stable").index]
            ends = [_levers(sweep, ordered.iloc[end]) for end in (0, -1)]
            parts.append(f"{what} lies between {low}{unit} at {ends[0]} and {high} at {ends[1]}")
    if list(sweep.levers) == ["pot"] and len(settled) > 1:
        losers = sweep.nesting
        if not len(losers):
            parts.append("from no step to the next does a larger pot take money from any area")
        else:
            most = losers.sort_values("change", kind="stable").iloc[0]
            worst = f"most from {most['name']} ({spoken(-most['change'], money)})"
            parts.append(f"a larger pot takes money from {count(losers['area'].nunique(), 'area')}, {worst}")
    return "; ".join(parts) + "."


def _levers(sweep: Sweep, point: pd.Series[float]) -> str:
    titles = Titles(sweep.scenario)
    return ", ".join(f"{titles.lever(lever).label} {point[lever]:g}" for lever in sweep.levers)


def lever_axis(lever: str, titles: Titles) -> str:
    """Write a lever with what its values are: factors of the scenario's own numbers, or values of a setting."""
    pulled = titles.lever(lever)
    return pulled.label + (", as a factor of the scenario's own" if pulled.kind == "factor" else "")


def _nesting(sweep: Sweep, money: str) -> list[str]:
    losers = sweep.nesting
    if not len(losers):
        return wrap("From no step to the next does a larger pot take money from any area.")
    lines = ["Areas that a larger pot takes money from, step by step"]
    rows = []
    for (smaller, larger), group in losers.groupby(["smaller", "larger"], sort=False):
        top = group.iloc[0]
        lost = spoken(-group["change"].sum(), money)
        rows.append(
            (f"pot {smaller} to {larger}", f"{len(group)}", lost, f"{top['name']} {spoken(-top['change'], money)}")
        )
    return lines + lay_out(("step", "areas", "lose", "most"), rows, left=(0, 3))
