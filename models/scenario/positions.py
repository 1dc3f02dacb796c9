"""Positions of labels in the canonical order of areas, envelopes, objectives and years."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
import pandas as pd

from .array_types import Integers, Texts

Label = TypeVar("Label", bound=Hashable)


class Positions:
    """Index of the labels of each kind, in the canonical order; a label that is not there has the position -1."""

    def __init__(self, *labels: tuple[str, ...]) -> None:
        kinds = ("area", "envelope", "objective", "year")
        self._indexes = {kind: index_of(of_kind) for kind, of_kind in zip(kinds, labels, strict=True)}

    def __call__(self, kind: str, labels: Texts | Sequence[str]) -> Integers:
        """Return the positions of labels of a kind: area, envelope, objective or year."""
        return positions_in(self._indexes[kind], labels)


def index_of(labels: Iterable[Label]) -> dict[Label, int]:
    """Return the position of each label."""
    return {label: position for position, label in enumerate(labels)}


def positions_in(index: Mapping[str, int], labels: Texts | Sequence[str]) -> Integers:
    """Return the positions of labels in an index, each different one looked up once; -1 for those not there."""
    codes, different = pd.factorize(np.asarray(labels, dtype=object))
    return np.asarray([*(index.get(label, -1) for label in different), -1], dtype=np.int64)[codes]
