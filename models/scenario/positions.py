"""Positions of labels in the canonical order of areas, envelopes, objectives and years."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from .array_types import Floats, Integers


class Positions:
    """Index of the labels of each kind, in the canonical order; a label that is not there has the position -1."""

    def __init__(self, *labels: tuple[str, ...]) -> None:
        kinds = ("area", "envelope", "objective", "year")
        self._indexes = dict(zip(kinds, map(pd.Index, labels), strict=True))

    def __call__(self, kind: str, table: pd.DataFrame) -> Integers:
        """Return the positions of the labels in a table's column of a kind: area, envelope, objective or year."""
        return self.of(kind, table[kind])

    def of(self, kind: str, labels: pd.Series[str] | Sequence[str]) -> Integers:
        """Return the positions of labels of a kind."""
        return positions_in(self._indexes[kind], labels)


def positions_in(index: pd.Index[Any], labels: pd.Series[str] | Sequence[str]) -> Integers:
    """Return the positions of labels in an index, each different one looked up once; -1 for those not there."""
    codes, different = pd.factorize(pd.Index(labels))
    return np.append(index.get_indexer(different), -1)[codes].astype(np.int64)


def numbers(table: pd.DataFrame, column: str) -> Floats:
    """Return a column of numbers as an array; a missing one is NaN."""
    return table[column].to_numpy(dtype=np.float64)
