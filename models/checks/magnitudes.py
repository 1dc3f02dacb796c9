"""Checks of magnitude within one scenario: amounts too small beside others to be counted, and bids far apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from singlepot.solver.negligible import COUNTED, LEAST_GIVE

from ..diagnostics.problems import SETTINGS, Diagnostic, Report, shown
from ..settings.settings import Settings
from ..tables.schema import TOTAL, grant_of
from .number_cells import Floats
from .parsing import Parsed

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, Parsed]

APART = 1e9
"""How many times the smallest bid the largest one is when pennies of the largest are more than all of the smallest."""

IN_MONEY = ("burden", "cost")
"""Stages that are measured in money; the others are shares."""

PENNY = 0.01
"""Least amount of money, pounds, that is more than a slip."""


def check_magnitudes(tables: Tables, envelopes: Sequence[str], pounds: float) -> None:
    """Name amounts that are too small to be counted, and bids that span many orders of magnitude.

    Parameters
    ----------
    tables
        Without problems.
    envelopes
        Of the pot.
    pounds
        Pounds in one unit of money.
    """
    bids, targets = tables["bids"], tables["targets"]
    _check_bids(bids)
    for parsed, column, kind, unit in ((bids, "amount", "envelope", pounds), (targets, "target", "objective", 0.0)):
        amounts = parsed.number(column)
        if not _all_count(amounts, amounts.max(initial=0.0), unit):
            sizes = _frame(parsed, [kind, "year"], amounts)
            largest = sizes.groupby([kind, "year"])["size"].transform("max")
            _name(parsed, column, sizes["size"].to_numpy(), largest.to_numpy(), unit)
    if tables["option_years"].rows:
        for envelope in envelopes:
            names = [grant_of(envelope).name, *(["grant"] if envelope == TOTAL else [])]
            _check_option_cells(tables, names, (bids, "amount", "envelope", envelope), pounds)
        for key in tables["objectives"].text("key").words:
            _check_option_cells(tables, [key], (targets, "target", "objective", key), 0.0)
    _check_own_costs(tables, pounds)


def check_limits_of_stages(objectives: Parsed, settings: Settings, report: Report, file: str) -> None:
    """Check that the priorities of the stages that have limits are those of objectives."""
    priorities = sorted({int(number) for number in objectives.number("priority").tolist()}) or [1]
    for stage, limit in settings.stages.limits.items():
        name, bracket, priority = stage.partition("[")
        if bracket and int(priority.rstrip("]")) not in priorities:
            expected = "a priority of objectives: " + ", ".join(f"{name}[{number}]" for number in priorities)
            key, remedy = f"stages.limits[{stage}]", "leave it out, or correct it"
            report.add(Diagnostic("SP-S018", SETTINGS, file, "", key, shown(limit), expected, remedy))


def check_gives(bids: Parsed, settings: Settings, report: Report, file: str) -> None:
    """Name what a stage gives where it is too little to be told from nothing."""
    for stage, give in settings.stages.give.items():
        least = LEAST_GIVE * (float(bids.number("amount").sum()) if stage in IN_MONEY else 1.0)
        if 0 < give < least:
            expected, remedy = f"0, or at least {least:.1e}", "it is not counted; write 0, or correct it"
            report.add(Diagnostic("SP-N042", SETTINGS, file, "", f"stages.give.{stage}", shown(give), expected, remedy))


def _check_bids(bids: Parsed) -> None:
    amount = bids.number("amount")
    asked = amount[amount > 0]
    if not len(asked) or asked.max() <= APART * asked.min():
        return
    row = int(np.flatnonzero(amount == asked.min())[0])
    value = f"bids from {asked.min():,.6g} to {asked.max():,.6g}"
    remedy = "see that all are in one unit; else pennies of the largest may decide about the smallest"
    bids.complain("SP-N041", row, "amount", value, f"bids within {APART:,.0f} times one another", remedy)


def _frame(parsed: Parsed, keys: Sequence[str], size: Floats) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({key: parsed.text(key).values for key in keys} | {"size": np.abs(np.nan_to_num(size))})


def _check_option_cells(
    tables: Tables, names: Sequence[str], proposal: tuple[Parsed, str, str, str], pounds: float
) -> None:
    """Compare what each option changes, at its largest take-up, with its area's proposal and its other options.

    ``proposal``: table, column of its amount, column that says which envelope or objective, and which one.
    """
    profile, options = tables["option_years"], tables["options"]
    name = next((name for name in names if name in profile.numbers), "")
    moved = np.abs(np.nan_to_num(profile.numbers[name])) if name else np.zeros(0)
    if not (moved > 0).any():
        return
    proposals, amount, kind, word = proposal
    limits = options.number("max_take_up")
    many = np.bincount(options.text("area").codes).max(initial=0)
    furthest = proposals.number(amount).max(initial=0.0) + many * moved.max() * limits.max()
    if _all_count(np.append(moved, moved * limits[limits > 0].min(initial=1.0)), furthest, pounds):
        return
    import pandas as pd

    proposed = _frame(proposals, ["area", "year", kind], proposals.number(amount))
    proposed = proposed[proposed[kind] == word]
    most = _frame(options, ["area", "option"], limits).drop_duplicates(["area", "option"])
    changes = _frame(profile, ["area", "option", "year"], moved)
    taken = changes.merge(most, "left", ["area", "option"], suffixes=("", "_most"))["size_most"].to_numpy()
    changes["size"] = moved * taken
    total = pd.concat([proposed, changes]).groupby(["area", "year"], as_index=False)["size"].sum()
    beside = changes.merge(total, "left", ["area", "year"], suffixes=("", "_of_all"))["size_of_all"].to_numpy()
    _name(profile, name, changes["size"].to_numpy(), beside, pounds)


def _check_own_costs(tables: Tables, pounds: float) -> None:
    options, bids = tables["options"], tables["bids"]
    if not options.rows:
        return
    cost = options.number("own_cost") * options.number("max_take_up")
    amount = bids.number("amount")
    if not _all_count(cost, float(amount.sum()), pounds):  # beside all bids, so beside those of any area
        asked = _frame(bids, ["area"], amount).groupby("area", as_index=False)["size"].sum()
        together = _frame(options, ["area"], cost).merge(asked, "left", "area", suffixes=("", "_asked"))
        beside = together["size_asked"].fillna(0)
        _name(options, "own_cost", cost, beside.to_numpy(), pounds)


def _all_count(size: Floats, beside: float, pounds: float) -> bool:
    """Whether no amount is too small, even beside the largest of all."""
    least = float(size[size > 0].min(initial=np.inf))
    return least >= max(COUNTED * beside, PENNY / pounds if pounds else 0.0)


def _name(parsed: Parsed, column: str, size: Floats, beside: Floats, pounds: float) -> None:
    """Name each amount that is too small beside another, or money that is less than a penny in all."""
    for row in np.flatnonzero((size > 0) & (size < np.maximum(COUNTED * beside, PENNY / pounds if pounds else 0.0))):
        value, least = shown(float(parsed.numbers[column][row])), COUNTED * beside[row]
        if size[row] < least:
            expected = f"0, or at least {least:.1e}, beside {beside[row]:,.6g}"
            remedy = "it is not counted; write 0, or correct it"
        else:
            expected, remedy = "0, or at least a penny", "it moves no pound; write 0, or correct it"
        parsed.complain("SP-N040", int(row), column, value, expected, remedy)
