"""A minimal conflict of rules, and its sentence: which limits demand what, which allow less, and the difference."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..diagnostics.problems import list_words
from ..money import decimals_for, spoken, spoken_up
from ..tables.plain_words import plain
from ..tables.rule_kinds import POT, RULES, SUMS, Sense

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
        Where they hold; names of areas and objectives, keys of envelopes.
    amount
        Their sum, in the scenario's money; NaN where amounts cannot be added up.
    options
        Names of the options whose take-up they limit.
    """

    rule: str
    at_least: bool
    areas: tuple[str, ...]
    envelopes: tuple[str, ...]
    objectives: tuple[str, ...]
    years: tuple[str, ...]
    amount: float
    options: tuple[str, ...] = ()


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
        For each kind the least change that ends the clash if only its limits move, as (money, shares of targets or of
        largest take-ups).
    ways_out
        What would end the clash, each by itself: amounts to add to pots, values to write for rules.
    money
        Unit of the scenario's money.
    told
        The sentence, where a rule of rates cannot be met and no limits can be listed.
    """

    kinds: tuple[str, ...]
    sides: tuple[ClashSide, ...]
    excess: float
    alone: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    ways_out: tuple[str, ...] = ()
    money: str = "GBP million"
    told: str = ""

    def __str__(self) -> str:
        """The clash in a sentence."""
        return self.told or say_clash(self)


def say_clash(clash: Clash) -> str:
    """Say what cannot hold together, with amounts where they can be added up.

    Examples
    --------
    >>> floor = ClashSide("grant_floor", True, ("Aston", "Barton"), (), (), ("2027-28",), 99.0)
    >>> pot = ClashSide("pot", False, (), (), (), ("2027-28",), 80.0)
    >>> print(say_clash(Clash(("pot", "grant_floor"), (floor, pot), 19.0)))
    the grant floor of Aston and Barton in 2027-28 (£99.0m) is more than the pot in 2027-28 (£80.0m) by £19.0m
    """
    decimals = None if math.isnan(clash.excess) else decimals_for(clash.excess, clash.money)
    asking, allowing = (
        [_side(side, clash.money, decimals) for side in clash.sides if side.at_least is demands]
        for demands in (True, False)
    )
    if not clash.sides:
        return f"{list_words(called(kind) for kind in clash.kinds)} cannot hold together"
    if asking and not allowing:
        return f"{list_words(asking)} {'is' if len(asking) == 1 else 'are'} more than bids and options allow"
    if math.isnan(clash.excess) or not asking:
        return f"{list_words([*asking, *allowing])} cannot hold together"
    verb = "is" if len(asking) == 1 else "are"
    return f"{list_words(asking)} {verb} more than {list_words(allowing)} by {spoken_up(clash.excess, clash.money)}"


def say_ways_out(clash: Clash) -> str:
    """Say what would end a clash, each by itself."""
    return ", or ".join(clash.ways_out)


def amount(money: float, share: float, unit: str, taken: float = 0.0) -> str:
    """Write a total of money, of shares of targets, and of shares of largest take-ups.

    Examples
    --------
    >>> amount(19.0, 0.0, "GBP million"), amount(0.0, 0.25, "GBP million")
    ('£19.0m', '25% of a target in all')
    """
    parts = [spoken_up(money, unit)] if money > 0 or share == taken == 0 else []
    shares = ((share, "a target"), (taken, "an option"))
    return list_words(parts + [f"{total * 100:.3g}% of {what} in all" for total, what in shares if total > 0])


def verb_of(kind: str) -> str:
    """Return the verb for how limits of a kind give way."""
    verbs = {VERBS[rule.sense] for rule in RULES.values() if rule.kind == kind} or {"raise"}
    return verbs.pop() if len(verbs) == 1 else "move"


def called(rule: str) -> str:
    """Return what people call a rule, with its article.

    Examples
    --------
    >>> called("grant_floor"), called("pot_share_floor"), called("pot")
    ('the grant floor', 'the least share of the pot', 'the pot')
    """
    if rule not in RULES:
        return {POT: "the pot", "pot_share": "shares of the pot"}.get(rule, rule)
    which = ("least " if RULES[rule].lower else "largest ") if RULES[rule].over is SUMS else ""
    return f"the {which}{RULES[rule].words}"


def _side(side: ClashSide, money: str, decimals: int | None) -> str:
    if side.rule == "extra":
        return f"the added constraint {_few(side.areas, 'constraints')}"
    text = called(side.rule)
    if side.options:
        text += f" of {_few([f'“{option}”' for option in side.options], 'options')} in {_few(side.areas, 'areas')}"
    elif side.areas:
        text += f" of {_few(side.areas, 'areas')}"
    if side.envelopes and side.envelopes != ("total",):
        text += f" for {_few([plain(envelope) for envelope in side.envelopes], 'envelopes')}"
    if side.objectives:
        text += f" for {_few(side.objectives, 'objectives')}"
    if side.years:
        text += f" in {_few(side.years, 'years')}"
    return text if math.isnan(side.amount) else f"{text} ({spoken(side.amount, money, decimals)})"


def _few(names: Sequence[str], noun: str) -> str:
    return list_words(names) if len(names) <= MOST_NAMED else f"{len(names)} {noun}"
