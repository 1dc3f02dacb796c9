"""A sweep as text: a line for each point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singlepot.models.money import spoken

from .lines import lay_out, percent, wrap

if TYPE_CHECKING:
    from singlepot.scenarios.sweeping import Sweep


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
        at = ", ".join(f"{lever}={row[lever]:g}" for lever in sweep.levers)
        if row["status"] != "settled":
            rows.append((at, row["status"], "", "", "", "", ""))
            reasons += wrap(f"{at}: {row['reason']}", "  ")
            continue
        short = row.get("shortfall.largest[1]", float("nan"))
        rows.append(
            (
                at,
                spoken(row["granted"], money),
                spoken(row["left"], money),
                percent(short),
                f"{row['lowest']:.0%} {row['median']:.0%} {row['highest']:.0%}",
                f"{row['on_floor']:.0f}",
                f"{row['asks']:.0f}",
            )
        )
    header = ("point", "granted", "left", "short", "grant / bid", "floor", "asks")
    lines = [*wrap(sweep.scenario.settings.title), "", *lay_out(header, rows)]
    key = (
        "Short: the largest shortfall of priority 1. Grant / bid: lowest, median and highest area. "
        "Floor: areas on a grant floor."
    )
    lines += wrap(key, "  ")
    if reasons:
        lines += ["", "Without a settlement", *reasons]
    if list(sweep.levers) == ["pot"]:
        lines += ["", *_nesting(sweep, money)]
    return "\n".join(lines) + "\n"


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
