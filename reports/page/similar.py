"""Nearest neighbours of an area are near in population, in the bid for each resident, and in deprivation."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from singlepot.models.scenario.array_types import Floats
from singlepot.models.tables.plain_words import plain

from .figures.figures import Figures

SHOWN = 5
"""Number of similar areas that are shown."""


def similar_to(figures: Figures, code: str) -> list[str]:
    """Return the nearest areas with a bid, nearest first; none for an area without a bid.

    Distance is the root of the sum of squared differences of logarithms (population, bid for each resident, the
    attribute by which areas weigh), each divided by its spread over all areas with a bid; what is missing is left out.
    """
    codes, values = _measures(figures)
    if code not in codes:
        return []
    reference = values[codes[code]]
    known = ~np.isnan(reference)
    distance = np.sqrt(((values[:, known] - reference[known]) ** 2).sum(axis=1))  # nan where something is missing
    names = list(codes)
    nearest = [int(row) for row in np.argsort(distance, kind="stable")[: SHOWN + 1] if names[row] != code]
    return [names[row] for row in nearest[:SHOWN] if not np.isnan(distance[row])]


def similarity_note(figures: Figures) -> str:
    """Write how similar areas are found."""
    by = ["population", "bid for each resident"] if figures.bidders["population"].notna().any() else ["bid"]
    if figures.deprivation:
        by.append(plain(figures.deprivation))
    return f"Similar means nearest in {', '.join(by)} (each compared in proportion, by how far areas differ in it)."


@lru_cache(maxsize=1)
def _measures(figures: Figures) -> tuple[dict[str, int], Floats]:
    """Return the row of each area with a bid, and the measures: logarithms, divided by their spread."""
    bidders = figures.bidders
    people = bidders["population"].where(bidders["population"] > 0)
    if people.notna().any():
        attributes = pd.DataFrame({"people": people, "bid": bidders["bid"] / people})
    else:
        attributes = pd.DataFrame({"bid": bidders["bid"]})
    if figures.deprivation:
        attributes["attribute"] = bidders[figures.deprivation]
    logs: pd.DataFrame = attributes.where(attributes > 0).astype(float).apply(np.log)
    spread = logs.std()
    scaled = logs / spread.where(spread > 0, 1.0)
    codes = {str(code): row for row, code in enumerate(bidders.index)}
    return codes, scaled.to_numpy(dtype=np.float64)
