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


LEAST_LETTERS = 5
"""Letters from which on two names that differ by one are probably the same: shorter ones may be initials."""


def check_recipient_names(areas: Parsed) -> None:
    """Name a recipient of one area that is but a letter away from one of several areas."""
    areas_known = {*areas.text("code").values, *areas.text("name").values}
    rows: dict[str, list[int]] = {}
    for row, label in enumerate(areas.text("recipient").values):
        if label:
            rows.setdefault(str(label), []).append(row)
    several = [label for label, held in rows.items() if len(held) > 1]
    for label, held in rows.items():
        if len(held) == 1 and label not in areas_known:
            meant = next((other for other in several if _one_letter_apart(label, other)), "")
            if meant:
                expected = f"one name for a recipient, and {len(rows[meant])} areas have {shown(meant)}"
                areas.complain("SP-A012", held[0], "recipient", shown(label), expected, f"did you mean {shown(meant)}?")


def _one_letter_apart(one: str, other: str) -> bool:
    """Whether two names differ by one letter that is another, lacks or is added, or by two that are swapped."""
    short, long = sorted((" ".join(one.split()).casefold(), " ".join(other.split()).casefold()), key=len)
    if len(short) < LEAST_LETTERS or [c for c in short if c.isdigit()] != [c for c in long if c.isdigit()]:
        return False
    same = next((at for at, pair in enumerate(zip(short, long, strict=False)) if len(set(pair)) > 1), len(short))
    mine, theirs = short[same:], long[same:]
    swapped = mine[:2] == theirs[1::-1] and mine[2:] == theirs[2:]
    return swapped or theirs[1:] in (mine, mine[1:])
