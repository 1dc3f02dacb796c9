"""Checks of who holds grants: an area that holds those of others and bids itself says whom it serves."""

from __future__ import annotations

import numpy as np

from ..diagnostics.problems import one_of, shown
from .census import Census
from .parsing import Parsed


def check_recipients(areas: Parsed, census: Census) -> None:
    """Check that an area that others name as their recipient, and that bids itself, has people of its own."""
    if "population" not in areas.numbers:
        return
    codes, labels = areas.text("code").values, areas.text("recipient").values
    of_name = dict(zip(areas.text("name").values, codes, strict=True))
    members: dict[str, list[str]] = {}
    for code, label in zip(codes, labels, strict=True):
        holder = label if label in census.row_of else of_name.get(label, "")
        if holder and holder != code:
            members.setdefault(holder, []).append(str(code))
    for holder, held in members.items():
        row = census.row_of[holder]
        if census.bid[row] > 0 and not np.nan_to_num(census.population[row]) > 0:
            expected = f"the people that its own programme serves, beside those of its members {one_of(held, 3)}"
            remedy = "write them, or let the members bid"
            areas.complain("SP-D077", row, "population", shown(f"{census.population[row]:g}"), expected, remedy)
