"""Robust grants are compared with the central ones and with perfect information."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singlepot.models.money import spoken
from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.stage_words import stage_words

from .lines import capital, count, lay_out, percent, signed_money, wrap

if TYPE_CHECKING:
    from singlepot.scenarios.ensemble.robust_result import Robust

LISTED = 5
"""Areas that are listed on either side."""

CASES = {"robust": "these grants", "central": "the central grants", "known": "each draw known before"}
"""Kinds of grants under which each draw is settled, in words."""


def robust_text(robust: Robust) -> str:
    """Write robust grants for people, in 80 columns."""
    money = robust.central.scenario.settings.money
    title = robust.plan.title or robust.central.scenario.settings.title
    once, elsewhere, worth = robust_facts(robust)
    lines = [*wrap(title), "", *wrap(once), *wrap(elsewhere)]
    lines += ["", *lay_out(("", "expected", f"worst {robust.worst_share:.0%} of draws"), _cases(robust))]
    lines += wrap(f"{measure_words(robust)} in the draws, a share of the targets.", "  ")
    lines += wrap(worth)
    gaps = ", ".join(f"{row['name']} {row['gap']:.1e}" for row in robust.stages.to_dict("records"))
    lines += wrap(f"Proved to within: {gaps}.")
    names = Titles(robust.central.scenario).areas
    areas = robust.grants.groupby("area")[["bid", "central", "grant", "change"]].sum()
    order = areas["change"].sort_values(kind="stable").index
    chosen = [*order[::-1][:LISTED], *order[:LISTED][::-1]] if len(order) > 2 * LISTED else list(order[::-1])
    rows = [
        (
            names[area],
            spoken(areas["bid"][area], money),
            spoken(areas["central"][area], money),
            spoken(areas["grant"][area], money),
            signed_money(areas["change"][area], money),
        )
        for area in chosen
    ]
    lines += ["", *lay_out(("area", "bid", "central", "robust", "change"), rows)]
    return "\n".join(lines) + "\n"


def robust_facts(robust: Robust) -> tuple[str, str, str]:
    """Write what was decided, how much money goes elsewhere, and what deciding so is worth."""
    total, moved = float(robust.grants["grant"].sum()), robust.figure("moved")
    share = percent(moved / total) if total > 0 else "-"
    unit = robust.central.scenario.settings.money
    less = float(robust.grants["central"].sum()) - total
    said = spoken(abs(less), unit)
    also = f", and {said} {'less' if less > 0 else 'more'} is granted in all" if said != spoken(0.0, unit) else ""
    broken, draws = int(robust.draws["central"].isna().sum()), count(len(robust.draws), "draw")
    knowing = _points(robust.figure("value of knowing"))
    if broken:
        worth = (
            f"In {broken} of {draws} the central grants cannot be, for the pot or a rule: nothing is said of what they "
            f"would come to. Knowing each draw before grants are decided would be worth {knowing} of the targets on "
            "average."
        )
    else:
        worth = (
            f"Deciding for all draws is worth {_points(robust.figure('value of robust'))} of the targets on average "
            f"and {_points(robust.figure('value of robust, worst'))} in the worst draws. Knowing each draw before "
            f"grants are decided would be worth {knowing} more."
        )
    return (
        f"Grants decided once for {draws}; what they buy is decided in each.",
        f"{spoken(moved, unit)} ({share} of all grants) goes elsewhere than in the central settlement{also}.",
        worth,
    )


def measure_words(robust: Robust) -> str:
    """Write what is minimised, as the beginning of a sentence."""
    return capital(stage_words(robust.measure))


def _cases(robust: Robust) -> list[tuple[str, str, str]]:

    return [
        (words, percent(robust.figure(f"expected, {case}"), 3), percent(robust.figure(f"worst, {case}"), 3))
        for case, words in CASES.items()
    ]


def _points(share: float) -> str:
    return "-" if share != share else f"{100 * share:.3f} points"
