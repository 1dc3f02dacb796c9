"""Regimes are set side by side in a table, with a sentence on each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from singlepot.models.analysis.aims_met import aims_met, met_together
from singlepot.models.analysis.inequality import AFTER, GRANT_PER_HEAD, measure_inequality
from singlepot.models.diagnostics.problems import list_words
from singlepot.models.infeasibility.clash import called
from singlepot.models.money import spoken
from singlepot.models.scenario.titles import Titles

from .lines import (
    SPREAD,
    SPREAD_WORDS,
    clip,
    count,
    join_sections,
    lay_out,
    percent,
    round_money,
    signed_money,
    spread,
    wrap,
)

if TYPE_CHECKING:
    from singlepot.models.settlement.settlement import Settlement
    from singlepot.scenarios.regimes import Regimes

BASE = "single-pot"
SILOS = "silos"

WAYS = {
    "single-pot": "Bids and targets are settled together",
    "pro-rata": "Every bid is cut by the same share",
    "equal-awards": "All get the same until they have what they ask, so only the largest bids are cut",
    "equal-losses": "All give up the same amount, however small their bids",
    "talmud": "Half of each bid is paid in equal awards, and equal losses are taken from the other half",
    "random-arrival": "First come, first served, averaged over all orders of coming",
    "per-head": "All get the same per head, up to what they ask",
    "needs-formula": "Most goes by heads and the rest by need, up to what is asked",
    "competition": "The best benefit per pound is paid whole, and losers get nothing",
    "silos": "Each objective's money is its own and cannot help another",
}
"""Sentence on each regime, to which its numbers are added."""

SAME = 5e-5
"""Shares nearer than this to one another count as the same: half a hundredth of a percentage point."""


def regimes_text(regimes: Regimes) -> str:
    """Write regimes side by side for people, in 80 columns.

    Parameters
    ----------
    regimes
        From :func:`singlepot.compare_regimes`.
    """
    return join_sections(part(regimes) for part in (_overview, _short, _levelling, _sentences, _pooling, _notes))


def sentence(regimes: Regimes, key: str) -> str:
    """Write a sentence on what a regime does, with its numbers, beside the single pot where that is known."""
    if key in regimes.failures:
        return f"There is no settlement: {regimes.failures[key]}"
    settlement, money = regimes[key], regimes.scenario.settings.money
    granted, pot = float(settlement.grants["grant"].sum()), float(settlement.pot["amount"].sum())
    parts = [_range_part(regimes, paid_shares(settlement))]
    if pot - granted > SAME * pot:
        parts.append(f"{spoken(pot - granted, money)} of the pot is not granted")
    if len(settlement.national):
        parts.append(_national_part(regimes, key))
    base = regimes.settlements.get(BASE)
    if key != BASE and base is not None:
        parts.append(_change_part(base, settlement, regimes))
    return f"{WAYS[key]}: {'; '.join(part for part in parts if part)}."


def _range_part(regimes: Regimes, ratio: pd.Series[float]) -> str:
    if not len(ratio):
        return ""
    low, high = float(ratio.min()), float(ratio.max())
    if high - low < SAME:
        return "all bids are paid" if abs(low - 1) < SAME else f"every area gets {low:.1%} of its bid"
    names = Titles(regimes.scenario).areas
    nothing, full = int((ratio < SAME).sum()), int((ratio > 1 - SAME).sum())
    paid = "" if not full else f", {full} of {len(ratio)} all they ask or more"
    if nothing:
        return f"{count(nothing, 'area', 'get')} nothing, and others up to {high:.1%} of their bids{paid}"
    return f"areas get from {low:.1%} ({names[str(ratio.idxmin())]}) to {high:.1%} of their bids{paid}"


def paid_shares(settlement: Settlement) -> pd.Series[float]:
    """Divide the grant of every area with a bid by its bid, over all years."""
    grants = settlement.grants.groupby("area")[["bid", "grant"]].sum()
    return (grants["grant"] / grants["bid"])[grants["bid"] > 0]


def shortfall_shares(settlement: Settlement) -> pd.Series[float]:
    """Divide the shortfall of every national row by its target."""
    national = settlement.national
    return (national["shortfall"] / national["target"]).astype(float)


def average_short(settlement: Settlement) -> float:
    """Average shortfalls as the stage ``shortfall.total`` does: the rows of an objective, then objectives by weight."""
    national = settlement.national.assign(share=shortfall_shares(settlement))
    weights = settlement.scenario.filled("objectives").set_index("key")["weight"].astype(float)
    means = national.groupby("objective")["share"].mean()
    weight = weights.reindex(means.index)
    return float((means * weight).sum() / weight.sum()) if weight.sum() > 0 else float(means.mean())


def worst_short(settlement: Settlement) -> float:
    """Return the largest shortfall of a national row, as a share of its target."""
    return float(shortfall_shares(settlement).max())


def _national_part(regimes: Regimes, key: str) -> str:
    settlement, base = regimes[key], regimes.settlements.get(BASE)
    worst, average = worst_short(settlement), average_short(settlement)
    text = f"the nation falls {average:.2%} short on average and {worst:.2%} at worst"
    if key == BASE or base is None:
        return text
    gap = average - average_short(base)
    if abs(gap) < SAME:
        return f"{text}, as in the single pot"
    return f"{text}, {abs(gap) * 100:.2f} points {'more' if gap > 0 else 'less'} on average than the single pot"


def _change_part(base: Settlement, settlement: Settlement, regimes: Regimes) -> str:
    """Name the areas that gain and lose most against the single pot."""
    before, after = (outcome.grants.groupby("area")["grant"].sum() for outcome in (base, settlement))
    change = (after - before).astype(float)
    names, money = Titles(regimes.scenario).areas, regimes.scenario.settings.money
    if change.abs().max() * 2 < 1e-6 * max(float(before.sum()), 1e-300):
        return "every grant is as in the single pot"
    up, down = str(change.idxmax()), str(change.idxmin())
    return (
        f"against the single pot {names[up]} gains most ({signed_money(float(change.max()), money)}) and {names[down]} "
        f"loses most ({signed_money(float(change.min()), money)})"
    )


def _overview(regimes: Regimes) -> list[str]:
    header = ("regime", "granted", SPREAD, "none", "short", "worst", "Gini", "90/10")
    rows = []
    for key, name in regimes.names.items():
        if key in regimes.failures:
            rows.append((name, "no settlement", *[""] * 6))
            continue
        settlement = regimes[key]
        ratio = paid_shares(settlement)
        unequal = _measures(settlement)
        national = len(settlement.national) > 0
        rows.append(
            (
                name,
                round_money(float(settlement.grants["grant"].sum()), regimes.scenario.settings.money),
                spread((ratio.min(), ratio.median(), ratio.max())),
                str(int((ratio < SAME).sum())),
                percent(average_short(settlement) if national else np.nan, 2),
                percent(worst_short(settlement) if national else np.nan, 2),
                f"{round(unequal['gini'], 3) + 0.0:.3f}",  # no minus before nothing
                f"{unequal['p90_p10']:.1f}" if unequal["p90_p10"] == unequal["p90_p10"] else "-",
            )
        )
    key_text = (
        f"{SPREAD_WORDS} None: areas with a bid and no money. Short: the mean "
        "shortfall over national objectives; worst: the largest of any. Gini and 90/10: of grants per head."
    )
    return [*wrap(regimes.scenario.settings.title), *lay_out(header, rows), *wrap(key_text, "  ")]


def _measures(settlement: Settlement) -> dict[str, Any]:
    measures = measure_inequality(settlement).measures
    chosen = measures[(measures["what"] == GRANT_PER_HEAD) & (measures["when"] == AFTER)]
    return {str(name): value for name, value in chosen.iloc[0].items()}


def _short(regimes: Regimes) -> list[str]:
    """Lay out the shortfall of each objective in its last year or range, regime by regime."""
    last = next((settlement.national for settlement in regimes.settlements.values()), None)
    if last is None or not len(last):
        return []
    final = last.groupby("objective", sort=False).tail(1)
    pairs = list(zip(final["objective"], final["year"], strict=True))
    rows = []
    for key, name in regimes.names.items():
        if key in regimes.failures:
            continue
        national = regimes[key].national.assign(share=shortfall_shares(regimes[key]))
        share = national.set_index(["objective", "year"])["share"]
        rows.append((name, *(percent(share[pair], 2) for pair in pairs[:MOST_OBJECTIVES])))
    titles = Titles(regimes.scenario)
    header = ("short, last year", *(clip(titles.objectives[key], 16) for key, _ in pairs[:MOST_OBJECTIVES]))
    return lay_out(header, rows)


def _levelling(regimes: Regimes) -> list[str]:
    """Lay out what each regime meets of the aims of convergence and inclusion, and by how much gaps narrow."""
    table = levelling_table(regimes)
    if not len(table.columns):
        return []
    rows = [
        (regimes.names[str(key)], *(percent(float(value)) for value in row))
        for key, row in zip(table.index, table.to_numpy().tolist(), strict=True)
    ]
    return lay_out(("levelling up", *(LEVELLING_HEADERS[str(name)] for name in table)), rows)


def levelling_table(regimes: Regimes) -> pd.DataFrame:
    """Set regimes side by side by what they meet of the aims of convergence and inclusion.

    Returns
    -------
    A row for each regime with a settlement, by its key: aims_met, narrows (share of all gaps that is gone at the end,
    objectives alike), together; only those of the scenario's sections, so that there may be no column.
    """
    sections = regimes.scenario.settings.sections
    rows: dict[str, dict[str, float]] = {}
    for key, settlement in regimes.settlements.items():
        row = rows[key] = dict[str, float]()
        if settlement.convergence is not None:
            left = settlement.convergence.assign(left=settlement.convergence["gap_end"].clip(lower=0))
            sums = left.groupby("objective")[["left", "gap"]].sum()
            row |= {"aims_met": aims_met(settlement), "narrows": float((1 - sums["left"] / sums["gap"]).mean())}
        if "inclusion" in sections:
            row["together"] = met_together(settlement)
    return pd.DataFrame(list(rows.values()), index=pd.Index(list(rows)))


LEVELLING_HEADERS = {"aims_met": "aims met", "narrows": "gaps narrow by", "together": "in the same places"}
"""Headers of the columns on convergence and inclusion."""

MOST_OBJECTIVES = 5
"""National objectives shown side by side; the table ``summary`` has them all."""


def _sentences(regimes: Regimes) -> list[str]:
    lines: list[str] = []
    for key, name in regimes.names.items():
        lines += wrap(f"{name}: {sentence(regimes, key)}")
    return lines


def _pooling(regimes: Regimes) -> list[str]:
    words = pooling_words(regimes)
    return wrap(f"What pooling is worth: {words}") if words else []


def pooling_words(regimes: Regimes) -> str:
    """Write what one pot is worth against a pot for each objective; empty where that is not known."""
    pooled, money = regimes.pooling, regimes.scenario.settings.money
    if pooled is None:
        return ""
    text = (
        f"one pot would do as well as the silos on every national target for "
        f"{spoken(pooled.needed, money)}, {spoken(pooled.saved, money)} less than they grant"
    )
    base, silos = regimes.settlements.get(BASE), regimes.settlements[SILOS]
    if base is not None and len(base.national):
        means, worst = ([f"{of(outcome):.2%}" for outcome in (base, silos)] for of in (average_short, worst_short))
        text += (
            f"; with all the money it falls {means[0]} short on average instead of {means[1]}, and {worst[0]} at worst "
            f"instead of {worst[1]}"
        )
    return f"{text}."


def _broken(rule: str) -> str:
    """Write a rule that a regime breaks, with the number of areas where it is known."""
    name, space, areas = rule.partition(" ")
    return called(name) + space + areas


def _notes(regimes: Regimes) -> list[str]:
    """List the rules that each regime dropped, and its notes."""
    lines: list[str] = []
    for key, settlement in regimes.settlements.items():
        about: Any = settlement.provenance["regime"]
        if about["dropped"]:
            lines += wrap(f"{regimes.names[key]} breaks {list_words(map(_broken, about['dropped']))}: dropped for it.")
        for note in about["notes"]:
            lines += wrap(f"{regimes.names[key]}: {note}")
    return lines
