"""Prices, the merit order and an area's account are written as text, and as plain values for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from singlepot.models.analysis.price_range import PriceRange, PriceSide, find_price_range
from singlepot.models.explanation.amounts import price_words
from singlepot.models.explanation.prices import SHARED

from .lines import clip, count, percent, wrap
from .merit_order import merit_cost, merit_title
from .stability import stability_lines

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.models.analysis.area_account import AreaAccount
    from singlepot.models.explanation.merit_order import BestPlaced
    from singlepot.models.settlement.settlement import Settlement

SHOWN = 10
"""Number of the best placed that are shown for each need."""


def why(settlement: Settlement, objective: str | None = None) -> str:
    """Write prices and the merit order, for one objective or all."""
    best = settlement.best_placed
    lines = [*_prices(settlement, objective), *_holding_rules(best)]
    for need in dict.fromkeys(best.table["need"]):
        if objective in (None, need):
            lines += ["", *_merit_order(settlement, best, need)]
    return "\n".join(lines) + "\n"


def why_area(account: AreaAccount, money: str) -> str:
    """Write the account of one area, with amounts in the scenario's unit of money."""
    lines = [f"{account.name} ({account.area})", ""]
    for row in account.grants.to_dict("records"):
        lines.append(f"  {row['year']} {row['envelope']:<12} bid {row['bid']:>12,.2f}  grant {row['grant']:>12,.2f}")
    for row in account.targets.to_dict("records"):
        what = f"  {row['year']} {row['objective']:<12}"
        lines.append(f"{what} proposed {row['proposed']:>12,.2f}  agreed {row['agreed']:>12,.2f}")
    lines += ["", "What is asked, and why" if len(account.asks) else "Nothing is asked."]
    for row in account.asks.to_dict("records"):
        lines += wrap(str(row["reason"]), "  - ", "    ")
    unused = account.options[account.options["taken"] <= 1e-6]
    if len(unused):
        lines += ["", "What is not asked"]
        lines += [clip(f"  {row['option']:<36} {row['stop']}") for row in unused.to_dict("records")]
    if account.rules:
        lines += ["", "Rules that bind, and what one unit of slack would be worth"]
        for price in account.rules:
            label = ", ".join(key for key in price.place if key != account.area)
            lines += wrap(f"{price.kind} {label}: {price.words(money)}", "  ", "    ")
    if account.without is not None:
        lines += ["", "If the area left, shortfalls would be"]
        for row in account.without.to_dict("records"):
            change = f"{row['shortfall_without']:>12,.2f} instead of {row['shortfall']:,.2f}"
            lines.append(clip(f"  {row['objective']:<16} {row['year']:<16} {change}"))
    if account.stability is not None:
        lines += ["", "How far its grant moves when its own numbers do", *_stability(account, money)]
    return "\n".join(lines) + "\n"


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
    for row in settlement.national.to_dict("records"):
        if objective in (None, row["objective"]) and (row["price_stage"] or price_ends(settlement, row)):
            part = " (a part)" if str(row["price_stage"]).startswith(SHARED) else ""
            price = f"{row['objective']} {row['year']}: {row['price_words'] or 'nothing'}{part}"
            yield from wrap(price + _range_words(settlement, row), "  ", "    ")


def _range_words(settlement: Settlement, row: Mapping[Any, Any]) -> str:
    """Write what one unit less saves and one more costs, where a price may be one end of a range."""
    both = price_ends(settlement, row)
    if both is None:
        return ""
    money = settlement.scenario.settings.money
    units = settlement.scenario.filled("objectives").set_index("key")["unit"]
    below, above = (_side_words(side, str(units[row["objective"]]), money) for side in (both.below, both.above))
    return f"; one less saves {below}; one more costs {above}"


def _side_words(side: PriceSide, per: str, money: str) -> str:
    if not np.isfinite(side.value):
        return "more than anything"
    return price_words(side.value, f"{side.unit} per {per}", money) if side.stage else "nothing"


def price_ends(settlement: Settlement, row: Mapping[Any, Any]) -> PriceRange | None:
    """Find the prices on both sides of a national target, where the table's may be one of several and they differ."""
    if "range" not in str(row.get("price_note", "")):
        return None
    both = find_price_range(settlement, "national", str(row["objective"]), str(row["year"]))
    return None if both.unique else both


def _holding_rules(best: BestPlaced) -> Iterator[str]:
    if best.holds:
        parts = ", ".join(f"{key} {part:.0%}" for key, part in best.holds.items())
        yield ""
        yield from wrap(f"What holds the others down, by its part in the price: {parts}.")


def _merit_order(settlement: Settlement, best: BestPlaced, need: str) -> Iterator[str]:
    table = best.table[best.table["need"] == need]
    names = settlement.scenario.filled("areas").set_index("code")["name"]
    rows = plain_rows(table.head(SHOWN))
    money = settlement.scenario.settings.money
    yield from wrap(f"Best placed for {need}: {merit_title(rows[0], money)}")
    for row in rows:
        area, cost = str(names[row["area"]])[:20], merit_cost(row, money)
        yield clip(f"  {area:<20} {row['option'][:22]:<22} {cost:>9} {percent(row['taken'], 0):>5} {row['stop']}")
    if len(table) > SHOWN:
        yield f"  and {len(table) - SHOWN} more"
    silent = best.silent.get(need, ())
    if silent:
        which = ", ".join(str(names[code]) for code in silent)
        yield from wrap(f"{count(len(silent), 'area')} offered nothing: {which}.", "  ")
