"""Options that follow from programme lines: raises, saves, efficiency, stretch, and lines on the reserve list."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..settings.derive import Derive
from .curves import Curves, concave, side
from .levels import Floats, Texts
from .lines import Booleans, Integers, Lines, whole_money

GIVEN, STATED, ASSUMED = ORIGINS = ("given", "stated", "assumed")
"""Where an option comes from: a row of the tables, numbers of the area alone, or numbers that somebody assumed."""


@dataclass(frozen=True, eq=False)
class Moves:
    """Derived options: each changes a share of the money and of the outcomes of one line.

    Parameters
    ----------
    line
        Position of the line, J.
    money, outcome
        Change as a share of the line's money and outcomes, J.
    own_cost
        What it costs the area itself, in money, J.
    name, title, origin
        Name and title of the option, and one of :data:`ORIGINS`, J.
    """

    line: Integers
    money: Floats
    outcome: Floats
    own_cost: Floats
    name: Texts
    title: Texts
    origin: Texts

    def chosen(self, which: Booleans | Integers) -> Moves:
        """Return some of the options."""
        return Moves(*(values[which] for values in vars(self).values()))


def curves_of(lines: Lines, derive: Derive) -> Curves:
    """Return the curves of lines, with the settings of their themes in place of numbers that are not stated."""
    elasticity = derive.by_theme("elasticity", lines.theme)
    figures = lines.figures
    up = side(figures["most"], figures["most_outcome"], derive.by_theme("most", lines.theme), elasticity)
    down = side(figures["least"], figures["least_outcome"], derive.by_theme("least", lines.theme), elasticity)
    return concave(up, down, _tiers(lines, derive))


def _tiers(lines: Lines, derive: Derive) -> Integers:
    return derive.by_theme("tiers", lines.theme).astype(np.int64)


def moves_of(lines: Lines, curves: Curves, derive: Derive, assumed: Booleans) -> Moves:
    """Derive the options of lines.

    Parameters
    ----------
    lines
        The lines, L; those without money have no options.
    curves
        Their curves.
    derive
        Settings in place of numbers that areas do not state.
    assumed
        Lines of which no number is an area's own, L: rests.
    """
    spent = whole_money(lines.money)
    moving = (spent > 0) & ~lines.reserve
    tiers = _tiers(lines, derive)
    parts = [_steps(lines, curves, tiers, moving, up) for up in (True, False)]
    parts.append(_efficiency(lines, derive, moving))
    parts.append(_stretch(lines, derive, moving, spent))
    parts.append(_reserves(lines, spent))
    joined = Moves(*(np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])))
    joined.origin[assumed[joined.line]] = ASSUMED
    changing = (joined.money * spent[joined.line] != 0) | (
        (joined.outcome != 0) & (np.nan_to_num(lines.outcome) != 0).any(axis=(1, 2))[joined.line]
    )
    joined = joined.chosen(changing)
    return joined.chosen(np.argsort(joined.line, kind="stable"))


def _steps(lines: Lines, curves: Curves, tiers: Integers, moving: Booleans, up: bool) -> Moves:
    """Make an option of each step of one side."""
    chosen = curves.up if up else curves.down
    x, f = chosen.ends(tiers)
    kind = "raise" if up else "save"
    line, step = np.nonzero(~np.isnan(x[:, 1:]) & moving[:, None])
    money, outcome = np.diff(x, axis=1)[line, step], np.diff(f, axis=1)[line, step]
    shown = [percent(abs(share)) for share in money]
    return _moves(
        line,
        money,
        outcome,
        np.zeros(len(line)),
        [f"{lines.name[j]} {kind} {i + 1}" for j, i in zip(line, step, strict=True)],
        [f"{lines.title[j]}: {_size(share, up, i == 0)}" for j, i, share in zip(line, step, shown, strict=True)],
        np.where(chosen.stated[line], STATED, ASSUMED),
    )


def _size(share: str, up: bool, first: bool) -> str:
    """Say the size of a step: 10% more, a further 10%, 10% less, a further 10% less."""
    if up:
        return f"{share} more" if first else f"a further {share}"
    return f"{share} less" if first else f"a further {share} less"


def _efficiency(lines: Lines, derive: Derive, moving: Booleans) -> Moves:
    stated = lines.figures["efficiency"]
    share = np.where(np.isnan(stated), derive.by_theme("efficiency", lines.theme), stated)
    line = np.flatnonzero(moving & (share > 0))
    return _moves(
        line,
        -share[line],
        np.zeros(len(line)),
        np.zeros(len(line)),
        [f"{lines.name[j]} efficiency" for j in line],
        [f"{lines.title[j]}: the same for {percent(share[j])} less" for j in line],
        np.where(np.isnan(stated[line]), ASSUMED, STATED),
    )


def _stretch(lines: Lines, derive: Derive, moving: Booleans, spent: Floats) -> Moves:
    stated, cost = lines.figures["stretch"], lines.figures["stretch_cost"]
    share = np.where(np.isnan(stated), derive.by_theme("stretch", lines.theme), stated)
    priced = share * derive.by_theme("stretch_price", lines.theme) * spent
    line = np.flatnonzero(moving & (share > 0))
    return _moves(
        line,
        np.zeros(len(line)),
        share[line],
        np.where(np.isnan(cost), priced, cost)[line],
        [f"{lines.name[j]} stretch" for j in line],
        [f"{lines.title[j]}: {percent(share[j])} more without grant" for j in line],
        np.where(np.isnan(stated[line]) | np.isnan(cost[line]), ASSUMED, STATED),
    )


def _reserves(lines: Lines, spent: Floats) -> Moves:
    line = np.flatnonzero(lines.reserve & (spent > 0))
    ones = np.ones(len(line))
    names = list(lines.name[line])
    return _moves(line, ones, ones, np.zeros(len(line)), names, list(lines.title[line]), np.full(len(line), STATED))


def _moves(
    line: Integers, money: Floats, outcome: Floats, cost: Floats, name: list[str], title: list[str], origin: object
) -> Moves:
    texts = [np.asarray(values, dtype=object).reshape(len(line)) for values in (name, title, origin)]
    return Moves(line, money, outcome, cost, *texts)


def percent(share: float) -> str:
    """Write a share as a percentage of three significant digits, whole from 100 on.

    >>> percent(0.1), percent(0.0666666), percent(0.125), percent(2.5)
    ('10%', '6.67%', '12.5%', '250%')
    """
    return f"{100 * share:,.0f}%" if share >= 1 else f"{100 * share:.3g}%"
