"""A small scenario whose two counties hold their grants together, with rows that can be written by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .test_terms import YEARS, small


def tiered() -> dict[str, Any]:
    """The small scenario with a union of A and B, which both bid, and every rule of recipients.

    B bids 2 of capital and 8 of resource in the first year, and 12 of resource in the second.
    """
    made = small()
    made["areas"] = made["areas"].assign(recipient=["Union", "Union", ""])
    more = pd.DataFrame(
        {
            "area": ["B", "B", "B"],
            "envelope": ["capital", "resource", "resource"],
            "year": [YEARS[0], YEARS[0], YEARS[1]],
            "amount": [2.0, 8.0, 12.0],
        }
    )
    made["bids"] = pd.concat([made["bids"], more], ignore_index=True)
    rows = [
        {"rule": "grant_floor", "value": 0.75, "level": "recipient"},
        {"rule": "grant_ceiling", "value": 1.25, "level": "recipient", "recipient": "Union", "envelope": "resource"},
        {"rule": "grant_lock", "value": 5.5, "basis": "amount", "level": "recipient", "envelope": "capital"},
        {"rule": "grant_step", "value": 0.5, "level": "recipient"},
        {"rule": "target_floor", "value": 0.875, "level": "recipient"},
        {"rule": "own_cost_ceiling", "value": 0.125, "level": "recipient"},
        {"rule": "capacity", "value": 15.0, "basis": "amount", "area": "A"},
        {"rule": "capacity", "value": 1.5, "level": "recipient", "year": YEARS[1]},
    ]
    made["rule_rows"] = pd.DataFrame(rows)
    return made
