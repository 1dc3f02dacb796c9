"""Resource monotonicity: areas that receive less from a larger pot, everything else being the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

import numpy as np
import pandas as pd

from singlepot.models.money import POUNDS_PER
from singlepot.models.settlement.settlement import Settlement

from ..what_if.differences import differences
from .comparison_tables import SAME_GRANT, stacked

COLUMNS = ("smaller", "larger", "area", "name", "before", "after", "change")
"""Columns of the table of areas that lose by a larger pot."""

Settled = Sequence[tuple[str, Settlement]]
"""Settlements with their names."""


def nested_pairs(settled: Settled) -> Iterator[tuple[str, str]]:
    """List the pairs (smaller, larger) of settlements that differ in the pot alone, one nowhere smaller."""
    for (name, small), (other, large) in permutations(settled, 2):
        if _nested(small, large):
            yield name, other


def nesting(settled: Settled) -> pd.DataFrame:
    """List the areas that receive less from a larger pot, everything else being the same.

    A single area can lose when the pot grows: more money lets the centre take up dearer options elsewhere, and the
    shortfall comes before what is asked of areas.

    Parameters
    ----------
    settled
        Settlements with their names; all pairs whose pots are nested are looked at.

    Returns
    -------
    smaller, larger (names), area, name, before (grant from the smaller pot), after, change; the largest loss first
    in each pair.
    """
    by_name = dict(settled)
    parts = [_losers(small, large, by_name[small], by_name[large]) for small, large in nested_pairs(settled)]
    return stacked(parts, COLUMNS)


def _nested(small: Settlement, large: Settlement) -> bool:
    changes = differences(small.scenario, large.scenario)
    only_pot = (changes["table"] == "pot") & (changes["column"] == "amount") & (changes["kind"] == "changed")
    return bool(len(changes)) and bool((only_pot & (changes["change"] > 0)).all())


def _losers(small_name: str, large_name: str, small: Settlement, large: Settlement) -> pd.DataFrame:
    half_pound = 0.5 / POUNDS_PER[small.scenario.settings.money]
    before, after = (settlement.grants.groupby("area")["grant"].sum() for settlement in (small, large))
    names = small.scenario.areas.set_index("code")["name"]
    losses = pd.DataFrame({"before": before, "after": after, "change": after - before})
    least = np.maximum(half_pound, SAME_GRANT * losses["before"])
    losses = losses[losses["change"] <= -least].sort_values("change", kind="stable")
    losses = losses.reset_index(names="area").assign(smaller=small_name, larger=large_name)
    return losses.assign(name=losses["area"].map(names))[list(COLUMNS)]
