"""A minimal conflict of rules, and its sentence: which limits demand what, which allow less, and the difference."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..money import spoken
from ..tables.rule_kinds import POT, RULES, Sense

MOST_NAMED = 3
"""Most areas, years or objectives that are named; more are counted."""

VERBS: dict[Sense, str] = {"floor": "lower", "ceiling": "raise", "lock": "move", "step": "raise"}
"""How limits give way, by which bounds they set."""


@dataclass(frozen=True)
class ClashSide:
    """The limits of one rule that take part in a clash, those that demand or those that allow.

    Parameters
    ----------
    rule
        The rule.
    at_least
        Whether they are lower bounds, which demand, rather than upper ones, which allow.
    areas, envelopes, objectives, years
        Where they hold; names of areas, keys of the others.
    amount
        Their sum, in the scenario's money; NaN where amounts cannot be added up.
    """

    rule: str
    at_least: bool
    areas: tuple[str, ...]
    envelopes: tuple[str, ...]
    objectives: tuple[str, ...]
    years: tuple[str, ...]
    amount: float


@dataclass(frozen=True)
class Clash:
    """An irreducible infeasible set of kinds of rules: they cannot hold together, and without any one they can.

    Parameters
    ----------
    kinds
        The kinds.
    sides
        The limits with a multiplier in the Farkas certificate, by rule and direction.
    excess
        What they demand beyond what they allow, in the scenario's money; NaN where amounts cannot be added up.
    alone
        For each kind the least change that ends the clash if only its limits move, as (money, shares of targets).
    money
        Unit of the scenario's money.
    """

    kinds: tuple[str, ...]
    sides: tuple[ClashSide, ...]
    excess: float
    alone: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    money: str = "GBP million"

    def __str__(self) -> str:
        """The clash in a sentence."""
        return say_clash(self)


def say_clash(clash: Clash) -> str:
    """Say what cannot hold together, with amounts where they can be added up.

    Examples
    --------
    >>> floor = ClashSide("grant_floor", True, ("Aston", "Barton"), (), (), ("2027-28",), 99.0)
    >>> pot = ClashSide("pot", False, (), (), (), ("2027-28",), 80.0)
    >>> print(say_clash(Clash(("pot", "grant_floor"), (floor, pot), 19.0)))
    grant_floor of Aston and Barton in 2027-28 (£99.0m) is more than the pot in 2027-28 (£80.0m) by £19.0m
    """
    asking = [_side(side, clash.money) for side in clash.sides if side.at_least]
    allowing = [_side(side, clash.money) for side in clash.sides if not side.at_least]
    if not clash.sides:
        return f"{join(clash.kinds)} cannot hold together"
    if asking and not allowing:
        return f"{join(asking)} {'is' if len(asking) == 1 else 'are'} more than bids and options allow"
    if math.isnan(clash.excess) or not asking:
        return f"{join([*asking, *allowing])} cannot hold together"
    verb = "is" if len(asking) == 1 else "are"
    return f"{join(asking)} {verb} more than {join(allowing)} by {spoken(clash.excess, clash.money)}"


def say_ways_out(clash: Clash) -> str:
    """Say what each kind would have to move by if it moved alone."""
    return ", or ".join(
        f"{_verb(kind)} {_called(kind)} by {amount(*clash.alone[kind], clash.money)}" for kind in clash.alone
    )


def amount(money: float, share: float, unit: str) -> str:
    """Write a total of money, or of shares of targets.

    Examples
    --------
    >>> amount(19.0, 0.0, "GBP million"), amount(0.0, 0.25, "GBP million")
    ('£19.0m', '25% of a target in all')
    """
    parts = [spoken(money, unit)] if money > 0 or share == 0 else []
    return join(parts + ([f"{share * 100:.3g}% of a target in all"] if share > 0 else []))


def join(words: Iterable[str]) -> str:
    """Join words by commas and a last *and*.

    Examples
    --------
    >>> join(["floors", "locks", "the pot"])
    'floors, locks and the pot'
    """
    listed = list(words)
    return " and ".join(filter(None, [", ".join(listed[:-1]), *listed[-1:]]))


def _verb(kind: str) -> str:
    verbs = {VERBS[rule.sense] for rule in RULES.values() if rule.kind == kind} or {"raise"}
    return verbs.pop() if len(verbs) == 1 else "move"


def _called(kind: str) -> str:
    return "the pot" if kind == POT else kind


def _side(side: ClashSide, money: str) -> str:
    if side.rule == "extra":
        return f"the added constraint {_few(side.areas, 'constraints')}"
    text = _called(side.rule)
    if side.areas:
        text += f" of {_few(side.areas, 'areas')}"
    if side.envelopes and side.envelopes != ("total",):
        text += f" for {_few(side.envelopes, 'envelopes')}"
    if side.objectives:
        text += f" for {_few(side.objectives, 'objectives')}"
    if side.years:
        text += f" in {_few(side.years, 'years')}"
    return text if math.isnan(side.amount) else f"{text} ({spoken(side.amount, money)})"


def _few(names: Sequence[str], noun: str) -> str:
    return join(names) if len(names) <= MOST_NAMED else f"{len(names)} {noun}"
