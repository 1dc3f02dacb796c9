"""Floors of recipients and of their members that add up to more than the pot, in words."""

from __future__ import annotations

import numpy as np

from ..diagnostics.problems import list_words
from ..formulation.bounds import grant_bounds
from ..formulation.formulation import Formulation
from ..formulation.recipients import together
from ..money import decimals_for, spoken, spoken_up
from ..scenario.array_types import Floats
from ..scenario.recipients import recipient_names
from ..tables.plain_words import plain
from ..tables.rule_kinds import bounds_of
from .clash import MOST_NAMED

FLOOR = bounds_of("grant")["floor"].of_recipients.name
"""The floor of what the members of a recipient get together."""

OVER = 1 + 1e-12
"""How many times the pot floors are at least to be above it: more than adding up leaves."""


def most_in_pots(formulation: Formulation) -> Floats:
    """Return what each pot could ever hold: its own, and all that may move into it; E×T, money."""
    data, rules = formulation.data, formulation.rules
    carry = np.nan_to_num(rules["carry_over"].value)
    vire = np.nan_to_num(rules["virement"].value)
    arriving = np.where(data.ring_fenced[:, None], 0.0, vire.sum(axis=0) - vire)
    most = data.pot + arriving
    most[:, 1:] += carry[:, :-1]
    return np.asarray(most)


def lacking_by_recipients(formulation: Formulation) -> list[tuple[str, str, float]]:
    """Return envelope, year and amount by which floors of recipients are above what a pot could ever hold."""
    data, most = formulation.data, most_in_pots(formulation)
    total = np.maximum(*_floors(formulation)).sum(axis=0)
    return [
        (data.envelopes[e], data.years[t], float(total[e, t] - most[e, t])) for e, t in np.argwhere(total > most * OVER)
    ]


def _floors(formulation: Formulation) -> tuple[Floats, Floats]:
    """Floors of recipients themselves, and sums of those of their members; R×E×T, money."""
    data, rules = formulation.data, formulation.rules
    lowest = grant_bounds(data, rules)[0]
    own = np.nan_to_num(rules[FLOOR].value)
    # what an area must get in cells without a bid is not in the sum that its recipient's floor is of
    without = together(np.where(data.bid > 0, 0.0, lowest), data)
    return np.where(own > 0, own + without, 0.0), together(lowest, data)


def say_recipients_floors(formulation: Formulation) -> str:
    """Say whose floors add up to more than a pot.

    The floor of a recipient is the larger of its own and the sum of its members'.
    """
    data, money = formulation.data, formulation.scenario.settings.money
    names = recipient_names(formulation.scenario)
    own, members = _floors(formulation)
    floors, most = np.maximum(own, members), most_in_pots(formulation)
    causes = []
    for envelope, year, excess in lacking_by_recipients(formulation):
        e, t = data.envelopes.index(envelope), data.years.index(year)
        decimals = decimals_for(excess, money)
        parts = []
        order = sorted(np.flatnonzero(floors[:, e, t]).tolist(), key=lambda r: (-floors[r, e, t], r))
        for r in order[: MOST_NAMED if len(order) > MOST_NAMED + 1 else None]:
            said = f"{names[data.recipients[r]]} {spoken(float(floors[r, e, t]), money, decimals)}"
            held = spoken(float(members[r, e, t]), money, decimals)
            of_members = f" (members {held})" if members[r, e, t] > 0 else ""
            by_members = members[r, e, t] >= own[r, e, t]
            parts.append(f"{said} by its members'" if by_members else f"{said} by its own floor{of_members}")
        if len(parts) < len(order):
            rest = float(floors[order[len(parts) :], e, t].sum())
            parts.append(f"{len(order) - len(parts)} more {spoken(rest, money, decimals)}")
        of = f" of {plain(envelope)}" if len(data.envelopes) > 1 else ""
        what = "the pot" if most[e, t] == data.pot[e, t] else "the pot and what can move into it"
        total = spoken(float(floors[:, e, t].sum()), money, decimals)
        causes.append(
            f"floors{of} add up to {total} in {year}, {spoken_up(excess, money)} above {what}: {list_words(parts)}"
        )
    return "; ".join(causes)
