"""Round of talks: the settlement if everything open is accepted, and the one that could be signed today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from singlepot.models.money import POUNDS_PER
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.settle import settle_scenario
from singlepot.models.settlement.settlement import Settlement
from singlepot.solver import Progress

from ..programme import bounds_of_options, limited, options_of_centre, pounds_moved, scenario_of_talks
from ..state import Ask, Key, State

SMALL_SHARE = 1e-6
"""Share of a largest take-up from which a difference is an ask."""

SMALL_GBP = 1.0
"""Pounds over all years from which a difference is an ask."""

TOLD_SHARE = 0.005
"""Share of an area's bid up to which the money of an ask is told rather than asked, in talks on a review.

talks.md section 7: of some 350 asks on England, half are smaller.
"""

Follow = Callable[[Progress], object] | None


@dataclass(frozen=True, eq=False)
class Round:
    """Two settlements of a state, and the asks that lie between them.

    Parameters
    ----------
    state
        The state, with what is accepted raised to take-ups that differ by next to nothing, and its asks.
    all_accepted
        Settlement in which everything that is open may be used (A).
    agreed_so_far
        Settlement in which only what is accepted may be used (S).
    raised
        Options whose accepted take-up was raised so, with the new one.
    told
        Those of them that are told as notices, as their money is small beside the bid.
    """

    state: State
    all_accepted: Settlement
    agreed_so_far: Settlement
    raised: Mapping[Key, float]
    told: frozenset[Key] = frozenset()


def settle_round(base: Scenario, state: State, time_limit_s: float | None = None, follow: Follow = None) -> Round:
    """Settle a state twice.

    Parameters
    ----------
    base
        The scenario that the talks were opened with.
    state
        State of the talks, answers applied.
    time_limit_s
        Seconds of wall time for each of the two.
    follow
        Progress, as :func:`singlepot.settle` reports it.

    Raises
    ------
    NoSettlementError
        Nothing could be signed, or nothing could be won.
    """
    scenario = scenario_of_talks(base, state)
    first = settle_scenario(limited(scenario, state.open), time_limit_s=time_limit_s, progress=follow)
    raised, asks, told = _compare(scenario, state, first)
    accepted = {**state.accepted, **raised}
    limits = first.limits()  # what A gave up of its stages is not given up again
    held = limited(scenario, accepted)
    held = held.with_(stages={"limits": limits}) if limits else held
    second = settle_scenario(held, time_limit_s=time_limit_s, progress=follow)
    return Round(replace(state, accepted=accepted, asks=asks), first, second, raised, told)


def _compare(
    scenario: Scenario, state: State, first: Settlement
) -> tuple[dict[Key, float], dict[Key, Ask], frozenset[Key]]:
    """Compare the take-ups of A with what is accepted: next to nothing is raised, the rest is asked.

    In talks on a review, what moves little money beside the area's bid is raised too, and told.
    """
    bounds, centre, money = bounds_of_options(scenario), options_of_centre(scenario), pounds_moved(scenario)
    used, little = used_of(first), _little_money(scenario)
    raised, asks, told = {}, {}, set()
    for key, (most, lower, _) in sorted(bounds.items()):
        accepted = max(state.accepted[key], lower)
        take_up = min(used.get(key, 0.0), max(state.open[key], lower))
        beyond = take_up - accepted
        if beyond > SMALL_SHARE * most or beyond * money.get(key, 0.0) > SMALL_GBP:
            if key not in centre and 0 < beyond * money.get(key, 0.0) <= little.get(key[0], 0.0):
                raised[key] = take_up
                told.add(key)
            elif key not in centre:
                asks[key] = Ask(accepted, take_up)
        elif beyond > 0:
            raised[key] = take_up
    return raised, asks, frozenset(told)


def _little_money(scenario: Scenario) -> dict[str, float]:
    """Pounds of each area up to which an ask is only told; none where the talks are on no review."""
    review = scenario.settings.review
    if review is None or not review.until:
        return {}
    left = scenario.bids[scenario.bids["year"] > review.until].groupby("area")["amount"].sum()
    return {str(area): TOLD_SHARE * amount * POUNDS_PER[scenario.settings.money] for area, amount in left.items()}


def used_of(settlement: Settlement) -> dict[Key, float]:
    """Return the take-up of every option and scale-back."""
    table = settlement.take_up
    return dict(zip(zip(table["area"], table["option"], strict=True), table["take_up"].astype(float), strict=True))
