"""A repair of an infeasible scenario lists the limits that move; attainable targets stand beside the national ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from singlepot.models.analysis.attainable import MET
from singlepot.models.infeasibility.clash import amount, say_ways_out

from .lines import count, lay_out, number, wrap

if TYPE_CHECKING:
    from singlepot.scenarios.repair.repair import Repair

MOST_ROWS = 20
"""Rows shown unless all are asked for."""

SHARE = "share"
"""Unit of a change of a target."""

DECIMALS = {"GBP": 0, "GBP thousand": 0, "GBP million": 3}
"""Decimals of amounts in a table, by unit of money."""


def repair_text(repair: Repair, *, everything: bool = False) -> str:
    """Write why there is no settlement and the least change that restores one, in 80 columns.

    Parameters
    ----------
    repair
        From :func:`singlepot.repair`.
    everything
        Show every limit that moves.
    """
    if not repair.clashes:
        return "The scenario has a settlement: nothing needs to change.\n"
    money = repair.scenario.settings.money
    lines = ["No settlement exists:"]
    for clash in repair.clashes:
        lines += wrap(str(clash), "  ")
        if clash.alone:
            lines += wrap(f"Alone, it would take this: {say_ways_out(clash)}.", "  ")
    totals = repair.total
    total_change = amount(sum(total for unit, total in totals.items() if unit != SHARE), totals.get(SHARE, 0.0), money)
    lines += ["", *wrap(f"Least change of {', '.join(repair.may_change)}: {total_change}")]
    lines += wrap(f"{repair.summary()} ({count(len(repair.changes), 'limit')})", "  ")
    shown = repair.changes if everything else repair.changes.head(MOST_ROWS)
    names = repair.scenario.areas.set_index("code")["name"].to_dict()
    header = ("area", "rule", "of", "year", "from", "to", "change")
    cells = [
        (
            str(names.get(row["area"], row["area"])),
            row["rule"],
            row["objective"] or (row["envelope"] if len(repair.scenario.envelopes) > 1 else ""),
            row["year"],
            *(_amount(row[column], row["unit"]) for column in ("from", "to", "change")),
        )
        for row in shown.to_dict("records")
    ]
    lines += ["", *lay_out(header, cells, left=(0, 1, 2, 3))]
    if len(shown) < len(repair.changes):
        lines.append(f"  ... and {len(repair.changes) - len(shown)} more; --all shows them")
    lines += ["", *wrap(f"Money in {money}; {repair.rounding}.")]
    return "\n".join(lines) + "\n"


def reach_text(attainable: pd.DataFrame, scenario_names: dict[str, str]) -> str:
    """Write how far each national objective can be reached.

    Parameters
    ----------
    found
        From :func:`singlepot.find_attainable`.
    scenario_names
        Names of the objectives by key.
    """
    if not len(attainable):
        return "There is no national objective.\n"
    short = int((attainable["reached"] == False).sum())  # noqa: E712  # neither True nor missing
    cells = [
        (
            scenario_names.get(row["objective"], row["objective"]),
            row["year"],
            number(row["target"]),
            number(row["proposed"]),
            "-" if math.isnan(row["most"]) else number(row["most"]),
            _share_reached(row["share"]),
        )
        for row in attainable.to_dict("records")
    ]
    lines = ["How far each national objective goes if nothing else counts:"]
    lines += lay_out(("objective", "year", "target", "proposed", "at most", "of the target"), cells, left=(0, 1))
    verdict = f"{count(short, 'row')} out of reach of all options together." if short else "Each can be met by itself."
    if attainable["reached"].isna().any() and not short:
        verdict = "Each that could be proved can be met by itself."
    return "\n".join([*lines, verdict]) + "\n"


def _share_reached(share: float) -> str:
    if math.isnan(share):
        return "not proved"
    return f"{share:.1%}" if share >= 1 - MET else f"{min(share, 0.999):.1%}, out of reach"


def _amount(value: float, unit: str) -> str:
    """Write a share, or money without its unit: to the thousand pounds, or as whole as the unit is."""
    return f"{value:.2%}" if unit == SHARE else f"{value:,.{DECIMALS[unit]}f}"
