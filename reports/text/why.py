"""Prices, the merit order and an area's account are written as text, and as plain values for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from singlepot.models.analysis.price_range import PriceRange, PriceSide, find_price_range
from singlepot.models.explanation.amounts import price_words
from singlepot.models.explanation.prices import SHARED, Price
from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.plain_words import plain
from singlepot.models.tables.stage_words import stage_words

from .levelling import aim_words
from .lines import clip, count, percent, wrap
from .merit_order import merit_cost, merit_title
from .stability import stability_lines

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.models.analysis.area_account import AreaAccount
    from singlepot.models.explanation.merit_order import BestPlaced
    from singlepot.models.scenario.scenario import Scenario
    from singlepot.models.settlement.settlement import Settlement

SHOWN = 10
"""Number of the best placed that are shown for each need."""

TITLE = 24
"""Characters of a title before figures."""


def why(settlement: Settlement, objective: str | None = None) -> str:
    """Write prices and the merit order, for one objective or all."""
    best = settlement.best_placed
    titles = Titles(settlement.scenario)
    lines = [*_prices(settlement, objective), *_holding_rules(best, titles)]
    for need in dict.fromkeys(best.table["need"]):
        if objective in (None, need):
            lines += ["", *_merit_order(best, need, titles, settlement.scenario.settings.money)]
    return "\n".join(lines) + "\n"


def why_area(account: AreaAccount, scenario: Scenario) -> str:
    """Write the account of one area of a scenario."""
    titles, money = Titles(scenario), scenario.settings.money
    lines = [f"{account.name} ({account.area})", ""]
    for row in account.grants.to_dict("records"):
        what = f"  {row['year']} {clip(plain(row['envelope']), TITLE):<12}"
        lines.append(f"{what} bid {row['bid']:>12,.2f}  grant {row['grant']:>12,.2f}")
    for row in account.targets.to_dict("records"):
        what = f"  {row['year']} {clip(titles.objectives[row['objective']], TITLE):<12}"
        lines.append(f"{what} proposed {row['proposed']:>12,.2f}  agreed {row['agreed']:>12,.2f}")
    if account.convergence is not None and len(account.convergence):
        lines += ["", "How far it catches up"]
        for sentence in aim_words(account.convergence, account.name, titles):
            lines += wrap(sentence, "  - ", "    ")
    lines += ["", "What is asked, and why" if len(account.asks) else "Nothing is asked."]
    for row in account.asks.to_dict("records"):
        lines += wrap(str(row["reason"]), "  - ", "    ")
    unused = account.options[account.options["taken"] <= 1e-6]
    if len(unused):
        lines += ["", "What is not asked"]
        lines += [
            clip(f"  {titles.option(account.area, row['option']):<36} {row['stop']}")
            for row in unused.to_dict("records")
        ]
    if account.rules:
        lines += ["", "Rules that bind, and what one unit of slack would be worth"]
        for price in account.rules:
            label = ", ".join(_labels(price, account.area, titles))
            lines += wrap(f"{price.kind} {label}: {price.words(money)}", "  ", "    ")
    if account.without is not None:
        lines += ["", "If the area left, shortfalls would be"]
        for row in account.without.to_dict("records"):
            change = f"{row['shortfall_without']:>12,.2f} instead of {row['shortfall']:,.2f}"
            lines.append(clip(f"  {clip(titles.objectives[row['objective']], TITLE):<16} {row['year']:<16} {change}"))
    if account.stability is not None:
        lines += ["", "How far its grant moves when its own numbers do", *_stability(account, money)]
    return "\n".join(lines) + "\n"


def _labels(price: Price, area: str, titles: Titles) -> Iterator[str]:
    """Write where a rule of an area holds: for which objective, option or envelope, and in which year."""
    for key in price.place:
        if key != area:
            of_target = price.kind.startswith("target") and key in titles.objectives
            yield titles.objectives[key] if of_target else titles.option(area, key)


def as_values(settlement: Settlement, objective: str | None) -> dict[str, Any]:
    """Return what :func:`why` writes, as plain values."""
    best = settlement.best_placed
    table = best.table if objective is None else best.table[best.table["need"] == objective]
    national = settlement.national
    chosen = national if objective is None else national[national["objective"] == objective]
    return {
        "national": [{**row, "price_range": _range_values(settlement, row)} for row in plain_rows(chosen)],
        "pot": plain_rows(settlement.pot),
        "best_placed": plain_rows(table),
        "holds": dict(best.holds),
        "silent": {need: list(areas) for need, areas in best.silent.items()},
    }


def _range_values(settlement: Settlement, row: Mapping[Any, Any]) -> list[float | None] | None:
    """Return the prices below and above; None where the price is unique, None inside where nothing is possible."""
    both = price_ends(settlement, row)
    if both is None:
        return None
    return [side.value if np.isfinite(side.value) else None for side in (both.below, both.above)]


def area_values(account: AreaAccount) -> dict[str, Any]:
    """Return what :func:`why_area` writes, as plain values."""
    return {
        "area": account.area,
        "name": account.name,
        **{name: plain_rows(getattr(account, name)) for name in ("grants", "targets", "asks", "options")},
        "rules": [
            {"kind": p.kind, "place": list(p.place), "stage": p.stage, "price": p.value, "unit": p.unit}
            for p in account.rules
        ],
        "without": None if account.without is None else plain_rows(account.without),
        "stability": None if account.stability is None else plain_rows(account.stability),
    }


def _stability(account: AreaAccount, money: str) -> list[str]:
    assert account.stability is not None
    return stability_lines(account.stability.assign(area=account.area, name=account.name), money)


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values, with None for a missing number."""
    return [
        {str(key): None if isinstance(cell, float) and not np.isfinite(cell) else cell for key, cell in row.items()}
        for row in table.to_dict("records")
    ]


