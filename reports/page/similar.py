"""Areas that are similar to one: near in people, in what they bid for each resident, and in deprivation."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from .figures import Figures

SHOWN = 5
"""How many similar areas are shown."""


def similar_to(figures: Figures, code: str) -> pd.DataFrame:
    """Return the areas with a bid that are nearest to one, nearest first; empty for an area without a bid.

    Nearness is the root of the sum of squared differences of logarithms (population, bid for each resident, the
    attribute by which areas weigh), each divided by its spread over all areas with a bid; what is missing is left out.
    """
    bidders = figures.bidders
    if code not in bidders.index:
        return bidders.iloc[:0]
    measures = _measures(figures)
    values = measures.to_numpy(dtype=float)
    own = values[list(bidders.index).index(code)]
    known = ~np.isnan(own)
    distance = np.sqrt(((values[:, known] - own[known]) ** 2).sum(axis=1))  # nan where something is missing
    nearest = [at for at in np.argsort(distance, kind="stable") if bidders.index[at] != code]
    return bidders.iloc[[int(at) for at in nearest[:SHOWN] if not np.isnan(distance[at])]]


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
def _measures(figures: Figures) -> pd.DataFrame:
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
    return logs / spread.where(spread > 0, 1.0)
