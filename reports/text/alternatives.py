"""Alternatives are described by their differences, their cost in every stage, and the range of each grant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singlepot.models.money import spoken
from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.stage_words import stage_words

from .lines import count, lay_out, percent, round_money, signed_money, wrap
from .lines import number as digits

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.models.analysis.alternatives import Alternatives

LISTED = 3
"""Groups and areas that a sentence names on either side."""

AREAS = 12
"""Areas whose range is listed: those with the widest and those with the narrowest."""

MOVING = 0.01
"""Change of a grant, as a share of the bid, from which an area is counted as moving."""


def alternatives_text(alternatives: Alternatives) -> str:
    """Write alternatives for people, in 80 columns."""
    scenario = alternatives.settlement.scenario
    head = f"Settlements in which nothing that is minimised is worse by more than {percent(alternatives.within, 2)}"
    lines = [*wrap(scenario.settings.title), "", *wrap(f"{head}: {count(len(alternatives.found), 'alternative')}.")]
    for number, alternative in enumerate(alternatives.found, start=1):
        lines += ["", f"Alternative {number}", *wrap(difference(alternatives, number, alternative.moved), "  ")]
    for section in filter(None, (_groups(alternatives), _stages(alternatives), _ranges(alternatives))):
        lines += ["", *section]
    return "\n".join(lines) + "\n"


def difference(alternatives: Alternatives, number: int, moved: float) -> str:
    """Write in two sentences how an alternative differs from the central settlement."""
    money = alternatives.settlement.scenario.settings.money
    total = float(alternatives.settlement.grants["grant"].sum())
    grants = alternatives.grants[alternatives.grants["alternative"] == number]
    moving = int((grants["change"].abs() > MOVING * grants["bid"].where(grants["bid"] > 0, 1.0)).sum())
    share = percent(moved / total) if total > 0 else "-"
    goes = f"{spoken(moved, money)} ({share} of all grants) goes elsewhere; {count(moving, 'area')} of {len(grants)} "
    goes += f"{'moves' if moving < 2 else 'move'} by more than {percent(MOVING, 0)} of the bid. "
    change = alternatives.groups[f"alternative {number}"] - alternatives.groups["central"]
    names = group_names(alternatives)
    if alternatives.by == "objective":
        most = change.abs().sort_values(ascending=False, kind="stable").index
        agreed = (f"{names[k]} {100 * change[k]:+.2f} points" for k in most)
        return goes + "Agreed: " + ", ".join(agreed) + "."
    largest = change.sort_values(kind="stable")
    gains = [k for k in reversed(largest.index.tolist()) if change[k] > 0][:LISTED]
    losses = [k for k in largest.index.tolist() if change[k] < 0][:LISTED]
    parts = [", ".join(f"{names[k]} {signed_money(change[k], money)}" for k in side) for side in (gains, losses)]
    return goes + "; ".join(part for part in parts if part) + "."


def group_names(alternatives: Alternatives) -> list[str]:
    """Titles of the groups in which alternatives differ."""
    titles = Titles(alternatives.settlement.scenario)
    return [titles.of(alternatives.by, str(group)) for group in alternatives.groups["group"]]


def _groups(alternatives: Alternatives) -> list[str]:
    """Lay out what each group has and how far it could go by itself; areas have a table of their own below."""
    if alternatives.by == "area":
        return []
    money = alternatives.settlement.scenario.settings.money

    def write(value: float) -> str:
        return percent(value) if alternatives.by == "objective" else round_money(value, money)

    columns = _columns(alternatives, "low", "high")
    header = (alternatives.by, *columns.values())
    records = alternatives.groups.to_dict("records")
    pairs = zip(group_names(alternatives), records, strict=True)
    rows = [(title, *(write(row[name]) for name in columns)) for title, row in pairs]
    what = "What is agreed, as a share of the targets" if alternatives.by == "objective" else "Grants"
    return [*wrap(f"{what}; low and high: as far as it could go by itself"), *lay_out(header, rows)]


def _columns(alternatives: Alternatives, *last: str) -> dict[str, str]:
    """Return the columns of figures and their headers: the settlement, the alternatives by number, then the last."""
    numbers = range(1, len(alternatives.found) + 1)
    return {"central": "central", **{f"alternative {k}": str(k) for k in numbers}, **{name: name for name in last}}


def _stages(alternatives: Alternatives) -> list[str]:
    columns = _columns(alternatives, "most")

    def write(value: float, unit: str) -> str:
        return "-" if value != value else percent(value, 2) if "share" in unit else digits(value)

    rows = [
        (stage_words(str(row["name"])), *(write(row[name], str(row["unit"])) for name in columns))
        for row in alternatives.stages.to_dict("records")
    ]
    return ["What is minimised; most: what was allowed", *lay_out(("", *columns.values()), rows)]


def _ranges(alternatives: Alternatives) -> list[str]:
    money, table = alternatives.settlement.scenario.settings.money, alternatives.ranges
    equal = table["equal_high"] - table["equal_low"]
    free = int((equal > MOVING * table["bid"]).sum())
    sentence = f"{count(free, 'area')} of {len(table)} could receive more or less by {percent(MOVING, 0)} of the bid "
    sentence += "while everything that is minimised ends where it does. Within the limits, grants can go this far:"
    width = (table["near_high"] - table["near_low"]) / table["bid"].where(table["bid"] > 0)
    order = width.sort_values(ascending=False, kind="stable").index
    chosen = order if len(order) <= AREAS else [*order[: AREAS // 2], *order[-AREAS // 2 :]]
    rows = [_range(table.loc[k], money) for k in chosen]
    head = ("area", "grant", "lowest", "highest", "of the bid")
    more = [f"  The {AREAS // 2} areas whose grants are freest, and the {AREAS // 2} that are least free."]
    sentence = sentence[:1].upper() + sentence[1:]
    return [*wrap(sentence), *lay_out(head, rows), *(more if len(order) > AREAS else [])]


def _range(row: pd.Series[float], money: str) -> tuple[str, ...]:
    low, high, bid = (float(row[name]) for name in ("near_low", "near_high", "bid"))
    share = f"{100 * low / bid:.0f} to {high / bid:.0%}" if bid > 0 else "-"
    return (str(row["name"]), spoken(float(row["grant"]), money), spoken(low, money), spoken(high, money), share)
