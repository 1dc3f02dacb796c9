"""Values of the result: a sentence, money, shortfalls, gains and losses, each beside the base."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from singlepot.models.diagnostics.problems import list_words
from singlepot.models.money import spoken
from singlepot.models.natural_order import natural
from singlepot.models.settlement.settlement import Settlement
from singlepot.reports.text.lines import count, number
from singlepot.reports.text.summary import last_national

from .drawings import figures

HALF_POUND = 0.5
"""Pounds from which a grant has changed."""

SAME = 5e-4
"""Difference of two shares that are the same in one decimal of a per cent."""

MOST_NAMED = 3
"""Objectives, or areas at an end, that a sentence names."""


@dataclass(frozen=True)
class Row:
    """A row of a table: its name, the cells, and what changed (``better``, ``worse`` or empty)."""

    name: str
    cells: tuple[str, ...]
    way: str = ""
    key: str = ""


def story(settlement: Settlement) -> str:
    """Write what happened in a few sentences: the pot, the shortfalls, who gets more and who less than they bid."""
    return " ".join([_money_sentence(settlement), *_short_sentences(settlement), _areas_sentence(settlement)])


def _money_sentence(settlement: Settlement) -> str:
    money = settlement.scenario.settings.money
    pot, bid = float(settlement.pot["amount"].sum()), float(settlement.grants["bid"].sum())
    over = bid - pot
    if spoken(abs(over), money) == spoken(0, money):
        return f"Bids of {spoken(bid, money)} use up the pot."
    way = "above" if over > 0 else "below"
    return f"Bids of {spoken(bid, money)} are {spoken(abs(over), money)} {way} the pot of {spoken(pot, money)}."


def _short_sentences(settlement: Settlement) -> list[str]:
    national = settlement.national
    if not len(national):
        return []
    last = last_national(national)
    names = figures(settlement).names
    short = {str(names[row["objective"]]): row["shortfall"] / row["target"] for row in last.to_dict("records")}
    missed = {name: share for name, share in short.items() if share >= SAME}
    if not missed:
        return ["Every national target is met in the end."]
    shares = sorted(missed.values())
    ends = f"{shares[-1]:.1%}"
    if shares[-1] - shares[0] >= 10 * SAME:
        worst = max(missed, key=lambda name: missed[name])
        spread = f"by {shares[0]:.1%} to {shares[-1]:.1%}, {worst} most"
    else:
        spread = f"by {ends}"
    if len(missed) == len(short):
        who = "Every objective ends" if len(short) > 1 else f"{next(iter(missed))} ends"
        return [f"{who} short of its national target, {spread}."]
    named = list_words(list(missed)) if len(missed) <= MOST_NAMED else f"{len(missed)} of {len(short)} objectives"
    verb = "ends" if len(missed) == 1 else "end"
    return [f"{named} {verb} short of the national target, {spread}; the others are met."]


def _areas_sentence(settlement: Settlement) -> str:
    bidders = figures(settlement).bidders
    if not len(bidders):
        return "Nobody bid."
    more, less = (bidders["share"] > 1 + SAME).sum(), (bidders["share"] < 1 - SAME).sum()
    parts = [
        f"{count(int(less), 'area', 'get')} less than {'it' if less == 1 else 'they'} bid",
        f"{count(int(more), 'area', 'get')} more",
    ]
    same = len(bidders) - int(more) - int(less)
    return ", ".join([*parts, *([f"{same} {'gets' if same == 1 else 'get'} as much"] if same else [])]) + "."


def beside_sentence(settlement: Settlement, base: Settlement) -> str:
    """Write what differs from the base: money granted, how many areas gain and lose, the largest shortfall."""
    money = settlement.scenario.settings.money
    granted = [float(one.grants["grant"].sum()) for one in (base, settlement)]
    more = spoken(abs(granted[1] - granted[0]), money)
    way = "more" if granted[1] > granted[0] else "less"
    changes = _changes(settlement, base)
    gain, lose = int((changes > 0).sum()), int((changes < 0).sum())
    sentences = [
        "As much is granted." if more == spoken(0, money) else f"{more} {way} is granted.",
        f"{count(gain, 'area', 'gain').capitalize()} and {count(lose, 'area', 'lose')}.",
    ]
    if gain and lose:
        sentences.append(f"{spoken(float(changes[changes > 0].sum()), money)} moves to those who gain.")
    return " ".join([*sentences, *_shortfall_moves(settlement, base)])


def _changes(settlement: Settlement, base: Settlement) -> pd.Series[float]:
    """Return the change of every area's grant beside the base, over all years, by name; nothing below half a pound."""
    now, before = figures(settlement).areas, figures(base).areas["grant"]
    change = now["grant"] - before.reindex(now.index).fillna(0.0)
    moved = change.abs() * figures(settlement).pounds_per >= HALF_POUND
    return pd.Series(change.where(moved, 0.0).to_numpy(dtype=float), index=now["name"])


def _shortfall_moves(settlement: Settlement, base: Settlement) -> list[str]:
    shares = [(one.national["shortfall"] / one.national["target"]).max() for one in (base, settlement)]
    if not all(share == share for share in shares):
        return []
    before, after = (f"{share:.1%}" for share in shares)
    if before == after:
        return [f"The largest shortfall stays at {after}."]
    return [f"The largest shortfall goes from {before} to {after}."]


