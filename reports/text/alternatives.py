"""Alternatives as text: in what each differs, what it costs in every stage, and how free each grant is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singlepot.models.money import spoken

from .lines import count, lay_out, number, percent, round_money, signed_money, wrap

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.models.analysis.alternatives import Alternatives

TOLD = 3
"""Groups and areas that a sentence names on either side."""

AREAS = 12
"""Areas whose range is listed: those whose grant is freest and those that are least free."""

MOVES = 0.01
"""Change of a grant, as a share of the bid, from which an area is counted as moving."""


def alternatives_text(found: Alternatives) -> str:
    """Write alternatives for people, in 80 columns."""
    scenario = found.settlement.scenario
    head = f"Settlements in which no stage is worse by more than {found.within:.4g} of its value"
    lines = [*wrap(scenario.settings.title), "", *wrap(f"{head}: {count(len(found.found), 'alternative')}.")]
    for number_, alternative in enumerate(found.found, start=1):
        lines += ["", f"Alternative {number_}", *wrap(difference(found, number_, alternative.moved), "  ")]
    lines += ["", *_groups(found), "", *_stages(found), "", *_ranges(found)]
    return "\n".join(lines) + "\n"


def difference(found: Alternatives, number_: int, moved: float) -> str:
    """In what an alternative differs from the central settlement, in two sentences."""
    money = found.settlement.scenario.settings.money
    total = float(found.settlement.grants["grant"].sum())
    own = found.grants[found.grants["alternative"] == number_]
    moving = int((own["change"].abs() > MOVES * own["bid"].where(own["bid"] > 0, 1.0)).sum())
    share = percent(moved / total) if total > 0 else "-"
    goes = f"{spoken(moved, money)} ({share} of all grants) goes elsewhere; {count(moving, 'area')} of {len(own)} "
    goes += f"{'moves' if moving < 2 else 'move'} by more than {percent(MOVES, 0)} of the bid. "
    change = found.groups[f"alternative {number_}"] - found.groups["central"]
    if found.by == "objective":
        said = [(str(g), f"{100 * c:+.2f} points") for g, c in zip(found.groups["group"], change, strict=True)]
        most = change.abs().sort_values(ascending=False, kind="stable").index
        return goes + "Agreed: " + ", ".join(f"{said[k][0]} {said[k][1]}" for k in most) + "."
    names = _names(found)
    largest = change.sort_values(kind="stable")
    gains = [k for k in reversed(largest.index.tolist()) if change[k] > 0][:TOLD]
    losses = [k for k in largest.index.tolist() if change[k] < 0][:TOLD]
    parts = [", ".join(f"{names[k]} {signed_money(change[k], money)}" for k in side) for side in (gains, losses)]
    return goes + "; ".join(part for part in parts if part) + "."


def _names(found: Alternatives) -> list[str]:
    if found.by != "area":
        return [str(group) for group in found.groups["group"]]
    names = found.settlement.scenario.filled("areas").set_index("code")["name"]
    return [str(names[code]) for code in found.groups["group"]]


def _groups(found: Alternatives) -> list[str]:
    """What each group has, and how far it could go by itself; with areas, the same is said below."""
    if found.by == "area":
        return []
    money = found.settlement.scenario.settings.money

    def say(value: float) -> str:
        return percent(value) if found.by == "objective" else round_money(value, money)

    columns = ["central", *(f"alternative {k}" for k in range(1, len(found.found) + 1)), "low", "high"]
    header = (found.by, *(name.replace("alternative ", "") for name in columns))
    rows = [(str(row["group"]), *(say(row[name]) for name in columns)) for row in found.groups.to_dict("records")]
    what = "What is agreed, as a share of the targets" if found.by == "objective" else "Grants"
    return [*wrap(f"{what}; low and high: as far as it could go by itself"), *lay_out(header, rows)]


def _stages(found: Alternatives) -> list[str]:
    columns = ["central", *(f"alternative {k}" for k in range(1, len(found.found) + 1)), "most"]

    def say(value: float, unit: str) -> str:
        return "-" if value != value else percent(value, 2) if "share" in unit else number(value)

    rows = [
        (str(row["name"]), *(say(row[name], str(row["unit"])) for name in columns))
        for row in found.stages.to_dict("records")
    ]
    return [
        "Stages; most: what was allowed",
        *lay_out(("stage", *(c.replace("alternative ", "") for c in columns)), rows),
    ]


def _ranges(found: Alternatives) -> list[str]:
    money, table = found.settlement.scenario.settings.money, found.ranges
    equal = table["equal_high"] - table["equal_low"]
    free = int((equal > MOVES * table["bid"]).sum())
    said = f"{count(free, 'area')} of {len(table)} could receive more or less by {percent(MOVES, 0)} of the bid while "
    said += "every stage ends where it does. Within the limits, grants can go this far:"
    width = (table["near_high"] - table["near_low"]) / table["bid"].where(table["bid"] > 0)
    order = width.sort_values(ascending=False, kind="stable").index
    chosen = order if len(order) <= AREAS else [*order[: AREAS // 2], *order[-AREAS // 2 :]]
    rows = [_range(table.loc[k], money) for k in chosen]
    head = ("area", "grant", "lowest", "highest", "of the bid")
    more = [f"  The {AREAS // 2} areas whose grants are freest, and the {AREAS // 2} that are least free."]
    said = said[:1].upper() + said[1:]
    return [*wrap(said), *lay_out(head, rows), *(more if len(order) > AREAS else [])]


def _range(row: pd.Series[float], money: str) -> tuple[str, ...]:
    low, high, bid = (float(row[name]) for name in ("near_low", "near_high", "bid"))
    share = f"{100 * low / bid:.0f} to {high / bid:.0%}" if bid > 0 else "-"
    return (str(row["name"]), spoken(float(row["grant"]), money), spoken(low, money), spoken(high, money), share)