def _prices(settlement: Settlement, objective: str | None) -> Iterator[str]:
    yield "What the last unit costs"
    titles = Titles(settlement.scenario)
    for row in settlement.national.to_dict("records"):
        if objective in (None, row["objective"]) and (row["price_stage"] or price_ends(settlement, row)):
            part = " (a part)" if str(row["price_stage"]).startswith(SHARED) else ""
            price = f"{titles.objectives[row['objective']]} {row['year']}: {row['price_words'] or 'nothing'}{part}"
            yield from wrap(price + _range_words(settlement, row), "  ", "    ")


def _range_words(settlement: Settlement, row: Mapping[Any, Any]) -> str:
    """Write what one unit less saves and one more costs, where a price may be one end of a range.

    Where they are told in two stages, each is named: both may be shares of the target, and of other shortfalls.
    """
    both = price_ends(settlement, row)
    if both is None:
        return ""
    money = settlement.scenario.settings.money
    units = Titles(settlement.scenario).units
    named = len({both.below.stage, both.above.stage} - {""}) == 2
    below, above = (_side_words(side, units[row["objective"]], money, named) for side in (both.below, both.above))
    return f"; one less saves {below}; one more costs {above}"


def _side_words(side: PriceSide, per: str, money: str, named: bool) -> str:
    if not np.isfinite(side.value):
        return "more than anything"
    if not side.stage:
        return "nothing"
    stage = f" ({stage_words(side.stage)})" if named else ""
    return price_words(side.value, f"{side.unit} per {per}", money) + stage


def price_ends(settlement: Settlement, row: Mapping[Any, Any]) -> PriceRange | None:
    """Find the prices on both sides of a national target, where the table's may be one of several and they differ."""
    if "range" not in str(row.get("price_note", "")):
        return None
    both = find_price_range(settlement, "national", str(row["objective"]), str(row["year"]))
    return None if both.unique else both


def _holding_rules(best: BestPlaced, titles: Titles) -> Iterator[str]:
    if best.holds:
        parts = ", ".join(f"{titles.objectives[key]} {part:.0%}" for key, part in best.holds.items())
        yield ""
        yield from wrap(f"What holds the others down, by its part in the price: {parts}.")


def _merit_order(best: BestPlaced, need: str, titles: Titles, money: str) -> Iterator[str]:
    table = best.table[best.table["need"] == need]
    rows = plain_rows(table.head(SHOWN))
    yield from wrap(f"Best placed for {titles.objectives.get(need, need)}: {merit_title(rows[0], money)}")
    areas = [clip(titles.areas[row["area"]], TITLE) for row in rows]
    options = [clip(titles.option(row["area"], row["option"]), TITLE) for row in rows]
    widths = [max(map(len, texts)) for texts in (areas, options)]
    for row, area, option in zip(rows, areas, options, strict=True):
        start = f"  {area:<{widths[0]}}  {option:<{widths[1]}} {merit_cost(row, money):>9}"
        yield clip(f"{start} {percent(row['taken'], 0):>5} {row['stop']}")
    if len(table) > SHOWN:
        yield f"  and {len(table) - SHOWN} more"
    silent = best.silent.get(need, ())
    if silent:
        which = ", ".join(titles.areas[code] for code in silent)
        yield from wrap(f"{count(len(silent), 'area')} offered nothing: {which}.", "  ")
