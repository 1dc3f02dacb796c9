"""A repair of an infeasible scenario lists the limits that move; attainable targets stand beside the national ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from singlepot.models.analysis.attainable import MET
from singlepot.models.diagnostics.problems import list_words
from singlepot.models.infeasibility.clash import amount, called, say_ways_out
from singlepot.models.money import POUNDS_PER, spoken_up
from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.plain_words import plain
from singlepot.models.tables.rule_kinds import BASES

from .lines import count, lay_out, number, wrap

if TYPE_CHECKING:
    from singlepot.scenarios.repair.repair import Repair

MOST_ROWS = 20
"""Rows shown unless all are asked for."""

SHARE, TAKEN = "share", "take-up"
"""Units of a change of a target, and of a take-up."""

DECIMALS = {"GBP": 0, "GBP thousand": 0, "GBP million": 3}
"""Fewest decimals of amounts in a table, by unit of money; more where an amount has them, down to the pound."""


def repair_text(repair: Repair, *, everything: bool = False) -> str:
    """Write why there is no settlement and the change that restores one, in 80 columns.

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
        if clash.ways_out:
            which = "Any of these" if len(clash.ways_out) > 1 else "This"
            lines += wrap(f"{which} would end it: {say_ways_out(clash)}.", "  ")
    lines += ["", *(_uniform(repair) if repair.uniform else _least(repair))]
    decimals = _decimals(repair)
    shown = repair.changes if everything else repair.changes.head(MOST_ROWS)
    titles = Titles(repair.scenario)
    several = len(repair.scenario.envelopes) > 1
    header = ("area", "rule", "of", "year", "from", "to", "change")
    cells = [
        (
            titles.of("area", row["area"]),
            called(row["rule"]).removeprefix("the "),
            titles.of("objective", row["objective"])
            or (titles.option(row["area"], row["option"]) if row.get("option") else "")
            or (plain(row["envelope"]) if several else ""),
            row["year"],
            *(_amount(row[column], row["unit"], decimals) for column in ("from", "to", "change")),
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


def _uniform(repair: Repair) -> list[str]:
    """Say the change of a rule's value, and what it costs beside the least change of single limits."""
    money = repair.scenario.settings.money
    lines = wrap(f"One change is enough: {repair.summary()}." if len(repair.changes) == 1 else f"{repair.summary()}.")
    if math.isnan(repair.least):
        return lines
    least = spoken_up(repair.least, money)
    return lines + wrap(f"Limit by limit the least change is {least} in all: --limit-by-limit finds it.", "  ")


def _least(repair: Repair) -> list[str]:
    """Say the least change of single limits, and how far each rule moves."""
    totals, money = repair.total, repair.scenario.settings.money
    shares = {unit: totals.pop(unit, 0.0) for unit in (SHARE, TAKEN)}
    total = amount(sum(totals.values()), shares[SHARE], money, shares[TAKEN])
    kinds = list_words(called(kind) for kind in repair.may_change)
    lines = wrap(f"Least change of {kinds}: {total}")
    return lines + wrap(f"{repair.summary()} ({count(len(repair.changes), 'limit')})", "  ")


def _decimals(repair: Repair) -> int:
    """Decimals of the amounts of a table: as many as the last pound that one of them has."""
    money = repair.scenario.settings.money
    pound = round(math.log10(POUNDS_PER[money]))
    amounts = repair.changes.loc[repair.changes["unit"] == money, ["from", "to"]].to_numpy(dtype=float).round(pound)
    wanted = range(DECIMALS[money], pound + 1)
    return next((decimals for decimals in wanted if (amounts.round(decimals) == amounts).all()), pound)


def _amount(value: float, unit: str, decimals: int) -> str:
    """Write the value of a rule as it is, a share, or money without its unit."""
    if unit in BASES:
        return f"{value:.12g}"
    return f"{value:.2%}" if unit in (SHARE, TAKEN) else f"{value:,.{decimals}f}"
