"""Why a settlement is as it is, for people, in 80 columns; and the same as plain values for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from singlepot.models.analysis.price_range import PriceRange, find_price_range
from singlepot.models.explanation.merit_order import CUTS
from singlepot.models.explanation.prices import SHARED

from .stability import stability_lines

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.models.analysis.area_account import AreaAccount
    from singlepot.models.explanation.merit_order import BestPlaced
    from singlepot.models.settlement.settlement import Settlement

WIDTH = 80
"""Columns of a terminal."""

SHOWN = 10
"""How many of the best placed are shown for each need."""


def why(settlement: Settlement, objective: str | None = None) -> str:
    """Tell prices and who is best placed, for one objective or all."""
    best = settlement.best_placed
    lines = [*_prices(settlement, objective), *_held_down(best)]
    for need in dict.fromkeys(best.table["need"]):
        if objective in (None, need):
            lines += ["", *_placed(settlement, best, need)]
    return "\n".join(lines) + "\n"


def why_area(account: AreaAccount, money: str) -> str:
    """Tell everything about one area; amounts in the scenario's unit of money."""
    lines = [f"{account.name} ({account.area})", ""]
    for row in account.grants.to_dict("records"):
        lines.append(f"  {row['year']} {row['envelope']:<12} bid {row['bid']:>12,.2f}  grant {row['grant']:>12,.2f}")
    for row in account.targets.to_dict("records"):
        what = f"  {row['year']} {row['objective']:<12}"
        lines.append(f"{what} proposed {row['proposed']:>12,.2f}  agreed {row['agreed']:>12,.2f}")
    lines += ["", "What is asked, and why" if len(account.asks) else "Nothing is asked."]
    for row in account.asks.to_dict("records"):
        lines += textwrap.wrap(str(row["reason"]), WIDTH, initial_indent="  - ", subsequent_indent="    ")
    unused = account.options[account.options["taken"] <= 1e-6]
    if len(unused):
        lines += ["", "What is not asked"]
        lines += [_clip(f"  {row['option']:<36} {row['stop']}") for row in unused.to_dict("records")]
    if account.rules:
        lines += ["", "Rules that bind, and what one unit of slack would be worth"]
        for price in account.rules:
            label = ", ".join(place for place in price.place if place != account.area)
            lines += textwrap.wrap(
                f"{price.kind} {label}: {price.value:.4g} {price.unit}",
                WIDTH,
                initial_indent="  ",
                subsequent_indent="    ",
            )
    if account.without is not None:
        lines += ["", "If the area left, shortfalls would be"]
        for row in account.without.to_dict("records"):
            change = f"{row['shortfall_without']:>12,.2f} instead of {row['shortfall']:,.2f}"
            lines.append(_clip(f"  {row['objective']:<16} {row['year']:<16} {change}"))
    if account.stability is not None:
        lines += ["", "How far its grant moves when its own numbers do", *_stability(account, money)]
    return "\n".join(lines) + "\n"


def as_values(settlement: Settlement, objective: str | None) -> dict[str, Any]:
    """What :func:`why` tells, as plain values."""
    best = settlement.best_placed
    table = best.table if objective is None else best.table[best.table["need"] == objective]
    national = settlement.national
    chosen = national if objective is None else national[national["objective"] == objective]
    return {
        "national": [{**row, "price_range": _range(settlement, row)} for row in records(chosen)],
        "pot": records(settlement.pot),
        "best_placed": records(table),
        "holds": dict(best.holds),
        "silent": {need: list(areas) for need, areas in best.silent.items()},
    }


def _range(settlement: Settlement, row: Mapping[Any, Any]) -> list[float | None] | None:
    """Prices below and above; None where the price is the only one, None inside where nothing would be possible."""
    found = ends(settlement, row)
    if found is None:
        return None
    return [side.value if np.isfinite(side.value) else None for side in (found.below, found.above)]


def area_values(account: AreaAccount) -> dict[str, Any]:
    """What :func:`why_area` tells, as plain values."""
    return {
        "area": account.area,
        "name": account.name,
        **{name: records(getattr(account, name)) for name in ("grants", "targets", "asks", "options")},
        "rules": [
            {"kind": p.kind, "place": list(p.place), "stage": p.stage, "price": p.value, "unit": p.unit}
            for p in account.rules
        ],
        "without": None if account.without is None else records(account.without),
        "stability": None if account.stability is None else records(account.stability),
    }


def _stability(account: AreaAccount, money: str) -> list[str]:
    assert account.stability is not None
    return stability_lines(account.stability.assign(area=account.area, name=account.name), money)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values; a missing number is None."""
    return [
        {str(key): None if isinstance(cell, float) and not np.isfinite(cell) else cell for key, cell in row.items()}
        for row in table.to_dict("records")
    ]


def _prices(settlement: Settlement, objective: str | None) -> Iterator[str]:
    yield "What the last unit costs"
    for row in settlement.national.to_dict("records"):
        if objective in (None, row["objective"]) and (row["price_stage"] or ends(settlement, row)):
            part = " (a part)" if str(row["price_stage"]).startswith(SHARED) else ""
            said = f"{row['objective']} {row['year']}: {row['price']:,.4g} {row['price_unit']}".rstrip() + part
            said += _ends(settlement, row)
            yield from textwrap.wrap(said, WIDTH, initial_indent="  ", subsequent_indent="    ")


def _ends(settlement: Settlement, row: Mapping[Any, Any]) -> str:
    """Where a price may be one end of a range, what one unit less saves and one more costs."""
    found = ends(settlement, row)
    if found is None:
        return ""
    below, above = (
        f"{side.value:,.4g}" if np.isfinite(side.value) else "more than anything" for side in (found.below, found.above)
    )
    units = {side.unit for side in (found.below, found.above) if side.stage} - {""}
    differ = "" if len(units) < 2 else f" ({found.below.unit}; {found.above.unit})"
    return f"; one less saves {below}, one more costs {above}{differ}"


def ends(settlement: Settlement, row: Mapping[Any, Any]) -> PriceRange | None:
    """The prices on both sides of a national target, where the table's may be one of several and the two differ."""
    if "range" not in str(row.get("price_note", "")):
        return None
    found = find_price_range(settlement, "national", str(row["objective"]), str(row["year"]))
    return None if found.unique else found


def _held_down(best: BestPlaced) -> Iterator[str]:
    if best.holds:
        said = ", ".join(f"{key} {part:.0%}" for key, part in best.holds.items())
        yield ""
        yield from textwrap.wrap(f"What holds the others down, by its part in the price: {said}.", WIDTH)


def _placed(settlement: Settlement, best: BestPlaced, need: str) -> Iterator[str]:
    table = best.table[best.table["need"] == need]
    names = settlement.scenario.filled("areas").set_index("code")["name"]
    first = table.iloc[0]
    title = "cuts" if need == CUTS else need
    yield from textwrap.wrap(f"Best placed for {title}: {first['unit']}, price {first['price']:,.4g}", WIDTH)
    for row in table.head(SHOWN).to_dict("records"):
        area = str(names[row["area"]])[:20]
        yield _clip(f"  {area:<20} {row['option'][:22]:<22} {row['cost']:>9.4g} {row['taken']:>5.0%} {row['stop']}")
    if len(table) > SHOWN:
        yield f"  and {len(table) - SHOWN} more"
    silent = best.silent.get(need, ())
    if silent:
        said = f"{len(silent)} areas offered nothing: {', '.join(str(names[code]) for code in silent)}."
        yield from textwrap.wrap(said, WIDTH, initial_indent="  ", subsequent_indent="  ")


def _clip(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"
