"""The answer of a settlement in four lines: money, shortfall by objective, gains and losses, certificate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from singlepot.models.diagnostics.problems import list_words
from singlepot.models.money import spoken
from singlepot.models.scenario.titles import Titles

from .lines import count, signed_money
from .story import MET, changes, proof_words

if TYPE_CHECKING:
    from singlepot.models.settlement.settlement import Settlement


def answer(settlement: Settlement) -> list[str]:
    """Write the answer, a line for each part.

    Examples
    --------
    >>> import singlepot as sp
    >>> print("\\n".join(answer(sp.settle("bucks-and-burnley"))))
    Bids £200.0m, pot £196.0m, grants £196.0m, left £0.0m, over all years.
    All 4 national targets are met.
    2 areas receive more than the bid, 1 area receives less; most gained: Burnley, +£4.0m; most lost: Cornwall, -£9.0m.
    Proved: no rule is broken, and no settlement is better in the agreed order.
    """
    return [
        money_line(settlement),
        *shortfall_lines(settlement),
        gains_line(settlement),
        proof_words(settlement),
    ]


def money_line(settlement: Settlement) -> str:
    """Write what was bid, what there is, what is granted and what is left, over all years."""
    money, pot, grants = settlement.scenario.settings.money, settlement.pot, settlement.grants
    sums = (grants["bid"], pot["amount"], pot["allocated"], pot["reserve"])
    bids, amount, granted, left = (spoken(float(column.sum()), money) for column in sums)
    return f"Bids {bids}, pot {amount}, grants {granted}, left {left}, over all years."


def shortfall_lines(settlement: Settlement) -> Iterator[str]:
    """Write by how much of its target each objective is short in its worst year, the largest first."""
    national, names = settlement.national, Titles(settlement.scenario).objectives
    if not len(national):
        return
    worst = (national["shortfall"] / national["target"]).groupby(national["objective"]).max()
    order = sorted((key for key in names if key in worst), key=lambda key: -round(float(worst[key]), 3))
    by_share: dict[str, list[str]] = {}
    for key in order:
        short = f"{worst[key]:.1%}" if worst[key] > MET else ""
        by_share.setdefault(short, []).append(names[key])
    met = by_share.pop("", [])
    parts = [f"{list_words(called)} {share}" for share, called in by_share.items()]
    if parts:
        also = f"; met: {list_words(met)}" if met else ""
        yield f"Short of the national targets in the worst year: {'; '.join(parts)}{also}."
    else:
        yield f"All {len(national)} national targets are met."


def gains_line(settlement: Settlement) -> str:
    """Write how many areas receive more and less than they bid, and who gains and loses most."""
    scenario, money = settlement.scenario, settlement.scenario.settings.money
    names = Titles(scenario).areas
    moved = changes(settlement)
    more, less = int((moved > 0).sum()), int((moved < 0).sum())
    line = f"{count(more, 'area', 'receive')} more than the bid, {count(less, 'area', 'receive')} less"
    for some, what, at in ((more, "most gained", moved.idxmax), (less, "most lost", moved.idxmin)):
        if some:
            code = str(at())
            line += f"; {what}: {names[code]}, {signed_money(float(moved[code]), money)}"
    return line[:1].upper() + line[1:] + "."