def money_rows(settlement: Settlement, base: Settlement) -> list[Row]:
    """Return pot, bids, grants and what is left: of the base, now, and the difference."""
    money = settlement.scenario.settings.money
    both = [
        {
            "Pot": one.pot["amount"].sum(),
            "Bids": one.grants["bid"].sum(),
            "Grants": one.grants["grant"].sum(),
            "Left in the pot": one.pot["reserve"].sum(),
        }
        for one in (base, settlement)
    ]
    if settlement is base:
        return [Row(name, (spoken(float(amount), money),)) for name, amount in both[0].items()]
    return [Row(name, _cells(float(both[0][name]), float(both[1][name]), money)) for name in both[0]]


def _cells(before: float, after: float, money: str) -> tuple[str, ...]:
    return spoken(before, money), spoken(after, money), signed(after - before, money)


def signed(change: float, money: str) -> str:
    """Write a difference of money with its sign."""
    amount = spoken(abs(change), money)
    if amount == spoken(0, money):
        return "same"
    return ("+" if change > 0 else "\N{MINUS SIGN}") + amount


def shortfall_rows(settlement: Settlement, base: Settlement) -> list[Row]:
    """Return each national target of the last year: target, what is agreed, the shortfall of the base and now."""
    shown = figures(settlement)
    last = last_national(settlement.national)
    both = last.merge(base.national, on=["objective", "year"], how="left", suffixes=("", "_base"))
    rows = []
    for row in both.to_dict("records"):
        before, after = _share(row["shortfall_base"], row["target_base"]), _share(row["shortfall"], row["target"])
        unit = shown.units[row["objective"]]
        name = str(shown.names[row["objective"]])
        name += "" if row["year"] == shown.last_year else f", {row['year']}"
        name += f", {unit}" if unit else ""
        known = before == before
        way = "" if not known or abs(after - before) < SAME else "worse" if after > before else "better"
        cells: tuple[str, ...] = (number(row["target"]), number(row["agreed"]))
        if settlement is base:
            cells += (f"{after:.1%}",)
        else:
            cells += (f"{before:.1%}" if known else "", f"{after:.1%}", _points(after - before) if known else "")
        rows.append(Row(name, cells, way))
    return rows


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _points(change: float) -> str:
    if abs(change) < SAME:
        return "same"
    return f"{'+' if change > 0 else chr(0x2212)}{abs(100 * change):.1f}"


def area_rows(settlement: Settlement, base: Settlement) -> list[Row]:
    """Return every area by name: bid, grant of the base (not of the base itself), grant, difference, and a head."""
    money = settlement.scenario.settings.money
    now, before = figures(settlement).areas, figures(base).areas["grant"]
    rows = []
    for code, row in now[now["bid"] + now["grant"] > 0].iterrows():
        bid = float(row["bid"])
        granted = bid if settlement is base else float(before.get(str(code), 0.0))
        change = float(row["grant"]) - granted
        heads = change * figures(settlement).pounds_per / row["population"] if row["population"] > 0 else float("nan")
        way = "" if abs(change * figures(settlement).pounds_per) < HALF_POUND else "better" if change > 0 else "worse"
        cells: tuple[str, ...] = (*_cells(granted, float(row["grant"]), money), _a_head(heads))
        cells = cells if settlement is base else (spoken(bid, money), *cells)
        rows.append(Row(str(row["name"]), cells, way, str(code)))
    return sorted(rows, key=lambda one: natural(one.name))


def _a_head(pounds: float) -> str:
    if pounds != pounds:
        return ""
    if abs(pounds) < 0.5:
        return "£0"
    return f"{'+' if pounds > 0 else chr(0x2212)}£{abs(pounds):,.0f}"


def ends_sentences(settlement: Settlement, base: Settlement, beside: str) -> list[str]:
    """Name who gains and loses most: beside the base, or of the base itself against the bids."""
    if settlement is base:
        shown = figures(base).bidders
        changes = pd.Series(shown["change"].to_numpy(dtype=float), index=shown["name"])
        against = "against the bid"
    else:
        changes = _changes(settlement, base)
        against = f"beside {beside}"
    money = settlement.scenario.settings.money
    sentences = []
    for word, chosen in (("Gain", changes[changes > 0].nlargest(3)), ("Lose", changes[changes < 0].nsmallest(3))):
        named = [f"{name} ({_unbroken(signed(float(value), money))})" for name, value in chosen.items()]
        if named:
            sentences.append(f"{word} most {against}: {list_words(named)}.")
    return sentences or [f"No area's grant changes {against}."]


def _unbroken(amount: str) -> str:
    """Join sign and amount, so that no line ends between them."""
    return amount.replace("£", "\N{WORD JOINER}£")


def change_words(title: str, base_title: str) -> list[str]:
    """Return what levers changed, from the title that they gave: a piece for each."""
    before = title.removesuffix(f": {base_title}") if base_title else title
    return [] if before == title and base_title else before.split("; ")


def areas_of(settlement: Settlement) -> list[tuple[str, str]]:
    """Return code and name of every area, by name."""
    names = figures(settlement).areas["name"].to_dict().items()
    return sorted(((str(code), str(name)) for code, name in names), key=lambda area: natural(area[1]))
