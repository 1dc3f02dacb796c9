"""Areas that are similar to one: near in people, in what they bid for each resident, and in deprivation."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from singlepot.models.scenario.array_types import Floats

from .figures.figures import Figures

SHOWN = 5
"""How many similar areas are shown."""


def similar_to(figures: Figures, code: str) -> list[str]:
    """Return the areas with a bid that are nearest to one, nearest first; none for an area without a bid.

    Nearness is the root of the sum of squared differences of logarithms (population, bid for each resident, the
    attribute by which areas weigh), each divided by its spread over all areas with a bid; what is missing is left out.
    """
    codes, values = _measures(figures)
    if code not in codes:
        return []
    own = values[codes[code]]
    known = ~np.isnan(own)
    distance = np.sqrt(((values[:, known] - own[known]) ** 2).sum(axis=1))  # nan where something is missing
    names = list(codes)
    nearest = [int(at) for at in np.argsort(distance, kind="stable")[: SHOWN + 1] if names[at] != code]
    return [names[at] for at in nearest[:SHOWN] if not np.isnan(distance[at])]


def said_similar(figures: Figures) -> str:
    """Say how similar areas are found."""
    by = ["population" if figures.bidders["population"].notna().any() else "", "bid for each resident"]
    if not by[0]:
        by = ["bid"]
    if figures.deprivation:
        by.append(figures.deprivation)
    named = ", ".join(filter(None, by))
    return f"Similar means nearest in {named} (differences of logarithms, each divided by its spread)."


@lru_cache(maxsize=1)
def _measures(figures: Figures) -> tuple[dict[str, int], Floats]:
    """The areas with a bid, with their rows in the measures: logarithms, divided by their spread."""
    bidders = figures.bidders
    people = bidders["population"].where(bidders["population"] > 0)
    if people.notna().any():
        found = pd.DataFrame({"people": people, "bid": bidders["bid"] / people})
    else:
        found = pd.DataFrame({"bid": bidders["bid"]})
    if figures.deprivation:
        found["attribute"] = bidders[figures.deprivation]
    logs: pd.DataFrame = found.where(found > 0).astype(float).apply(np.log)
    spread = logs.std()
    scaled = logs / spread.where(spread > 0, 1.0)
    codes = {str(code): at for at, code in enumerate(bidders.index)}
    return codes, scaled.to_numpy(dtype=np.float64)
