"""Drawn scenarios steered so that rare rules come to bind: rival options, ceilings close to bids, joint schemes."""

from __future__ import annotations

import os

import singlepot as sp

from .strategies import Draft, SeededPicker, scenario, seeded, with_schemes

MANY = int(os.environ.get("SINGLEPOT_SCENARIOS", "0"))
QUICK = 40
SCENARIOS = max(MANY, QUICK)
"""How many are looked at; ``SINGLEPOT_SCENARIOS=300`` looks at all that the manual speaks of."""


def steered(seed: int) -> Draft:
    """The draft of a seed; every tenth with rival options, a tight ceiling, tight own costs or joint schemes."""
    made = dict(seeded(seed))
    rules = dict(made["rules"])
    rare = seed % 10
    if rare == 3 and "options" in made:
        made["options"] = made["options"].assign(group="site", requires="")
    if rare == 5 and "options" in made:
        rules["own_cost_ceiling"] = 0.002
    if rare == 7:
        rules["grant_ceiling"] = 1.0
    if rare in (3, 5) and "rule_rows" in made:  # which floors of take-ups were not drawn for
        made["rule_rows"] = made["rule_rows"][made["rule_rows"]["rule"] != "take_up_floor"]
    if rare == 9:
        with_schemes(SeededPicker(seed), made)
    return made | {"rules": rules}


def settled(seed: int) -> sp.Settlement:
    """The settlement of a steered scenario."""
    return sp.settle(scenario(steered(seed)))
